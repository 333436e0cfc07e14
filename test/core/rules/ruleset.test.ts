import fc from 'fast-check';
import { type RecordView, viewOf } from '../../../core/records/view.ts';
import { loadRules } from '../../../core/rules/load.ts';
import { compileRules, type RuleSet } from '../../../core/rules/ruleset.ts';
import { ruleText, selectionText } from './rule-text.ts';

type Json = Readonly<Record<string, unknown>>;

function setOf(...texts: readonly string[]): RuleSet {
  const { rules, refusals } = loadRules(texts.map((text, i) => ({ file: `${i}.yml`, text })));
  expect(refusals).toEqual([]);
  return compileRules(rules);
}

function matches(set: RuleSet, record: Json): readonly number[] {
  const view = viewOf(record);
  return set.match(set.candidates(view.eventSource, view.eventName), view);
}

describe('the index', () => {
  const set = setOf(
    selectionText({ eventSource: 'iam.amazonaws.com', eventName: ['CreateUser', 'DeleteUser'] }),
    selectionText({ eventName: 'CreateUser' }),
    selectionText({ eventSource: 'IAM.amazonaws.com' }),
    selectionText({ 'eventName|startswith': 'Create' }),
    selectionText({ 'userIdentity.type': 'Root' }),
    selectionText({ 'userIdentity.type': 'root', awsRegion: 'r' }),
    selectionText({ 'userIdentity.arn|re': 'x' }),
    ruleText({ s: { 'userAgent|contains': 'tool' }, f: { eventName: 'CreateUser' }, condition: 's and not f' }),
    selectionText({ 'eventName|cased': 'createuser' }),
  );
  const keyless = [4, 5, 6, 7];

  test('names the rules that it could not key', () => {
    expect(set.keyless.map((rule) => set.rules.indexOf(rule))).toEqual(keyless);
  });

  test.each<[name: string, record: Json, expected: readonly number[]]>([
    ['source and name', { eventSource: 'iam.amazonaws.com', eventName: 'CreateUser' }, [0, 1, 2, 3]],
    ['in any casing', { eventSource: 'IAM.AMAZONAWS.COM', eventName: 'createuser' }, [0, 1, 2, 3, 8]],
    ['name alone', { eventSource: 'x', eventName: 'CreateUser' }, [1, 3]],
    ['source alone', { eventSource: 'iam.amazonaws.com', eventName: 'GetUser' }, [2]],
    ['a pattern of names', { eventSource: 'x', eventName: 'CreateRole' }, [3]],
    [
      'a keyless rule beside',
      { eventSource: 'iam.amazonaws.com', eventName: 'GetUser', userIdentity: { type: 'ROOT', arn: 'x' }, awsRegion: 'R' },
      [2, 4, 5, 6],
    ],
    ['a filter on the name', { eventName: 'CreateUser', userAgent: 'a tool' }, [1, 3]],
    ['another name than the filtered one', { eventName: 'GetUser', userAgent: 'a tool' }, [7]],
    ['neither source nor name', { userAgent: 'a tool' }, [7]],
    ['names of other types', { eventName: 5, eventSource: ['iam.amazonaws.com'], userIdentity: { type: 'Root' } }, [4]],
  ])('finds by %s', (_, record, expected) => {
    expect(matches(set, record)).toEqual(expected);
  });

  test('gives one empty list whenever nothing matches, and says when nothing can', () => {
    const keyed = setOf(selectionText({ eventName: 'A', awsRegion: 'r' }));
    expect(keyed.candidates('x', 'B').empty).toBe(true);
    expect(keyed.candidates('x', 'A').empty).toBe(false);
    expect(set.candidates('x', 'B').empty).toBe(false);
    expect(matches(keyed, { eventName: 'B' })).toBe(matches(keyed, { eventName: 'A' }));
    expect(compileRules([]).candidates('x', 'A').empty).toBe(true);
  });

  test('remembers a kind of event, but neither endless names nor endlessly many', () => {
    const first = set.candidates('iam.amazonaws.com', 'CreateUser');
    expect(set.candidates('iam.amazonaws.com', 'CreateUser')).toBe(first);
    const long = 'x'.repeat(1000);
    expect(set.candidates('iam.amazonaws.com', long)).not.toBe(set.candidates('iam.amazonaws.com', long));
    for (let i = 0; i < 20_000; i++) set.candidates(`s${i % 7}`, `Name${i}`);
    expect(set.candidates('iam.amazonaws.com', 'CreateUser')).not.toBe(first);
    expect(matches(set, { eventSource: 'iam.amazonaws.com', eventName: 'CreateUser' })).toEqual([0, 1, 2, 3]);
  });

  test('takes the source and name of the view where the record itself has none', () => {
    const insight: RecordView = { eventSource: 'iam.amazonaws.com', eventName: 'CreateUser', top: () => undefined };
    expect(set.match(set.candidates(insight.eventSource, insight.eventName), insight)).toEqual([0, 1, 2, 3]);
  });
});

describe('many keyless rules', () => {
  const types = Array.from({ length: 50 }, (_, i) => `Type${i}`);
  const set = setOf(
    ...types.map((type) => selectionText({ 'userIdentity.type': [type, 'Every'] })),
    ...types.map((type) => selectionText({ 'userAgent|contains': 'tool', 'requestParameters.a': type })),
    selectionText({ 'userIdentity.type|cased': 'type7' }),
  );

  test.each<[name: string, record: Json, expected: readonly number[]]>([
    ['are found by the value of a field', { userIdentity: { type: 'type7' } }, [7, 100]],
    ['in any casing but where case counts', { userIdentity: { type: 'TYPE7' } }, [7]],
    ['the same again', { userIdentity: { type: 'type7' } }, [7, 100]],
    ['all at once, in ascending order', { userIdentity: { type: 'every' } }, types.map((_, i) => i)],
    ['are found behind a test that they share', { userAgent: 'TOOL', requestParameters: { a: 'Type3' } }, [53]],
    ['not without that test', { userAgent: 'other', requestParameters: { a: 'Type3' } }, []],
    ['not by a value that is no text', { userIdentity: { type: { a: 'Type7' } } }, []],
  ])('%s', (_, record, expected) => {
    expect(matches(set, record)).toEqual(expected);
  });

  test('are found among endless values too', () => {
    for (let i = 0; i < 10_000; i++) expect(matches(set, { userIdentity: { type: `other${i}` }, userAgent: `agent${i}` })).toHaveLength(0);
    expect(matches(set, { userIdentity: { type: 'Type9' }, userAgent: 'tool', requestParameters: { a: 'Type9' } })).toEqual([9, 59]);
  });
});

describe('the record is not parsed when what is at hand decides', () => {
  const dear = { 'requestParameters.a': 'x' };
  test.each<[name: string, detection: Json, record: Json, parsed: boolean]>([
    ['and: the cheap part fails', { s: { ...dear, awsRegion: 'q' }, condition: 's' }, { awsRegion: 'r' }, false],
    ['and: the cheap part holds', { s: { ...dear, awsRegion: 'r' }, condition: 's' }, { awsRegion: 'r' }, true],
    ['or: the cheap part holds', { s: [dear, { awsRegion: 'r' }], condition: 's' }, { awsRegion: 'r' }, false],
    ['or: the cheap part fails', { s: [dear, { awsRegion: 'q' }], condition: 's' }, { awsRegion: 'r' }, true],
    ['not: the cheap filter finds', { s: dear, f: { awsRegion: 'r' }, condition: 's and not f' }, { awsRegion: 'r' }, false],
    [
      'not: of several filters the cheap one finds',
      { s: { userAgent: 'u' }, f_a: dear, f_b: { awsRegion: 'r' }, condition: 's and not 1 of f_*' },
      { awsRegion: 'r', userAgent: 'u' },
      false,
    ],
    [
      'not: part of a filter cannot find',
      { s: { userAgent: 'u' }, f: { ...dear, awsRegion: 'q' }, condition: 's and not f' },
      { awsRegion: 'r', userAgent: 'u' },
      false,
    ],
    ['keywords come last', { s: ['word'], t: { awsRegion: 'q' }, condition: 's and t' }, { awsRegion: 'r' }, false],
    ['another event name', { s: { ...dear, eventName: 'A' }, condition: 's' }, { eventName: 'B' }, false],
    ['a filter on the event name', { s: dear, f: { eventName: 'B' }, condition: 's and not f' }, { eventName: 'B' }, false],
  ])('%s', (_, detection, record, parsed) => {
    const set = setOf(ruleText(detection));
    const plain = viewOf(record);
    const asked: string[] = [];
    const view: RecordView = {
      ...plain,
      top: (key) => {
        asked.push(key);
        return plain.top(key);
      },
    };
    set.match(set.candidates(view.eventSource, view.eventName), view);
    expect(asked.includes('requestParameters')).toBe(parsed);
  });
});

describe('no record makes it throw', () => {
  const set = setOf(
    selectionText({ 'requestParameters|contains': 'a', 'requestParameters.a.b|re': 'a' }),
    selectionText({ 'requestParameters.a|cidr': '192.0.2.0/24' }),
    selectionText({ 'requestParameters.a|gt': 5 }),
    selectionText({ 'requestParameters.a|fieldref|contains': 'responseElements.a' }),
    selectionText({ 'requestParameters.a|fieldref': 'responseElements.a' }),
    selectionText({ 'requestParameters.__proto__.a': null, 'requestParameters.constructor|exists': false }),
    selectionText({ 'userIdentity.type|startswith': 'a', 'userIdentity.sessionContext.sessionIssuer.type': 'b' }),
    selectionText(['a', { 'userAgent|endswith': 'b' }]),
    ruleText({ s: { 'requestParameters.a.a.a.a': '*' }, t: { 'resources.a|exists': true }, condition: 'not s or not t' }),
  );
  const keys = [
    'eventSource',
    'eventName',
    'userIdentity',
    'requestParameters',
    'responseElements',
    'resources',
    'userAgent',
    'a',
    '__proto__',
    'type',
    'length',
  ];

  function everything(record: Json): void {
    const view = viewOf(record);
    for (const rule of set.match(set.candidates(view.eventSource, view.eventName), view)) {
      for (const { value } of set.evidence(rule, view)) expect(value.length).toBeLessThanOrEqual(200);
    }
  }

  test('whatever the types', () => {
    const value = fc.jsonValue({ maxDepth: 4 });
    const nested = fc.dictionary(fc.constantFrom(...keys), fc.oneof(value, fc.dictionary(fc.constantFrom(...keys), value)));
    fc.assert(fc.property(fc.dictionary(fc.constantFrom(...keys), fc.oneof(nested, value)), everything), { numRuns: 1000 });
  });

  test.each<[name: string, value: unknown]>([
    ['512 lists deep', JSON.parse(`${'['.repeat(512)}"a"${']'.repeat(512)}`)],
    ['512 objects deep', JSON.parse(`${'{"a":'.repeat(512)}"a"${'}'.repeat(512)}`)],
    ['lists and objects in turn', JSON.parse(`${'[{"a":'.repeat(256)}"a"${'}]'.repeat(256)}`)],
    ['a list of 200,000', { a: Array.from({ length: 200_000 }, (_, i) => `a${i}`) }],
    ['a text of two million characters', { a: 'a'.repeat(2_000_000) }],
    ['half a character', { a: '\ud800' }],
  ])('%s, in little time', (_, value) => {
    const started = Date.now();
    everything({
      eventName: 'x',
      userIdentity: value,
      requestParameters: value,
      responseElements: value,
      resources: value,
      userAgent: 'b',
    });
    expect(Date.now() - started).toBeLessThan(5000);
  });
});

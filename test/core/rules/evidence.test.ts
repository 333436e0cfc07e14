import { viewOf } from '../../../core/records/view.ts';
import { compileRules } from '../../../core/rules/ruleset.ts';
import { loaded, ruleText, selectionText } from './rule-text.ts';

type Json = Readonly<Record<string, unknown>>;

function evidence(text: string, record: Json): string[] {
  const set = compileRules([loaded(text)]);
  const view = viewOf(record);
  expect(set.match(set.candidates(view.eventSource, view.eventName), view)).toEqual([0]);
  return set.evidence(0, view).map(({ field, value }) => `${field}: ${value}`);
}

const LONG = 'x'.repeat(500);

describe('evidence', () => {
  test.each<[name: string, text: string, record: Json, expected: readonly string[]]>([
    [
      'the fields in the order of the rule',
      selectionText({ awsRegion: 'R', eventName: 'a' }),
      { eventName: 'A', awsRegion: 'r' },
      ['awsRegion: r', 'eventName: A'],
    ],
    [
      'of alternatives those that hold',
      ruleText({ s: { eventName: 'A' }, t_1: { awsRegion: 'q' }, t_2: { userAgent: 'u' }, condition: 's and 1 of t_*' }),
      { eventName: 'A', awsRegion: 'r', userAgent: 'u' },
      ['eventName: A', 'userAgent: u'],
    ],
    [
      'only alternatives that hold as a whole',
      selectionText([{ eventName: 'A', awsRegion: 'q' }, { userAgent: 'u' }]),
      { eventName: 'A', awsRegion: 'r', userAgent: 'u' },
      ['userAgent: u'],
    ],
    [
      'not what a filter did not find',
      ruleText({ s: { eventName: 'A' }, f: { awsRegion: 'q' }, condition: 's and not f' }),
      { eventName: 'A', awsRegion: 'r' },
      ['eventName: A'],
    ],
    ['but that where there is nothing else', ruleText({ f: { awsRegion: 'q' }, condition: 'not f' }), { awsRegion: 'r' }, ['awsRegion: r']],
    [
      'a number and a boolean',
      selectionText({ readOnly: false, 'requestParameters.port': 22 }),
      { readOnly: false, requestParameters: { port: 22 } },
      ['readOnly: false', 'requestParameters.port: 22'],
    ],
    [
      'the element that satisfied',
      selectionText({ 'requestParameters.items.cidr': '0.0.0.0/0' }),
      { requestParameters: { items: [{ cidr: '192.0.2.0/24' }, { cidr: '0.0.0.0/0' }] } },
      ['requestParameters.items.cidr: 0.0.0.0/0'],
    ],
    [
      'what is absent',
      selectionText({ errorCode: null, 'vpcEndpointId|exists': false }),
      { errorCode: null },
      ['errorCode: (absent)', 'vpcEndpointId: (absent)'],
    ],
    ['what is there', selectionText({ 'requestParameters|exists': true }), { requestParameters: { a: 1 } }, ['requestParameters: {"a":1}']],
    [
      'the JSON text that was searched',
      selectionText({ 'requestParameters|contains': '"a"' }),
      { requestParameters: { a: 1 } },
      ['requestParameters: {"a":1}'],
    ],
    [
      'the string inside that was found',
      selectionText({ 'requestParameters|contains': '"Allow"' }),
      { requestParameters: { policy: '{"Effect":"Allow"}' } },
      ['requestParameters: {"Effect":"Allow"}'],
    ],
    [
      'a reference',
      selectionText({ 'requestParameters.userName|fieldref': 'userIdentity.userName' }),
      { requestParameters: { userName: 'Bob' }, userIdentity: { userName: 'bob' } },
      ['requestParameters.userName: Bob'],
    ],
    [
      'where a keyword was found',
      selectionText(['needle']),
      { requestParameters: { a: [{ b: 'a Needle' }] } },
      ['requestParameters.a.b: a Needle'],
    ],
    [
      'each field and value once',
      ruleText({ s: { eventName: 'A' }, t: { 'eventName|startswith': 'A', userAgent: 'u' }, condition: 's and t' }),
      { eventName: 'A', userAgent: 'u' },
      ['eventName: A', 'userAgent: u'],
    ],
    ['a long value cut', selectionText({ 'userAgent|startswith': 'x' }), { userAgent: LONG }, [`userAgent: ${'x'.repeat(199)}…`]],
    [
      'a long value cut around what was found',
      selectionText({ 'userAgent|contains': 'Needle' }),
      { userAgent: `${LONG}needle${LONG}` },
      [`userAgent: …${'x'.repeat(40)}needle${'x'.repeat(152)}…`],
    ],
    [
      'a long value found at its end',
      selectionText({ 'userAgent|endswith': 'Needle' }),
      { userAgent: `${LONG}needle` },
      [`userAgent: …${'x'.repeat(193)}needle`],
    ],
    [
      'no half character at a cut',
      selectionText({ 'userAgent|startswith': 'x' }),
      { userAgent: `${'x'.repeat(198)}😀${LONG}` },
      [`userAgent: ${'x'.repeat(198)}\ufffd…`],
    ],
    [
      'twelve fields at most',
      selectionText(Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`requestParameters.a${i}`, '*']))),
      { requestParameters: Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`a${i}`, i])) },
      Array.from({ length: 12 }, (_, i) => `requestParameters.a${i}: ${i}`),
    ],
  ])('%s', (_, text, record, expected) => {
    expect(evidence(text, record)).toEqual(expected);
  });
});

import fc from 'fast-check';
import { loadRules } from '../../../core/rules/load.ts';
import { naiveMatch } from './naive.ts';
import { loaded, refusal, ruleText } from './rule-text.ts';

type Selections = Readonly<Record<string, unknown>>;

describe('a rule that can never fire is refused', () => {
  test.each<[name: string, selections: Selections, condition: string, reason: string]>([
    [
      'equal and equal',
      { one: { eventName: 'A' }, two: { eventName: 'B' } },
      'one and two',
      'eventName would have to be "A", and at the same time "B"',
    ],
    [
      'all values of one scalar field',
      { one: { 'eventName|all': ['A', 'B'] } },
      'one',
      'eventName would have to be "A", and at the same time "B"',
    ],
    [
      'lists without a common value',
      { one: { awsRegion: ['a', 'b'] }, two: { awsRegion: ['c', 'd'] } },
      'one and two',
      'awsRegion would have to be "a" or "b", and at the same time "c" or "d"',
    ],
    [
      'equal and pattern',
      { one: { eventName: 'CreateUser' }, two: { 'eventName|startswith': 'Delete' } },
      'all of them',
      'eventName would have to be "CreateUser", and at the same time like "Delete*"',
    ],
    [
      'equal and minding the case',
      { one: { 'userAgent|cased': 'Boto' }, two: { 'userAgent|cased': 'boto' } },
      'one and two',
      'userAgent would have to be "Boto", and at the same time "boto"',
    ],
    [
      'equal and a pattern that minds the case in other letters',
      { one: { eventName: 'CreateUser' }, two: { 'eventName|cased|contains': 'Role' } },
      'one and two',
      'eventName would have to be "CreateUser", and at the same time like "*Role*"',
    ],
    [
      'null and value',
      { one: { errorCode: null }, two: { errorCode: 'AccessDenied' } },
      'one and two',
      'errorCode would have to be absent, and at the same time "AccessDenied"',
    ],
    [
      'null and pattern',
      { one: { errorCode: null }, two: { 'errorCode|contains': '*' } },
      'one and two',
      'errorCode would have to be absent, and at the same time like "*"',
    ],
    [
      'not present and value',
      { one: { 'userIdentity.invokedBy|exists': false }, two: { 'userIdentity.invokedBy': 'x' } },
      'one and two',
      'userIdentity.invokedBy would have to be not present, and at the same time "x"',
    ],
    [
      'disjoint numbers',
      { one: { 'apiVersion|gte': 5 }, two: { 'apiVersion|lt': 5 } },
      'one and two',
      'apiVersion would have to be at least 5, and at the same time below 5',
    ],
    [
      'a number outside a range',
      { one: { apiVersion: 5 }, two: { 'apiVersion|gt': 5 } },
      'one and two',
      'apiVersion would have to be "5", and at the same time above 5',
    ],
    [
      'a comparison and its own filter',
      { one: { 'apiVersion|gt': 5 }, filter: { 'apiVersion|gt': 3 } },
      'one and not filter',
      'apiVersion would have to be above 5, and at the same time not above 3',
    ],
    [
      'an address outside a range',
      { one: { sourceIPAddress: '192.0.2.1' }, two: { 'sourceIPAddress|cidr': '198.51.100.0/24' } },
      'one and two',
      'sourceIPAddress would have to be "192.0.2.1", and at the same time within "198.51.100.0/24"',
    ],
    [
      'a filter that names the selected values',
      { one: { eventName: ['A', 'B'] }, filter: { eventName: ['a', 'b', 'c'] } },
      'one and not filter',
      'eventName would have to be "A" or "B", and at the same time not "a" or "b" or "c"',
    ],
    [
      'a filter whose pattern is wider',
      { one: { 'eventName|startswith': 'DeleteT' }, filter: { 'eventName|contains': 'let' } },
      'one and not filter',
      'eventName would have to be like "DeleteT*", and at the same time not like "*let*"',
    ],
    [
      'a filter on the very same expression',
      { one: { 'userAgent|re': ['^a', '^b'] }, filter: { 'userAgent|re': ['^b', '^a', '^c'] } },
      'one and not filter',
      'userAgent would have to be matched by "^a" or "^b", and at the same time not matched by "^b" or "^a" or "^c"',
    ],
    [
      'a filter on the very same range',
      { one: { 'sourceIPAddress|cidr': '192.0.2.0/24' }, filter: { 'sourceIPAddress|cidr': ['192.0.2.0/24', '198.51.100.0/24'] } },
      'one and not filter',
      'sourceIPAddress would have to be within "192.0.2.0/24", and at the same time not within "192.0.2.0/24" or "198.51.100.0/24"',
    ],
    [
      'a filter that leaves neither text nor absence',
      { one: { 'errorCode|exists': true }, null_: { errorCode: null }, any_: { errorCode: '*' } },
      'one and not null_ and not any_',
      'errorCode would have to be present, and at the same time not absent, and at the same time not like "*"',
    ],
    [
      'a filter that is the selection, on any field',
      { one: { 'requestParameters.a|contains': 'x' }, filter: { 'requestParameters.a|contains': 'x' } },
      'one and not filter',
      'requestParameters.a would have to be like "*x*", and at the same time not like "*x*"',
    ],
    [
      'keywords that are filtered away',
      { one: ['x'], filter: ['x'] },
      'one and not filter',
      'a filter takes away all that the keywords select',
    ],
    [
      'every alternative',
      { one: { eventName: 'A' }, two_x: { eventName: 'B' }, two_y: { eventName: 'C' } },
      'one and 1 of two_*',
      'eventName would have to be "A", and at the same time "B"',
    ],
  ])('%s', (_, selections, condition, reason) => {
    expect(refusal(ruleText({ ...selections, condition }))).toBe(`The rule can never fire: ${reason}.`);
  });
});

describe('a rule that may fire is loaded', () => {
  test.each<[name: string, selections: Selections, condition: string]>([
    ['two values on a field that may be a list', { one: { 'resources.ARN': 'a' }, two: { 'resources.ARN': 'b' } }, 'one and two'],
    ['one of two alternatives', { one: { eventName: 'A' }, two_x: { eventName: 'B' }, two_y: { eventName: 'a' } }, 'one and 1 of two_*'],
    ['the same value in another case', { one: { eventName: 'Create' }, two: { eventName: 'CREATE' } }, 'one and two'],
    ['a filter that minds the case', { one: { eventName: 'create' }, filter: { 'eventName|cased': 'create' } }, 'one and not filter'],
    ['a regular expression that some casing fits', { one: { eventName: 'create' }, two: { 'eventName|re': '^C' } }, 'one and two'],
    [
      'a narrower filter',
      { one: { 'eventName|startswith': 'Delete' }, filter: { 'eventName|startswith': 'DeleteT' } },
      'one and not filter',
    ],
    ['a number written in two ways', { one: { apiVersion: 5 }, two: { 'apiVersion|lte': 5 } }, 'one and two'],
    ['ranges that meet in one number', { one: { 'apiVersion|gte': 5 }, two: { 'apiVersion|lte': 5 } }, 'one and two'],
    ['filters on numbers alone', { one: { 'apiVersion|lt': 5 }, two: { 'apiVersion|gte': 5 } }, 'not one and not two'],
    ['null and not present', { one: { errorCode: null }, two: { 'errorCode|exists': false } }, 'one and two'],
    ['null and present', { one: { errorCode: null }, two: { 'errorCode|exists': true } }, 'one and two'],
    ['the opposite of null', { one: { errorCode: null } }, 'not one'],
    [
      'an address without letters inside a range',
      { one: { sourceIPAddress: '192.0.2.1' }, two: { 'sourceIPAddress|cidr': '192.0.2.0/24' } },
      'one and two',
    ],
  ])('%s', (_, selections, condition) => {
    expect(loaded(ruleText({ ...selections, condition })).title).toBe('A rule');
  });

  test('a proof that takes too many steps is given up, and the rule loaded', () => {
    const choices = Object.fromEntries(
      Array.from({ length: 30 }, (_, i) => [`choice_${i}`, [{ [`requestParameters.a${i}`]: 'x' }, { [`requestParameters.b${i}`]: 'x' }]]),
    );
    const selections = { ...choices, last: [{ eventName: 'A' }, { eventName: 'B' }], name: { eventName: 'C' } };
    expect(loaded(ruleText({ ...selections, condition: 'all of them' })).names).toEqual([]);
  });
});

describe('no rule that can fire is refused', () => {
  const texts = ['', 'a', 'A', 'b', 'ab', '5', '7'];
  const values: readonly unknown[] = [undefined, null, ...texts, 5, 7, true, ['a'], { a: 'b' }];
  const fields = ['eventName', 'awsRegion', 'userIdentity.type'] as const;
  const records = values.flatMap((eventName) =>
    values.flatMap((awsRegion) =>
      [undefined, 'a', 'A', ''].map((type) =>
        Object.fromEntries(
          [
            ['eventName', eventName],
            ['awsRegion', awsRegion],
            ['userIdentity', { type }],
          ].filter(([, value]) => value !== undefined),
        ),
      ),
    ),
  );

  const list = (...items: readonly unknown[]): fc.Arbitrary<unknown> =>
    fc.oneof(fc.constantFrom(...items), fc.uniqueArray(fc.constantFrom(...items), { minLength: 1, maxLength: 3 }));
  const entry = fc.oneof(
    { weight: 4, arbitrary: fc.tuple(fc.constantFrom('', '|cased'), list(...texts, 5, true, null, 'a*', '?', '*b', '*', 'a?')) },
    { weight: 2, arbitrary: fc.tuple(fc.constantFrom('|contains', '|startswith', '|endswith|cased', '|all'), list(...texts, '?')) },
    { weight: 1, arbitrary: fc.tuple(fc.constant('|exists'), fc.boolean()) },
    { weight: 1, arbitrary: fc.tuple(fc.constantFrom('|re', '|re|i'), list('^a', 'b$', 'A')) },
    { weight: 2, arbitrary: fc.tuple(fc.constantFrom('|lt', '|lte', '|gt', '|gte'), list(4, 5, 7)) },
    { weight: 1, arbitrary: fc.tuple(fc.constantFrom('|fieldref'), list(...fields)) },
  );
  const selection = fc
    .array(fc.tuple(fc.constantFrom(...fields.slice(0, 2), 'eventName'), entry), { minLength: 1, maxLength: 2 })
    .map((entries) => Object.fromEntries(entries.map(([field, [modifiers, value]]) => [field + modifiers, value])));
  const detection = fc.record({
    one: selection,
    two: selection,
    three: selection,
    condition: fc.constantFrom(
      'one and two',
      'one and not two',
      'one and two and not three',
      'not one and not two',
      'all of them',
      '(one or two) and not three',
      'one and not 1 of t*',
    ),
  });

  test('of all small records none matches a refused rule', () => {
    let refused = 0;
    fc.assert(
      fc.property(detection, (one) => {
        const { refusals } = loadRules([{ file: 'rule.yml', text: ruleText(one) }]);
        if (refusals.length === 0) return;
        refused++;
        expect(refusals[0]?.reason).toMatch(/^The rule can never fire: /);
        expect(records.find((record) => naiveMatch(one, record))).toBeUndefined();
      }),
      { numRuns: 1000, seed: 7 },
    );
    expect(refused).toBeGreaterThan(100);
  });
});

import fc from 'fast-check';
import { viewOf } from '../../../core/records/view.ts';
import { Compiler } from '../../../core/rules/compile.ts';
import { loadRules } from '../../../core/rules/load.ts';
import type { Rule } from '../../../core/rules/model.ts';
import { compileRules } from '../../../core/rules/ruleset.ts';
import { naiveMatch } from './naive.ts';
import { ruleText } from './rule-text.ts';

type Detection = Readonly<Record<string, unknown>>;

const FIELDS = [
  'eventSource',
  'eventName',
  'awsRegion',
  'readOnly',
  'userAgent',
  'userIdentity.type',
  'userIdentity.sessionContext.sessionIssuer.type',
  'requestParameters',
  'requestParameters.a',
  'requestParameters.a.b',
  'requestParameters.list.a',
  'errorCode',
];
const TEXTS = ['a', 'A', 'b', 'ab', 'aB', 'ba', '', '5', '12', 'true', 'a.b', 'x"a', 'a*b'];
const PATTERNS = [...TEXTS, 'a*', '*b', '*a*', '?', 'a?', '*', '?*', 'a\\*b', '*"*', 'b*a*', '\\\\'];

const scalar = fc.oneof(fc.constantFrom<unknown>(...TEXTS), fc.constantFrom<unknown>(5, 12, 1.5, true, false, null));
const wanted = fc.oneof({ weight: 3, arbitrary: fc.constantFrom<unknown>(...PATTERNS) }, { weight: 1, arbitrary: scalar });
const text = fc.constantFrom<unknown>(...PATTERNS);
const oneOrMany = (value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> => fc.oneof(value, fc.array(value, { minLength: 1, maxLength: 3 }));

const entry = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(fc.constantFrom('', '|cased', '|all'), oneOrMany(wanted)) },
  {
    weight: 4,
    arbitrary: fc.tuple(fc.constantFrom('|contains', '|startswith', '|endswith', '|contains|all', '|endswith|cased'), oneOrMany(text)),
  },
  { weight: 1, arbitrary: fc.tuple(fc.constant('|exists'), fc.boolean()) },
  {
    weight: 1,
    arbitrary: fc.tuple(
      fc.constantFrom('|re', '|re|i', '|re|i|s'),
      oneOrMany(fc.constantFrom('^a', 'B$', 'a.*b', '[ab]{2}', '^$', '"a":')),
    ),
  },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom('|lt', '|lte', '|gt', '|gte'), fc.constantFrom<unknown>(1.5, 5, 12)) },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom('|fieldref', '|fieldref|cased'), fc.constantFrom<unknown>(...FIELDS)) },
);
const map = fc
  .array(fc.tuple(fc.constantFrom(...FIELDS), entry), { minLength: 1, maxLength: 3 })
  .map((entries) => Object.fromEntries(entries.map(([field, [modifiers, value]]) => [field + modifiers, value])));
const keyword = fc.constantFrom<unknown>('a', 'AB', 'a*b', '?a', 'zz');
const selection = fc.oneof(
  { weight: 6, arbitrary: map as fc.Arbitrary<unknown> },
  { weight: 1, arbitrary: fc.array(fc.oneof(map as fc.Arbitrary<unknown>, keyword), { minLength: 1, maxLength: 2 }) },
  { weight: 1, arbitrary: oneOrMany(keyword).map((words) => ({ '|all': words }) as unknown) },
);
const condition = fc.constantFrom(
  'one',
  'one and two',
  'one or two',
  'one and not two',
  'not one and two',
  'not (one or two) and _three',
  '1 of them',
  'all of them',
  'any of o* or not _three',
  'one and not 1 of t*',
  'not not one or two and _three',
  'not (one and not (two or _three))',
);
const detection: fc.Arbitrary<Detection> = fc.record({
  one: selection,
  two: selection,
  _three: selection,
  condition: fc.oneof(
    { weight: 5, arbitrary: condition as fc.Arbitrary<unknown> },
    { weight: 1, arbitrary: fc.array(condition, { minLength: 1, maxLength: 2 }) },
  ),
});

const value: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { weight: 5, arbitrary: scalar },
    { weight: 1, arbitrary: fc.array(tie('value'), { maxLength: 3 }) },
    { weight: 2, arbitrary: fc.dictionary(fc.constantFrom('a', 'b', 'a.b', 'list', '__proto__'), tie('value'), { maxKeys: 3 }) },
  ),
})).value;
const mostlyScalar = fc.oneof({ weight: 6, arbitrary: scalar }, { weight: 1, arbitrary: value });
const record = fc.record(
  {
    eventSource: mostlyScalar,
    eventName: mostlyScalar,
    awsRegion: mostlyScalar,
    readOnly: mostlyScalar,
    userAgent: mostlyScalar,
    errorCode: mostlyScalar,
    userIdentity: fc.oneof(
      {
        weight: 4,
        arbitrary: fc.record(
          { type: mostlyScalar, sessionContext: fc.record({ sessionIssuer: fc.record({ type: mostlyScalar }) }) },
          { requiredKeys: [] },
        ) as fc.Arbitrary<unknown>,
      },
      { weight: 1, arbitrary: value },
    ),
    requestParameters: value,
  },
  { requiredKeys: [] },
) as fc.Arbitrary<Readonly<Record<string, unknown>>>;

/** Loads detections one by one: those that may fire with their rules, the others as they are. */
function load(detections: readonly Detection[]): {
  readonly live: readonly Detection[];
  readonly rules: readonly Rule[];
  readonly dead: readonly Detection[];
} {
  const { rules, refusals } = loadRules(detections.map((one, i) => ({ file: `${i}.yml`, text: ruleText(one) })));
  expect(refusals.filter(({ reason }) => !reason.startsWith('The rule can never fire: '))).toEqual([]);
  const refused = new Set(refusals.map(({ file }) => file));
  return {
    live: detections.filter((_, i) => !refused.has(`${i}.yml`)),
    rules,
    dead: detections.filter((_, i) => refused.has(`${i}.yml`)),
  };
}

describe('three evaluators', () => {
  test('the naive reading, the compiled conditions and the indexed rule set agree on random rules and records', () => {
    const tally = { matches: 0, misses: 0, dead: 0 };
    fc.assert(
      fc.property(
        fc.array(detection, { minLength: 1, maxLength: 8 }),
        fc.array(record, { minLength: 1, maxLength: 6 }),
        (detections, records) => {
          const { live, rules, dead } = load(detections);
          // A prepared rule set has been through JSON.
          const set = compileRules(JSON.parse(JSON.stringify(rules)) as Rule[]);
          tally.dead += dead.length;
          for (const one of records) {
            const view = viewOf(one);
            const naive = live.flatMap((each, i) => (naiveMatch(each, one) ? [i] : []));
            const compiled = rules.flatMap((rule, i) => (new Compiler().compile(rule.condition)(view) ? [i] : []));
            const candidates = set.candidates(view.eventSource, view.eventName);
            expect(compiled).toEqual(naive);
            expect(set.match(candidates, view)).toEqual(naive);
            if (candidates.empty) expect(naive).toEqual([]);
            expect(dead.filter((each) => naiveMatch(each, one))).toEqual([]);
            tally.matches += naive.length;
            tally.misses += live.length - naive.length;
          }
        },
      ),
      { numRuns: 1500, seed: 20240514 },
    );
    // The agreement means something only when rules both match and do not.
    expect(tally.matches).toBeGreaterThan(5000);
    expect(tally.misses).toBeGreaterThan(5000);
    expect(tally.dead).toBeGreaterThan(20);
  });
});

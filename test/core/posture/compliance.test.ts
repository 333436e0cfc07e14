import fc from 'fast-check';
import { complianceByRegion, DEFAULT_REGIONS, GLOBAL, noTally, postureRegion, type RegionTally } from '../../../core/posture/compliance.ts';
import { CONTROLS, controlBit, controlIds } from '../../../core/posture/controls.ts';

/** A region's tally with these violations per control. */
function tally(more: Partial<Omit<RegionTally, 'violations'>>, violations: Readonly<Record<string, number>> = {}): RegionTally {
  const made = { ...noTally(), ...more };
  for (const [id, count] of Object.entries(violations)) made.violations[CONTROLS.findIndex((control) => control.id === id)] = count;
  return made;
}

const mask = (...ids: string[]) => ids.reduce((sum, id) => sum | controlBit(id), 0);
const of = (made: RegionTally) => complianceByRegion(new Map([['eu-west-1', made]]), [])[1];

test.each<[string, string, string]>([
  ['iam.amazonaws.com', 'us-east-1', GLOBAL],
  ['signin.amazonaws.com', 'eu-central-1', GLOBAL],
  ['organizations.amazonaws.com', 'us-east-1', GLOBAL],
  ['cloudfront.amazonaws.com', 'us-east-1', GLOBAL],
  ['ec2.amazonaws.com', 'eu-central-1', 'eu-central-1'],
  ['s3.amazonaws.com', 'us-east-1', 'us-east-1'],
  ['sts.amazonaws.com', 'us-east-1', 'us-east-1'],
  ['ec2.amazonaws.com', '', GLOBAL],
])('an event of %s in %p is measured in %s', (source, region, expected) => {
  expect(postureRegion(source, region)).toBe(expected);
});

describe('regions', () => {
  const names = (seen: string[], expected: readonly string[]) =>
    complianceByRegion(new Map(seen.map((region) => [region, tally({ events: 1 })])), expected).map(({ region }) => region);

  test.each<[string, string[], string[], string[]]>([
    ['global comes first even when nothing happened there', ['a-1'], [], [GLOBAL, 'a-1']],
    ['then all by name, each once', ['eu-1', 'ap-1', GLOBAL], ['us-1', 'eu-1'], [GLOBAL, 'ap-1', 'eu-1', 'us-1']],
    ['an expectation of global changes nothing', [], [GLOBAL], [GLOBAL]],
  ])('%s', (_name, seen, expected, result) => {
    expect(names(seen, expected)).toEqual(result);
  });

  test('the default ones are those that every account has', () => {
    expect(DEFAULT_REGIONS).toHaveLength(17);
    expect(new Set(DEFAULT_REGIONS).size).toBe(17);
    for (const region of DEFAULT_REGIONS) expect(region).toMatch(/^[a-z]{2}-[a-z]+-\d$/);
  });
});

test('a region without events has no data, which is not 100 %', () => {
  const silent = complianceByRegion(new Map(), ['eu-west-1']);
  for (const region of silent) {
    expect(region).toMatchObject({
      events: 0,
      controlsEvaluated: 0,
      controlsFailed: 0,
      controlCompliance: null,
      eventCompliance: null,
      violations: {},
    });
  }
});

test.each<[string, RegionTally, object]>([
  ['events that no control judges', tally({ events: 4 }), { controlCompliance: null, eventCompliance: 100 }],
  ['one control, kept', tally({ events: 4, evaluated: mask('4.5') }), { controlsEvaluated: 1, controlsFailed: 0, controlCompliance: 100 }],
  [
    'one of three controls violated, by two of eight events',
    tally({ events: 8, riskyEvents: 3, violating: 2, evaluated: mask('4.1', '4.5', '4.16') }, { '4.5': 2 }),
    { controlsEvaluated: 3, controlsFailed: 1, controlCompliance: 66.7, eventCompliance: 75, riskyEvents: 3, violations: { '4.5': 2 } },
  ],
  [
    'one event that violates two controls is one event',
    tally({ events: 2, violating: 1, evaluated: mask('4.1', '4.3') }, { '4.1': 1, '4.3': 1 }),
    { controlsFailed: 2, controlCompliance: 0, eventCompliance: 50, violations: { '4.1': 1, '4.3': 1 } },
  ],
  ['one in a million is not rounded away', tally({ events: 1_000_000, violating: 1 }), { eventCompliance: 99.9 }],
  ['one kept in a million is not rounded away', tally({ events: 1_000_000, violating: 999_999 }), { eventCompliance: 0.1 }],
  ['all violate', tally({ events: 3, violating: 3 }), { eventCompliance: 0 }],
])('%s', (_name, made, expected) => {
  expect(of(made)).toMatchObject(expected);
});

test('a percentage is 100 or 0 only where it is exactly so, and near the truth', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e9 }), fc.double({ min: 0, max: 1, noNaN: true }), (events, share) => {
      const violating = Math.round(share * events);
      const percent = of(tally({ events, violating }))?.eventCompliance as number;
      expect(percent === 100).toBe(violating === 0);
      expect(percent === 0).toBe(violating === events);
      expect(Math.abs(percent - (100 * (events - violating)) / events)).toBeLessThanOrEqual(0.1);
    }),
  );
});

test('controls are 4.1 to 4.16, and a mask gives back its ids', () => {
  expect(CONTROLS.map(({ id }) => id)).toEqual(Array.from({ length: 16 }, (_, i) => `4.${i + 1}`));
  for (const { id, title } of CONTROLS) {
    expect(controlIds(controlBit(id))).toEqual([id]);
    expect(title.length).toBeGreaterThan(5);
  }
  expect(controlIds(mask('4.16', '4.1', '4.10'))).toEqual(['4.1', '4.10', '4.16']);
  expect(controlIds(0)).toEqual([]);
  expect([controlBit('4.17'), controlBit('4'), controlBit('')]).toEqual([0, 0, 0]);
});

import fc from 'fast-check';
import { LEVEL_FLOORS, LEVELS, type Level, levelOf, riskRank } from '../../../core/levels.ts';
import { CONTEXT, detectorWeight, eventRisk, type Factor, noisyOr, type Reason } from '../../../core/risk/event-risk.ts';

const sumOf = (reasons: readonly Reason[]): number => reasons.reduce((sum, { points }) => sum + points, 0);
const factor = (weight: number, text = `weight ${weight}`): Factor => ({ text, weight });

/** Weights that people write, products of which fall on halves of a point, and any others. */
const weight = fc.oneof(
  fc.integer({ min: 0, max: 100 }).map((n) => n / 100),
  fc.double({ min: 0, max: 1, noNaN: true }),
);
const factors = fc.array(weight, { maxLength: 12 }).map((weights) => weights.map((w, i) => factor(w, `factor ${i}`)));

describe('noisy-or', () => {
  test.each<[string, number[], number, number[]]>([
    ['of nothing', [], 0, []],
    ['of a weight of nothing', [0], 0, []],
    ['of one', [0.5], 50, [50]],
    ['of two alike', [0.5, 0.5], 75, [38, 37]],
    ['of a heavy and a light one', [0.96, 0.2], 97, [91, 6]],
    ['of one that weighs nothing beside one that does', [0, 0.4], 40, [0, 40]],
    ['of a certainty: 99.9 %', [1], 100, [100]],
    ['of more than a certainty', [7, 1], 100, [50, 50]],
    ['of a trifle: at least 1', [1e-9], 1, [1]],
  ])('%s', (_name, weights, risk, points) => {
    const result = noisyOr(weights.map((w) => factor(w)));
    expect(result.risk).toBe(risk);
    expect(result.reasons.map((reason) => reason.points)).toEqual(points);
  });

  test('is 100·(1 − Π(1 − w)), a whole number of 0 to 100, and its points add up to it', () => {
    fc.assert(
      fc.property(factors, (given) => {
        const { risk, reasons } = noisyOr(given);
        const exact = 100 * (1 - given.reduce((product, { weight: w }) => product * (1 - Math.min(w, 0.999)), 1));
        expect(Number.isInteger(risk) && risk >= 0 && risk <= 100).toBe(true);
        expect(Math.abs(risk - exact)).toBeLessThanOrEqual(exact < 0.5 ? 1 : 0.5 + 1e-9);
        expect(sumOf(reasons)).toBe(risk);
        expect(reasons.every(({ points }) => Number.isInteger(points) && points >= 0)).toBe(true);
        expect(reasons.map(({ text }) => text)).toEqual(risk === 0 ? [] : given.map(({ text }) => text));
      }),
    );
  });

  test('does not depend on the order', () => {
    const orders = factors.chain((given) => fc.tuple(fc.constant(given), fc.shuffledSubarray(given, { minLength: given.length })));
    fc.assert(fc.property(orders, ([given, other]) => expect(noisyOr(other).risk).toBe(noisyOr(given).risk)));
    // Their exact risk is 76.5: rounding of the sum alone told the orders apart.
    const tie = [0.06, 0.5, 0.5];
    expect(
      new Set(
        [
          [0, 1, 2],
          [1, 0, 2],
          [1, 2, 0],
        ].map((order) => noisyOr(order.map((i) => factor(tie[i] as number))).risk),
      ).size,
    ).toBe(1);
  });
});

describe('the risk of an event', () => {
  const context = fc.subarray(Object.values(CONTEXT) as Factor[]);

  test('a further signal never lowers it', () => {
    fc.assert(
      fc.property(factors, weight, context, (signals, more, around) => {
        expect(eventRisk([...signals, factor(more)], around).risk).toBeGreaterThanOrEqual(eventRisk(signals, around).risk);
      }),
    );
  });

  test('a heavier signal never lowers it', () => {
    const heavier = fc.array(fc.tuple(weight, weight), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(heavier, context, (pairs, around) => {
        const light = pairs.map(([a, b]) => factor(Math.min(a, b)));
        const heavy = pairs.map(([a, b], i) => factor(i === 0 ? Math.max(a, b) : Math.min(a, b)));
        expect(eventRisk(heavy, around).risk).toBeGreaterThanOrEqual(eventRisk(light, around).risk);
      }),
    );
  });

  test('a further circumstance never lowers it, and counts only beside a signal', () => {
    fc.assert(
      fc.property(factors, context, (signals, around) => {
        const alone = eventRisk(signals, []).risk;
        const { risk, reasons } = eventRisk(signals, around);
        expect(risk).toBeGreaterThanOrEqual(alone);
        if (signals.every(({ weight: w }) => w === 0)) expect({ risk, reasons }).toEqual({ risk: 0, reasons: [] });
        expect(sumOf(reasons)).toBe(risk);
      }),
    );
  });

  test('does not depend on the order of its signals', () => {
    const orders = factors.chain((given) => fc.tuple(fc.constant(given), fc.shuffledSubarray(given, { minLength: given.length })));
    fc.assert(
      fc.property(orders, context, ([given, other], around) => expect(eventRisk(other, around).risk).toBe(eventRisk(given, around).risk)),
    );
  });

  test.each<[string, number[], Factor[], number, [string, number][]]>([
    ['a signal that weighs nothing is no reason', [0, 0.5], [], 50, [['weight 0.5', 50]]],
    [
      'the second signal counts half, the third a quarter',
      [0.2, 0.4, 0.4],
      [],
      54,
      [
        ['weight 0.4', 35],
        ['weight 0.4', 15],
        ['weight 0.2', 4],
      ],
    ],
    [
      'a circumstance takes its share of the doubt',
      [0.5],
      [CONTEXT.noMfa],
      54,
      [
        ['weight 0.5', 48],
        [CONTEXT.noMfa.text, 6],
      ],
    ],
    ['circumstances without a signal', [0], [CONTEXT.root, CONTEXT.noMfa], 0, []],
  ])('%s', (_name, weights, around, risk, reasons) => {
    const result = eventRisk(
      weights.map((w) => factor(w)),
      around,
    );
    expect([result.risk, result.reasons.map(({ text, points }) => [text, points])]).toEqual([risk, reasons]);
  });
});

describe('the level of a lone rule is the level of its event', () => {
  const statuses = [undefined, 'stable', 'test', 'experimental', 'something else'];
  test.each(LEVELS.flatMap((level) => statuses.map((status): [Level, string | undefined] => [level, status])))(
    '%s, status %s',
    (level, status) => {
      expect(levelOf(eventRisk([factor(detectorWeight(level, status))], []).risk)).toBe(level);
    },
  );

  test('a deprecated rule says less, an unsupported one nothing', () => {
    for (const level of LEVELS.slice(1)) {
      expect(detectorWeight(level, 'deprecated')).toBeLessThan(detectorWeight(level, 'experimental'));
      expect(detectorWeight(level, 'deprecated')).toBeGreaterThan(0);
      expect(detectorWeight(level, 'unsupported')).toBe(0);
    }
  });

  test('weights rise with the level', () => {
    const weights = LEVELS.map((level) => detectorWeight(level, 'stable'));
    expect(weights).toEqual([...weights].sort((a, b) => a - b));
    expect(weights[0]).toBe(0);
    expect(new Set(weights).size).toBe(5);
  });
});

test.each([
  [0, 'informational'],
  [1, 'low'],
  [39, 'low'],
  [40, 'medium'],
  [69, 'medium'],
  [70, 'high'],
  [89, 'high'],
  [90, 'critical'],
  [100, 'critical'],
] as const)('a risk of %i is %s, as in Security Hub', (risk, level) => {
  expect(levelOf(risk)).toBe(level);
  expect(LEVEL_FLOORS[riskRank(risk)]).toBeLessThanOrEqual(risk);
});

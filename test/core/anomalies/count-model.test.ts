import fc from 'fast-check';
import { type CountModel, fitCounts, tailOf, usualMost, zOfTail } from '../../../core/anomalies/count-model.ts';

/** P(X < count), added up term by term. */
function below({ r, theta }: CountModel, count: number): number {
  let sum = 0;
  let term = (1 - theta) ** r;
  for (let k = 0; k < count; k += 1) {
    sum += term;
    term *= (theta * (k + r)) / (k + 1);
  }
  return sum;
}

const models = fc.record({
  r: fc.double({ min: 0.001, max: 40, noNaN: true }),
  theta: fc.double({ min: 0.01, max: 0.995, noNaN: true }),
});

test('the tail is what is left of one after the terms below it', () => {
  fc.assert(
    fc.property(models, fc.integer({ min: 0, max: 300 }), (model, count) => {
      expect(tailOf(model, count)).toBeCloseTo(1 - below(model, count), 8);
    }),
    { numRuns: 2000 },
  );
});

test.each<[name: string, count: number, tail: number]>([
  // With r = 1 the tail is θ^count exactly.
  ['none', 0, 1],
  ['one', 1, 0.5],
  ['twenty', 20, 2 ** -20],
  ['five hundred', 500, 2 ** -500],
])('a geometric distribution has its own tail: %s', (_name, count, tail) => {
  expect(tailOf({ r: 1, theta: 0.5 }, count) / tail).toBeCloseTo(1, 9);
});

test('a fit has the mean and the variance of the counts and of one more interval with a burst', () => {
  const counts = [4, 1, 0, 0, 9, 2, 0, 0, 0, 30];
  const all = [...counts, 3];
  const mean = all.reduce((sum, one) => sum + one, 0) / all.length;
  const variance = all.reduce((sum, one) => sum + (one - mean) ** 2, 0) / all.length;
  const { r, theta } = fitCounts(
    counts.length,
    counts.filter((one) => one > 0),
    3,
  );
  expect((r * theta) / (1 - theta)).toBeCloseTo(mean, 9);
  expect((r * theta) / (1 - theta) ** 2).toBeCloseTo(variance, 9);
});

test('counts that scatter less than a Poisson are taken for one', () => {
  const model = fitCounts(1000, new Array(500).fill(1), 1);
  // P(X ≥ 5) of a Poisson with the mean 0.5.
  expect(tailOf(model, 5)).toBeGreaterThan(0.00017);
  expect(tailOf(model, 5)).toBeLessThan(0.00021);
});

test.each<[name: string, intervals: number, counts: readonly number[], most: number]>([
  ['nothing in two weeks', 336, [], 16],
  ['nothing in eight weeks', 1344, [], 13],
  ['now and then one', 1344, new Array(60).fill(1), 4],
  ['bursts of fifty', 1344, new Array(20).fill(50), 367],
])('what is usual at most after %s', (_name, intervals, counts, most) => {
  const model = fitCounts(intervals, counts, 3);
  expect(usualMost(model, 1e-6, 1_000_000)).toBe(most);
  expect(tailOf(model, most)).toBeGreaterThanOrEqual(1e-6);
  expect(tailOf(model, most + 1)).toBeLessThan(1e-6);
});

test('more is always rarer', () => {
  fc.assert(
    fc.property(models, fc.integer({ min: 1, max: 100_000 }), fc.integer({ min: 1, max: 1000 }), (model, count, more) => {
      expect(tailOf(model, count + more)).toBeLessThanOrEqual(tailOf(model, count));
    }),
    { numRuns: 2000 },
  );
});

test.each<[p: number, z: number]>([
  [0.158655, 1],
  [0.0013499, 3],
  [2.8665e-7, 5],
  [7.62e-24, 10],
])('the z with a tail of %d is %d', (p, z) => {
  expect(Math.abs(zOfTail(p) - z)).toBeLessThan(0.001);
});

test('no tail is too small for a z', () => {
  expect(zOfTail(0)).toBeGreaterThan(30);
  expect(Number.isFinite(zOfTail(0))).toBe(true);
});

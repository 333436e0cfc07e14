import fc from 'fast-check';
import { averagePathLengths, contributions, type Forest, isolationScore, trainForest } from '../../../core/anomalies/forest.ts';
import { below, randomSequence } from '../../../core/anomalies/random.ts';

/** Points in the unit square, and one far from them. */
function crowdAndStray(stray: readonly number[], count = 500): Float64Array {
  const next = randomSequence(7);
  return Float64Array.from([...Array.from({ length: count * stray.length }, () => next() / 2 ** 32), ...stray]);
}

function scores(forest: Forest, points: Float64Array): number[] {
  return Array.from({ length: points.length / forest.features }, (_, i) => isolationScore(forest, points, i * forest.features));
}

test.each([
  [0, 0],
  [1, 0],
  [2, 1],
  [3, 5 / 3],
  [4, 13 / 6],
  [256, 10.248689925634567],
])('c(%d) is %d', (n, length) => {
  expect(averagePathLengths(n)[n]).toBeCloseTo(length, 12);
});

test('an outlier scores high, the crowd about a half', () => {
  const points = crowdAndStray([9, 9]);
  const all = scores(trainForest(points, 2, { seed: 1 }), points);
  const stray = all.pop() as number;
  expect(stray).toBeGreaterThan(0.75);
  expect(Math.max(...all)).toBeLessThan(stray);
  expect(all.reduce((sum, score) => sum + score, 0) / all.length).toBeLessThan(0.5);
});

test('a point that is not in the training is scored as well', () => {
  const forest = trainForest(crowdAndStray([0.5, 0.5]), 2, { seed: 1 });
  expect(isolationScore(forest, [40, 40])).toBeGreaterThan(isolationScore(forest, [0.5, 0.5]));
  expect(isolationScore(forest, [9, 0.5, 0.5], 1)).toBe(isolationScore(forest, [0.5, 0.5]));
});

test('the seed decides, and further trees leave the first ones as they are', () => {
  const points = crowdAndStray([3, 3]);
  const forest = trainForest(points, 2, { seed: 5 });
  expect(trainForest(points, 2, { seed: 5 })).toEqual(forest);
  expect(trainForest(points, 2, { seed: 6 }).split).not.toEqual(forest.split);
  const few = trainForest(points, 2, { seed: 5, trees: 10 });
  expect(forest.roots.slice(0, 10)).toEqual(few.roots);
  expect(forest.split.slice(0, few.split.length)).toEqual(few.split);
});

test('the same set in the same order gives the same forest, however it was gathered', () => {
  const canonical = (points: Float64Array): Float64Array => {
    const rows = Array.from({ length: points.length / 2 }, (_, i) => [points[i * 2], points[i * 2 + 1]] as [number, number]);
    return Float64Array.from(rows.sort(([a, b], [c, d]) => a - c || b - d).flat());
  };
  const points = crowdAndStray([3, 3], 60);
  const reversed = points.map((_, i) => points[points.length - 2 - i + 2 * (i % 2)] as number);
  expect(reversed).not.toEqual(points);
  expect(trainForest(canonical(reversed), 2, { seed: 1 })).toEqual(trainForest(canonical(points), 2, { seed: 1 }));
});

test('a constant feature is never asked for', () => {
  const next = randomSequence(3);
  const points = Float64Array.from({ length: 300 }, (_, i) => (i % 3 === 1 ? 42 : next()));
  const { feature, next: ways } = trainForest(points, 3, { seed: 1 });
  const asked = new Set(feature.filter((_, node) => ways[node * 2] !== node));
  expect([...asked].sort()).toEqual([0, 2]);
});

test.each([
  ['points that are all alike', Float64Array.from({ length: 600 }, () => 3)],
  ['one point', Float64Array.of(1, 2)],
])('%s: nothing is isolated', (_what, points) => {
  const forest = trainForest(points, 2, { seed: 1 });
  for (const score of scores(forest, points)) expect(score).toBeCloseTo(0.5, 9);
  expect([...contributions(forest, points)]).toEqual([0.5, 0.5]);
});

test('fewer points than the sample: all of them are taken', () => {
  const points = crowdAndStray([5, 5], 20);
  const forest = trainForest(points, 2, { seed: 1 });
  expect(forest.sample).toBe(21);
  expect(forest.height).toBe(5);
  const all = scores(forest, points);
  expect(all.indexOf(Math.max(...all))).toBe(20);
});

test('two points: each tree parts them with one split, the average of two', () => {
  const points = Float64Array.of(1, 2);
  for (const score of scores(trainForest(points, 1, { seed: 1 }), points)) expect(score).toBeCloseTo(0.5, 9);
});

test.each<[string, () => unknown, string]>([
  [
    'no points',
    () => trainForest(new Float64Array(0), 2, { seed: 1 }),
    'A forest needs at least one point of 2 numbers, and got 0 numbers in all.',
  ],
  [
    'half a point',
    () => trainForest(Float64Array.of(1, 2, 3), 2, { seed: 1 }),
    'A forest needs at least one point of 2 numbers, and got 3 numbers in all.',
  ],
  [
    'a gap in the training',
    () => trainForest(Float64Array.of(1, 2, 3, Number.NaN), 2, { seed: 1 }),
    'A forest takes finite numbers only, and feature 1 of point 1 is NaN: leave such points out or fill the gap.',
  ],
  [
    'an endless number',
    () => isolationScore(trainForest(Float64Array.of(1, 2), 1, { seed: 1 }), [Number.POSITIVE_INFINITY]),
    'A forest takes finite numbers only, and feature 0 of point 0 is Infinity: leave such points out or fill the gap.',
  ],
  [
    'a point that ends early',
    () => contributions(trainForest(Float64Array.of(1, 2), 2, { seed: 1 }), [1]),
    'A forest takes finite numbers only, and feature 1 of point 0 is undefined: leave such points out or fill the gap.',
  ],
  [
    'no features',
    () => trainForest(Float64Array.of(1), 0, { seed: 1 }),
    'The number of features of a forest is a whole number from 1 to 65535, and not 0.',
  ],
  [
    'no trees',
    () => trainForest(Float64Array.of(1), 1, { seed: 1, trees: 0 }),
    'The number of trees of a forest is a whole number from 1 to 1000, and not 0.',
  ],
  [
    'a sample of one',
    () => trainForest(Float64Array.of(1), 1, { seed: 1, sample: 1 }),
    'The sample of a forest is a whole number from 2 to 8192, and not 1.',
  ],
  ['half a seed', () => trainForest(Float64Array.of(1), 1, { seed: 0.5 }), 'The seed of a forest is a whole number from'],
])('%s is refused with a sentence', (_what, attempt, sentence) => {
  expect(attempt).toThrow(RangeError);
  expect(attempt).toThrow(sentence);
});

describe('contributions', () => {
  test.each([0, 1, 2, 3])('a point that is strange in feature %d alone is isolated by it', (strange) => {
    const stray = [0.5, 0.5, 0.5, 0.5].with(strange, 8);
    const points = crowdAndStray(stray);
    const shares = [...contributions(trainForest(points, 4, { seed: 1 }), stray)];
    expect(shares[strange]).toBeGreaterThan(0.6);
    expect(shares.indexOf(Math.max(...shares))).toBe(strange);
  });

  test('two strange features share it', () => {
    const stray = [6, 0.5, 6, 0.5];
    const shares = contributions(trainForest(crowdAndStray(stray), 4, { seed: 1 }), stray);
    expect((shares[0] as number) + (shares[2] as number)).toBeGreaterThan(0.8);
    expect(Math.min(shares[0] as number, shares[2] as number)).toBeGreaterThan(0.3);
  });
});

const number = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer({ min: -3, max: 3 }),
  fc.constantFrom(Number.MAX_VALUE, -Number.MAX_VALUE, 5e-324),
);
const pointSet = fc
  .integer({ min: 1, max: 5 })
  .chain((features) =>
    fc.tuple(
      fc.constant(features),
      fc.array(fc.array(number, { minLength: features, maxLength: features }), { minLength: 1, maxLength: 60 }),
    ),
  );

test('property: whatever the points, trees are whole, scores lie between 0 and 1, and shares add up to 1', () => {
  fc.assert(
    fc.property(pointSet, fc.integer(), fc.integer({ min: 2, max: 64 }), ([features, rows], seed, sample) => {
      const points = Float64Array.from(rows.flat());
      const forest = trainForest(points, features, { seed, sample, trees: 5 });
      const drawn = Math.min(sample, rows.length);
      for (const root of forest.roots) {
        let leaves = 0;
        const walk = (node: number, depth: number): void => {
          const [left, right] = [forest.next[node * 2] as number, forest.next[node * 2 + 1] as number];
          if (left === node) {
            expect(right).toBe(node);
            expect(depth).toBeLessThanOrEqual(forest.height);
            leaves += forest.size[node] as number;
            return;
          }
          expect(Math.min(forest.size[left] as number, forest.size[right] as number)).toBeGreaterThan(0);
          walk(left, depth + 1);
          walk(right, depth + 1);
        };
        walk(root, 0);
        expect(leaves).toBe(drawn);
      }
      for (let i = 0; i < rows.length; i += 1) {
        const score = isolationScore(forest, points, i * features);
        expect(score).toBeGreaterThan(0);
        expect(score).toBeLessThanOrEqual(1);
        const shares = contributions(forest, points, i * features);
        expect(Math.min(...shares)).toBeGreaterThanOrEqual(0);
        expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
      }
    }),
    { numRuns: 300 },
  );
});

test('property: units do not matter: all values of a feature times a power of two give the same scores', () => {
  const whole = fc.integer({ min: -1000, max: 1000 });
  fc.assert(
    fc.property(fc.array(fc.tuple(whole, whole), { minLength: 1, maxLength: 80 }), fc.integer({ min: -20, max: 20 }), (rows, power) => {
      const points = Float64Array.from(rows.flat());
      const other = points.map((value, i) => (i % 2 === 0 ? value * 2 ** power : value));
      expect(scores(trainForest(other, 2, { seed: 3, trees: 10 }), other)).toEqual(
        scores(trainForest(points, 2, { seed: 3, trees: 10 }), points),
      );
    }),
    { numRuns: 200 },
  );
});

describe('the random sequence', () => {
  test('is the same on every machine', () => {
    const next = randomSequence(42, 7);
    expect([next(), next(), next(), next()]).toMatchInlineSnapshot(`
[
  3727931492,
  4273372979,
  2499401194,
  3104683089,
]
`);
  });

  test('seeds and streams differ', () => {
    const firsts = [0, 1, -1, 2 ** 32, 2 ** 40].flatMap((seed) => [0, 1, 2].map((stream) => randomSequence(seed, stream)()));
    expect(new Set(firsts).size).toBe(firsts.length);
  });

  test('whole numbers below a bound are about equally likely', () => {
    const next = randomSequence(1);
    const counts = [0, 0, 0, 0, 0, 0, 0];
    for (let i = 0; i < 70_000; i += 1) {
      const drawn = below(next, 7);
      counts[drawn] = (counts[drawn] as number) + 1;
    }
    // Chi-squared with 6 degrees of freedom, 99.9 %.
    expect(counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0)).toBeLessThan(22.46);
  });
});

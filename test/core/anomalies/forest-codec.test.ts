import { trainForest } from '../../../core/anomalies/forest.ts';
import { decodeForest, type EncodedForest, encodeForest } from '../../../core/anomalies/forest-codec.ts';
import { randomSequence } from '../../../core/anomalies/random.ts';

const next = randomSequence(1);
const POINTS = Float64Array.from({ length: 3000 }, () => next() / 2 ** 32);

test.each([
  ['as usual', POINTS, 3, {}],
  ['of one point', Float64Array.of(1, 2), 2, {}],
  ['of points that are all alike', new Float64Array(50), 5, {}],
  ['of big samples', POINTS, 1, { sample: 3000, trees: 2 }],
])('a forest %s comes back the same through JSON', (_what, points, features, options) => {
  const forest = trainForest(points, features, { seed: 3, ...options });
  expect(decodeForest(JSON.parse(JSON.stringify(encodeForest(forest))) as EncodedForest)).toEqual(forest);
});

test('a hundred trees of 256 points take some 200 KB', () => {
  expect(JSON.stringify(encodeForest(trainForest(POINTS, 3, { seed: 1 }))).length).toBeLessThan(200_000);
});

const GOOD = encodeForest(trainForest(POINTS, 3, { seed: 1, trees: 3 }));

test.each<[string, EncodedForest]>([
  ['cut short', { ...GOOD, nodes: GOOD.nodes.slice(0, 400) }],
  ['without nodes', { ...GOOD, nodes: '' }],
  ['with too much at its end', { ...GOOD, nodes: `${GOOD.nodes}AAAA` }],
  ['of another sample', { ...GOOD, sample: 128 }],
  ['of fewer features', { ...GOOD, features: 1 }],
  ['of more trees', { ...GOOD, trees: 4 }],
])('a forest %s is refused', (_what, encoded) => {
  expect(() => decodeForest(encoded)).toThrow('This is no encoded forest, or it is damaged: train the forest anew.');
});

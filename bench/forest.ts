// `node bench/forest.ts [--points 100000] [--features 10] [--sets FOLDER]`: how long an isolation forest takes to fit and to score, and with labelled
// sets of points in a folder how well it tells outliers from the rest. It tells, and fails nothing: machines differ.
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { contributions, isolationScore, trainForest } from '../core/anomalies/forest.ts';
import { randomSequence } from '../core/anomalies/random.ts';
import { forestAreas, mean, outlierSets, SEEDS } from './outlier-sets.ts';

const { values } = parseArgs({
  options: {
    points: { type: 'string', default: '100000' },
    features: { type: 'string', default: '10' },
    rounds: { type: 'string', default: '5' },
    sets: { type: 'string' },
  },
});
const count = Number(values.points);
const features = Number(values.features);
const rounds = Number(values.rounds);

const next = randomSequence(1);
const points = new Float64Array(count * features).map(() => next() / 0x1_0000_0000);

/** Median of some rounds, in milliseconds. */
function median(run: () => void): number {
  const times = Array.from({ length: rounds }, () => {
    const started = performance.now();
    run();
    return performance.now() - started;
  }).sort((a, b) => a - b);
  return times[times.length >> 1] as number;
}

const forest = trainForest(points, features, { seed: 1 });
const fit = median(() => void trainForest(points, features, { seed: 1 }));
const score = median(() => {
  for (let i = 0; i < count; i += 1) isolationScore(forest, points, i * features);
});
const explained = Math.min(count, 1000);
const explain = median(() => {
  for (let i = 0; i < explained; i += 1) contributions(forest, points, i * features);
});

console.log(
  `${count.toLocaleString('en')} × ${features}, 100 trees of 256 points, median of ${rounds}, ${cpus().length} cores, Node ${process.version}`,
);
console.log(`fit      ${fit.toFixed(0)} ms`);
console.log(`score    ${score.toFixed(0)} ms, ${((score / count) * 1000).toFixed(1)} µs a point`);
console.log(`explain  ${((explain / explained) * 1000).toFixed(1)} µs a point`);

if (values.sets !== undefined) {
  console.log('\nset          AUC (mean of ten seeds)   scikit-learn   paper');
  for (const set of outlierSets(values.sets)) {
    const cells = [set.name.padEnd(13), mean(forestAreas(set, SEEDS)).toFixed(4).padStart(23)];
    console.log([...cells, set.reference.toFixed(4).padStart(15), set.paper.toFixed(2).padStart(8)].join(''));
  }
}

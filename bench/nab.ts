// `node bench/nab.ts`: what the baseline of the volumes is worth on the labelled series of the Numenta Anomaly Benchmark, beside a plain
// z-score. TRAILWARDEN_CORPUS names the folder that has them in `nab`.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { baselineDetector, bestThreshold, findings, globalZ, nabScore, readNab } from './nab-score.ts';

const folder = join(process.env.TRAILWARDEN_CORPUS ?? fileURLToPath(new URL('../../shared/data', import.meta.url)), 'nab');
const all = readNab(folder);
if (all === null) throw new Error(`There is no ${join(folder, 'windows.json')}: name the folder that has nab in it in TRAILWARDEN_CORPUS.`);

const started = performance.now();
const detectors = [
  ['baseline, z > 3.5', baselineDetector(3.5), 3.5],
  ['baseline, z > 5', baselineDetector(5), 5],
  ['global z-score, |z| > 3', globalZ, 3],
] as const;
const windows = all.reduce((sum, series) => sum + series.windows.length, 0);
console.log(`${all.length} series, ${windows} labelled windows\n`);
console.log('                          windows   false alarms (rows)   precision   recall      F1   NAB   NAB, its best threshold');
for (const [name, detector, threshold] of detectors) {
  const scores = all.map(detector);
  const { found, falseAlarms, falseRows, precision, recall, f1 } = findings(all, scores, threshold);
  const best = bestThreshold(all, scores);
  console.log(
    [
      name.padEnd(24),
      String(found).padStart(9),
      `${falseAlarms} (${falseRows})`.padStart(22),
      precision.toFixed(2).padStart(12),
      recall.toFixed(2).padStart(9),
      f1.toFixed(3).padStart(8),
      nabScore(all, scores, threshold).toFixed(1).padStart(6),
      `${nabScore(all, scores, best).toFixed(1)} at ${best}`.padStart(16),
    ].join(''),
  );
}
console.log(`\n${((performance.now() - started) / 1000).toFixed(1)} s`);

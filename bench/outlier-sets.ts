import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { isolationScore, trainForest } from '../core/anomalies/forest.ts';

/** A labelled set of points, and what others reach on it: see the reference.json beside the sets. */
export interface OutlierSet {
  readonly name: string;
  readonly features: number;
  /** One after another. */
  readonly points: Float64Array;
  readonly isOutlier: readonly boolean[];
  /** scikit-learn's mean over ten seeds, with 100 trees of 256 points. */
  readonly reference: number;
  /** The paper's. */
  readonly paper: number;
}

interface Reference {
  readonly name: string;
  readonly dims: number;
  readonly paper_auc: number;
  readonly sklearn_auc_mean: number;
}

/** The sets of a folder: `reference.json`, and for each name in it a gzipped CSV with a header, whose last column is the label. */
export function outlierSets(folder: string): OutlierSet[] {
  const references = JSON.parse(readFileSync(join(folder, 'reference.json'), 'utf8')) as Reference[];
  return references.map(({ name, dims, paper_auc, sklearn_auc_mean }) => {
    const lines = gunzipSync(readFileSync(join(folder, `${name}.csv.gz`)))
      .toString('utf8')
      .trim()
      .split('\n')
      .slice(1);
    const rows = lines.map((line) => line.split(',').map(Number));
    return {
      name,
      features: dims,
      points: Float64Array.from(rows.flatMap((row) => row.slice(0, dims))),
      isOutlier: rows.map((row) => row[dims] === 1),
      reference: sklearn_auc_mean,
      paper: paper_auc,
    };
  });
}

/** Area under the ROC curve: how likely an outlier scores above an ordinary point, ties counted half (Mann and Whitney's U). */
export function areaUnderCurve(scores: ArrayLike<number>, isOutlier: readonly boolean[]): number {
  const order = isOutlier.map((_, i) => i).sort((a, b) => (scores[a] as number) - (scores[b] as number));
  let ranks = 0;
  let outliers = 0;
  for (let from = 0, to = 0; from < order.length; from = to) {
    while (to < order.length && scores[order[to] as number] === scores[order[from] as number]) to += 1;
    for (let i = from; i < to; i += 1) {
      if (!isOutlier[order[i] as number]) continue;
      outliers += 1;
      ranks += (from + to + 1) / 2;
    }
  }
  return (ranks - (outliers * (outliers + 1)) / 2) / (outliers * (isOutlier.length - outliers));
}

/** Area under the curve of the forest with each seed, trained on the set that it scores, as in the paper. */
export function forestAreas({ points, features, isOutlier }: OutlierSet, seeds: readonly number[]): number[] {
  return seeds.map((seed) => {
    const forest = trainForest(points, features, { seed });
    return areaUnderCurve(
      isOutlier.map((_, i) => isolationScore(forest, points, i * features)),
      isOutlier,
    );
  });
}

export const SEEDS = Array.from({ length: 10 }, (_, seed) => seed);

export function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}

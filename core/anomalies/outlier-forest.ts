import { contributions, type Forest, isolationScore, trainForest } from './forest.ts';
import { CALLS, FEATURES, type Feature } from './outlier-features.ts';

/** Points that each tree is grown on. */
const SAMPLE = 256;

/** A window's place in the sample, and its values. */
export type Remembered = readonly [hash: number, ...values: number[]];

/** A forest over windows, and what is usual among them. */
export class OutlierForest {
  /** Windows and days that it was trained on. */
  readonly windows: readonly Remembered[];
  readonly days: number;
  readonly #points: Float64Array;
  readonly #forest: Forest;
  readonly #thresholds = new Map<number, number>();
  readonly #usual = new Map<number, number>();

  /** The windows must come in an order that depends on nothing but themselves. */
  constructor(windows: readonly Remembered[], days: number, seed: number) {
    this.windows = windows;
    this.days = days;
    this.#points = new Float64Array(windows.length * FEATURES.length);
    for (const [i, window] of windows.entries()) scale(window, 1, this.#points, i * FEATURES.length);
    this.#forest = trainForest(withStretched(this.#points), FEATURES.length, { sample: SAMPLE, seed });
  }

  /** 0-1, see {@link isolationScore}. */
  score(values: readonly number[]): number {
    return isolationScore(this.#forest, pointOf(values));
  }

  /** Each feature's part in what isolates the values, in the order of FEATURES. */
  shares(values: readonly number[]): Float64Array {
    return contributions(this.#forest, pointOf(values));
  }

  /** The score that this share of the windows do not exceed. */
  threshold(quantile: number): number {
    let threshold = this.#thresholds.get(quantile);
    if (threshold === undefined) {
      const scores = Float64Array.from(this.windows, (_, i) => isolationScore(this.#forest, this.#points, i * FEATURES.length)).sort();
      threshold = scores[Math.max(0, Math.ceil(quantile * scores.length) - 1)] as number;
      this.#thresholds.set(quantile, threshold);
    }
    return threshold;
  }

  /** The median of a feature, the lower one of two. */
  usual(feature: number): number {
    let usual = this.#usual.get(feature);
    if (usual === undefined) {
      const values = Float64Array.from(this.windows, (window) => window[feature + 1] as number).sort();
      usual = values[(values.length - 1) >> 1] as number;
      this.#usual.set(feature, usual);
    }
    return usual;
  }
}

/**
 * The points, and beside them copies of some in which one feature lies beyond all that was seen: of each feature so many that every other tree's
 * sample has one. A forest asks only for what varies: without them it is blind to errors where there never were any, to regions
 * where there was always one.
 */
function withStretched(points: Float64Array): Float64Array {
  const width = FEATURES.length;
  const count = points.length / width;
  const copies = Math.ceil(count / (2 * SAMPLE)) * width;
  const all = new Float64Array(points.length + copies * width);
  all.set(points);
  const beyond = FEATURES.map(({ furthest }, feature) => {
    let most = 0;
    for (let at = feature; at < points.length; at += width) most = Math.max(most, points[at] as number);
    return furthest(most);
  });
  for (let i = 0; i < copies; i += 1) {
    const from = Math.floor((i * count) / copies) * width;
    const at = points.length + i * width;
    all.copyWithin(at, from, from + width);
    all[at + (i % width)] = beyond[i % width] as number;
  }
  return all;
}

function pointOf(values: readonly number[]): Float64Array {
  return scale(values, 0, new Float64Array(FEATURES.length), 0);
}

/** Writes the values from values[from] on into `into`, as the forest sees them. */
function scale(values: readonly number[], from: number, into: Float64Array, at: number): Float64Array {
  const calls = values[from + CALLS] as number;
  for (let i = 0; i < FEATURES.length; i += 1) into[at + i] = (FEATURES[i] as Feature).scaled(values[from + i] as number, calls);
  return into;
}

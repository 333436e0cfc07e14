import { below, randomSequence, type Sequence } from './random.ts';

export interface ForestOptions {
  /** @default 100 */
  readonly trees?: number;
  /** Points that each tree is grown on, drawn without replacement; all of them where there are fewer. @default 256 */
  readonly sample?: number;
  /** The same points in the same order with the same seed give the same forest: a whole number. */
  readonly seed: number;
}

/** Trees one after another in arrays by node, each node before those below it. */
export interface Forest {
  /** Numbers in a point. */
  readonly features: number;
  /** Points that each tree was grown on. */
  readonly sample: number;
  /** Steps from a root to any leaf at most. */
  readonly height: number;
  /** First node of each tree. */
  readonly roots: Uint32Array;
  /** Feature that the node asks for. */
  readonly feature: Uint16Array;
  /** A point with at most this value goes on at next[2 · node], others at next[2 · node + 1]. */
  readonly split: Float64Array;
  /** A leaf leads to itself, whatever the value: walks need not know where a tree ends, which spares the processor a guess. */
  readonly next: Uint32Array;
  /** Points of the sample that came to the node. */
  readonly size: Uint16Array;
  /** Path length that the node stands for where it is a leaf: its depth and what its points would still take. */
  readonly length: Float64Array;
}

const MOST_TREES = 1000;
const MOST_SAMPLE = 8192;

/**
 * c(n) for n from 0 to `most`: the average length of an unsuccessful search in a binary tree of n points, 2H(n − 1) − 2(n − 1)/n with
 * the harmonic number H summed up instead of estimated. From Liu, Ting and Zhou, "Isolation Forest", ICDM 2008, equation 1.
 */
export function averagePathLengths(most: number): Float64Array {
  const lengths = new Float64Array(most + 1);
  let harmonic = 0;
  for (let n = 2; n <= most; n += 1) {
    harmonic += 1 / (n - 1);
    lengths[n] = 2 * harmonic - (2 * (n - 1)) / n;
  }
  return lengths;
}

/**
 * Grows an isolation forest (Liu, Ting and Zhou 2008) on points of `features` numbers each, one after another in `points`. Trees end at
 * a height of ⌈log₂ sample⌉, or where all points are alike. A feature that is constant among a node's points is never asked for. Who
 * wants the same forest from the same set passes it in the same order, such as sorted. Throws a RangeError for what is no set of points.
 */
export function trainForest(points: Float64Array, features: number, { trees = 100, sample = 256, seed }: ForestOptions): Forest {
  expectWhole('number of features', features, 1, 0xffff);
  expectWhole('number of trees', trees, 1, MOST_TREES);
  expectWhole('sample', sample, 2, MOST_SAMPLE);
  expectWhole('seed', seed, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  const count = points.length / features;
  if (count === 0 || !Number.isInteger(count)) {
    throw new RangeError(`A forest needs at least one point of ${features} numbers, and got ${points.length} numbers in all.`);
  }
  expectFinite(points, 0, points.length, features);
  return new Grower(points, features, Math.min(sample, count), trees).grow(trees, seed);
}

/**
 * How isolated a point (the `features` numbers at `at`) is, 2^(−E(h)/c(sample)): near 1 an outlier, below 0.5 ordinary, 0.5
 * where all points of the training were alike. Throws a RangeError where a number is not finite.
 */
export function isolationScore(forest: Forest, point: ArrayLike<number>, at = 0): number {
  const { features, sample, height, roots, feature, split, next, length } = forest;
  expectFinite(point, at, at + features, features);
  let sum = 0;
  for (let tree = 0; tree < roots.length; tree += 1) {
    let node = roots[tree] as number;
    for (let step = 0; step < height; step += 1) {
      const value = point[at + (feature[node] as number)] as number;
      node = next[(node << 1) | +(value > (split[node] as number))] as number;
    }
    sum += length[node] as number;
  }
  const usual = averageOf(sample);
  return usual === 0 ? 0.5 : 2 ** -(sum / roots.length / usual);
}

/**
 * Which features isolate a point: for each its share, all of them together 1. A split of a node with n points that leaves the point among m
 * shortens its expected path by c(n) − 1 − c(m); summed up along a path that is c(sample) minus the path's length, so that the splits
 * explain the score without a rest. A feature's share is what its splits shorten in all trees, features that lengthen the path
 * left out. Equal shares where none shortens it: nothing isolates that point.
 */
export function contributions(forest: Forest, point: ArrayLike<number>, at = 0): Float64Array {
  const { features, sample, roots, feature, split, next, size } = forest;
  expectFinite(point, at, at + features, features);
  const expected = averagePathLengths(sample);
  const shares = new Float64Array(features);
  for (const root of roots) {
    let node = root;
    for (;;) {
      const asked = feature[node] as number;
      const child = next[(node << 1) | +((point[at + asked] as number) > (split[node] as number))] as number;
      if (child === node) break;
      const shorter = (expected[size[node] as number] as number) - 1 - (expected[size[child] as number] as number);
      shares[asked] = (shares[asked] as number) + shorter;
      node = child;
    }
  }
  let whole = 0;
  for (const share of shares) whole += Math.max(0, share);
  return whole === 0 ? shares.fill(1 / features) : shares.map((share) => Math.max(0, share) / whole);
}

const averages = new Map<number, number>();

/** c(n), worked out once. */
function averageOf(n: number): number {
  let average = averages.get(n);
  if (average === undefined) {
    average = averagePathLengths(n)[n] as number;
    averages.set(n, average);
  }
  return average;
}

function expectWhole(what: string, value: number, least: number, most: number): void {
  if (!Number.isSafeInteger(value) || value < least || value > most) {
    throw new RangeError(`The ${what} of a forest is a whole number from ${least} to ${most}, and not ${value}.`);
  }
}

function expectFinite(points: ArrayLike<number>, from: number, to: number, features: number): void {
  for (let i = from; i < to; i += 1) {
    if (!Number.isFinite(points[i])) {
      const place = `feature ${(i - from) % features} of point ${Math.floor((i - from) / features)}`;
      throw new RangeError(`A forest takes finite numbers only, and ${place} is ${points[i]}: leave such points out or fill the gap.`);
    }
  }
}

class Grower {
  readonly #points: Float64Array;
  readonly #features: number;
  readonly #sample: number;
  readonly #height: number;
  readonly #expected: Float64Array;
  /** The tree's own points, one feature after another. */
  readonly #drawn: Float64Array;
  readonly #rows: Uint32Array;
  readonly #candidates: Uint16Array;
  readonly #feature: Uint16Array;
  readonly #split: Float64Array;
  readonly #next: Uint32Array;
  readonly #size: Uint16Array;
  readonly #length: Float64Array;
  #random: Sequence = () => 0;
  #count = 0;

  constructor(points: Float64Array, features: number, sample: number, trees: number) {
    this.#points = points;
    this.#features = features;
    this.#sample = sample;
    this.#height = Math.ceil(Math.log2(sample));
    this.#expected = averagePathLengths(sample);
    this.#drawn = new Float64Array(sample * features);
    this.#rows = new Uint32Array(sample);
    this.#candidates = Uint16Array.from({ length: features }, (_, i) => i);
    const most = trees * (2 * sample - 1);
    this.#feature = new Uint16Array(most);
    this.#split = new Float64Array(most);
    this.#next = new Uint32Array(most * 2);
    this.#size = new Uint16Array(most);
    this.#length = new Float64Array(most);
  }

  grow(trees: number, seed: number): Forest {
    const points = this.#points;
    const features = this.#features;
    const sample = this.#sample;
    const drawn = this.#drawn;
    const rows = this.#rows;
    const order = Uint32Array.from({ length: points.length / features }, (_, i) => i);
    const roots = new Uint32Array(trees);
    for (let tree = 0; tree < trees; tree += 1) {
      this.#random = randomSequence(seed, tree);
      // The beginning of a Fisher-Yates shuffle: whatever order it starts from, each sample is as likely as the others.
      for (let i = 0; i < sample; i += 1) {
        const other = i + below(this.#random, order.length - i);
        const row = order[other] as number;
        order[other] = order[i] as number;
        order[i] = row;
        for (let k = 0; k < features; k += 1) drawn[k * sample + i] = points[row * features + k] as number;
        rows[i] = i;
      }
      roots[tree] = this.#node(0, sample, 0);
    }
    const count = this.#count;
    return {
      features,
      sample,
      height: this.#height,
      roots,
      feature: this.#feature.slice(0, count),
      split: this.#split.slice(0, count),
      next: this.#next.slice(0, count * 2),
      size: this.#size.slice(0, count),
      length: this.#length.slice(0, count),
    };
  }

  /** Makes the node of rows[from, to) and all below it; gives its number. */
  #node(from: number, to: number, depth: number): number {
    const node = this.#count;
    this.#count += 1;
    this.#size[node] = to - from;
    if (to - from > 1 && depth < this.#height && this.#choose(node, from, to)) {
      const middle = this.#part(node, from, to);
      this.#next[node * 2] = this.#node(from, middle, depth + 1);
      this.#next[node * 2 + 1] = this.#node(middle, to, depth + 1);
    } else {
      this.#next.fill(node, node * 2, node * 2 + 2);
      this.#length[node] = depth + (this.#expected[to - from] as number);
    }
    return node;
  }

  /** Draws a feature that is not constant among the rows, and a split within its range; false where all rows are alike. */
  #choose(node: number, from: number, to: number): boolean {
    const drawn = this.#drawn;
    const rows = this.#rows;
    const candidates = this.#candidates;
    for (let left = candidates.length; left > 0; left -= 1) {
      const chosen = below(this.#random, left);
      const asked = candidates[chosen] as number;
      const column = asked * this.#sample;
      let least = drawn[column + (rows[from] as number)] as number;
      let most = least;
      for (let i = from + 1; i < to; i += 1) {
        const value = drawn[column + (rows[i] as number)] as number;
        if (value < least) least = value;
        else if (value > most) most = value;
      }
      if (least < most) {
        const share = this.#random() / 0x1_0000_0000;
        const split = least * (1 - share) + most * share;
        this.#feature[node] = asked;
        // Rounding may leave the range, and at its upper end all rows would go one way.
        this.#split[node] = split >= least && split < most ? split : least;
        return true;
      }
      candidates[chosen] = candidates[left - 1] as number;
      candidates[left - 1] = asked;
    }
    return false;
  }

  /** Moves the rows with at most the split's value to the front; gives where the others begin. */
  #part(node: number, from: number, to: number): number {
    const rows = this.#rows;
    const drawn = this.#drawn;
    const column = (this.#feature[node] as number) * this.#sample;
    const split = this.#split[node] as number;
    let middle = from;
    for (let i = from; i < to; i += 1) {
      const row = rows[i] as number;
      if ((drawn[column + row] as number) > split) continue;
      rows[i] = rows[middle] as number;
      rows[middle] = row;
      middle += 1;
    }
    return middle;
  }
}

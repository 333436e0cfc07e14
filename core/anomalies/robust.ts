/** Makes the median absolute deviation of normal data their standard deviation. */
const MAD_SCALE = 1.4826;
/** The same for the mean absolute deviation, √(π/2). */
const MEAN_DEVIATION_SCALE = 1.2533;

/** Middle and width of a set of numbers, neither of which a few wild ones move. */
export interface Usual {
  readonly median: number;
  /** 1.4826 · median |x − median|; where that is 0 (more than half of the numbers are the same), 1.2533 · mean |x − median|. */
  readonly spread: number;
}

/** Median and spread of numbers in ascending order, at least one; without the one at `left`, where that is given. */
export function usualOf(sorted: Float64Array, left = sorted.length): Usual {
  const count = left < sorted.length ? sorted.length - 1 : sorted.length;
  const half = count >> 1;
  const at = (i: number): number => sorted[i < left ? i : i + 1] as number;
  const median = count % 2 === 1 ? at(half) : (at(half - 1) + at(half)) / 2;
  // The deviations ascend from the median to both sides: they are merged up to their middle.
  let below = half - 1;
  let above = half;
  let before = 0;
  let deviation = 0;
  for (let i = 0; i <= half; i += 1) {
    before = deviation;
    const down = below < 0 ? Number.POSITIVE_INFINITY : median - at(below);
    const up = above >= count ? Number.POSITIVE_INFINITY : at(above) - median;
    if (down <= up) below -= 1;
    else above += 1;
    deviation = Math.min(down, up);
  }
  if (count % 2 === 0) deviation = (before + deviation) / 2;
  if (deviation > 0) return { median, spread: MAD_SCALE * deviation };
  let sum = 0;
  for (let i = 0; i < count; i += 1) sum += Math.abs(at(i) - median);
  return { median, spread: (MEAN_DEVIATION_SCALE * sum) / count };
}

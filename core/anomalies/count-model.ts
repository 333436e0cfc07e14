/**
 * How many of something there are in an interval, where mostly there are none: the negative binomial distribution, which is a Poisson whose rate is
 * itself spread as a gamma distribution, so that it knows bursts. P(0) = (1 − θ)^r, P(k + 1) / P(k) = θ (k + r) / (k + 1).
 */
export interface CountModel {
  /** Shape of the gamma distribution of the rate: the smaller, the more the events come in bursts. */
  readonly r: number;
  /** 0-1, the ratio that far terms fall by. */
  readonly theta: number;
}

/** Below it a negative binomial is a Poisson to many decimals, and `r` would grow without bound. */
const LEAST_THETA = 0.01;

/**
 * The negative binomial with the mean m and the variance v of the counts (method of moments: θ = 1 − m / v, r = m (1 − θ) / θ), after one
 * more interval with `burst` events is put to them: what was never seen is not impossible.
 */
export function fitCounts(intervals: number, counts: readonly number[], burst: number): CountModel {
  let sum = burst;
  let squares = burst * burst;
  for (const count of counts) {
    sum += count;
    squares += count * count;
  }
  const mean = sum / (intervals + 1);
  const variance = squares / (intervals + 1) - mean * mean;
  const theta = Math.max(LEAST_THETA, 1 - mean / variance);
  return { r: (mean * (1 - theta)) / theta, theta };
}

/** P(X ≥ count) of a whole count: the regularised incomplete beta function I_θ(count, r). */
export function tailOf({ r, theta }: CountModel, count: number): number {
  return count <= 0 ? 1 : incompleteBeta(count, r, theta);
}

/** The largest count that is not rarer than `rarity`, up to `most`. */
export function usualMost(model: CountModel, rarity: number, most: number): number {
  let usual = 0;
  let rare = most + 1;
  while (rare - usual > 1) {
    const half = Math.floor((usual + rare) / 2);
    if (tailOf(model, half) >= rarity) usual = half;
    else rare = half;
  }
  return usual;
}

/**
 * The z beyond which a normal distribution has the probability p (0 < p ≤ 0.5), to 0.0005.
 * @see Abramowitz and Stegun, Handbook of Mathematical Functions, 26.2.23
 */
export function zOfTail(p: number): number {
  const t = Math.sqrt(-2 * Math.log(Math.max(p, 1e-300)));
  return t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
}

/**
 * I_x(a, b) by its continued fraction, on the side of the mean where that is quick.
 * @see https://dlmf.nist.gov/8.17#v
 */
function incompleteBeta(a: number, b: number, x: number): number {
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x));
  return x < (a + 1) / (a + b + 2) ? (front * fraction(a, b, x)) / a : 1 - (front * fraction(b, a, 1 - x)) / b;
}

const TINY = 1e-300;
const MOST_STEPS = 10_000;

/** The continued fraction of the incomplete beta function, by Lentz's method. */
function fraction(a: number, b: number, x: number): number {
  let c = 1;
  let d = 1 / nonZero(1 - ((a + b) * x) / (a + 1));
  let result = d;
  for (let m = 1; m <= MOST_STEPS; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / nonZero(1 + even * d);
    c = nonZero(1 + even / c);
    result *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / nonZero(1 + odd * d);
    c = nonZero(1 + odd / c);
    result *= d * c;
    if (Math.abs(d * c - 1) < 1e-12) break;
  }
  return result;
}

function nonZero(value: number): number {
  return Math.abs(value) < TINY ? TINY : value;
}

/** Coefficients of Lanczos' approximation with g = 7. */
const LANCZOS: readonly number[] = [
  0.9999999999998099, 676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406, 12.507343278686905,
  -0.13857109526572012, 9.984369578019572e-6, 1.5056327351493116e-7,
];

function logGamma(x: number): number {
  // Γ(x) = Γ(x + 1) / x keeps small shapes where the approximation is good.
  if (x < 0.5) return logGamma(x + 1) - Math.log(x);
  const z = x - 1;
  const t = z + 7.5;
  const series = LANCZOS.reduce((sum, coefficient, i) => sum + (i === 0 ? coefficient : coefficient / (z + i)), 0);
  return 0.5 * Math.log(2 * Math.PI) + (z + 0.5) * Math.log(t) - t + Math.log(series);
}

import { type Level, levelRank } from '../levels.ts';

/** What a signal of each level weighs (probability-like, 0-1): alone it puts an event in the middle of the level's own band. */
const LEVEL_WEIGHTS: readonly number[] = [0, 0.2, 0.5, 0.78, 0.96];

/** How far a rule of each Sigma status is believed. Small steps, so that a rule's level stays the event's level. */
const UNSTATED = 0.97;
const CONFIDENCE: Readonly<Record<string, number>> = { stable: 1, test: 0.97, experimental: 0.94, deprecated: 0.6, unsupported: 0 };

/** What further signals of one event keep of their weight, each half of the one before: they tell of the same act. */
const OVERLAP = 0.5;

/** Weight of a detector's signal before context. */
export function detectorWeight(level: Level, status: string | undefined): number {
  const confidence = (status === undefined ? undefined : CONFIDENCE[status]) ?? UNSTATED;
  return (LEVEL_WEIGHTS[levelRank(level)] as number) * confidence;
}

/** No single factor is certain: 1 would leave nothing to the others. */
const MOST_CERTAIN = 0.999;

/** One factor of an event's risk: what it says, and its weight (0-1). */
export interface Factor {
  readonly text: string;
  readonly weight: number;
}

/** One line of the account of a risk: the points of all reasons add up to the risk. */
export interface Reason {
  readonly text: string;
  readonly points: number;
}

export interface Risk {
  /** 0-100. */
  readonly risk: number;
  readonly reasons: readonly Reason[];
}

/** Circumstances that make whatever a rule saw more serious; each multiplies what is left of the doubt. */
export const CONTEXT = {
  root: { text: 'done by the root user of the account', weight: 0.15 },
  noMfa: { text: 'in a session without multi-factor authentication', weight: 0.08 },
  outside: { text: 'from outside the trusted networks', weight: 0.1 },
  external: { text: 'by another AWS account', weight: 0.1 },
} as const satisfies Record<string, Factor>;

/**
 * The risk of an event: the noisy-or 100·(1 − Π(1 − wᵢ)) over its signals and circumstances. Signals are taken from the heaviest
 * down, each further one with half the share of the one before; circumstances count only where a signal does. Bounded by 100,
 * never lowered by a further signal, and itemised.
 */
export function eventRisk(signals: readonly Factor[], context: readonly Factor[]): Risk {
  const heaviest = signals.filter(({ weight }) => weight > 0).sort((a, b) => b.weight - a.weight);
  if (heaviest.length === 0) return NO_RISK;
  return noisyOr([...heaviest.map(({ text, weight }, i) => ({ text, weight: weight * OVERLAP ** i })), ...context]);
}

export const NO_RISK: Risk = { risk: 0, reasons: [] };

/**
 * Noisy-or of factors, 100·(1 − Π(1 − wᵢ)), with the points that each gives: the risk is shared out in proportion to −ln(1 − wᵢ), the
 * evidence that each factor adds, so that the order of the factors does not matter. Points are whole numbers that add up to the
 * rounded risk; a risk above zero is at least 1.
 */
export function noisyOr(factors: readonly Factor[]): Risk {
  const evidence = factors.map(({ weight }) => -Math.log1p(-Math.min(weight, MOST_CERTAIN)));
  // Added in one order: rounding must not tell apart what differs in order alone.
  const sum = evidence.toSorted((a, b) => a - b).reduce((total, part) => total + part, 0);
  if (sum <= 0) return NO_RISK;
  const risk = Math.max(1, Math.round(-100 * Math.expm1(-sum)));
  const reasons: Reason[] = [];
  let before = 0;
  let given = 0;
  for (const [i, { text }] of factors.entries()) {
    before += evidence[i] as number;
    // Rounding what is given so far, not each share, makes the points add up.
    const points = Math.round((risk * before) / sum) - given;
    given += points;
    reasons.push({ text, points });
  }
  return { risk, reasons };
}

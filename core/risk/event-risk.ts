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
 * never lowered by a further signal, and itemised: each factor's points are what it adds to the product.
 */
export function eventRisk(signals: readonly Factor[], context: readonly Factor[]): Risk {
  const heaviest = signals.filter(({ weight }) => weight > 0).sort((a, b) => b.weight - a.weight);
  if (heaviest.length === 0) return NO_RISK;
  return noisyOr([...heaviest.map(({ text, weight }, i) => ({ text, weight: weight * OVERLAP ** i })), ...context]);
}

export const NO_RISK: Risk = { risk: 0, reasons: [] };

/**
 * Noisy-or of factors, in their order, with the points that each adds. Points are whole numbers that add up to the rounded
 * risk; a risk above zero is at least 1.
 */
export function noisyOr(factors: readonly Factor[]): Risk {
  let doubt = 1;
  for (const { weight } of factors) doubt *= 1 - weight;
  const exact = 100 * (1 - doubt);
  const risk = exact <= 0 ? 0 : Math.max(1, Math.round(exact));
  if (risk === 0) return NO_RISK;
  const reasons: Reason[] = [];
  let left = 1;
  let given = 0;
  for (const { text, weight } of factors) {
    left *= 1 - weight;
    const points = Math.round((risk * (1 - left)) / (1 - doubt)) - given;
    given += points;
    reasons.push({ text, points });
  }
  return { risk, reasons };
}

/** The five levels of a signal, an event or an incident; the bands are those of Security Hub's severity labels. */
export const LEVELS = ['informational', 'low', 'medium', 'high', 'critical'] as const;

export type Level = (typeof LEVELS)[number];

/** Lowest risk (0-100) of each level, in the order of {@link LEVELS}: informational 0, low 1-39, medium 40-69, high 70-89, critical 90-100. */
export const LEVEL_FLOORS: readonly number[] = [0, 1, 40, 70, 90];

/** Position of a level in {@link LEVELS}: 0 informational … 4 critical. */
export function levelRank(level: Level): number {
  return LEVELS.indexOf(level);
}

/** Position in {@link LEVELS} of the level that a risk of 0-100 falls into. */
export function riskRank(risk: number): number {
  return risk >= 90 ? 4 : risk >= 70 ? 3 : risk >= 40 ? 2 : risk >= 1 ? 1 : 0;
}

/** The level that a risk of 0-100 falls into. */
export function levelOf(risk: number): Level {
  return LEVELS[riskRank(risk)] as Level;
}

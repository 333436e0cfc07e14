import { usualOf } from './robust.ts';

/** How a day's level stands out from those before. */
export interface Growth {
  /** The median day of the last seven, and the band that is usual. */
  readonly level: number;
  readonly median: number;
  readonly low: number;
  readonly high: number;
  readonly z: number;
  /** How many earlier levels there are. */
  readonly observations: number;
}

export const LEVEL_DAYS = 7;
const LEAST_DAYS = 5;
const LEAST_LEVELS = 6;
/** Days in which growth is not told again. */
const TOLD = 7;
/** The standard error of a median of seven is 1.2533 · σ / √7. */
const ERROR_OF_LEVEL = 1.2533 / Math.sqrt(LEVEL_DAYS);

/** Above what a level has grown. */
export interface GrowthBars {
  /** Robust z. */
  readonly threshold: number;
  /** Times the median of the earlier levels. */
  readonly ratio: number;
  /** Events a day. */
  readonly least: number;
}

/**
 * Slow growth, of which no hour stands out: the level of a day is the median of the seven days up to it, which one wild day does not move. The
 * level of the last day is compared with those that ended before these seven: it has grown when it is so many times their median, and
 * lies above them by more than so many times their spread, which is at least the error of such a level and √median. It is told
 * when it was not so on any of the seven days before.
 * @param days totals of days in a row, NaN where there is no data
 */
export function growthOf(days: readonly number[], bars: GrowthBars): Growth | null {
  const last = days.length - 1;
  // Most series are too small to look at what was before.
  if (!(levelOf(days, last) > bars.least)) return null;
  const levels = days.map((_, day) => levelOf(days, day));
  const found = grown(days, levels, last, bars);
  if (found === null) return null;
  for (let day = last - TOLD; day < last; day += 1) if (grown(days, levels, day, bars) !== null) return null;
  return found;
}

function grown(days: readonly number[], levels: readonly number[], day: number, { threshold, ratio, least }: GrowthBars): Growth | null {
  const level = levels[day] ?? Number.NaN;
  const before = levels.slice(0, Math.max(0, day - LEVEL_DAYS + 1)).filter((one) => !Number.isNaN(one));
  if (!(level > least) || before.length < LEAST_LEVELS) return null;
  const { median, spread } = usualOf(Float64Array.from(before).sort());
  if (level <= ratio * median) return null;
  const scatter = days.slice(0, day - LEVEL_DAYS + 1).flatMap((total, i) => {
    const away = Math.abs(total - (levels[i] as number));
    return Number.isNaN(away) ? [] : [away];
  });
  const error = ERROR_OF_LEVEL * 1.4826 * usualOf(Float64Array.from(scatter).sort()).median;
  const wide = Math.max(spread, error, Math.sqrt(median), 1);
  const z = (level - median) / wide;
  if (z <= threshold) return null;
  const [low, high] = [Math.max(0, Math.ceil(median - threshold * wide)), Math.floor(median + threshold * wide)];
  return { level, median, low, high, z, observations: before.length };
}

/** The median of the seven days up to a day; NaN where fewer than five have data. */
function levelOf(days: readonly number[], day: number): number {
  const week = days.slice(Math.max(0, day - LEVEL_DAYS + 1), day + 1).filter((total) => !Number.isNaN(total));
  return day < LEVEL_DAYS - 1 || week.length < LEAST_DAYS ? Number.NaN : usualOf(Float64Array.from(week).sort()).median;
}

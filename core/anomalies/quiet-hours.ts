import { isoTime } from '../records/time.ts';

/** Hours of a UTC day in which an organization does least: what is night there, wherever it is. */
export interface QuietHours {
  /** Bit h: whether hour h is one of them. */
  readonly bits: number;
  /** `22:00-06:00 UTC` */
  readonly text: string;
}

const LENGTH = 8;
/** The start, where nothing is known yet or all hours are alike. */
const USUAL = 22;

/**
 * The eight hours in a row with the least activity, the middle ones where a longer time is equally quiet; `activity` by hour of the UTC
 * day, null where not known.
 */
export function quietHours(activity: readonly number[] | null): QuietHours {
  const from = activity === null ? USUAL : startOf(activity);
  const clock = (hour: number): string => isoTime((hour % 24) * 3_600_000).slice(11, 16);
  return { bits: inTurn(from).reduce((bits, hour) => bits | (1 << hour), 0), text: `${clock(from)}-${clock(from + LENGTH)} UTC` };
}

function startOf(activity: readonly number[]): number {
  const sums = activity.map((_, start) => inTurn(start).reduce((sum, hour) => sum + (activity[hour] as number), 0));
  const least = Math.min(...sums);
  let from = USUAL;
  let longest = 0;
  for (let start = 0; start < 24; start += 1) {
    // Starts that are equally quiet follow one another; a row of them begins where the one before is not.
    if (sums[start] !== least || sums[(start + 23) % 24] === least) continue;
    let length = 1;
    while (sums[(start + length) % 24] === least) length += 1;
    if (length > longest) {
      longest = length;
      from = (start + ((length - 1) >> 1)) % 24;
    }
  }
  return from;
}

function inTurn(start: number): number[] {
  return Array.from({ length: LENGTH }, (_, i) => (start + i) % 24);
}

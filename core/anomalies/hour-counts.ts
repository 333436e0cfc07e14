import { MOST_COUNTED } from './series.ts';

/** Hours that are looked back on: eight weeks. */
export const REMEMBERED = 56 * 24;
/** Hours that can wait for the watermark, more than a year; of more the earliest are kept. */
export const MOST_WAITING = 10_000;

/** What is counted by the hour, as JSON. Hours are whole hours since 1970. */
export interface HourCounts {
  /** Hours that are not over and their counts, in turn, ascending. */
  waiting: number[];
  /** The hour that `past` begins with. */
  from: number;
  /** The hour after the last of `past`. */
  to: number;
  /** Counts of the hours that are over; −n stands for n hours of zero. */
  past: number[];
}

export function noCounts(): HourCounts {
  return { waiting: [], from: 0, to: 0, past: [] };
}

/** Counts in an hour; what comes for one that is over is too late and changes nothing. Of any order the same. */
export function countIn({ waiting, to }: HourCounts, hour: number, times: number): void {
  if (hour < to) return;
  let at = waiting.length;
  while (at > 0 && (waiting[at - 2] as number) >= hour) at -= 2;
  if (waiting[at] === hour) {
    waiting[at + 1] = Math.min(MOST_COUNTED, (waiting[at + 1] as number) + times);
    return;
  }
  waiting.splice(at, 0, hour, Math.min(MOST_COUNTED, times));
  // A dropped hour was beyond the earliest of a part of all hours, so it is beyond the earliest of all.
  if (waiting.length > 2 * MOST_WAITING) waiting.length = 2 * MOST_WAITING;
}

/** Takes the first waiting hour into the past. */
export function close(counts: HourCounts): void {
  const { waiting, past } = counts;
  const [hour, count] = waiting.splice(0, 2) as [number, number];
  if (hour - counts.to >= REMEMBERED) past.length = 0;
  if (past.length === 0) counts.from = hour;
  else if (hour > counts.to) past.push(counts.to - hour);
  past.push(count);
  counts.to = hour + 1;
  forget(counts, counts.to);
}

/** Forgets what is more than eight weeks before an hour. */
export function forget(counts: HourCounts, hour: number): void {
  const { past } = counts;
  const first = hour - REMEMBERED;
  let kept = 0;
  let { from } = counts;
  while (kept < past.length && from < first) {
    from += Math.max(1, -(past[kept] as number));
    kept += 1;
  }
  if (kept === 0) return;
  past.splice(0, kept);
  // Zeros at the beginning say nothing: what is not counted is zero.
  if ((past[0] ?? 0) < 0) from -= past.shift() as number;
  counts.from = past.length === 0 ? counts.to : from;
}

/** The counts of the hours [from, to), which are over; from at least eight weeks before the last that is. */
export function countsOf({ from: first, past }: HourCounts, from: number, to: number): Float64Array {
  const counts = new Float64Array(Math.max(0, to - from));
  let hour = first;
  for (const count of past) {
    if (count >= 0 && hour >= from && hour < to) counts[hour - from] = count;
    hour += count < 0 ? -count : 1;
  }
  return counts;
}

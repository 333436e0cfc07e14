/** Counts of one bucket of time, one number a series. */
export interface Bucket {
  /** `2026-03-04` for a day, `2026-03-04T13` for an hour; UTC. */
  readonly key: string;
  readonly counts: readonly number[];
}

export type Unit = 'day' | 'hour';

const UNIT_MS: Readonly<Record<Unit, number>> = { day: 86_400_000, hour: 3_600_000 };

/** Beyond this many buckets the gaps between them stay out: one record dated far away must not cost a million empty bars. */
export const MOST_BUCKETS = 50_000;

/**
 * Sums hours into buckets, oldest first, with a bucket of zeros for every unit without entries between the first and the last.
 *
 * @param hours one entry an hour, `hour` an ISO time in UTC of which the first 13 characters count, in any order.
 */
export function bucketsOf(hours: readonly { readonly hour: string; readonly counts: readonly number[] }[], unit: Unit): Bucket[] {
  const width = unit === 'day' ? 10 : 13;
  const sums = new Map<string, number[]>();
  for (const { hour, counts } of hours) {
    const key = hour.slice(0, width);
    const sum = sums.get(key);
    if (sum)
      counts.forEach((count, series) => {
        sum[series] = (sum[series] ?? 0) + count;
      });
    else sums.set(key, [...counts]);
  }
  const present = [...sums].map(([key, counts]) => ({ key, counts })).sort((a, b) => (a.key < b.key ? -1 : 1));
  return withGapsFilled(present, unit);
}

function withGapsFilled(present: readonly Bucket[], unit: Unit): Bucket[] {
  const first = present[0];
  const last = present.at(-1);
  if (!first || !last) return [];
  const from = startOf(first.key);
  const steps = Math.round((startOf(last.key) - from) / UNIT_MS[unit]);
  if (!(steps < MOST_BUCKETS)) return [...present];
  const byKey = new Map(present.map((bucket) => [bucket.key, bucket]));
  const zeros = first.counts.map(() => 0);
  return Array.from({ length: steps + 1 }, (_, step) => {
    const key = new Date(from + step * UNIT_MS[unit]).toISOString().slice(0, unit === 'day' ? 10 : 13);
    return byKey.get(key) ?? { key, counts: zeros };
  });
}

/** What is usual in a bucket. */
export interface Band {
  readonly low: number;
  readonly usual: number;
  readonly high: number;
}

/** What is usual in intervals that follow one another; `from` an ISO time in UTC. */
export interface BandSeries {
  readonly from: string;
  readonly low: readonly number[];
  readonly usual: readonly number[];
  readonly high: readonly number[];
}

/** What is usual in each bucket, null where it is not known. */
export function bandOf(band: BandSeries | null, buckets: readonly Bucket[], unit: Unit): (Band | null)[] {
  const first = band === null ? Number.NaN : Date.parse(band.from);
  return buckets.map(({ key }) => {
    const at = Math.round((startOf(key) - first) / UNIT_MS[unit]);
    const [low, usual, high] = [band?.low[at], band?.usual[at], band?.high[at]];
    return low === undefined || usual === undefined || high === undefined ? null : { low, usual, high };
  });
}

/** How many of the hours lie in each bucket; hours that come twice count once. */
export function hoursIn(hours: readonly string[], buckets: readonly Bucket[], unit: Unit): number[] {
  const width = unit === 'day' ? 10 : 13;
  const counts = new Map<string, number>();
  for (const hour of new Set(hours.map((one) => one.slice(0, 13)))) {
    const key = hour.slice(0, width);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return buckets.map(({ key }) => counts.get(key) ?? 0);
}

/** Milliseconds of the start of a bucket; NaN when its key is no time. */
function startOf(key: string): number {
  return Date.parse(key.length > 10 ? `${key}:00:00Z` : `${key}T00:00:00Z`);
}

/** The bucket's span as the texts that the time filter takes: from inclusive, to exclusive, to the minute. */
export function spanOf(key: string): { from: string; to: string } {
  const start = startOf(key);
  const end = start + UNIT_MS[key.length > 10 ? 'hour' : 'day'];
  return { from: new Date(start).toISOString().slice(0, 16), to: new Date(end).toISOString().slice(0, 16) };
}

/** Position of the first bucket that does not lie before `key` (keys of days and hours compare); the last one when all do. */
export function positionOf(buckets: readonly Bucket[], key: string): number {
  let low = 0;
  let high = buckets.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((buckets[middle]?.key ?? '') < key) low = middle + 1;
    else high = middle;
  }
  return Math.min(low, Math.max(0, buckets.length - 1));
}

/** Sums by weekday (0 Monday … 6 Sunday) and hour of day (0-23), UTC: `[weekday][hour][series]`. */
export function weekOf(hours: readonly { readonly hour: string; readonly counts: readonly number[] }[], series: number): number[][][] {
  const week = Array.from({ length: 7 }, () => Array.from({ length: 24 }, () => new Array<number>(series).fill(0)));
  for (const { hour, counts } of hours) {
    const at = new Date(startOf(hour.slice(0, 13)));
    const cell = week[(at.getUTCDay() + 6) % 7]?.[at.getUTCHours()];
    if (cell)
      counts.forEach((count, index) => {
        cell[index] = (cell[index] ?? 0) + count;
      });
  }
  return week;
}

/**
 * Series that would dwarf the rest: from the first on, each that is more than 20 times the sum of all after it (which is not
 * nothing). A chart begins with these switched off, and says so.
 */
export function dwarfing(totals: readonly number[]): number[] {
  const hidden: number[] = [];
  for (let series = 0; series < totals.length - 1; series++) {
    const after = totals.slice(series + 1).reduce((sum, count) => sum + count, 0);
    if (after === 0 || (totals[series] ?? 0) <= 20 * after) break;
    hidden.push(series);
  }
  return hidden;
}

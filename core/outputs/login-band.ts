import { REMEMBERED } from '../anomalies/hour-counts.ts';
import { usualOf } from '../anomalies/robust.ts';
import { Baseline, type SeriesShape } from '../anomalies/series.ts';
import { HOUR } from '../anomalies/spells.ts';
import { VOLUME_BARS } from '../anomalies/volume-bars.ts';
import { VOLUME_KINDS } from '../anomalies/volume-text.ts';

/** What is usual in intervals that follow one another from `from` on, which counts hours or days since 1970. */
export interface Band {
  readonly from: number;
  readonly low: number[];
  readonly usual: number[];
  readonly high: number[];
}

/** An hour with unusually many sign-ins. */
export interface LoginSpike {
  /** Hours since 1970. */
  readonly hour: number;
  readonly observed: number;
  readonly low: number;
  readonly high: number;
}

/** How many console sign-ins are usual, all accounts together. */
export interface LoginBand {
  readonly hours: Band;
  readonly days: Band;
  readonly spikes: readonly LoginSpike[];
}

const { days: LEARNING, threshold: THRESHOLD, rarity, ratio, leastBursts } = VOLUME_BARS;
const { burst } = VOLUME_KINDS['console-logins'];
const REMEMBERED_DAYS = REMEMBERED / 24;
/** A record dated far away must not cost a judgement for every hour between. */
const MOST_DAYS = 400;
/** Days of the same kind without which all are compared with. */
const LEAST_DAYS = 6;

const SHAPE: SeriesShape = { of: 'counts', interval: HOUR, learning: LEARNING * 24, threshold: THRESHOLD, rarity, burst };

/**
 * The bands from the 15th day on, each learned from the eight weeks before, as the detector of volumes does for one account; null with less than that, or with more than 400 days.
 * `logins` are counts by hours since 1970; `from` and `to` are the first and the last hour with events of any kind.
 */
export function loginBand(logins: ReadonlyMap<number, number>, from: number, to: number): LoginBand | null {
  const hours = to - from + 1;
  if (!(hours > LEARNING * 24 && hours <= MOST_DAYS * 24) || logins.size === 0) return null;
  const counts = Float64Array.from({ length: hours }, (_, i) => logins.get(from + i) ?? 0);
  const band = noBand(from + LEARNING * 24);
  const spikes: LoginSpike[] = [];
  for (let i = LEARNING * 24; i < hours; i += 1) {
    const start = Math.max(0, i - REMEMBERED);
    const baseline = new Baseline(counts.subarray(start, i), from + start, SHAPE);
    const { low, median, high } = baseline.usual(from + i) ?? { low: 0, median: 0, high: 0 };
    add(band, low, median, high);
    const observed = counts[i] as number;
    if (observed > leastBursts * burst && observed >= ratio * median && baseline.judge(observed) !== null)
      spikes.push({ hour: from + i, observed, low, high });
  }
  return { hours: band, days: dayBand(counts, from), spikes };
}

/** Of a day: among workdays or days of the weekend as it is one, median ± 5 times the spread, which is at least √median. */
function dayBand(counts: Float64Array, from: number): Band {
  const first = Math.floor(from / 24);
  const days = new Float64Array(Math.ceil((from + counts.length) / 24) - first);
  for (const [i, count] of counts.entries())
    days[Math.floor((from + i) / 24) - first] = (days[Math.floor((from + i) / 24) - first] ?? 0) + count;
  const band = noBand(first + LEARNING);
  for (let day = LEARNING; day < days.length; day += 1) {
    const before = [...days.subarray(Math.max(0, day - REMEMBERED_DAYS), day)].map((count, i) => ({
      count,
      day: Math.max(0, day - REMEMBERED_DAYS) + i,
    }));
    const alike = before.filter((one) => isWeekend(first + one.day) === isWeekend(first + day));
    const { median, spread } = usualOf(Float64Array.from(alike.length < LEAST_DAYS ? before : alike, ({ count }) => count).sort());
    const reach = THRESHOLD * Math.max(spread, Math.sqrt(median), 1);
    add(band, Math.max(0, Math.ceil(median - reach)), median, Math.floor(median + reach));
  }
  return band;
}

/** 1970 began on a Thursday. */
function isWeekend(day: number): boolean {
  return day % 7 === 2 || day % 7 === 3;
}

function noBand(from: number): Band {
  return { from, low: [], usual: [], high: [] };
}

function add(band: Band, low: number, usual: number, high: number): void {
  band.low.push(low);
  band.usual.push(usual);
  band.high.push(high);
}

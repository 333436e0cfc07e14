import { grouped } from '../grouped.ts';
import type { Anomaly } from './anomaly.ts';
import { HOUR, hourOf } from './spells.ts';

/** How many records came in each hour: hours since 1970, only those with records. */
export interface Hours extends Iterable<readonly [hour: number, records: number]> {
  /** How many hours have records. */
  readonly size: number;
  get(hour: number): number | undefined;
}

/** What came from one region of an account. */
export interface Deliveries {
  readonly account: string;
  readonly region: string;
  readonly hours: Hours;
}

/** A stretch of whole hours without records, where there normally are some. */
export interface Silence {
  /** What is silent: everything, one of several accounts in all its regions, or one of several regions of an account. */
  readonly scope: 'trail' | 'account' | 'region';
  /** '' where all are meant. */
  readonly account: string;
  readonly region: string;
  /** The end of the last hour with records, milliseconds since 1970. */
  readonly since: number;
  /** When records came again; null while they have not. */
  readonly until: number | null;
  /** When it was long enough to be told, milliseconds since 1970: the same whenever it is looked at. */
  readonly evidentAt: number;
  /** Hours without records so far. */
  readonly hours: number;
  /** The longest other stretch without records, hours. */
  readonly usual: number;
  /** Records that such hours bring on average, rounded. */
  readonly expected: number;
}

/** Hours that are looked back on: four weeks. */
export const REMEMBERED = 28 * 24;
/** Hours of history, and of those hours with records, below which nothing is known to be normal. */
export const LEAST_HISTORY = 7 * 24;
export const LEAST_ACTIVE = 24;
/** Delivery takes minutes: in the first hour nothing is told. */
export const LEAST_SILENCE = 2;
/** How much longer than the longest stretch before. */
const LONGER = 1.5;
/** −ln of how likely it is that such hours bring nothing: one in a thousand. */
const LEAST_EVIDENCE = Math.log(1000);
/** Weight, in observations, of what all such hours of the day say when an hour of the week is judged. */
const PRIOR = 2;

/** Of which time silences are looked for. */
export interface Watch {
  /** Milliseconds since 1970 from which on what came is known: nobody was there before to see it come. @default -Infinity */
  readonly since?: number;
  /** Records of hours that begin later than this, milliseconds since 1970, are no sign of life: their clocks are wrong. @default Infinity */
  readonly latest?: number;
}

/**
 * What is silent at a time that normally is not: the last whole hours before `now` brought nothing, for longer than ever in the four weeks
 * before, and at hours that normally bring something. Of a silent account its regions are not told, of a silent trail not its accounts.
 * @param now milliseconds since 1970
 */
export function silences(
  deliveries: readonly Deliveries[],
  now: number,
  { since = Number.NEGATIVE_INFINITY, latest = Number.POSITIVE_INFINITY }: Watch = {},
): Silence[] {
  const from = Math.ceil(since / HOUR);
  return told(deliveries, latest, (series) => judged(series, Math.max(series.last + 1, from), hourOf(now), false));
}

/**
 * Gaps in what was delivered, and what came no more before the last hour in which anything came: what a folder of logs lacks. What came after
 * a gap says what is normal, too. A few hours of records that lie more than four weeks apart from all others come from a wrong clock, and are left out.
 */
export function gaps(deliveries: readonly Deliveries[]): Silence[] {
  const [begin, end] = soundHours(deliveries);
  const sound = deliveries.map(({ account, region, hours }) => ({ account, region, hours: hoursIn(hours, begin, end) }));
  return told(sound, Number.POSITIVE_INFINITY, (series) => {
    const stretches = stretchesOf(series, end);
    return stretches.flatMap(({ from, to }, i) => (isLongest(stretches, i) ? judged(series, from, to, from <= series.last) : []));
  });
}

/** Whether [from, to) of hours without records was no ordinary pause, by the four weeks before it alone: what comes later does not change it. */
export function isGap(hours: Hours, from: number, to: number): boolean {
  let first = from;
  let pause = 0;
  let longest = 0;
  const length = to - from;
  // Backwards: most pauses are no longer than one that lies a few hours or a day before.
  for (let hour = from - 1; hour >= from - REMEMBERED; hour -= 1) {
    if ((hours.get(hour) ?? 0) === 0) {
      pause += 1;
      continue;
    }
    longest = Math.max(longest, pause);
    if (length <= Math.floor(longest * LONGER)) return false;
    pause = 0;
    first = hour;
  }
  return judged({ scope: 'trail', account: '', region: '', counts: hours, first, last: from - 1 }, from, to, true).length > 0;
}

/**
 * The first hour with records, and the one after the last, without groups of fewer than 24 such hours that lie more than four weeks apart from
 * the larger ones: a record of the year 2099 is no end of a trail.
 */
export function soundHours(deliveries: readonly Deliveries[]): readonly [begin: number, end: number] {
  const all = new Set<number>();
  for (const { hours } of deliveries) for (const [hour] of hours) all.add(hour);
  const groups: number[][] = [];
  for (const hour of [...all].sort((a, b) => a - b)) {
    const group = groups.at(-1);
    if (group === undefined || hour - (group.at(-1) as number) > REMEMBERED) groups.push([hour]);
    else group.push(hour);
  }
  const most = groups.reduce((size, { length }) => Math.max(size, length), 0);
  const sound = groups.filter(({ length }) => length >= Math.min(LEAST_ACTIVE, most));
  return [sound[0]?.[0] ?? Number.NEGATIVE_INFINITY, (sound.at(-1)?.at(-1) ?? Number.NEGATIVE_INFINITY) + 1];
}

function hoursIn(hours: Hours, begin: number, end: number): Map<number, number> {
  const kept = new Map<number, number>();
  for (const [hour, records] of hours) if (hour >= begin && hour < end) kept.set(hour, records);
  return kept;
}

interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** The stretches [from, to) without records, in order. */
function stretchesOf({ counts }: Series, end: number): Stretch[] {
  const active = Array.from(counts, ([hour]) => hour).sort((a, b) => a - b);
  return active.map((hour, i) => ({ from: hour + 1, to: active[i + 1] ?? end })).filter(({ from, to }) => from < to);
}

/** Whether a stretch is longer by far than its neighbours: most are not, and need no look at four weeks of history. */
function isLongest(stretches: readonly Stretch[], i: number): boolean {
  const { from, to } = stretches[i] as Stretch;
  const isShorter = (other: Stretch | undefined) =>
    other === undefined ||
    other.to < from - REMEMBERED ||
    other.from > to + REMEMBERED ||
    to - from > Math.floor((other.to - other.from) * LONGER);
  return isShorter(stretches[i - 1]) && isShorter(stretches[i + 1]);
}

interface Series {
  readonly scope: Silence['scope'];
  readonly account: string;
  readonly region: string;
  readonly counts: Hours;
  readonly first: number;
  readonly last: number;
}

/** Judges the trail, its accounts and their regions; what a wider silence covers is left out. */
function told(deliveries: readonly Deliveries[], latest: number, judge: (series: Series) => Silence[]): Silence[] {
  const all: Silence[] = [];
  for (const series of seriesOf(deliveries, hourOf(latest))) {
    for (const silence of judge(series)) if (!all.some((wider) => covers(wider, silence))) all.push(silence);
  }
  return all.sort((a, b) => a.since - b.since || compareTexts(a.account, b.account) || compareTexts(a.region, b.region));
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A wider silence explains the narrower one that goes on no longer. */
function covers(wider: Silence, { account, since, until }: Silence): boolean {
  const isWider = wider.scope === 'trail' || (wider.scope === 'account' && wider.account === account);
  const [end, widerEnd] = [until ?? Number.POSITIVE_INFINITY, wider.until ?? Number.POSITIVE_INFINITY];
  return isWider && wider.since < end && since < widerEnd;
}

/** Widest first: everything, the accounts where there are several, their regions where there are several. One at a time: they are large. */
function* seriesOf(deliveries: readonly Deliveries[], latest: number): Generator<Series> {
  const parts = deliveries.filter(({ hours }) => hours.size > 0);
  const accounts = grouped(parts, ({ account }) => account);
  const [sole] = accounts.keys();
  if (sole === undefined) return;
  yield seriesFrom('trail', accounts.size === 1 ? sole : '', '', parts, latest);
  if (accounts.size > 1) for (const [account, own] of accounts) yield seriesFrom('account', account, '', own, latest);
  for (const [account, own] of accounts) {
    const regions = grouped(own, ({ region }) => region);
    if (regions.size > 1) for (const [region, some] of regions) yield seriesFrom('region', account, region, some, latest);
  }
}

function seriesFrom(scope: Silence['scope'], account: string, region: string, parts: readonly Deliveries[], latest: number): Series {
  const counts = new Map<number, number>();
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { hours } of parts) {
    for (const [hour, count] of hours) {
      if (hour > latest) continue;
      counts.set(hour, (counts.get(hour) ?? 0) + count);
      first = Math.min(first, hour);
      last = Math.max(last, hour);
    }
  }
  return { scope, account, region, counts, first, last };
}

/** The stretch [from, to) of hours without records, when it is no ordinary one. What came after it counts as history too. */
function judged({ scope, account, region, counts, first, last }: Series, from: number, to: number, hasEnded: boolean): Silence[] {
  if (to - from < LEAST_SILENCE) return [];
  const begin = Math.max(first, from - REMEMBERED);
  const end = Math.min(last + 1, to + REMEMBERED);
  const history = new History(counts, begin, from, Math.max(to, from), end);
  if (history.hours < LEAST_HISTORY || history.active < LEAST_ACTIVE) return [];
  const least = Math.max(LEAST_SILENCE, Math.floor(history.longestGap * LONGER) + 1);
  let evidence = 0;
  let expected = 0;
  let evidentAt: number | undefined;
  for (let hour = from; hour < to; hour += 1) {
    evidence -= Math.log1p(-history.chance(hour));
    expected += history.mean(hour);
    if (evidentAt === undefined && evidence >= LEAST_EVIDENCE && hour - from + 1 >= least) evidentAt = (hour + 1) * HOUR;
  }
  if (evidentAt === undefined) return [];
  const until = hasEnded ? to * HOUR : null;
  return [
    {
      ...{ scope, account, region, since: from * HOUR, until, evidentAt },
      ...{ hours: to - from, usual: history.longestGap, expected: Math.round(expected) },
    },
  ];
}

const WEEK = 7 * 24;

/** Hour of the week, 0 on Monday at midnight UTC: 1970 began on a Thursday. */
function weekHour(hour: number): number {
  return (hour + 3 * 24) % WEEK;
}

/** Hour of the day, on workdays and on weekends apart. */
function dayHour(hour: number): number {
  const inWeek = weekHour(hour);
  return (inWeek % 24) + (inWeek >= 5 * 24 ? 24 : 0);
}

/** How often the hours around a silence brought records, by hour of the week, backed by hour of the day. */
class History {
  /** Hours looked at, and of those the ones with records. */
  readonly hours: number;
  active = 0;
  longestGap = 0;
  readonly #week = Array.from({ length: WEEK }, noSlot);
  readonly #day = Array.from({ length: 48 }, noSlot);

  /** Of the hours [begin, end) without the silence [from, to). */
  constructor(counts: Hours, begin: number, from: number, to: number, end: number) {
    this.hours = from - begin + Math.max(0, end - to);
    let gap = 0;
    for (let hour = begin; hour < end; hour += 1) {
      if (hour === from) {
        hour = to - 1;
        gap = 0;
        continue;
      }
      const count = counts.get(hour) ?? 0;
      gap = count > 0 ? 0 : gap + 1;
      this.longestGap = Math.max(this.longestGap, gap);
      if (count > 0) this.active += 1;
      for (const slot of [this.#week[weekHour(hour)] as Slot, this.#day[dayHour(hour)] as Slot]) {
        slot.hours += 1;
        slot.records += count;
        if (count > 0) slot.active += 1;
      }
    }
  }

  /** How likely such an hour is to bring records, 0-1 without the ends. */
  chance(hour: number): number {
    const day = this.#day[dayHour(hour)] as Slot;
    const week = this.#week[weekHour(hour)] as Slot;
    const before = (day.active + (this.active / this.hours) * PRIOR) / (day.hours + PRIOR);
    return Math.min(0.999, (week.active + before * PRIOR) / (week.hours + PRIOR));
  }

  /** Records that such an hour brings on average. */
  mean(hour: number): number {
    const day = this.#day[dayHour(hour)] as Slot;
    return day.hours === 0 ? 0 : day.records / day.hours;
  }
}

interface Slot {
  hours: number;
  active: number;
  records: number;
}

function noSlot(): Slot {
  return { hours: 0, active: 0, records: 0 };
}

const LEVEL = {
  silent: { trail: 'high', account: 'medium', region: 'low' },
  gap: { trail: 'low', account: 'low', region: 'informational' },
} as const;

/** Of a trail that is silent so far: alone enough for an incident of level high. */
const CONFIDENCE = { trail: 0.95, account: 0.8, region: 0.8, gap: 0.6 } as const;

/** A silence as the detectors say things; it belongs to no principal. */
export function silenceAnomaly(silence: Silence): Anomaly {
  const { scope, account, region, since, until, evidentAt, hours, usual, expected } = silence;
  const what = {
    trail: account === '' ? 'The whole trail' : `The trail of account ${account}`,
    account: `Account ${account}`,
    region: `Region ${region} of account ${account}`,
  }[scope];
  const from = new Date(since).toISOString().slice(0, 16).replace('T', ' ');
  return {
    detector: `anomaly:silence:${scope}`,
    entity: scope === 'region' ? { kind: 'region', name: `${account}/${region}` } : { kind: 'account', name: account || 'all accounts' },
    title: until === null ? 'No records arrive' : 'Records are missing',
    text: `${what} delivered nothing for ${hours} hours from ${from} UTC, where about ${expected} records are usual and ${usual} hours were the longest pause.`,
    level: LEVEL[until === null ? 'silent' : 'gap'][scope],
    confidence: CONFIDENCE[until === null ? scope : 'gap'],
    tactics: ['defense-evasion'],
    techniques: ['T1562.008'],
    time: evidentAt,
    window: [since, until ?? since + hours * HOUR],
    observed: 0,
    expected: `about ${expected}`,
    score: hours,
    reasons: [
      `${hours} whole hours brought no record; the longest pause before was ${usual} hours.`,
      'Such hours normally bring records.',
      'See whether logging was stopped, a policy or a key refuses delivery, or files are missing.',
    ],
    principal: '',
    roleTag: 'unknown',
    account,
    region,
    address: '',
    eventID: '',
    cause: [scope, account, region, String(since)],
  };
}

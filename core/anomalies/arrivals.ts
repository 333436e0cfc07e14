import type { ScoredPart } from '../scoring/section.ts';
import { REMEMBERED as COMPARED } from './hour-counts.ts';
import { HourTotals } from './hour-totals.ts';
import type { Entity } from './observation.ts';
import { type Deliveries, isGap, LEAST_ACTIVE, LEAST_HISTORY, LEAST_SILENCE, REMEMBERED } from './silence.ts';
import { FORGOTTEN, HOUR, hourOf } from './spells.ts';

/** Accounts, and regions of accounts, that are told apart; what comes of others counts for the trail alone, or for its account. */
const MOST_ACCOUNTS = 1000;
const MOST_REGIONS = 4000;
/**
 * Blocks of four weeks that accounts and regions take together: 54 MB. An hour that would need a further one counts for the trail alone, and of an account or region
 * with such hours no silence is told.
 */
const MOST_BLOCKS = 20_000;
/** Characters of an account's or a region's name: what is longer is nobody's. */
const LONGEST = 64;

/** When nothing was delivered, [from, to) in milliseconds since 1970. */
export type Gap = readonly [from: number, to: number];

/** What came, as JSON: counts as in {@link HourTotals.state}, gaps as hours in turn. */
export interface ArrivalsState {
  /** The hour up to which gaps have been looked for. */
  readonly to: number | null;
  readonly trail: readonly number[];
  readonly gaps: readonly number[];
  /** By account: its counts, its gaps, and the counts of its regions. */
  readonly accounts: Readonly<
    Record<
      string,
      { readonly hours: readonly number[]; readonly gaps: readonly number[]; readonly regions: Readonly<Record<string, readonly number[]>> }
    >
  >;
}

export const NO_ARRIVALS: ArrivalsState = { to: null, trail: [], gaps: [], accounts: {} };

/** What came of one account, or of the whole trail. */
interface Source {
  readonly hours: HourTotals;
  /** Stretches [from, to) of hours without records where there normally are some, in order. */
  gaps: (readonly [from: number, to: number])[];
  /** The last hour with records of those in which gaps have been looked for. */
  before: number;
}

interface Account extends Source {
  readonly regions: Map<string, HourTotals>;
}

export interface ArrivalsOptions {
  /** Whether all hours are kept, as a folder of logs needs them, or of each series the four weeks before its last hour. @default false */
  readonly all?: boolean;
}

/**
 * The records that came, by account, region and hour of their events, every copy of them. What it holds does not depend on their order; a gap is found when the watermark
 * has passed the hour that ends it, from what lies before, so that it is the same whenever one looks.
 */
export class Arrivals {
  readonly #keepsAll: boolean;
  readonly #trail: Source;
  readonly #accounts = new Map<string, Account>();
  readonly #told = new Map<string, readonly Gap[]>();
  /** Series of which hours found no room: what is known of them has holes. */
  readonly #cut = new Set<HourTotals>();
  #trailGaps: readonly Gap[] = [];
  #regions = 0;
  /** Of accounts and regions. */
  #blocks = 0;
  /** The hour up to which gaps have been looked for. */
  #to = Number.NEGATIVE_INFINITY;

  constructor({ all = false }: ArrivalsOptions = {}, { to, trail, gaps, accounts }: ArrivalsState = NO_ARRIVALS) {
    this.#keepsAll = all;
    this.#to = to ?? Number.NEGATIVE_INFINITY;
    this.#trail = sourceFrom(trail, gaps, this.#to);
    for (const [name, own] of Object.entries(accounts)) {
      const regions = new Map(Object.entries(own.regions).map(([region, counts]) => [region, HourTotals.from(counts)]));
      this.#accounts.set(name, { ...sourceFrom(own.hours, own.gaps, this.#to), regions });
    }
    this.#count();
    this.#tell();
  }

  /** Counts the events of a part. */
  take({ count, times, strings, accounts, regions }: ScoredPart): void {
    let [account, region, hour, records] = [-1, -1, 0, 0];
    const add = () => {
      if (records > 0) this.add(strings[account] as string, strings[region] as string, hour, records);
    };
    for (let event = 0; event < count; event += 1) {
      const time = times[event] as number;
      // Neighbours are mostly alike.
      if (accounts[event] !== account || regions[event] !== region || time < hour * HOUR || time >= (hour + 1) * HOUR) {
        add();
        [account, region, hour, records] = [accounts[event] as number, regions[event] as number, hourOf(time), 0];
      }
      records += 1;
    }
    add();
  }

  /** Counts records of an hour. */
  add(account: string, region: string, hour: number, records: number): void {
    this.#addTo(this.#trail, hour, records);
    const own = this.#account(account);
    if (own === undefined || !this.#hasRoom(own.hours, hour)) return;
    this.#addTo(own, hour, records);
    const ofRegion = this.#region(own, region);
    if (ofRegion !== undefined && this.#hasRoom(ofRegion, hour)) ofRegion.add(hour, records);
  }

  /** Looks for gaps that end before the watermark, and forgets what is no longer needed. */
  advance(watermark: number): void {
    const to = hourOf(watermark);
    if (!(to > this.#to)) return;
    // An hour still to be judged is compared with the eight weeks before.
    const oldest = this.#to - COMPARED - 24;
    if (!this.#keepsAll) this.#forgetSilent();
    for (const source of [this.#trail, ...this.#accounts.values()]) {
      source.gaps = source.gaps.filter(([, end]) => end > oldest);
      this.#look(source, to);
    }
    this.#to = to === Number.POSITIVE_INFINITY ? this.#trail.hours.last + 1 : to;
    if (!this.#keepsAll) this.#forgetHours();
    this.#tell();
  }

  /** When nothing was delivered of an entity: of an account what lacks of it, of all others what lacks of the whole trail. */
  gapsOf({ kind, name }: Entity): readonly Gap[] {
    return (kind === 'account' ? this.#told.get(name) : undefined) ?? this.#trailGaps;
  }

  /** Whether anything came of an account (null: of any) and a region of it (null: of any) in the hours [from, to]. */
  hasCome(account: string | null, region: string | null, from: number, to: number): boolean {
    const own = account === null ? this.#trail : this.#accounts.get(account);
    const hours = region === null || account === null ? own?.hours : this.#accounts.get(account)?.regions.get(region);
    for (const [hour] of hours?.from(from) ?? []) return hour <= to;
    return false;
  }

  /** What came in all. */
  get trail(): Deliveries {
    return { account: '', region: '', hours: this.#trail.hours };
  }

  /** Forgets what nothing that is still to come is compared with: all but the four weeks before the last hour of each series. */
  forget(): void {
    this.#forgetSilent();
    this.#forgetHours();
  }

  /** Whether enough is known of the trail that it could fall silent. */
  get isKnown(): boolean {
    const { hours } = this.#trail;
    if (hours.size < LEAST_ACTIVE) return false;
    const [first] = hours.from(Number.NEGATIVE_INFINITY).next().value as readonly [number, number];
    return hours.last + 1 - first >= LEAST_HISTORY;
  }

  get deliveries(): Deliveries[] {
    const whole = [...this.#accounts].filter(([, { hours }]) => !this.#cut.has(hours));
    return whole.flatMap(([account, { regions }]) =>
      Array.from(regions, ([region, hours]) => ({ account, region, hours })).filter(({ hours }) => !this.#cut.has(hours)),
    );
  }

  get state(): ArrivalsState {
    // Without a prototype: names are the attacker's text.
    const accounts: Record<string, ArrivalsState['accounts'][string]> = Object.create(null);
    for (const [name, { hours, gaps, regions }] of [...this.#accounts].sort(byName)) {
      const all: Record<string, number[]> = Object.create(null);
      for (const [region, totals] of [...regions].sort(byName)) all[region] = totals.state;
      accounts[name] = { hours: hours.state, gaps: gaps.flat(), regions: all };
    }
    const to = Number.isFinite(this.#to) ? this.#to : null;
    return { to, trail: this.#trail.hours.state, gaps: this.#trail.gaps.flat(), accounts };
  }

  #account(name: string): Account | undefined {
    let account = this.#accounts.get(name);
    if (account === undefined && this.#accounts.size < MOST_ACCOUNTS && name.length <= LONGEST) {
      account = { ...sourceFrom([], [], this.#to), regions: new Map() };
      this.#accounts.set(name, account);
    }
    return account;
  }

  #region({ regions }: Account, name: string): HourTotals | undefined {
    let region = regions.get(name);
    if (region === undefined && this.#regions < MOST_REGIONS && name.length <= LONGEST) {
      region = new HourTotals();
      regions.set(name, region);
      this.#regions += 1;
    }
    return region;
  }

  #addTo(source: Source, hour: number, records: number): void {
    // It would be forgotten with the next watermark.
    if (!this.#keepsAll && hour <= source.before - REMEMBERED) return;
    source.hours.add(hour, records);
    if (hour < this.#to && hour > source.before) source.before = hour;
  }

  /** Whether an hour needs no further block of memory, or may have one: then it is taken. */
  #hasRoom(hours: HourTotals, hour: number): boolean {
    if (!hours.isNew(hour)) return true;
    if (this.#blocks >= MOST_BLOCKS) {
      this.#cut.add(hours);
      return false;
    }
    this.#blocks += 1;
    return true;
  }

  #look(source: Source, to: number): void {
    const { hours, gaps } = source;
    for (const [hour] of hours.from(this.#to)) {
      if (hour >= to) return;
      const { before } = source;
      const pause = hour - before - 1;
      // What is silent for 90 days may be forgotten, and what is back after them is new to everyone.
      if (pause >= LEAST_SILENCE && pause < FORGOTTEN && isGap(hours, before + 1, hour)) gaps.push([before + 1, hour]);
      source.before = hour;
    }
  }

  #forgetSilent(): void {
    for (const [name, { hours, regions }] of this.#accounts) {
      for (const [region, { last }] of regions) if (this.#to - last > FORGOTTEN) regions.delete(region);
      if (this.#to - hours.last > FORGOTTEN) this.#accounts.delete(name);
    }
  }

  /** Keeps the four weeks before the last hour of each series. */
  #forgetHours(): void {
    for (const { hours, before } of [this.#trail, ...this.#accounts.values()]) hours.forget(before + 1 - REMEMBERED);
    for (const { regions } of this.#accounts.values()) {
      for (const totals of regions.values()) totals.forget(Math.min(totals.last, this.#to) + 1 - REMEMBERED);
    }
    this.#count();
  }

  #count(): void {
    this.#regions = 0;
    this.#blocks = 0;
    for (const { hours, regions } of this.#accounts.values()) {
      this.#regions += regions.size;
      this.#blocks += hours.blocks;
      for (const totals of regions.values()) this.#blocks += totals.blocks;
    }
  }

  #tell(): void {
    this.#trailGaps = inTime(this.#trail.gaps);
    this.#told.clear();
    for (const [name, { gaps }] of this.#accounts) {
      if (gaps.length > 0) this.#told.set(name, [...this.#trailGaps, ...inTime(gaps)]);
    }
  }
}

function sourceFrom(counts: readonly number[], gaps: readonly number[], to: number): Source {
  const hours = HourTotals.from(counts);
  let before = Number.NEGATIVE_INFINITY;
  for (const [hour] of hours) if (hour < to) before = hour;
  const pairs = Array.from({ length: gaps.length / 2 }, (_, i) => [gaps[2 * i] as number, gaps[2 * i + 1] as number] as const);
  return { hours, gaps: pairs, before };
}

function inTime(gaps: Source['gaps']): Gap[] {
  return gaps.map(([from, to]) => [from * HOUR, to * HOUR]);
}

function byName<T>([a]: readonly [string, T], [b]: readonly [string, T]): number {
  return a < b ? -1 : 1;
}

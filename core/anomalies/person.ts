import { addressBlock, countryOf } from './geo.ts';
import type { Arrival, Sightings } from './sightings.ts';
import { FORGOTTEN } from './spells.ts';

/** What is remembered of a person's movements, as JSON. */
export interface PersonState {
  /** Name of the geolocation database that places are told by; '' before the first. */
  database: string;
  waiting: Sightings;
  /** When the earliest minute that waits is over. */
  next?: number;
  /** Since the last 90 days of quiet: the first minute, the hour of the last, the last day and how many days were active before it. */
  spell?: { readonly start: number; hour: number; day: number; activeDays: number };
  /** Where the person was last. */
  at?: Whereabouts;
  /** Hour of the last sighting in each country, and on how many days there were any. */
  countries: Record<string, readonly [hour: number, days: number]>;
  /** Pairs of spots between which the person jumped: on how many days, and the last of them. */
  pairs: Record<string, readonly [days: number, last: number]>;
  /** Spot that each /24 or /48 was said to be at, and the last day. */
  blocks: Record<string, readonly [spot: string, last: number]>;
  /** Where the database before said the blocks to be, and until which day that counts. */
  former?: { readonly spots: Readonly<Record<string, string>>; readonly until: number };
  /** The day on which something was told last, and the pairs that were. */
  told?: { readonly day: number; readonly pairs: readonly string[] };
}

export interface Whereabouts {
  readonly minute: number;
  readonly spot: string;
  readonly agent: string;
  readonly city: string;
  readonly address: string;
}

const FORGOTTEN_DAYS = FORGOTTEN / 24;
const MOST_PAIRS = 64;
const MOST_BLOCKS = 64;
/** Days of jumping between two spots that make it a habit. */
const HABIT = 3;
/** Days in each of two countries that make it a habit to be in both. */
const RECURS = 5;

export function emptyPerson(): PersonState {
  return { database: '', waiting: {}, countries: {}, pairs: {}, blocks: {} };
}

/** Takes note of another database: what is known of the person's networks tells which of its places only have another name now. */
export function changeDatabase(state: PersonState, name: string, day: number): void {
  if (state.database === name) return;
  if (state.database !== '') {
    const spots = Object.entries(state.blocks).map(([block, [spot]]) => [block, spot] as const);
    state.former = { spots: Object.fromEntries(spots), until: day + FORGOTTEN_DAYS };
    state.blocks = {};
    // Between two databases no distance is told.
    delete state.at;
  }
  state.database = name;
}

/**
 * Whether the person is known to use this network, which the database before said to be elsewhere. To be now here and now there is a habit then:
 * other networks of the same place may not have been renamed.
 */
export function noteRenamed(state: PersonState, address: string, spot: string, day: number): boolean {
  const { former } = state;
  if (former === undefined || day > former.until) return false;
  const block = addressBlock(address);
  const before = Object.hasOwn(former.spots, block) ? (former.spots[block] as string) : spot;
  if (before === spot) return false;
  noteJump(state, before, spot, day, true);
  return true;
}

/** Two spots in either order; of two countries no more than these, since a VPN has exits in many cities. */
export function pairOf(a: string, b: string): string {
  const [one, other] = countryOf(a) === countryOf(b) ? [a, b] : [countryOf(a), countryOf(b)];
  return one < other ? `${one}|${other}` : `${other}|${one}`;
}

/** Days since the database changed, while that matters. */
export function daysSinceChange({ former }: PersonState, day: number): number | undefined {
  return former === undefined || day > former.until ? undefined : day - (former.until - FORGOTTEN_DAYS);
}

/** Begins or goes on with the spell of activity that a minute belongs to. After 90 days of quiet all is forgotten. */
export function goOn(state: PersonState, minute: number): NonNullable<PersonState['spell']> {
  const hour = Math.floor(minute / 60);
  const day = Math.floor(hour / 24);
  if (state.spell === undefined || hour - state.spell.hour > FORGOTTEN) {
    state.spell = { start: minute, hour, day, activeDays: 0 };
    state.countries = {};
    state.pairs = {};
    state.blocks = {};
    delete state.at;
  }
  const { spell } = state;
  if (day > spell.day) {
    spell.day = day;
    spell.activeDays = Math.min(spell.activeDays + 1, FORGOTTEN);
  }
  spell.hour = hour;
  return spell;
}

/** Whether to be now at the one spot and now at the other is a habit: by jumps on some days, or because both countries come again and again. */
export function isHabit({ pairs, countries }: PersonState, a: string, b: string, day: number): boolean {
  const [days, last] = pairs[pairOf(a, b)] ?? [0, 0];
  if (days >= HABIT && day - last <= FORGOTTEN_DAYS) return true;
  return countryOf(a) !== countryOf(b) && [a, b].every((spot) => (countries[countryOf(spot)]?.[1] ?? 0) >= RECURS);
}

/** Notes a jump between two spots. One made while the person is learned is a habit at once: that is what a VPN looks like. */
export function noteJump({ pairs }: PersonState, a: string, b: string, day: number, isLearned: boolean): void {
  const pair = pairOf(a, b);
  const [before, last] = pairs[pair] ?? [0, Number.NEGATIVE_INFINITY];
  const days = day - last > FORGOTTEN_DAYS ? 1 : day > last ? Math.min(before + 1, HABIT) : before;
  pairs[pair] = [isLearned ? HABIT : days, day];
  dropOldest(pairs, MOST_PAIRS);
}

/** Notes a sighting in a country. What was seen there more than 90 days ago counts no longer. */
export function noteCountry(state: PersonState, country: string, minute: number): void {
  const hour = Math.floor(minute / 60);
  const [last, days] = isKnownCountry(state, country, minute) ? (state.countries[country] as readonly [number, number]) : [0, 0];
  const isNewDay = Math.floor(last / 24) !== Math.floor(hour / 24);
  if (hour !== last) state.countries[country] = [hour, isNewDay ? Math.min(days + 1, RECURS) : days];
}

export function noteBlock(state: PersonState, [, , , , , , , address]: Arrival, spot: string, day: number): void {
  const block = addressBlock(address);
  if (block === '') return;
  state.blocks[block] = [spot, day];
  dropOldest(state.blocks, MOST_BLOCKS);
}

function dropOldest(of: Record<string, readonly [unknown, last: number]>, most: number): void {
  const keys = Object.keys(of);
  if (keys.length <= most) return;
  const lastOf = (key: string) => (of[key] as readonly [unknown, number])[1];
  for (const key of keys.sort((a, b) => lastOf(b) - lastOf(a) || (a < b ? -1 : 1)).slice(most)) delete of[key];
}

/** Whether a country was seen in the 90 days before a minute. */
export function isKnownCountry({ countries }: PersonState, country: string, minute: number): boolean {
  return Math.floor(minute / 60) - (countries[country]?.[0] ?? Number.NEGATIVE_INFINITY) <= FORGOTTEN;
}

export function knownCountries(state: PersonState, minute: number): string[] {
  return Object.keys(state.countries)
    .filter((country) => isKnownCountry(state, country, minute))
    .sort();
}

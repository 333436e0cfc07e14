import { createHash } from 'node:crypto';
import type { RoleTag } from '../config/schema.ts';
import { grouped } from '../grouped.ts';
import type { EntityKind, Observation } from './observation.ts';
import { FORGOTTEN, hourOf } from './spells.ts';

/** What is kept of an event that may have been the first of its kind, all texts cut. */
export type Sighting = readonly [
  time: number,
  eventID: string,
  marks: number,
  principal: string,
  roleTag: RoleTag,
  account: string,
  region: string,
  address: string,
  action: string,
  country: string,
];

export const FAILED = 1;
export const WRITE = 2;

/**
 * Values of one feature of an entity that were judged, in order, each followed by the hour of its last sighting. A value is new where it was
 * not seen in the 90 days before.
 */
export type Known = (string | number)[];

/**
 * Values that wait for the watermark, in order: the value, and of each of its spells the first sighting and the hour of the last. Neither the order of
 * the events nor the moments of the watermark change what is found new.
 */
export type Waiting = (string | Sighting | number)[];

/** Value and hour; value, sighting and hour. */
const KNOWN = 2;
const WAITS = 3;
/** Entries up to which a list is short: there are many of these. */
const SHORT = 32;
const LONGEST_VALUE = 64;
const KEPT_OF_VALUE = 48;
const MOST_NAMES = 10_000;

const names = new Map<string, string>();

/** What stands for a value in the memory: the value itself, of a long one its beginning and a hash. */
export function valueKey(value: string): string {
  if (value.length <= LONGEST_VALUE) return value;
  let name = names.get(value);
  if (name === undefined) {
    name = `${value.slice(0, KEPT_OF_VALUE)}~${createHash('sha256').update(value).digest('base64url').slice(0, 12)}`;
    if (names.size >= MOST_NAMES) names.clear();
    names.set(value, name);
  }
  return name;
}

const LONGEST = { eventID: 64, principal: 1024, account: 32, region: 32, address: 64, action: 128 } as const;

/** The sighting of the event in hand, made when it is first needed: of most events it is not. */
export class Sight {
  #event: Observation | undefined;
  #isPrincipals = false;
  #made: Sighting | undefined;

  /** The principal's name is left out where it is the entity's. */
  of(event: Observation, kind: EntityKind): void {
    this.#event = event;
    this.#isPrincipals = kind === 'principal';
    this.#made = undefined;
  }

  get made(): Sighting {
    this.#made ??= sightingOf(this.#event as Observation, this.#isPrincipals);
    return this.#made;
  }
}

function sightingOf(event: Observation, isPrincipals: boolean): Sighting {
  return [
    event.time,
    event.eventID.slice(0, LONGEST.eventID),
    (event.failed ? FAILED : 0) | (event.isWrite ? WRITE : 0),
    isPrincipals ? '' : event.principal.slice(0, LONGEST.principal),
    event.roleTag,
    event.account.slice(0, LONGEST.account),
    event.region.slice(0, LONGEST.region),
    event.address.slice(0, LONGEST.address),
    event.action.slice(0, LONGEST.action),
    event.country.slice(0, 2),
  ];
}

/** Order of time, then of eventID; the rest only so that equal ids in different events do not leave it open. */
export function compareSightings(a: Sighting, b: Sighting): number {
  for (let i = 0; i < a.length; i += 1) {
    const [left, right] = [a[i] as number | string, b[i] as number | string];
    if (left !== right) return left < right ? -1 : 1;
  }
  return 0;
}

/** Where the first entry of a value is in a list of entries of `width`, or where it would be. */
function placeOf(list: readonly unknown[], width: number, value: string): number {
  // Of a few texts one that is there is found faster by looking at each.
  if (list.length <= SHORT) for (let i = 0; i < list.length; i += width) if (list[i] === value) return i;
  let from = 0;
  let to = list.length / width;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((list[middle * width] as string) < value) from = middle + 1;
    else to = middle;
  }
  return from * width;
}

/** Notes a value in an hour when a sighting of it that was judged is at most 90 days old; gives false when there is none. */
export function refresh(known: Known, value: string, hour: number): boolean {
  const at = placeOf(known, KNOWN, value);
  if (known[at] !== value || hour - (known[at + 1] as number) > FORGOTTEN) return false;
  if (hour > (known[at + 1] as number)) known[at + 1] = hour;
  return true;
}

/** Whether a value was seen in the 90 days before an hour, as far as it was judged. */
export function isKnown(known: Known | undefined, value: string, hour: number): boolean {
  if (known === undefined) return false;
  const at = placeOf(known, KNOWN, value);
  return known[at] === value && hour - (known[at + 1] as number) <= FORGOTTEN;
}

/** Makes a value known that was last seen in an hour; gives the list that is known now. */
export function learn(known: Known, value: string, last: number): Known {
  const at = placeOf(known, KNOWN, value);
  if (known[at] !== value) return inserted(known, at, [value, last]);
  known[at + 1] = Math.max(known[at + 1] as number, last);
  return known;
}

/** Forgets the values that were last seen more than 90 days before an hour; gives how many are left. */
export function forget(known: Known, hour: number): number {
  let left = 0;
  for (let i = 0; i < known.length; i += KNOWN) {
    if (hour - (known[i + 1] as number) > FORGOTTEN) continue;
    known[left] = known[i] as string;
    known[left + 1] = known[i + 1] as number;
    left += KNOWN;
  }
  known.length = left;
  return left / KNOWN;
}

/** How many values are known, those that may be forgotten included. */
export function sizeOf(known: Known): number {
  return known.length / KNOWN;
}

/** The values that were seen in the 90 days before an hour, in order. */
export function knownAt(known: Known, hour: number): string[] {
  return known.filter((entry, i): entry is string => typeof entry === 'string' && hour - (known[i + 1] as number) <= FORGOTTEN);
}

/**
 * Lets a value wait for the watermark, seen at a time in an event. `most` values are told apart: of the spells
 * that begin in the same 90 days as many are kept as it takes to know that there are more, and when that was. Gives the list that waits now.
 */
export function wait(waiting: Waiting, value: string, time: number, sight: Sight, most: number): Waiting {
  const hour = hourOf(time);
  let at = placeOf(waiting, WAITS, value);
  while (waiting[at] === value && hour - (waiting[at + 2] as number) > FORGOTTEN) at += WAITS;
  if (waiting[at] !== value || hourOf((waiting[at + 1] as Sighting)[0]) - hour > FORGOTTEN) {
    const longer = inserted(waiting, at, [value, sight.made, hour]);
    // At 2, 4, 8, … times the number, so that it costs little where nothing can be let go.
    const times = longer.length / WAITS / (2 * (most + 1));
    if (times >= 1 && Number.isInteger(Math.log2(times))) trim(longer, most);
    return longer;
  }
  const first = waiting[at + 1] as Sighting;
  if (time < first[0] || (time === first[0] && compareSightings(sight.made, first) < 0)) waiting[at + 1] = sight.made;
  if (hour > (waiting[at + 2] as number)) waiting[at + 2] = hour;
  const next = at + WAITS;
  if (waiting[next] === value && hourOf((waiting[next + 1] as Sighting)[0]) - (waiting[at + 2] as number) <= FORGOTTEN) {
    waiting[at + 2] = waiting[next + 2] as number;
    waiting.splice(next, WAITS);
  }
  return waiting;
}

/** A short list is copied: grown in place, it would hold room for 16 entries more. */
function inserted<T>(list: T[], at: number, entries: readonly T[]): T[] {
  if (list.length <= SHORT) return list.toSpliced(at, 0, ...entries);
  list.splice(at, 0, ...entries);
  return list;
}

/** A spell of a value: seen first, and the hour of the last sighting. */
export interface Found {
  readonly value: string;
  readonly first: Sighting;
  readonly last: number;
}

function entriesOf(waiting: Waiting): Found[] {
  return Array.from({ length: waiting.length / WAITS }, (_, i) => ({
    value: waiting[i * WAITS] as string,
    first: waiting[i * WAITS + 1] as Sighting,
    last: waiting[i * WAITS + 2] as number,
  }));
}

function replace(waiting: Waiting, entries: readonly Found[]): void {
  waiting.length = 0;
  for (const { value, first, last } of entries) waiting.push(value, first, last);
}

/**
 * Of the spells that begin in the same 90 days only the first `most` + 1 can matter: when the last of those begins, all the others' values are
 * at most 90 days old, and they are more than can be told apart.
 */
function trim(waiting: Waiting, most: number): void {
  const entries = entriesOf(waiting);
  const kept = new Set<Found>();
  for (const group of grouped(entries, ({ first }) => Math.floor(hourOf(first[0]) / FORGOTTEN)).values()) {
    const ordered = group.toSorted((a, b) => compareSightings(a.first, b.first) || (a.value < b.value ? -1 : 1));
    for (const entry of ordered.slice(0, most + 1)) kept.add(entry);
  }
  replace(
    waiting,
    entries.filter((entry) => kept.has(entry)),
  );
}

/** Takes out what waits no longer: the spells that begin at or before the watermark. */
export function takeDue(waiting: Waiting, watermark: number): Found[] {
  const entries = entriesOf(waiting);
  const due = entries.filter(({ first }) => first[0] <= watermark);
  replace(
    waiting,
    entries.filter(({ first }) => first[0] > watermark),
  );
  return due;
}

/** The earliest time of what waits. */
export function nextOf(waiting: Waiting): number | undefined {
  let next: number | undefined;
  for (let i = 1; i < waiting.length; i += WAITS) {
    const [time] = waiting[i] as Sighting;
    if (next === undefined || time < next) next = time;
  }
  return next;
}

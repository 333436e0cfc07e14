import type { RoleTag } from '../config/schema.ts';
import type { Observation } from './observation.ts';
import { DAY, dayOf } from './spells.ts';

export const MINUTE = 60_000;
const MINUTES_A_DAY = 1440;
/** Minutes whose bits are kept in one number. */
const BITS = 30;

/** The first event at a spot on a day, all texts cut. */
export type Arrival = readonly [
  time: number,
  eventID: string,
  failed: 0 | 1,
  principal: string,
  roleTag: RoleTag,
  account: string,
  region: string,
  address: string,
  agent: string,
  city: string,
];

/** What was seen of a person at one spot on one day. */
export interface Stay {
  first: Arrival;
  /** Half-hours of the day, ascending, each followed by the bits of its minutes in which something was seen. */
  minutes: number[];
}

/** By day since 1970, by spot. */
export type Sightings = Record<string, Record<string, Stay>>;

/** Spots kept of one day: those that were seen first. What follows the arrival at the last of them is not judged. */
export const MOST_SPOTS = 17;
/** Days that wait at once: ten years. */
const MOST_DAYS = 3660;

const LONGEST = { eventID: 64, principal: 1024, account: 32, region: 32, address: 64, agent: 64, city: 64 } as const;

export function minuteOf(time: number): number {
  return Math.floor(time / MINUTE);
}

export function arrivalOf(event: Observation, city: string): Arrival {
  return [
    event.time,
    event.eventID.slice(0, LONGEST.eventID),
    event.failed ? 1 : 0,
    event.principal.slice(0, LONGEST.principal),
    event.roleTag,
    event.account.slice(0, LONGEST.account),
    event.region.slice(0, LONGEST.region),
    event.address.slice(0, LONGEST.address),
    event.agent.slice(0, LONGEST.agent),
    city.slice(0, LONGEST.city),
  ];
}

/** Order of time, then of eventID; the rest only so that equal ids in different events do not leave it open. */
export function compareArrivals(a: Arrival, b: Arrival): number {
  for (let i = 0; i < a.length; i += 1) {
    const [left, right] = [a[i] as number | string, b[i] as number | string];
    if (left !== right) return left < right ? -1 : 1;
  }
  return 0;
}

/** Adds an event at a spot; what it makes of all events does not depend on their order. */
export function addSighting(sightings: Sightings, spot: string, event: Observation, city: string): void {
  const { time } = event;
  const day = dayOf(time);
  let stays = sightings[day];
  if (stays === undefined) {
    stays = {};
    sightings[day] = stays;
    dropSurplus(sightings, MOST_DAYS, (a, b) => Number(a) - Number(b));
  }
  const stay = stays[spot];
  if (stay === undefined) {
    stays[spot] = { first: arrivalOf(event, city), minutes: minutesWith([], time) };
    dropSurplus(stays, MOST_SPOTS, (a, b) => compareStays(stays, a, b));
    return;
  }
  minutesWith(stay.minutes, time);
  const { first } = stay;
  if (time > first[0]) return;
  const arrival = arrivalOf(event, city);
  if (compareArrivals(arrival, first) < 0) stay.first = arrival;
}

function compareStays(stays: Readonly<Record<string, Stay>>, a: string, b: string): number {
  return compareArrivals((stays[a] as Stay).first, (stays[b] as Stay).first) || (a < b ? -1 : 1);
}

function dropSurplus(of: Record<string, unknown>, most: number, compare: (a: string, b: string) => number): void {
  const keys = Object.keys(of);
  if (keys.length <= most) return;
  for (const key of keys.sort(compare).slice(most)) delete of[key];
}

function minutesWith(minutes: number[], time: number): number[] {
  const minute = minuteOf(time) % MINUTES_A_DAY;
  const half = Math.floor(minute / BITS);
  const bit = 1 << (minute % BITS);
  let at = minutes.length - 2;
  while (at >= 0 && (minutes[at] as number) > half) at -= 2;
  if (at >= 0 && minutes[at] === half) minutes[at + 1] = (minutes[at + 1] as number) | bit;
  else minutes.splice(at + 2, 0, half, bit);
  return minutes;
}

/** Someone at a spot in a minute since 1970. */
export interface Seen {
  /** The arrival at one spot too many. */
  readonly isCrowded: boolean;
  readonly minute: number;
  readonly spot: string;
  readonly arrival: Arrival;
}

/**
 * Takes out the minutes that are over at the watermark, in order. Of a day with too many spots nothing is given from the minute on in which
 * the last of them was reached. The first sightings of a day that is not over stay, for what follows on it.
 */
export function takeMinutes(sightings: Sightings, watermark: number): Seen[] {
  const open = minuteOf(watermark + 1);
  const seen: Seen[] = [];
  const days = Object.keys(sightings).map(Number);
  for (const day of days.filter((one) => one * MINUTES_A_DAY < open).sort((a, b) => a - b)) {
    const stays = sightings[day] as Record<string, Stay>;
    const spots = Object.keys(stays).sort((a, b) => compareStays(stays, a, b));
    const last = spots.length < MOST_SPOTS ? undefined : (spots.at(-1) as string);
    const end = last === undefined ? Number.POSITIVE_INFINITY : minuteOf((stays[last] as Stay).first[0]);
    for (const spot of spots) {
      const stay = stays[spot] as Stay;
      const past = takePast(stay.minutes, day * MINUTES_A_DAY, open);
      for (const minute of past) {
        const isCrowded = spot === last && minute === end;
        if (minute < end || isCrowded) seen.push({ minute, spot, arrival: stay.first, isCrowded });
      }
    }
    if ((day + 1) * MINUTES_A_DAY <= open) delete sightings[day];
  }
  return seen.sort((a, b) => a.minute - b.minute || compareArrivals(a.arrival, b.arrival) || (a.spot < b.spot ? -1 : 1));
}

/** The minutes before `open`, taken out of a stay's. */
function takePast(minutes: number[], midnight: number, open: number): number[] {
  const past: number[] = [];
  const left: number[] = [];
  for (let i = 0; i < minutes.length; i += 2) {
    const half = minutes[i] as number;
    let bits = minutes[i + 1] as number;
    for (let bit = 0; bit < BITS; bit += 1) {
      const minute = midnight + half * BITS + bit;
      if ((bits & (1 << bit)) === 0 || minute >= open) continue;
      past.push(minute);
      bits &= ~(1 << bit);
    }
    if (bits !== 0) left.push(half, bits);
  }
  minutes.splice(0, minutes.length, ...left);
  return past;
}

/** When the earliest minute that waits is over, milliseconds since 1970; undefined when none waits. */
export function earliestEnd(sightings: Sightings): number | undefined {
  let earliest: number | undefined;
  for (const [day, stays] of Object.entries(sightings)) {
    for (const { minutes } of Object.values(stays)) {
      if (minutes.length === 0) continue;
      const [half, bits] = minutes as [number, number];
      // The lowest bit that is set.
      const minute = half * BITS + 31 - Math.clz32(bits & -bits);
      const end = Number(day) * DAY + (minute + 1) * MINUTE - 1;
      if (earliest === undefined || end < earliest) earliest = end;
    }
  }
  return earliest;
}

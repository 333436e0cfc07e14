import type { Anomaly } from './anomaly.ts';
import type { EntityDetector } from './detector.ts';
import { countryName, countryOf, type GeoDatabase, isExact, leastDistance, spotOf } from './geo.ts';
import { type Entity, type EntityKind, type Observation, VOLUMES } from './observation.ts';
import {
  changeDatabase,
  daysSinceChange,
  emptyPerson,
  goOn,
  isHabit,
  isKnownCountry,
  knownCountries,
  noteBlock,
  noteCountry,
  noteJump,
  noteRenamed,
  type PersonState,
  pairOf,
  type Whereabouts,
} from './person.ts';
import { type Arrival, addSighting, earliestEnd, MINUTE, MOST_SPOTS, type Seen, takeMinutes } from './sightings.ts';
import { DAY, dayOf, FORGOTTEN, hourOf, type Learning } from './spells.ts';
import { listed } from './wording.ts';

/** Faster than an airliner, km/h. */
const FASTEST = 900;
/** Less than this is told by no database, km. */
const LEAST = 500;
/** Impossible travels told of a person on one day. */
const MOST_A_DAY = 3;
/** Days for which a change of the database casts doubt. */
const DOUBTFUL = 14;
const MOST_NAMED = 5;
const LONGEST_NAME = 200;
const FAILED_LOGIN = 1 << VOLUMES.indexOf('failed-logins');

const CONFIDENCE = {
  exact: 0.8,
  countries: 0.5,
  sameAgent: 0.7,
  learning: 0.6,
  doubtful: 0.5,
  newCountry: 0.7,
  newCountryFailed: 0.4,
  crowded: 0.4,
} as const;

export interface TravelSettings extends Learning {
  /** Tells cities where it knows them. Without one only the countries of the observations count. */
  readonly geo?: GeoDatabase | undefined;
}

/**
 * Movements of a person: two sightings too far apart for the time between them, and countries that are new. Judged by the minute, once that
 * is over. The caller gives no country for addresses that say nothing: of services, private ones, trusted networks.
 */
export class Travel implements EntityDetector<PersonState, Anomaly> {
  readonly kinds: readonly EntityKind[] = ['person'];
  readonly #geo: GeoDatabase | undefined;
  readonly #days: number;
  readonly #activeDays: number;

  constructor({ geo, days = 14, activeDays = 5 }: TravelSettings = {}) {
    this.#geo = geo;
    this.#days = days;
    this.#activeDays = activeDays;
  }

  /** False where no place is told, and for a sign-in that failed: whoever tried need not have been the person. */
  wants(_kind: EntityKind, { person, country, address, volumes }: Observation): boolean {
    return person !== '' && country !== '' && address !== '' && (volumes & FAILED_LOGIN) === 0;
  }

  empty(): PersonState {
    return emptyPerson();
  }

  observe(state: PersonState, _entity: Pick<Entity, 'kind'>, event: Observation): void {
    changeDatabase(state, this.#geo?.name ?? 'none', dayOf(event.time));
    const [spot, city] = this.#placeOf(event);
    if (spot === '') return;
    addSighting(state.waiting, spot, event, city);
    const end = Math.floor(event.time / MINUTE) * MINUTE + MINUTE - 1;
    if (state.next === undefined || end < state.next) state.next = end;
  }

  /** When the earliest minute that waits is over. */
  due({ next }: PersonState): number | undefined {
    return next;
  }

  advance(state: PersonState, entity: Entity, watermark: number): Anomaly[] {
    const anomalies = takeMinutes(state.waiting, watermark).flatMap((one) => this.#judge(state, entity, one));
    const next = earliestEnd(state.waiting);
    if (next === undefined) delete state.next;
    else state.next = next;
    return anomalies;
  }

  /** Whether all is forgotten: 90 days after the last sighting. */
  isOver({ waiting, spell }: PersonState, watermark: number): boolean {
    if (watermark === Number.POSITIVE_INFINITY || Object.keys(waiting).length > 0) return false;
    return spell === undefined || hourOf(watermark) - spell.hour > FORGOTTEN;
  }

  #placeOf({ address, country }: Observation): readonly [spot: string, city: string] {
    const place = this.#geo?.locate(address) ?? null;
    // What the database before said of an event that waited since counts as its country alone.
    return place?.country === country ? [spotOf(place), place.city] : [spotOf({ country, city: '' }), ''];
  }

  #hasLearned({ spell }: PersonState, minute: number): boolean {
    return spell !== undefined && spell.activeDays >= this.#activeDays && minute * MINUTE >= spell.start * MINUTE + this.#days * DAY;
  }

  #judge(state: PersonState, entity: Entity, seen: Seen): Anomaly[] {
    const { minute, spot, arrival } = seen;
    const { day } = goOn(state, minute);
    const hasLearned = this.#hasLearned(state, minute);
    if (seen.isCrowded) return hasLearned ? [tooManyPlaces(entity, seen)] : [];
    const anomalies: Anomaly[] = [];
    const { at } = state;
    if (at?.spot !== spot) {
      const sinceChange = daysSinceChange(state, day);
      const isDoubtful = sinceChange !== undefined && sinceChange <= DOUBTFUL;
      const wasRenamed = noteRenamed(state, arrival[7], spot, day);
      if (hasLearned && !wasRenamed && !isKnownCountry(state, countryOf(spot), minute)) {
        anomalies.push(newCountry(entity, seen, knownCountries(state, minute), isDoubtful));
      }
      if (at !== undefined && !wasRenamed) {
        const jump = jumpBetween(at, seen);
        if (jump !== null && isTold(state, day, at, seen, hasLearned)) {
          anomalies.push(impossible(entity, at, seen, jump, hasLearned, isDoubtful));
        }
      }
    }
    if (at?.spot !== spot || dayOf(at.minute * MINUTE) !== day) noteBlock(state, arrival, spot, day);
    noteCountry(state, countryOf(spot), minute);
    state.at = { minute, spot, agent: arrival[8], city: arrival[9], address: arrival[7] };
    return anomalies;
  }
}

/** Notes a jump, and says whether it is told: not a habit's, and of someone who is still learned only with another client. */
function isTold(state: PersonState, day: number, at: Whereabouts, { spot, arrival }: Seen, hasLearned: boolean): boolean {
  const wasHabit = isHabit(state, at.spot, spot, day);
  noteJump(state, at.spot, spot, day, !hasLearned);
  if (wasHabit || !(hasLearned || isOtherAgent(at, arrival))) return false;
  const pair = pairOf(at.spot, spot);
  const pairs = state.told?.day === day ? state.told.pairs : [];
  if (pairs.includes(pair) || pairs.length >= MOST_A_DAY) return false;
  state.told = { day, pairs: [...pairs, pair] };
  return true;
}

interface Jump {
  /** The least distance, km. */
  readonly distance: number;
  /** The longest time that may lie between, minutes. */
  readonly minutes: number;
  /** km/h */
  readonly speed: number;
}

function jumpBetween(at: Whereabouts, { minute, spot }: Seen): Jump | null {
  const distance = leastDistance(at.spot, spot);
  const minutes = minute - at.minute + 1;
  const speed = (distance * 60) / minutes;
  return distance > LEAST && speed > FASTEST ? { distance, minutes, speed } : null;
}

function isOtherAgent({ agent }: Whereabouts, arrival: Arrival): boolean {
  return agent !== '' && arrival[8] !== '' && agent !== arrival[8];
}

function impossible(entity: Entity, at: Whereabouts, seen: Seen, jump: Jump, hasLearned: boolean, isDoubtful: boolean): Anomaly {
  const { spot, minute, arrival } = seen;
  const isFine = isExact(at.spot) && isExact(spot);
  const hasOtherAgent = isOtherAgent(at, arrival);
  const [from, to] = [placeName(at.spot, at.city), placeName(spot, arrival[9])];
  const kilometres = Math.round(jump.distance);
  const time = jump.minutes < 120 ? `${jump.minutes} minutes` : `${Math.round(jump.minutes / 6) / 10} hours`;
  return {
    ...of(entity, seen, at.minute * MINUTE),
    detector: 'anomaly:travel',
    title: 'Impossible travel',
    text: `${arrival[3].slice(0, LONGEST_NAME)} was seen in ${from} and at most ${time} later in ${to}, at least ${kilometres} km away${
      isFine ? '' : ' (only countries are known, not cities)'
    }.`,
    level: hasLearned ? 'medium' : 'low',
    confidence: rounded(
      (isFine ? CONFIDENCE.exact : CONFIDENCE.countries) *
        (hasOtherAgent ? 1 : CONFIDENCE.sameAgent) *
        (hasLearned ? 1 : CONFIDENCE.learning) *
        (isDoubtful ? CONFIDENCE.doubtful : 1),
    ),
    observed: Math.round(jump.speed),
    expected: `0-${FASTEST}`,
    score: rounded(jump.speed),
    reasons: [
      `At least ${kilometres} km in at most ${time} are ${Math.round(jump.speed)} km/h.`,
      ...(isFine ? [] : ['Only the countries are known: their nearest parts were taken, and the signal weighs less.']),
      `The address was ${at.address} before and is ${arrival[7]}.`,
      hasOtherAgent ? `The client changed from ${at.agent} to ${arrival[8]}.` : 'The client did not change.',
      ...(hasLearned ? ['The person does not usually change between the two.'] : ['The habits of the person are not known yet.']),
      ...(isDoubtful ? ['The geolocation database changed lately.'] : []),
    ],
    cause: [entity.kind, entity.name, at.spot, spot, String(minute)],
  };
}

function newCountry(entity: Entity, seen: Seen, known: readonly string[], isDoubtful: boolean): Anomaly {
  const { spot, minute, arrival } = seen;
  const name = countryName(countryOf(spot));
  const expected = listed(known.map(countryName), MOST_NAMED);
  return {
    ...of(entity, seen, minute * MINUTE),
    detector: 'anomaly:new-country',
    title: 'New country for a person',
    text: `${arrival[3].slice(0, LONGEST_NAME)} was seen in ${name} for the first time${expected === '' ? '' : `; known are ${expected}`}.`,
    level: 'low',
    confidence: (arrival[2] === 1 ? CONFIDENCE.newCountryFailed : CONFIDENCE.newCountry) * (isDoubtful ? CONFIDENCE.doubtful : 1),
    observed: name,
    expected,
    score: known.length,
    reasons: [
      `${known.length} other ${known.length === 1 ? 'country was' : 'countries were'} known from the 90 days before.`,
      arrival[2] === 1 ? 'The first call there failed.' : 'The first call there succeeded.',
      ...(isDoubtful ? ['The geolocation database changed lately.'] : []),
    ],
    cause: [entity.kind, entity.name, countryOf(spot), String(minute)],
  };
}

function tooManyPlaces(entity: Entity, seen: Seen): Anomaly {
  const { minute, arrival } = seen;
  return {
    ...of(entity, seen, Math.floor((minute * MINUTE) / DAY) * DAY),
    detector: 'anomaly:travel',
    title: 'Seen in too many places in one day',
    text: `${arrival[3].slice(0, LONGEST_NAME)} was seen in ${MOST_SPOTS} places on one day, as behind proxies that change.`,
    level: 'low',
    confidence: CONFIDENCE.crowded,
    observed: MOST_SPOTS,
    expected: `0-${MOST_SPOTS - 1}`,
    score: MOST_SPOTS,
    reasons: [`A person is not in ${MOST_SPOTS} places on one day.`],
    cause: [entity.kind, entity.name, 'places', String(minute)],
  };
}

function of({ kind, name }: Entity, { minute, arrival }: Seen, from: number) {
  const [eventTime, eventID, , principal, roleTag, account, region, address] = arrival;
  const time = minute * MINUTE + MINUTE - 1;
  return {
    entity: { kind, name },
    tactics: ['initial-access'],
    techniques: ['T1078.004'],
    time,
    window: [from, time] as const,
    principal,
    roleTag,
    account,
    region,
    address,
    eventID,
    eventTime,
  };
}

function placeName(spot: string, city: string): string {
  const country = countryName(countryOf(spot));
  return city === '' ? country : `${city}, ${country}`;
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}

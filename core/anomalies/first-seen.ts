import type { Anomaly } from './anomaly.ts';
import type { EntityDetector } from './detector.ts';
import { type Feature, featuresOf } from './features.ts';
import {
  compareSightings,
  FAILED,
  type Found,
  forget,
  isKnown,
  type Known,
  knownAt,
  learn,
  nextOf,
  refresh,
  Sight,
  type Sighting,
  sizeOf,
  takeDue,
  valueKey,
  type Waiting,
  WRITE,
  wait,
} from './firsts.ts';
import type { GeoDatabase } from './geo.ts';
import type { Entity, EntityKind, Observation } from './observation.ts';
import { isRenamed } from './renamed.ts';
import { DAY, dayOf, FORGOTTEN, hourOf, type Learning, learnedAt, type Spell, spellAt, touch } from './spells.ts';
import { listed, nth } from './wording.ts';

/** What is remembered of a principal or an account, as JSON. By track: a feature's name for what succeeded, and with `!` for what failed. */
export interface FirstSeenState {
  spells: Spell[];
  known: Record<string, Known>;
  waiting: Record<string, Waiting>;
  /** Tracks with more values than are told apart, and the hour in which there were: from then on nothing is new there. */
  full?: Record<string, number>;
  /** By feature: the last day on which something was new, days since 1970, and how many things. */
  fresh?: Record<string, readonly [day: number, count: number]>;
  /** The earliest time of what waits for the watermark. */
  next: number | null;
  /** Time of the first event whose place a database could tell; 0 when that was so from the beginning, absent while there was no database. */
  placed?: number;
}

export interface FirstSeenSettings extends Learning {
  /** The database that tells countries and networks. @default they are taken as if the same had always told them */
  readonly geo?: GeoDatabase | undefined;
}

/** Which of a day's new values are told, by their number; the others are counted. */
const TOLD: ReadonlySet<number> = new Set([1, 2, 3, 10, 30, 100, 300]);
/** From this number on a value is told as one of many. */
const MANY = 10;

const LONGEST_NAME = 200;
/** Known values that are named. */
const MOST_NAMED = 5;

/** How sure it is that something new is worth a look. */
const CONFIDENCE = { failed: 0.3, read: 0.6, write: 0.8, powerful: 0.95, knownCountry: 0.5, changing: 0.5 } as const;

/**
 * What a principal or an account does for the first time in 90 days: a principal its regions, actions, networks and user agents, an account
 * its principals, regions and other accounts that enter. Silent while it learns.
 */
export class FirstSeen implements EntityDetector<FirstSeenState, Anomaly> {
  readonly kinds: readonly EntityKind[] = ['principal', 'account'];
  readonly #learning: Required<Learning>;
  readonly #geo: GeoDatabase | undefined;
  readonly #sight = new Sight();

  constructor({ geo, days = 14, activeDays = 5 }: FirstSeenSettings = {}) {
    this.#geo = geo;
    this.#learning = { days, activeDays };
  }

  /** False for what AWS itself calls, on its own or on someone's behalf. */
  wants(_kind: EntityKind, { agent, network }: Observation): boolean {
    return agent !== '' || network !== '';
  }

  empty(): FirstSeenState {
    return { spells: [], known: {}, waiting: {}, next: null, ...(this.#geo === undefined ? {} : { placed: 0 }) };
  }

  observe(state: FirstSeenState, { kind }: Pick<Entity, 'kind'>, event: Observation): void {
    const { time } = event;
    if (this.#geo !== undefined && time < (state.placed ?? Number.POSITIVE_INFINITY)) state.placed = time;
    const hour = hourOf(time);
    const began = hourOf(touch(state, time, this.#learning.activeDays).start);
    const sight = this.#sight;
    sight.of(event, kind);
    for (const feature of featuresOf(kind)) {
      const found = feature.value(event);
      if (found === '') continue;
      const value = valueKey(found);
      const track = event.failed ? feature.failedTrack : feature.name;
      const known = state.known[track];
      if (known !== undefined && refresh(known, value, hour)) continue;
      const full = state.full?.[track];
      if (full !== undefined && began <= full) continue;
      state.waiting[track] = wait(state.waiting[track] ?? [], value, time, sight, feature.most);
      if (state.next === null || time < state.next) state.next = time;
    }
  }

  /** The time of the earliest event that may bring something new. */
  due({ next }: FirstSeenState): number | undefined {
    return next ?? undefined;
  }

  advance(state: FirstSeenState, entity: Entity, watermark: number): Anomaly[] {
    const found = featuresOf(entity.kind).flatMap((feature, place) =>
      [false, true].flatMap((hasFailed) => {
        const track = hasFailed ? feature.failedTrack : feature.name;
        const waiting = state.waiting[track];
        return waiting === undefined ? [] : takeDue(waiting, watermark).map((one) => ({ ...one, feature, track, place }));
      }),
    );
    found.sort((a, b) => compareSightings(a.first, b.first) || a.place - b.place || (a.value < b.value ? -1 : 1));
    const anomalies = found.map((one) => this.#judge(state, entity, one)).filter((anomaly) => anomaly !== null);
    const until = Math.min(hourOf(watermark), state.spells.at(-1)?.last ?? 0);
    state.spells = state.spells.filter(({ last }) => until - last <= FORGOTTEN);
    state.known = Object.fromEntries(Object.entries(state.known).filter(([, known]) => forget(known, until) > 0));
    state.waiting = Object.fromEntries(Object.entries(state.waiting).filter(([, waiting]) => waiting.length > 0));
    setNext(state);
    return anomalies;
  }

  /** Whether all is forgotten: 90 days after its last event an entity is as new as one that was never seen. */
  isOver({ spells, next }: FirstSeenState, watermark: number): boolean {
    if (next !== null || watermark === Number.POSITIVE_INFINITY) return false;
    return spells.every(({ last }) => hourOf(watermark) - last > FORGOTTEN);
  }

  #judge(state: FirstSeenState, entity: Entity, { feature, track, value, first, last }: Candidate): Anomaly | null {
    const [time, , marks] = first;
    const spell = spellAt(state.spells, time);
    if (spell === undefined) return null;
    const hour = hourOf(time);
    const began = hourOf(spell.start);
    if (isFull(state, track, began)) return null;
    const succeeded = state.known[feature.name] ?? [];
    const isNew = !isFull(state, feature.name, began) && !isKnown(succeeded, value, hour) && !isKnown(state.known[track], value, hour);
    const known = isNew ? knownAt(succeeded, hour) : [];
    const isTold = isRoomFor(state, feature, track, value, hour, last);
    if (!isNew || learnedAt(spell, this.#learning) > time) return null;
    const days = Math.floor((time - spell.start) / DAY);
    if (!isTold) return changing(entity, feature, first, days);
    // Someone who is no workload is told of by name and network; where he is, the travel detector says.
    if (feature.name === 'country' && (first[4] !== 'service' || !this.#knowsPlaces(state, time))) return null;
    if (feature.name === 'network' && this.#isRenamed(state, track, value, hour, known)) return null;
    const [day, before] = state.fresh?.[feature.name] ?? [0, 0];
    const count = day === dayOf(time) ? before + 1 : 1;
    state.fresh = { ...state.fresh, [feature.name]: [dayOf(time), count] };
    if (!TOLD.has(count)) return null;
    const failedBefore = (marks & FAILED) === 0 && isKnown(state.known[feature.failedTrack], value, hour);
    const country = first[9];
    const fromKnownCountry =
      feature.name === 'network' && country !== '' && ['country', 'country!'].some((name) => isKnown(state.known[name], country, hour));
    return told(entity, feature, { value, first, days, known, count, failedBefore, fromKnownCountry });
  }

  /** Whether a database told the entity's places for as long as learning takes: without one no country was known, and all would be new. */
  #knowsPlaces({ placed }: FirstSeenState, time: number): boolean {
    return this.#geo === undefined || time >= (placed ?? time) + this.#learning.days * DAY;
  }

  #isRenamed({ known }: FirstSeenState, track: string, value: string, hour: number, succeeded: readonly string[]): boolean {
    return this.#geo !== undefined && isRenamed(value, [...succeeded, ...knownAt(known[track] ?? [], hour)], this.#geo);
  }
}

interface Candidate extends Found {
  readonly feature: Feature;
  readonly track: string;
}

/** Whether a track is full in the spell that began in an hour; one of a spell before that is empty again. */
function isFull({ full }: FirstSeenState, track: string, began: number): boolean {
  return (full?.[track] ?? Number.NEGATIVE_INFINITY) >= began;
}

/** Makes a value known; gives false when it is one more than can be told apart, and the track is full from then on. */
function isRoomFor(state: FirstSeenState, { most }: Feature, track: string, value: string, hour: number, last: number): boolean {
  const known = learn(state.known[track] ?? [], value, last);
  state.known[track] = known;
  if (sizeOf(known) <= most || forget(known, hour) <= most) return true;
  delete state.known[track];
  state.full = { ...state.full, [track]: hour };
  return false;
}

function setNext(state: FirstSeenState): void {
  state.next = null;
  for (const waiting of Object.values(state.waiting)) {
    const next = nextOf(waiting);
    if (next !== undefined && (state.next === null || next < state.next)) state.next = next;
  }
}

interface Novelty {
  readonly value: string;
  readonly first: Sighting;
  /** Days for which the entity had been watched. */
  readonly days: number;
  /** What of the kind had been seen to succeed. */
  readonly known: readonly string[];
  /** Its number among the new values of its day. */
  readonly count: number;
  readonly failedBefore: boolean;
  readonly fromKnownCountry: boolean;
}

function told(entity: Entity, feature: Feature, { value, first, days, known, count, failedBefore, fromKnownCountry }: Novelty): Anomaly {
  const [, , marks, , roleTag, account, , , action] = first;
  const { principal } = of(entity, feature, first);
  const hasFailed = (marks & FAILED) !== 0;
  // A sign-in is recorded as a write and changes nothing.
  const isWrite = (marks & WRITE) !== 0 && !action.startsWith('signin:');
  const isPowerful = roleTag === 'admin' || roleTag === 'root';
  const verb = hasFailed ? 'tried' : 'called';
  const names = { value, principal: principal.slice(0, LONGEST_NAME), account, did: `${verb} ${action}`, verb } as const;
  const many = count >= MANY ? ` It is the ${nth(count)} of the ${feature.things} that were new on this day.` : '';
  const expected = feature.isNamed ? listed(known, MOST_NAMED) : known.length === 0 ? '' : `the ${known.length} ${feature.things} known`;
  const reasons = [
    known.length === 0
      ? `No ${feature.things} were known.`
      : `Known are ${feature.isNamed ? expected : `${known.length} ${feature.things}`}.`,
    `It had been watched for ${days} days.`,
    hasFailed ? 'The call failed.' : isWrite ? 'The call succeeded and changes something.' : 'The call succeeded.',
    ...(failedBefore ? ['Before, it had only failed.'] : []),
    ...(isPowerful && isWrite ? [`The role tag of the principal is ${roleTag}.`] : []),
    ...(fromKnownCountry ? ['The country of the network is known.'] : []),
    ...(count > 1 ? [`It is number ${count} of what was new on this day.`] : []),
  ];
  const sure = hasFailed
    ? CONFIDENCE.failed
    : !isWrite
      ? CONFIDENCE.read
      : isPowerful && feature.name === 'action'
        ? CONFIDENCE.powerful
        : CONFIDENCE.write;
  return {
    ...of(entity, feature, first),
    title: feature.title,
    text: `${feature.sentence(names)} in the ${days} days before.${many}`,
    level: feature.isGrave && isWrite && !hasFailed ? 'medium' : 'low',
    confidence: fromKnownCountry ? sure * CONFIDENCE.knownCountry : sure,
    observed: feature.name === 'account-principal' ? names.principal : value,
    expected,
    score: days,
    reasons,
    cause: [feature.name, entity.kind, entity.name, value, first[1]],
  };
}

/** Told once, when an entity has more values of a feature than can be told apart. */
function changing(entity: Entity, feature: Feature, first: Sighting, days: number): Anomaly {
  const name = entity.name.slice(0, LONGEST_NAME);
  return {
    ...of(entity, feature, first),
    title: `Ever new ${feature.things}`,
    text: `${name} had more than ${feature.most} ${feature.things} in 90 days: what is new among them is not told any more.`,
    level: 'low',
    confidence: CONFIDENCE.changing,
    observed: feature.most + 1,
    expected: `0-${feature.most}`,
    score: days,
    reasons: [`More than ${feature.most} different ${feature.things} in 90 days are no habit.`],
    cause: [feature.name, entity.kind, entity.name, 'changing', first[1]],
  };
}

function of({ kind, name }: Entity, feature: Feature, first: Sighting) {
  const [time, eventID, , principal, roleTag, account, region, address] = first;
  return {
    detector: `anomaly:first-seen:${feature.name}`,
    entity: { kind, name },
    tactics: feature.tactics,
    techniques: feature.techniques,
    time,
    window: [time, time] as const,
    principal: kind === 'principal' ? name : principal,
    roleTag,
    account,
    region,
    address,
    eventID,
  };
}

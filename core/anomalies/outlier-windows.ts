import type { RoleTag } from '../config/schema.ts';
import { addEvent, type Behaviour, emptyBehaviour, featureValues, merge, SEVERAL } from './behaviour.ts';
import type { EntityDetector } from './detector.ts';
import type { Entity, EntityKind, Observation } from './observation.ts';
import { DAY, HOUR } from './spells.ts';

/** Open hours that an entity may have; further ones, which are the latest, are dropped. Ninety days, as long as an entity is remembered. */
export const MOST_OPEN_HOURS = 90 * 24;

/** Calls that a window needs to be judged and remembered: of fewer a forest learns only that they are few. */
export const LEAST_CALLS = { hour: 5, day: 10 } as const;

/** A closed window of an entity: what an {@link OutlierModel} takes. */
export interface OutlierVector {
  readonly entity: Entity;
  readonly length: 'hour' | 'day';
  /** Its times, milliseconds since 1970; the end is not in it. */
  readonly from: number;
  readonly to: number;
  /** In the order of FEATURES, in their own units; the night share is still 0. */
  readonly values: readonly number[];
  /** Hour of the UTC day and calls in it, in turn. */
  readonly clock: readonly number[];
  /** Where it was the same for all the window's events, else ''. */
  readonly principal: string;
  readonly roleTag: RoleTag;
  readonly account: string;
  readonly region: string;
  readonly address: string;
}

/** What is remembered of an entity: hours that are not over at the watermark, and the rest of their day. */
export interface OutlierState {
  /** Number of the hour since 1970 and what was done in it, ascending. */
  open: readonly (readonly [hour: number, behaviour: Behaviour])[];
  /** The closed hours of the day that is not over. */
  day: { readonly day: number; readonly behaviour: Behaviour; clock: readonly number[] } | null;
}

/** Watches principals and addresses and gives what they did in each hour and in each UTC day, once that is over. */
export const outlierWindows = {
  kinds: ['principal', 'address'] as readonly EntityKind[],

  /** Workloads are watched as people are: what AWS's own services do never comes here. */
  wants(kind: EntityKind): boolean {
    return kind === 'principal' || kind === 'address';
  },

  empty(): OutlierState {
    return { open: [], day: null };
  },

  /** Takes an event that is later than the last {@link advance}, seen `times` times in the same hour. */
  observe(state: OutlierState, { kind }: Entity, event: Observation, times = 1): void {
    const { open } = state;
    const hour = Math.floor(event.time / HOUR);
    let i = open.length;
    while (i > 0 && (open[i - 1] as readonly [number, Behaviour])[0] > hour) i -= 1;
    const found = open[i - 1];
    if (found?.[0] === hour) {
      addEvent(found[1], kind, event, times);
      return;
    }
    if (i === MOST_OPEN_HOURS) return;
    const behaviour = emptyBehaviour(event);
    addEvent(behaviour, kind, event, times);
    const more = open.toSpliced(i, 0, [hour, behaviour]);
    state.open = more.length > MOST_OPEN_HOURS ? more.slice(0, MOST_OPEN_HOURS) : more;
  },

  /** When the first window is over; undefined when none is open. */
  due({ open, day }: OutlierState): number | undefined {
    const hour = open[0] === undefined ? Number.POSITIVE_INFINITY : (open[0][0] + 1) * HOUR;
    const due = Math.min(hour, day === null ? Number.POSITIVE_INFINITY : (day.day + 1) * DAY);
    return due === Number.POSITIVE_INFINITY ? undefined : due;
  },

  /** The windows that are over at the watermark, in the order of time. */
  advance(state: OutlierState, entity: Entity, watermark: number): OutlierVector[] {
    const vectors: OutlierVector[] = [];
    const over = state.open.filter(([hour]) => (hour + 1) * HOUR <= watermark);
    state.open = state.open.slice(over.length);
    for (const [hour, behaviour] of over) {
      const day = Math.floor((hour * HOUR) / DAY);
      endDay(state, entity, day * DAY, vectors);
      const clock = [hour - day * 24, behaviour.calls];
      note(vectors, entity, 'hour', hour * HOUR, behaviour, clock);
      if (state.day === null) state.day = { day, behaviour, clock };
      else {
        merge(state.day.behaviour, behaviour);
        state.day.clock = [...state.day.clock, ...clock];
      }
    }
    endDay(state, entity, watermark, vectors);
    return vectors;
  },

  /** Whether nothing is remembered. */
  isOver({ open, day }: OutlierState): boolean {
    return open.length === 0 && day === null;
  },
} satisfies EntityDetector<OutlierState, OutlierVector>;

/** Ends the day where it is over at a time. */
function endDay(state: OutlierState, entity: Entity, time: number, into: OutlierVector[]): void {
  if (state.day === null || (state.day.day + 1) * DAY > time) return;
  const { day, behaviour, clock } = state.day;
  state.day = null;
  note(into, entity, 'day', day * DAY, behaviour, clock);
}

function note(
  into: OutlierVector[],
  entity: Entity,
  length: OutlierVector['length'],
  from: number,
  behaviour: Behaviour,
  clock: readonly number[],
): void {
  if (behaviour.calls < LEAST_CALLS[length]) return;
  const sole = (text: string): string => (text === SEVERAL ? '' : text);
  into.push({
    entity,
    length,
    from,
    to: from + (length === 'hour' ? HOUR : DAY),
    values: featureValues(behaviour),
    clock,
    principal: entity.kind === 'principal' ? entity.name : sole(behaviour.principal),
    roleTag: behaviour.roleTag === SEVERAL ? 'unknown' : behaviour.roleTag,
    account: sole(behaviour.account),
    region: sole(behaviour.region),
    address: entity.kind === 'address' ? entity.name : sole(behaviour.address),
  });
}

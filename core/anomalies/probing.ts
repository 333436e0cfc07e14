import type { RoleTag } from '../config/schema.ts';
import { isoTime } from '../records/time.ts';
import type { Anomaly } from './anomaly.ts';
import type { Entity, EntityKind, Observation } from './observation.ts';
import { FORGOTTEN, HOUR, hourOf } from './spells.ts';
import { aboutOf } from './volume-text.ts';
import { listed } from './wording.ts';

export interface ProbingOptions {
  /** Different denied actions in an hour that are no accident. @default 8 */
  readonly least?: number;
  /** The same in an hour and the one before together: a burst may cross the hour. @default 12 */
  readonly leastOfTwo?: number;
  /** From how many on the level is medium. @default 15 */
  readonly grave?: number;
}

/** What is remembered of a principal, as JSON. Hours are whole hours since 1970, days whole days. */
export interface ProbingState {
  /** Of hours that are not over, ascending: the different actions that were denied, in order. */
  waiting: [hour: number, actions: string[]][];
  /** The last hour that is over. */
  last: [hour: number, actions: string[]] | null;
  /** Days with many in one go, ascending, and how many at most. */
  peaks: [day: number, most: number][];
  /** The last day on which something was told, and how many that were. */
  told: [day: number, actions: number] | null;
  roleTag: RoleTag;
}

/** Actions of an hour that are told apart. */
const MOST_ACTIONS = 50;
/** Hours that can wait for the watermark, more than a year; of more the earliest are kept. */
const MOST_WAITING = 10_000;
const LONGEST_ACTION = 64;
const LONGEST_NAME = 200;
const MOST_NAMED = 6;

/** A habit: as many were denied on more than so many of the days before. */
const HABIT_DAYS = 28;
const RARE_DAYS = 2;
/** On the same day it is told again when it has grown by half. */
const GROWN = 1.5;

const CONFIDENCE = { usual: 0.7, grave: 0.85 } as const;

/**
 * Error storms and probing: a principal is refused many different actions in a short time, as someone is who looks what stolen credentials can
 * do. It counts actions, not calls, so that a job that repeats one denied call is no storm; and what is so on most days is a habit.
 */
export class Probing {
  readonly kinds: readonly EntityKind[] = ['principal'];
  readonly #least: number;
  readonly #leastOfTwo: number;
  readonly #grave: number;

  constructor({ least = 8, leastOfTwo = 12, grave = 15 }: ProbingOptions = {}) {
    this.#least = least;
    this.#leastOfTwo = leastOfTwo;
    this.#grave = grave;
  }

  /** False for what AWS itself calls. */
  wants(_kind: EntityKind, { agent, network, denied }: Observation): boolean {
    return denied && (agent !== '' || network !== '');
  }

  empty(): ProbingState {
    return { waiting: [], last: null, peaks: [], told: null, roleTag: 'unknown' };
  }

  observe(state: ProbingState, _entity: Pick<Entity, 'kind'>, { time, action, roleTag }: Observation): void {
    const hour = hourOf(time);
    if (state.last !== null && hour <= state.last[0]) return;
    state.roleTag = roleTag;
    const { waiting } = state;
    let at = waiting.length;
    while (at > 0 && (waiting[at - 1] as [number, string[]])[0] >= hour) at -= 1;
    const found = waiting[at];
    let actions = found?.[0] === hour ? found[1] : undefined;
    if (actions === undefined) {
      actions = [];
      waiting.splice(at, 0, [hour, actions]);
      if (waiting.length > MOST_WAITING) waiting.length = MOST_WAITING;
    }
    add(actions, action.slice(0, LONGEST_ACTION));
  }

  /** The end of the first hour that waits. */
  due({ waiting }: ProbingState): number | undefined {
    return waiting[0] === undefined ? undefined : (waiting[0][0] + 1) * HOUR;
  }

  /** Judges the hours that are over at the watermark. */
  advance(state: ProbingState, entity: Entity, watermark: number): Anomaly[] {
    const anomalies: Anomaly[] = [];
    while (state.waiting[0] !== undefined && (state.waiting[0][0] + 1) * HOUR <= watermark) {
      const [hour, actions] = state.waiting[0];
      const day = Math.floor(hour / 24);
      const found = this.#judge(state, entity);
      if (found !== null) {
        anomalies.push(found.anomaly);
        state.told = [day, found.actions];
      }
      const most = found?.actions ?? actions.length;
      if (most >= this.#least) learn(state.peaks, day, most);
      state.last = [hour, actions];
      state.waiting.shift();
    }
    return anomalies;
  }

  /** Whether nothing was denied for 90 days. */
  isOver({ waiting, last }: ProbingState, watermark: number): boolean {
    if (waiting.length > 0 || watermark === Number.POSITIVE_INFINITY) return false;
    return last === null || hourOf(watermark) - last[0] > FORGOTTEN;
  }

  /** Judges the first hour that waits, alone and together with the one before. */
  #judge(
    { waiting, last, peaks, told, roleTag }: ProbingState,
    entity: Entity,
  ): { readonly anomaly: Anomaly; readonly actions: number } | null {
    const [hour, own] = waiting[0] as [number, string[]];
    const actions = [...own];
    if (last !== null && last[0] === hour - 1) for (const action of last[1]) add(actions, action);
    const isOfTwo = actions.length > own.length && actions.length >= this.#leastOfTwo;
    if (own.length < this.#least && !isOfTwo) return null;
    const day = Math.floor(hour / 24);
    const count = isOfTwo ? actions.length : own.length;
    const before = peaks.filter(([other]) => other < day && other >= day - HABIT_DAYS);
    if (before.filter(([, most]) => most >= count).length > RARE_DAYS) return null;
    if (told?.[0] === day && count < GROWN * told[1]) return null;
    return { actions: count, anomaly: this.#anomaly(entity, roleTag, hour, isOfTwo ? actions : own, isOfTwo, before) };
  }

  #anomaly(
    entity: Entity,
    roleTag: RoleTag,
    hour: number,
    actions: readonly string[],
    isOfTwo: boolean,
    before: readonly (readonly [number, number])[],
  ): Anomaly {
    const window = [(isOfTwo ? hour - 1 : hour) * HOUR, (hour + 1) * HOUR] as const;
    const count = actions.length === MOST_ACTIONS ? `${MOST_ACTIONS} or more` : String(actions.length);
    const isGrave = actions.length >= this.#grave;
    const asMany = before.filter(([, most]) => most >= actions.length).length;
    const usual = Math.max(this.#least - 1, ...before.flatMap(([, most]) => (most < actions.length ? [most] : [])));
    return {
      ...aboutOf(entity),
      roleTag,
      detector: 'anomaly:probing',
      title: 'Many different actions denied',
      text: `${entity.name.slice(0, LONGEST_NAME)} was refused ${count} different actions in the ${isOfTwo ? 'two hours' : 'hour'} from ${isoTime(window[0])}: ${listed(actions, MOST_NAMED)}.`,
      level: isGrave ? 'medium' : 'low',
      confidence: isGrave ? CONFIDENCE.grave : CONFIDENCE.usual,
      tactics: ['discovery'],
      techniques: ['T1580', 'T1526'],
      time: window[1],
      window,
      observed: actions.length,
      expected: `0-${usual}`,
      score: actions.length,
      reasons: [
        `${this.#least} different denied actions in an hour, or ${this.#leastOfTwo} in two, are no accident; whoever tries out what credentials can do meets many.`,
        before.length === 0
          ? `There was no such hour in the ${HABIT_DAYS} days before.`
          : `There were such hours on ${before.length} of the ${HABIT_DAYS} days before, on ${asMany} with as many.`,
      ],
      cause: [entity.name, isoTime(hour * HOUR)],
    };
  }
}

/** Adds a text to texts in order; of too many the first are kept, whatever the order in which they come. */
function add(texts: string[], text: string): void {
  let at = texts.length;
  while (at > 0 && (texts[at - 1] as string) > text) at -= 1;
  if (at > 0 && texts[at - 1] === text) return;
  texts.splice(at, 0, text);
  if (texts.length > MOST_ACTIONS) texts.pop();
}

/** Notes how many there were on a day; forgets days that are too old to be a habit. */
function learn(peaks: [number, number][], day: number, count: number): void {
  const last = peaks.at(-1);
  if (last?.[0] === day) last[1] = Math.max(last[1], count);
  else peaks.push([day, count]);
  while ((peaks[0] as [number, number])[0] < day - HABIT_DAYS) peaks.shift();
}

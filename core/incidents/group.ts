import type { RoleTag } from '../config/schema.ts';
import { type Level, levelOf } from '../levels.ts';
import { stableUuid } from '../records/identifier.ts';
import { type Factor, NO_RISK, noisyOr, type Risk } from '../risk/event-risk.ts';
import type { Detection, Incident, IncidentSignal } from './model.ts';
import { saidOf } from './said.ts';
import { sequenceFactors } from './sequences.ts';

export const MOST_IDS = 500;
export const MOST_DETECTIONS = 60;
const MOST_PLACES = 50;
/** What a further detector of the same tactic keeps of its weight: breadth over tactics counts, repetition hardly. */
const SAME_TACTIC = 0.5;
/** Time after which what a detector saw weighs half: risk accumulates, and fades. */
export const HALF_LIFE = 24 * 3_600_000;
/** Share that each doubling of a detector's signals adds. */
const REPETITION = 0.1;

/** What one detector has seen so far, with the heaviest of its signals. */
type Detected = { -readonly [K in keyof Detection]: Detection[K] } & {
  /** How many of its signals are left at the time of the last when each weighs half after 24 h. */
  recent: number;
};

/** A group as JSON, as it waits in the memory between runs. */
export interface GroupState {
  readonly principal: string;
  readonly roleTag: RoleTag;
  readonly opened: number;
  readonly updated: number;
  readonly count: number;
  readonly top: Group['top'];
  readonly ids: readonly string[];
  readonly tactics: readonly string[];
  readonly techniques: readonly string[];
  readonly accounts: readonly string[];
  readonly regions: readonly string[];
  readonly addresses: readonly string[];
  readonly detected: readonly (Detection & { readonly recent?: number })[];
  readonly ordinal: number;
  readonly lateId: string;
  readonly backfill: boolean;
  readonly peak: Peak;
}

/** The highest risk that a group came to, and what it was made of. */
export interface Peak extends Risk {
  /** When, milliseconds since 1970. */
  readonly time: number;
}

/** Signals of one principal that belong together, while they come in: an incident, once one of them weighs something. */
export class Group {
  readonly principal: string;
  readonly roleTag: RoleTag;
  /** Which of its principal's incidents it is, from 1 on; 0 as long as its signals weigh nothing. */
  ordinal = 0;
  /** For a late group of its own: the id of its first signal, by which it is named instead, so that it takes no other incident's number. */
  lateId = '';
  /** True while all its signals come from a backfill. */
  backfill: boolean;
  opened: number;
  updated: number;
  count = 0;
  top: { readonly title: string; readonly eventID: string; readonly time: number; readonly weight: number };
  #peak: Peak = { ...NO_RISK, time: 0 };
  readonly #ids: string[] = [];
  readonly #tactics = new Set<string>();
  readonly #techniques = new Set<string>();
  readonly #accounts = new Set<string>();
  readonly #regions = new Set<string>();
  readonly #addresses = new Set<string>();
  readonly #detected = new Map<string, Detected>();

  constructor({ principal, roleTag, time, title, eventID, weight, backfill = false }: IncidentSignal) {
    this.principal = principal;
    this.roleTag = roleTag;
    this.opened = time;
    this.updated = time;
    this.backfill = backfill;
    this.top = { title, eventID, time, weight };
  }

  static from(state: GroupState): Group {
    const group = new Group({ ...state, ...state.top, time: state.opened } as unknown as IncidentSignal);
    group.top = state.top;
    group.updated = state.updated;
    group.count = state.count;
    group.ordinal = state.ordinal;
    group.#peak = state.peak;
    group.lateId = state.lateId;
    group.#ids.push(...state.ids);
    for (const tactic of state.tactics) group.#tactics.add(tactic);
    for (const technique of state.techniques) group.#techniques.add(technique);
    for (const account of state.accounts) group.#accounts.add(account);
    for (const region of state.regions) group.#regions.add(region);
    for (const address of state.addresses) group.#addresses.add(address);
    for (const detected of state.detected)
      group.#detected.set(detected.detector, { ...detected, recent: detected.recent ?? detected.count });
    return group;
  }

  get state(): GroupState {
    return {
      principal: this.principal,
      roleTag: this.roleTag,
      opened: this.opened,
      updated: this.updated,
      count: this.count,
      top: this.top,
      ids: [...this.#ids],
      tactics: [...this.#tactics],
      techniques: [...this.#techniques],
      accounts: [...this.#accounts],
      regions: [...this.#regions],
      addresses: [...this.#addresses],
      detected: [...this.#detected.values()].map((detected) => ({ ...detected })),
      ordinal: this.ordinal,
      lateId: this.lateId,
      backfill: this.backfill,
      peak: this.#peak,
    };
  }

  /** The highest risk that it came to, 0-100. */
  get risk(): number {
    return this.#peak.risk;
  }

  /** What tells it from its principal's other incidents; '' while it is none. */
  get key(): string {
    return this.lateId !== '' ? `late ${this.lateId}` : this.ordinal === 0 ? '' : String(this.ordinal);
  }

  add(signal: IncidentSignal): void {
    const { time, weight } = signal;
    this.opened = Math.min(this.opened, time);
    this.updated = Math.max(this.updated, time);
    this.count += 1;
    this.backfill &&= signal.backfill === true;
    if (this.#ids.length < MOST_IDS) this.#ids.push(signal.id);
    if (weight > this.top.weight) this.top = { title: signal.title, eventID: signal.eventID, time, weight };
    if (weight > 0) {
      for (const tactic of signal.tactics) this.#tactics.add(tactic);
      for (const technique of signal.techniques) this.#techniques.add(technique);
    }
    note(this.#accounts, signal.account);
    note(this.#regions, signal.region);
    note(this.#addresses, signal.address);
    const detected = this.#detected.get(signal.detector);
    if (detected === undefined) this.#detected.set(signal.detector, firstOf(signal));
    else {
      if (weight > detected.weight) Object.assign(detected, callOf(signal));
      detected.count += 1;
      // A late signal is counted as if it were of the time of the last: what it adds must not depend on when it came.
      detected.recent = detected.recent * faded(Math.max(0, time - detected.last)) + 1;
      detected.first = Math.min(detected.first, time);
      detected.last = Math.max(detected.last, time);
    }
    if (weight > 0) this.#weigh(Math.max(time, this.updated));
  }

  /** What its detections weigh at a time: those of earlier days less and less. */
  #weigh(time: number): void {
    const now = peakAt(this.#detected.values(), time);
    if (now.risk >= this.#peak.risk) this.#peak = now;
  }

  /** The incident that it is so far. */
  incident(status: Incident['status']): Incident {
    const { risk, reasons } = this.#peak;
    return {
      id: stableUuid('incident', this.principal, this.key),
      principal: this.principal,
      roleTag: this.roleTag,
      status,
      level: levelOf(risk),
      risk,
      opened: this.opened,
      updated: this.updated,
      tactics: [...this.#tactics],
      techniques: [...this.#techniques],
      accounts: [...this.#accounts],
      regions: [...this.#regions],
      addresses: [...this.#addresses],
      reasons,
      detections: story([...this.#detected.values()]),
      signals: this.count,
      signalIds: this.#ids,
      top: { title: this.top.title, eventID: this.top.eventID, time: this.top.time },
    };
  }
}

/** The risk that detections come to at a time. */
export function peakAt(detected: Iterable<Detection & { readonly recent?: number }>, time: number): Peak {
  const now = [...detected].map((one) => ({ ...one, weight: one.weight * faded(time - one.last) }));
  const { risk, reasons } = noisyOr([...incidentFactors(now), ...sequenceFactors(now)].sort((a, b) => b.weight - a.weight));
  // Shares are rounded so that they add up, which may turn neighbours round.
  return { risk, reasons: reasons.toSorted((a, b) => b.points - a.points), time };
}

/** What is left of a weight after a time in milliseconds. */
function faded(time: number): number {
  return 2 ** (-time / HALF_LIFE);
}

/** The heaviest detections, in the order of their first signals; those that weigh nothing only where there is room. */
function story(detected: readonly Detected[]): Detection[] {
  const kept = new Set([...detected].sort((a, b) => b.weight - a.weight).slice(0, MOST_DETECTIONS));
  return detected
    .filter((one) => kept.has(one))
    .sort((a, b) => a.first - b.first)
    .map(({ recent: _recent, ...one }) => one);
}

function firstOf(signal: IncidentSignal): Detected {
  const { detector, title, level, tactics, techniques, time } = signal;
  return { detector, title, level: level as Level, tactics, techniques, count: 1, recent: 1, first: time, last: time, ...callOf(signal) };
}

/** What is kept of a detector's heaviest signal. */
function callOf({ weight, eventSource, eventName, eventID, account, region, address, errorCode, text, principal }: IncidentSignal) {
  return {
    ...(text !== undefined && { text: saidOf(text, principal) }),
    weight,
    action: `${eventSource}:${eventName}`,
    eventID,
    account,
    region,
    address,
    errorCode,
  };
}

/**
 * Factors of an incident's noisy-or, heaviest first: one for each detector, its heaviest signal a little raised by repetition;
 * further detectors of the same tactic count half of the one before.
 */
export function incidentFactors(
  detected: Iterable<Pick<Detection, 'title' | 'tactics' | 'weight' | 'count'> & { readonly recent?: number }>,
): Factor[] {
  const perTactic = new Map<string, number>();
  return [...detected]
    .filter(({ weight }) => weight > 0)
    .map((d) => ({ ...d, weight: 1 - (1 - d.weight) ** (1 + REPETITION * Math.log2(d.recent ?? d.count)) }))
    .sort(heavierFirst)
    .map((d) => {
      const tactic = d.tactics[0] ?? '';
      const rank = perTactic.get(tactic) ?? 0;
      perTactic.set(tactic, rank + 1);
      return { ...d, weight: d.weight * SAME_TACTIC ** rank };
    })
    .sort(heavierFirst)
    .map(({ title, weight, count }) => ({ text: count === 1 ? title : `${title} (${count} times)`, weight }));
}

function heavierFirst(a: { weight: number; title: string }, b: { weight: number; title: string }): number {
  return b.weight - a.weight || (a.title < b.title ? -1 : a.title > b.title ? 1 : 0);
}

function note(places: Set<string>, place: string): void {
  if (place !== '' && places.size < MOST_PLACES) places.add(place);
}

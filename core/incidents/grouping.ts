import type { RoleTag } from '../config/schema.ts';
import { type Level, levelOf } from '../levels.ts';
import { stableUuid } from '../records/identifier.ts';
import { type Factor, noisyOr, type Reason } from '../risk/event-risk.ts';

/** What grouping needs to know of a signal; a line of signals.ndjson holds it. */
export interface IncidentSignal {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly detector: string;
  readonly title: string;
  readonly level: Level;
  readonly tactics: readonly string[];
  readonly techniques: readonly string[];
  readonly principal: string;
  readonly roleTag: RoleTag;
  readonly account: string;
  readonly region: string;
  readonly address: string;
  /** Weight in its event's risk, 0-1. */
  readonly weight: number;
  /** Risk of the event, 0-100. */
  readonly risk: number;
  readonly eventID: string;
}

export interface Incident {
  readonly id: string;
  readonly principal: string;
  readonly roleTag: RoleTag;
  readonly level: Level;
  readonly risk: number;
  /** Times of the first and the last signal, milliseconds since 1970. */
  readonly opened: number;
  readonly updated: number;
  /** In the order in which they were first seen. */
  readonly tactics: readonly string[];
  readonly techniques: readonly string[];
  readonly accounts: readonly string[];
  readonly regions: readonly string[];
  readonly addresses: readonly string[];
  readonly reasons: readonly Reason[];
  readonly signals: number;
  /** Ids of the first {@link MOST_IDS} signals. */
  readonly signalIds: readonly string[];
  /** The signal that weighs most: where to look first. */
  readonly top: { readonly title: string; readonly eventID: string; readonly time: number };
}

/** Quiet that ends an incident. */
export const QUIET = 24 * 3_600_000;
export const MOST_IDS = 500;
const MOST_PLACES = 50;
/** What a further detector of the same tactic keeps of its weight: breadth over tactics counts, repetition hardly. */
const SAME_TACTIC = 0.5;
/** Share that each doubling of a detector's signals adds. */
const REPETITION = 0.1;

interface Detected {
  readonly title: string;
  readonly tactic: string;
  weight: number;
  count: number;
}

interface Open {
  readonly first: IncidentSignal;
  updated: number;
  count: number;
  top: IncidentSignal;
  readonly ids: string[];
  readonly tactics: Set<string>;
  readonly techniques: Set<string>;
  readonly accounts: Set<string>;
  readonly regions: Set<string>;
  readonly addresses: Set<string>;
  readonly detected: Map<string, Detected>;
}

/**
 * Gathers signals into incidents: those of one principal, with at most 24 h of quiet between them. Signals must come in
 * (time, eventID) order. Groups whose signals all weigh nothing are no incidents.
 */
export class IncidentGrouping {
  readonly #open = new Map<string, Open>();
  readonly #ordinals = new Map<string, number>();
  readonly #closed: Incident[] = [];

  add(signal: IncidentSignal): void {
    let open = this.#open.get(signal.principal);
    if (open !== undefined && signal.time - open.updated > QUIET) {
      this.#close(open);
      open = undefined;
    }
    if (open === undefined) {
      open = {
        first: signal,
        updated: signal.time,
        count: 0,
        top: signal,
        ids: [],
        tactics: new Set(),
        techniques: new Set(),
        accounts: new Set(),
        regions: new Set(),
        addresses: new Set(),
        detected: new Map(),
      };
      this.#open.set(signal.principal, open);
    }
    open.updated = Math.max(open.updated, signal.time);
    open.count += 1;
    if (open.ids.length < MOST_IDS) open.ids.push(signal.id);
    if (signal.weight > open.top.weight) open.top = signal;
    if (signal.weight > 0) {
      for (const tactic of signal.tactics) open.tactics.add(tactic);
      for (const technique of signal.techniques) open.techniques.add(technique);
    }
    note(open.accounts, signal.account);
    note(open.regions, signal.region);
    note(open.addresses, signal.address);
    const detected = open.detected.get(signal.detector);
    if (detected === undefined) {
      open.detected.set(signal.detector, { title: signal.title, tactic: signal.tactics[0] ?? '', weight: signal.weight, count: 1 });
    } else {
      detected.weight = Math.max(detected.weight, signal.weight);
      detected.count += 1;
    }
  }

  /** Closes what is open and gives all incidents, highest risk first, then the latest. */
  finish(): Incident[] {
    for (const open of this.#open.values()) this.#close(open);
    this.#open.clear();
    return this.#closed.sort((a, b) => b.risk - a.risk || b.updated - a.updated || (a.id < b.id ? -1 : 1));
  }

  #close(open: Open): void {
    const { risk, reasons } = noisyOr(incidentFactors(open.detected.values()));
    if (risk === 0) return;
    const { first, top } = open;
    // Only incidents have a number: signals that weigh nothing must not shift the ids of those that do.
    const ordinal = (this.#ordinals.get(first.principal) ?? 0) + 1;
    this.#ordinals.set(first.principal, ordinal);
    this.#closed.push({
      id: stableUuid('incident', first.principal, String(ordinal)),
      principal: first.principal,
      roleTag: first.roleTag,
      level: levelOf(risk),
      risk,
      opened: first.time,
      updated: open.updated,
      tactics: [...open.tactics],
      techniques: [...open.techniques],
      accounts: [...open.accounts],
      regions: [...open.regions],
      addresses: [...open.addresses],
      reasons,
      signals: open.count,
      signalIds: open.ids,
      top: { title: top.title, eventID: top.eventID, time: top.time },
    });
  }
}

/**
 * Factors of an incident's noisy-or, heaviest first: one for each detector, its heaviest signal a little raised by repetition;
 * further detectors of the same tactic count half of the one before.
 */
export function incidentFactors(detected: Iterable<Detected>): Factor[] {
  const perTactic = new Map<string, number>();
  return [...detected]
    .filter(({ weight }) => weight > 0)
    .map((d) => ({ ...d, weight: 1 - (1 - d.weight) ** (1 + REPETITION * Math.log2(d.count)) }))
    .sort(heavierFirst)
    .map((d) => {
      const rank = perTactic.get(d.tactic) ?? 0;
      perTactic.set(d.tactic, rank + 1);
      return { ...d, weight: d.weight * SAME_TACTIC ** rank };
    })
    .sort(heavierFirst)
    .map(({ title, weight, count }) => ({ text: count === 1 ? title : `${title} (${count} times)`, weight }));
}

function heavierFirst(a: Detected, b: Detected): number {
  return b.weight - a.weight || (a.title < b.title ? -1 : a.title > b.title ? 1 : 0);
}

function note(places: Set<string>, place: string): void {
  if (place !== '' && places.size < MOST_PLACES) places.add(place);
}

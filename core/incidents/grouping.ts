import { Group, type GroupState } from './group.ts';
import type { Incident, IncidentSignal } from './model.ts';

/** Quiet that ends an incident. */
export const QUIET = 24 * 3_600_000;
/** Risk of one event that opens an incident: high. */
export const OPENING_EVENT = 70;
/** Risk that a principal's signals come to together, faded, that opens one: weak signals never do alone. */
export const OPENING_SUM = 60;

/** A principal's incidents as JSON, as they wait in the memory between runs. */
export interface PrincipalState {
  readonly ordinal: number;
  readonly group: GroupState | null;
}

/**
 * The incidents of one principal: its signals, with at most 24 h of quiet between them. Groups whose signals all weigh nothing are no
 * incidents, and have no number: they must not shift the ids of those that are. At most one group is open.
 */
export class PrincipalIncidents {
  group: Group | null = null;
  #ordinal = 0;

  static from({ ordinal, group }: PrincipalState): PrincipalIncidents {
    const made = new PrincipalIncidents();
    made.#ordinal = ordinal;
    made.group = group === null ? null : Group.from(group);
    return made;
  }

  get state(): PrincipalState {
    return { ordinal: this.#ordinal, group: this.group?.state ?? null };
  }

  /** Number of incidents so far, the open one included. */
  get ordinal(): number {
    return this.#ordinal;
  }

  /** When the open group is over if no signal follows: 24 h after its last. */
  get over(): number | undefined {
    return this.group === null ? undefined : this.group.updated + QUIET;
  }

  /** Takes the next signal in (time, eventID) order; gives the group that it found over, if it did. */
  add(signal: IncidentSignal): Group | null {
    const over = this.group !== null && signal.time - this.group.updated > QUIET ? this.#end() : null;
    this.#grow(signal);
    return over;
  }

  /**
   * Takes a signal that came too late for its place in the order. It joins the open group that it lies within 24 h of; where none is open and
   * `mayOpen` says so it opens one. Else it is a group of its own, over at once, which is given back: of a name of its own, as the number
   * that it would have had may be another's already. What a backfill brings joins nothing that is not.
   */
  addLate(signal: IncidentSignal, mayOpen: boolean): Group | null {
    const { group } = this;
    const near = group !== null && signal.time >= group.opened - QUIET && signal.time <= group.updated + QUIET;
    if (group === null ? mayOpen : near && (group.backfill || signal.backfill !== true)) {
      this.#grow(signal);
      return null;
    }
    const own = new Group(signal);
    own.add(signal);
    if (signal.risk >= OPENING_EVENT) own.lateId = signal.id;
    return own;
  }

  /** Ends the open group when 24 h of quiet lie before `time`; gives it. */
  closeBefore(time: number): Group | null {
    return this.group !== null && this.group.updated + QUIET < time ? this.#end() : null;
  }

  end(): Group | null {
    return this.group === null ? null : this.#end();
  }

  #end(): Group | null {
    const over = this.group;
    this.group = null;
    return over;
  }

  #grow(signal: IncidentSignal): void {
    this.group ??= new Group(signal);
    this.group.add(signal);
    if (this.group.ordinal === 0 && (signal.risk >= OPENING_EVENT || this.group.risk >= OPENING_SUM)) {
      this.#ordinal += 1;
      this.group.ordinal = this.#ordinal;
    }
  }
}

/** Gathers the signals of all principals into incidents. Signals must come in (time, eventID) order. */
export class IncidentGrouping {
  readonly #principals = new Map<string, PrincipalIncidents>();
  readonly #closed: Incident[] = [];

  /** `before` is the {@link state} of a grouping that this one goes on with. */
  constructor(before: Readonly<Record<string, PrincipalState>> = {}) {
    for (const [id, state] of Object.entries(before)) this.#principals.set(id, PrincipalIncidents.from(state));
  }

  add(signal: IncidentSignal): void {
    this.#close(this.#principal(signal).add(signal));
  }

  /** Takes a signal of a time up to which all was seen before: see {@link PrincipalIncidents.addLate}. */
  addLate(signal: IncidentSignal, seen: number): void {
    this.#close(this.#principal(signal).addLate(signal, signal.time + QUIET >= seen));
  }

  /** Ends what has 24 h of quiet before `until`; gives what is to be remembered for signals to come. */
  state(until: number): Record<string, PrincipalState> {
    this.#closeBefore(until);
    const known = [...this.#principals].map(([id, principal]) => [id, principal.state] as const);
    return Object.fromEntries(known.filter(([, { ordinal, group }]) => ordinal > 0 || group !== null));
  }

  /**
   * All incidents, highest risk first, then the latest. `until` is the time up to which everything was seen: an incident with 24 h of quiet
   * before it is resolved, the others are open still.
   */
  finish(until: number): Incident[] {
    this.#closeBefore(until);
    for (const principal of this.#principals.values()) this.#close(principal.end(), 'open');
    this.#principals.clear();
    return this.#closed.sort((a, b) => b.risk - a.risk || b.updated - a.updated || (a.id < b.id ? -1 : 1));
  }

  #principal({ principal: id }: IncidentSignal): PrincipalIncidents {
    let principal = this.#principals.get(id);
    if (principal === undefined) {
      principal = new PrincipalIncidents();
      this.#principals.set(id, principal);
    }
    return principal;
  }

  #closeBefore(until: number): void {
    for (const principal of this.#principals.values()) this.#close(principal.closeBefore(until));
  }

  #close(group: Group | null, status: Incident['status'] = 'resolved'): void {
    if (group !== null && group.key !== '') this.#closed.push(group.incident(status));
  }
}

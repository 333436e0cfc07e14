import { SeenIds } from '../records/seen.ts';
import { ReadingClock } from './reading-clock.ts';
import { type Alias, onlyEvent, type ScoredPart } from './section.ts';

/** What becomes of an event: it counts, it is a duplicate, or it waits (see {@link DuplicateMarker}). */
export const MARK = { counts: 0, duplicate: 1, held: 2 } as const;

/** A part with one {@link MARK} an event; null when every event counts. */
export interface Marked {
  readonly part: ScoredPart;
  readonly marks: Uint8Array | null;
}

/** A set of 16-byte identities, told with the time of the event that bears them, by which a memory may be divided. */
export interface Identities {
  /** True when the identity in words[at … at+3] was seen before; it is remembered now. */
  add(words: ArrayLike<number>, at: number, time: number): boolean;
  has(words: ArrayLike<number>, at: number, time: number): boolean;
}

/** Another account's copy that waits for the caller's own. */
export interface HeldCopy<H> {
  readonly time: number;
  /** Of its sharedEventID, and its own. */
  readonly words: readonly number[];
  readonly id: readonly number[];
  readonly event: H;
}

/** What is remembered of events seen before. */
export interface DuplicateMemory<H> {
  readonly seen: Identities;
  readonly shared: Identities;
  /** By sharedEventID, oldest arrival first. */
  readonly held: Map<string, HeldCopy<H>>;
}

/**
 * Tells which events were seen before. An event is told by its eventID; by its content where eventID is a placeholder; and by its
 * sharedEventID, as the copies of one event in the trails of several accounts count once. Of those copies the one of the caller's own
 * account is kept, as it says who did it: another account's copy is held until the caller's has come, or is overdue.
 */
export class DuplicateMarker<H> {
  /** Duplicates found so far. */
  count = 0;
  readonly #memory: DuplicateMemory<H>;
  readonly #hold: (part: ScoredPart, event: number) => H;

  /** `hold` gives what is kept of an event that waits. */
  constructor(memory: DuplicateMemory<H>, hold: (part: ScoredPart, event: number) => H) {
    this.#memory = memory;
    this.#hold = hold;
  }

  /** Marks the events of a part; null when every event counts. */
  mark(part: ScoredPart): Uint8Array | null {
    let marks: Uint8Array | null = null;
    const mark = (event: number, as: number) => {
      marks ??= new Uint8Array(part.count);
      marks[event] = as;
      if (as === MARK.duplicate) this.count += 1;
    };
    const weak =
      part.aliases.length === 0 ? NONE : new Set(part.aliases.filter(({ kind }) => kind === 'content').map(({ event }) => event));
    const { seen } = this.#memory;
    for (let event = 0; event < part.count; event += 1) {
      if (weak.size > 0 && weak.has(event)) continue;
      if (seen.add(part.ids, event * 4, part.times[event] as number)) mark(event, MARK.duplicate);
    }
    for (const alias of part.aliases) {
      if ((marks as Uint8Array | null)?.[alias.event] !== MARK.duplicate) mark(alias.event, this.#markAlias(alias, part));
    }
    return marks;
  }

  #markAlias({ kind, words, event }: Alias, part: ScoredPart): number {
    const { seen, shared, held } = this.#memory;
    const time = part.times[event] as number;
    if (kind === 'content') return seen.add(words, 0, time) ? MARK.duplicate : MARK.counts;
    const key = words.join(' ');
    if (kind === 'shared') {
      if (held.delete(key)) this.count += 1;
      return shared.add(words, 0, time) ? MARK.duplicate : MARK.counts;
    }
    const waiting = held.get(key);
    if (shared.has(words, 0, time)) return MARK.duplicate;
    if (waiting !== undefined) {
      // Of several the one with the lowest id, so that their order does not matter.
      if (compareWords(waiting.id, part.ids, event * 4) <= 0) return MARK.duplicate;
      this.count += 1;
    }
    held.set(key, { time, words, id: [...part.ids.subarray(event * 4, event * 4 + 4)], event: this.#hold(part, event) });
    return MARK.held;
  }

  /** Lets the held events go for which `due` says so: from now on they count. */
  release(due: (held: HeldCopy<H>) => boolean): H[] {
    const { held, shared } = this.#memory;
    const released: H[] = [];
    for (const [key, copy] of held) {
      if (!due(copy)) continue;
      held.delete(key);
      shared.add(copy.words, 0, copy.time);
      released.push(copy.event);
    }
    return released;
  }
}

const NONE: ReadonlySet<number> = new Set();

function compareWords(a: ArrayLike<number>, b: ArrayLike<number>, at: number): number {
  for (let i = 0; i < 4; i += 1) if (a[i] !== b[at + i]) return (a[i] as number) - (b[at + i] as number);
  return 0;
}

/** Event time for which another account's copy waits for the caller's own: CloudTrail delivers both within minutes. */
const PATIENCE = 2 * 3_600_000;
const MOST_HELD = 20_000;

/** {@link DuplicateMarker} for parts that come in the order of reading, with a memory of its own. The answers depend on nothing else. */
export class Duplicates {
  readonly #memory = { seen: new SeenIds(), shared: new SeenIds(), held: new Map<string, HeldCopy<ScoredPart>>() };
  readonly #marker = new DuplicateMarker<ScoredPart>(this.#memory, onlyEvent);
  readonly #clock = new ReadingClock();

  /** Duplicates found so far. */
  get count(): number {
    return this.#marker.count;
  }

  /** Marks the events of a part, and gives with it what was held long enough before. */
  mark(part: ScoredPart): Marked[] {
    const marks = this.#marker.mark(part);
    const { held } = this.#memory;
    if (held.size === 0) return [{ part, marks }];
    this.#clock.see(part);
    let over = held.size - MOST_HELD;
    let waiting = false;
    const released = this.#marker.release(({ time }) => {
      // Oldest first: what came after one that still waits is not let go before it.
      waiting ||= over <= 0 && time >= this.#clock.time - PATIENCE;
      over -= 1;
      return !waiting;
    });
    return [...released.map(alone), { part, marks }];
  }

  /** What is still held when there is no more to read: the caller's own copies are not among the logs. */
  finish(): Marked[] {
    return this.#marker.release(() => true).map(alone);
  }
}

function alone(part: ScoredPart): Marked {
  return { part, marks: null };
}

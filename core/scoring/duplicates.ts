import { SeenIds } from '../records/seen.ts';
import { type Alias, onlyEvent, type ScoredPart } from './section.ts';

/** What becomes of an event: it counts, it is a duplicate, or it waits (see {@link Duplicates}). */
export const MARK = { counts: 0, duplicate: 1, held: 2 } as const;

/** A part with one {@link MARK} an event; null when every event counts. */
export interface Marked {
  readonly part: ScoredPart;
  readonly marks: Uint8Array | null;
}

interface Held {
  /** The event as a part of its own. */
  readonly part: ScoredPart;
  readonly words: readonly number[];
}

/** Event time for which another account's copy waits for the caller's own: CloudTrail delivers both within minutes. */
const PATIENCE = 2 * 3_600_000;
const MOST_HELD = 20_000;

/**
 * Tells which events were seen before. An event is told by its eventID; by its content where eventID is a placeholder; and by its
 * sharedEventID, as the copies of one event in the trails of several accounts count once. Of those copies the one of the caller's own
 * account is kept, as it says who did it: another account's copy is held until the caller's has come, or is overdue. Parts must
 * come in the order of reading; the answers depend on nothing else.
 */
export class Duplicates {
  /** Duplicates found so far. */
  count = 0;
  readonly #seen = new SeenIds();
  readonly #shared = new SeenIds();
  /** Copies that wait, oldest first. */
  readonly #held = new Map<string, Held>();
  /** Event time up to which the reading has come. */
  #clock = Number.NEGATIVE_INFINITY;

  /** Marks the events of a part, and gives with it what was held long enough before. */
  mark(part: ScoredPart): Marked[] {
    let marks: Uint8Array | null = null;
    const mark = (event: number, as: number) => {
      marks ??= new Uint8Array(part.count);
      marks[event] = as;
      if (as === MARK.duplicate) this.count += 1;
    };
    const weak =
      part.aliases.length === 0 ? NONE : new Set(part.aliases.filter(({ kind }) => kind === 'content').map(({ event }) => event));
    for (let event = 0; event < part.count; event += 1) {
      if (weak.size > 0 && weak.has(event)) continue;
      if (this.#seen.add(part.ids, event * 4)) mark(event, MARK.duplicate);
    }
    for (const alias of part.aliases) {
      if ((marks as Uint8Array | null)?.[alias.event] !== MARK.duplicate) mark(alias.event, this.#markAlias(alias, part));
    }
    if (this.#held.size > 0) this.#clock = Math.max(this.#clock, middleTime(part));
    return [
      ...this.#release((held) => this.#held.size > MOST_HELD || (held.part.times[0] as number) < this.#clock - PATIENCE),
      { part, marks },
    ];
  }

  /** What is still held when there is no more to read: the caller's own copies are not among the logs. */
  finish(): Marked[] {
    return this.#release(() => true);
  }

  #markAlias({ kind, words, event }: Alias, part: ScoredPart): number {
    if (kind === 'content') return this.#seen.add(words) ? MARK.duplicate : MARK.counts;
    const key = words.join(' ');
    if (kind === 'shared') {
      if (this.#held.delete(key)) this.count += 1;
      return this.#shared.add(words) ? MARK.duplicate : MARK.counts;
    }
    if (this.#shared.has(words) || this.#held.has(key)) return MARK.duplicate;
    this.#held.set(key, { part: onlyEvent(part, event), words });
    return MARK.held;
  }

  /** Lets held events go, oldest first, as long as `due` says so. */
  #release(due: (held: Held) => boolean): Marked[] {
    const released: Marked[] = [];
    for (const [key, held] of this.#held) {
      if (!due(held)) break;
      this.#held.delete(key);
      this.#shared.add(held.words);
      released.push({ part: held.part, marks: null });
    }
    return released;
  }
}

const NONE: ReadonlySet<number> = new Set();

/** The median of a part's times: no single record from the future moves it. */
function middleTime(part: ScoredPart): number {
  return part.times.slice().sort()[part.count >> 1] as number;
}

import { SeenIds } from '../records/seen.ts';
import type { ScoredPart } from './section.ts';

/**
 * Tells which events of a part were seen before. An event is told by its eventID; by its content where eventID is a placeholder; and
 * by its sharedEventID, as the copies of one event in the trails of several accounts count once. Of those copies the one of
 * the caller's own account is kept even when it comes second: it says who did it.
 */
export class Duplicates {
  readonly #seen = new SeenIds();
  readonly #shared = new SeenIds();
  readonly #sharedOutside = new SeenIds();

  /** One byte an event: 1 for a duplicate. Null when there is none. */
  mark(part: ScoredPart): Uint8Array | null {
    let marks: Uint8Array | null = null;
    const mark = (event: number) => {
      marks ??= new Uint8Array(part.count);
      marks[event] = 1;
    };
    const weak =
      part.aliases.length === 0 ? NONE : new Set(part.aliases.filter(({ kind }) => kind === 'content').map(({ event }) => event));
    for (let event = 0; event < part.count; event += 1) {
      if (weak.size > 0 && weak.has(event)) continue;
      if (this.#seen.add(part.ids, event * 4)) mark(event);
    }
    for (const { event, kind, words } of part.aliases) {
      if (marks !== null && (marks as Uint8Array)[event] === 1) continue;
      if (kind === 'content') {
        if (this.#seen.add(words)) mark(event);
      } else if (kind === 'shared') {
        if (this.#shared.add(words)) mark(event);
      } else if (this.#sharedOutside.add(words) || this.#shared.has(words)) mark(event);
    }
    return marks;
  }
}

const NONE: ReadonlySet<number> = new Set();

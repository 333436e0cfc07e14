import type { ScoredPart } from '../scoring/section.ts';

/** Compressed bytes of batches that one run takes: some ten times as much once inflated, a part of it at a time. */
const RUN_BYTES = 48 * 1024 ** 2;
/** Bytes of what is kept of their events, and what an event's columns take. */
const HELD_BYTES = 256 * 1024 ** 2;
const EVENT_BYTES = 100;
/** Hours of event time that one run touches: for each a part of the memory is read and written. */
const MOST_HOURS = 1000;
/** Runs in a row that may end in the middle of the same input before its oldest batch is set aside. */
export const MOST_TRIES = 8;

/** What one run takes at most. After runs that did not come to their end it is less each time, until it is one batch. */
export class Budget {
  #bytes = 0;
  #held = 0;
  readonly #hours = new Set<number>();
  readonly #share: number;

  constructor(tries: number) {
    this.#share = tries > 4 ? 0 : 2 ** (1 - Math.max(1, tries));
  }

  take(bytes: number): void {
    this.#bytes += bytes;
  }

  hold(parts: readonly ScoredPart[]): void {
    for (const { json, signalLines, count, times } of parts) {
      this.#held += json.bytes.length + signalLines.bytes.length + count * EVENT_BYTES;
      for (const time of times) this.#hours.add(Math.floor(time / 3_600_000));
    }
  }

  /** Whether a further batch of so many bytes would be too much. */
  isSpent(bytes: number): boolean {
    return (
      this.#bytes + bytes > RUN_BYTES * this.#share || this.#held > HELD_BYTES * this.#share || this.#hours.size > MOST_HOURS * this.#share
    );
  }
}

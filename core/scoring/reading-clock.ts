import type { ScoredPart } from './section.ts';

/** Milliseconds that the clock goes forward on the word of a single part. */
const STEP = 3 * 86_400_000;
const HOUR = 3_600_000;
/** Different hours of records beyond it that bear out a larger step. */
const BORNE_OUT = 24;

/**
 * How far a reading of logs in the order of time has come. It follows the middle of each part's times, so that no single record moves it, and goes further than three
 * days at once only when records of 24 different hours lie there: a file with a wrong clock does not make late what comes after it.
 */
export class ReadingClock {
  /** Milliseconds since 1970; -Infinity at first. */
  time = Number.NEGATIVE_INFINITY;
  readonly #ahead = new Set<number>();
  #earliest = Number.POSITIVE_INFINITY;

  /** How far it may be said to have come, also where too little was read to be sure; Infinity before the first part. */
  get reached(): number {
    return this.time === Number.NEGATIVE_INFINITY ? this.#earliest : this.time;
  }

  /** Takes note of a part that was read. */
  see(part: ScoredPart): void {
    const middle = middleTime(part);
    if (middle <= this.time + STEP) {
      this.time = Math.max(this.time, middle);
      // The reading goes on where it was: what lay far ahead was an exception.
      if (middle > this.time - STEP) this.#forget();
      return;
    }
    this.#earliest = Math.min(this.#earliest, middle);
    for (const time of part.times) if (time > this.time + STEP && this.#ahead.size < BORNE_OUT) this.#ahead.add(Math.floor(time / HOUR));
    if (this.#ahead.size < BORNE_OUT) return;
    this.time = middle <= this.#earliest + STEP ? middle : this.#earliest;
    this.#forget();
  }

  #forget(): void {
    this.#ahead.clear();
    this.#earliest = Number.POSITIVE_INFINITY;
  }
}

/** The median of a part's times. */
function middleTime({ times, count }: ScoredPart): number {
  return times.slice().sort()[count >> 1] as number;
}

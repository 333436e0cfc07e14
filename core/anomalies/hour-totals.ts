import { MOST_COUNTED } from './series.ts';
import type { Hours } from './silence.ts';

/** Hours in one block: four weeks of them. */
const BLOCK = 28 * 24;

/** Records by the hour (hours since 1970), in blocks of four weeks, so that a record of another century costs one block. Counts stop at a million. */
export class HourTotals implements Hours {
  readonly #blocks = new Map<number, Uint32Array>();
  #size = 0;
  /** The last hour with records; -Infinity when there is none. */
  last = Number.NEGATIVE_INFINITY;

  get size(): number {
    return this.#size;
  }

  get blocks(): number {
    return this.#blocks.size;
  }

  /** Whether adding to an hour takes a further block. */
  isNew(hour: number): boolean {
    return !this.#blocks.has(Math.floor(hour / BLOCK));
  }

  add(hour: number, records: number): void {
    const number = Math.floor(hour / BLOCK);
    let block = this.#blocks.get(number);
    if (block === undefined) {
      block = new Uint32Array(BLOCK);
      this.#blocks.set(number, block);
    }
    const at = hour - number * BLOCK;
    const before = block[at] as number;
    if (before === 0) this.#size += 1;
    block[at] = Math.min(MOST_COUNTED, before + records);
    if (hour > this.last) this.last = hour;
  }

  get(hour: number): number {
    const number = Math.floor(hour / BLOCK);
    return this.#blocks.get(number)?.[hour - number * BLOCK] ?? 0;
  }

  /** The hours with records from one on, in order. */
  *from(begin: number): Generator<readonly [hour: number, records: number]> {
    for (const number of [...this.#blocks.keys()].sort((a, b) => a - b)) {
      if ((number + 1) * BLOCK <= begin) continue;
      const block = this.#blocks.get(number) as Uint32Array;
      for (let at = Math.max(0, begin - number * BLOCK); at < BLOCK; at += 1) {
        if (block[at] !== 0) yield [number * BLOCK + at, block[at] as number];
      }
    }
  }

  [Symbol.iterator](): Generator<readonly [hour: number, records: number]> {
    return this.from(Number.NEGATIVE_INFINITY);
  }

  /** Forgets what lies before an hour. */
  forget(before: number): void {
    for (const [number, block] of this.#blocks) {
      const end = Math.min(BLOCK, before - number * BLOCK);
      for (let at = 0; at < end; at += 1) {
        if (block[at] !== 0) this.#size -= 1;
        block[at] = 0;
      }
      if (end === BLOCK) this.#blocks.delete(number);
    }
  }

  /** As JSON: the first hour, then counts; −n stands for n hours of zero. */
  get state(): number[] {
    const state: number[] = [];
    let next = 0;
    for (const [hour, records] of this) {
      if (state.length === 0) state.push(hour);
      else if (hour > next) state.push(next - hour);
      state.push(records);
      next = hour + 1;
    }
    return state;
  }

  static from([first = 0, ...counts]: readonly number[]): HourTotals {
    const totals = new HourTotals();
    let hour = first;
    for (const count of counts) {
      if (count > 0) totals.add(hour, count);
      hour += count < 0 ? -count : 1;
    }
    return totals;
  }
}

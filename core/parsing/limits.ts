import type { Config } from '../config/schema.ts';
import type { Limits } from '../records/inflate.ts';

const MEBIBYTE = 1024 ** 2;

/** What one invocation of the parse function takes on. */
export interface FunctionLimits extends Limits {
  /** Objects up to this size are fetched ahead and held in memory, several at once; larger ones are streamed one after the other. */
  readonly heldBytes: number;
  /** A larger object is refused: CloudTrail's own have some megabytes at most, and its section must fit into a batch. */
  readonly objectBytes: number;
  /** Once a batch has this size it is stored, and another begun. Memory holds a batch twice while it is put together. */
  readonly batchBytes: number;
}

/** Objects fetched at once: S3 answers in some 30 ms, reading takes 5. */
export const PARALLEL = 8;
/** Milliseconds kept free to store the last batch: with less time left, what is not yet begun goes back to the queue. */
export const RESERVED_MS = 15_000;
/** With less than this left, an object that is being read is given up. */
export const LAST_MS = 8000;

/** The configured limits, as far as a function with a gigabyte of memory and some minutes of time can bear them. */
export function functionLimits({ inflatedMegabytes, inflateRatio, recordMegabytes }: Config['limits']): FunctionLimits {
  return {
    inflatedBytes: Math.min(inflatedMegabytes, 1024) * MEBIBYTE,
    inflateRatio,
    recordBytes: Math.min(recordMegabytes, 64) * MEBIBYTE,
    heldBytes: 8 * MEBIBYTE,
    objectBytes: 128 * MEBIBYTE,
    batchBytes: 64 * MEBIBYTE,
  };
}

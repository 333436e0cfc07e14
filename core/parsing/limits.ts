import type { Config } from '../config/schema.ts';
import type { Limits } from '../records/inflate.ts';

const MEBIBYTE = 1024 ** 2;

/** Objects up to this size are fetched ahead and held in memory, several at once; larger ones are streamed one after the other. */
export const HELD_BYTES = 8 * MEBIBYTE;
/** Objects fetched at once: S3 answers in some 30 ms, reading takes 5. */
export const PARALLEL = 8;
/** A larger object is refused: CloudTrail's own have some megabytes at most, and its section must fit into a batch. */
export const OBJECT_BYTES = 128 * MEBIBYTE;
/** Once a batch has this size, what is left goes back to the queue: function memory holds it twice when it is put together. */
export const BATCH_BYTES = 64 * MEBIBYTE;
/** Milliseconds kept free to store the batch: with less time left, what is not yet begun goes back to the queue. */
export const RESERVED_MS = 15_000;
/** With less than this left, an object that is being read is given up. */
export const LAST_MS = 8_000;

/** What a function with a gigabyte of memory and some minutes of time can take on, below what the configuration allows. */
const FUNCTION_LIMITS: Pick<Limits, 'inflatedBytes' | 'recordBytes'> = { inflatedBytes: 1024 * MEBIBYTE, recordBytes: 64 * MEBIBYTE };

/** The limits of reading one object. */
export function functionLimits({ inflatedMegabytes, inflateRatio, recordMegabytes }: Config['limits']): Limits {
  return {
    inflatedBytes: Math.min(inflatedMegabytes * MEBIBYTE, FUNCTION_LIMITS.inflatedBytes),
    inflateRatio,
    recordBytes: Math.min(recordMegabytes * MEBIBYTE, FUNCTION_LIMITS.recordBytes),
  };
}

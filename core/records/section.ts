import type { Counts } from './counts.ts';

/** Where a section's records come from. */
export interface SectionSource {
  readonly bucket: string;
  readonly key: string;
  /** Version id of the object that was read, else its etag without quotes. */
  readonly id: string;
  /** When the object was delivered, milliseconds since 1970: its LastModified, else the time of the notification. */
  readonly delivered: number;
  /** The backfill that asked for the object, and of how many objects it consists. */
  readonly backfill?: { readonly id: string; readonly of: number };
}

/** Gzipped records of a section: bytes [at, at + size) of the batch, `bytes` once inflated. */
export interface Chunk {
  readonly at: number;
  readonly size: number;
  readonly bytes: number;
  readonly records: number;
}

/** One source object in a batch. Always: records + the lengths of the gaps = counts.records. */
export interface Section extends SectionSource {
  readonly counts: Counts;
  /** Why the file could not be read, or not whole: a sentence. */
  readonly problem?: string;
  /** How many records are held: counts.events. */
  readonly records: number;
  readonly chunks: readonly Chunk[];
  /** Indexes among the file's records of those that are not held, as ascending ranges [from, to). */
  readonly gaps: readonly (readonly [number, number])[];
}

/** Name of a section's object, as people and rows are told of it; a message that announced nothing has no bucket. */
export function labelOf({ bucket, key }: Pick<SectionSource, 'bucket' | 'key'>): string {
  return bucket === '' ? key : `s3://${bucket}/${key}`;
}

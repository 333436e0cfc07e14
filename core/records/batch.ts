import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describeSection, readFooter } from './batch-footer.ts';
import type { Counts } from './counts.ts';
import type { TrailRecord } from './record.ts';
import type { Bytes } from './text.ts';

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

/** Batch bytes and what they hold; the records stay compressed until {@link sectionRecords} asks for them. */
export interface Batch {
  readonly sections: readonly Section[];
  readonly bytes: Bytes;
}

/** The bytes are no batch, one of another version, or damaged. */
export class BatchError extends Error {
  override readonly name: string = 'BatchError';
}

/** The batch is sound, but of a layout that only a newer Trailwarden reads: it can wait for that. */
export class NewerBatchError extends BatchError {
  override readonly name = 'NewerBatchError';
}

/** Ends every batch: a name, and the version of the layout. */
const NAME = Buffer.from('TWB');
const VERSION = 1;
const TRAILER = 8;
/** Framed records held before they are compressed; a larger record makes a chunk of its own. */
const CHUNK_BYTES = 8 * 1024 ** 2;
const FRAME = 4;
/** What a footer may inflate to: a section takes some 500 bytes. */
const FOOTER_BYTES = 512 * 1024 ** 2;
/**
 * Levels 1 to 3 take the same processor time on trail files, which is what a function pays for, and 3 makes the smallest batch of them;
 * level 6 takes twice the time to save a fifth of an object that lives for minutes.
 */
const LEVEL = 3;

/**
 * Writes a batch: for each section its chunks, each a gzip member of framed records (length as u32LE, then the record's own JSON
 * bytes), behind them the gzipped JSON of all sections, its size as u32LE, and `TWB` with the version.
 */
export class BatchWriter {
  #parts: Bytes[] = [];
  #sections: Section[] = [];
  #size = 0;
  #source: SectionSource | undefined;
  #chunks: Chunk[] = [];
  #gaps: [number, number][] = [];
  #records = 0;
  #next = 0;
  #held = Buffer.allocUnsafe(64 * 1024);
  #used = 0;
  #heldRecords = 0;

  /** Compressed bytes so far. */
  get size(): number {
    return this.#size;
  }

  /** Those of the batch in hand; what was had of it stays as it is when another begins. */
  get sections(): readonly Section[] {
    return this.#sections;
  }

  begin(source: SectionSource): void {
    this.drop();
    this.#start(source);
  }

  /** Forgets the section in hand, as if it had never begun. */
  drop(): void {
    for (const chunk of this.#chunks) this.#size -= chunk.size;
    this.#parts.length -= this.#chunks.length;
    this.#start(undefined);
  }

  /** Takes a record of the section, its bytes copied. Indexes ascend. */
  take(record: TrailRecord, index: number): 'event' {
    const { raw } = record;
    const framed = FRAME + raw.length;
    if (this.#used + framed > CHUNK_BYTES && this.#heldRecords > 0) this.#compress();
    if (this.#used + framed > this.#held.length) this.#grow(this.#used + framed);
    this.#used = this.#held.writeUInt32LE(raw.length, this.#used);
    this.#used += raw.copy(this.#held, this.#used);
    this.#heldRecords += 1;
    this.#skipTo(index);
    this.#next = index + 1;
    this.#records += 1;
    return 'event';
  }

  /** Ends the section; `counts` are those of the file that was read. */
  end(counts: Counts, problem?: string): void {
    if (this.#source === undefined) throw new Error('BatchWriter.end was called before begin.');
    if (this.#heldRecords > 0) this.#compress();
    this.#skipTo(counts.records);
    this.#sections.push({
      ...this.#source,
      counts: structuredClone(counts),
      ...(problem === undefined ? {} : { problem }),
      records: this.#records,
      chunks: this.#chunks,
      gaps: this.#gaps,
    });
    this.#start(undefined);
  }

  /** The whole batch. The writer lets go of it, and begins another. */
  finish(): Bytes {
    if (this.#source !== undefined) throw new Error('BatchWriter.finish was called before the end of a section.');
    const footer = gzipSync(JSON.stringify({ sections: this.#sections }), { level: LEVEL });
    const trailer = Buffer.alloc(TRAILER);
    trailer.writeUInt32LE(footer.length, 0);
    NAME.copy(trailer, 4);
    trailer[7] = VERSION;
    const whole = Buffer.concat([...this.#parts, footer, trailer]);
    this.#parts = [];
    this.#sections = [];
    this.#size = 0;
    return whole;
  }

  #start(source: SectionSource | undefined): void {
    this.#source = source;
    this.#chunks = [];
    this.#gaps = [];
    this.#records = 0;
    this.#next = 0;
    this.#used = 0;
    this.#heldRecords = 0;
  }

  #skipTo(index: number): void {
    if (index > this.#next) this.#gaps.push([this.#next, index]);
  }

  #compress(): void {
    const part = gzipSync(this.#held.subarray(0, this.#used), { level: LEVEL });
    this.#chunks.push({ at: this.#size, size: part.length, bytes: this.#used, records: this.#heldRecords });
    this.#parts.push(part);
    this.#size += part.length;
    this.#used = 0;
    this.#heldRecords = 0;
  }

  #grow(needed: number): void {
    const larger = Buffer.allocUnsafe(Math.max(needed, Math.min(this.#held.length * 2, CHUNK_BYTES)));
    this.#held.copy(larger, 0, 0, this.#used);
    this.#held = larger;
  }
}

/** Opens a batch that {@link BatchWriter} wrote. Throws {@link NewerBatchError} for one of a newer layout, {@link BatchError} for anything else. */
export function openBatch(bytes: Uint8Array): Batch {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = all.length - TRAILER;
  if (end < 0 || !all.subarray(end + 4, end + 7).equals(NAME)) {
    throw new BatchError(
      `A batch of Trailwarden was expected; the ${all.length} bytes do not end as one. It is a foreign object, or was cut.`,
    );
  }
  const version = all[end + 7] as number;
  if (version < VERSION) throw new BatchError(`The batch is damaged: its layout would have version ${version}, which there is not.`);
  if (version > VERSION) {
    throw new NewerBatchError(
      `The batch has version ${version} of its layout; this one reads version ${VERSION}. Deploy the newer Trailwarden.`,
    );
  }
  const size = all.readUInt32LE(end);
  if (size > end) throw new BatchError(`The batch is damaged: its footer of ${size} bytes does not fit into it.`);
  const text = gunzip(all.subarray(end - size, end), FOOTER_BYTES, 'its footer').toString('utf8');
  const sections = readFooter(text, end - size);
  if (typeof sections === 'string') throw new BatchError(`The batch is damaged: ${sections}.`);
  return { sections, bytes: all };
}

/** A record in a batch: bytes[from, to) is its JSON text. */
export interface HeldRecord {
  /** The inflated chunk, one object for all records in it: the sound way to read it is TrailRecord.scan(bytes, from, to). */
  readonly bytes: Bytes;
  readonly from: number;
  readonly to: number;
  /** 0-based, among the records of the source object. */
  readonly index: number;
}

/** The records of a section in file order, one chunk inflated at a time. Throws {@link BatchError} where the bytes are damaged. */
export function* sectionRecords(batch: Batch, section: Section): Generator<HeldRecord> {
  let index = 0;
  let gap = 0;
  for (const chunk of section.chunks) {
    const bytes = gunzip(batch.bytes.subarray(chunk.at, chunk.at + chunk.size), chunk.bytes, `a chunk of ${describeSection(section)}`);
    if (bytes.length !== chunk.bytes) throw damaged(section, `a chunk has ${bytes.length} bytes instead of ${chunk.bytes}`);
    let at = 0;
    for (let i = 0; i < chunk.records; i += 1) {
      const from = at + FRAME;
      const to = from <= bytes.length ? from + bytes.readUInt32LE(at) : from;
      if (to > bytes.length) throw damaged(section, 'a record goes beyond its chunk');
      const skip = section.gaps[gap];
      if (skip !== undefined && skip[0] === index) {
        index = skip[1];
        gap += 1;
      }
      yield { bytes, from, to, index };
      at = to;
      index += 1;
    }
    if (at !== bytes.length) throw damaged(section, 'a chunk holds more than its records');
  }
}

/** What makes a source object the same one however often it is announced: four words, a hash of bucket, key and id. */
export function sectionIdentity({ bucket, key, id }: Pick<SectionSource, 'bucket' | 'key' | 'id'>): Uint32Array {
  const digest = createHash('sha256');
  for (const text of [bucket, key, id]) digest.update(`${Buffer.byteLength(text)}:${text}`);
  const bytes = digest.digest();
  return Uint32Array.from([0, 4, 8, 12], (at) => bytes.readUInt32BE(at));
}

function gunzip(compressed: Bytes, most: number, what: string): Bytes {
  try {
    return gunzipSync(compressed, { maxOutputLength: most, chunkSize: Math.max(64, Math.min(most, compressed.length * 16)) });
  } catch (error) {
    throw new BatchError(`The batch is damaged: ${what} cannot be inflated (${(error as Error).message}).`);
  }
}

function damaged(section: Section, what: string): BatchError {
  return new BatchError(`The batch is damaged: in ${describeSection(section)}, ${what}.`);
}

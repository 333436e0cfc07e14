import type { BatchWriter } from '../records/batch.ts';
import { type Counts, noCounts } from '../records/counts.ts';
import { inflate, inflateStream, isGzip, type Limits } from '../records/inflate.ts';
import { RecordReader } from '../records/reader.ts';
import { FILE_REJECTS, type FileReject } from '../records/rejects.ts';
import type { SectionSource } from '../records/section.ts';
import type { Bytes } from '../records/text.ts';
import { cut } from '../wording.ts';

/** Characters of a problem: it is kept, logged and shown, and others' texts stand in it. */
const MOST_PROBLEM = 500;

/** Reads objects into the sections of a batch. */
export class SectionReader {
  readonly #writer: BatchWriter;
  readonly #reader: RecordReader;
  readonly #limits: Limits;

  constructor(writer: BatchWriter, limits: Limits) {
    this.#writer = writer;
    this.#limits = limits;
    this.#reader = new RecordReader((record, index) => writer.take(record, index), limits.recordBytes);
  }

  /** Makes a section of an object that is held whole. False, and no section, when it inflates to more than should be held at once. */
  read(source: SectionSource, bytes: Bytes): boolean {
    const { bytes: plain, reject } = isGzip(bytes) ? inflate(bytes, this.#limits) : { bytes, reject: null };
    if (reject === 'too-big-at-once') return false;
    try {
      this.#begin(source);
      if (plain.length > 0) this.#reader.push(plain);
      this.#end(reject);
      return true;
    } catch (error) {
      this.#writer.drop();
      throw error;
    }
  }

  /**
   * Makes a section of an object of `size` bytes while they come. `check` is called between pieces and may throw; that, and what the body
   * throws, is thrown on, and there is no section.
   */
  async stream(source: SectionSource, body: AsyncIterable<Bytes>, size: number, check: () => void): Promise<void> {
    this.#begin(source);
    const take = (piece: Bytes) => {
      check();
      this.#reader.push(piece);
    };
    const pieces = withHead(body);
    try {
      const first = await pieces.next();
      let reject: FileReject | null = null;
      if (!first.done) {
        const rest = prepend(first.value, pieces);
        if (isGzip(first.value)) reject = await inflateStream(rest, size, this.#limits, take);
        else for await (const piece of rest) take(piece);
      }
      this.#end(reject);
    } catch (error) {
      this.#writer.drop();
      throw error;
    } finally {
      await pieces.return(undefined);
    }
  }

  /** Makes a section of an object that is not read. `more` says what the reason's own text does not. */
  refuse(source: SectionSource, reason: FileReject, more = ''): void {
    this.#writer.begin(source);
    this.#writer.end({ ...noCounts(), files: 1, fileRejects: { [reason]: 1 } }, problem(reason, more));
  }

  /** Makes a section of an object that needs no reading. */
  note(source: SectionSource, counts: Partial<Counts>): void {
    this.#writer.begin(source);
    this.#writer.end({ ...noCounts(), ...counts });
  }

  #begin(source: SectionSource): void {
    this.#writer.begin(source);
    this.#reader.begin();
  }

  #end(reject: FileReject | null): void {
    this.#reader.end(reject);
    const { counts } = this.#reader;
    const [reason] = Object.keys(counts.fileRejects) as FileReject[];
    if (reason === undefined) this.#writer.end(counts);
    else this.#writer.end(counts, problem(reason, ''));
  }
}

function problem(reason: FileReject, more: string): string {
  return cut(more === '' ? FILE_REJECTS[reason] : `${FILE_REJECTS[reason]}: ${more}`, MOST_PROBLEM);
}

/** The same pieces, the first of them long enough to tell what they are of. */
async function* withHead(body: AsyncIterable<Bytes>): AsyncGenerator<Bytes> {
  let head: Bytes | null = Buffer.alloc(0);
  for await (const piece of body) {
    if (head === null) {
      yield piece;
      continue;
    }
    head = head.length === 0 ? piece : Buffer.concat([head, piece]);
    if (head.length < 2) continue;
    yield head;
    head = null;
  }
  if (head !== null && head.length > 0) yield head;
}

async function* prepend(first: Bytes, rest: AsyncGenerator<Bytes>): AsyncGenerator<Bytes> {
  yield first;
  yield* rest;
}

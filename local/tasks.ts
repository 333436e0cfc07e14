import { closeSync, createReadStream, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { addCounts, type Counts, noCounts } from '../core/records/counts.ts';
import { inflate, inflateStream, isGzip, type Limits } from '../core/records/inflate.ts';
import { RecordReader } from '../core/records/reader.ts';
import { FILE_REJECTS, type FileReject } from '../core/records/rejects.ts';
import type { Bytes } from '../core/records/text.ts';
import { Scorer, type ScorerOptions } from '../core/scoring/scorer.ts';
import type { ScoredPart } from '../core/scoring/section.ts';
import { explain } from './sources.ts';

/** Some sources to be scored one after the other. */
export interface Task {
  readonly sources: readonly { readonly label: string; readonly bytes?: Uint8Array; readonly error?: string }[];
  /** Whether the report's table may still take events without risk. */
  readonly wantsPlain: boolean;
}

export interface Problem {
  readonly file: string;
  readonly reason: string;
}

export interface TaskResult {
  readonly counts: Counts;
  readonly problems: readonly Problem[];
  /** Labels of the sources that could not be opened or read. */
  readonly unread: readonly string[];
}

/** Files larger than this are read in pieces. */
const AT_ONCE = 64 * 1024 ** 2;
const PIECE = 4 * 1024 ** 2;
const LARGE = 128 * 1024;
const REUSED = 1024 ** 2;

/** Reads and scores sources, on whichever thread it runs. */
export class TaskRunner {
  readonly #scorer: Scorer;
  readonly #reader: RecordReader;
  readonly #limits: Limits;
  readonly #paused: () => Promise<void> | undefined;
  /** Files are read into the same memory one after the other. */
  readonly #file = Buffer.allocUnsafeSlow(REUSED);

  /** `emit` takes each part; `paused` gives a promise to wait for when the taker is behind. */
  constructor(
    options: ScorerOptions & { readonly limits: Limits },
    emit: (part: ScoredPart) => void,
    paused: () => Promise<void> | undefined,
  ) {
    this.#limits = options.limits;
    this.#scorer = new Scorer(options, emit);
    this.#reader = new RecordReader((record, index) => this.#scorer.take(record, index), options.limits.recordBytes);
    this.#paused = paused;
  }

  /** Scores a task's sources. All parts are emitted when it resolves. */
  async run(task: Task): Promise<TaskResult> {
    const counts = noCounts();
    const problems: Problem[] = [];
    const unreadable: string[] = [];
    for (const { label, bytes, error } of task.sources) {
      this.#reader.begin();
      this.#scorer.begin(label, task.wantsPlain);
      let unread = error;
      if (unread === undefined) {
        try {
          const whole = bytes === undefined ? this.#read(label) : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
          const streamed = whole === undefined || this.#readWhole(whole);
          if (streamed) await this.#readStream(label, whole);
        } catch (failure) {
          // Who waits for the taker may be told to stop: that is no fault of the file.
          if ((failure as Error).name === 'Stopped') throw failure;
          unread = explain(failure);
        }
      }
      if (unread !== undefined) {
        this.#reader.end('unreadable');
        unreadable.push(label);
      }
      addCounts(counts, this.#reader.counts);
      for (const reason of Object.keys(this.#reader.counts.fileRejects) as FileReject[]) {
        problems.push({
          file: label,
          reason: reason === 'unreadable' && unread !== undefined ? `${FILE_REJECTS[reason]}: ${unread}` : FILE_REJECTS[reason],
        });
      }
    }
    this.#scorer.flush();
    return { counts, problems, unread: unreadable };
  }

  /** A file's bytes, valid until the next file is read; undefined when they are too many to be held at once. */
  #read(path: string): Bytes | undefined {
    const fd = openSync(path, 'r');
    try {
      const { size } = fstatSync(fd);
      if (size > AT_ONCE) return undefined;
      const into = size <= REUSED ? this.#file : Buffer.allocUnsafeSlow(size);
      let used = 0;
      for (let got = -1; used < size && got !== 0; used += got) got = readSync(fd, into, used, size - used, null);
      return into.subarray(0, used);
    } finally {
      closeSync(fd);
    }
  }

  /** True when the bytes inflate to more than should be held at once. */
  #readWhole(bytes: Bytes): boolean {
    if (!isGzip(bytes)) {
      this.#reader.push(bytes);
      this.#reader.end();
      return false;
    }
    const inflated = inflate(bytes, this.#limits);
    if (inflated.reject === 'too-big-at-once') return true;
    if (inflated.bytes.length > 0) this.#reader.push(inflated.bytes);
    this.#reader.end(inflated.reject);
    release(inflated.bytes);
    return false;
  }

  async #readStream(path: string, whole: Bytes | undefined): Promise<void> {
    const take = async (piece: Bytes) => {
      this.#reader.push(piece);
      await this.#paused();
    };
    const size = whole?.length ?? statSync(path).size;
    const pieces = whole === undefined ? (createReadStream(path, { highWaterMark: PIECE }) as AsyncIterable<Bytes>) : slices(whole);
    const iterator = pieces[Symbol.asyncIterator]();
    const first = await iterator.next();
    if (first.done) {
      this.#reader.end();
      return;
    }
    const rest = async function* () {
      yield first.value;
      for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
    };
    let reject: FileReject | null = null;
    if (isGzip(first.value)) reject = await inflateStream(rest(), size, this.#limits, take);
    else for await (const piece of rest()) await take(piece);
    this.#reader.end(reject);
  }
}

/**
 * Gives the memory of inflated bytes back at once. Left to the garbage collector, it runs for their sake after every few dozen
 * files, and the memory of a hundred files lies about.
 */
function release({ buffer, byteLength }: Bytes): void {
  // Smaller ones may share Node's pool. Node 20 has no transfer.
  if (byteLength >= LARGE && 'transfer' in buffer) buffer.transfer(0);
}

async function* slices(bytes: Bytes): AsyncGenerator<Bytes> {
  for (let i = 0; i < bytes.length; i += PIECE) yield bytes.subarray(i, i + PIECE);
}

import { createReadStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { contentWords, uuidText, uuidWords } from '../core/records/identifier.ts';
import { parseTime } from '../core/records/time.ts';
import { type Lines, lineAt, onlyLines } from '../core/scoring/section.ts';
import { type LineFile, LineFileWriter } from './line-file.ts';
import { type EventMark, type MarkedFile, markLines } from './line-marks.ts';
import { splitLines } from './lines.ts';

interface Entry {
  readonly time: number;
  readonly ids: Uint32Array;
  readonly at: number;
  readonly lines: readonly Lines[];
  readonly index: number;
}

/** Bytes of lines that wait for earlier ones, and bytes of lines that came too late to be put in place. */
const WAITING = 48 * 1024 ** 2;
const LATE = 32 * 1024 ** 2;

/**
 * Writes entries in (time, eventID) order though they come only nearly so: a bounded buffer puts them in place, and what comes later than
 * the buffer reaches goes to temporary files that are merged in at the end. The first file's lines must be JSON objects that begin
 * with "time" and "eventID": the merge reads the order from them. Entries of equal time and id keep their order of arrival.
 */
export class OrderedLines {
  readonly #files: readonly LineFile[];
  #writers: readonly LineFileWriter[];
  #waiting: Entry[] = [];
  #waitingBytes = 0;
  #last: Entry | null = null;
  #late: Entry[] = [];
  #lateBytes = 0;
  readonly #runs: string[] = [];
  readonly #spilling: Promise<Error | undefined>[] = [];

  constructor(files: readonly LineFile[]) {
    this.#files = files;
    this.#writers = files.map((file) => new LineFileWriter(file));
  }

  /** Adds entry `index` of each of the lines, unless the first has none. */
  add(time: number, ids: Uint32Array, at: number, lines: readonly Lines[], index: number): void {
    let size = 0;
    for (const { ends } of lines) size += (ends[index] as number) - (index === 0 ? 0 : (ends[index - 1] as number));
    if (size === 0) return;
    const entry = { time, ids, at, lines, index };
    if (this.#last !== null && compare(entry, this.#last) < 0) {
      // A copy: late lines are few among many, and must not keep the whole of what they came with.
      this.#late.push({ time, ids: ids.slice(at, at + 4), at: 0, lines: lines.map((line) => onlyLines(line, [index])), index: 0 });
      this.#lateBytes += size;
      if (this.#lateBytes > LATE) this.#spill();
      return;
    }
    this.#waiting.push(entry);
    this.#waitingBytes += size;
    if (this.#waitingBytes > WAITING) this.#release(this.#waiting.length >> 1);
  }

  /** Promise to wait for while the disk is behind. */
  paused(): Promise<void> | undefined {
    return this.#writers.find((writer) => writer.behind)?.settled();
  }

  /** Writes what is left and merges what came late. */
  async finish(): Promise<void> {
    this.#release(this.#waiting.length);
    await Promise.all(this.#writers.map((writer) => writer.close()));
    if (this.#late.length === 0 && this.#runs.length === 0) return;
    if (this.#late.length > 0) this.#spill();
    for (const failure of await Promise.all(this.#spilling)) if (failure !== undefined) throw failure;
    await this.#merge();
  }

  /** Adds marks to entries of the finished files: each to the entries of its time and id. */
  async mark(marks: readonly EventMark[]): Promise<void> {
    const files = this.#files.map((file, i): MarkedFile => ({ ...file, pieces: (this.#writers[i] as LineFileWriter).pieces }));
    await markLines(files, marks, keyText);
  }

  /** Lets the files go, half-written as they are. */
  abandon(): void {
    for (const writer of this.#writers) writer.abandon();
  }

  /** Puts the waiting entries in order and writes the first `count`. */
  #release(count: number): void {
    if (count === 0) return;
    this.#waiting.sort(compare);
    for (let i = 0; i < count; i += 1) this.#write(this.#waiting[i] as Entry);
    this.#last = this.#waiting[count - 1] as Entry;
    this.#waiting = this.#waiting.slice(count);
    this.#waitingBytes = 0;
    for (const { lines, index } of this.#waiting) for (const line of lines) this.#waitingBytes += lineAt(line, index).length;
  }

  #write({ lines, index }: Entry): void {
    for (let k = 0; k < lines.length; k += 1) (this.#writers[k] as LineFileWriter).write(lineAt(lines[k] as Lines, index));
  }

  /** Writes the late entries, in order, as one run: the lines of each entry one after the other. */
  #spill(): void {
    const path = `${(this.#files[0] as LineFile).path}.late${this.#runs.length}`;
    const writer = new LineFileWriter({ path, gzip: false, header: '' });
    for (const { lines, index } of this.#late.sort(compare)) for (const line of lines) writer.write(lineAt(line, index));
    this.#spilling.push(
      writer.close().then(
        () => undefined,
        (error: Error) => error,
      ),
    );
    this.#runs.push(path);
    this.#late = [];
    this.#lateBytes = 0;
  }

  async #merge(): Promise<void> {
    const count = this.#files.length;
    const main = lockstep(this.#files.map(linesOf));
    const runs = this.#runs.map((path) => grouped(linesOf({ path, gzip: false, header: '' }), count));
    const merged = this.#files.map((file) => ({ ...file, path: `${file.path}.merged` }));
    this.#writers = merged.map((file) => new LineFileWriter(file));
    const heads = await Promise.all([main, ...runs].map((run) => run.next()));
    for (;;) {
      let least = -1;
      let leastKey: Key | null = null;
      for (const [i, head] of heads.entries()) {
        if (head.done) continue;
        const key = head.value.key;
        if (leastKey === null || compareKeys(key, leastKey) < 0) {
          least = i;
          leastKey = key;
        }
      }
      const head = heads[least];
      if (head === undefined || head.done) break;
      for (const [k, line] of head.value.lines.entries()) (this.#writers[k] as LineFileWriter).write(Buffer.from(`${line}\n`));
      await this.paused();
      heads[least] = await ([main, ...runs][least] as AsyncGenerator<Group>).next();
    }
    await Promise.all(this.#writers.map((writer) => writer.close()));
    for (const [i, file] of this.#files.entries()) await rename((merged[i] as LineFile).path, file.path);
    for (const path of this.#runs) await rm(path);
  }
}

function compare(a: Entry, b: Entry): number {
  if (a.time !== b.time) return a.time - b.time;
  for (let i = 0; i < 4; i += 1) {
    const difference = (a.ids[a.at + i] as number) - (b.ids[b.at + i] as number);
    if (difference !== 0) return difference;
  }
  return 0;
}

interface Key {
  readonly time: number;
  readonly words: Uint32Array;
}

interface Group {
  readonly key: Key;
  readonly lines: readonly string[];
}

function compareKeys(a: Key, b: Key): number {
  if (a.time !== b.time) return a.time - b.time;
  for (let i = 0; i < 4; i += 1) {
    const difference = (a.words[i] as number) - (b.words[i] as number);
    if (difference !== 0) return difference;
  }
  return 0;
}

const KEY = /^\{"time":"([^"]+)","eventID":("(?:[^"\\]|\\.)*")/;

/** The order of an entry, read back from its JSON line. */
function keyOf(line: string): Key {
  const found = KEY.exec(line);
  if (found === null)
    throw new Error(`A line of an ordered file should begin with its time and eventID, but begins with ${line.slice(0, 60)}.`);
  const id = Buffer.from(JSON.parse(found[2] as string) as string);
  const words = new Uint32Array(4);
  if (!uuidWords(id, 0, id.length, words)) contentWords(id, words);
  return { time: parseTime(found[1] as string), words };
}

/** What an entry is found by: its time and its id as a UUID. */
function keyText(line: string): string {
  const { time, words } = keyOf(line);
  return `${time} ${uuidText(words)}`;
}

async function* linesOf(file: LineFile): AsyncGenerator<string> {
  const stream = createReadStream(file.path);
  const input = file.gzip ? stream.pipe(createGunzip()) : stream;
  let skip = file.header !== '';
  for await (const line of splitLines(input)) {
    if (skip) skip = false;
    else yield line;
  }
}

async function* lockstep(files: readonly AsyncGenerator<string>[]): AsyncGenerator<Group> {
  for (;;) {
    const next = await Promise.all(files.map((file) => file.next()));
    if (next[0]?.done) return;
    const lines = next.map(({ value }) => value as string);
    yield { key: keyOf(lines[0] as string), lines };
  }
}

async function* grouped(file: AsyncGenerator<string>, count: number): AsyncGenerator<Group> {
  let lines: string[] = [];
  for await (const line of file) {
    lines.push(line);
    if (lines.length === count) {
      yield { key: keyOf(lines[0] as string), lines };
      lines = [];
    }
  }
}

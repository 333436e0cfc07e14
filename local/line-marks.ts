import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { gunzipSync, gzipSync } from 'node:zlib';
import { parseTime } from '../core/records/time.ts';
import type { LineFile, Piece } from './line-file.ts';

/** What is to be added to an entry of ordered files: names of detectors. */
export interface EventMark {
  /** Of the entry, milliseconds since 1970. */
  readonly time: number;
  /** Its id as a UUID. */
  readonly id: string;
  /** Free of everything that JSON or CSV would have to quote. */
  readonly name: string;
}

export interface MarkedFile extends LineFile {
  readonly pieces: readonly Piece[];
}

const LINE_BREAK = 0x0a;
const TIME = /^\{"time":"([^"]+)"/;

/**
 * Adds marks to finished files whose lines are ordered by time and whose n-th lines belong together: to the objects of the first, JSON, as
 * `anomalies`; to the rows of the others, CSV, in their last column, which must be empty. Only pieces that hold a marked entry are read
 * line by line, the others are copied as they are; one piece is in memory at a time. `keyOf` gives time and id of a line of JSON.
 */
export async function markLines(
  [json, ...rows]: readonly MarkedFile[],
  marks: readonly EventMark[],
  keyOf: (line: string) => string,
): Promise<void> {
  if (json === undefined || marks.length === 0) return;
  const names = new Map<string, string[]>();
  for (const { time, id, name } of marks) names.set(`${time} ${id}`, [...(names.get(`${time} ${id}`) ?? []), name].sort());
  const times = [...new Set(marks.map(({ time }) => time))].sort((a, b) => a - b);
  const wanted = new Set(times);
  const starts = json.pieces.map(({ start }) => timeOf(start));
  /** Names by the number of the line. */
  const found = new Map<number, readonly string[]>();
  await rewrite(
    json,
    (i) => hasBetween(times, starts[i] as number, starts[i + 1] ?? Number.POSITIVE_INFINITY),
    (line, n) => {
      if (!wanted.has(timeOf(line.toString('latin1', 0, 64)))) return null;
      const marked = names.get(keyOf(line.toString('utf8')));
      if (marked === undefined) return null;
      found.set(n, marked);
      return Buffer.concat([line.subarray(0, -1), Buffer.from(`,"anomalies":${JSON.stringify(marked)}}`)]);
    },
  );
  const numbers = [...found.keys()].sort((a, b) => a - b);
  for (const file of rows) {
    const before = file.header === '' ? 0 : 1;
    let from = -before;
    const firsts = file.pieces.map(({ lines }) => {
      from += lines;
      return from - lines;
    });
    await rewrite(
      file,
      (i) => hasBetween(numbers, firsts[i] as number, (firsts[i + 1] ?? Number.POSITIVE_INFINITY) - 1),
      (line, n) => {
        const marked = found.get(n - before);
        return marked === undefined ? null : Buffer.concat([line, Buffer.from(marked.join(' '))]);
      },
    );
  }
}

/** NaN where there is none. */
function timeOf(start: string): number {
  const text = TIME.exec(start)?.[1];
  return text === undefined ? Number.NaN : parseTime(text);
}

/** Whether one of the sorted numbers lies between two, both included. */
function hasBetween(sorted: readonly number[], from: number, to: number): boolean {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as number) < from) low = middle + 1;
    else high = middle;
  }
  return low < sorted.length && (sorted[low] as number) <= to;
}

/** Writes a file anew: the lines of the pieces that are wanted as `change` makes them (null leaves a line as it is). Lines count from 0. */
async function rewrite(
  file: MarkedFile,
  isWanted: (piece: number) => boolean,
  change: (line: Buffer, n: number) => Buffer | null,
): Promise<void> {
  const wanted = file.pieces.map((_, i) => isWanted(i));
  if (!wanted.includes(true)) return;
  const path = `${file.path}.marked`;
  const source = openSync(file.path, 'r');
  const target = openSync(path, 'w');
  try {
    let at = 0;
    let n = 0;
    for (const [i, { bytes, lines }] of file.pieces.entries()) {
      const piece = readAll(source, at, bytes);
      at += bytes;
      const changed = wanted[i] ? changedLines(file.gzip ? gunzipSync(piece) : piece, n, change) : null;
      n += lines;
      writeAll(target, changed === null ? piece : file.gzip ? gzipSync(changed, { level: 1 }) : changed);
    }
  } finally {
    closeSync(source);
    closeSync(target);
  }
  await rename(path, file.path);
}

/** Null when no line changes. */
function changedLines(bytes: Buffer, first: number, change: (line: Buffer, n: number) => Buffer | null): Buffer | null {
  const parts: Buffer[] = [];
  let kept = 0;
  let from = 0;
  for (let n = first; from < bytes.length; n += 1) {
    const end = bytes.indexOf(LINE_BREAK, from);
    const changed = change(bytes.subarray(from, end), n);
    if (changed !== null) {
      parts.push(bytes.subarray(kept, from), changed);
      kept = end;
    }
    from = end + 1;
  }
  return parts.length === 0 ? null : Buffer.concat([...parts, bytes.subarray(kept)]);
}

function readAll(fd: number, at: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  for (let read = 0; read < length; ) {
    const more = readSync(fd, bytes, read, length - read, at + read);
    if (more === 0) throw new Error(`A file that was just written should have ${at + length} bytes, but ends after ${at + read}.`);
    read += more;
  }
  return bytes;
}

function writeAll(fd: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
}

import { closeSync, type Dirent, openSync, readdirSync, readSync, realpathSync, type Stats, statSync } from 'node:fs';
import { basename, join, normalize } from 'node:path';
import { constants, gunzipSync } from 'node:zlib';
import { isGzip } from '../core/records/inflate.ts';
import { parseTime } from '../core/records/time.ts';

/** One object to read: a file, or an object in S3. */
export interface Source {
  /** What people see: the path as they would type it, or s3://bucket/key. */
  readonly label: string;
  readonly size: number;
  /** Milliseconds since 1970 of the time in its name, else of its first record; NaN when neither tells. */
  readonly time: number;
  /** The path of a file without links. */
  readonly real?: string;
  readonly object?: { readonly bucket: string; readonly key: string };
}

/** A path that cannot be analysed; the message is a sentence. */
export class SourceError extends Error {
  override readonly name = 'SourceError';
}

/** A file that was left out, and why. */
export interface Unreadable {
  readonly label: string;
  readonly reason: string;
}

/** Files by which a folder is known as one that this tool wrote. */
const OWN_OUTPUT = ['summary.json', 'annotated_events.csv', 'events.ndjson.gz', 'report.html'];

const NAME_TIME = /_(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)Z_/;

/** The delivery time in the name of a CloudTrail file, NaN when it has none. */
export function nameTime(name: string): number {
  const found = NAME_TIME.exec(name);
  return found === null ? Number.NaN : parseTime(`${found[1]}-${found[2]}-${found[3]}T${found[4]}:${found[5]}:00Z`);
}

/**
 * The files that paths lead to; folders are entered, hidden entries and this tool's own output left out, links followed once.
 * A file that several paths lead to counts once.
 * @throws {SourceError} for a path that does not exist.
 */
export function findFiles(paths: readonly string[]): { readonly sources: Source[]; readonly unreadable: Unreadable[] } {
  const found = new Map<string, Source>();
  const unreadable: Unreadable[] = [];
  // Each folder is entered once, by the way without links where there is one: links among folders would multiply the paths.
  const entered = new Set<string>();
  const links: string[] = [];
  const visit = (path: string, named: boolean): void => {
    let real: string;
    let stats: Stats;
    try {
      real = realpathSync(path);
      stats = statSync(real);
    } catch (error) {
      if (named)
        throw new SourceError(
          `${path} cannot be read: ${explain(error)}. Give a file or a folder of CloudTrail logs, or s3://bucket/prefix.`,
        );
      unreadable.push({ label: path, reason: explain(error) });
      return;
    }
    if (stats.isDirectory()) {
      if (entered.has(real)) return;
      let entries: Dirent[];
      try {
        entries = readdirSync(real, { withFileTypes: true });
      } catch (error) {
        if (named) throw new SourceError(`${path} cannot be listed: ${explain(error)}.`);
        unreadable.push({ label: path, reason: explain(error) });
        return;
      }
      if (!named && OWN_OUTPUT.every((own) => entries.some(({ name }) => name === own))) return;
      entered.add(real);
      for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
        if (entry.name.startsWith('.')) continue;
        if (entry.isSymbolicLink()) links.push(join(path, entry.name));
        else visit(join(path, entry.name), false);
      }
    } else if (stats.isFile()) {
      if (!found.has(real)) found.set(real, { label: path, real, size: stats.size, time: nameTime(basename(path)) });
    }
  };
  for (const path of paths.map(normalize).sort()) visit(path, true);
  for (const path of links) visit(path, false);
  return { sources: [...found.values()].map(withTime), unreadable };
}

/** By the time in the name, else of the first record; what has neither comes last. Ties by label: any order of paths gives the same. */
export function inOrder(sources: readonly Source[]): Source[] {
  return [...sources].sort((a, b) => orderTime(a) - orderTime(b) || (a.label < b.label ? -1 : a.label > b.label ? 1 : 0));
}

function orderTime({ time }: Source): number {
  return Number.isNaN(time) ? Number.MAX_VALUE : time;
}

const PEEK = 64 * 1024;

function withTime(source: Source): Source {
  return Number.isNaN(source.time) ? { ...source, time: firstRecordTime(source.label) } : source;
}

/** The first eventTime in a file's first 64 KB, NaN when none is found. */
function firstRecordTime(path: string): number {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch {
    return Number.NaN;
  }
  try {
    const head = Buffer.alloc(PEEK);
    let text = head.subarray(0, readSync(fd, head, 0, PEEK, 0));
    if (isGzip(text)) text = gunzipSync(text, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: 64 * PEEK });
    const found =
      /(?:eventTime|@timestamp)\\?"\s*:\s*\\?"([^"\\]+)/.exec(text.toString('latin1'))?.[1] ??
      /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/.exec(text.toString('latin1'))?.[0];
    return found === undefined ? Number.NaN : parseTime(found);
  } catch {
    return Number.NaN;
  } finally {
    closeSync(fd);
  }
}

/** What a file system error says, in words. */
export function explain(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  switch (code) {
    case 'ENOENT':
      return 'it does not exist';
    case 'EACCES':
    case 'EPERM':
      return 'permission denied';
    case 'ELOOP':
      return 'its links lead in a circle';
    case 'EISDIR':
      return 'it is a folder';
    case 'EEXIST':
      return 'a file has that name';
    case 'ENOTDIR':
      return 'a part of its path is no folder';
    case 'ENOSPC':
      return 'no space is left on the disk';
    default:
      return message;
  }
}

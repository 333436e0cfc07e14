import { createHash } from 'node:crypto';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { type AnalysisState, decodeAnalysis, encodeAnalysis } from '../core/state/analysis.ts';
import { SnapshotError } from '../core/state/snapshot.ts';
import { explain, type Source, SourceError } from './sources.ts';

/** Names of files that are remembered. */
const MOST_FILES = 1_000_000;

/** 16 characters by which a file is known again: its path without links, and its size. */
export function fileName({ label, real, size }: Pick<Source, 'label' | 'real' | 'size'>): string {
  return createHash('sha256')
    .update(`${size} ${real ?? label}`)
    .digest('base64url')
    .slice(0, 16);
}

/**
 * The memory in a file; undefined when there is no such file yet.
 * @throws {SourceError} for a file that cannot be read or holds no memory.
 */
export function readState(path: string): AnalysisState | undefined {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new SourceError(`The memory ${path} cannot be read: ${explain(error)}. Give another file with --state.`);
  }
  try {
    return decodeAnalysis(bytes);
  } catch (error) {
    if (!(error instanceof SnapshotError)) throw error;
    throw new SourceError(
      `The memory ${path} cannot be used. ${error.message} Give another file with --state, or a new name to start anew.`,
    );
  }
}

/**
 * Writes the memory whole, or leaves the file as it is.
 * @throws {SourceError} when it cannot be written.
 */
export function writeState(path: string, state: AnalysisState): void {
  const partial = `${path}.partial-${process.pid}`;
  try {
    writeFileSync(partial, encodeAnalysis(state));
    renameSync(partial, path);
  } catch (error) {
    rmSync(partial, { force: true });
    throw new SourceError(
      `The memory cannot be written to ${path}: ${explain(error)}. The outputs are there; the next run will not know of this one.`,
    );
  }
}

/**
 * The names to remember: of the files that are there all that were read, of those that are gone as many as there is room for.
 * @throws {SourceError} when there are more than can be remembered: those left out would be read, and count, again and again.
 */
export function filesToRemember(before: readonly string[], present: readonly Source[]): string[] {
  if (present.length > MOST_FILES) {
    throw new SourceError(
      `A memory holds the names of ${MOST_FILES.toLocaleString('en')} files, and there are ${present.length.toLocaleString('en')}. Give narrower paths, or leave out --state.`,
    );
  }
  const names = new Set(present.map(fileName));
  const gone = before.filter((name) => !names.has(name));
  return [...gone.slice(Math.max(0, gone.length + names.size - MOST_FILES)), ...names];
}

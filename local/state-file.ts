import { createHash } from 'node:crypto';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { type AnalysisState, decodeAnalysis, encodeAnalysis } from '../core/state/analysis.ts';
import { SnapshotError } from '../core/state/snapshot.ts';
import { explain, type Source, SourceError } from './sources.ts';

/** Names of files that are remembered: of more the oldest are forgotten. */
const MOST_FILES = 1_000_000;

/** 16 characters by which a file is known again: its path and size. */
export function fileName({ label, size }: Pick<Source, 'label' | 'size'>): string {
  return createHash('sha256').update(`${size} ${label}`).digest('base64url').slice(0, 16);
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
    writeFileSync(partial, encodeAnalysis({ ...state, files: state.files.slice(-MOST_FILES) }));
    renameSync(partial, path);
  } catch (error) {
    rmSync(partial, { force: true });
    throw new SourceError(
      `The memory cannot be written to ${path}: ${explain(error)}. The outputs are there; the next run will not know of this one.`,
    );
  }
}

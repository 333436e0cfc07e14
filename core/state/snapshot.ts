import { gunzipSync, gzipSync } from 'node:zlib';
import { MIGRATIONS } from './migrations.ts';

/** A snapshot that cannot be read; the message is a sentence. */
export class SnapshotError extends Error {
  override readonly name = 'SnapshotError';
}

const FORMAT = 'trailwarden-memory';
const VERSION = 2;

/** A part of the memory as bytes: gzip'd JSON with its format, version and kind. */
export function encodeSnapshot(kind: string, data: unknown): Buffer {
  return gzipSync(JSON.stringify({ format: FORMAT, version: VERSION, kind, data }), { level: 3 });
}

/**
 * The data of a snapshot, brought up to the present version.
 * @throws {SnapshotError} for bytes that are none, are of another kind, or were written by a newer version.
 */
export function decodeSnapshot(kind: string, bytes: Uint8Array): unknown {
  let snapshot: { format?: unknown; version?: unknown; kind?: unknown; data?: unknown };
  try {
    snapshot = JSON.parse(gunzipSync(bytes).toString('utf8')) as typeof snapshot;
  } catch (error) {
    throw new SnapshotError(`A part of the memory (${kind}) should be gzip'd JSON, but cannot be read: ${(error as Error).message}.`);
  }
  const { format, version, kind: came, data } = snapshot ?? {};
  if (format !== FORMAT || came !== kind || typeof version !== 'number') {
    throw new SnapshotError(`A part of the memory should be ${kind}, but is ${JSON.stringify([format, came]).slice(0, 100)}.`);
  }
  if (version > VERSION) {
    throw new SnapshotError(
      `The memory was written by a newer Trailwarden (its version is ${version}, this one reads up to ${VERSION}). Deploy the newer one again.`,
    );
  }
  let present = data;
  for (let v = version; v < VERSION; v += 1) present = (MIGRATIONS[v] as (kind: string, data: unknown) => unknown)(kind, present);
  return present;
}

import { constants, createGunzip, type Gunzip, gunzipSync } from 'node:zlib';
import type { FileReject } from './rejects.ts';
import type { Bytes } from './text.ts';

/** How far one file may inflate, and how large one record may be. */
export interface Limits {
  /** Inflated bytes of one file. */
  readonly inflatedBytes: number;
  /** Inflated / compressed bytes; applies beyond 16 MiB inflated (CloudTrail's own files stay below 60). */
  readonly inflateRatio: number;
  /** Bytes of one record. */
  readonly recordBytes: number;
}

export const DEFAULT_LIMITS: Limits = { inflatedBytes: 16 * 1024 ** 3, inflateRatio: 400, recordBytes: 16 * 1024 ** 2 };

const RATIO_FREE = 16 * 1024 ** 2;
/** Files that inflate beyond this are streamed, so that memory stays flat. */
const AT_ONCE = 96 * 1024 ** 2;

/** True when the bytes begin as gzip does; file names are not asked. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes.length >= 2 && bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** What came out of a gzip file, and why there is no more of it; `too-big-at-once` asks the caller to stream it. */
export interface Inflated {
  readonly bytes: Bytes;
  readonly reject: FileReject | 'too-big-at-once' | null;
}

/**
 * Inflates one gzip file (all its members) in memory. Damaged or truncated data gives what came before the damage, with the reason;
 * a file that passes a limit gives nothing, with the reason.
 */
export function inflate(compressed: Bytes, limits: Limits): Inflated {
  const allowed = inflateCap(compressed.length, limits);
  const cap = Math.min(allowed, AT_ONCE);
  // The file's last word states its inflated size: one output buffer of that size avoids copying. It may lie.
  const stated = compressed.length >= 18 ? compressed.readUInt32LE(compressed.length - 4) : 0;
  const chunkSize = Math.max(1024, Math.min(stated + 64, cap, compressed.length * 40 + 1024));
  try {
    return { bytes: gunzipSync(compressed, { maxOutputLength: cap, chunkSize }), reject: null };
  } catch (error) {
    const code = (error as { code?: string }).code;
    if (code === 'ERR_BUFFER_TOO_LARGE') return { bytes: Buffer.alloc(0), reject: cap < allowed ? 'too-big-at-once' : 'gzip-bomb' };
    return { bytes: salvage(compressed, cap), reject: gzipReject(code) };
  }
}

/** Inflated bytes that a file of so many compressed bytes may have. */
function inflateCap(compressedBytes: number, limits: Limits): number {
  return Math.min(limits.inflatedBytes, Math.max(RATIO_FREE, compressedBytes * limits.inflateRatio));
}

function gzipReject(code: string | undefined): FileReject {
  return code === 'Z_BUF_ERROR' ? 'gzip-truncated' : 'gzip-broken';
}

/** Inflates a gzip file chunk by chunk, handing each piece to `take`; gives why it ended early, or null. */
export async function inflateStream(
  compressed: AsyncIterable<Bytes>,
  compressedBytes: number,
  limits: Limits,
  take: (piece: Bytes) => void | Promise<void>,
): Promise<FileReject | null> {
  const cap = inflateCap(compressedBytes, limits);
  const gunzip = createGunzip({ chunkSize: 1024 ** 2 });
  const feeding = (async () => {
    for await (const chunk of compressed) {
      if (gunzip.destroyed) return;
      if (!gunzip.write(chunk)) await drained(gunzip);
    }
    gunzip.end();
  })().catch((error: Error) => void gunzip.destroy(error));
  let size = 0;
  try {
    for await (const piece of gunzip as AsyncIterable<Bytes>) {
      size += piece.length;
      if (size > cap) return 'gzip-bomb';
      await take(piece);
    }
    return null;
  } catch (error) {
    const code = (error as { code?: string }).code;
    if (code?.startsWith('Z_')) return gzipReject(code);
    throw error;
  } finally {
    gunzip.destroy();
    await feeding;
  }
}

/** Waits until the stream takes more, or has ended; leaves no listener behind. */
function drained(stream: Gunzip): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      stream.off('drain', go).off('close', go);
      resolve();
    };
    stream.on('drain', go).on('close', go);
  });
}

/** What can still be inflated of damaged data: the longest prefix that zlib accepts, found by halving. */
function salvage(compressed: Bytes, cap: number): Bytes {
  const prefix = (length: number): Bytes | null => {
    try {
      return gunzipSync(compressed.subarray(0, length), { maxOutputLength: cap, finishFlush: constants.Z_SYNC_FLUSH });
    } catch {
      return null;
    }
  };
  const whole = prefix(compressed.length);
  if (whole !== null) return whole;
  let good = 0;
  let bad = compressed.length;
  let best: Bytes = Buffer.alloc(0);
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    const bytes = prefix(middle);
    if (bytes === null) bad = middle;
    else {
      good = middle;
      best = bytes;
    }
  }
  return best;
}

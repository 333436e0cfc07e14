import { createHash } from 'node:crypto';
import type { Bytes } from './text.ts';

/**
 * Writes the 16 bytes of a UUID, whose 36 characters start at `from`, into `into` as four 32-bit words.
 * False when they are not a UUID.
 */
export function uuidWords(bytes: Bytes, from: number, to: number, into: Uint32Array): boolean {
  if (to - from !== 36) return false;
  let word = 0;
  let digits = 0;
  for (let i = 0; i < 36; i += 1) {
    const c = bytes[from + i] as number;
    if (i === 8 || i === 13 || i === 18 || i === 23) {
      if (c !== 0x2d) return false;
      continue;
    }
    const lower = c | 0x20;
    const digit = c >= 0x30 && c <= 0x39 ? c - 0x30 : lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
    if (digit < 0) return false;
    word = (word << 4) | digit;
    digits += 1;
    if ((digits & 7) === 0) {
      into[(digits >> 3) - 1] = word;
      word = 0;
    }
  }
  return true;
}

/** The identity of a record without a usable eventID: the first 16 bytes of the SHA-256 of its text, as four words. */
export function contentWords(bytes: Uint8Array, into: Uint32Array): void {
  const digest = createHash('sha256').update(bytes).digest();
  for (let i = 0; i < 4; i += 1) into[i] = digest.readUInt32BE(i * 4);
}

/** Four words as the usual UUID text. */
export function uuidText(words: ArrayLike<number>, at = 0): string {
  let hex = '';
  for (let i = 0; i < 4; i += 1) hex += (words[at + i] as number).toString(16).padStart(8, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** A stable UUID (version 8) from texts: the same texts give the same id, in any run. */
export function stableUuid(...texts: readonly string[]): string {
  const whole = texts.map((text) => `${Buffer.byteLength(text)}:${text}`).join('');
  const digest = createHash('sha256').update(whole).digest();
  digest[6] = ((digest[6] as number) & 0x0f) | 0x80;
  digest[8] = ((digest[8] as number) & 0x3f) | 0x80;
  return uuidText([0, 4, 8, 12].map((i) => digest.readUInt32BE(i)));
}

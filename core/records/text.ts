/** Buffer is a Uint8Array with fast native decoding; every source of bytes is turned into one at the door. */
export type Bytes = Buffer;

const LONGEST = 256;
const SLOTS = 1 << 16;
const MASK = SLOTS - 1;

/**
 * Decodes JSON string literals, giving the same string object for the same bytes: a trail repeats a few thousand
 * texts millions of times. Bounded: hostile variety empties the table, it does not grow it.
 */
export class TextCache {
  readonly #strings: (string | undefined)[] = new Array(SLOTS);
  readonly #hashes = new Int32Array(SLOTS);
  readonly #starts = new Int32Array(SLOTS);
  readonly #lengths = new Uint16Array(SLOTS);
  #arena = Buffer.allocUnsafe(1 << 16);
  #used = 0;
  #count = 0;

  /** The string of the literal whose content (without quotes) is bytes[from, to). */
  string(bytes: Bytes, from: number, to: number): string {
    const length = to - from;
    if (length === 0) return '';
    if (length > LONGEST) return decode(bytes, from, to);
    let hash = length;
    for (let i = from; i < to; i += 1) hash = (Math.imul(hash, 31) + (bytes[i] as number)) | 0;
    hash ^= hash >>> 15;
    let slot = hash & MASK;
    for (;;) {
      const found = this.#strings[slot];
      if (found === undefined) break;
      if (this.#hashes[slot] === hash && this.#lengths[slot] === length && this.#same(bytes, from, slot, length)) return found;
      slot = (slot + 1) & MASK;
    }
    const text = decode(bytes, from, to);
    this.#remember(text, hash, slot, bytes, from, to);
    return text;
  }

  #same(bytes: Bytes, from: number, slot: number, length: number): boolean {
    const arena = this.#arena;
    const start = this.#starts[slot] as number;
    for (let i = 0; i < length; i += 1) if (arena[start + i] !== bytes[from + i]) return false;
    return true;
  }

  #remember(text: string, hash: number, slot: number, bytes: Bytes, from: number, to: number): void {
    if (this.#count >= SLOTS >> 1) {
      this.#strings.fill(undefined);
      this.#count = 0;
      this.#used = 0;
      slot = hash & MASK;
    }
    if (this.#used + LONGEST > this.#arena.length) {
      const larger = Buffer.allocUnsafe(this.#arena.length * 2);
      this.#arena.copy(larger, 0, 0, this.#used);
      this.#arena = larger;
    }
    bytes.copy(this.#arena, this.#used, from, to);
    this.#starts[slot] = this.#used;
    this.#lengths[slot] = to - from;
    this.#hashes[slot] = hash;
    this.#strings[slot] = text;
    this.#used += to - from;
    this.#count += 1;
  }
}

/** The string of a JSON string literal's content: plain ASCII is copied, the rest goes through JSON.parse or UTF-8. */
export function decode(bytes: Bytes, from: number, to: number): string {
  let plain = true;
  for (let i = from; i < to; i += 1) {
    const c = bytes[i] as number;
    if (c === 0x5c) return JSON.parse(bytes.toString('utf8', from - 1, to + 1)) as string;
    if (c >= 0x80) plain = false;
  }
  return plain ? bytes.toString('latin1', from, to) : bytes.toString('utf8', from, to);
}

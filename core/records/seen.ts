const SHARDS = 64;
const LOAD = 0.75;
const NO_TABLE = new Uint32Array(0);
const LEAST_SLOTS = 8;

/**
 * The set of 128-bit identities seen so far, packed: 16 bytes an entry and no objects, so that ten million cost some
 * 270 MB. Sharded, so that growing never holds two whole tables at once.
 */
export class SeenIds {
  /** Made when first needed: an hour of a quiet account has a handful of identities. */
  readonly #tables: Uint32Array[] = new Array<Uint32Array>(SHARDS).fill(NO_TABLE);
  readonly #sizes = new Uint32Array(SHARDS);
  #zero = false;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** True when the identity in words[at … at+3] was seen before; it is remembered now. */
  add(words: ArrayLike<number>, at = 0): boolean {
    const a = (words[at] as number) >>> 0;
    const b = (words[at + 1] as number) >>> 0;
    const c = (words[at + 2] as number) >>> 0;
    const d = (words[at + 3] as number) >>> 0;
    if ((a | b | c | d) === 0) {
      // The empty slot's own pattern: kept beside the tables.
      const seen = this.#zero;
      this.#zero = true;
      if (!seen) this.#size += 1;
      return seen;
    }
    const hash = mix(a, b, c, d);
    const shard = hash & (SHARDS - 1);
    let table = this.#tables[shard] as Uint32Array;
    if (((this.#sizes[shard] as number) + 1) * 4 > table.length * LOAD) table = this.#grow(shard);
    if (!insert(table, hash, a, b, c, d)) return true;
    this.#sizes[shard] = (this.#sizes[shard] as number) + 1;
    this.#size += 1;
    return false;
  }

  /** True when the identity was seen before; it is not remembered. */
  has(words: ArrayLike<number>, at = 0): boolean {
    const a = (words[at] as number) >>> 0;
    const b = (words[at + 1] as number) >>> 0;
    const c = (words[at + 2] as number) >>> 0;
    const d = (words[at + 3] as number) >>> 0;
    if ((a | b | c | d) === 0) return this.#zero;
    const hash = mix(a, b, c, d);
    const table = this.#tables[hash & (SHARDS - 1)] as Uint32Array;
    return table.length > 0 && find(table, hash, a, b, c, d) >= 0;
  }

  /** All identities, four words each, in no order that means anything. */
  words(): Uint32Array {
    const all = new Uint32Array(this.#size * 4);
    let at = this.#zero ? 4 : 0;
    for (const table of this.#tables) {
      for (let i = 0; i < table.length; i += 4) {
        if (((table[i] as number) | (table[i + 1] as number) | (table[i + 2] as number) | (table[i + 3] as number)) === 0) continue;
        all.set(table.subarray(i, i + 4), at);
        at += 4;
      }
    }
    return all;
  }

  #grow(shard: number): Uint32Array {
    const old = this.#tables[shard] as Uint32Array;
    const table = new Uint32Array(Math.max(LEAST_SLOTS * 4, old.length * 2));
    for (let i = 0; i < old.length; i += 4) {
      const a = old[i] as number;
      const b = old[i + 1] as number;
      const c = old[i + 2] as number;
      const d = old[i + 3] as number;
      if ((a | b | c | d) !== 0) insert(table, mix(a, b, c, d), a, b, c, d);
    }
    this.#tables[shard] = table;
    return table;
  }
}

/** False when the entry is there already. */
function insert(table: Uint32Array, hash: number, a: number, b: number, c: number, d: number): boolean {
  const at = find(table, hash, a, b, c, d);
  if (at >= 0) return false;
  const free = -1 - at;
  table[free] = a;
  table[free + 1] = b;
  table[free + 2] = c;
  table[free + 3] = d;
  return true;
}

/** Index of the entry, or -1 − the index of the free place where it belongs. */
function find(table: Uint32Array, hash: number, a: number, b: number, c: number, d: number): number {
  const mask = table.length / 4 - 1;
  let slot = (hash >>> 6) & mask;
  for (;;) {
    const i = slot * 4;
    const found = table[i] as number;
    if (found === a && table[i + 1] === b && table[i + 2] === c && table[i + 3] === d) return i;
    if (found === 0 && table[i + 1] === 0 && table[i + 2] === 0 && table[i + 3] === 0) return -1 - i;
    slot = (slot + 1) & mask;
  }
}

/** All four words count: ids that differ in one word only must not share a slot. */
function mix(a: number, b: number, c: number, d: number): number {
  let h = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b) ^ Math.imul(c, 0xc2b2ae35) ^ Math.imul(d, 0x27d4eb2f);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  return (h ^ (h >>> 13)) >>> 0;
}

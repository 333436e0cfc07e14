const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const ALPHANUMERIC = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** Four 32-bit words from a text (FNV-1a with four offsets, then mixed). */
function words(text: string): [number, number, number, number] {
  const state: [number, number, number, number] = [0x811c9dc5, 0x9e3779b9, 0x85ebca6b, 0xc2b2ae35];
  for (let i = 0; i < text.length; i++) {
    for (let lane = 0; lane < 4; lane++) {
      state[lane] = Math.imul((state[lane] as number) ^ (text.charCodeAt(i) + lane), 0x01000193);
    }
  }
  return state;
}

/** A seeded generator of random numbers (sfc32, Chris Doty-Humphrey's PractRand). The same seed gives the same stream on every machine. */
export class Random {
  readonly seed: string;
  private a: number;
  private b: number;
  private c: number;
  private counter: number;

  constructor(seed: string) {
    this.seed = seed;
    [this.a, this.b, this.c, this.counter] = words(seed);
    for (let i = 0; i < 15; i++) this.u32();
  }

  /** An independent stream for one part of the trail, so that a change in one part leaves the others as they were. */
  fork(label: string): Random {
    return new Random(`${this.seed}/${label}`);
  }

  /** 32 random bits as an unsigned integer. */
  u32(): number {
    const sum = (((this.a + this.b) | 0) + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** A number in [0, 1). */
  unit(): number {
    return this.u32() / 0x100000000;
  }

  /** An integer in [low, high], both included. */
  int(low: number, high: number): number {
    return low + Math.floor(this.unit() * (high - low + 1));
  }

  chance(probability: number): boolean {
    return this.unit() < probability;
  }

  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new Error('Random.pick expects at least one item to pick from, and got an empty list.');
    return items[Math.floor(this.unit() * items.length)] as T;
  }

  /** A Poisson-distributed count; Knuth's method, fit for means below about 50. */
  poisson(mean: number): number {
    const limit = Math.exp(-mean);
    let count = 0;
    for (let product = this.unit(); product > limit; product *= this.unit()) count++;
    return count;
  }

  shuffle<T>(items: readonly T[]): T[] {
    const out = [...items];
    for (let i = out.length - 1; i > 0; i--) {
      const j = this.int(0, i);
      [out[i], out[j]] = [out[j] as T, out[i] as T];
    }
    return out;
  }

  /** Lower-case hexadecimal digits. */
  hex(digits: number): string {
    let out = '';
    while (out.length < digits) {
      const bits = this.u32();
      out += HEX[bits >>> 24]! + HEX[(bits >>> 16) & 255]! + HEX[(bits >>> 8) & 255]! + HEX[bits & 255]!;
    }
    return out.slice(0, digits);
  }

  /** Upper-case base-32 letters, as in `AKIA…` and `AROA…` identifiers. */
  base32(length: number): string {
    let out = '';
    for (let i = 0; i < length; i++) out += BASE32[this.u32() >>> 27];
    return out;
  }

  alphanumeric(length: number): string {
    let out = '';
    for (let i = 0; i < length; i++) out += ALPHANUMERIC[Math.floor(this.unit() * 62)];
    return out;
  }

  /** A version 4 UUID (RFC 9562). */
  uuid(): string {
    const digits = this.hex(32);
    const variant = '89ab'[this.u32() >>> 30];
    return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-${variant}${digits.slice(17, 20)}-${digits.slice(20)}`;
  }
}

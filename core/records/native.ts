import { INCOMPLETE } from './json-scan.ts';
import { NATIVE_MODULE } from './native-module.ts';
import { KEYS, type Places } from './slots.ts';
import { type Bytes, decode } from './text.ts';

/** What native.as.ts exports; all places are addresses in its memory. */
interface Native {
  readonly memory: { readonly buffer: ArrayBuffer };
  input(): number;
  inputSize(): number;
  starts(): number;
  ends(): number;
  words(): number;
  gaps(): number;
  addKey(slot: number, length: number): void;
  scanObject(from: number, end: number, shift: number): number;
  textNumber(from: number, length: number): number;
  findIdentity(from: number, length: number, recipient: number): number;
  addIdentity(from: number, length: number, recipient: number, gaps: number): number;
  uuidWords(at: number): number;
  quoted(): number;
  quote(from: number, length: number): number;
}

/** The reference must scan the object: it does not fit the window, a key is written with escapes, or there is no WebAssembly. */
export const UNDECIDED = -4;

const LONGEST_TEXT = 256;
/** As native.as.ts says that it has no place for a text. */
const NO_PLACE = -0x8000_0000;

/**
 * The bytes being read, a window of them at a time, in the memory of the WebAssembly module. One serves the whole thread: what it
 * remembers of texts and identities is of use to every reader, and every question names the bytes that it is about.
 */
export class Window {
  readonly #native: Native | null;
  readonly #memory: Buffer<ArrayBuffer>;
  readonly #starts: Int32Array;
  readonly #ends: Int32Array;
  readonly #words: Uint32Array;
  readonly #gaps: Int32Array;
  readonly #input: number;
  readonly #size: number;
  readonly #strings: string[] = [];
  #bytes: Bytes = Buffer.alloc(0);
  #from = 0;
  #to = 0;

  /** Without a module every question is left to the reference. */
  constructor(native: Native | null) {
    const buffer = native?.memory.buffer ?? new ArrayBuffer(0);
    const views = native === null ? 0 : KEYS.length;
    this.#native = native;
    this.#memory = Buffer.from(buffer);
    this.#starts = new Int32Array(buffer, native?.starts(), views);
    this.#ends = new Int32Array(buffer, native?.ends(), views);
    this.#words = new Uint32Array(buffer, native?.words(), Math.min(4, views));
    this.#gaps = new Int32Array(buffer, native?.gaps(), Math.min(10, views));
    this.#input = native?.input() ?? 0;
    this.#size = native?.inputSize() ?? 0;
    for (const [slot, key] of KEYS.entries()) {
      this.#memory.set(native === null ? [] : Buffer.from(key), this.#input);
      native?.addKey(slot, key.length);
    }
  }

  /** As scanObject of slots.ts, or UNDECIDED. */
  scanObject(bytes: Bytes, from: number, end: number, { starts, ends }: Places): number {
    const native = this.#native;
    if (native === null) return UNDECIDED;
    if (bytes !== this.#bytes || from < this.#from || from >= this.#to) this.#show(bytes, from);
    let shift = this.#from - this.#input;
    let after = native.scanObject(from - shift, Math.min(end, this.#to) - shift, shift);
    if (after === INCOMPLETE && this.#to < end) {
      if (this.#from < from) {
        this.#show(bytes, from);
        shift = from - this.#input;
        after = native.scanObject(this.#input, Math.min(end, this.#to) - shift, shift);
      }
      if (after === INCOMPLETE && this.#to < end) return UNDECIDED;
    }
    if (after < 0) return after;
    // Copied, as a record's places must outlast the scan of another record.
    for (let slot = 0; slot < KEYS.length; slot += 1) {
      starts[slot] = this.#starts[slot] as number;
      ends[slot] = this.#ends[slot] as number;
    }
    return after + shift;
  }

  /** The string of the literal whose content (without quotes) is bytes[from, to): one object for the same bytes, as a trail repeats its texts. */
  string(bytes: Bytes, from: number, to: number): string {
    if (from === to) return '';
    const number = this.textNumber(bytes, from, to);
    return number < 0 ? decode(bytes, from, to) : (this.#strings[number] as string);
  }

  /** What stands for the text bytes[from, to) as long as no other text is asked for, or -1. */
  textNumber(bytes: Bytes, from: number, to: number): number {
    const length = to - from;
    if (length === 0 || length > LONGEST_TEXT || !this.#holds(bytes, from, to)) return -1;
    const number = (this.#native as Native).textNumber(from - this.#from + this.#input, length);
    if (number >= 0) return number;
    if (number === NO_PLACE) return -1;
    this.#strings[-1 - number] = decode(bytes, from, to);
    return -1 - number;
  }

  /** Number of the identity whose JSON text is bytes[from, to) in records of that recipient (a {@link textNumber}), or -1 when it must be learned. */
  findIdentity(bytes: Bytes, from: number, to: number, recipient: number): number {
    if (!this.#holds(bytes, from, to)) return -1;
    return (this.#native as Native).findIdentity(from - this.#from + this.#input, to - from, recipient);
  }

  /** Has an identity remembered; `gaps` are the ranges of its text that may differ. Gives its number, or -1 when it cannot be. */
  addIdentity(
    bytes: Bytes,
    from: number,
    to: number,
    recipient: number,
    gaps: readonly { readonly from: number; readonly to: number }[],
  ): number {
    if (!this.#holds(bytes, from, to)) return -1;
    for (const [i, gap] of gaps.entries()) {
      this.#gaps[i * 2] = gap.from;
      this.#gaps[i * 2 + 1] = gap.to;
    }
    return (this.#native as Native).addIdentity(from - this.#from + this.#input, to - from, recipient, gaps.length);
  }

  /** As uuidWords of identifier.ts; null where that must be asked. */
  uuidWords(bytes: Bytes, from: number, to: number, into: Uint32Array): boolean | null {
    if (to - from !== 36 || !this.#holds(bytes, from, to)) return null;
    if ((this.#native as Native).uuidWords(from - this.#from + this.#input) === 0) return false;
    for (let i = 0; i < 4; i += 1) into[i] = this.#words[i] as number;
    return true;
  }

  /** The text bytes[from, to) as JSON.stringify writes it, or null when that must be asked: it is long, or not all printable ASCII. */
  quoted(bytes: Bytes, from: number, to: number): string | null {
    if (!this.#holds(bytes, from, to)) return null;
    const native = this.#native as Native;
    const length = native.quote(from - this.#from + this.#input, to - from);
    return length < 0 ? null : `"${this.#memory.toString('latin1', native.quoted(), native.quoted() + length)}"`;
  }

  #holds(bytes: Bytes, from: number, to: number): boolean {
    return bytes === this.#bytes && from >= this.#from && to <= this.#to;
  }

  #show(bytes: Bytes, from: number): void {
    this.#bytes = bytes;
    this.#from = from;
    this.#to = Math.min(bytes.length, from + this.#size);
    this.#memory.set(bytes.subarray(from, this.#to), this.#input);
  }
}

function instantiate(): Native | null {
  try {
    const module = new WebAssembly.Module(Buffer.from(NATIVE_MODULE, 'base64'));
    return new WebAssembly.Instance(module).exports as unknown as Native;
  } catch {
    // An engine without WebAssembly or its SIMD instructions: the reference does the work.
    return null;
  }
}

export const WINDOW = new Window(instantiate());

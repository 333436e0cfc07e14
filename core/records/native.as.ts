// @ts-nocheck
// AssemblyScript: this file is compiled to WebAssembly (`npm run wasm` writes native-module.ts), never run as TypeScript.

/**
 * The inner loops of reading records, sixteen bytes at a time: the scan of an object, texts and identities known by their
 * bytes, and eventIDs. All addresses are of the module's own memory, which is laid out below and never grows: nothing here can
 * reach beyond it, whatever the bytes hold. json-scan.ts and object-scan.ts say the same in TypeScript; a test compares the two.
 */

// As in json-scan.ts.
const INCOMPLETE: i32 = -1;
const INVALID: i32 = -2;
const TOO_DEEP: i32 = -3;
/** A key is written with escapes: the reference must look at it. */
const UNDECIDED: i32 = -4;
const MAX_DEPTH: i32 = 256;

const SLOTS: i32 = 48;
const LONGEST_KEY: i32 = 31;

// The layout of memory. What is read in blocks may be read up to 32 bytes too far.
const STACK: i32 = 1024;
const KEY_HEADS: i32 = 2048;
const KEY_NEXT: i32 = KEY_HEADS + 64;
const KEY_LENGTHS: i32 = KEY_NEXT + 64;
const KEY_TEXTS: i32 = KEY_LENGTHS + 64;
const STARTS: i32 = KEY_TEXTS + 32 * (SLOTS + 1);
const ENDS: i32 = STARTS + 4 * SLOTS;
const WORDS: i32 = ENDS + 4 * SLOTS;
const GAPS: i32 = WORDS + 16;
const MOST_GAPS: i32 = 5;
const TEXT_PLACES: i32 = 8192;
const TEXT_MASK: i32 = (1 << 17) - 1;
const TEXTS: i32 = TEXT_PLACES + 4 * (TEXT_MASK + 1);
const MOST_TEXTS: i32 = 1 << 15;
const TEXT_BYTES: i32 = TEXTS + 16 * (MOST_TEXTS + 1);
const TEXT_BYTES_END: i32 = TEXT_BYTES + (3 << 20);
const IDENTITY_PLACES: i32 = TEXT_BYTES_END + 64;
const IDENTITY_MASK: i32 = (1 << 15) - 1;
/** Bytes of what is known of an identity: length, address of its bytes, recipient, next of its place, number of gaps, from and to of each. */
const IDENTITY: i32 = 20 + 8 * MOST_GAPS;
const IDENTITIES: i32 = IDENTITY_PLACES + 4 * (IDENTITY_MASK + 1);
const MOST_IDENTITIES: i32 = 1 << 14;
const IDENTITY_BYTES: i32 = IDENTITIES + IDENTITY * (MOST_IDENTITIES + 1);
const IDENTITY_BYTES_END: i32 = IDENTITY_BYTES + (6 << 20);
const INPUT: i32 = IDENTITY_BYTES_END + 64;
const INPUT_SIZE: i32 = 256 << 10;
const QUOTED: i32 = INPUT + INPUT_SIZE + 64;
/** Bytes that {@link quote} takes at most. */
const MOST_QUOTED: i32 = 16 << 10;

/** Places that a text is looked for in, and identities of one fingerprint that are compared: hostile likeness ends there. */
const MOST_PROBES: i32 = 16;

export function input(): i32 {
  return INPUT;
}

export function inputSize(): i32 {
  return INPUT_SIZE;
}

export function starts(): i32 {
  return STARTS;
}

export function ends(): i32 {
  return ENDS;
}

export function words(): i32 {
  return WORDS;
}

export function gaps(): i32 {
  return GAPS;
}

export function quoted(): i32 {
  return QUOTED;
}

/** Makes the key of `length` bytes that lies at INPUT known by its slot. */
export function addKey(slot: i32, length: i32): void {
  const entry = slot + 1;
  memory.copy(KEY_TEXTS + (entry << 5), INPUT, length);
  store<u8>(KEY_LENGTHS + entry, length);
  const head = KEY_HEADS + keyPlace(INPUT, length);
  store<u8>(KEY_NEXT + entry, load<u8>(head));
  store<u8>(head, entry);
}

function keyPlace(at: i32, length: i32): i32 {
  return (load<u8>(at) + load<u8>(at + length - 1) * 5 + length * 11) & 63;
}

/** Slot of the key of `length` bytes, or -1. */
function findSlot(at: i32, length: i32): i32 {
  if (length === 0 || length > LONGEST_KEY) return -1;
  const mask = (1 << length) - 1;
  const low = v128.load(at);
  const high = v128.load(at + 16);
  for (let entry: i32 = load<u8>(KEY_HEADS + keyPlace(at, length)); entry !== 0; entry = load<u8>(KEY_NEXT + entry)) {
    if (load<u8>(KEY_LENGTHS + entry) !== length) continue;
    const text = KEY_TEXTS + (entry << 5);
    const same = i8x16.bitmask(i8x16.eq(low, v128.load(text))) | (i8x16.bitmask(i8x16.eq(high, v128.load(text + 16))) << 16);
    if ((same & mask) === mask) return entry - 1;
  }
  return -1;
}

/**
 * Scans the object that starts at `from`, noting where the values of known keys lie, each place raised by `shift`. Gives the
 * address after it, or a negative code.
 */
export function scanObject(from: i32, end: i32, shift: i32): i32 {
  for (let at = STARTS; at < ENDS; at += 16) v128.store(at, i32x4.splat(-1));
  let i = skipSpace(from + 1, end);
  if (i < end && load<u8>(i) === 0x7d) return i + 1;
  while (true) {
    if (i >= end) return INCOMPLETE;
    if (load<u8>(i) !== 0x22) return INVALID;
    const key = i + 1;
    sawEscape = false;
    i = skipString(key, end);
    if (i < 0) return i;
    if (sawEscape) return UNDECIDED;
    const slot = findSlot(key, i - 1 - key);
    i = skipColon(i, end);
    if (i < 0) return i;
    const start = i;
    i = load<u8>(i) === 0x22 ? skipString(i + 1, end) : skipValue(i, end);
    if (i < 0) return i;
    if (slot >= 0) {
      store<i32>(STARTS + (slot << 2), start + shift);
      store<i32>(ENDS + (slot << 2), i + shift);
    }
    i = skipSpace(i, end);
    if (i >= end) return INCOMPLETE;
    const after = load<u8>(i);
    if (after === 0x7d) return i + 1;
    if (after !== 0x2c) return INVALID;
    i = skipSpace(i + 1, end);
  }
}

/** Set by every string that holds an escape. */
let sawEscape: bool = false;

function skipSpace(i: i32, end: i32): i32 {
  while (i < end) {
    const c = load<u8>(i);
    if (c > 0x20 || (c !== 0x20 && c !== 0x0a && c !== 0x0d && c !== 0x09)) break;
    i += 1;
  }
  return i;
}

/** `i` is the address after the opening quote; gives the one after the closing quote. */
function skipString(i: i32, end: i32): i32 {
  while (true) {
    const block = v128.load(i);
    const special = i8x16.bitmask(
      v128.or(v128.or(i8x16.eq(block, i8x16.splat(0x22)), i8x16.eq(block, i8x16.splat(0x5c))), i8x16.lt_u(block, i8x16.splat(0x20))),
    );
    if (special === 0) {
      i += 16;
      if (i >= end) return INCOMPLETE;
      continue;
    }
    i += ctz(special);
    if (i >= end) return INCOMPLETE;
    const c = load<u8>(i);
    if (c === 0x22) return i + 1;
    if (c !== 0x5c) return INVALID;
    i = skipEscape(i + 1, end);
    if (i < 0) return i;
  }
}

function skipEscape(i: i32, end: i32): i32 {
  sawEscape = true;
  if (i >= end) return INCOMPLETE;
  const c = load<u8>(i);
  if (c === 0x75) {
    if (i + 4 >= end) return INCOMPLETE;
    for (let k = 1; k <= 4; k += 1) if (!isHex(load<u8>(i + k))) return INVALID;
    return i + 5;
  }
  const known = c === 0x22 || c === 0x5c || c === 0x2f || c === 0x62 || c === 0x66 || c === 0x6e || c === 0x72 || c === 0x74;
  return known ? i + 1 : INVALID;
}

function isHex(c: i32): bool {
  return (c >= 0x30 && c <= 0x39) || (c >= 0x61 && c <= 0x66) || (c >= 0x41 && c <= 0x46);
}

function isDigit(c: i32): bool {
  return c >= 0x30 && c <= 0x39;
}

/** From the end of a key to the first byte of its value. */
function skipColon(i: i32, end: i32): i32 {
  i = skipSpace(i, end);
  if (i >= end) return INCOMPLETE;
  if (load<u8>(i) !== 0x3a) return INVALID;
  i = skipSpace(i + 1, end);
  return i >= end ? INCOMPLETE : i;
}

/** From a key's opening quote to the first byte of its value. */
function skipKey(i: i32, end: i32): i32 {
  if (load<u8>(i) !== 0x22) return INVALID;
  i = skipString(i + 1, end);
  return i < 0 ? i : skipColon(i, end);
}

function skipDigits(i: i32, end: i32): i32 {
  while (i < end && isDigit(load<u8>(i))) i += 1;
  return i;
}

function skipNumber(i: i32, end: i32): i32 {
  if (load<u8>(i) === 0x2d) {
    i += 1;
    if (i >= end) return INCOMPLETE;
  }
  const first = load<u8>(i);
  if (!isDigit(first)) return INVALID;
  i += 1;
  if (first !== 0x30) i = skipDigits(i, end);
  if (i < end && load<u8>(i) === 0x2e) {
    i += 1;
    if (i >= end) return INCOMPLETE;
    if (!isDigit(load<u8>(i))) return INVALID;
    i = skipDigits(i, end);
  }
  if (i < end && (load<u8>(i) | 0x20) === 0x65) {
    i += 1;
    if (i < end && (load<u8>(i) === 0x2b || load<u8>(i) === 0x2d)) i += 1;
    if (i >= end) return INCOMPLETE;
    if (!isDigit(load<u8>(i))) return INVALID;
    i = skipDigits(i, end);
  }
  return i;
}

/** `word` holds the four bytes that must stand at `i`. */
function skipWord(i: i32, end: i32, word: u32): i32 {
  if (i + 4 <= end && load<u32>(i) === word) return i + 4;
  for (let k = 0; k < 4; k += 1) {
    if (i + k >= end) return INCOMPLETE;
    if (load<u8>(i + k) !== ((word >> (k << 3)) & 0xff)) return INVALID;
  }
  return i + 4;
}

/** Gives the address after the value at `i`, or a negative code. */
function skipValue(i: i32, end: i32): i32 {
  let depth = 0;
  while (true) {
    if (i >= end) return INCOMPLETE;
    const c = load<u8>(i);
    if (c === 0x22) i = skipString(i + 1, end);
    else if (c === 0x7b || c === 0x5b) {
      if (depth >= MAX_DEPTH) return TOO_DEEP;
      // An opening and its closing bracket are two apart.
      const closer = c + 2;
      i = skipSpace(i + 1, end);
      if (i >= end) return INCOMPLETE;
      if (load<u8>(i) !== closer) {
        store<u8>(STACK + depth, closer);
        depth += 1;
        if (c === 0x7b) {
          i = skipKey(i, end);
          if (i < 0) return i;
        }
        continue;
      }
      i += 1;
    } else if (c === 0x74) i = skipWord(i, end, 0x65757274);
    else if (c === 0x66) {
      i = skipWord(i + 1, end, 0x65736c61);
    } else if (c === 0x6e) i = skipWord(i, end, 0x6c6c756e);
    else i = skipNumber(i, end);
    if (i < 0) return i;
    // A value has ended: close what it closes, or go on to the next value of what holds it.
    while (true) {
      if (depth === 0) return i;
      i = skipSpace(i, end);
      if (i >= end) return INCOMPLETE;
      const after = load<u8>(i);
      const closer = load<u8>(STACK + depth - 1);
      if (after === 0x2c) {
        i = skipSpace(i + 1, end);
        if (i >= end) return INCOMPLETE;
        if (closer === 0x7d) {
          i = skipKey(i, end);
          if (i < 0) return i;
        }
        break;
      }
      if (after !== closer) return INVALID;
      depth -= 1;
      i += 1;
    }
  }
}

/** Whether `length` bytes at two addresses are equal. */
function same(a: i32, b: i32, length: i32): bool {
  while (length >= 16) {
    if (i8x16.bitmask(i8x16.eq(v128.load(a), v128.load(b))) !== 0xffff) return false;
    a += 16;
    b += 16;
    length -= 16;
  }
  const mask = (1 << length) - 1;
  return (i8x16.bitmask(i8x16.eq(v128.load(a), v128.load(b))) & mask) === mask;
}

/** 2^64 / the golden ratio, in two halves that this language's other readers can take. */
const GOLDEN: u64 = (u64(0x9e3779b9) << 32) | 0x7f4a7c15;

function mix(hash: u64, word: u64): u64 {
  hash = (hash ^ word) * GOLDEN;
  return hash ^ (hash >> 29);
}

function hashOf(at: i32, length: i32): u32 {
  let hash = u64(length);
  const end = at + length;
  while (at + 8 <= end) {
    hash = mix(hash, load<u64>(at));
    at += 8;
  }
  if (at < end) hash = mix(hash, load<u64>(at) & ((u64(1) << (u64(end - at) << 3)) - 1));
  return u32(hash ^ (hash >> 32));
}

let texts: i32 = 0;
let textBytes: i32 = TEXT_BYTES;

/**
 * The number of the text at `from`, of 1 to 256 bytes: the same bytes have the same number, until the table is full and
 * emptied. A new text's number comes as -1 - number. UNKNOWN when there is no place for it.
 */
export function textNumber(from: i32, length: i32): i32 {
  const hash = hashOf(from, length);
  let place = hash & TEXT_MASK;
  for (let probe = 0; probe < MOST_PROBES; probe += 1) {
    const at = TEXT_PLACES + (place << 2);
    const entry = load<i32>(at);
    if (entry === 0) {
      if (texts >= MOST_TEXTS || textBytes + length > TEXT_BYTES_END) {
        forgetTexts();
        return textNumber(from, length);
      }
      texts += 1;
      store<i32>(at, texts);
      const known = TEXTS + (texts << 4);
      store<u32>(known, hash);
      store<i32>(known + 4, length);
      store<i32>(known + 8, textBytes);
      memory.copy(textBytes, from, length);
      textBytes += length;
      return -texts;
    }
    const known = TEXTS + (entry << 4);
    if (load<u32>(known) === hash && load<i32>(known + 4) === length && same(load<i32>(known + 8), from, length)) return entry - 1;
    place = (place + 1) & TEXT_MASK;
  }
  return i32.MIN_VALUE;
}

function forgetTexts(): void {
  memory.fill(TEXT_PLACES, 0, 4 * (TEXT_MASK + 1));
  texts = 0;
  textBytes = TEXT_BYTES;
  // Identities are told by the number of a text, too.
  forgetIdentities();
}

let identities: i32 = 0;
let identityBytes: i32 = IDENTITY_BYTES;

function forgetIdentities(): void {
  memory.fill(IDENTITY_PLACES, 0, 4 * (IDENTITY_MASK + 1));
  identities = 0;
  identityBytes = IDENTITY_BYTES;
}

/**
 * Bytes of a fingerprint: type, principalId and ARN stand there. Where the principalId holds a session's name that may differ, the
 * fingerprint ends before it.
 */
const FINGERPRINT: i32 = 112;
const SHORT_FINGERPRINT: i32 = 56;

function identityPlace(from: i32, length: i32, recipient: i32, fingerprint: i32): i32 {
  const hash = hashOf(from, length < fingerprint ? length : fingerprint) ^ (length * 0x9e37) ^ (recipient * 0x85eb);
  return IDENTITY_PLACES + ((hash & IDENTITY_MASK) << 2);
}

/** The number of the identity whose bytes lie at `from`, in records for the account whose text has that number, or -1. */
export function findIdentity(from: i32, length: i32, recipient: i32): i32 {
  const number = findAt(identityPlace(from, length, recipient, FINGERPRINT), from, length, recipient);
  return number >= 0 ? number : findAt(identityPlace(from, length, recipient, SHORT_FINGERPRINT), from, length, recipient);
}

function findAt(place: i32, from: i32, length: i32, recipient: i32): i32 {
  for (let entry = load<i32>(place); entry !== 0; ) {
    const known = IDENTITIES + entry * IDENTITY;
    if (load<i32>(known) === length && load<i32>(known + 8) === recipient && isAlike(known, from, length)) return entry - 1;
    entry = load<i32>(known + 12);
  }
  return -1;
}

/** Whether the bytes differ from a known identity's inside its gaps only, and hold plain text there. */
function isAlike(known: i32, from: i32, length: i32): bool {
  const bytes = load<i32>(known + 4);
  const count = load<i32>(known + 16);
  let at = 0;
  for (let gap = 0; gap < count; gap += 1) {
    const gapFrom = load<i32>(known + 20 + (gap << 3));
    const gapTo = load<i32>(known + 24 + (gap << 3));
    if (!same(bytes + at, from + at, gapFrom - at) || !isPlain(from + gapFrom, gapTo - gapFrom)) return false;
    at = gapTo;
  }
  return same(bytes + at, from + at, length - at);
}

/** Whether the characters are those of session names, access keys and times: none of them ends or escapes a string, or parts an ARN. */
function isPlain(at: i32, length: i32): bool {
  for (; length > 0; length -= 16) {
    const block = v128.load(at);
    const letters = within(v128.or(block, i8x16.splat(0x20)), 0x61, 0x7a);
    // From + to : without /, and = @ _ besides.
    const digits = v128.andnot(within(block, 0x2b, 0x3a), i8x16.eq(block, i8x16.splat(0x2f)));
    const marks = v128.or(
      v128.or(i8x16.eq(block, i8x16.splat(0x3d)), i8x16.eq(block, i8x16.splat(0x40))),
      i8x16.eq(block, i8x16.splat(0x5f)),
    );
    const plain = i8x16.bitmask(v128.or(v128.or(digits, letters), marks));
    const mask = length >= 16 ? 0xffff : (1 << length) - 1;
    if ((plain & mask) !== mask) return false;
    at += 16;
  }
  return true;
}

function within(block: v128, least: i8, most: i8): v128 {
  return i8x16.le_u(i8x16.sub(block, i8x16.splat(least)), i8x16.splat(most - least));
}

/** Remembers an identity whose `count` gaps stand at GAPS, in order; gives its number, or -1 when too many are like it. */
export function addIdentity(from: i32, length: i32, recipient: i32, count: i32): i32 {
  if (identities >= MOST_IDENTITIES || identityBytes + length > IDENTITY_BYTES_END) forgetIdentities();
  const fixed = count === 0 ? length : load<i32>(GAPS);
  const place = identityPlace(from, length, recipient, fixed < FINGERPRINT && fixed < length ? SHORT_FINGERPRINT : FINGERPRINT);
  let alike = 0;
  for (let entry = load<i32>(place); entry !== 0; entry = load<i32>(IDENTITIES + entry * IDENTITY + 12)) alike += 1;
  if (alike >= MOST_PROBES) return -1;
  identities += 1;
  const known = IDENTITIES + identities * IDENTITY;
  store<i32>(known, length);
  store<i32>(known + 4, identityBytes);
  store<i32>(known + 8, recipient);
  store<i32>(known + 12, load<i32>(place));
  store<i32>(known + 16, count);
  memory.copy(known + 20, GAPS, count << 3);
  store<i32>(place, identities);
  memory.copy(identityBytes, from, length);
  identityBytes += length;
  return identities - 1;
}

/** Writes the four words of the UUID whose 36 characters lie at `at` to WORDS; 0 when they are none. */
export function uuidWords(at: i32): i32 {
  const first = v128.load(at);
  const middle = v128.load(at + 16);
  const last = v128.load(at + 20);
  const dashes = i8x16.bitmask(i8x16.eq(first, i8x16.splat(0x2d)));
  if ((dashes & 0x2100) !== 0x2100 || load<u8>(at + 18) !== 0x2d || load<u8>(at + 23) !== 0x2d) return 0;
  // The digits are characters 0-7, 9-12, 14-17 and 19-22, 24-35.
  const left = hexBytes(i8x16.shuffle(first, middle, 0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 14, 15, 16, 17));
  const right = hexBytes(i8x16.shuffle(middle, last, 3, 4, 5, 6, 8, 9, 10, 11, 12, 13, 14, 15, 28, 29, 30, 31));
  if (!allHex) {
    allHex = true;
    return 0;
  }
  const bytes = i8x16.narrow_i16x8_u(left, right);
  v128.store(WORDS, i8x16.shuffle(bytes, bytes, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12));
  return 1;
}

/** Cleared when {@link hexBytes} meets something else than hexadecimal digits. */
let allHex: bool = true;

/** The eight bytes that sixteen hexadecimal digits stand for, each in 16 bits. */
function hexBytes(text: v128): v128 {
  const decimal = i8x16.sub(text, i8x16.splat(0x30));
  const letter = i8x16.sub(v128.or(text, i8x16.splat(0x20)), i8x16.splat(0x61));
  const isDecimal = i8x16.le_u(decimal, i8x16.splat(9));
  const isLetter = i8x16.le_u(letter, i8x16.splat(5));
  if (i8x16.bitmask(v128.or(isDecimal, isLetter)) !== 0xffff) allHex = false;
  const values = v128.bitselect(decimal, i8x16.add(letter, i8x16.splat(10)), isDecimal);
  const high = i16x8.shl(values, 4);
  const low = i16x8.shr_u(values, 8);
  return v128.and(v128.or(high, low), i16x8.splat(0xff));
}

/**
 * Writes the text at `from` to QUOTED as JSON.stringify writes it between its quotes, and gives its length there; -1 when it is too long or
 * holds anything else than printable ASCII.
 */
export function quote(from: i32, length: i32): i32 {
  if (length > MOST_QUOTED) return -1;
  const end = from + length;
  let out = QUOTED;
  while (from < end) {
    const block = v128.load(from);
    let step = end - from;
    if (step > 16) step = 16;
    const mask = (1 << step) - 1;
    // Read as signed numbers, the bytes of other characters are negative.
    if ((i8x16.bitmask(i8x16.lt_s(block, i8x16.splat(0x20))) & mask) !== 0) return -1;
    const special = i8x16.bitmask(v128.or(i8x16.eq(block, i8x16.splat(0x22)), i8x16.eq(block, i8x16.splat(0x5c)))) & mask;
    v128.store(out, block);
    if (special === 0) {
      from += step;
      out += step;
    } else {
      const before = ctz(special);
      store<u8>(out + before, 0x5c);
      store<u8>(out + before + 1, load<u8>(from + before));
      from += before + 1;
      out += before + 2;
    }
  }
  return out - QUOTED;
}

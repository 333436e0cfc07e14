/**
 * A validating JSON scanner over UTF-8 bytes: it accepts exactly what JSON.parse accepts (up to {@link MAX_DEPTH})
 * and tells where a value ends, without building it. This is what lets a record cost a fraction of a full parse.
 */

/** The bytes ran out inside a value: more may follow. */
export const INCOMPLETE = -1;
/** The bytes are not JSON. */
export const INVALID = -2;
/** The value nests deeper than {@link MAX_DEPTH}. */
export const TOO_DEEP = -3;

/** Nesting beyond this is refused: CloudTrail's own records stay below 20. */
export const MAX_DEPTH = 256;

const IN_OBJECT = 1;
const IN_ARRAY = 0;
const stack = new Uint8Array(MAX_DEPTH + 1);

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Index of the first byte at or after `i` that is not JSON white space. */
export function skipSpace(bytes: Uint8Array, i: number, end: number): number {
  // Trails are written without white space: the common case must be cheap enough to inline.
  return i < end && (bytes[i] as number) <= 0x20 ? skipSpaces(bytes, i, end) : i;
}

function skipSpaces(bytes: Uint8Array, i: number, end: number): number {
  while (i < end) {
    const c = bytes[i] as number;
    if (c !== 0x20 && c !== 0x0a && c !== 0x0d && c !== 0x09) break;
    i += 1;
  }
  return i;
}

/** 0 for the bytes that a string holds as they are; 1 for its end, for escapes and for what it may not hold. */
const SPECIAL = new Uint8Array(256).fill(1, 0, 0x20);
SPECIAL[QUOTE] = 1;
SPECIAL[BACKSLASH] = 1;

/** `i` is the index after the opening quote; gives the index after the closing one. */
export function skipString(bytes: Uint8Array, i: number, end: number): number {
  for (;;) {
    if (i >= end) return INCOMPLETE;
    let c = bytes[i] as number;
    // Most of a trail is plain text inside strings: this loop is where the time goes. It may run past `end`, never past the bytes.
    while (SPECIAL[c] === 0) {
      i += 1;
      c = bytes[i] as number;
    }
    if (i >= end) return INCOMPLETE;
    if (c === QUOTE) return i + 1;
    if (c !== BACKSLASH) return INVALID;
    i += 1;
    if (i >= end) return INCOMPLETE;
    const escaped = bytes[i] as number;
    if (escaped === 0x75) {
      if (i + 4 >= end) return INCOMPLETE;
      for (let k = 1; k <= 4; k += 1) if (!isHex(bytes[i + k] as number)) return INVALID;
      i += 5;
    } else if (isEscape(escaped)) i += 1;
    else return INVALID;
  }
}

function isHex(c: number): boolean {
  return (c >= 0x30 && c <= 0x39) || (c >= 0x61 && c <= 0x66) || (c >= 0x41 && c <= 0x46);
}

function isEscape(c: number): boolean {
  return c === QUOTE || c === BACKSLASH || c === 0x2f || c === 0x62 || c === 0x66 || c === 0x6e || c === 0x72 || c === 0x74;
}

function isDigit(c: number): boolean {
  return c >= 0x30 && c <= 0x39;
}

/** A number that touches `end` counts as complete: the caller knows whether more can follow. */
function skipNumber(bytes: Uint8Array, i: number, end: number): number {
  if (bytes[i] === 0x2d) {
    i += 1;
    if (i >= end) return INCOMPLETE;
  }
  const first = bytes[i] as number;
  if (!isDigit(first)) return INVALID;
  i += 1;
  if (first !== 0x30) while (i < end && isDigit(bytes[i] as number)) i += 1;
  if (i < end && bytes[i] === 0x2e) {
    i += 1;
    if (i >= end) return INCOMPLETE;
    if (!isDigit(bytes[i] as number)) return INVALID;
    while (i < end && isDigit(bytes[i] as number)) i += 1;
  }
  if (i < end && ((bytes[i] as number) | 0x20) === 0x65) {
    i += 1;
    if (i < end && (bytes[i] === 0x2b || bytes[i] === 0x2d)) i += 1;
    if (i >= end) return INCOMPLETE;
    if (!isDigit(bytes[i] as number)) return INVALID;
    while (i < end && isDigit(bytes[i] as number)) i += 1;
  }
  return i;
}

const TRUE = [0x74, 0x72, 0x75, 0x65];
const FALSE = [0x66, 0x61, 0x6c, 0x73, 0x65];
const NULL = [0x6e, 0x75, 0x6c, 0x6c];

function skipWord(bytes: Uint8Array, i: number, end: number, word: readonly number[]): number {
  for (let k = 0; k < word.length; k += 1) {
    if (i + k >= end) return INCOMPLETE;
    if (bytes[i + k] !== word[k]) return INVALID;
  }
  return i + word.length;
}

/**
 * Gives the index after the JSON value that starts at `i` (which must not be white space), or one of
 * {@link INCOMPLETE}, {@link INVALID}, {@link TOO_DEEP}. Iterative: hostile nesting costs no call stack.
 */
export function skipValue(bytes: Uint8Array, i: number, end: number): number {
  let depth = 0;
  for (;;) {
    if (i >= end) return INCOMPLETE;
    const c = bytes[i] as number;
    let opened = false;
    if (c === QUOTE) i = skipString(bytes, i + 1, end);
    else if (c === 0x7b || c === 0x5b) {
      if (depth >= MAX_DEPTH) return TOO_DEEP;
      const closer = c === 0x7b ? 0x7d : 0x5d;
      stack[depth] = c === 0x7b ? IN_OBJECT : IN_ARRAY;
      depth += 1;
      i = skipSpace(bytes, i + 1, end);
      if (i >= end) return INCOMPLETE;
      if (bytes[i] === closer) {
        depth -= 1;
        i += 1;
      } else {
        opened = true;
        if (closer === 0x7d) {
          i = skipKey(bytes, i, end);
          if (i < 0) return i;
        }
      }
    } else if (c === 0x74) i = skipWord(bytes, i, end, TRUE);
    else if (c === 0x66) i = skipWord(bytes, i, end, FALSE);
    else if (c === 0x6e) i = skipWord(bytes, i, end, NULL);
    else i = skipNumber(bytes, i, end);
    if (i < 0) return i;
    if (opened) continue;
    // A value has ended: close what it closes, or go on to the next value of what holds it.
    for (;;) {
      if (depth === 0) return i;
      i = skipSpace(bytes, i, end);
      if (i >= end) return INCOMPLETE;
      const after = bytes[i] as number;
      const inObject = stack[depth - 1] === IN_OBJECT;
      if (after === 0x2c) {
        i = skipSpace(bytes, i + 1, end);
        if (i >= end) return INCOMPLETE;
        if (inObject) {
          i = skipKey(bytes, i, end);
          if (i < 0) return i;
        }
        break;
      }
      if (after !== (inObject ? 0x7d : 0x5d)) return INVALID;
      depth -= 1;
      i += 1;
    }
  }
}

/** From a key's opening quote to the first byte of its value. */
function skipKey(bytes: Uint8Array, i: number, end: number): number {
  if (bytes[i] !== QUOTE) return INVALID;
  i = skipString(bytes, i + 1, end);
  if (i < 0) return i;
  i = skipSpace(bytes, i, end);
  if (i >= end) return INCOMPLETE;
  if (bytes[i] !== 0x3a) return INVALID;
  i = skipSpace(bytes, i + 1, end);
  return i >= end ? INCOMPLETE : i;
}

import { INCOMPLETE, INVALID, skipSpace, skipString, skipValue } from './json-scan.ts';
import { type Bytes, decode } from './text.ts';
import { CHEAP_KEYS } from './view.ts';

/** Keys besides {@link CHEAP_KEYS} whose place is noted: they tell what shape an object has, or rules often ask for them. */
const NOTED_KEYS = [
  'detail',
  'CloudTrailEvent',
  'message',
  '@message',
  '@timestamp',
  'digestStartTime',
  'insightDetails',
  'eventId',
  'accountId',
  'timeWindow',
  'requestParameters',
  'responseElements',
  'additionalEventData',
  'serviceEventDetails',
  'resources',
  'tlsDetails',
] as const;

/** The top-level keys whose values are found by the scan; a key's slot is its index. */
export const KEYS: readonly string[] = [...CHEAP_KEYS, ...NOTED_KEYS];
export const SLOT: ReadonlyMap<string, number> = new Map(KEYS.map((key, slot) => [key, slot]));

export function slotOf(key: string): number {
  const slot = SLOT.get(key);
  if (slot === undefined) throw new RangeError(`no slot for key "${key}"`);
  return slot;
}

/** Where the values of the known keys lie: [starts, ends) by slot, a start of -1 for an absent key. */
export interface Places {
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}

export function noPlaces(): Places {
  return { starts: new Int32Array(KEYS.length).fill(-1), ends: new Int32Array(KEYS.length) };
}

/**
 * Notes where the values of the object that starts at bytes[from] (a `{`) lie. Gives the index after it, or a negative code of
 * json-scan. As with JSON.parse, the last of duplicate keys wins. The reference of native.ts, and what takes its place where it cannot work.
 */
export function scanObject(bytes: Bytes, from: number, end: number, { starts, ends }: Places): number {
  starts.fill(-1);
  let i = skipSpace(bytes, from + 1, end);
  if (i < end && bytes[i] === 0x7d) return i + 1;
  for (;;) {
    if (i >= end) return INCOMPLETE;
    if (bytes[i] !== 0x22) return INVALID;
    const keyFrom = i + 1;
    i = skipString(bytes, keyFrom, end);
    if (i < 0) return i;
    const slot = findSlot(bytes, keyFrom, i - 1);
    i = skipSpace(bytes, i, end);
    if (i >= end) return INCOMPLETE;
    if (bytes[i] !== 0x3a) return INVALID;
    i = skipSpace(bytes, i + 1, end);
    const valueFrom = i;
    i = skipValue(bytes, i, end);
    if (i < 0) return i;
    if (slot >= 0) {
      starts[slot] = valueFrom;
      ends[slot] = i;
    }
    i = skipSpace(bytes, i, end);
    if (i >= end) return INCOMPLETE;
    const after = bytes[i];
    if (after === 0x7d) return i + 1;
    if (after !== 0x2c) return INVALID;
    i = skipSpace(bytes, i + 1, end);
  }
}

const LONGEST_KEY = Math.max(...KEYS.map((key) => key.length));

/** Slot of the key whose bytes are [from, to), or -1. A key may be written with escapes. */
export function findSlot(bytes: Bytes, from: number, to: number): number {
  // Six bytes write one character at most.
  return to - from > LONGEST_KEY * 6 ? -1 : (SLOT.get(decode(bytes, from, to)) ?? -1);
}

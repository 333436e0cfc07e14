import type { RecordView } from '../records/view.ts';
import { fold, scalarText } from './casing.ts';
import { isCheap, pathWalk, RECORD_KEYS, SCALAR_FIELDS, scalarReader, tellsLittle } from './fields.ts';
import type { FieldTest, Leaf, TextTest, ValueTest } from './model.ts';
import { type CompiledText, compileText } from './texts.ts';

export type ViewTest = (view: RecordView) => boolean;

/** Compiles one test into a closure that never throws, whatever the record holds. */
export function compileLeaf(leaf: Leaf): ViewTest {
  if (leaf.op === 'keyword') {
    const { fits } = compileText(leaf.test);
    return (view) => RECORD_KEYS.some((key) => someString(view.top(key), fits));
  }
  const { field, test } = leaf;
  switch (test.kind) {
    case 'null': {
      const walk = pathWalk(field);
      return (view) => !walk(view, isValue);
    }
    case 'exists': {
      const walk = pathWalk(field);
      return test.value ? (view) => walk(view, anything) : (view) => !walk(view, anything);
    }
    case 'fieldref': {
      const read = referringText(field, test);
      return (view) => read(view) !== undefined;
    }
    default:
      return valueTest(field, test);
  }
}

function isValue(value: unknown): boolean {
  return value !== null;
}

function anything(): boolean {
  return true;
}

function valueTest(field: string, test: TextTest): ViewTest {
  const text = compileText(test);
  if (SCALAR_FIELDS.has(field)) {
    const read = scalarReader(field);
    const fits = test.kind === 'in' ? text.fits : remember(text.fits);
    return (view) => {
      const value = read(view);
      return typeof value === 'string' ? fits(value) : value !== undefined && value !== null && fits(String(value));
    };
  }
  const walk = pathWalk(field);
  const visit = (value: unknown): boolean => fitsValue(value, text);
  return (view) => walk(view, visit);
}

const MOST_TEXTS = 1024;
const LONGEST_TEXT = 256;

/**
 * Remembers the answers of a costly test: a trail repeats its principals, addresses and user agents. The texts are the
 * attacker's, so long ones are not kept and a full memory is emptied.
 */
function remember(fits: (text: string) => boolean): (text: string) => boolean {
  const answers = new Map<string, boolean>();
  return (text) => {
    const known = answers.get(text);
    if (known !== undefined) return known;
    const answer = fits(text);
    if (text.length <= LONGEST_TEXT) {
      if (answers.size >= MOST_TEXTS) answers.clear();
      answers.set(text, answer);
    }
    return answer;
  };
}

/**
 * Tests the value at the end of a path. A list passes when an element does, in lists within lists too; patterns also see the
 * JSON text of the value as a whole and of each object in a list. Null never passes.
 */
export function fitsValue(value: unknown, text: CompiledText): boolean {
  if (typeof value !== 'object') return fitsScalar(value, text);
  if (value === null) return false;
  if (text.readsJson) {
    const json = JSON.stringify(value);
    if (text.fits(json)) return true;
    // Without an escape in it, the JSON text holds every string inside as it is.
    if (text.within !== undefined && json.includes('\\') && someString(value, text.within)) return true;
  }
  return Array.isArray(value) && fitsElement(value, text);
}

function fitsScalar(value: unknown, text: CompiledText): boolean {
  const seen = scalarText(value);
  return seen !== undefined && text.fits(seen);
}

function fitsElement(list: readonly unknown[], text: CompiledText): boolean {
  return list.some((element) => {
    if (Array.isArray(element)) return fitsElement(element, text);
    if (typeof element !== 'object') return fitsScalar(element, text);
    return element !== null && text.readsJson && text.fits(JSON.stringify(element));
  });
}

/** True when a string anywhere in a JSON value passes; keys are not looked at. */
export function someString(value: unknown, fits: (text: string) => boolean): boolean {
  if (typeof value === 'string') return fits(value);
  if (typeof value !== 'object' || value === null) return false;
  const parts: readonly unknown[] = Array.isArray(value) ? value : Object.values(value);
  return parts.some((part) => someString(part, fits));
}

const PARTS = {
  contains: (text: string, other: string) => text.includes(other),
  startswith: (text: string, other: string) => text.startsWith(other),
  endswith: (text: string, other: string) => text.endsWith(other),
} as const;

/** Of a list at the other path no more are looked for within a text: both lists may be the attacker's. */
const MOST_PARTS = 16;

/**
 * Reads the text of a field that equals a text of another field, or holds one that is not empty as its part; undefined when none
 * does, as when either path leads to nothing.
 */
export function referringText(field: string, test: Extract<ValueTest, { kind: 'fieldref' }>): (view: RecordView) => string | undefined {
  const walk = pathWalk(field);
  const walkOther = pathWalk(test.field);
  const comparable = test.cased === true ? (text: string): string => text : fold;
  const { part } = test;
  return (view) => {
    const others = new Set<string>();
    walkOther(view, (value) => eachText(value, (text) => others.add(comparable(text)) === undefined));
    const parts = part === undefined ? [] : [...others].filter((other) => other !== '').slice(0, MOST_PARTS);
    if (others.size === 0) return undefined;
    let seen: string | undefined;
    const fits = (text: string): boolean => {
      const own = comparable(text);
      const fit = part === undefined ? others.has(own) : parts.some((other) => PARTS[part](own, other));
      if (fit) seen = text;
      return fit;
    };
    walk(view, (value) => fitsValue(value, { fits, readsJson: part !== undefined, ...(part === 'contains' && { within: fits }) }));
    return seen;
  };
}

/** Shows `visit` the text of a scalar, or of each scalar in a list, until it answers true; tells whether it did. */
function eachText(value: unknown, visit: (text: string) => boolean): boolean {
  if (Array.isArray(value)) return value.some((element) => eachText(element, visit));
  const text = scalarText(value);
  return text !== undefined && visit(text);
}

/** What a test costs, in rough tens of nanoseconds; above {@link WHOLE_RECORD} it makes the view parse the whole record. */
export const WHOLE_RECORD = 1000;

/** The cost of a test, by which `and` and `or` order their parts. */
export function leafCost(leaf: Leaf): number {
  if (leaf.op === 'keyword') return 2 * WHOLE_RECORD;
  return testCost(leaf.test) + placeCost(leaf.field) + (leaf.test.kind === 'fieldref' ? placeCost(leaf.test.field) : 0);
}

function placeCost(field: string): number {
  if (!isCheap(field)) return WHOLE_RECORD;
  if (field === 'eventSource' || field === 'eventName') return 0;
  return (field.includes('.') ? 4 : 2) + (tellsLittle(field) ? 10 : 0);
}

function testCost(test: FieldTest['test']): number {
  switch (test.kind) {
    case 'in':
    case 'null':
    case 'exists':
      return 1;
    case 're':
      return 20;
    case 'cidr':
      return 40;
    default:
      return 8;
  }
}

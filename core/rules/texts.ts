import ipaddr from 'ipaddr.js';
import { RE2JS } from 're2js';
import { fold } from './casing.ts';
import type { TextTest } from './model.ts';
import { isOpen, parsePattern, patternTest } from './pattern.ts';

/** A compiled {@link TextTest}. */
export interface CompiledText {
  /** The test of one text. */
  readonly fits: (text: string) => boolean;
  /** True for patterns and regular expressions: they see an object or a list as its JSON text, where equality never holds. */
  readonly readsJson: boolean;
  /**
   * The part of the test that fits a text when it fits some part of it (`contains`). In an object's JSON text the quotes
   * of a string are escaped, a policy document's for one, so these look into every string inside as well.
   */
  readonly within?: (text: string) => boolean;
}

/** Compiles a test of one text. Throws for a pattern that RE2 cannot take and for what is no CIDR range; the loader refuses both. */
export function compileText(test: TextTest): CompiledText {
  let compiled = COMPILED.get(test);
  if (compiled === undefined) {
    compiled = compile(test);
    COMPILED.set(test, compiled);
  }
  return compiled;
}

/** A test is compiled once for matching, evidence and proofs alike; a regular expression takes its time. */
const COMPILED = new WeakMap<TextTest, CompiledText>();

function compile(test: TextTest): CompiledText {
  switch (test.kind) {
    case 'in':
      return { fits: equalTest(test.values, test.cased === true), readsJson: false };
    case 'like':
      return likeTest(test.patterns, test.cased === true);
    case 're':
      return { fits: anyOf(test.patterns.map((pattern) => regexTest(pattern, test.flags))), readsJson: true };
    case 'cidr':
      return { fits: anyOf(test.ranges.map(rangeTest)), readsJson: false };
    default:
      return { fits: numberTest(test.kind, test.value), readsJson: false };
  }
}

function anyOf(tests: readonly ((text: string) => boolean)[]): (text: string) => boolean {
  const [first, second] = tests;
  if (first !== undefined && second === undefined) return first;
  return (text) => {
    for (const test of tests) if (test(text)) return true;
    return false;
  };
}

/** Lengths are compared first: folding keeps them, and most texts differ there already. */
function equalTest(values: readonly string[], cased: boolean): (text: string) => boolean {
  const wanted = new Set(cased ? values : values.map(fold));
  const [only] = wanted;
  if (only !== undefined && wanted.size === 1) {
    const { length } = only;
    if (cased) return (text) => text === only;
    return (text) => text.length === length && (text === only || fold(text) === only);
  }
  const longest = Math.max(0, ...[...wanted].map((value) => value.length));
  const lengths = new Uint8Array(longest + 1);
  for (const value of wanted) lengths[value.length] = 1;
  if (cased) return (text) => lengths[text.length] === 1 && wanted.has(text);
  return (text) => lengths[text.length] === 1 && (wanted.has(text) || wanted.has(fold(text)));
}

function likeTest(patterns: readonly string[], cased: boolean): CompiledText {
  const parsed = patterns.map((pattern) => parsePattern(cased ? pattern : fold(pattern)));
  const fitsAny = (some: typeof parsed): ((text: string) => boolean) => {
    const fits = anyOf(some.map(patternTest));
    return cased ? fits : (text) => fits(fold(text));
  };
  const open = parsed.filter(isOpen);
  return { fits: fitsAny(parsed), readsJson: true, ...(open.length > 0 && { within: fitsAny(open) }) };
}

const FLAGS = { i: RE2JS.CASE_INSENSITIVE, m: RE2JS.MULTILINE, s: RE2JS.DOTALL } as const;

/** Compiles an RE2 pattern, found anywhere in the text. Throws RE2JS's error when RE2 cannot take it. */
export function regexTest(pattern: string, flags: string): (text: string) => boolean {
  const regex = RE2JS.compile(
    pattern,
    [...flags].reduce((bits, flag) => bits | FLAGS[flag as keyof typeof FLAGS], 0),
  );
  return (text) => regex.test(text);
}

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** Compiles a CIDR range; a lone address is a range of one. Throws when it is neither. */
export function rangeTest(range: string): (text: string) => boolean {
  const [network, bits] = parseRange(range);
  const kind = network.kind();
  return (text) => {
    const address = parseAddress(text);
    return address !== undefined && address.kind() === kind && address.match(network, bits);
  };
}

function parseRange(range: string): [Address, number] {
  const [start = '', prefix, ...rest] = range.split('/');
  const address = parseAddress(start);
  const size = start.includes(':') ? 128 : 32;
  const bits = prefix === undefined ? size : /^\d{1,3}$/.test(prefix) ? Number(prefix) : Number.NaN;
  // A mapped range, ::ffff:192.0.2.0/120, was read as the IPv4 range that it stands for.
  const own = size === 128 && address?.kind() === 'ipv4' ? bits - 96 : bits;
  if (address === undefined || rest.length > 0 || !(bits <= size && own >= 0)) throw new RangeError(`"${range}" is no CIDR range.`);
  return [address, own];
}

/** ipaddr.js takes its time to say no, so what does not look like an address is not shown to it. */
const LOOKS_LIKE_V4 = /^\d{1,3}(?:\.\d{1,3}){3}$/;
const LOOKS_LIKE_V6 = /^[\da-f:.]{2,45}(?:%\w{1,16})?$/i;

/** An address as logs write it: four decimal parts, or IPv6; an IPv4 address mapped into IPv6 is read as IPv4. */
function parseAddress(text: string): Address | undefined {
  if (LOOKS_LIKE_V4.test(text)) return ipaddr.IPv4.isValidFourPartDecimal(text) ? ipaddr.IPv4.parse(text) : undefined;
  return LOOKS_LIKE_V6.test(text) && ipaddr.IPv6.isValid(text) ? ipaddr.process(text) : undefined;
}

const NUMBER = /^[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i;

/** The number that a text writes in decimal; undefined when it writes none. */
export function numberIn(text: string): number | undefined {
  return NUMBER.test(text) ? Number(text) : undefined;
}

function numberTest(kind: 'lt' | 'lte' | 'gt' | 'gte', bound: number): (text: string) => boolean {
  const holds = {
    lt: (value: number) => value < bound,
    lte: (value: number) => value <= bound,
    gt: (value: number) => value > bound,
    gte: (value: number) => value >= bound,
  }[kind];
  return (text) => {
    const value = numberIn(text);
    return value !== undefined && holds(value);
  };
}

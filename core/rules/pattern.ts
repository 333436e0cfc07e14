/** Any run of characters, also none: Sigma's `*`. */
export const MANY = 0;
/** Exactly one character (UTF-16 code unit): Sigma's `?`. */
export const ONE = 1;

/** A parsed Sigma pattern: plain text between wildcards; two texts or two MANY never stand side by side. */
export type Pattern = readonly (string | typeof MANY | typeof ONE)[];

/**
 * Reads a value as Sigma writes it: `*` and `?` are wildcards, `\*`, `\?` and `\\` the plain characters, and a
 * backslash before anything else is itself (Sigma specification 2, "Escaping").
 */
export function parsePattern(value: string): Pattern {
  const tokens: (string | typeof MANY | typeof ONE)[] = [];
  for (let at = 0; at < value.length; at++) {
    const char = value[at] as string;
    const next = value[at + 1];
    if (char === '\\' && (next === '*' || next === '?' || next === '\\')) {
      tokens.push(next);
      at++;
    } else {
      tokens.push(char === '*' ? MANY : char === '?' ? ONE : char);
    }
  }
  return joinTokens(tokens);
}

/** Joins neighbouring texts and neighbouring MANY. */
export function joinTokens(tokens: Pattern): Pattern {
  const joined: (string | typeof MANY | typeof ONE)[] = [];
  for (const token of tokens) {
    const last = joined.at(-1);
    if (typeof token === 'string' && typeof last === 'string') joined[joined.length - 1] = last + token;
    else if (token !== '' && !(token === MANY && last === MANY)) joined.push(token);
  }
  return joined;
}

/** Writes a pattern so that {@link parsePattern} reads the same one. */
export function formatPattern(pattern: Pattern): string {
  return pattern.map((token) => (token === MANY ? '*' : token === ONE ? '?' : token.replace(/[\\*?]/g, '\\$&'))).join('');
}

/** The text that a pattern without wildcards stands for; undefined when it has some. */
export function plainText(pattern: Pattern): string | undefined {
  if (pattern.length === 0) return '';
  const [only] = pattern;
  return pattern.length === 1 && typeof only === 'string' ? only : undefined;
}

/** True when the pattern begins and ends with MANY: it then fits a text exactly when it fits some part of it. */
export function isOpen(pattern: Pattern): boolean {
  return pattern[0] === MANY && pattern.at(-1) === MANY;
}

/**
 * Compiles a pattern. The texts between two `*` are taken at their leftmost place, which is always right as each has
 * a fixed length; nothing is ever tried twice, so the time is linear in the text whatever the number of `*`.
 */
export function patternTest(pattern: Pattern): (text: string) => boolean {
  const plain = plainText(pattern);
  if (plain !== undefined) return (text) => text === plain;
  const [first, second, third] = pattern;
  if (first === MANY && pattern.length === 1) return () => true;
  if (first === MANY && typeof second === 'string') {
    if (pattern.length === 2) return (text) => text.endsWith(second);
    if (pattern.length === 3 && third === MANY) return (text) => text.includes(second);
  }
  if (typeof first === 'string' && second === MANY && pattern.length === 2) return (text) => text.startsWith(first);
  return segmentedTest(pattern);
}

function segmentedTest(pattern: Pattern): (text: string) => boolean {
  const segments = segmentsOf(pattern);
  const head = segments[0] as Segment;
  if (segments.length === 1) return (text) => text.length === head.length && fitsAt(head, text, 0);
  const tail = segments.at(-1) as Segment;
  const middle = segments.slice(1, -1);
  return (text) => {
    const end = text.length - tail.length;
    if (!fitsAt(head, text, 0) || !fitsAt(tail, text, end)) return false;
    let from = head.length;
    for (const segment of middle) {
      const at = findFrom(segment, text, from);
      if (at < 0) return false;
      from = at + segment.length;
    }
    return from <= end;
  };
}

/** What stands between two MANY: texts at fixed offsets, and room for the ONEs. */
interface Segment {
  readonly length: number;
  readonly texts: readonly { readonly offset: number; readonly text: string }[];
}

function segmentsOf(pattern: Pattern): Segment[] {
  const segments: Segment[] = [];
  let length = 0;
  let texts: { offset: number; text: string }[] = [];
  for (const token of [...pattern, MANY] as Pattern) {
    if (token === MANY) {
      segments.push({ length, texts });
      length = 0;
      texts = [];
    } else if (token === ONE) {
      length++;
    } else {
      texts.push({ offset: length, text: token });
      length += token.length;
    }
  }
  return segments;
}

function fitsAt(segment: Segment, text: string, at: number): boolean {
  return segment.texts.every((part) => text.startsWith(part.text, at + part.offset));
}

function findFrom(segment: Segment, text: string, from: number): number {
  const [anchor] = segment.texts;
  const last = text.length - segment.length;
  if (anchor === undefined) return from <= last ? from : -1;
  for (let at = from; at <= last; at++) {
    at = text.indexOf(anchor.text, at + anchor.offset) - anchor.offset;
    if (at < from || at > last) return -1;
    if (fitsAt(segment, text, at)) return at;
  }
  return -1;
}

/** Above this many comparisons {@link covers} gives up and answers false, which claims nothing. */
const COVER_STEPS = 1_000_000;

/**
 * True when every text that fits `narrow` is proved to fit `wide` too: `wide` then fits `narrow` itself, read as a
 * text whose wildcards only a wildcard of `wide` may take. False means "not proved".
 */
export function covers(wide: Pattern, narrow: Pattern): boolean {
  const outer = symbols(wide);
  const inner = symbols(narrow);
  if (outer.length * inner.length > COVER_STEPS) return false;
  // row[j]: the symbols of `wide` read so far cover the first j symbols of `narrow`.
  let row = [true, ...inner.map(() => false)];
  for (const symbol of outer) {
    const next: boolean[] = [symbol === MANY && (row[0] as boolean)];
    for (let j = 0; j < inner.length; j++) {
      const other = inner[j];
      if (symbol === MANY) next.push((row[j + 1] as boolean) || (next[j] as boolean));
      else next.push((row[j] as boolean) && (symbol === ONE ? other !== MANY : symbol === other));
    }
    row = next;
  }
  return row.at(-1) as boolean;
}

function symbols(pattern: Pattern): Pattern {
  return pattern.flatMap((token): Pattern => (typeof token === 'string' ? token.split('') : [token]));
}

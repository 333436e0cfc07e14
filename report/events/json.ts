export type TokenKind = 'key' | 'string' | 'number' | 'word' | 'punctuation' | 'space';

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
}

const INDENT = '  ';
/** Deeper levels stay at this indent: nesting costs one byte of a record, and must not cost a kilobyte of spaces a line. */
const DEEPEST_INDENT = 24;
const TOKEN = /"(?:[^"\\]|\\.)*(?:"|\\?$)|[{}[\],:]|[^\s{}[\],:"]+/gs;

/**
 * Lays JSON text out in lines, token by token, without parsing it: repeated keys, long numbers and escapes stay as they were
 * delivered, and a text that was cut or is not JSON at all is still shown whole. Only white space outside strings changes.
 */
export function layOutJson(text: string): Token[] {
  const words = text.match(TOKEN) ?? [];
  const tokens: Token[] = [];
  let depth = 0;
  const newline = (): void => {
    tokens.push({ kind: 'space', text: `\n${INDENT.repeat(Math.min(depth, DEEPEST_INDENT))}` });
  };
  words.forEach((word, at) => {
    const previous = words[at - 1];
    const next = words[at + 1];
    if (word === '}' || word === ']') {
      depth = Math.max(0, depth - 1);
      if (previous !== '{' && previous !== '[') newline();
    }
    tokens.push({ kind: kindOf(word, next), text: word });
    if (word === '{' || word === '[') {
      depth++;
      if (next !== undefined && next !== '}' && next !== ']') newline();
    } else if (word === ',') newline();
    else if (word === ':') tokens.push({ kind: 'space', text: ' ' });
  });
  return tokens;
}

function kindOf(word: string, next: string | undefined): TokenKind {
  if (word.startsWith('"')) return next === ':' ? 'key' : 'string';
  if (/^[{}[\],:]$/.test(word)) return 'punctuation';
  return /^-?\d/.test(word) ? 'number' : 'word';
}

import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type ParsedNode, parseAllDocuments, type YAMLMap } from 'yaml';
import { Refused, shown } from './refused.ts';

/** A YAML value with the 1-based line where it stands. */
export type Located = LocatedScalar | LocatedList | LocatedMap;

export interface LocatedScalar {
  readonly kind: 'scalar';
  readonly line: number;
  readonly value: string | number | boolean | null;
  /** A number or a boolean as the file writes it: `1.10`, `012`. */
  readonly written: string;
}

export interface LocatedList {
  readonly kind: 'list';
  readonly line: number;
  readonly items: readonly Located[];
}

export interface LocatedMap {
  readonly kind: 'map';
  readonly line: number;
  readonly entries: readonly LocatedEntry[];
}

export interface LocatedEntry {
  readonly key: string;
  /** Line of the key. */
  readonly line: number;
  readonly value: Located;
}

/** One document of a file: its value, null when it is empty, or the reason why it cannot be read. */
export type YamlDocument = { readonly line: number; readonly value: Located | null } | { readonly refused: Refused };

const MOST_DEPTH = 64;
/** Aliases count as often as they are used, so that few bytes cannot stand for millions of values. */
const MOST_VALUES = 50_000;
const LONGEST_FILE = 1_000_000;

/**
 * Reads the documents of a YAML 1.2 text (core schema, so `NO` and `2024-01-01` stay text). A key that stands twice in a mapping is refused,
 * as are more than 64 levels, more than 50,000 values in a document, and more than a million characters. Never throws.
 */
export function readYaml(text: string): readonly YamlDocument[] {
  if (text.length > LONGEST_FILE) {
    return [{ refused: new Refused(1, `A rule file may hold ${LONGEST_FILE} characters; this one holds ${text.length}. Split it.`) }];
  }
  const lines = new LineCounter();
  return parseAllDocuments(text, { lineCounter: lines, prettyErrors: false }).map((document) => {
    try {
      return readDocument(document as Document.Parsed, text, lines);
    } catch (error) {
      if (error instanceof Refused) return { refused: error };
      throw error;
    }
  });
}

function readDocument(document: Document.Parsed, text: string, lines: LineCounter): YamlDocument {
  const [error] = document.errors;
  if (error !== undefined) {
    const line = lines.linePos(error.pos[0]).line;
    if (error.code !== 'DUPLICATE_KEY') throw new Refused(line, `This is not valid YAML: ${sentence(error.message)}`);
    const [, ...forms] = /^(?:"([^"\n]*)|'([^'\n]*)|([^\s:]+))/.exec(text.slice(error.pos[0], error.pos[0] + 200)) ?? [];
    const key = forms.find((form) => form !== undefined) ?? '';
    throw new Refused(line, `The key ${shown(key)} stands twice in one mapping, and only one of them could count: keep one.`);
  }
  const line = lines.linePos(document.contents?.range[0] ?? document.range[0]).line;
  if (document.contents === null || (isScalar(document.contents) && document.contents.value === null)) return { line, value: null };
  return { line, value: new Reader(lines).read(document.contents, 0) };
}

function sentence(message: string): string {
  const first = message.split('\n', 1)[0] as string;
  return /[.!?]$/.test(first) ? first : `${first}.`;
}

class Reader {
  readonly #lines: LineCounter;
  readonly #anchors = new Map<string, ParsedNode>();
  #values = 0;

  constructor(lines: LineCounter) {
    this.#lines = lines;
  }

  read(node: ParsedNode | null, depth: number, line = 1): Located {
    if (node === null) return { kind: 'scalar', line, value: null, written: '' };
    line = this.#line(node);
    if (depth > MOST_DEPTH) throw new Refused(line, `A rule may nest ${MOST_DEPTH} levels deep; this one goes deeper.`);
    if (++this.#values > MOST_VALUES) {
      throw new Refused(line, `A rule may hold ${MOST_VALUES} values, aliases counted wherever they are used; this one holds more.`);
    }
    if (isAlias(node)) {
      const target = this.#anchors.get(node.source);
      if (target === undefined) throw new Refused(line, `The alias *${node.source} names no anchor that stands before it.`);
      return this.read(target, depth + 1, line);
    }
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, node);
    if (isMap(node)) return { kind: 'map', line, entries: this.#entries(node, depth) };
    if (isSeq(node)) return { kind: 'list', line, items: node.items.map((item) => this.read(item as ParsedNode | null, depth + 1, line)) };
    return this.#scalar(node.value, node.source, line);
  }

  #entries(map: YAMLMap.Parsed, depth: number): LocatedEntry[] {
    return map.items.map(({ key, value }) => {
      const line = key === null ? this.#line(map) : this.#line(key);
      const name = this.read(key as ParsedNode | null, depth + 1, line);
      if (name.kind !== 'scalar' || name.value === null) throw new Refused(line, 'A key must be text; here stands something else.');
      return {
        key: typeof name.value === 'string' ? name.value : name.written,
        line,
        value: this.read(value as ParsedNode | null, depth + 1, line),
      };
    });
  }

  #scalar(value: unknown, source: string, line: number): LocatedScalar {
    if (typeof value === 'string' || typeof value === 'boolean' || value === null) return { kind: 'scalar', line, value, written: source };
    if (typeof value === 'number' && Number.isFinite(value)) return { kind: 'scalar', line, value, written: source };
    return { kind: 'scalar', line, value: source, written: source };
  }

  #line(node: { readonly range?: readonly [number, ...number[]] | null }): number {
    return this.#lines.linePos(node.range?.[0] ?? 0).line;
  }
}

/** A located value as plain JSON. A key `__proto__` becomes an own key like any other. */
export function plainValue(located: Located): unknown {
  if (located.kind === 'scalar') return located.value;
  if (located.kind === 'list') return located.items.map(plainValue);
  return Object.fromEntries(located.entries.map(({ key, value }) => [key, plainValue(value)]));
}

/** The value of a key of a mapping; undefined when it is not there. */
export function entryOf(map: LocatedMap, key: string): LocatedEntry | undefined {
  return map.entries.find((entry) => entry.key === key);
}

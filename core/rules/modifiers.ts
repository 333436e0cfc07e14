import { closest } from 'fastest-levenshtein';
import type { Utf16 } from './encodings.ts';
import type { FieldrefPart } from './model.ts';
import { Refused, shown } from './refused.ts';

/** How a value is compared with what the record holds. `fieldref` may take contains, startswith or endswith beside it. */
export type Comparison =
  | 'equals'
  | 'contains'
  | 'startswith'
  | 'endswith'
  | 're'
  | 'cidr'
  | 'lt'
  | 'lte'
  | 'gt'
  | 'gte'
  | 'exists'
  | 'fieldref';

/** What stands before the colon, `field|modifier|modifier`, understood and proved to make sense together. */
export interface FieldKey {
  /** Dotted path; '' for keywords. */
  readonly field: string;
  readonly comparison: Comparison;
  /** For `fieldref`: the other field's value is looked for as this part of the field's. */
  readonly part?: FieldrefPart;
  /** Of `ims`, for `re`. */
  readonly flags: string;
  /** Every value of a list must be found, where otherwise one is enough. */
  readonly all: boolean;
  readonly cased: boolean;
  readonly windash: boolean;
  readonly utf16?: Utf16;
  readonly base64?: 'base64' | 'base64offset';
}

const COMPARISONS: readonly Comparison[] = [
  'contains',
  'startswith',
  'endswith',
  're',
  'cidr',
  'lt',
  'lte',
  'gt',
  'gte',
  'exists',
  'fieldref',
];
const TEXTUAL: readonly Comparison[] = ['equals', 'contains', 'startswith', 'endswith'];
const FLAGS: ReadonlyMap<string, string> = new Map([
  ['i', 'i'],
  ['ignorecase', 'i'],
  ['m', 'm'],
  ['multiline', 'm'],
  ['s', 's'],
  ['dotall', 's'],
]);
const ENCODINGS: ReadonlyMap<string, Utf16> = new Map([
  ['wide', 'utf16le'],
  ['utf16le', 'utf16le'],
  ['utf16be', 'utf16be'],
  ['utf16', 'utf16'],
]);
const SUPPORTED = [...COMPARISONS, 'all', 'cased', 'windash', 'base64', 'base64offset', ...ENCODINGS.keys()];
const SUPPORTED_SENTENCE = `Supported are ${SUPPORTED.join(', ')}, and after re also i, m and s.`;

/** Reads `field|modifier|…`. Throws {@link Refused} at `line` for an unknown modifier and for modifiers that do not go together. */
export function parseFieldKey(key: string, line: number): FieldKey {
  const [field = '', ...names] = key.split('|');
  const refuse = (why: string): Refused => new Refused(line, `The field ${shown(key)} ${why}`);
  if (field.split('.').includes('') && field !== '') throw refuse('has an empty part in its path; write the path with single dots.');

  let comparison: Comparison = 'equals';
  let [flags, all, cased, windash] = ['', false, false, false];
  let utf16: Utf16 | undefined;
  let base64: FieldKey['base64'];
  let part: FieldrefPart | undefined;
  for (const [i, name] of names.entries()) {
    if (names.indexOf(name) < i) throw refuse(`has the modifier ${name} twice; once is enough.`);
    if (name === 'fieldref' && isPart(comparison)) {
      [comparison, part] = [name, comparison];
    } else if (comparison === 'fieldref' && part === undefined && isPart(name)) {
      part = name;
    } else if (isComparison(name)) {
      if (comparison !== 'equals') {
        throw refuse(`compares in two ways, ${comparison} and ${name}; keep one and put the other into a selection of its own.`);
      }
      comparison = name;
    } else if (FLAGS.has(name) && comparison === 're') {
      flags += FLAGS.get(name);
    } else if (FLAGS.has(name)) {
      throw refuse(`has ${name} without re before it; i, m and s are flags of a regular expression.`);
    } else if (name === 'all') {
      all = true;
    } else if (name === 'cased') {
      cased = true;
    } else if (name === 'windash' || ENCODINGS.has(name) || name === 'base64' || name === 'base64offset') {
      if (base64 !== undefined)
        throw refuse(`has ${name} after ${base64}; modifiers work in the order they stand, so it must come before.`);
      if (comparison !== 'equals' && name !== 'windash') {
        throw refuse(`has ${name} after ${comparison}; modifiers work in the order they stand, so the text is encoded first.`);
      }
      if (name === 'windash') windash = true;
      else if (name === 'base64' || name === 'base64offset') base64 = name;
      else if (utf16 === undefined) utf16 = ENCODINGS.get(name);
      else throw refuse('has two UTF-16 encodings; keep one.');
    } else {
      const nearest = closest(name, SUPPORTED);
      throw refuse(`has the modifier ${shown(name)}, which is not supported; the nearest is ${nearest}. ${SUPPORTED_SENTENCE}`);
    }
  }

  const read: FieldKey = {
    field,
    comparison,
    ...(part && { part }),
    flags: [...new Set(flags)].sort().join(''),
    all,
    cased,
    windash,
    ...(utf16 && { utf16 }),
    ...(base64 && { base64 }),
  };
  const conflict = conflictIn(read);
  if (conflict !== undefined) throw refuse(conflict);
  return read;
}

/** Why modifiers that are fine one by one make no sense together. */
function conflictIn({ field, comparison, all, cased, windash, utf16, base64 }: FieldKey): string | undefined {
  const isTextual = TEXTUAL.includes(comparison);
  if ((base64 !== undefined || windash || utf16 !== undefined) && !isTextual) {
    return `changes a text for ${comparison}, which takes none; leave one of them out.`;
  }
  if (utf16 !== undefined && base64 === undefined) {
    return 'makes UTF-16, which a log holds in base64 only; put base64 or base64offset after it.';
  }
  if (base64 === 'base64offset' && comparison !== 'contains') {
    return 'has base64offset, which makes a part of a longer text; put contains after it.';
  }
  if (cased && comparison === 're') return 'has cased with re, which minds the case unless i stands after it; leave it out.';
  if (cased && !isTextual && comparison !== 'fieldref') return `has cased with ${comparison}, where it means nothing; leave it out.`;
  if (all && comparison === 'exists') return 'has all with exists, which takes one value; leave it out.';
  if (field === '' && (comparison === 'exists' || comparison === 'fieldref')) return `has ${comparison} without a field; name one.`;
  return undefined;
}

function isPart(name: string): name is FieldrefPart {
  return name === 'contains' || name === 'startswith' || name === 'endswith';
}

function isComparison(name: string): name is Comparison {
  return (COMPARISONS as readonly string[]).includes(name);
}

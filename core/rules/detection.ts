import { base64Of, base64Offsets, WINDASH_LIMIT, windashForms } from './encodings.ts';
import type { Condition, TextTest, ValueTest } from './model.ts';
import { type FieldKey, parseFieldKey } from './modifiers.ts';
import { join } from './normal.ts';
import { formatPattern, joinTokens, MANY, type Pattern, parsePattern, plainText } from './pattern.ts';
import { Refused, shown } from './refused.ts';
import { numberIn, rangeTest, regexTest } from './texts.ts';
import type { Located, LocatedMap, LocatedScalar } from './yaml.ts';

/**
 * Reads one selection of a detection: a mapping (all entries must hold), or a list of mappings and keywords (one must hold), or one
 * keyword. Throws {@link Refused}.
 */
export function selectionCondition(name: string, selection: Located): Condition {
  switch (selection.kind) {
    case 'map':
      return mapCondition(name, selection);
    case 'scalar':
      if (selection.value === null)
        throw new Refused(selection.line, `The selection ${shown(name)} is empty and selects nothing; fill it or take it out.`);
      return keywordCondition(parseFieldKey('', selection.line), [selection]);
    case 'list': {
      if (selection.items.length === 0)
        throw new Refused(selection.line, `The selection ${shown(name)} is an empty list and selects nothing; fill it or take it out.`);
      const keywords = selection.items.filter((item) => item.kind === 'scalar');
      const maps = selection.items.filter((item) => item.kind !== 'scalar').map((item) => nested(name, item));
      return join('or', keywords.length === 0 ? maps : [keywordCondition(parseFieldKey('', selection.line), keywords), ...maps]);
    }
  }
}

function nested(name: string, item: Located): Condition {
  if (item.kind === 'map') return mapCondition(name, item);
  throw new Refused(item.line, `The selection ${shown(name)} holds a list in a list; a list takes mappings and keywords.`);
}

function mapCondition(name: string, map: LocatedMap): Condition {
  if (map.entries.length === 0)
    throw new Refused(map.line, `The selection ${shown(name)} is empty and would select every record; fill it or take it out.`);
  return join(
    'and',
    map.entries.map(({ key, line, value }) => {
      const field = parseFieldKey(key, line);
      const values = scalars(key, value);
      return field.field === '' ? keywordCondition(field, values) : fieldCondition(field, values);
    }),
  );
}

function scalars(key: string, value: Located): readonly LocatedScalar[] {
  if (value.kind === 'scalar') return [value];
  if (value.kind === 'map') {
    throw new Refused(
      value.line,
      `The field ${shown(key)} holds a mapping; name what lies inside by a dotted path, as ${shown(`${key}.${value.entries[0]?.key ?? 'name'}`)}.`,
    );
  }
  if (value.items.length === 0)
    throw new Refused(value.line, `The field ${shown(key)} has an empty list and selects nothing; fill it or take it out.`);
  return value.items.map((item) => {
    if (item.kind === 'scalar') return item;
    throw new Refused(
      item.line,
      `The list of ${shown(key)} holds a ${item.kind === 'map' ? 'mapping' : 'list'}; it takes text, numbers, booleans and null.`,
    );
  });
}

function fieldCondition(key: FieldKey, values: readonly LocatedScalar[]): Condition {
  return combine(key, values, (test) => ({ op: 'field', field: key.field, test }));
}

/** Unbound values are searched for within every string of the record, as if `contains` stood there. */
function keywordCondition(key: FieldKey, values: readonly LocatedScalar[]): Condition {
  const search: FieldKey = key.comparison === 'equals' ? { ...key, comparison: 'contains' } : key;
  return combine(search, values, (test) => ({ op: 'keyword', test: test as TextTest }));
}

/** One condition per value under `all`; otherwise alternatives of one kind are one test. */
function combine(key: FieldKey, values: readonly LocatedScalar[], leaf: (test: ValueTest) => Condition): Condition {
  if (key.all)
    return join(
      'and',
      values.map((value) => join('or', merge(testsOf(key, value)).map(leaf))),
    );
  if (key.comparison === 'exists' && values.length > 1) {
    throw new Refused(values[1]?.line ?? 1, `The field ${shown(key.field)} has exists with a list; it takes true or false.`);
  }
  return join('or', merge(values.flatMap((value) => testsOf(key, value))).map(leaf));
}

/** Joins tests that differ in their alternatives only, at the place of the first. */
function merge(tests: readonly ValueTest[]): readonly ValueTest[] {
  const merged: ValueTest[] = [];
  for (const test of tests) {
    const at = merged.findIndex((other) => other.kind === test.kind);
    const other = merged[at];
    if (other?.kind === 'in' && test.kind === 'in') merged[at] = { ...other, values: union(other.values, test.values) };
    else if (other?.kind === 'like' && test.kind === 'like') merged[at] = { ...other, patterns: union(other.patterns, test.patterns) };
    else if (other?.kind === 're' && test.kind === 're') merged[at] = { ...other, patterns: union(other.patterns, test.patterns) };
    else if (other?.kind === 'cidr' && test.kind === 'cidr') merged[at] = { ...other, ranges: union(other.ranges, test.ranges) };
    else merged.push(test);
  }
  return merged;
}

function union(one: readonly string[], other: readonly string[]): readonly string[] {
  return [...new Set([...one, ...other])];
}

function testsOf(key: FieldKey, value: LocatedScalar): readonly ValueTest[] {
  switch (key.comparison) {
    case 're':
      return [{ kind: 're', patterns: [regex(key, value)], flags: key.flags }];
    case 'cidr':
      return [{ kind: 'cidr', ranges: [range(key, value)] }];
    case 'lt':
    case 'lte':
    case 'gt':
    case 'gte':
      return [{ kind: key.comparison, value: number(key, value) }];
    case 'exists':
      if (typeof value.value !== 'boolean') throw wrong(key, value, 'true or false');
      return [{ kind: 'exists', value: value.value }];
    case 'fieldref':
      if (typeof value.value !== 'string' || value.value.split('.').includes(''))
        throw wrong(key, value, 'the dotted path of another field');
      return [{ kind: 'fieldref', field: value.value, ...(key.part && { part: key.part }), ...(key.cased && { cased: true }) }];
    default:
      return textTests(key, value);
  }
}

function wrong(key: FieldKey, value: LocatedScalar, expected: string): Refused {
  const where = key.field === '' ? 'A keyword' : `The field ${shown(key.field)}`;
  const how = key.comparison === 'equals' ? '' : ` with ${key.comparison}`;
  return new Refused(value.line, `${where}${how} takes ${expected}; here stands ${shown(value.value)}.`);
}

/** A number or a boolean counts as the text that the file writes; a number also in the form that JSON would write. */
function writtenText(value: LocatedScalar): string | undefined {
  return value.value === null ? undefined : typeof value.value === 'string' ? value.value : value.written;
}

function textTests(key: FieldKey, value: LocatedScalar): readonly ValueTest[] {
  const text = writtenText(value);
  const cased = key.cased && { cased: true };
  if (text === undefined) {
    if (key.comparison === 'equals' && !key.windash && key.base64 === undefined) return [{ kind: 'null' }];
    throw wrong(key, value, 'text');
  }
  if (typeof value.value !== 'string' && key.comparison === 'equals' && key.base64 === undefined) {
    return [{ kind: 'in', values: union([text], [String(value.value)]), ...cased }];
  }
  return encodedForms(key, parsePattern(text), value).map((form): ValueTest => {
    const pattern = placed(key, form);
    const plain = plainText(pattern);
    return plain === undefined ? { kind: 'like', patterns: [formatPattern(pattern)], ...cased } : { kind: 'in', values: [plain], ...cased };
  });
}

function placed(key: FieldKey, pattern: Pattern): Pattern {
  const before = key.comparison === 'contains' || key.comparison === 'endswith' ? ([MANY] as const) : [];
  const after = key.comparison === 'contains' || key.comparison === 'startswith' ? ([MANY] as const) : [];
  return joinTokens([...before, ...pattern, ...after]);
}

function encodedForms(key: FieldKey, pattern: Pattern, value: LocatedScalar): readonly Pattern[] {
  const forms = key.windash ? windashForms(pattern) : [pattern];
  if (forms === undefined) throw wrong(key, value, `at most ${WINDASH_LIMIT} options under windash`);
  if (key.base64 === undefined) return forms;
  return forms.flatMap((form): Pattern[] => {
    const text = plainText(form);
    if (text === undefined) throw wrong(key, value, `text without wildcards under ${key.base64}; escape a plain * or ? with a backslash`);
    if (text === '') throw wrong(key, value, `text that is not empty under ${key.base64}`);
    if (key.base64 === 'base64') return [[base64Of(text, key.utf16)]];
    const parts = base64Offsets(text, key.utf16);
    if (parts.includes('')) throw wrong(key, value, 'two characters or more under base64offset');
    return parts.map((part) => [part]);
  });
}

function regex(key: FieldKey, value: LocatedScalar): string {
  const pattern = writtenText(value);
  if (pattern === undefined) throw wrong(key, value, 'a regular expression');
  try {
    regexTest(pattern, key.flags);
    return pattern;
  } catch (error) {
    const why = /\(\?<?[=!]/.test(pattern)
      ? 'look-around, which needs backtracking'
      : /\\[1-9]|\\k[<{]|\(\?P=/.test(pattern)
        ? 'a back-reference, which needs backtracking'
        : `what RE2 does not read (${(error as Error).message.replace(/^error parsing regexp: /, '')})`;
    throw new Refused(
      value.line,
      `The regular expression ${shown(pattern)} holds ${why}; patterns run in RE2, whose time is linear in the text. Say it with several tests, or with not.`,
    );
  }
}

function range(key: FieldKey, value: LocatedScalar): string {
  const text = writtenText(value) ?? '';
  try {
    rangeTest(text);
    return text;
  } catch {
    throw wrong(key, value, 'a CIDR range such as 192.0.2.0/24 or 2001:db8::/32');
  }
}

function number(key: FieldKey, value: LocatedScalar): number {
  const bound = typeof value.value === 'number' ? value.value : numberIn(String(value.value));
  if (bound === undefined || !Number.isFinite(bound)) throw wrong(key, value, 'a number');
  return bound;
}

import { SCALAR_FIELDS } from '../../../core/rules/fields.ts';

type Json = unknown;
type Record_ = Readonly<Record<string, Json>>;

/**
 * A plain reading of Sigma's detection, for comparison: no compilation, no index, no JSON form of conditions, wildcards through RegExp.
 * It takes the detection as YAML gives it.
 */
export function naiveMatch(detection: Record_, record: Record_): boolean {
  const { condition, ...selections } = detection;
  const conditions = Array.isArray(condition) ? condition : [condition];
  return conditions.some((text) => holds(String(text), selections, record));
}

/** Rewrites a condition as a JavaScript expression of true and false. */
function holds(condition: string, selections: Record_, record: Record_): boolean {
  const names = Object.keys(selections);
  const value = (name: string): string => String(selectionHolds(selections[name], record));
  const expression = condition
    .replace(/\b(1|any|all) of (\S+?)(?=[\s)]|$)/g, (_, quantity: string, pattern: string) => {
      const regex = new RegExp(`^${pattern.replaceAll('*', '.*')}$`);
      const meant = names.filter((name) => (pattern === 'them' ? !name.startsWith('_') : regex.test(name)));
      return `(${meant.map(value).join(quantity === 'all' ? ' && ' : ' || ')})`;
    })
    .replace(/[A-Za-z_]\w*/g, (word) => ({ and: '&&', or: '||', not: '!', true: 'true', false: 'false' })[word] ?? value(word));
  return Function(`return ${expression};`)() as boolean;
}

function selectionHolds(selection: Json, record: Record_): boolean {
  if (Array.isArray(selection)) return selection.some((item) => (isObject(item) ? mapHolds(item, record) : keywordHolds(item, record)));
  return isObject(selection) ? mapHolds(selection, record) : keywordHolds(selection, record);
}

function mapHolds(map: Record_, record: Record_): boolean {
  return Object.entries(map).every(([key, wanted]) => {
    const [field = '', ...modifiers] = key.split('|');
    const values = Array.isArray(wanted) ? wanted : [wanted];
    const one = (value: Json): boolean =>
      field === ''
        ? strings(record).some((text) => textTest(['contains', ...modifiers], value)(text))
        : fieldHolds(field, modifiers, value, record);
    return modifiers.includes('all') ? values.every(one) : values.some(one);
  });
}

function keywordHolds(keyword: Json, record: Record_): boolean {
  return strings(record).some((text) => textTest(['contains'], keyword)(text));
}

function fieldHolds(field: string, modifiers: readonly string[], wanted: Json, record: Record_): boolean {
  const found = valuesAt(field, record);
  if (modifiers.includes('exists')) return found.length > 0 === wanted;
  if (modifiers.includes('fieldref')) {
    const others = valuesAt(String(wanted), record).flatMap(scalars);
    const fold = (text: string): string => (modifiers.includes('cased') ? text : text.toLowerCase());
    return found.flatMap(scalars).some((text) => others.some((other) => fold(text) === fold(other)));
  }
  if (wanted === null) return found.every((value) => value === null);
  const test = textTest(modifiers, wanted);
  const wildcards = typeof wanted === 'string' && /[*?]/.test(wanted.replace(/\\[*?\\]/g, ''));
  const readsJson = wildcards || modifiers.some((name) => ['contains', 'startswith', 'endswith', 're'].includes(name));
  const isOpen = modifiers.includes('contains') || (wildcards && /^\*.*\*$/s.test(String(wanted)) && !/\\\*$/.test(String(wanted)));
  return found.some((value) => {
    if (typeof value !== 'object' || value === null) return scalars(value).some(test);
    const texts = readsJson ? [JSON.stringify(value), ...objectsIn(value).map((part) => JSON.stringify(part))] : [];
    return [...texts, ...(Array.isArray(value) ? scalars(value) : []), ...(isOpen ? strings(value) : [])].some(test);
  });
}

function textTest(modifiers: readonly string[], wanted: Json): (text: string) => boolean {
  if (modifiers.includes('re')) {
    const flags = modifiers.filter((name) => ['i', 'm', 's'].includes(name)).join('');
    return (text) => new RegExp(String(wanted), flags).test(text);
  }
  const bound = Number(wanted);
  const number = (compare: (value: number) => boolean) => (text: string) => /^[+-]?\d+(\.\d+)?$/.test(text) && compare(Number(text));
  if (modifiers.includes('lt')) return number((value) => value < bound);
  if (modifiers.includes('lte')) return number((value) => value <= bound);
  if (modifiers.includes('gt')) return number((value) => value > bound);
  if (modifiers.includes('gte')) return number((value) => value >= bound);
  const before = modifiers.includes('contains') || modifiers.includes('endswith') ? '.*' : '';
  const after = modifiers.includes('contains') || modifiers.includes('startswith') ? '.*' : '';
  const body = String(wanted).replace(/\\[*?\\]|[\s\S]/g, (token) => {
    if (token === '*') return '.*';
    return token === '?' ? '.' : `\\x${token.slice(-1).charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
  const regex = new RegExp(`^${before}${body}${after}$`, modifiers.includes('cased') ? 's' : 'is');
  return (text) => regex.test(text);
}

function valuesAt(field: string, record: Record_): readonly Json[] {
  const segments = field.split('.');
  if (!SCALAR_FIELDS.has(field)) return descend(record, segments, true);
  let value: Json = record;
  for (const segment of segments) value = isObject(value) && Object.hasOwn(value, segment) ? value[segment] : undefined;
  const isKey = field === 'eventSource' || field === 'eventName';
  const counts = isKey ? typeof value === 'string' || value === null : value !== undefined && (typeof value !== 'object' || value === null);
  return counts ? [value] : [];
}

/** Keys of a record itself hold no dots; inside, several segments may be one key. */
function descend(value: Json, segments: readonly string[], isRecord: boolean): readonly Json[] {
  if (segments.length === 0) return [value];
  if (Array.isArray(value)) return value.flatMap((element) => descend(element, segments, false));
  if (!isObject(value)) return [];
  return segments.flatMap((_, i) => {
    const key = segments.slice(0, i + 1).join('.');
    return (i > 0 && isRecord) || !Object.hasOwn(value, key) ? [] : descend(value[key], segments.slice(i + 1), false);
  });
}

function scalars(value: Json): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(scalars);
  return typeof value === 'object' || value === undefined ? [] : [String(value)];
}

/** Objects that are elements of a list, in lists within lists too. */
function objectsIn(value: Json): readonly Json[] {
  return Array.isArray(value) ? value.flatMap((element) => (isObject(element) ? [element] : objectsIn(element))) : [];
}

function strings(value: Json): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(strings) : [];
}

function isObject(value: Json): value is Record_ {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

import type { RecordView } from '../records/view.ts';
import { fold, scalarText } from './casing.ts';
import { pathWalk, RECORD_KEYS } from './fields.ts';
import { fitsValue, referringText, type ViewTest } from './leaf.ts';
import type { Condition, Evidence, FieldTest, Leaf, TextTest } from './model.ts';
import { literals } from './normal.ts';
import { parsePattern } from './pattern.ts';
import { type CompiledText, compileText } from './texts.ts';

export const MOST_EVIDENCE = 12;
export const LONGEST_EVIDENCE = 200;

/** Shown where a field is not there, or is null. */
export const ABSENT = '(absent)';

/**
 * The fields that made a condition hold and the values seen there, in the order of the rule, without repetition. Of alternatives
 * only those that hold speak. What a filter did not find is no evidence, unless there is no other.
 */
export function evidenceOf(condition: Condition, view: RecordView, testOf: (leaf: Leaf) => ViewTest): readonly Evidence[] {
  const found: Evidence[] = [];
  gather(condition, view, testOf, found);
  if (found.length === 0) {
    for (const { leaf, negated } of literals(condition)) {
      if (negated && leaf.op === 'field') add(found, { field: leaf.field, value: valueAt(leaf.field, view) });
    }
  }
  return found.slice(0, MOST_EVIDENCE);
}

function gather(condition: Condition, view: RecordView, testOf: (leaf: Leaf) => ViewTest, found: Evidence[]): void {
  if (condition.op === 'and') {
    for (const part of condition.of) gather(part, view, testOf, found);
  } else if (condition.op === 'or') {
    for (const part of condition.of) if (holds(part, view, testOf)) gather(part, view, testOf, found);
  } else if (condition.op !== 'not') {
    const sighting = condition.op === 'keyword' ? sightKeyword(condition.test, view) : sightField(condition, view);
    if (sighting !== undefined) add(found, sighting);
  }
}

function holds(condition: Condition, view: RecordView, testOf: (leaf: Leaf) => ViewTest): boolean {
  if (condition.op === 'and') return condition.of.every((part) => holds(part, view, testOf));
  if (condition.op === 'or') return condition.of.some((part) => holds(part, view, testOf));
  return condition.op === 'not' ? !holds(condition.of, view, testOf) : testOf(condition)(view);
}

function add(found: Evidence[], evidence: Evidence): void {
  if (!found.some(({ field, value }) => field === evidence.field && value === evidence.value)) found.push(evidence);
}

/** The first value at a path, cut to a readable length; {@link ABSENT} when there is none but null. */
export function valueAt(field: string, view: RecordView): string {
  let text: string | undefined;
  pathWalk(field)(view, (value) => {
    if (value !== null) text = scalarText(value) ?? JSON.stringify(value);
    return text !== undefined;
  });
  return text === undefined ? ABSENT : cut(text, 0);
}

function sightField({ field, test }: FieldTest, view: RecordView): Evidence | undefined {
  switch (test.kind) {
    case 'null':
    case 'exists':
      return { field, value: valueAt(field, view) };
    case 'fieldref': {
      const text = referringText(field, test)(view);
      return text === undefined ? undefined : { field, value: cut(text, 0) };
    }
    default: {
      let text: string | undefined;
      const spy = spyOn(compileText(test), (seen) => {
        text = seen;
      });
      pathWalk(field)(view, (value) => fitsValue(value, spy));
      return text === undefined ? undefined : { field, value: cut(text, placeOf(test, text)) };
    }
  }
}

function spyOn(text: CompiledText, tell: (seen: string) => void): CompiledText {
  const spy = (fits: (text: string) => boolean) => (seen: string) => {
    const fit = fits(seen);
    if (fit) tell(seen);
    return fit;
  };
  return { ...text, fits: spy(text.fits), ...(text.within !== undefined && { within: spy(text.within) }) };
}

function sightKeyword(test: TextTest, view: RecordView): Evidence | undefined {
  const { fits } = compileText(test);
  for (const key of RECORD_KEYS) {
    const found = findString(view.top(key), key, fits);
    if (found !== undefined) return { field: cut(found.field, 0), value: cut(found.value, placeOf(test, found.value)) };
  }
  return undefined;
}

function findString(value: unknown, field: string, fits: (text: string) => boolean): Evidence | undefined {
  if (typeof value === 'string') return fits(value) ? { field, value } : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  const isList = Array.isArray(value);
  for (const [key, part] of Object.entries(value)) {
    const found = findString(part, isList ? field : `${field}.${key}`, fits);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Where in a long text the reader should look: at the first plain part of a pattern that is found there. */
function placeOf(test: TextTest, text: string): number {
  if (test.kind !== 'like' || text.length <= LONGEST_EVIDENCE) return 0;
  const folded = fold(text);
  for (const pattern of test.patterns) {
    const part = parsePattern(fold(pattern)).find((token) => typeof token === 'string');
    const at = typeof part === 'string' ? folded.indexOf(part) : -1;
    if (at >= 0) return at;
  }
  return 0;
}

/** What stands before the place that the reader should look at. */
const LEAD = 40;

function cut(text: string, place: number): string {
  if (text.length <= LONGEST_EVIDENCE) return text;
  const start = place + LEAD < LONGEST_EVIDENCE ? 0 : Math.min(place - LEAD, text.length - LONGEST_EVIDENCE + 1);
  const head = start > 0 ? '…' : '';
  const room = LONGEST_EVIDENCE - head.length;
  const rest = text.slice(start);
  return (head + (rest.length <= room ? rest : `${rest.slice(0, room - 1)}…`)).toWellFormed();
}

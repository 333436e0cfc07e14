import type { RecordView } from '../records/view.ts';
import { fold } from './casing.ts';
import { isCheap, SCALAR_FIELDS, type Scalar, scalarReader, tellsLittle } from './fields.ts';
import { requiredValues } from './keys.ts';
import type { ViewTest } from './leaf.ts';
import type { Condition, Leaf } from './model.ts';

/** A rule by its index, with what is left of its condition and that condition's closure. */
export interface Entry {
  readonly rule: number;
  readonly condition: Condition;
  readonly test: ViewTest;
}

/** Fields by which rules are told apart: one value each, and at hand without parsing the record; the most telling first. */
const DISPATCH_FIELDS = [...SCALAR_FIELDS]
  .filter((field) => isCheap(field) && field !== 'eventSource' && field !== 'eventName')
  .sort((one, other) => Number(tellsLittle(one)) - Number(tellsLittle(other)));

/** Fewer rules on a field, or on a test, are asked one by one as quickly. */
const FEWEST = 2;

/** Texts whose rules are remembered per field; longer ones and later ones are looked up anew. */
const MOST_TEXTS = 4096;
const LONGEST_TEXT = 256;

const NONE: readonly Entry[] = [];

/**
 * Runs rules that one event may match. Rules that ask a field for certain values are found by the event's value, so that
 * hundreds of rules on `userIdentity.type` or `userAgent` cost one look-up; rules that share a test are asked only when it
 * holds; the rest run one after the other.
 */
export class Dispatch {
  readonly #single: readonly Entry[];
  readonly #guarded: readonly { readonly guard: ViewTest; readonly entries: readonly Entry[] }[];
  readonly #groups: readonly Group[];

  /** `testOf` gives the closure of a test, the same one for equal tests. */
  constructor(entries: readonly Entry[], testOf: (leaf: Leaf) => ViewTest) {
    const byField = new Map<string, { entry: Entry; values: ReadonlySet<string> }[]>();
    const single: Entry[] = [];
    for (const entry of entries) {
      const key = dispatchKey(entry.condition);
      if (key === undefined) single.push(entry);
      else byField.set(key.field, [...(byField.get(key.field) ?? []), { entry, values: key.values }]);
    }
    const groups: Group[] = [];
    for (const [field, members] of byField) {
      if (members.length < FEWEST) single.push(...members.map(({ entry }) => entry));
      else groups.push(new Group(field, members));
    }
    const byGuard = new Map<ViewTest | Entry, Entry[]>();
    for (const entry of single) {
      const guard = guardOf(entry.condition, testOf) ?? entry;
      byGuard.set(guard, [...(byGuard.get(guard) ?? []), entry]);
    }
    this.#single = [...byGuard.values()].filter((members) => members.length < FEWEST).flat();
    this.#guarded = [...byGuard].flatMap(([guard, members]) =>
      typeof guard === 'function' && members.length >= FEWEST ? [{ guard, entries: members }] : [],
    );
    this.#groups = groups;
  }

  get empty(): boolean {
    return this.#single.length === 0 && this.#guarded.length === 0 && this.#groups.length === 0;
  }

  /** Adds the indexes of the rules that match to `found`, in no order; makes the list when there is none yet. */
  run(view: RecordView, found: number[] | undefined): number[] | undefined {
    found = runAll(this.#single, view, found);
    for (const { guard, entries } of this.#guarded) if (guard(view)) found = runAll(entries, view, found);
    for (const group of this.#groups) found = runAll(group.entriesFor(view), view, found);
    return found;
  }
}

function runAll(entries: readonly Entry[], view: RecordView, found: number[] | undefined): number[] | undefined {
  for (const entry of entries) {
    if (!entry.test(view)) continue;
    if (found === undefined) found = [entry.rule];
    else found.push(entry.rule);
  }
  return found;
}

/** The closure of the first test that must hold wherever the condition does and that looks at a cheap field. */
function guardOf(condition: Condition, testOf: (leaf: Leaf) => ViewTest): ViewTest | undefined {
  const parts = condition.op === 'and' ? condition.of : [condition];
  const leaf = parts.find(
    (part) => part.op === 'field' && isCheap(part.field) && !tellsLittle(part.field) && part.test.kind !== 'fieldref',
  );
  return leaf?.op === 'field' ? testOf(leaf) : undefined;
}

/** The most telling field of which the condition asks for certain values. */
function dispatchKey(condition: Condition): { readonly field: string; readonly values: ReadonlySet<string> } | undefined {
  for (const field of DISPATCH_FIELDS) {
    const values = requiredValues(condition, field);
    if (values !== undefined) return { field, values };
  }
  return undefined;
}

class Group {
  readonly #read: (view: RecordView) => Scalar | undefined;
  readonly #byFolded = new Map<string, Entry[]>();
  /** The answer for each text as it was seen. Attackers choose the texts, so this is emptied when it is full. */
  readonly #bySeen = new Map<string, readonly Entry[]>();

  constructor(field: string, members: readonly { readonly entry: Entry; readonly values: ReadonlySet<string> }[]) {
    this.#read = scalarReader(field);
    for (const { entry, values } of members) {
      for (const value of values) {
        const entries = this.#byFolded.get(value);
        if (entries === undefined) this.#byFolded.set(value, [entry]);
        else entries.push(entry);
      }
    }
  }

  entriesFor(view: RecordView): readonly Entry[] {
    const value = this.#read(view);
    if (value === undefined || value === null) return NONE;
    const text = typeof value === 'string' ? value : String(value);
    const known = this.#bySeen.get(text);
    if (known !== undefined) return known;
    const entries = this.#byFolded.get(fold(text)) ?? NONE;
    if (text.length <= LONGEST_TEXT) {
      if (this.#bySeen.size >= MOST_TEXTS) this.#bySeen.clear();
      this.#bySeen.set(text, entries);
    }
    return entries;
  }
}

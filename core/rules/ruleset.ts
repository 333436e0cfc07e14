import type { RecordView } from '../records/view.ts';
import { fold } from './casing.ts';
import { Compiler, reduce } from './compile.ts';
import { Dispatch, type Entry } from './dispatch.ts';
import { evidenceOf } from './evidence.ts';
import type { Condition, Evidence, Leaf, Rule } from './model.ts';
import { literals, pushNots } from './normal.ts';

/** The rules that may concern one kind of event. Opaque: for {@link RuleSet.match} with a view of just that kind of event. */
export interface CandidateList {
  /** True when no rule can match: `match` need not be asked. */
  readonly empty: boolean;
}

/** Compiled rules, indexed by eventSource and eventName. Its memories are bounded, and its answers do not depend on them. */
export interface RuleSet {
  readonly rules: readonly Rule[];
  /** Rules that fire whatever eventSource and eventName are: they run on every event and are reported to people. */
  readonly keyless: readonly Rule[];
  /** The rules for events of this source and name, as the view gives them; the same pair gives the same list as long as it is remembered. */
  candidates(eventSource: string, eventName: string): CandidateList;
  /** Indexes into `rules` of those that match, ascending; one shared empty list when none does. */
  match(candidates: CandidateList, view: RecordView): readonly number[];
  /** What made a matching rule match: at most 12 fields in the order of the rule, each value cut at 200 characters. */
  evidence(rule: number, view: RecordView): readonly Evidence[];
}

/** Pairs of source and name that are remembered. Names are the attacker's text: beyond this all are forgotten, and longer ones never kept. */
const MOST_PAIRS = 16_384;
const LONGEST_PAIR = 512;

/** A source and a name that no rule means. */
const NO_SOURCE = 'no-such-service.invalid';
const NO_NAME = 'NoSuchEventName';

const NO_MATCH: readonly number[] = Object.freeze([]);

class Candidates implements CandidateList {
  readonly own: Dispatch;
  readonly empty: boolean;

  constructor(own: Dispatch, shared: Dispatch) {
    this.own = own;
    this.empty = own.empty && shared.empty;
  }
}

class IndexedRuleSet implements RuleSet {
  readonly rules: readonly Rule[];
  readonly keyless: readonly Rule[];
  readonly #compiler = new Compiler();
  readonly #conditions: readonly Condition[];
  readonly #bySource = new Map<string, number[]>();
  readonly #byName = new Map<string, number[]>();
  /** Rules without exact values to key them by, that look at source or name nevertheless. */
  readonly #unkeyed: number[] = [];
  /** The rules that look at neither. */
  readonly #shared: Dispatch;
  readonly #memo = new Map<string, Map<string, Candidates>>();
  #pairs = 0;

  constructor(rules: readonly Rule[]) {
    this.rules = rules;
    this.#conditions = rules.map((rule) => pushNots(rule.condition));
    const shared: Entry[] = [];
    for (const [index, rule] of rules.entries()) {
      const condition = this.#conditions[index] as Condition;
      if (rule.sources !== undefined) addTo(this.#bySource, rule.sources, index);
      else if (rule.names !== undefined) addTo(this.#byName, rule.names, index);
      else if (literals(condition).some(({ leaf }) => isKey(leaf))) this.#unkeyed.push(index);
      else shared.push({ rule: index, condition, test: this.#compiler.compile(condition) });
    }
    this.#shared = this.#dispatch(shared);
    const decide = this.#decider(NO_SOURCE, NO_NAME);
    this.keyless = rules.filter((_, index) => reduce(this.#conditions[index] as Condition, decide) !== false);
  }

  candidates(eventSource: string, eventName: string): CandidateList {
    let byName = this.#memo.get(eventSource);
    const known = byName?.get(eventName);
    if (known !== undefined) return known;
    const made = new Candidates(this.#dispatch(this.#entriesFor(eventSource, eventName)), this.#shared);
    if (eventSource.length + eventName.length > LONGEST_PAIR) return made;
    if (this.#pairs >= MOST_PAIRS) {
      this.#memo.clear();
      this.#pairs = 0;
      byName = undefined;
    }
    if (byName === undefined) {
      byName = new Map();
      this.#memo.set(eventSource, byName);
    }
    byName.set(eventName, made);
    this.#pairs++;
    return made;
  }

  match(candidates: CandidateList, view: RecordView): readonly number[] {
    const found = this.#shared.run(view, (candidates as Candidates).own.run(view, undefined));
    if (found === undefined) return NO_MATCH;
    return found.length === 1 ? found : found.sort((one, other) => one - other);
  }

  evidence(rule: number, view: RecordView): readonly Evidence[] {
    return evidenceOf(this.#conditions[rule] as Condition, view, (leaf) => this.#compiler.leaf(leaf));
  }

  #entriesFor(eventSource: string, eventName: string): Entry[] {
    const decide = this.#decider(eventSource, eventName);
    const indexes = [...(this.#bySource.get(fold(eventSource)) ?? []), ...(this.#byName.get(fold(eventName)) ?? []), ...this.#unkeyed];
    return indexes.flatMap((rule) => {
      const left = reduce(this.#conditions[rule] as Condition, decide);
      if (left === false) return [];
      const condition: Condition = left === true ? { op: 'and', of: [] } : left;
      return [{ rule, condition, test: this.#compiler.compile(condition) }];
    });
  }

  #dispatch(entries: readonly Entry[]): Dispatch {
    return new Dispatch(entries, (leaf) => this.#compiler.leaf(leaf));
  }

  /** Decides the tests of eventSource and eventName. An empty text may stand for an absent key, so it decides nothing. */
  #decider(eventSource: string, eventName: string): (leaf: Leaf) => boolean | undefined {
    const view = { eventSource, eventName, top: () => undefined };
    return (leaf) => {
      if (!isKey(leaf)) return undefined;
      if (leaf.op === 'field' && (leaf.field === 'eventSource' ? eventSource : eventName) === '') return undefined;
      return this.#compiler.leaf(leaf)(view);
    };
  }
}

/** True for a test that source and name decide alone. */
function isKey(leaf: Leaf): boolean {
  return leaf.op === 'field' && (leaf.field === 'eventSource' || leaf.field === 'eventName') && leaf.test.kind !== 'fieldref';
}

function addTo(index: Map<string, number[]>, keys: readonly string[], rule: number): void {
  for (const key of keys) {
    const rules = index.get(key);
    if (rules === undefined) index.set(key, [rule]);
    else rules.push(rule);
  }
}

/**
 * Compiles rules into a set that is asked event by event. Sources and names that a rule asks for are keys of the index; what
 * these decide of its condition is decided once per kind of event. Throws when a rule holds a pattern that `loadRules` would have refused.
 */
export function compileRules(rules: readonly Rule[]): RuleSet {
  return new IndexedRuleSet(rules);
}

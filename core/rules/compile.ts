import { compileLeaf, leafCost, type ViewTest, WHOLE_RECORD } from './leaf.ts';
import type { Condition, Leaf } from './model.ts';
import { joinAlternatives } from './normal.ts';

/** Compiles conditions into closures; a test that stands in several of them, or in several rules, is compiled once. */
export class Compiler {
  readonly #leaves = new Map<string, ViewTest>();
  readonly #known = new WeakMap<Leaf, ViewTest>();

  /**
   * The closure of a condition. The parts of `and` and `or` run cheapest first, so that the record is only parsed as a whole when
   * what is at hand does not decide.
   */
  compile(condition: Condition): ViewTest {
    if (condition.op === 'not') {
      const test = this.compile(condition.of);
      return (view) => !test(view);
    }
    if (condition.op !== 'and' && condition.op !== 'or') return this.leaf(condition);
    const [rank, parts] = condition.op === 'and' ? [rankInAnd, condition.of] : [cost, joinAlternatives(condition.of)];
    const tests = [...parts].sort((one, other) => rank(one) - rank(other)).map((part) => this.compile(part));
    return condition.op === 'and' ? every(tests) : some(tests);
  }

  /** The closure of one test. */
  leaf(leaf: Leaf): ViewTest {
    let test = this.#known.get(leaf);
    if (test === undefined) {
      const text = JSON.stringify(leaf);
      test = this.#leaves.get(text) ?? compileLeaf(leaf);
      this.#leaves.set(text, test);
      this.#known.set(leaf, test);
    }
    return test;
  }
}

/** A part costs what its dearest test does: one that may parse the record waits until all others have spoken. */
function cost(condition: Condition): number {
  if (condition.op === 'not') return cost(condition.of);
  if (condition.op !== 'and' && condition.op !== 'or') return leafCost(condition);
  return condition.of.reduce((dearest, part) => Math.max(dearest, cost(part)), 0);
}

/** A filter seldom finds anything, so it seldom decides an `and`: it waits for what is selected at a like cost. */
function rankInAnd(condition: Condition): number {
  return cost(condition) + (condition.op === 'not' ? WHOLE_RECORD / 2 : 0);
}

function every(tests: readonly ViewTest[]): ViewTest {
  const [a, b] = tests;
  if (tests.length === 1 && a !== undefined) return a;
  if (tests.length === 2 && a !== undefined && b !== undefined) return (view) => a(view) && b(view);
  return (view) => {
    for (const test of tests) if (!test(view)) return false;
    return true;
  };
}

function some(tests: readonly ViewTest[]): ViewTest {
  const [a, b] = tests;
  if (tests.length === 1 && a !== undefined) return a;
  if (tests.length === 2 && a !== undefined && b !== undefined) return (view) => a(view) || b(view);
  return (view) => {
    for (const test of tests) if (test(view)) return true;
    return false;
  };
}

/**
 * What remains of a condition once some of its tests are decided: true, false, or a smaller condition that says the same of every
 * record for which the decisions hold. An untouched part is given back as the same object.
 */
export function reduce(condition: Condition, decide: (leaf: Leaf) => boolean | undefined): Condition | boolean {
  if (condition.op === 'not') {
    const of = reduce(condition.of, decide);
    if (typeof of === 'boolean') return !of;
    return of === condition.of ? condition : { op: 'not', of };
  }
  if (condition.op !== 'and' && condition.op !== 'or') return decide(condition) ?? condition;
  const settled = condition.op === 'or';
  const parts: Condition[] = [];
  for (const part of condition.of) {
    const left = reduce(part, decide);
    if (left === settled) return settled;
    if (typeof left !== 'boolean') parts.push(left);
  }
  if (parts.length === 0) return !settled;
  if (parts.length === condition.of.length && parts.every((part, i) => part === condition.of[i])) return condition;
  return parts.length === 1 ? (parts[0] as Condition) : { op: condition.op, of: parts };
}

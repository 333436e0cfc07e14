import { fold } from './casing.ts';
import { describeLiteral } from './describe.ts';
import { SCALAR_FIELDS } from './fields.ts';
import type { Condition, FieldTest, Leaf, TextTest } from './model.ts';
import { covers, parsePattern } from './pattern.ts';
import { compileText } from './texts.ts';

interface Literal {
  readonly leaf: Leaf;
  readonly negated: boolean;
}

interface FieldLiteral {
  readonly leaf: FieldTest;
  readonly negated: boolean;
}

/** Above this many alternatives tried, the rule is taken to be able to fire. */
const MOST_ALTERNATIVES = 1000;

/**
 * Why no record can satisfy a condition, as the part of a sentence that follows "because"; undefined when one may. Every way through
 * the condition's `or`s is tried, and must hold a contradiction between tests of one scalar field ({@link SCALAR_FIELDS}),
 * or one test and its own opposite. The proof is sound, never complete: undefined claims nothing. `not` stands around tests only.
 */
export function whyNever(condition: Condition): string | undefined {
  let alternatives = 0;
  let reason: string | undefined;

  const mayHold = (parts: readonly Condition[], before: readonly Literal[]): boolean => {
    const chosen = [...before];
    const choices: Condition[] = [];
    const pending = [...parts].reverse();
    for (let part = pending.pop(); part !== undefined; part = pending.pop()) {
      if (part.op === 'and') {
        pending.push(...[...part.of].reverse());
      } else if (part.op === 'or') {
        choices.push(part);
      } else {
        const literal = part.op === 'not' ? { leaf: part.of as Leaf, negated: true } : { leaf: part, negated: false };
        chosen.push(literal);
        const conflict = conflictWith(literal, chosen);
        if (conflict !== undefined) {
          reason ??= conflict;
          return false;
        }
      }
    }
    const [choice, ...others] = choices;
    if (choice?.op !== 'or') return true;
    return choice.of.some((option) => ++alternatives > MOST_ALTERNATIVES || mayHold([option, ...others], chosen));
  };

  return mayHold([condition], []) ? undefined : reason;
}

function conflictWith(literal: Literal, chosen: readonly Literal[]): string | undefined {
  const { leaf, negated } = literal;
  if (leaf.op === 'keyword') return hasOpposite(literal, chosen) ? 'a filter takes away all that the keywords select' : undefined;
  const same = chosen.filter((other): other is FieldLiteral => other.leaf.op === 'field' && other.leaf.field === leaf.field);
  const contradicted = SCALAR_FIELDS.has(leaf.field) ? !canAgree(same) : hasOpposite({ leaf, negated }, same);
  if (!contradicted) return undefined;
  return `${leaf.field} would have to be ${same.map((other) => describeLiteral(other.leaf, other.negated)).join(', and at the same time ')}`;
}

function hasOpposite({ leaf, negated }: Literal, others: readonly Literal[]): boolean {
  const test = JSON.stringify(leaf);
  return others.some((other) => other.negated !== negated && JSON.stringify(other.leaf) === test);
}

/** False when it is proved that no value of a scalar field, absence and null included, satisfies all the tests. */
function canAgree(literals: readonly FieldLiteral[]): boolean {
  return literals.every((literal) => admitsAbsent(literal)) || literals.every((literal) => admitsNull(literal)) || someText(literals);
}

function admitsAbsent({ leaf: { test }, negated }: FieldLiteral): boolean {
  return (test.kind === 'null' || (test.kind === 'exists' && !test.value)) !== negated;
}

function admitsNull({ leaf: { test }, negated }: FieldLiteral): boolean {
  return (test.kind === 'null' || (test.kind === 'exists' && test.value)) !== negated;
}

interface TextLiteral {
  readonly test: TextTest;
  readonly negated: boolean;
}

/** False when it is proved that no text satisfies all the tests. */
function someText(literals: readonly FieldLiteral[]): boolean {
  const texts: TextLiteral[] = [];
  for (const { leaf, negated } of literals) {
    const { test } = leaf;
    if (test.kind === 'null' || test.kind === 'exists') {
      if ((test.kind === 'exists' && test.value) === negated) return false;
    } else if (test.kind !== 'fieldref') {
      texts.push({ test, negated });
    }
  }
  const equal = texts.find(({ test, negated }) => test.kind === 'in' && test.cased === true && !negated);
  if (equal?.test.kind === 'in') return equal.test.values.some((value) => texts.every((literal) => fits(literal, value)));
  const folded = texts.find(({ test, negated }) => test.kind === 'in' && !negated);
  if (folded?.test.kind === 'in') return folded.test.values.some((value) => texts.every((literal) => mayFit(literal, fold(value))));
  return !isCovered(texts) && !areDisjoint(texts);
}

function fits({ test, negated }: TextLiteral, text: string): boolean {
  return compileText(test).fits(text) !== negated;
}

/** Whether some casing of a folded text may satisfy the test. A test that minds the case is asked only what it would say of any casing. */
function mayFit({ test, negated }: TextLiteral, folded: string): boolean {
  const oneCasing = folded === folded.toUpperCase() && folded === folded.toLowerCase();
  if (oneCasing) return fits({ test, negated }, folded);
  if (test.kind === 're') return true;
  if (!('cased' in test) || test.cased !== true) return fits({ test, negated }, folded);
  return negated || fits({ test: { ...test, cased: false }, negated }, folded);
}

/** Takes part in every comparison: a filter that takes away every text leaves only absence and null. */
const EVERY_TEXT: TextTest = { kind: 'like', patterns: ['*'] };

/** True when the filters, each by itself, take away all that one of the selections selects. Values and numbers are judged elsewhere. */
function isCovered(literals: readonly TextLiteral[]): boolean {
  const filters = literals.filter(({ negated }) => negated).map(({ test }) => test);
  const selections = literals.filter(({ negated }) => !negated).map(({ test }) => test);
  return [EVERY_TEXT, ...selections].some((selection) => {
    switch (selection.kind) {
      case 'like':
        return selection.patterns.every((pattern) => filters.some((filter) => takesPattern(filter, pattern, selection.cased === true)));
      case 're':
        return selection.patterns.every((pattern) =>
          filters.some((filter) => filter.kind === 're' && filter.flags === selection.flags && filter.patterns.includes(pattern)),
        );
      case 'cidr':
        return selection.ranges.every((range) => filters.some((filter) => filter.kind === 'cidr' && filter.ranges.includes(range)));
      default:
        return false;
    }
  });
}

function takesPattern(filter: TextTest, pattern: string, cased: boolean): boolean {
  if (filter.kind !== 'like') return false;
  if (filter.cased === true)
    return filter.patterns.some((wide) => wide === '*' || (cased && covers(parsePattern(wide), parsePattern(pattern))));
  return filter.patterns.some((wide) => covers(parsePattern(fold(wide)), parsePattern(fold(pattern))));
}

/** True when the numbers that the tests ask for do not meet. A negated comparison counts once another one asks for a number. */
function areDisjoint(literals: readonly TextLiteral[]): boolean {
  const comparisons = literals.filter(({ test }) => 'value' in test);
  if (comparisons.every(({ negated }) => negated)) return false;
  let [low, lowOpen, high, highOpen] = [Number.NEGATIVE_INFINITY, false, Number.POSITIVE_INFINITY, false];
  for (const { test, negated } of comparisons) {
    if (!('value' in test)) continue;
    const isUpper = (test.kind === 'lt' || test.kind === 'lte') !== negated;
    const isOpen = (test.kind === 'lt' || test.kind === 'gt') !== negated;
    if (isUpper && (test.value < high || (test.value === high && isOpen))) [high, highOpen] = [test.value, isOpen];
    if (!isUpper && (test.value > low || (test.value === low && isOpen))) [low, lowOpen] = [test.value, isOpen];
  }
  return low > high || (low === high && (lowOpen || highOpen));
}

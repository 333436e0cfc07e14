import type { Condition, Leaf } from './model.ts';

/** Joins conditions with and/or: nested ones of the same kind are taken in, one alone stands for itself. */
export function join(op: 'and' | 'or', of: readonly Condition[]): Condition {
  const flat = of.flatMap((part) => (part.op === op ? part.of : [part]));
  return flat.length === 1 ? (flat[0] as Condition) : { op, of: flat };
}

/** The opposite of a condition, with `not` only around tests (De Morgan). */
export function negate(condition: Condition): Condition {
  switch (condition.op) {
    case 'and':
      return join('or', condition.of.map(negate));
    case 'or':
      return join('and', condition.of.map(negate));
    case 'not':
      return pushNots(condition.of);
    default:
      return { op: 'not', of: condition };
  }
}

/** The same condition, with `not` only around tests. */
export function pushNots(condition: Condition): Condition {
  if (condition.op === 'and' || condition.op === 'or') return join(condition.op, condition.of.map(pushNots));
  return condition.op === 'not' ? negate(condition.of) : condition;
}

/**
 * Joins alternatives that ask one field for values, or for patterns, so that it is read once. What passes one of several tests of
 * any value passes their union, so nothing changes in what is meant.
 */
export function joinAlternatives(of: readonly Condition[]): readonly Condition[] {
  const joined: Condition[] = [];
  for (const part of of) {
    const at = joined.findIndex((other) => unionOf(other, part) !== undefined);
    const union = at < 0 ? undefined : unionOf(joined[at] as Condition, part);
    if (union === undefined) joined.push(part);
    else joined[at] = union;
  }
  return joined;
}

function unionOf(one: Condition, other: Condition): Condition | undefined {
  if (one.op !== 'field' || other.op !== 'field' || one.field !== other.field) return undefined;
  const [a, b] = [one.test, other.test];
  if (a.kind === 'in' && b.kind === 'in' && a.cased === b.cased) return { ...one, test: { ...a, values: [...a.values, ...b.values] } };
  if (a.kind === 'like' && b.kind === 'like' && a.cased === b.cased)
    return { ...one, test: { ...a, patterns: [...a.patterns, ...b.patterns] } };
  return undefined;
}

/** Every test in a condition, in its order, with whether it is negated. The condition's nots stand around tests only. */
export function literals(condition: Condition): readonly { readonly leaf: Leaf; readonly negated: boolean }[] {
  if (condition.op === 'and' || condition.op === 'or') return condition.of.flatMap(literals);
  if (condition.op === 'not') return literals(condition.of).map(({ leaf, negated }) => ({ leaf, negated: !negated }));
  return [{ leaf: condition, negated: false }];
}

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

/** Every test in a condition, in its order, with whether it is negated. The condition's nots stand around tests only. */
export function literals(condition: Condition): readonly { readonly leaf: Leaf; readonly negated: boolean }[] {
  if (condition.op === 'and' || condition.op === 'or') return condition.of.flatMap(literals);
  if (condition.op === 'not') return literals(condition.of).map(({ leaf, negated }) => ({ leaf, negated: !negated }));
  return [{ leaf: condition, negated: false }];
}

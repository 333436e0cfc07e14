import type { FieldTest, TextTest, ValueTest } from './model.ts';

const COMPARISONS = { lt: 'below', lte: 'at most', gt: 'above', gte: 'at least' } as const;

const REFERENCES = { equals: 'equal to', contains: 'containing', startswith: 'starting with', endswith: 'ending with' } as const;

/** A test as words that follow "must be": `"a" or "b"`, `like "x*"`, `absent`, `above 5`. */
export function describeTest(test: ValueTest | TextTest): string {
  switch (test.kind) {
    case 'in':
      return quoted(test.values);
    case 'like':
      return `like ${quoted(test.patterns)}`;
    case 're':
      return `matched by ${quoted(test.patterns)}`;
    case 'cidr':
      return `within ${quoted(test.ranges)}`;
    case 'null':
      return 'absent';
    case 'exists':
      return test.value ? 'present' : 'not present';
    case 'fieldref':
      return `${REFERENCES[test.part ?? 'equals']} ${test.field}`;
    default:
      return `${COMPARISONS[test.kind]} ${test.value}`;
  }
}

/** A test of a field, or its opposite, as a phrase: `not like "x*"`. */
export function describeLiteral(leaf: FieldTest, negated: boolean): string {
  return `${negated ? 'not ' : ''}${describeTest(leaf.test)}`;
}

const SHOWN = 4;

function quoted(values: readonly string[]): string {
  const shown = values.slice(0, SHOWN).map((value) => JSON.stringify(value));
  if (values.length > SHOWN) shown.push(`${values.length - SHOWN} more`);
  return shown.join(' or ');
}

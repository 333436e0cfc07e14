import { fold } from './casing.ts';
import type { Condition } from './model.ts';

/**
 * The case-folded values of which a scalar field must have one wherever the condition holds; undefined when it may have any.
 * An absent `eventSource` or `eventName` reads as ''. The answer errs on the side of too many values.
 */
export function requiredValues(condition: Condition, field: string): ReadonlySet<string> | undefined {
  switch (condition.op) {
    case 'and': {
      let common: Set<string> | undefined;
      for (const part of condition.of) {
        const values = requiredValues(part, field);
        if (values !== undefined) common = new Set(common === undefined ? values : [...common].filter((value) => values.has(value)));
      }
      return common;
    }
    case 'or': {
      const all = new Set<string>();
      for (const part of condition.of) {
        const values = requiredValues(part, field);
        if (values === undefined) return undefined;
        for (const value of values) all.add(value);
      }
      return all;
    }
    case 'field':
      if (condition.field !== field) return undefined;
      if (condition.test.kind === 'in') return new Set(condition.test.values.map(fold));
      return condition.test.kind === 'null' && (field === 'eventSource' || field === 'eventName') ? new Set(['']) : undefined;
    default:
      return undefined;
  }
}

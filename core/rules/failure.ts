import type { Condition } from './model.ts';

/** Whether a rule itself asks how the call ended: its signal then means what it says though the call failed. */
export function judgesFailure(condition: Condition): boolean {
  switch (condition.op) {
    case 'and':
    case 'or':
      return condition.of.some(judgesFailure);
    case 'not':
      return false;
    case 'field':
      return /^(errorCode|errorMessage|responseElements)\b/.test(condition.field) && condition.test.kind !== 'null';
    default:
      return false;
  }
}

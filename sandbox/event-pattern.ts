import { isObject } from './finding-format.ts';

/** An event pattern of EventBridge, as rules and event source mappings take it. */
export type Pattern = Readonly<Record<string, unknown>>;

/**
 * Does an event fit a pattern? Every key of the pattern must hold; of the values listed for a key one must.
 * @throws Error for a comparison that is not known here.
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 */
export function fits(pattern: Pattern, event: unknown): boolean {
  return Object.entries(pattern).every(([key, wanted]) => {
    if (key === '$or') return (wanted as readonly Pattern[]).some((one) => fits(one, event));
    const value = isObject(event) ? event[key] : undefined;
    if (!Array.isArray(wanted)) return fits(wanted as Pattern, value);
    const values = Array.isArray(value) ? value : [value];
    return wanted.some((one) => values.some((given) => holds(one, given)));
  });
}

function holds(wanted: unknown, value: unknown): boolean {
  if (!isObject(wanted)) return wanted === value;
  const [operator, argument] = Object.entries(wanted)[0] ?? [];
  const text = typeof value === 'string' ? value : undefined;
  switch (operator) {
    case 'exists':
      return (value !== undefined) === argument;
    case 'prefix':
      return text?.startsWith(String(argument)) ?? false;
    case 'suffix':
      return text?.endsWith(String(argument)) ?? false;
    case 'equals-ignore-case':
      return text?.toLowerCase() === String(argument).toLowerCase();
    case 'wildcard':
      return text !== undefined && wildcard(String(argument)).test(text);
    case 'anything-but': {
      if (value === undefined) return false;
      const excluded = Array.isArray(argument) ? argument : [argument];
      return !excluded.some((one) => holds(one, value));
    }
    case 'numeric':
      return typeof value === 'number' && numeric(argument as readonly (string | number)[], value);
    default:
      throw new Error(`An event pattern compares by ${operator}, which the sandbox does not know.`);
  }
}

function wildcard(pattern: string): RegExp {
  return new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`, 's');
}

function numeric(comparisons: readonly (string | number)[], value: number): boolean {
  for (let i = 0; i < comparisons.length; i += 2) {
    const bound = Number(comparisons[i + 1]);
    const holds = { '=': value === bound, '<': value < bound, '<=': value <= bound, '>': value > bound, '>=': value >= bound };
    if (!holds[comparisons[i] as keyof typeof holds]) return false;
  }
  return true;
}

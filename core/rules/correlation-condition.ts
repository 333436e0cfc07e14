import { scalarIn } from './document.ts';
import type { CorrelationType } from './model.ts';
import { Refused, shown } from './refused.ts';
import type { LocatedEntry } from './yaml.ts';

const COMPARISONS = ['gt', 'gte', 'lt', 'lte', 'eq'];
/** Events or values that are remembered of one group. */
const MOST_COUNTED = 1000;

/** A text with the line where it stands. */
export interface Named {
  readonly name: string;
  readonly line: number;
}

/** The bounds of a count, both included, and the field whose values are counted. */
export interface Bounds {
  readonly least: number;
  readonly most?: number;
  readonly field?: Named;
}

/**
 * Reads the condition of a correlation that names `rules` rules.
 * @throws {Refused} for one that cannot be understood, can never hold, or counts further than is remembered.
 */
export function correlationBounds(type: CorrelationType, rules: number, entry: LocatedEntry | undefined, line: number): Bounds {
  const isTemporal = type === 'temporal' || type === 'temporal_ordered';
  if (entry === undefined) {
    if (isTemporal) return { least: rules };
    throw new Refused(line, `A correlation of the type ${type} needs a condition, as "condition: { gte: 10 }".`);
  }
  if (entry.value.kind !== 'map')
    throw new Refused(entry.line, 'The condition of a correlation is a mapping such as "gte: 10"; here stands something else.');
  let least = 1;
  let most: number | undefined;
  let field: Named | undefined;
  let isBounded = false;
  for (const { key, line: at, value } of entry.value.entries) {
    if (key === 'field' && type === 'value_count') {
      const name = scalarIn(value)?.trim();
      if (!name) throw new Refused(at, 'The field whose values are counted must be one field; here stands something else.');
      field = { name, line: at };
      continue;
    }
    if (!COMPARISONS.includes(key)) {
      const known = type === 'value_count' ? ['field', ...COMPARISONS] : COMPARISONS;
      throw new Refused(at, `The condition has the key ${shown(key)}, which is unknown here; known are ${known.join(', ')}.`);
    }
    const number = value.kind === 'scalar' ? value.value : undefined;
    if (typeof number !== 'number' || !Number.isInteger(number) || number < 0)
      throw new Refused(at, `"${key}" takes a whole number; here stands ${shown(value.kind === 'scalar' ? value.value : null)}.`);
    if (number > MOST_COUNTED)
      throw new Refused(at, `"${key}" may be ${MOST_COUNTED} at most, as no more are remembered; here stands ${number}.`);
    isBounded = true;
    if (key === 'gt') least = Math.max(least, number + 1);
    if (key === 'gte' || key === 'eq') least = Math.max(least, number);
    if (key === 'lt') most = Math.min(most ?? Number.POSITIVE_INFINITY, number - 1);
    if (key === 'lte' || key === 'eq') most = Math.min(most ?? Number.POSITIVE_INFINITY, number);
  }
  if (!isBounded) throw new Refused(entry.line, `The condition needs one of ${COMPARISONS.join(', ')}, as "gte: 10".`);
  if (type === 'value_count' && field === undefined)
    throw new Refused(entry.line, 'A value_count needs the field whose values it counts, as "field: eventName" in its condition.');
  if (isTemporal && most !== undefined && most >= rules) most = undefined;
  if ((most !== undefined && most < least) || (isTemporal && least > rules))
    throw new Refused(
      entry.line,
      'The condition can never hold: what is looked at has at least one event, and each rule counts once where rules are counted.',
    );
  if (isTemporal && most !== undefined)
    throw new Refused(entry.line, `A ${type} asks how many of its ${rules} rules match; an upper bound is not supported there.`);
  if (type === 'temporal_ordered' && least < rules)
    throw new Refused(entry.line, `A temporal_ordered asks for all of its ${rules} rules in their order; leave the condition out.`);
  return { least, ...(most !== undefined && { most }), ...(field !== undefined && { field }) };
}

import { InvalidArgumentError } from 'commander';
import { parseTime } from '../../core/records/time.ts';

const DAY = 86_400_000;

/** A day (`2026-09-01`, from its start or, for an end, to its end) or a time, in UTC; milliseconds since 1970. */
export function parseMoment(text: string, isEnd: boolean): number {
  const isDay = /^\d{4}-\d\d-\d\d$/.test(text);
  const hasZone = /(Z|[+-]\d\d:?\d\d)$/.test(text);
  const time = parseTime(isDay ? `${text}T00:00:00Z` : hasZone ? text : `${text}Z`);
  if (Number.isNaN(time)) throw new InvalidArgumentError('Expected a day such as 2026-09-01, or a time such as 2026-09-01T10:00:00Z.');
  return isDay && isEnd ? time + DAY : time;
}

/** A parser of whole numbers within bounds, both included. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (!Number.isInteger(number) || number < least || number > most) {
      throw new InvalidArgumentError(`Expected a whole number from ${least} to ${most}.`);
    }
    return number;
  };
}

/** An option that may be repeated and may hold a list with commas. */
export function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, ...value.split(',').filter((part) => part !== '')];
}

import { exceptionText } from '../risk/exception-use.ts';
import { type Exception, exceptionEnd, exceptionId } from '../risk/exceptions.ts';
import { dayOf } from '../scoring/rollups.ts';
import { type Check, judge, type Topic, type Verdict } from './check.ts';
import type { DoctorFacts, ExceptionDay } from './facts.ts';
import { countOf } from './words.ts';

const DAY = 86_400_000;
/** Days without a signal after which an exception is said to be unused; so many days of roll-ups are asked for, and the one that begins. */
export const UNUSED_DAYS = 30;
/** Days before its end from which an exception is spoken of. */
const SOON_DAYS = 7;
const MOST_TOLD = 10;

const EXCEPTIONS: Topic = { id: 'exceptions', group: 'Alerts', title: 'Exceptions' };

/** Whether exceptions are over, soon will be, or are not needed; null where there are none. */
export function exceptionCheck({ exceptions }: DoctorFacts, now: number): Check | null {
  if (exceptions === null) return null;
  return judge(EXCEPTIONS, exceptions.days, (days) => verdict(exceptions.configured, days, now));
}

function verdict(configured: readonly Exception[], days: readonly ExceptionDay[], now: number): Verdict {
  const told = configured.flatMap((exception) => tell(exception, days, now) ?? []);
  if (told.length === 0) return { status: 'ok', seen: `${countOf(configured.length, 'exception')} of the configuration, none over.` };
  const more = told.length > MOST_TOLD ? ` And ${told.length - MOST_TOLD} more.` : '';
  return {
    status: 'look',
    seen: `${told.slice(0, MOST_TOLD).join(' ')}${more}`,
    todo: 'Take out of "exceptions" what is not needed any more, give the rest a new last day, and deploy again.',
  };
}

function tell(exception: Exception, days: readonly ExceptionDay[], now: number): string | undefined {
  const is = exceptionText(exception);
  const end = exceptionEnd(exception);
  if (end <= now) return `${is} ended on ${exception.expires}.`;
  if (end - SOON_DAYS * DAY <= now) return `${is} ends soon: its last day is ${exception.expires}.`;
  return isUnused(exceptionId(exception), days, now) ? `${is} made no difference in the last ${UNUSED_DAYS} days.` : undefined;
}

/** Whether it was in force long enough to tell, and excepted nothing since. */
function isUnused(id: string, days: readonly ExceptionDay[], now: number): boolean {
  const own = days.filter(({ signals }) => Object.hasOwn(signals, id));
  const since = dayOf(now - (UNUSED_DAYS - 1) * DAY);
  return own.some(({ day }) => day <= since) && own.every(({ signals }) => signals[id] === 0);
}

/** The sample month: 30 days from 2026-09-01 (a Tuesday), in UTC. All instants are milliseconds since the epoch. */
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
export const DAYS = 30;
export const START = Date.UTC(2026, 8, 1);
export const END = START + DAYS * DAY;

/** Start of a day, 0 being 2026-09-01. */
export function dayStart(day: number): number {
  return START + day * DAY;
}

/** `2026-09-01` for day 0. */
export function dayName(day: number): string {
  return iso(dayStart(day)).slice(0, 10);
}

/** Saturdays and Sundays; 2026-09-01 is a Tuesday. */
export function isWeekend(day: number): boolean {
  const weekday = (2 + day) % 7;
  return weekday === 6 || weekday === 0;
}

/** `2026-09-01T08:05:00Z`: CloudTrail's times have whole seconds. */
export function iso(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `Sep 1, 2026, 8:05:00 AM`: how response elements of IAM and STS write a date. */
export function longDate(at: number): string {
  const date = new Date(at);
  const two = (value: number): string => String(value).padStart(2, '0');
  const hour = date.getUTCHours();
  const clock = `${hour % 12 || 12}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())} ${hour < 12 ? 'AM' : 'PM'}`;
  return `${MONTHS[date.getUTCMonth()]} ${date.getUTCDate()}, ${date.getUTCFullYear()}, ${clock}`;
}

/**
 * How busy people are at a local hour (0-24), 0 to 1: they come between 8 and 9, dip at lunch, thin out after 17.
 * Machines that serve people follow it on top of a floor.
 */
export function officeCurve(localHour: number): number {
  if (localHour < 7.5 || localHour >= 19) return 0;
  if (localHour < 9) return (localHour - 7.5) / 1.5;
  if (localHour >= 12 && localHour < 13) return 0.35;
  if (localHour >= 17) return (19 - localHour) / 2.5;
  return 1;
}

/** What an interval is compared with. */
export type SlotName = 'hour of the week' | 'hour of workdays' | 'hour of weekends' | 'hour of the day' | 'all hours';

/** What an hour of the week is compared with: hours of the week. */
export type Rung = readonly [name: SlotName, hours: readonly number[]];

/** Hours of a week, counted from the midnight in UTC that a Thursday began with, as 1970-01-01 did. */
export const WEEK = 168;
const ALL: readonly number[] = Array.from({ length: WEEK }, (_, hour) => hour);
export const ALL_HOURS: Rung = ['all hours', ALL];
/** What each hour of the week is compared with before all hours, the most alike first; what hours share is the same object. */
export const RUNGS: readonly (readonly Rung[])[] = rungs();

function rungs(): Rung[][] {
  const days = ALL.slice(0, 24).map((hour): Rung => ['hour of the day', ALL.filter((other) => other % 24 === hour)]);
  const alike = [false, true].map((weekend) =>
    days.map(([, hours]): Rung => [weekend ? 'hour of weekends' : 'hour of workdays', hours.filter((hour) => isWeekend(hour) === weekend)]),
  );
  return ALL.map((hour) => [['hour of the week', [hour]], alike[isWeekend(hour) ? 1 : 0]?.[hour % 24] as Rung, days[hour % 24] as Rung]);
}

function isWeekend(hour: number): boolean {
  const day = Math.floor(hour / 24);
  return day === 2 || day === 3;
}

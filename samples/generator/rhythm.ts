import { DAYS, dayStart, HOUR, isWeekend, officeCurve, START } from './calendar.ts';
import type { Random } from './random.ts';

/** Calls `each` at random instants of every hour: `floor` a hour on average, and up to `swing` more when people are at work. */
export function flow(random: Random, floor: number, swing: number, each: (at: number) => void): void {
  for (let hour = 0; hour < DAYS * 24; hour++) {
    const busy = officeCurve((hour + 2) % 24) * (isWeekend(Math.floor(hour / 24)) ? 0.45 : 1);
    const count = random.poisson(floor + swing * busy);
    for (let n = 0; n < count; n++) each(START + hour * HOUR + random.int(0, HOUR - 1));
  }
}

/** Calls `each` once a day at an hour (UTC) and within the minutes after it. */
export function daily(random: Random, hour: number, each: (at: number, day: number) => void): void {
  for (let day = 0; day < DAYS; day++) each(dayStart(day) + hour * HOUR + random.int(0, 9 * 60_000), day);
}

import { ReadingClock } from '../../../core/scoring/reading-clock.ts';
import type { ScoredPart } from '../../../core/scoring/section.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const START = Date.UTC(2026, 8, 1);
const FUTURE = Date.UTC(2099, 0, 1);

/** A part with events at these times. */
const part = (times: readonly number[]) => ({ count: times.length, times: Float64Array.from(times) }) as unknown as ScoredPart;
const day = (n: number, from = START) => part(Array.from({ length: 24 }, (_, hour) => from + n * DAY + hour * HOUR));
const seen = (parts: readonly ScoredPart[]) => {
  const clock = new ReadingClock();
  for (const one of parts) clock.see(one);
  return clock.time;
};
const noon = (n: number) => START + n * DAY + 12 * HOUR;

test.each<[name: string, parts: readonly ScoredPart[], time: number]>([
  ['nothing', [], Number.NEGATIVE_INFINITY],
  ['a few hours: not yet known where the reading is', [part([START, START + HOUR])], Number.NEGATIVE_INFINITY],
  ['files of a day', [day(0), day(1), day(2)], noon(2)],
  ['a file that goes back', [day(0), day(1), day(0)], noon(1)],
  ['files of an hour each', Array.from({ length: 30 }, (_, hour) => part([START + hour * HOUR])), START + 29 * HOUR],
  ['a gap of a year', [day(0), day(1), day(365), day(366)], noon(366)],
  ['one record of 2099 among those of a day', [day(0), part([...day(1).times, FUTURE])], noon(1) + 0.5 * DAY],
  ['a file of one record of 2099', [day(0), part([FUTURE]), day(1)], noon(1)],
  ['a large file of 2099, all of one hour', [day(0), ...Array.from({ length: 50 }, () => part([FUTURE, FUTURE + 1])), day(1)], noon(1)],
  ['such a file at first', [part([FUTURE]), day(0), day(1)], noon(1)],
  ['thirty such files among the others', Array.from({ length: 30 }, (_, n) => [part([FUTURE + n * DAY]), day(n)]).flat(), noon(29)],
  ['a file of one record of 2000', [part([Date.UTC(2000, 0, 1)]), day(0), day(1)], noon(1)],
])('%s', (_name, parts, time) => {
  const off = seen(parts) - time;
  expect(Number.isNaN(off) ? 0 : Math.abs(off)).toBeLessThanOrEqual(12 * HOUR);
});

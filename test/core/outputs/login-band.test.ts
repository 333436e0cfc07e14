import { loginBand } from '../../../core/outputs/login-band.ts';

const FROM = Math.floor(Date.UTC(2026, 8, 1) / 3_600_000);

/** Six sign-ins at 8 and at 9 on workdays, and what is put in besides. */
function logins(days: number, more: readonly (readonly [hour: number, count: number])[] = []): Map<number, number> {
  const counts = new Map<number, number>();
  for (let hour = FROM; hour < FROM + days * 24; hour += 1) {
    const weekday = new Date(hour * 3_600_000).getUTCDay();
    if (weekday > 0 && weekday < 6 && (hour % 24 === 8 || hour % 24 === 9)) counts.set(hour, 6);
  }
  for (const [hour, count] of more) counts.set(FROM + hour, count);
  return counts;
}

const of = (days: number, more: readonly (readonly [number, number])[] = []) => loginBand(logins(days, more), FROM, FROM + days * 24 - 1);

test('an hour with many more than usual is a spike, by day and at night', () => {
  const [morning, night] = [21 * 24 + 8, 22 * 24 + 3];
  const found = of(28, [
    [morning, 60],
    [night, 60],
  ]);
  expect(found?.spikes.map(({ hour, observed }) => [hour - FROM, observed])).toEqual([
    [morning, 60],
    [night, 60],
  ]);
  for (const { observed, high } of found?.spikes ?? []) expect(observed).toBeGreaterThan(high);
});

test('the band holds what is usual, from the 15th day on', () => {
  const found = of(28);
  expect(found?.spikes).toEqual([]);
  expect([(found?.hours.from ?? 0) - FROM, found?.hours.high.length, found?.days.high.length]).toEqual([14 * 24, 14 * 24, 14]);
  const hour = 21 * 24 + 8 - 14 * 24;
  expect(found?.hours.usual[hour]).toBe(6);
  expect(found?.hours.high[hour]).toBeGreaterThanOrEqual(6);
  // 22 and 26 September 2026, a Tuesday and a Saturday.
  expect([found?.days.usual[7], found?.days.usual[11]]).toEqual([12, 0]);
  expect(found?.days.high[7]).toBeGreaterThanOrEqual(12);
});

test.each<[string, number]>([
  ['two weeks are too few', 14],
  ['a record from far away makes it unknown', 4000],
])('%s', (_name, days) => {
  expect(loginBand(logins(10), FROM, FROM + days * 24 - 1)).toBeNull();
});

test('without sign-ins and without events there is none', () => {
  expect(loginBand(new Map(), FROM, FROM + 30 * 24)).toBeNull();
  expect(loginBand(logins(3), Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY)).toBeNull();
});

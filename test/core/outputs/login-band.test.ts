import { type Entity, VOLUMES } from '../../../core/anomalies/observation.ts';
import { below, randomSequence } from '../../../core/anomalies/random.ts';
import { Volumes } from '../../../core/anomalies/volumes.ts';
import { loginBand } from '../../../core/outputs/login-band.ts';
import { judgedAtOnce, observation } from '../anomalies/splits.ts';

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

test('the spikes are those that the detector of volumes tells of one account with all the sign-ins', () => {
  const account: Entity = { kind: 'account', name: '111122223333' };
  let seen = 0;
  for (const seed of [1, 2, 3, 4, 5]) {
    const random = randomSequence(seed);
    const planted = Array.from({ length: 6 }, () => [15 * 24 + below(random, 45 * 24), 10 + below(random, 60)] as const);
    const counts = logins(60, planted);
    const observations = [...counts].flatMap(([hour, count]) =>
      Array.from({ length: count }, (_, i) =>
        observation(hour * 3_600_000 + i * 1000, { volumes: 1 << VOLUMES.indexOf('console-logins') }),
      ),
    );
    // The detector begins where the account was first seen.
    const told = judgedAtOnce(
      new Volumes(),
      account,
      [observation(FROM * 3_600_000), ...observations].sort((a, b) => a.time - b.time),
    )
      .filter(({ detector }) => detector === 'anomaly:volume:console-logins')
      .map(({ window: [from], observed, expected }) => [from / 3_600_000, observed, expected]);
    const found = loginBand(counts, FROM, FROM + 60 * 24 - 1)?.spikes.map(({ hour, observed, low, high }) => [
      hour,
      observed,
      `${low}-${high}`,
    ]);
    expect(found).toEqual(told);
    seen += told.length;
  }
  expect(seen).toBeGreaterThanOrEqual(5);
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

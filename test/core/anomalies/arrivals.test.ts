import fc from 'fast-check';
import { Arrivals, type ArrivalsState } from '../../../core/anomalies/arrivals.ts';
import { HourTotals } from '../../../core/anomalies/hour-totals.ts';
import { type Deliveries, isGap, REMEMBERED } from '../../../core/anomalies/silence.ts';

const HOUR = 3_600_000;
/** A Monday at midnight UTC, in hours since 1970. */
const MONDAY = Date.UTC(2026, 7, 3) / HOUR;
const ACCOUNT = '111122223333';
const OTHER = '444455556666';
const REGION = 'eu-central-1';

interface Came {
  readonly account: string;
  readonly region: string;
  readonly hour: number;
}

const kept = (arrivals: Arrivals) => new Arrivals({}, JSON.parse(JSON.stringify(arrivals.state)) as ArrivalsState);
const take = (arrivals: Arrivals, came: readonly Came[]) => {
  for (const { account, region, hour } of came) arrivals.add(account, region, MONDAY + hour, 1);
};
const each = (from: number, to: number, account = ACCOUNT, region = REGION): Came[] =>
  Array.from({ length: to - from }, (_, i) => ({ account, region, hour: from + i }));
const gapsIn = (arrivals: Arrivals, account: string) =>
  arrivals.gapsOf({ kind: 'account', name: account }).map(([from, to]) => [from / HOUR - MONDAY, to / HOUR - MONDAY]);
const plain = (deliveries: readonly Deliveries[]) =>
  deliveries.map(({ account, region, hours }) => [account, region, [...hours].map(([hour, records]) => [hour - MONDAY, records])]);

test('counts by account, region and hour, and finds the gaps of the trail and of accounts', () => {
  const arrivals = new Arrivals();
  take(arrivals, [...each(0, 200), ...each(205, 220), ...each(0, 202, OTHER), ...each(202, 220, OTHER, 'us-east-1')]);
  arrivals.advance((MONDAY + 220) * HOUR);
  expect(gapsIn(arrivals, ACCOUNT)).toEqual([[200, 205]]);
  expect(gapsIn(arrivals, OTHER)).toEqual([]);
  expect(arrivals.gapsOf({ kind: 'principal', name: ACCOUNT })).toEqual([]);
  expect(plain(arrivals.deliveries).map(([account, region]) => [account, region])).toEqual([
    [ACCOUNT, REGION],
    [OTHER, REGION],
    [OTHER, 'us-east-1'],
  ]);
});

test('what the whole trail lacks is lacking of every entity', () => {
  const arrivals = new Arrivals();
  take(arrivals, [...each(0, 200), ...each(300, 301)]);
  arrivals.advance((MONDAY + 300) * HOUR);
  // Not over yet.
  expect(gapsIn(arrivals, ACCOUNT)).toEqual([]);
  arrivals.advance((MONDAY + 301) * HOUR);
  for (const kind of ['principal', 'address', 'region', 'account'] as const) {
    expect(arrivals.gapsOf({ kind, name: 'x' })).toEqual([[(MONDAY + 200) * HOUR, (MONDAY + 300) * HOUR]]);
  }
});

test('nights, and pauses of which there was a longer one before, are no gaps', () => {
  const hours = new HourTotals();
  for (let hour = 0; hour < 600; hour += 1) if (hour % 24 >= 8 && hour % 24 < 18) hours.add(MONDAY + hour, 5);
  expect(isGap(hours, MONDAY + 570, MONDAY + 584)).toBe(false);
  expect(isGap(hours, MONDAY + 594, MONDAY + 594 + 60)).toBe(true);
});

const arbitraryCame = fc
  .record({
    account: fc.constantFrom(ACCOUNT, OTHER),
    region: fc.constantFrom(REGION, 'us-east-1'),
    from: fc.nat(2000),
    length: fc.constantFrom(1, 2, 30, 200, 400),
    step: fc.constantFrom(1, 1, 3, 24),
  })
  .map(({ account, region, from, length, step }) =>
    each(0, length, account, region).map((one) => ({ ...one, hour: from + one.hour * step })),
  );

test('any order and any split find the same gaps and, with one last look, hold the same', () => {
  let found = 0;
  fc.assert(
    fc.property(
      fc.array(arbitraryCame, { minLength: 1, maxLength: 8 }),
      fc.array(fc.nat(3000), { maxLength: 6 }),
      fc.infiniteStream(fc.nat(0xffff)),
      (groups, looks, choices) => {
        const came = groups.flat();
        const watermarks = [...new Set(looks)].sort((a, b) => a - b).concat(12_000);
        const whole = new Arrivals();
        take(whole, came);
        whole.advance((MONDAY + 12_000) * HOUR);
        let split = new Arrivals();
        // Each comes at the latest before the watermark passes its hour.
        const steps = came.map((one) => {
          const last = watermarks.findIndex((watermark) => watermark > one.hour);
          return { one, step: (choices.next().value as number) % (last + 1), place: choices.next().value as number };
        });
        const gaps = new Set<string>();
        for (const [i, watermark] of watermarks.entries()) {
          take(
            split,
            steps
              .filter(({ step }) => step === i)
              .sort((a, b) => a.place - b.place)
              .map(({ one }) => one),
          );
          split = kept(split);
          split.advance((MONDAY + watermark) * HOUR);
          for (const account of [ACCOUNT, OTHER]) for (const gap of gapsIn(split, account)) gaps.add(JSON.stringify([account, gap]));
        }
        const expected = [ACCOUNT, OTHER].flatMap((account) => gapsIn(whole, account).map((gap) => JSON.stringify([account, gap])));
        found += expected.length;
        expect([...gaps].sort()).toEqual([...new Set(expected)].sort());
      },
    ),
    { numRuns: process.env.CI === 'true' ? 2000 : 150 },
  );
  expect(found).toBeGreaterThan(20);
}, 600_000);

describe('the memory has a bound', () => {
  const year = (account: string) => each(0, 365 * 24, account);

  test('of a series that delivers every hour for a year: four weeks', () => {
    let arrivals = new Arrivals();
    for (const [i, one] of year(ACCOUNT).entries()) {
      take(arrivals, [one]);
      if (i % 24 !== 23) continue;
      arrivals.advance((MONDAY + i + 1) * HOUR);
      arrivals = kept(arrivals);
    }
    expect(arrivals.deliveries[0]?.hours.size).toBe(REMEMBERED);
    expect(JSON.stringify(arrivals.state).length).toBeLessThan(3 * 3 * REMEMBERED);
  });

  test('of a silent series the four weeks before its silence are kept, for 90 days', () => {
    const arrivals = new Arrivals();
    take(arrivals, [...each(0, 1000), ...each(0, 3000, OTHER)]);
    arrivals.advance((MONDAY + 999 + 90 * 24) * HOUR);
    arrivals.advance((MONDAY + 1000 + 90 * 24) * HOUR);
    expect(arrivals.deliveries.map(({ account, hours }) => [account, hours.size])).toEqual([
      [ACCOUNT, REMEMBERED],
      [OTHER, REMEMBERED],
    ]);
    arrivals.advance((MONDAY + 1000 + 90 * 24 + 2) * HOUR);
    expect(arrivals.deliveries.map(({ account }) => account)).toEqual([OTHER]);
  });

  test('of names without number: 1000 accounts and 4000 regions are told apart', () => {
    const size = (n: number) => {
      const arrivals = new Arrivals();
      for (let i = 0; i < n; i += 1) arrivals.add(`account-${i % 7000}`, `region-${i}`, MONDAY + (i % 50), 1);
      arrivals.add('x'.repeat(100_000), REGION, MONDAY, 1);
      arrivals.add(ACCOUNT, 'y'.repeat(100_000), MONDAY, 1);
      arrivals.advance((MONDAY + 60) * HOUR);
      return JSON.stringify(arrivals.state).length;
    };
    expect(size(50_000)).toBeLessThan(500_000);
    expect(size(50_000)).toBeLessThan(size(25_000) * 1.1);
  });

  test('of hours of other centuries: 20,000 blocks of four weeks', () => {
    const arrivals = new Arrivals({ all: true });
    for (let i = 0; i < 60_000; i += 1) arrivals.add(`account-${i % 50}`, REGION, Math.floor(i / 50) * REMEMBERED, 1);
    expect(arrivals.deliveries.reduce((sum, { hours }) => sum + hours.size, 0)).toBeLessThanOrEqual(10_000);
  });

  test('counts stop at a million', () => {
    const arrivals = new Arrivals();
    for (let i = 0; i < 3; i += 1) arrivals.add(ACCOUNT, REGION, MONDAY, 2 ** 31);
    expect([...(arrivals.deliveries[0] as Deliveries).hours]).toEqual([[MONDAY, 1_000_000]]);
    expect(plain(kept(arrivals).deliveries)).toEqual(plain(arrivals.deliveries));
  });

  test('names that are no names of objects', () => {
    const arrivals = new Arrivals();
    arrivals.add('__proto__', 'constructor', MONDAY, 1);
    expect(plain(kept(arrivals).deliveries)).toEqual([['__proto__', 'constructor', [[0, 1]]]]);
  });
});

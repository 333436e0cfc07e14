import fc from 'fast-check';
import { usualOf } from '../../../core/anomalies/robust.ts';
import { Baseline, type SeriesShape } from '../../../core/anomalies/series.ts';
import { DAY, HOUR } from '../../../core/anomalies/spells.ts';

/** A Monday. */
const MONDAY = Date.UTC(2026, 8, 7) / HOUR;
const COUNTS: SeriesShape = { of: 'counts', interval: HOUR, learning: 24, threshold: 5, rarity: 1e-6, burst: 3 };
const VALUES: SeriesShape = { ...COUNTS, of: 'values', threshold: 3.5 };

/** Noise that is the same in every run: −1, 0 or 1. */
const noise = (hour: number) => ((Math.imul(hour, 2654435761) >>> 8) % 3) - 1;
const isWorkday = (hour: number) => Math.floor((hour - MONDAY) / 24) % 7 < 5;
const isOffice = (hour: number) => isWorkday(hour) && hour % 24 >= 8 && hour % 24 < 17;

/** The hours from a Monday on, up to an hour of a later day. */
function hours(days: number, hour: number, count: (hour: number) => number): readonly [values: number[], first: number] {
  return [Array.from({ length: days * 24 + hour }, (_, i) => count(MONDAY + i)), MONDAY];
}

function judged(shape: SeriesShape, [values, first]: readonly [number[], number], value: number) {
  return new Baseline(values, first, shape).judge(value);
}

const office = (hour: number) => (isOffice(hour) ? 20 + 2 * noise(hour) : 0);
const always = (hour: number) => 20 + 2 * noise(hour);

test.each<[name: string, days: number, hour: number, slot: string, observations: number]>([
  ['six Mondays', 42, 10, 'hour of the week', 6],
  ['eight Mondays', 56, 10, 'hour of the week', 8],
  ['five Mondays', 35, 10, 'hour of workdays', 25],
  ['three weekends, on a Saturday', 26, 10, 'hour of weekends', 6],
  ['two weekends, on a Saturday', 19, 10, 'hour of the day', 19],
  ['six days', 6, 10, 'hour of the day', 6],
  ['five days', 5, 10, 'all hours', 130],
])('a slot with fewer than six observations backs off: %s', (_name, days, hour, slot, observations) => {
  const found = judged(COUNTS, hours(days, hour, always), 200);
  expect(found).toMatchObject({ slot, observations, model: 'robust z' });
  expect(Math.abs((found?.median as number) - 20)).toBeLessThanOrEqual(2);
});

test('the z is the robust one, and the band is the median and so many spreads', () => {
  const [values, first] = hours(42, 10, () => 0);
  for (const [week, count] of [10, 40, 60, 100, 130, 9000].entries()) values[week * 168 + 10] = count;
  // The median is 80, the deviations are 70, 40, 20, 20, 50 and 8920.
  const found = judged(COUNTS, [values, first], 1000);
  expect(found?.median).toBe(80);
  expect(found?.spread).toBeCloseTo(1.4826 * 45, 9);
  expect(found?.z).toBeCloseTo((1000 - 80) / (1.4826 * 45), 9);
  expect(found).toMatchObject({ low: 0, high: Math.floor(80 + 5 * 1.4826 * 45) });
});

test.each<[median: number, spread: number]>([
  [1, 1],
  [4, 2],
  [100, 10],
  [10_000, 100],
])('a count of always %d has a spread of its root', (median, spread) => {
  const series = hours(42, 10, () => median);
  expect(judged(COUNTS, series, median + 5 * spread)).toBeNull();
  expect(judged(COUNTS, series, median + 5 * spread + 1)).toMatchObject({ median, spread });
});

test('it says nothing before it has learned', () => {
  const shape = { ...COUNTS, learning: 14 * 24 };
  expect(judged(shape, hours(13, 23, always), 500)).toBeNull();
  expect(judged(shape, hours(14, 0, always), 500)).not.toBeNull();
  expect(judged({ ...COUNTS, learning: 0 }, [[], MONDAY], 500)).toBeNull();
  expect(new Baseline([], MONDAY, COUNTS).usual(MONDAY)).toBeNull();
});

test('hours without data are no zeros, and no time to learn in', () => {
  const odd = (hour: number) => (hour % 2 === 0 ? always(hour) : Number.NaN);
  // As zeros they would make a median of 0 for all hours.
  expect(judged(COUNTS, hours(5, 11, odd), 100)).toMatchObject({ slot: 'all hours', observations: 66, median: 20 });
  expect(judged({ ...COUNTS, learning: 14 * 24 }, hours(27, 0, odd), 500)).toBeNull();
  expect(judged({ ...COUNTS, learning: 14 * 24 }, hours(28, 0, odd), 500)).not.toBeNull();
});

test('of counts only more than usual is told, of values less too', () => {
  const series = hours(42, 10, always);
  expect(judged(COUNTS, series, 0)).toBeNull();
  expect(judged(VALUES, series, 0)?.z).toBeLessThan(-3.5);
  expect(judged(VALUES, series, 40)?.z).toBeGreaterThan(3.5);
  expect(judged(VALUES, series, 22)).toBeNull();
});

test('what is usual by day is unusual by night', () => {
  expect(judged(COUNTS, hours(42, 10, office), 20)).toBeNull();
  expect(judged(COUNTS, hours(42, 3, office), 20)).toMatchObject({ model: 'counts', slot: 'hour of the week', median: 0 });
  expect(judged(COUNTS, hours(47, 10, office), 20)).toMatchObject({ model: 'counts', median: 0 });
});

test('a slot whose few observations happen to agree has the typical spread', () => {
  const wide = (hour: number) => 100 + 30 * (Math.floor(hour / 168) % 2 === 0 ? 1 : -1);
  const [values, first] = hours(42, 10, wide);
  for (let week = 0; week < 6; week += 1) values[week * 168 + 10] = 100;
  // Its own spread would be the root of 100.
  expect(judged(COUNTS, [values, first], 300)).toBeNull();
  expect(judged(COUNTS, [values, first], 350)?.spread).toBeCloseTo(1.4826 * 30, 9);
});

describe('in hours that are mostly zero', () => {
  const none = () => 0;
  const bursts = (hour: number) => (hour % 61 === 0 ? 40 : 0);

  test.each<[name: string, series: (hour: number) => number, count: number, isUnusual: boolean]>([
    ['a few where there were never any', none, 5, false],
    ['many where there were never any', none, 17, true],
    ['a burst as they come now and then', bursts, 40, false],
    ['a burst twice as large', bursts, 80, false],
    ['one by far larger', bursts, 600, true],
  ])('%s', (_name, series, count, isUnusual) => {
    const found = judged(COUNTS, hours(42, 10, series), count);
    expect(found !== null).toBe(isUnusual);
    if (found !== null) expect(found).toMatchObject({ model: 'counts', low: 0, median: 0 });
  });

  test('the usual band ends where the unusual begins', () => {
    const series = hours(42, 10, bursts);
    const high = new Baseline(series[0], MONDAY, COUNTS).usual(MONDAY + 42 * 24 + 10)?.high as number;
    expect(judged(COUNTS, series, high)).toBeNull();
    expect(judged(COUNTS, series, high + 1)?.high).toBe(high);
  });

  test('an attack of months ago does not hide the next one', () => {
    const [values, first] = hours(42, 10, none);
    values[500] = 300;
    expect(judged(COUNTS, [values, first], 200)).not.toBeNull();
  });
});

test.each<[name: string, times: number, isTold: boolean]>([
  // Three times in six weeks are once in two weeks.
  ['three times', 3, true],
  ['four times', 4, false],
])('what was as far out %s in six weeks before', (_name, times, isTold) => {
  for (const [base, count] of [
    [always, 200],
    [() => 0, 200],
  ] as const) {
    const [values, first] = hours(42, 10, base);
    for (let i = 0; i < times; i += 1) values[100 + 151 * i] = 250;
    expect(judged(COUNTS, [values, first], count) !== null).toBe(isTold);
  }
});

test('a new level is told for some hours, not for weeks', () => {
  const [values, first] = hours(42, 0, always);
  const told: number[] = [];
  for (let hour = 0; hour < 72; hour += 1) {
    if (judged(COUNTS, [values, first], 200) !== null) told.push(hour);
    values.push(200);
  }
  expect(told[0]).toBe(0);
  expect(told.length).toBeLessThanOrEqual(12);
  expect(told.at(-1)).toBeLessThan(24);
});

test('more is never less unusual', () => {
  const counts = fc.array(fc.oneof(fc.constant(0), fc.nat(5), fc.nat(300)), { minLength: 200, maxLength: 900, size: 'max' });
  fc.assert(
    fc.property(counts, fc.nat(400), fc.nat(400), (values, count, more) => {
      const baseline = new Baseline(values, MONDAY, COUNTS);
      if (baseline.judge(count) !== null) expect(baseline.judge(count + more)).not.toBeNull();
    }),
    { numRuns: 500 },
  );
});

test('clocks that change do not matter: hours are those of UTC', () => {
  const zone = process.env.TZ;
  try {
    // The clocks of Berlin went back on 25 October 2026, those of New York on 1 November.
    const found = ['UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe'].map((name) => {
      process.env.TZ = name;
      const [values, first] = hours(42, 10, office);
      const told: number[] = [];
      for (let hour = values.length; hour < 70 * 24; hour += 1) {
        if (judged(COUNTS, [values, first], office(MONDAY + hour)) !== null) told.push(hour);
        values.push(office(MONDAY + hour));
      }
      return [told, judged(COUNTS, [values, first], 90)];
    });
    expect(found.map(([told]) => told)).toEqual([[], [], [], []]);
    expect(new Set(found.map((one) => JSON.stringify(one))).size).toBe(1);
  } finally {
    if (zone === undefined) delete process.env.TZ;
    else process.env.TZ = zone;
  }
});

test('with many intervals in an hour no day vouches for itself', () => {
  const five = { ...VALUES, interval: 5 * 60_000 };
  const first = MONDAY * 12;
  // By day 80, by night 20; the first Saturday ends at ten past nine.
  const level = (i: number) => (Math.floor(i / 12) % 24 >= 9 ? 80 : 20) + noise(i);
  const values = Array.from({ length: (5 * DAY + 9 * HOUR) / five.interval + 2 }, (_, i) => level(i));
  expect(new Baseline(values, first, five).usual(first + values.length)).toMatchObject({ slot: 'hour of the day' });
  expect(judged(five, [values, first], 80)).toBeNull();
  expect(judged(five, [values, first], 20)).not.toBeNull();
});

test('a metric without any noise is not endlessly exact', () => {
  expect(
    judged(
      VALUES,
      hours(42, 10, () => 100),
      106,
    ),
  ).toBeNull();
  expect(
    judged(
      VALUES,
      hours(42, 10, () => 100),
      108,
    ),
  ).toMatchObject({ spread: 2, z: 4 });
});

describe('median and spread', () => {
  const middle = (numbers: readonly number[]) => {
    const sorted = numbers.toSorted((a, b) => a - b);
    const half = sorted.length >> 1;
    return sorted.length % 2 === 1 ? (sorted[half] as number) : ((sorted[half - 1] as number) + (sorted[half] as number)) / 2;
  };
  const naive = (numbers: readonly number[]) => {
    const median = middle(numbers);
    const away = numbers.map((number) => Math.abs(number - median));
    const deviation = middle(away);
    return { median, spread: deviation > 0 ? 1.4826 * deviation : (1.2533 * away.reduce((sum, one) => sum + one, 0)) / away.length };
  };
  const numbers = fc.array(fc.oneof(fc.integer({ min: -5, max: 5 }), fc.double({ min: -1e6, max: 1e6, noNaN: true })), {
    minLength: 2,
    maxLength: 40,
  });

  test('are those of the definition, with and without one of the numbers', () => {
    fc.assert(
      fc.property(numbers, fc.nat(39), (all, at) => {
        const sorted = Float64Array.from(all).sort();
        const left = at % sorted.length;
        const of = (found: { median: number; spread: number }) => [found.median, found.spread];
        const close = (expected: number[]) => expected.map((one) => expect.closeTo(one, 6));
        expect(of(usualOf(sorted))).toEqual(close(of(naive(all))));
        expect(of(usualOf(sorted, left))).toEqual(close(of(naive([...sorted].filter((_, i) => i !== left)))));
      }),
      { numRuns: 2000 },
    );
  });
});

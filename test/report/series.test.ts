import fc from 'fast-check';
import { type Bucket, bandOf, bucketsOf, dwarfing, hoursIn, MOST_BUCKETS, positionOf, spanOf, weekOf } from '../../report/series.ts';

const HOURS = [
  { hour: '2026-03-02T01:00:00Z', counts: [4, 1] },
  { hour: '2026-02-27T23:00:00Z', counts: [1, 0] },
  { hour: '2026-02-27T22:00:00Z', counts: [2, 5] },
];

describe('buckets', () => {
  test('hours are summed by day, oldest first, and days without events are there with nothing', () => {
    expect(bucketsOf(HOURS, 'day')).toEqual([
      { key: '2026-02-27', counts: [3, 5] },
      { key: '2026-02-28', counts: [0, 0] },
      { key: '2026-03-01', counts: [0, 0] },
      { key: '2026-03-02', counts: [4, 1] },
    ]);
  });

  test('by hour, every hour between the first and the last is there', () => {
    const buckets = bucketsOf(HOURS, 'hour');
    expect(buckets).toHaveLength(52);
    expect(buckets[0]).toEqual({ key: '2026-02-27T22', counts: [2, 5] });
    expect(buckets.at(-1)).toEqual({ key: '2026-03-02T01', counts: [4, 1] });
  });

  test.each(['day', 'hour'] as const)('no hour, no %s', (unit) => expect(bucketsOf([], unit)).toEqual([]));

  test('a record dated far away does not cost a bar for every hour between', () => {
    const far = [...HOURS, { hour: '9999-12-31T23:00:00Z', counts: [1, 0] }];
    expect(bucketsOf(far, 'hour')).toHaveLength(4);
    expect(bucketsOf(far, 'day')).toHaveLength(3);
    expect(MOST_BUCKETS).toBeLessThan(100_000);
  });

  test('sums survive, for any hours in any order', () => {
    const hour = fc.integer({ min: 0, max: 5_000 }).map((at) => new Date(Date.UTC(2026, 0, 1) + at * 3_600_000).toISOString());
    const entry = fc.record({ hour, counts: fc.tuple(fc.nat(99), fc.nat(99)) });
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 40 }), fc.constantFrom('day' as const, 'hour' as const), (entries, unit) => {
        const buckets = bucketsOf(entries, unit);
        const sum = (items: readonly { readonly counts: readonly number[] }[], series: number): number =>
          items.reduce((total, { counts }) => total + (counts[series] ?? 0), 0);
        expect([sum(buckets, 0), sum(buckets, 1)]).toEqual([sum(entries, 0), sum(entries, 1)]);
        const keys = buckets.map(({ key }) => key);
        expect(keys).toEqual([...new Set(keys)].sort());
      }),
    );
  });
});

describe('spans', () => {
  test.each([
    ['2026-03-04', { from: '2026-03-04T00:00', to: '2026-03-05T00:00' }],
    ['2026-12-31', { from: '2026-12-31T00:00', to: '2027-01-01T00:00' }],
    ['2026-03-04T23', { from: '2026-03-04T23:00', to: '2026-03-05T00:00' }],
  ])('%s lasts', (key, span) => expect(spanOf(key)).toEqual(span));
});

describe('positions', () => {
  const buckets: Bucket[] = ['2026-03-01', '2026-03-03', '2026-03-05'].map((key) => ({ key, counts: [] }));

  test.each([
    ['2026-02-01', 0],
    ['2026-03-01', 0],
    ['2026-03-02', 1],
    ['2026-03-05', 2],
    ['2026-09-01', 2],
  ])('of %s', (key, position) => expect(positionOf(buckets, key)).toBe(position));

  test('in an empty list is the first', () => expect(positionOf([], '2026-03-01')).toBe(0));
});

test('the week is told by weekday from Monday and hour, in UTC', () => {
  const week = weekOf([...HOURS, { hour: '2026-03-06T22:30:00Z', counts: [10, 0] }], 2);
  expect(week).toHaveLength(7);
  expect(week.every((day) => day.length === 24)).toBe(true);
  expect(week[4]?.[22]).toEqual([12, 5]);
  expect(week[4]?.[23]).toEqual([1, 0]);
  expect(week[0]?.[1]).toEqual([4, 1]);
  expect(week.flat(2).reduce((sum, count) => sum + count, 0)).toBe(23);
});

test.each([
  ['a giant before the rest', [100_000, 40, 3, 0, 1], [0]],
  ['two giants', [100_000, 900, 3, 0, 1], [0, 1]],
  ['nothing after the giant', [100_000, 0, 0, 0, 0], []],
  ['equals', [10, 9, 8, 7, 6], []],
  ['a giant at the end is what one looks for', [1, 1, 1, 1, 9_000], []],
])('what dwarfs the rest: %s', (_name, totals, hidden) => expect(dwarfing(totals)).toEqual(hidden));

describe('what is usual', () => {
  const days = ['2026-02-27', '2026-02-28', '2026-03-01'].map((key) => ({ key, counts: [0] }));

  test('stands at its bucket, and nowhere where it is not known', () => {
    const band = { from: '2026-02-28T00:00:00Z', low: [1], usual: [2.5], high: [4] };
    expect(bandOf(band, days, 'day')).toEqual([null, { low: 1, usual: 2.5, high: 4 }, null]);
    expect(bandOf(null, days, 'day')).toEqual([null, null, null]);
    expect(bandOf(band, [{ key: '2026-02-28T01', counts: [0] }], 'hour')).toEqual([null]);
    expect(bandOf(band, [{ key: 'no time', counts: [0] }], 'day')).toEqual([null]);
  });

  test('unusual hours are counted by bucket, each once', () => {
    const hours = ['2026-02-28T01:00:00Z', '2026-02-28T01:00:00Z', '2026-02-28T05:00:00Z', '2026-04-01T00:00:00Z'];
    expect(hoursIn(hours, days, 'day')).toEqual([0, 2, 0]);
    expect(hoursIn(hours, [{ key: '2026-02-28T05', counts: [0] }], 'hour')).toEqual([1]);
  });
});

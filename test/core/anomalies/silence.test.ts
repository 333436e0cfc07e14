import fc from 'fast-check';
import { type Deliveries, gaps, REMEMBERED, type Silence, silenceAnomaly, silences } from '../../../core/anomalies/silence.ts';

const HOUR = 3_600_000;
/** A Monday at midnight UTC, in hours since 1970. */
const MONDAY = Date.UTC(2026, 7, 3) / HOUR;
const ACCOUNT = '111122223333';

interface Made extends Deliveries {
  readonly hours: ReadonlyMap<number, number>;
}

/** Hours [from, to) of a series, those that `brings` gives a number of records. */
function delivered(from: number, to: number, brings: (hour: number) => number, region = 'eu-central-1', account = ACCOUNT): Made {
  const hours = Array.from({ length: to - from }, (_, i) => [MONDAY + from + i, brings(from + i)] as const);
  return { account, region, hours: new Map(hours.filter(([, count]) => count > 0)) };
}
const always = () => 100;
const workday = (hour: number) => (hour % 168 < 120 && hour % 24 >= 8 && hour % 24 < 18 ? 40 : 0);
const now = (hour: number, minutes = 0) => (MONDAY + hour) * HOUR + minutes * 60_000;
const brief = ({ scope, region, since, hours, usual }: Silence) => [scope, region, since / HOUR - MONDAY, hours, usual];
const WEEKS = 4 * 168;

describe('what always delivers', () => {
  const busy = delivered(0, WEEKS, always);
  test.each<[name: string, at: number, expected: unknown[]]>([
    ['in its last hour', now(WEEKS), []],
    ['in the next hour', now(WEEKS, 59), []],
    ['an hour without', now(WEEKS + 1), []],
    ['two hours without', now(WEEKS + 2), [['trail', '', WEEKS, 2, 0]]],
    ['a day without', now(WEEKS + 24, 30), [['trail', '', WEEKS, 24, 0]]],
  ])('%s', (_name, at, expected) => {
    expect(silences([busy], at).map(brief)).toEqual(expected);
  });

  test('is told in full', () => {
    const [silence] = silences([busy], now(WEEKS + 5));
    expect(silence).toEqual({
      scope: 'trail',
      account: ACCOUNT,
      region: '',
      since: now(WEEKS),
      until: null,
      evidentAt: now(WEEKS + 2),
      hours: 5,
      usual: 0,
      expected: 500,
    });
    expect(silenceAnomaly(silence as Silence)).toEqual({
      detector: 'anomaly:silence:trail',
      entity: { kind: 'account', name: ACCOUNT },
      title: 'No records arrive',
      text: `The trail of account ${ACCOUNT} delivered nothing for 5 hours from 2026-08-31 00:00 UTC, where about 500 records are usual and 0 hours were the longest pause.`,
      level: 'high',
      confidence: 0.95,
      tactics: ['defense-evasion'],
      techniques: ['T1562.008'],
      time: now(WEEKS + 2),
      window: [now(WEEKS), now(WEEKS + 5)],
      observed: 0,
      expected: 'about 500',
      score: 5,
      reasons: [
        '5 whole hours brought no record; the longest pause before was 0 hours.',
        'Such hours normally bring records.',
        'See whether logging was stopped, a policy or a key refuses delivery, or files are missing.',
      ],
      principal: '',
      roleTag: 'unknown',
      account: ACCOUNT,
      region: '',
      address: '',
      eventID: '',
      cause: ['trail', ACCOUNT, '', String(now(WEEKS))],
    });
  });

  test('is told the same at each look', () => {
    const looks = [2, 3, 24, 100].map((hours) => silences([busy], now(WEEKS + hours)).map(silenceAnomaly)[0]);
    expect(new Set(looks.map((told) => JSON.stringify([told?.cause, told?.time]))).size).toBe(1);
  });
});

describe('what has habits', () => {
  const office = delivered(0, WEEKS - 48 - 6, workday);
  const nightly = delivered(0, WEEKS, (hour) => (hour % 24 === 2 ? 5 : 0));
  test.each<[name: string, deliveries: Deliveries, at: number, expected: unknown[]]>([
    ['a night', delivered(0, WEEKS - 48 - 30, workday), now(WEEKS - 48 - 16), []],
    ['a weekend', office, now(WEEKS + 8), []],
    ['Monday morning', office, now(WEEKS + 9), []],
    ['all of Monday', office, now(WEEKS + 40), [['trail', '', WEEKS - 54, 94, 62]]],
    ['one record a night: a night that lacks it', nightly, now(WEEKS + 8), []],
    ['one record a night: two nights', nightly, now(WEEKS + 51), [['trail', '', WEEKS - 21, 72, 23]]],
    ['new a week ago', delivered(0, 167, always), now(180), []],
    ['known for a week', delivered(0, 168, always), now(180), [['trail', '', 168, 12, 0]]],
    ['hardly anything ever', delivered(0, WEEKS, (hour) => (hour % 100 === 0 ? 1 : 0)), now(WEEKS + 400), []],
    ['nothing at all', delivered(0, 0, always), now(0), []],
  ])('%s', (_name, deliveries, at, expected) => {
    expect(silences([deliveries], at).map(brief)).toEqual(expected);
  });
});

describe('the widest silence is told alone', () => {
  const other = '444455556666';
  const parts = (ends: readonly number[]): Deliveries[] => [
    delivered(0, ends[0] as number, always, 'eu-central-1'),
    delivered(0, ends[1] as number, always, 'us-east-1'),
    delivered(0, ends[2] as number, always, 'eu-central-1', other),
    delivered(0, ends[3] as number, always, 'us-east-1', other),
  ];
  test.each<[name: string, ends: readonly number[], expected: unknown[]]>([
    ['nothing', [0, 0, 0, 0], []],
    ['a region', [0, -9, 0, 0], [['region', ACCOUNT, 'us-east-1']]],
    ['an account', [0, 0, -9, -9], [['account', other, '']]],
    ['one region before its account', [0, 0, -9, -20], [['account', other, '']]],
    [
      'a region of each',
      [0, -9, -9, 0],
      [
        ['region', ACCOUNT, 'us-east-1'],
        ['region', other, 'eu-central-1'],
      ],
    ],
    ['everything', [-9, -9, -9, -9], [['trail', '', '']]],
  ])('%s', (_name, ends, expected) => {
    const told = silences(parts(ends.map((end) => WEEKS + end)), now(WEEKS));
    expect(told.map(({ scope, account, region }) => [scope, account, region])).toEqual(expected);
  });

  test('entities and levels', () => {
    const told = (ends: readonly number[]) =>
      silences(parts(ends), now(WEEKS))
        .map(silenceAnomaly)
        .map(({ entity, level, text }) => [entity.kind, entity.name, level, text.slice(0, 32)]);
    expect(told([WEEKS, WEEKS - 9, WEEKS, WEEKS])).toEqual([['region', `${ACCOUNT}/us-east-1`, 'low', 'Region us-east-1 of account 1111']]);
    expect(told([WEEKS, WEEKS, WEEKS - 9, WEEKS - 9])).toEqual([['account', other, 'medium', 'Account 444455556666 delivered n']]);
    expect(told([WEEKS - 9, WEEKS - 9, WEEKS - 9, WEEKS - 9])).toEqual([
      ['account', 'all accounts', 'high', 'The whole trail delivered nothin'],
    ]);
  });
});

describe('gaps in files', () => {
  const without =
    (...missing: readonly (readonly [number, number])[]) =>
    (hour: number) =>
      missing.some(([from, to]) => hour >= from && hour < to) ? 0 : 100;
  test.each<[name: string, deliveries: readonly Deliveries[], expected: unknown[]]>([
    ['none', [delivered(0, WEEKS, always)], []],
    ['no files', [], []],
    ['a few days of logs say nothing', [delivered(0, 72, without([20, 40]))], []],
    ['a day is missing', [delivered(0, WEEKS, without([300, 324]))], [['trail', '', 300, 24, 0]]],
    ['at the beginning too: what follows says what is normal', [delivered(0, WEEKS, without([3, 27]))], [['trail', '', 3, 24, 0]]],
    ['of two the longer, when it is longer by far', [delivered(0, WEEKS, without([300, 324], [400, 410]))], [['trail', '', 300, 24, 10]]],
    ['of two like ones neither', [delivered(0, WEEKS, without([300, 324], [400, 424]))], []],
    ['nights and weekends', [delivered(0, WEEKS, workday)], []],
    [
      'a week of holidays',
      [delivered(0, 2 * WEEKS, (hour) => (hour >= 672 && hour < 840 ? 0 : workday(hour)))],
      [['trail', '', 618, 230, 62]],
    ],
    [
      'a region that ends before the others',
      [delivered(0, WEEKS, always), delivered(0, WEEKS - 30, always, 'us-east-1')],
      [['region', 'us-east-1', WEEKS - 30, 30, 0]],
    ],
    ['nothing after the end of all', [delivered(0, WEEKS, always), delivered(0, WEEKS - 1, always, 'us-east-1')], []],
  ])('%s', (_name, deliveries, expected) => {
    expect(gaps(deliveries).map(brief)).toEqual(expected);
  });

  test('one that is over says until when, and weighs less', () => {
    const [gap] = gaps([delivered(0, WEEKS, without([300, 324]))]) as [Silence];
    expect(gap.until).toBe(now(324));
    expect(silenceAnomaly(gap)).toMatchObject({
      title: 'Records are missing',
      level: 'low',
      confidence: 0.6,
      window: [now(300), now(324)],
    });
  });
});

const series = fc
  .record({
    weeks: fc.integer({ min: 3, max: 6 }),
    seeds: fc.array(fc.nat(99), { minLength: 168, maxLength: 168 }),
    rate: fc.integer({ min: 2, max: 99 }),
  })
  .map(({ weeks, seeds, rate }) => delivered(0, weeks * 168, (hour) => ((seeds[hour % 168] as number) < rate ? 1 + (hour % 7) : 0)));

test('what delivers in the same hours of each week is never silent, and holds no gaps', () => {
  fc.assert(
    fc.property(series, fc.nat(167), (deliveries, hours) => {
      const last = Math.max(...deliveries.hours.keys());
      // The next delivery of the week's plan is not yet due.
      const next = last + 1 + hours;
      const isDue = Array.from({ length: hours }, (_, i) => last + 1 + i).some((hour) => deliveries.hours.has(hour - 168));
      if (deliveries.hours.size > 1 && !isDue) expect(silences([deliveries], next * HOUR)).toEqual([]);
      expect(gaps([deliveries]).filter(({ until }) => until !== null)).toEqual([]);
    }),
    { numRuns: 150 },
  );
});

test('a silence that goes on stays told', () => {
  fc.assert(
    fc.property(series, fc.integer({ min: 0, max: REMEMBERED }), (deliveries, hours) => {
      const last = Math.max(0, ...deliveries.hours.keys());
      const told = silences([deliveries], (last + 1 + hours) * HOUR);
      const later = silences([deliveries], (last + 1 + hours + 50) * HOUR);
      expect(later.length).toBeGreaterThanOrEqual(told.length);
      for (const [i, { since, evidentAt }] of told.entries()) expect(later[i]).toMatchObject({ since, evidentAt });
    }),
    { numRuns: 150 },
  );
});

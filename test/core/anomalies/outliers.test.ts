import fc from 'fast-check';
import { FEATURES } from '../../../core/anomalies/outlier-features.ts';
import type { OutlierVector } from '../../../core/anomalies/outlier-windows.ts';
import { OUTLIER_OPTIONS, OutlierModel, type OutlierModelState } from '../../../core/anomalies/outliers.ts';
import { quietHours } from '../../../core/anomalies/quiet-hours.ts';
import { below, randomSequence } from '../../../core/anomalies/random.ts';
import { DAY, HOUR } from '../../../core/anomalies/spells.ts';

const MONDAY = Date.UTC(2026, 8, 7);

/** A window as most are, and what is different about it. */
function vector(
  name: string,
  from: number,
  values: Readonly<Record<string, number>> = {},
  kind: 'principal' | 'address' = 'principal',
): OutlierVector {
  const usual: Readonly<Record<string, number>> = { calls: 20, actions: 4, services: 2, regions: 1, accounts: 1, peers: 1, agents: 1 };
  const all = FEATURES.map((feature) => values[feature.name] ?? usual[feature.name] ?? 0);
  return {
    entity: { kind, name },
    length: 'hour',
    from,
    to: from + HOUR,
    values: all,
    clock: [(from % DAY) / HOUR, all[0] as number],
    principal: kind === 'principal' ? name : '',
    roleTag: 'developer',
    account: '111122223333',
    region: 'eu-central-1',
    address: kind === 'address' ? name : '',
  };
}

/** Ordinary windows: `perDay` of each day, between 7 and 17 UTC. */
function ordinary(days: number, perDay = 120, kind: 'principal' | 'address' = 'principal'): OutlierVector[] {
  const next = randomSequence(11);
  return Array.from({ length: days * perDay }, (_, i) => {
    const from = MONDAY + Math.floor(i / perDay) * DAY + (7 + (i % 10)) * HOUR;
    const calls = 10 + below(next, 30);
    const actions = 2 + below(next, 8);
    return vector(
      `user-${i % perDay}`,
      from,
      { calls, actions, services: 1 + below(next, 3), 'action entropy': below(next, 3), 'write share': below(next, 4) / 10 },
      kind,
    );
  });
}

const STORM = { calls: 300, actions: 90, services: 30, regions: 12, 'error share': 0.8, 'action entropy': 6 };

test('an outlier is told of with what isolates it and what is usual', () => {
  const model = new OutlierModel();
  expect(model.take(ordinary(4))).toEqual([]);
  const from = MONDAY + 4 * DAY + 9 * HOUR;
  const [anomaly, ...others] = model.take([vector('mallory', from, STORM), vector('user-1', from)]);
  expect(others).toEqual([]);
  expect(anomaly).toMatchObject({
    detector: 'anomaly:outlier:principal',
    entity: { kind: 'principal', name: 'mallory' },
    title: 'Unusual hour of a principal',
    level: 'low',
    confidence: 0.5,
    tactics: [],
    time: from + HOUR,
    window: [from, from + HOUR],
    principal: 'mallory',
    roleTag: 'developer',
    account: '111122223333',
    region: 'eu-central-1',
    address: '',
    eventID: '',
    cause: ['principal', 'mallory', 'hour', '2026-09-11T09:00:00Z'],
  });
  expect(anomaly?.text).toMatch(
    /^In the hour from 2026-09-11T09:00:00Z mallory was unlike the hours of principals in the 4 days before: .*\.$/,
  );
  for (const told of ['80 % of the calls failed, usually 0 %', '12 regions, usually 1']) expect(anomaly?.text).toContain(told);
  expect(anomaly?.reasons.slice(0, -1)).toHaveLength(4);
  for (const reason of anomaly?.reasons.slice(0, -1) ?? []) expect(reason).toMatch(/, usually .*: \d+ % of what isolates it\.$/);
  expect(anomaly?.reasons.at(-1)).toMatch(
    /^Its isolation score is 0\.\d+; of 480 of the hours of principals in the 4 days before 99\.5 % are at 0\.\d+ or below\.$/,
  );
  expect(anomaly?.score).toBeGreaterThan(0.65);
  expect(anomaly?.expected).toMatch(/^0-0\.6\d*$/);
});

test.each([
  ['no history', 0, 120],
  ['days enough, but few windows', 5, 50],
  ['windows enough, but few days', 2, 250],
])('%s: nothing is judged', (_what, days, perDay) => {
  const model = new OutlierModel();
  model.take(ordinary(days, perDay));
  expect(model.take([vector('mallory', MONDAY + days * DAY + 9 * HOUR, STORM)])).toEqual([]);
});

test('what a day brings is learned by the next one', () => {
  const model = new OutlierModel();
  model.take(ordinary(4));
  const storms = (day: number) => Array.from({ length: 30 }, (_, i) => vector(`batch-${i}`, MONDAY + day * DAY + (i % 24) * HOUR, STORM));
  expect(model.take(storms(4))).toHaveLength(30);
  expect(model.take(storms(4 + 1))).toEqual([]);
});

test('what is older than fourteen days is forgotten', () => {
  const model = new OutlierModel();
  model.take(ordinary(4));
  const late = (day: number) => vector('mallory', MONDAY + day * DAY + 9 * HOUR, STORM);
  expect(OutlierModel.from(model.state).take([late(15)])).toHaveLength(1);
  expect(OutlierModel.from(model.state).take([late(16)])).toEqual([]);
  model.take([late(40)]);
  expect(model.state.history['principal-hour']?.map(([day]) => day)).toEqual([MONDAY / DAY + 40]);
});

test('principals and addresses, hours and days are compared with their own kind', () => {
  const model = new OutlierModel();
  model.take([
    ...ordinary(4),
    ...ordinary(4, 120, 'address').map((one) => ({ ...one, values: one.values.map((value, i) => (i === 5 ? 40 : value)) })),
  ]);
  const from = MONDAY + 4 * DAY + 9 * HOUR;
  const shared = { peers: 40 };
  expect(
    model
      .take([vector('203.0.113.7', from, shared, 'address'), vector('mallory', from, { ...STORM, ...shared })])
      .map(({ detector }) => detector),
  ).toEqual(['anomaly:outlier:principal']);
  const wholeDay: OutlierVector = { ...vector('mallory', MONDAY + 5 * DAY, STORM), length: 'day', to: MONDAY + 6 * DAY };
  expect(model.take([wholeDay])).toEqual([]);
});

test('texts of addresses', () => {
  const model = new OutlierModel();
  model.take(ordinary(4, 120, 'address'));
  const [anomaly] = model.take([vector('198.51.100.9', MONDAY + 4 * DAY + 9 * HOUR, { ...STORM, peers: 64, regions: 1 }, 'address')]);
  expect(anomaly).toMatchObject({
    detector: 'anomaly:outlier:address',
    title: 'Unusual hour of an address',
    address: '198.51.100.9',
    principal: '',
  });
  expect(anomaly?.text).toContain('64 or more principals, usually 1');
});

describe('night', () => {
  test.each<[string, readonly number[] | null, string]>([
    ['nothing is known', null, '22:00-06:00 UTC'],
    [
      'Europe works',
      Array.from({ length: 24 }, (_, hour) => (hour >= 6 && hour < 17 ? 30 : hour < 21 && hour >= 17 ? 5 : 1)),
      '21:00-05:00 UTC',
    ],
    ['California works', Array.from({ length: 24 }, (_, hour) => (hour >= 16 || hour < 2 ? 30 : hour < 4 ? 10 : 0)), '06:00-14:00 UTC'],
    ['all hours are alike', Array.from({ length: 24 }, () => 7), '22:00-06:00 UTC'],
  ])('%s', (_what, activity, text) => {
    expect(quietHours(activity).text).toBe(text);
    expect(quietHours(activity).bits.toString(2).replaceAll('0', '')).toHaveLength(8);
  });

  test('calls in the quiet hours isolate', () => {
    const model = new OutlierModel();
    model.take(ordinary(6));
    const at = (hour: number) => vector('user-1', MONDAY + 6 * DAY + hour * HOUR, { calls: 150, 'error share': 0.5 });
    const [night, ...others] = model.take([at(3), at(9)]);
    expect(night?.text).toContain("100 % of the calls in the organization's quiet hours (20:00-04:00 UTC), usually 0 %");
    expect(others).toEqual([]);
  });
});

test('what never varied before is seen when it does', () => {
  const model = new OutlierModel();
  model.take(ordinary(6));
  const at = (values: Readonly<Record<string, number>>) => model.take([vector('user-1', MONDAY + 6 * DAY + 9 * HOUR, values)]);
  expect(at({})).toEqual([]);
  // All of the history is without errors, in one region and one account.
  const [anomaly] = at({ 'error share': 0.9, regions: 8, accounts: 3 });
  expect(
    anomaly?.reasons
      .slice(0, -1)
      .map((reason) => reason.replace(/:.*/, ''))
      .sort(),
  ).toEqual(['3 accounts, usually 1', '8 regions, usually 1', '90 % of the calls failed, usually 0 %']);
});

test('a state of other features, as another version has it, is begun anew', () => {
  const model = new OutlierModel();
  model.take(ordinary(4));
  const { history, activity } = model.state;
  const other = Object.fromEntries(
    Object.entries(history).map(([slot, days]) => [
      slot,
      days.map(([day, all]) => [day, all.map((window) => [...window, 1] as const)] as const),
    ]),
  );
  const from = MONDAY + 4 * DAY;
  expect(OutlierModel.from({ history, activity }).take([vector('mallory', from, STORM)])).toHaveLength(1);
  expect(OutlierModel.from({ history: other, activity }).take([vector('mallory', from, STORM)])).toEqual([]);
  expect(OutlierModel.from({ history: {}, activity: [] }).state).toEqual(new OutlierModel().state);
});

test('whatever comes, the memory has its bounds', () => {
  const model = new OutlierModel();
  for (let day = 0; day < 17; day += 1) {
    model.take(
      Array.from({ length: 1100 }, (_, i) => ({
        ...vector(
          `name-${i}`,
          MONDAY + day * DAY + (i % 24) * HOUR,
          { ...STORM, calls: 2 ** 30 - 1 - i },
          i % 2 === 0 ? 'principal' : 'address',
        ),
        length: i % 4 < 2 ? ('hour' as const) : ('day' as const),
      })),
    );
  }
  const { history } = model.state;
  expect(Object.keys(history).sort()).toEqual(['address-day', 'address-hour', 'principal-day', 'principal-hour']);
  for (const days of Object.values(history)) {
    expect(days).toHaveLength(15);
    expect(Math.max(...days.map(([, windows]) => windows.length))).toBe(OUTLIER_OPTIONS.perDay);
  }
  expect(JSON.stringify(model.state).length).toBeLessThan(500_000);
});

test('the windows of a day are sampled fairly', () => {
  const model = new OutlierModel();
  model.take(Array.from({ length: 5000 }, (_, i) => vector(`name-${i}`, MONDAY + (i % 24) * HOUR, { calls: i < 2500 ? 20 : 40 })));
  const sample = model.state.history['principal-hour']?.[0]?.[1] ?? [];
  expect(sample).toHaveLength(OUTLIER_OPTIONS.perDay);
  const many = sample.filter(([, calls]) => calls === 40).length;
  expect(Math.abs(many - OUTLIER_OPTIONS.perDay / 2)).toBeLessThan(25);
});

const few = { leastWindows: 20, leastDays: 2, perDay: 12, quantile: 0.6, leastScore: 0.4, days: 3 };
const anyVector = fc
  .record({
    name: fc.integer({ min: 0, max: 9 }).map((i) => `name-${i}`),
    hour: fc.integer({ min: 0, max: 6 * 24 - 1 }),
    calls: fc.integer({ min: 5, max: 200 }),
    actions: fc.integer({ min: 1, max: 60 }),
    errors: fc.integer({ min: 0, max: 10 }),
    kind: fc.constantFrom('principal' as const, 'address' as const),
  })
  .map(({ name, hour, calls, actions, errors, kind }) =>
    vector(name, MONDAY + hour * HOUR, { calls, actions, 'error share': errors / 10 }, kind),
  );

test('property: any order and any split of the windows give the same outliers and the same memory', () => {
  const windows = fc.uniqueArray(fc.tuple(anyVector, fc.nat()), {
    selector: ([{ entity, from }]) => `${entity.kind} ${entity.name} ${from}`,
    minLength: 80,
    maxLength: 160,
    size: 'max',
  });
  let outliers = 0;
  fc.assert(
    fc.property(windows, fc.array(fc.integer({ min: 0, max: 6 * 24 }), { maxLength: 8 }), (all, hours) => {
      const whole = new OutlierModel(few);
      const expected = whole.take(all.map(([one]) => one));
      let model = new OutlierModel(few);
      let from = 0;
      const split = [...hours.sort((a, b) => a - b), 6 * 24].flatMap((to) => {
        const closed = all.filter(([one]) => one.from >= MONDAY + from * HOUR && one.from < MONDAY + to * HOUR);
        from = to;
        const anomalies = model.take(closed.sort(([, a], [, b]) => a - b).map(([one]) => one));
        model = OutlierModel.from(JSON.parse(JSON.stringify(model.state)) as OutlierModelState, few);
        return anomalies;
      });
      expect(split).toEqual(expected);
      expect(model.state).toEqual(whole.state);
      outliers += expected.length;
    }),
    { numRuns: 40 },
  );
  expect(outliers).toBeGreaterThan(100);
});

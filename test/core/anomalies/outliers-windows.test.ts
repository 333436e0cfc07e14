import fc from 'fast-check';
import type { Entity, Observation } from '../../../core/anomalies/observation.ts';
import { FEATURES, MOST_ACTIONS, MOST_THINGS } from '../../../core/anomalies/outlier-features.ts';
import {
  LEAST_CALLS,
  MOST_OPEN_HOURS,
  type OutlierState,
  type OutlierVector,
  outlierWindows,
} from '../../../core/anomalies/outlier-windows.ts';
import { DAY, HOUR } from '../../../core/anomalies/spells.ts';
import { observation } from './splits.ts';

const MONDAY = Date.UTC(2026, 8, 7);
const ALICE: Entity = { kind: 'principal', name: 'arn:aws:iam::111122223333:user/alice' };
const ADDRESS: Entity = { kind: 'address', name: '203.0.113.7' };

function seen(entity: Entity, events: readonly Observation[], state = outlierWindows.empty()): OutlierState {
  for (const event of events) outlierWindows.observe(state, entity, event);
  return state;
}

/** Values by the features' names. */
function named({ values }: OutlierVector): Readonly<Record<string, number>> {
  return Object.fromEntries(FEATURES.map(({ name }, i) => [name, values[i] as number]));
}

test('an hour and a day are told when they are over, not before', () => {
  const state = seen(
    ALICE,
    Array.from({ length: 12 }, (_, i) => observation(MONDAY + 9 * HOUR + i)),
  );
  expect(outlierWindows.due(state)).toBe(MONDAY + 10 * HOUR);
  expect(outlierWindows.advance(state, ALICE, MONDAY + 10 * HOUR - 1)).toEqual([]);
  const hour = outlierWindows.advance(state, ALICE, MONDAY + 10 * HOUR);
  expect(hour).toMatchObject([{ entity: ALICE, length: 'hour', from: MONDAY + 9 * HOUR, to: MONDAY + 10 * HOUR, clock: [9, 12] }]);
  expect(outlierWindows.due(state)).toBe(MONDAY + DAY);
  expect(outlierWindows.isOver(state)).toBe(false);
  const day = outlierWindows.advance(state, ALICE, MONDAY + DAY);
  expect(day).toMatchObject([{ length: 'day', from: MONDAY, to: MONDAY + DAY, clock: [9, 12], values: hour[0]?.values }]);
  expect(outlierWindows.due(state)).toBeUndefined();
  expect(outlierWindows.isOver(state)).toBe(true);
  expect(state).toEqual(outlierWindows.empty());
});

test('an event belongs to the hour that it begins', () => {
  const five = (time: number) => Array.from({ length: 5 }, () => observation(time));
  const state = seen(ALICE, [...five(MONDAY + HOUR), ...five(MONDAY + HOUR - 1)]);
  const hours = outlierWindows.advance(state, ALICE, MONDAY + 2 * HOUR).map(({ from, values }) => [from, values[0]]);
  expect(hours).toEqual([
    [MONDAY, 5],
    [MONDAY + HOUR, 5],
  ]);
});

test('what is told of a principal', () => {
  const events = [
    { action: 'iam:ListUsers', service: 'iam', failed: true },
    { action: 'iam:ListUsers', service: 'iam', failed: true },
    { action: 'iam:ListRoles', service: 'iam', failed: true },
    { action: 'iam:ListRoles', service: 'iam', region: 'us-east-1' },
    { action: 's3:PutObject', service: 's3', isWrite: true, account: '444455556666' },
    { action: 's3:PutObject', service: 's3', isWrite: true, agent: 'boto3', network: '192.0.2.0/24', address: '192.0.2.4' },
    { action: 'signin:ConsoleLogin', service: 'signin', isWrite: true, failed: true, volumes: 2, agent: '', network: '' },
    { action: 'signin:ConsoleLogin', service: 'signin', isWrite: true, volumes: 1 },
  ].map((fields) => observation(MONDAY + 5, fields));
  const [vector] = outlierWindows.advance(seen(ALICE, events), ALICE, MONDAY + HOUR) as [OutlierVector];
  expect(named(vector)).toEqual({
    ...{ calls: 8, actions: 4, services: 3, regions: 2, accounts: 2, peers: 2, agents: 2 },
    ...{ 'error share': 0.5, 'write share': 0.5, 'night share': 0, 'login failures': 1, 'action entropy': 2 },
  });
  expect(vector).toMatchObject({ principal: ALICE.name, roleTag: 'developer', account: '', region: '', address: '' });
});

test("at an address principals are the peers, and it is somebody's where only one is there", () => {
  const alone = Array.from({ length: 5 }, () => observation(MONDAY));
  const [own] = outlierWindows.advance(seen(ADDRESS, alone), ADDRESS, MONDAY + HOUR) as [OutlierVector];
  expect(named(own)).toMatchObject({ calls: 5, peers: 1, 'action entropy': 0 });
  expect(own).toMatchObject({
    principal: ALICE.name,
    roleTag: 'developer',
    account: '111122223333',
    region: 'eu-central-1',
    address: ADDRESS.name,
  });
  const shared = [...alone, observation(MONDAY, { principal: 'arn:aws:iam::111122223333:role/ci', roleTag: 'service' })];
  const [others] = outlierWindows.advance(seen(ADDRESS, shared), ADDRESS, MONDAY + HOUR) as [OutlierVector];
  expect(named(others)).toMatchObject({ calls: 6, peers: 2 });
  expect(others).toMatchObject({ principal: '', roleTag: 'unknown', account: '111122223333' });
});

test('windows with few calls are left out', () => {
  const events = [0, 1].flatMap((hour) => Array.from({ length: LEAST_CALLS.hour - 1 }, () => observation(MONDAY + hour * HOUR)));
  expect(outlierWindows.advance(seen(ALICE, events), ALICE, MONDAY + DAY)).toEqual([]);
  const enough = [...events, ...events];
  expect(outlierWindows.advance(seen(ALICE, enough), ALICE, MONDAY + DAY).map(({ length }) => length)).toEqual(['hour', 'hour', 'day']);
});

test('an event that was seen many times counts as often', () => {
  const state = outlierWindows.empty();
  outlierWindows.observe(state, ALICE, observation(MONDAY, { failed: true }), 7);
  const [vector] = outlierWindows.advance(state, ALICE, MONDAY + HOUR) as [OutlierVector];
  expect(named(vector)).toMatchObject({ calls: 7, actions: 1, 'error share': 1 });
});

describe('whatever comes, a state stays small', () => {
  test('a million user agents of one principal', () => {
    const state = outlierWindows.empty();
    const event = { ...observation(MONDAY), agent: '' };
    for (let i = 0; i < 1_000_000; i += 1) {
      event.agent = `agent-${i}`;
      outlierWindows.observe(state, ALICE, event);
    }
    expect(JSON.stringify(state).length).toBeLessThan(2000);
    const [vector] = outlierWindows.advance(state, ALICE, MONDAY + HOUR) as [OutlierVector];
    expect(named(vector)).toMatchObject({ calls: 1_000_000, actions: 1, agents: MOST_THINGS });
  });

  test('all texts are new in each event', () => {
    const state = outlierWindows.empty();
    for (let i = 0; i < 20_000; i += 1) {
      const text = `${i}`;
      const texts = { agent: text, action: text, service: text, network: text, account: text, region: text };
      outlierWindows.observe(state, ALICE, observation(MONDAY + (i % HOUR), texts));
    }
    expect(JSON.stringify(state).length).toBeLessThan(8000);
    const [vector] = outlierWindows.advance(state, ALICE, MONDAY + HOUR) as [OutlierVector];
    expect(named(vector)).toMatchObject({ actions: MOST_ACTIONS, services: MOST_THINGS, regions: MOST_THINGS, peers: MOST_THINGS });
    expect(JSON.stringify(state).length).toBeLessThan(8000);
  });

  test('long texts are not kept', () => {
    const long = 'x'.repeat(100_000);
    const events = Array.from({ length: 5 }, () =>
      observation(MONDAY, {
        agent: long,
        action: long,
        service: long,
        network: long,
        account: long,
        region: long,
        address: long,
        principal: long,
      }),
    );
    const state = seen(ADDRESS, events);
    expect(JSON.stringify(state).length).toBeLessThan(500);
    expect(outlierWindows.advance(state, ADDRESS, MONDAY + HOUR)).toMatchObject([
      { principal: '', account: '', region: '', address: ADDRESS.name },
    ]);
  });

  test('counters stop instead of wrapping', () => {
    const state = outlierWindows.empty();
    for (let i = 0; i < 4; i += 1) outlierWindows.observe(state, ALICE, observation(MONDAY, { failed: true }), 2 ** 30);
    const [vector] = outlierWindows.advance(state, ALICE, MONDAY + HOUR) as [OutlierVector];
    expect(named(vector)).toMatchObject({ calls: 2 ** 30 - 1, 'error share': 1, 'action entropy': 0 });
  });

  test('of hours that do not pass the earliest are kept', () => {
    const events = Array.from({ length: MOST_OPEN_HOURS + 100 }, (_, i) =>
      observation(MONDAY + ((i * 37) % (MOST_OPEN_HOURS + 100)) * HOUR),
    );
    const state = seen(ALICE, events);
    expect(state.open.length).toBe(MOST_OPEN_HOURS);
    expect(state.open[0]?.[0]).toBe(MONDAY / HOUR);
    expect(state.open.at(-1)?.[0]).toBe(MONDAY / HOUR + MOST_OPEN_HOURS - 1);
  });
});

const event = fc
  .record({
    time: fc.oneof(
      fc.integer({ min: 0, max: 50 * HOUR }),
      // Around the edges of hours and days.
      fc.tuple(fc.integer({ min: 0, max: 50 }), fc.integer({ min: -2, max: 2 })).map(([hour, off]) => Math.max(0, hour * HOUR + off)),
    ),
    action: fc.integer({ min: 0, max: 200 }).map((i) => `iam:Action${i}`),
    service: fc.integer({ min: 0, max: 90 }).map((i) => `service${i}`),
    agent: fc.constantFrom('', 'aws-cli', 'boto3'),
    region: fc.constantFrom('eu-central-1', 'us-east-1'),
    failed: fc.boolean(),
    isWrite: fc.boolean(),
    volumes: fc.constantFrom(0, 2),
    principal: fc.constantFrom('arn:aws:iam::111122223333:user/alice', 'arn:aws:iam::111122223333:role/ci'),
  })
  .map((fields) => observation(MONDAY + fields.time, { ...fields, time: MONDAY + fields.time }));

test('property: any order and any split of the events give the same windows', () => {
  const cuts = fc.array(fc.integer({ min: 0, max: 50 * HOUR }), { maxLength: 6 }).map((times) => times.sort((a, b) => a - b));
  // An event, its place among all of them, and how early it comes: 0 in the first run, 1 in the last that still takes it.
  const events = fc.array(fc.tuple(event, fc.nat(), fc.double({ min: 0, max: 1, noNaN: true })), { maxLength: 400, size: 'max' });
  fc.assert(
    fc.property(events, cuts, (all, times) => {
      const watermarks = [...times.map((time) => MONDAY + time), MONDAY + 3 * DAY];
      const whole = outlierWindows.advance(
        seen(
          ADDRESS,
          all.map(([one]) => one),
        ),
        ADDRESS,
        MONDAY + 3 * DAY,
      );
      const runs = watermarks.map((): Observation[] => []);
      for (const [one, , late] of all.toSorted(([, a], [, b]) => a - b)) {
        const last = watermarks.findIndex((watermark) => one.time <= watermark);
        runs[Math.round(late * last)]?.push(one);
      }
      let state = outlierWindows.empty();
      const split = runs.flatMap((run, i) => {
        seen(ADDRESS, run, state);
        const due = outlierWindows.due(state);
        const vectors = outlierWindows.advance(state, ADDRESS, watermarks[i] as number);
        if (due === undefined || due > (watermarks[i] as number)) expect(vectors).toEqual([]);
        state = JSON.parse(JSON.stringify(state)) as OutlierState;
        return vectors;
      });
      expect(split).toEqual(whole);
      expect(outlierWindows.isOver(state)).toBe(true);
    }),
    { numRuns: 300 },
  );
});

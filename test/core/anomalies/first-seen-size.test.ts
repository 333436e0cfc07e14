import { FirstSeen } from '../../../core/anomalies/first-seen.ts';
import type { Entity } from '../../../core/anomalies/observation.ts';
import { judgedAtOnce, Kept, observation } from './splits.ts';

const START = Date.UTC(2026, 8, 1);
const MINUTE = 60_000;
const DAY = 1440 * MINUTE;
const ALICE: Entity = { kind: 'principal', name: 'arn:aws:iam::111122223333:user/alice' };
const routine = Array.from({ length: 20 }, (_, day) => observation(START + day * DAY));

/** A permutation of 0 … n − 1 without a memory, n a power of two. */
const shuffled = (i: number, n: number) => (Math.imul(i, 0x9e3779b1) >>> 0) % n;

const MILLION = 1_048_576;
const PART = 65_536;

test.each<[name: string, events: number, place: (i: number) => number]>([
  ['a million user agents of one principal, in order', MILLION, (i) => i],
  ['some backwards', PART, (i) => PART - 1 - i],
  ['some in no order', PART, (i) => shuffled(i, PART)],
])('%s: they stay in bounds and are told once', (_name, events, place) => {
  const detector = new FirstSeen();
  const kept = new Kept(detector, ALICE);
  for (const event of routine) kept.observe(event);
  kept.advance(START + 20 * DAY - 1);
  let longest = 0;
  for (let i = 0; i < events; i += 1) {
    const n = place(i);
    kept.observe(observation(START + 20 * DAY + n, { agent: `tool-${n}`, eventID: `e${n}` }));
    if (i % 8192 === 8191) longest = Math.max(longest, JSON.stringify(kept.state).length);
  }
  expect(longest).toBeLessThan(60_000);
  kept.advance(Number.POSITIVE_INFINITY);
  const agents = kept.anomalies.filter(({ detector: name }) => name === 'anomaly:first-seen:agent');
  // 64 user agents are told apart, one of which is the usual one.
  expect(agents.map(({ eventID, observed }) => [eventID, observed])).toEqual([
    ['e0', 'tool-0'],
    ['e1', 'tool-1'],
    ['e2', 'tool-2'],
    ['e9', 'tool-9'],
    ['e29', 'tool-29'],
    ['e63', 65],
  ]);
  expect(agents.at(-1)).toMatchObject({ title: 'Ever new user agents', level: 'low', expected: '0-64' });
  expect(JSON.stringify(kept.state).length).toBeLessThan(10_000);
});

test('everything different in each of 60,000 events with long texts: the memory of an entity has a bound', () => {
  const detector = new FirstSeen({ days: 0, activeDays: 0 });
  const long = (name: string, n: number) => `${name}${n}${'x'.repeat(3000)}`;
  const sizes = (['principal', 'account'] as const).map((kind) => {
    const kept = new Kept(detector, { kind, name: 'it' });
    for (let n = 0; n < 30_000; n += 1) {
      const failed = n % 2 === 1;
      kept.observe(
        observation(START + n * MINUTE, {
          ...{ region: long('r', n), action: long('a', n), network: long('n', n), country: `${n}`, agent: long('u', n), failed },
          ...{ principal: long('p', n), callerAccount: long('c', n), eventID: long('e', n), address: long('i', n), account: long('o', n) },
        }),
      );
      if (n % 10_000 === 9_999) kept.advance(START + (n - 3000) * MINUTE);
    }
    return kept.longest;
  });
  // Most of it waits for the watermark, at most twice as many sightings as values are told apart; an ordinary sighting is a tenth as long.
  expect(sizes[0]).toBeLessThan(4_000_000);
  expect(sizes[1]).toBeLessThan(20_000_000);
});

test('an entity that uses the same few things all the time is small', () => {
  const detector = new FirstSeen();
  const kept = new Kept(detector, ALICE);
  for (let n = 0; n < 20_000; n += 1) kept.observe(observation(START + n * MINUTE, { action: `s3:Action${n % 30}` }));
  kept.advance(START + 20_000 * MINUTE);
  expect(kept.anomalies).toEqual([]);
  expect(JSON.stringify(kept.state).length).toBeLessThan(1600);
});

test('what is new again and again over 20 years waits in bounds', () => {
  const events = Array.from({ length: 20 * 365 }, (_, day) =>
    observation(START + day * DAY, { region: `r${day % 3}-${Math.floor(day / 100)}` }),
  );
  const detector = new FirstSeen();
  const state = detector.empty();
  for (const event of events) detector.observe(state, ALICE, event);
  expect(JSON.stringify(state).length).toBeLessThan(200_000);
  expect(judgedAtOnce(detector, ALICE, events).length).toBeGreaterThan(100);
});

import { type Entity, type Observation, VOLUMES, type Volume } from '../../../core/anomalies/observation.ts';
import { Volumes } from '../../../core/anomalies/volumes.ts';
import { judgedAtOnce, judgedOneByOne, Kept, observation } from './splits.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** A Monday. */
const START = Date.UTC(2026, 8, 7);
const ALICE: Entity = { kind: 'principal', name: 'arn:aws:iam::111122223333:user/alice' };

const bit = (volume: Volume) => 1 << VOLUMES.indexOf(volume);
const at = (day: number, hour: number, minute = 0) => START + day * DAY + hour * HOUR + minute * 60_000;

/** Events of a volume, one second after the other. */
function many(count: number, time: number, volume: Volume, more: Partial<Observation> = {}): Observation[] {
  return Array.from({ length: count }, (_, i) => observation(time + i * 1000, { volumes: bit(volume), ...more }));
}

/** Three calls an hour that are counted nowhere: they show that somebody is there. */
function presence(days: number): Observation[] {
  return Array.from({ length: days }, (_, day) => observation(at(day, 9)));
}

const attack = many(60, at(30, 3), 'failed-logins');

test('failed sign-ins of someone who had none for a month', () => {
  const [anomaly, ...others] = judgedAtOnce(new Volumes(), ALICE, [...presence(30), ...attack]);
  expect(others).toEqual([]);
  expect(anomaly).toEqual({
    detector: 'anomaly:volume:failed-logins',
    entity: ALICE,
    title: 'Unusually many failed sign-ins',
    text: 'arn:aws:iam::111122223333:user/alice had 60 failed sign-ins in the hour from 2026-10-07T03:00:00Z; 0-14 are usual in hours that are mostly without any.',
    level: 'medium',
    confidence: 0.75,
    tactics: ['credential-access'],
    techniques: ['T1110'],
    time: at(30, 4),
    window: [at(30, 3), at(30, 4)],
    observed: 60,
    expected: '0-14',
    score: anomaly?.score,
    reasons: [
      `So many in one hour have a probability below 0.000001 after the 714 such hours before, as rare as a z of ${anomaly?.score.toFixed(1)}.`,
    ],
    principal: ALICE.name,
    roleTag: 'developer',
    account: '111122223333',
    region: '',
    address: '',
    eventID: '',
    cause: ['failed-logins', 'principal', ALICE.name, '2026-10-07T03:00:00Z'],
  });
  expect(anomaly?.score).toBeGreaterThan(6);
});

test('reads of data that come every hour, and then ten times as many', () => {
  const usual = Array.from({ length: 30 * 24 }, (_, hour) => many(40 + (hour % 3), START + hour * HOUR, 'data-reads')).flat();
  const [anomaly, ...others] = judgedAtOnce(new Volumes(), ALICE, [...usual, ...many(400, at(30, 3), 'data-reads')]);
  expect(others).toEqual([]);
  expect(anomaly).toMatchObject({
    title: 'Unusually many reads of data',
    text: 'arn:aws:iam::111122223333:user/alice had 400 reads of data in the hour from 2026-10-07T03:00:00Z; 9-71 are usual at that hour of workdays.',
    level: 'low',
    tactics: ['collection', 'exfiltration'],
    techniques: ['T1530'],
    observed: 400,
    expected: '9-71',
    reasons: [
      'The median of the 22 hours compared with is 40, their spread 6.3.',
      `The robust z is ${((400 - 40) / Math.sqrt(40)).toFixed(1).replace('.0', '')}; above 5 is unusual.`,
    ],
  });
});

test.each<[kind: Entity['kind'], name: string, text: string, fields: object]>([
  ['address', '203.0.113.9', 'From 203.0.113.9 there were', { address: '203.0.113.9', account: '', region: '' }],
  ['account', '111122223333', 'In account 111122223333 there were', { address: '', account: '111122223333', region: '' }],
  ['region', 'eu-west-1', 'In region eu-west-1 there were', { address: '', account: '', region: 'eu-west-1' }],
])('a volume of an %s is low, and of nobody', (kind, name, text, fields) => {
  const once = many(1, at(0, 9), 'failed-logins');
  const [anomaly, ...others] = judgedAtOnce(new Volumes(), { kind, name }, [...once, ...presence(30), ...attack]);
  // Of an address nothing but its volumes is seen: it is there from the first of them on.
  const there = kind === 'address' ? many(1, at(29, 9), 'failed-logins') : [];
  const said = there.length === 0 ? [anomaly, ...others] : judgedAtOnce(new Volumes(), { kind, name }, [...once, ...there, ...attack]);
  expect(said).toMatchObject([{ level: 'low', principal: '', roleTag: 'unknown', ...fields }]);
  expect(said[0]?.text.startsWith(text)).toBe(true);
});

test.each<[volume: Volume, tactics: readonly string[], technique: string, count: number, level: string]>([
  ['console-logins', ['initial-access'], 'T1078.004', 200, 'low'],
  ['failed-logins', ['credential-access'], 'T1110', 200, 'medium'],
  ['assume-role', ['lateral-movement'], 'T1550.001', 200, 'low'],
  ['denied-calls', ['discovery'], 'T1580', 200, 'low'],
  ['secret-reads', ['credential-access'], 'T1555.006', 200, 'medium'],
  ['deletes', ['impact'], 'T1485', 200, 'medium'],
  ['data-reads', ['collection', 'exfiltration'], 'T1530', 2000, 'medium'],
])('%s have a tactic and a level', (volume, tactics, technique, count, level) => {
  const said = judgedAtOnce(new Volumes(), ALICE, [...presence(30), ...many(count, at(30, 3), volume)]);
  expect(said).toMatchObject([{ detector: `anomaly:volume:${volume}`, tactics, techniques: [technique], level }]);
});

test('an event of several volumes is counted in each', () => {
  const both = many(60, at(30, 3), 'failed-logins', { volumes: bit('failed-logins') | bit('denied-calls') });
  expect(judgedAtOnce(new Volumes(), ALICE, [...presence(30), ...both]).map(({ detector }) => detector)).toEqual([
    'anomaly:volume:failed-logins',
    'anomaly:volume:denied-calls',
  ]);
});

test('it learns before it speaks, from when the entity was first there', () => {
  const told = (days: number, there: number) =>
    judgedAtOnce(new Volumes({ days }), ALICE, [...presence(there), ...many(60, at(there, 9), 'failed-logins')]).length;
  expect([told(14, 13), told(14, 14), told(3, 2), told(3, 3)]).toEqual([0, 1, 0, 1]);
});

test('who comes back after 90 days is learned anew', () => {
  const back = (days: number) => [...presence(20), observation(at(19 + days, 9)), ...many(60, at(20 + days, 9), 'failed-logins')];
  expect(judgedAtOnce(new Volumes(), ALICE, back(90))).toHaveLength(1);
  expect(judgedAtOnce(new Volumes(), ALICE, back(91))).toEqual([]);
});

test('what AWS itself calls is not counted, and an address is watched for its volumes alone', () => {
  const detector = new Volumes();
  const event = observation(START, { volumes: bit('assume-role') });
  expect(detector.wants('principal', { ...event, agent: '', network: '' })).toBe(false);
  expect(detector.wants('principal', { ...event, volumes: 0 })).toBe(true);
  expect(detector.wants('address', { ...event, volumes: 0 })).toBe(false);
  expect(detector.wants('address', event)).toBe(true);
});

describe('the hour in hand', () => {
  const detector = new Volumes();
  const quiet = () => {
    const kept = new Kept(detector, ALICE);
    for (const event of presence(30)) kept.observe(event);
    return kept;
  };

  test('is judged when it is over, not before', () => {
    const kept = quiet();
    for (const event of attack) kept.observe(event);
    kept.advance(at(30, 3, 59));
    expect(kept.anomalies).toEqual([]);
    expect(detector.due(kept.state)).toBe(at(30, 4));
    kept.advance(at(30, 4));
    expect(kept.anomalies).toHaveLength(1);
  });

  test('a half of an hour that would be unusual in full waits for the other half', () => {
    const kept = quiet();
    for (const event of attack.slice(0, 10)) kept.observe(event);
    kept.advance(at(30, 3, 30));
    for (const event of attack.slice(10, 20)) kept.observe(event);
    kept.advance(at(30, 5));
    expect(kept.anomalies).toMatchObject([{ observed: 20 }]);
  });
});

test('a record that is late for its hour changes nothing', () => {
  const kept = judgedOneByOne(new Volumes(), ALICE, [...presence(30), ...many(10, at(30, 3), 'failed-logins')]);
  kept.advance(at(30, 4));
  const before = JSON.stringify(kept.state);
  for (const event of attack) kept.observe(event);
  expect(JSON.stringify(kept.state)).toBe(before);
  kept.advance(at(31, 0));
  expect(kept.anomalies).toEqual([]);
});

test('hours in which nothing was delivered are no zeros', () => {
  // Every hour of the first and the last ten days brings ten; of the twenty days between nothing came.
  const usual = Array.from({ length: 40 * 24 }, (_, hour) =>
    hour < 240 || hour >= 720 ? many(20, START + hour * HOUR, 'denied-calls') : [],
  );
  const events = [...usual.flat(), ...many(60, at(40, 0), 'denied-calls')];
  const told = (gaps: readonly (readonly [number, number])[]) => judgedAtOnce(new Volumes({ gaps: () => gaps }), ALICE, events);
  const known = told([[at(10, 0), at(30, 0)]]);
  expect(known).toMatchObject([{ observed: 60, expected: '0-42' }]);
  // As zeros they are half of all: sixty would be three times what is usual, and no surprise; what came back would be one.
  expect(told([]).map(({ time }) => time)).not.toEqual(known.map(({ time }) => time));
  // An hour in a gap in which something came had data.
  expect(told([[at(10, 0), at(40, 0)]])).toEqual(known);
});

test('a series that varies with the hour is judged by the hour', () => {
  const office = (hour: number) => hour % 24 >= 8 && hour % 24 < 17 && Math.floor(hour / 24) % 7 < 5;
  const days = Array.from({ length: 50 * 24 }, (_, hour) => (office(hour) ? many(30, START + hour * HOUR, 'assume-role') : []));
  const told = (day: number, hour: number) => {
    const time = at(day, hour);
    const events = days.flat().filter((event) => event.time < time);
    return judgedAtOnce(new Volumes(), ALICE, [...events, ...many(40, time, 'assume-role')]).length;
  };
  // A Tuesday: at ten 40 are no surprise, at three they are; so they are on a Saturday at ten.
  expect([told(43, 10), told(43, 3), told(47, 10)]).toEqual([0, 1, 1]);
});

describe('the memory', () => {
  const detector = new Volumes();
  const all = VOLUMES.reduce((bits, volume) => bits | bit(volume), 0);

  test('of an entity that does everything in every hour of a year has a bound', () => {
    const kept = new Kept(detector, ALICE);
    for (let hour = 0; hour < 365 * 24; hour += 1) {
      detector.observe(kept.state, ALICE, observation(START + hour * HOUR, { volumes: all }), 1_000_000_000);
      if (hour % 24 === 23) kept.advance(START + hour * HOUR);
    }
    expect(kept.longest).toBeLessThan(80_000);
    // Counters stop at a million, they do not wrap.
    expect(kept.state.series.deletes?.past.at(-1)).toBe(1_000_000);
    expect(kept.anomalies).toEqual([]);
  });

  test('of what waits, too', () => {
    const kept = new Kept(detector, ALICE);
    for (let i = 0; i < 30_000; i += 1) kept.observe(observation(START + ((i * 7919) % 30_000) * HOUR, { volumes: bit('deletes') }));
    expect(kept.state.series.deletes?.waiting).toHaveLength(20_000);
    expect(kept.state.series.deletes?.waiting.slice(0, 4)).toEqual([START / HOUR, 1, START / HOUR + 1, 1]);
    expect(JSON.stringify(kept.state).length).toBeLessThan(100_000);
  });

  test('of an entity without volumes is a few bytes, and is over after 90 days', () => {
    const kept = new Kept(detector, ALICE);
    for (const event of presence(60)) kept.observe(event);
    expect(JSON.stringify(kept.state).length).toBeLessThan(100);
    expect(detector.due(kept.state)).toBeUndefined();
    expect(detector.isOver(kept.state, at(59 + 90, 9))).toBe(false);
    expect(detector.isOver(kept.state, at(59 + 90, 10))).toBe(true);
    expect(detector.isOver(kept.state, Number.POSITIVE_INFINITY)).toBe(false);
  });

  test('forgets what is more than eight weeks old', () => {
    const kept = judgedOneByOne(detector, ALICE, [...many(3, at(0, 0), 'deletes'), ...many(3, at(1, 0), 'deletes')]);
    kept.advance(at(56, 23));
    expect(kept.state.series.deletes?.past).toEqual([3]);
    detector.advance(kept.state, ALICE, at(57, 2));
    expect(kept.state.series).toEqual({});
  });
});

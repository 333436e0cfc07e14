import type { Anomaly } from '../../../core/anomalies/anomaly.ts';
import { FirstSeen } from '../../../core/anomalies/first-seen.ts';
import type { Entity, Observation } from '../../../core/anomalies/observation.ts';
import { judgedAtOnce, judgedOneByOne, Kept, observation } from './splits.ts';

const START = Date.UTC(2026, 8, 1, 9);
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const ALICE: Entity = { kind: 'principal', name: 'arn:aws:iam::111122223333:user/alice' };
const ACCOUNT: Entity = { kind: 'account', name: '111122223333' };

/** The same call on each of 20 days: enough to have learned by day 20. */
const routine = (more: Partial<Observation> = {}) => Array.from({ length: 20 }, (_, day) => observation(START + day * DAY, more));
const later = (more: Partial<Observation>, day = 20) => observation(START + day * DAY + HOUR, { eventID: 'later', ...more });
const said = (events: readonly Observation[], entity = ALICE): Anomaly[] => judgedAtOnce(new FirstSeen(), entity, events);
const brief = ({ detector, observed, level, confidence }: Anomaly) => [
  detector.replace('anomaly:first-seen:', ''),
  observed,
  level,
  confidence,
];

test('a region that is new after learning is told in full', () => {
  const event = later({ region: 'ap-southeast-1', action: 'ec2:RunInstances', service: 'ec2', isWrite: true });
  const events = [...routine(), ...routine({ region: 'eu-west-1', action: 'ec2:RunInstances', service: 'ec2' }), event];
  expect(said(events)).toEqual([
    {
      detector: 'anomaly:first-seen:region',
      entity: ALICE,
      title: 'New region for a principal',
      text: 'arn:aws:iam::111122223333:user/alice called ec2:RunInstances in ap-southeast-1, a region that it had not used in the 20 days before.',
      level: 'medium',
      confidence: 0.8,
      tactics: ['defense-evasion'],
      techniques: ['T1535'],
      time: event.time,
      window: [event.time, event.time],
      observed: 'ap-southeast-1',
      expected: 'eu-central-1 and eu-west-1',
      score: 20,
      reasons: ['Known are eu-central-1 and eu-west-1.', 'It had been watched for 20 days.', 'The call succeeded and changes something.'],
      principal: 'arn:aws:iam::111122223333:user/alice',
      roleTag: 'developer',
      account: '111122223333',
      region: 'ap-southeast-1',
      address: '198.51.100.7',
      eventID: 'later',
      cause: ['region', 'principal', 'arn:aws:iam::111122223333:user/alice', 'ap-southeast-1', 'later'],
    },
  ]);
});

describe('of a principal', () => {
  test.each<[name: string, more: Partial<Observation>, expected: unknown[]]>([
    ['nothing new', {}, []],
    ['an action that reads', { action: 'iam:ListUsers', service: 'iam' }, [['action', 'iam:ListUsers', 'low', 0.6]]],
    ['an action that writes', { action: 's3:PutObject', isWrite: true }, [['action', 's3:PutObject', 'low', 0.8]]],
    ['one by an administrator', { action: 's3:PutObject', isWrite: true, roleTag: 'admin' }, [['action', 's3:PutObject', 'low', 0.95]]],
    ['one by root', { action: 's3:PutObject', isWrite: true, roleTag: 'root' }, [['action', 's3:PutObject', 'low', 0.95]]],
    ['one that failed', { action: 's3:PutObject', isWrite: true, failed: true }, [['action', 's3:PutObject', 'low', 0.3]]],
    [
      'a sign-in is no change',
      { action: 'signin:ConsoleLogin', service: 'signin', isWrite: true },
      [['action', 'signin:ConsoleLogin', 'low', 0.6]],
    ],
    ['a network of a known country', { network: 'AS64500' }, [['network', 'AS64500', 'low', 0.3]]],
    ['a network of a new country', { network: 'AS64500', country: 'BR' }, [['network', 'AS64500', 'low', 0.6]]],
    ['a network of no known country', { network: '203.0.113.0/24', country: '' }, [['network', '203.0.113.0/24', 'low', 0.6]]],
    ['a client', { agent: 'boto3' }, [['agent', 'boto3', 'low', 0.6]]],
    ['a region that only reads', { region: 'us-west-2' }, [['region', 'us-west-2', 'low', 0.6]]],
    ['a region that refuses', { region: 'us-west-2', isWrite: true, failed: true, denied: true }, [['region', 'us-west-2', 'low', 0.3]]],
    ['a service without regions', { region: 'us-east-1', action: 's3:GetObject', service: 'iam' }, []],
    ['the token service', { region: 'us-east-1', action: 's3:GetObject', service: 'sts' }, []],
    [
      'what AWS calls for it',
      { region: 'us-west-2', action: 'kms:Decrypt', service: 'kms', agent: '', network: '', address: '', country: '' },
      [],
    ],
    ['a client that says nothing', { agent: '', network: 'AS64500' }, [['network', 'AS64500', 'low', 0.3]]],
    [
      'names of an object',
      { agent: '__proto__', action: 'constructor' },
      [
        ['action', 'constructor', 'low', 0.6],
        ['agent', '__proto__', 'low', 0.6],
      ],
    ],
  ])('%s', (_name, more, expected) => {
    expect(said([...routine(), later(more)]).map(brief)).toEqual(expected);
  });

  test('a workload makes no noise by its actions and addresses, but by region, country and client', () => {
    const workload = { roleTag: 'service' } as const;
    const quiet = later({ ...workload, action: 's3:PutObject', network: '203.0.113.0/24', address: '203.0.113.4', isWrite: true });
    const stolen = later({ ...workload, eventID: 'stolen', network: 'AS64500', country: 'BR', agent: 'boto3', region: 'us-west-2' });
    expect(said([...routine(workload), quiet, stolen]).map(brief)).toEqual([
      ['region', 'us-west-2', 'low', 0.6],
      ['country', 'BR', 'low', 0.6],
      ['agent', 'boto3', 'low', 0.6],
    ]);
  });

  test('what failed first and succeeds later is told both times', () => {
    const failed = later({ action: 'iam:CreateUser', service: 'iam', isWrite: true, failed: true, eventID: 'failed' });
    const succeeded = { ...failed, failed: false, time: failed.time + HOUR, eventID: 'succeeded' };
    const again = [failed, succeeded].map((event) => ({ ...event, time: event.time + 2 * HOUR, eventID: `${event.eventID} again` }));
    const told = said([...routine(), failed, succeeded, ...again]);
    expect(told.map(({ eventID, confidence }) => [eventID, confidence])).toEqual([
      ['failed', 0.3],
      ['succeeded', 0.8],
    ]);
    expect(told[1]?.reasons).toContain('Before, it had only failed.');
  });

  test('what succeeded before is nothing new when it fails', () => {
    expect(said([...routine(), later({ failed: true })])).toEqual([]);
  });
});

describe('of an account', () => {
  const bob = 'arn:aws:iam::111122223333:user/bob';
  test.each<[name: string, more: Partial<Observation>, expected: unknown[]]>([
    ['nothing new', { action: 'iam:ListUsers', agent: 'boto3', network: 'AS64500' }, []],
    ['a principal that reads', { principal: bob }, [['account-principal', bob, 'low', 0.6]]],
    ['a principal that writes', { principal: bob, isWrite: true }, [['account-principal', bob, 'medium', 0.8]]],
    ['a workload', { principal: bob, roleTag: 'service' }, []],
    ['a region', { region: 'us-west-2', isWrite: true }, [['account-region', 'us-west-2', 'medium', 0.8]]],
    ['another account', { callerAccount: '444455556666' }, [['external-account', '444455556666', 'low', 0.6]]],
    [
      'another account refused',
      { callerAccount: '444455556666', failed: true, isWrite: true },
      [['external-account', '444455556666', 'low', 0.3]],
    ],
  ])('%s', (_name, more, expected) => {
    expect(said([...routine(), later(more)], ACCOUNT).map(brief)).toEqual(expected);
  });

  test('it is told of the principal who did it', () => {
    const [told] = said([...routine(), later({ principal: bob, callerAccount: '' })], ACCOUNT);
    expect(told).toMatchObject({ entity: ACCOUNT, principal: bob, cause: ['account-principal', 'account', '111122223333', bob, 'later'] });
  });
});

describe('learning', () => {
  const days = (numbers: readonly number[]) => numbers.map((day) => observation(START + day * DAY));
  test.each<[name: string, active: readonly number[], then: number, isTold: boolean]>([
    ['14 days and five of them active', [0, 1, 2, 3, 4], 14, true],
    ['not yet 14 days', [0, 1, 2, 3, 4], 13.9, false],
    ['four active days', [0, 1, 2, 3], 30, false],
    ['the fifth is the day itself', [0, 1, 2, 3, 30.01], 30.02, false],
    ['the day after the fifth', [0, 1, 2, 3, 30], 31, true],
    ['first comes again after 90 days and an hour', [0, 1, 2, 3, 4], 4 + 90 + 1 / 24, false],
    ['just within 90 days', [0, 1, 2, 3, 4], 4 + 90, true],
  ])('%s', (_name, active, then, isTold) => {
    const told = said([...days(active), observation(START + then * DAY, { region: 'us-west-2', eventID: 'then' })]);
    expect(told.map(({ detector }) => detector)).toEqual(isTold ? ['anomaly:first-seen:region'] : []);
  });

  test('takes as long as it is told to', () => {
    const told = judgedAtOnce(new FirstSeen({ days: 1, activeDays: 1 }), ALICE, [
      ...days([0]),
      observation(START + DAY, { region: 'us-west-2' }),
    ]);
    expect(told).toHaveLength(1);
    expect(judgedAtOnce(new FirstSeen({ days: 0, activeDays: 0 }), ALICE, days([0]))).toHaveLength(4);
  });
});

describe('forgetting', () => {
  const region = (day: number, eventID: string) => observation(START + day * DAY, { region: 'us-west-2', eventID });
  const busy = Array.from({ length: 250 }, (_, day) => observation(START + day * DAY));
  test.each<[name: string, days: readonly number[], told: readonly number[]]>([
    ['once', [30], [30]],
    ['each day', [30, 31, 32], [30]],
    ['after 90 days it is remembered', [30, 120], [30]],
    ['an hour later it is new again', [30, 120 + 1 / 24], [30, 120 + 1 / 24]],
    ['what was learned counts', [2, 80], []],
    ['what was learned is forgotten too', [2, 100], [100]],
    ['three times', [30, 125, 220], [30, 125, 220]],
    ['each sighting counts', [30, 110, 190], [30]],
  ])('%s', (_name, days, told) => {
    const events = [...busy, ...days.map((day) => region(day, `day ${day}`))];
    const expected = told.map((day) => `day ${day}`);
    expect(said(events).map(({ eventID }) => eventID)).toEqual(expected);
    const kept = judgedOneByOne(new FirstSeen(), ALICE, events);
    kept.advance(START + 300 * DAY);
    expect(kept.anomalies.map(({ eventID }) => eventID)).toEqual(expected);
  });

  test('an entity that is gone for 90 days is over, not before, and not while something waits', () => {
    const detector = new FirstSeen();
    const state = detector.empty();
    detector.observe(state, ALICE, observation(START));
    expect(detector.isOver(state, START + 200 * DAY)).toBe(false);
    detector.advance(state, ALICE, START);
    expect(detector.due(state)).toBeUndefined();
    expect([90 * DAY, 90 * DAY + HOUR].map((after) => detector.isOver(state, START + after))).toEqual([false, true]);
    expect(detector.isOver(state, Number.POSITIVE_INFINITY)).toBe(false);
  });
});

test('of many new things on one day a few are told, with their number', () => {
  const actions = Array.from({ length: 120 }, (_, i) =>
    later({ action: `ec2:Describe${i}`, service: 'ec2', eventID: `e${i}`, time: START + 20 * DAY + i }),
  );
  const next = later({ action: 'ec2:RunInstances', service: 'ec2' }, 21);
  const told = said([...routine(), ...actions, next]);
  expect(told.map(({ eventID }) => eventID)).toEqual(['e0', 'e1', 'e2', 'e9', 'e29', 'e99', 'later']);
  expect(told[4]?.text).toMatch(
    /, which it had not done in the 20 days before\. It is the 30th of the actions that were new on this day\.$/,
  );
  expect(told[6]?.text).not.toContain('new on this day');
});

test('the watermark alone decides what is judged', () => {
  const detector = new FirstSeen({ days: 0, activeDays: 0 });
  const kept = new Kept(detector, ALICE);
  kept.observe(observation(START + 2));
  kept.observe(observation(START + 1, { region: 'us-west-2' }));
  expect(detector.due(kept.state)).toBe(START + 1);
  kept.advance(START);
  expect(kept.anomalies).toEqual([]);
  kept.advance(START + 1);
  expect(kept.anomalies.map(({ observed }) => observed)).toEqual(['us-west-2', 's3:GetObject', '198.51.100.0/24', 'aws-cli']);
  expect(detector.due(kept.state)).toBe(START + 2);
  kept.advance(START + 2);
  expect(kept.anomalies.at(-1)?.observed).toBe('eu-central-1');
  expect(detector.due(kept.state)).toBeUndefined();
});

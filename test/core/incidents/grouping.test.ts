import fc from 'fast-check';
import { Group, HALF_LIFE, incidentFactors, MOST_IDS } from '../../../core/incidents/group.ts';
import { IncidentGrouping, OPENING_EVENT, OPENING_SUM, PrincipalIncidents, QUIET } from '../../../core/incidents/grouping.ts';
import type { Incident, IncidentSignal } from '../../../core/incidents/model.ts';
import { levelOf } from '../../../core/levels.ts';

const START = Date.UTC(2026, 8, 1);
const HOUR = 3_600_000;
const ALICE = 'arn:aws:iam::111122223333:user/alice';

/** One that opens an incident by itself. */
function signal(time: number, more: Partial<IncidentSignal> = {}): IncidentSignal {
  return {
    id: `signal-${time}`,
    time: START + time,
    detector: 'rule:a',
    title: 'Trail stopped',
    level: 'high',
    tactics: ['defense-evasion'],
    techniques: ['T1562.008'],
    principal: ALICE,
    roleTag: 'developer',
    account: '111122223333',
    region: 'eu-central-1',
    address: '198.51.100.7',
    eventSource: 'cloudtrail.amazonaws.com',
    eventName: 'StopLogging',
    errorCode: '',
    weight: 0.78,
    risk: 78,
    eventID: `event-${time}`,
    ...more,
  };
}

/** One that opens none by itself, of a detector and a tactic. */
function weak(time: number, tactic: string, weight = 0.5, more: Partial<IncidentSignal> = {}): IncidentSignal {
  return signal(time, {
    detector: `rule:${tactic}`,
    title: `Rule ${tactic}`,
    tactics: [tactic],
    level: 'medium',
    weight,
    risk: weight * 100,
    ...more,
  });
}

/** What weighs nothing, and keeps a group from ending all the same. */
const nothing = (time: number) => weak(time, 'discovery', 0, { level: 'informational', detector: 'rule:i', techniques: ['T1'] });

function group(...signals: readonly IncidentSignal[]): Incident[] {
  const grouping = new IncidentGrouping();
  for (const one of signals) grouping.add(one);
  return grouping.finish(Number.POSITIVE_INFINITY);
}

const byTime = (incidents: readonly Incident[]) => [...incidents].sort((a, b) => a.opened - b.opened);
/** Risk of a group, be it an incident or not. */
function riskOf(...signals: readonly IncidentSignal[]): number {
  const made = new Group(signals[0] as IncidentSignal);
  for (const one of signals) made.add(one);
  return made.risk;
}

const pointsOf = ({ reasons }: Incident) => reasons.reduce((sum, { points }) => sum + points, 0);

test('one grave signal is an incident', () => {
  expect(group(signal(5))).toEqual([
    {
      id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
      principal: ALICE,
      roleTag: 'developer',
      status: 'resolved',
      level: 'high',
      risk: 78,
      opened: START + 5,
      updated: START + 5,
      tactics: ['defense-evasion'],
      techniques: ['T1562.008'],
      accounts: ['111122223333'],
      regions: ['eu-central-1'],
      addresses: ['198.51.100.7'],
      reasons: [{ text: 'Trail stopped', points: 78 }],
      detections: [
        {
          detector: 'rule:a',
          title: 'Trail stopped',
          level: 'high',
          tactics: ['defense-evasion'],
          techniques: ['T1562.008'],
          weight: 0.78,
          count: 1,
          first: START + 5,
          last: START + 5,
          action: 'cloudtrail.amazonaws.com:StopLogging',
          eventID: 'event-5',
          account: '111122223333',
          region: 'eu-central-1',
          address: '198.51.100.7',
          errorCode: '',
        },
      ],
      signals: 1,
      signalIds: ['signal-5'],
      top: { title: 'Trail stopped', eventID: 'event-5', time: START + 5 },
    },
  ]);
});

describe('what opens an incident', () => {
  const [A, B, C] = ['persistence', 'discovery', 'impact'] as const;

  test('one event of high risk, or what adds up to 60', () => {
    expect([OPENING_EVENT, OPENING_SUM, HALF_LIFE]).toEqual([70, 60, 24 * HOUR]);
  });

  test.each<[string, IncidentSignal[], number]>([
    ['an event of risk 70', [weak(0, A, 0.5, { risk: 70 })], 1],
    ['an event of risk 69 does not', [weak(0, A, 0.5, { risk: 69 })], 0],
    ['two medium ones of different tactics: 75', [weak(0, A), weak(HOUR, B)], 1],
    ['the same a day apart: 62', [weak(0, A), weak(24 * HOUR, B)], 1],
    ['the same two days apart: 56', [weak(0, A), nothing(24 * HOUR), weak(48 * HOUR, B)], 0],
    ['two of one tactic, one of them a low one: 55', [weak(0, A), weak(1, A, 0.2, { detector: 'rule:b' })], 0],
    ['three low ones of different tactics: 49', [weak(0, A, 0.2), weak(1, B, 0.2), weak(2, C, 0.2)], 0],
    ['the same medium one four times in an hour: 56', [0, 1, 2, 3].map((i) => weak(i, A)), 0],
    ['the same medium one sixty times in an hour: 66', Array.from({ length: 60 }, (_, i) => weak(i, A)), 1],
    ['the same medium one each day for a year', Array.from({ length: 365 }, (_, i) => weak(i * 24 * HOUR, A)), 0],
    ['what weighs nothing, however often', Array.from({ length: 100 }, (_, i) => nothing(i)), 0],
    ['what others do does not', [weak(0, A), weak(HOUR, B, 0.5, { principal: 'bob' })], 0],
    ['what was before a quiet does not', [weak(0, A), weak(QUIET + 1, B)], 0],
  ])('%s', (_name, signals, incidents) => {
    expect(group(...signals)).toHaveLength(incidents);
  });

  test('what was seen before, since the last quiet, belongs to it', () => {
    const [incident] = group(weak(0, A, 0.2), weak(20 * HOUR, B, 0.2), signal(40 * HOUR));
    expect(incident).toMatchObject({ opened: START, signals: 3, tactics: [A, B, 'defense-evasion'] });
    expect(incident?.detections.map(({ title }) => title)).toEqual([`Rule ${A}`, `Rule ${B}`, 'Trail stopped']);
  });
});

describe('risk fades', () => {
  test('by half in 24 hours', () => {
    const later = (hours: number) => riskOf(weak(0, 'persistence'), weak(hours * HOUR, 'discovery'));
    // 1 − (1 − 0.5) · (1 − 0.5 · 2^(−hours / 24))
    expect([0, 12, 24, 48, 240].map(later)).toEqual([75, 68, 63, 56, 50]);
  });

  test('a repetition adds by what is left of the ones before', () => {
    const times = (apart: number) => riskOf(...Array.from({ length: 64 }, (_, i) => weak(i * apart, 'impact')));
    expect(times(1)).toBe(67);
    // Each day again there are at most 1 + 1/2 + 1/4 + … = 2 left: 1 − 0.5^(1 + 0.1).
    expect(times(24 * HOUR)).toBe(53);
    expect(times(240 * HOUR)).toBe(50);
  });

  test('but an incident is as grave as it was at its gravest, for the reasons of then', () => {
    const [incident] = group(signal(0), weak(20 * HOUR, 'impact', 0.2));
    expect(incident).toMatchObject({ risk: 78, reasons: [{ text: 'Trail stopped', points: 78 }], signals: 2, updated: START + 20 * HOUR });
    expect(incident?.detections).toHaveLength(2);
    const [risen] = group(signal(0), weak(HOUR, 'impact', 0.2));
    expect(risen?.reasons.map(({ text }) => text)).toEqual(['Trail stopped', 'Rule impact']);
  });
});

test('a principal that is put away between any two signals goes on as if it had not been', () => {
  const signals = Array.from({ length: 40 }, (_, i) =>
    weak(i * 7 * HOUR, ['impact', 'discovery', 'persistence'][i % 3] as string, 0.3, { text: `it did ${i}.` }),
  );
  const [straight, put] = [new PrincipalIncidents(), { kept: new PrincipalIncidents() }];
  for (const one of signals) {
    straight.add(one);
    put.kept = PrincipalIncidents.from(JSON.parse(JSON.stringify(put.kept.state)));
    put.kept.add(one);
  }
  expect(put.kept.state).toEqual(straight.state);
  expect(put.kept.group?.incident('open')).toEqual(straight.group?.incident('open'));
  expect(straight.ordinal).toBe(1);
});

describe('quiet ends an incident', () => {
  test.each<[string, number[], number[][]]>([
    ['24 h are not yet quiet enough', [0, QUIET], [[0, QUIET]]],
    [
      'a millisecond more is',
      [0, QUIET + 1],
      [
        [0, 0],
        [QUIET + 1, QUIET + 1],
      ],
    ],
    [
      'it is counted from the last signal',
      [0, QUIET, 2 * QUIET, 3 * QUIET + 1],
      [
        [0, 2 * QUIET],
        [3 * QUIET + 1, 3 * QUIET + 1],
      ],
    ],
    ['signals of one moment', [0, 0, 0], [[0, 0]]],
    [
      'three incidents',
      [0, 2 * QUIET, 4 * QUIET, 4 * QUIET + 1],
      [
        [0, 0],
        [2 * QUIET, 2 * QUIET],
        [4 * QUIET, 4 * QUIET + 1],
      ],
    ],
  ])('%s', (_name, times, spans) => {
    expect(QUIET).toBe(24 * HOUR);
    const incidents = byTime(group(...times.map((time) => signal(time))));
    expect(incidents.map(({ opened, updated }) => [opened - START, updated - START])).toEqual(spans);
    expect(incidents.reduce((sum, { signals }) => sum + signals, 0)).toBe(times.length);
  });

  test('principals are quiet each for themselves', () => {
    const incidents = group(signal(0), signal(QUIET, { principal: 'bob' }), signal(QUIET + 1), signal(2 * QUIET, { principal: 'bob' }));
    expect(incidents.map(({ principal, signals }) => [principal, signals]).sort()).toEqual([
      [ALICE, 1],
      [ALICE, 1],
      ['bob', 2],
    ]);
  });
});

describe('ids', () => {
  const two = (principal: string) => byTime(group(signal(0, { principal }), signal(2 * QUIET, { principal }))).map(({ id }) => id);

  test('differ between the incidents of one principal, and between principals', () => {
    expect(new Set([...two(ALICE), ...two('bob'), ...two(`${ALICE}1`)]).size).toBe(6);
  });

  test('are the same in every run, whatever the signals say', () => {
    const other = { title: 'x', detector: 'rule:z', weight: 0.9, account: '444455556666', tactics: [], id: 'y' };
    expect(byTime(group(signal(7, other), signal(9, other), signal(3 * QUIET, other))).map(({ id }) => id)).toEqual(two(ALICE));
  });

  test('are not shifted by groups that are no incidents', () => {
    const incidents = group(nothing(0), signal(3 * QUIET), weak(6 * QUIET, 'impact'), signal(9 * QUIET));
    expect(byTime(incidents).map(({ id }) => id)).toEqual(two(ALICE));
  });
});

test('signals that weigh nothing are no incident, and tell nothing of one', () => {
  expect(group(nothing(0), nothing(1))).toEqual([]);
  const [incident] = group(nothing(0), signal(1), nothing(2));
  expect(incident).toMatchObject({ risk: 78, signals: 3, tactics: ['defense-evasion'], techniques: ['T1562.008'] });
  expect(incident?.reasons).toEqual([{ text: 'Trail stopped', points: 78 }]);
});

test('tactics, places and signals stand in the order in which they were first seen', () => {
  const [incident] = group(
    signal(0, { tactics: ['persistence'], region: 'us-east-1' }),
    signal(1, { tactics: ['discovery', 'persistence'], account: '444455556666', address: '' }),
    signal(2, { tactics: ['credential-access', 'discovery'], region: 'us-east-1', address: '203.0.113.9' }),
  );
  expect(incident).toMatchObject({
    tactics: ['persistence', 'discovery', 'credential-access'],
    accounts: ['111122223333', '444455556666'],
    regions: ['us-east-1', 'eu-central-1'],
    addresses: ['198.51.100.7', '203.0.113.9'],
    signalIds: ['signal-0', 'signal-1', 'signal-2'],
  });
});

test('the top signal is the heaviest, of equals the first', () => {
  const [incident] = group(signal(0, { weight: 0.2 }), signal(1, { title: 'B', weight: 0.8 }), signal(2, { title: 'C', weight: 0.8 }));
  expect(incident?.top).toEqual({ title: 'B', eventID: 'event-1', time: START + 1 });
});

test('incidents stand by risk, then the latest first, then by id', () => {
  const of = (principal: string, time: number, weight: number) => signal(time, { principal, weight });
  const incidents = group(of('a', 0, 0.7), of('b', 1, 0.9), of('c', 2, 0.7), of('d', 2, 0.7));
  expect(incidents.slice(0, 1).map(({ principal }) => principal)).toEqual(['b']);
  expect(incidents[3]?.principal).toBe('a');
  const [second, third] = incidents.slice(1, 3);
  expect((second as Incident).id < (third as Incident).id).toBe(true);
});

describe('what an incident weighs', () => {
  const other = (n: number, tactic: string, weight = 0.5) =>
    signal(0, { detector: `rule:${n}`, title: `Rule ${n}`, tactics: [tactic], weight });

  test('another tactic counts whole, another detector of the same tactic half', () => {
    const one = other(0, 'impact');
    expect(riskOf(one)).toBe(50);
    expect(riskOf(one, other(1, 'discovery'))).toBe(75);
    expect(riskOf(one, other(1, 'impact'))).toBe(63);
    expect(riskOf(one, other(1, 'impact'), other(2, 'impact'))).toBe(67);
  });

  test('a repetition counts hardly: 10 % of the evidence for each doubling', () => {
    const times = (n: number) => riskOf(...Array.from({ length: n }, (_, i) => weak(i, 'impact')));
    expect([times(1), times(2), times(4), times(1024)]).toEqual([50, 53, 56, 75]);
    expect(group(signal(0), signal(1), signal(2))[0]?.reasons.map(({ text }) => text)).toEqual(['Trail stopped (3 times)']);
  });

  test('of a detector the heaviest signal counts', () => {
    expect(riskOf(...[0.1, 0.8, 0.3].map((weight, i) => signal(i, { weight })))).toBe(85);
  });

  test('reasons stand heaviest first', () => {
    const [incident] = group(other(0, 'a', 0.2), other(1, 'a', 0.9), other(2, 'b', 0.5), other(3, 'a', 0.6));
    const points = incident?.reasons.map((reason) => reason.points) as number[];
    expect(points).toEqual([...points].sort((a, b) => b - a));
    expect(incident?.reasons[0]?.text).toBe('Rule 1');
  });

  test('the factors are the heaviest whole, then halves within a tactic', () => {
    const detected = [0.2, 0.9, 0.6].map((weight, i) => ({ title: `R${i}`, tactics: ['a'], weight, count: 1 }));
    const weights = incidentFactors(detected).map(({ weight }) => Math.round(weight * 1e6) / 1e6);
    expect(weights).toEqual([0.9, 0.3, 0.05]);
  });
});

test('whatever the signals: risk is 0 to 100, points add up, every grave signal is in one incident, and no incident is less than 60', () => {
  const any = fc.record({
    gap: fc.oneof(fc.integer({ min: 0, max: 1000 }), fc.integer({ min: QUIET - 2, max: QUIET + 2 })),
    principal: fc.constantFrom('a', 'b', 'c'),
    detector: fc.integer({ min: 0, max: 12 }),
    weight: fc.constantFrom(0, 0.2, 0.5, 0.78, 0.96, 1),
    tactic: fc.constantFrom('discovery', 'persistence', 'impact'),
  });
  fc.assert(
    fc.property(fc.array(any, { maxLength: 60 }), (made) => {
      let time = 0;
      const signals = made.map(({ gap, principal, detector, weight, tactic }, i) => {
        time += gap;
        return signal(time, {
          id: `s${i}`,
          principal,
          detector: `rule:${detector}`,
          title: `Rule ${detector}`,
          weight,
          risk: Math.round(weight * 100),
          tactics: [tactic],
        });
      });
      const incidents = group(...signals);
      for (const incident of incidents) {
        expect(incident.risk).toBeGreaterThanOrEqual(OPENING_SUM);
        expect(incident.risk).toBeLessThanOrEqual(100);
        expect(incident.level).toBe(levelOf(incident.risk));
        expect(pointsOf(incident)).toBe(incident.risk);
        expect(incident.signalIds).toHaveLength(incident.signals);
      }
      const told = incidents.flatMap(({ signalIds }) => signalIds);
      expect(new Set(told).size).toBe(told.length);
      for (const { id, risk } of signals) if (risk >= OPENING_EVENT) expect(told).toContain(id);
      expect(new Set(incidents.map(({ id }) => id)).size).toBe(incidents.length);
      const risks = incidents.map(({ risk }) => risk);
      expect(risks).toEqual([...risks].sort((a, b) => b - a));
    }),
    { numRuns: 300 },
  );
});

test('the lists of an incident are bounded, its count is not', () => {
  const [incident] = group(
    ...Array.from({ length: 2000 }, (_, i) => signal(i, { account: `${i}`, region: `region-${i}`, address: `192.0.2.${i}`, id: `s${i}` })),
  );
  expect(incident).toMatchObject({ signals: 2000, accounts: { length: 50 }, regions: { length: 50 }, addresses: { length: 50 } });
  expect(incident?.signalIds).toHaveLength(MOST_IDS);
  expect(incident?.signalIds.at(-1)).toBe(`s${MOST_IDS - 1}`);
  expect(incident?.reasons).toHaveLength(1);
});

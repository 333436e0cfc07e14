import type { Entity, Observation } from '../../../core/anomalies/observation.ts';
import { Probing } from '../../../core/anomalies/probing.ts';
import { judgedAtOnce, Kept, observation } from './splits.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const START = Date.UTC(2026, 8, 7);
const CI: Entity = { kind: 'principal', name: 'arn:aws:iam::111122223333:role/build' };

/** Denied calls of so many different actions, from the n-th on, ten seconds apart. */
function denied(actions: number, time: number, from = 0): Observation[] {
  return Array.from({ length: actions }, (_, i) => {
    const action = `ec2:Action${String(from + i).padStart(2, '0')}`;
    return observation(time + i * 10_000, { denied: true, failed: true, action, principal: CI.name, roleTag: 'service' });
  });
}

const judged = (...events: readonly (readonly Observation[])[]) => judgedAtOnce(new Probing(), CI, events.flat());

test('many different actions denied in an hour are told', () => {
  expect(judged(denied(16, START + 10 * HOUR))).toEqual([
    {
      detector: 'anomaly:probing',
      entity: CI,
      title: 'Many different actions denied',
      text: 'arn:aws:iam::111122223333:role/build was refused 16 different actions in the hour from 2026-09-07T10:00:00Z: ec2:Action00, ec2:Action01, ec2:Action02, ec2:Action03, ec2:Action04 and 11 more.',
      level: 'medium',
      confidence: 0.85,
      tactics: ['discovery'],
      techniques: ['T1580', 'T1526'],
      time: START + 11 * HOUR,
      window: [START + 10 * HOUR, START + 11 * HOUR],
      observed: 16,
      expected: '0-7',
      score: 16,
      reasons: [
        '8 different denied actions in an hour, or 12 in two, are no accident; whoever tries out what credentials can do meets many.',
        'There was no such hour in the 28 days before.',
      ],
      principal: CI.name,
      roleTag: 'service',
      account: '111122223333',
      region: '',
      address: '',
      eventID: '',
      cause: [CI.name, '2026-09-07T10:00:00Z'],
    },
  ]);
});

test.each<[name: string, events: readonly Observation[], observed: readonly number[]]>([
  ['seven', denied(7, START), []],
  ['eight', denied(8, START), [8]],
  ['a thousand calls of one action', Array.from({ length: 1000 }, (_, i) => denied(1, START + i * 1000)).flat(), []],
  ['six before the hour and six after', [...denied(6, START + 59 * MINUTE), ...denied(6, START + HOUR, 6)], [12]],
  ['the same six before and after', [...denied(6, START + 59 * MINUTE), ...denied(6, START + HOUR)], []],
  ['six, an hour of quiet, and six', [...denied(6, START), ...denied(6, START + 2 * HOUR, 6)], []],
  ['far more than are told apart', denied(300, START), [50]],
])('%s', (_name, events, observed) => {
  expect(judged(events).map((anomaly) => anomaly.observed)).toEqual(observed);
});

test('the level is low below fifteen', () => {
  expect([judged(denied(14, START))[0]?.level, judged(denied(15, START))[0]?.level]).toEqual(['low', 'medium']);
});

test('a job that meets the same denials each day becomes a habit, and what goes beyond it does not', () => {
  const days = Array.from({ length: 20 }, (_, day) => denied(10, START + day * DAY + 3 * HOUR));
  const said = judged(...days, denied(20, START + 20 * DAY + 3 * HOUR));
  expect(said.map(({ time, observed }) => [Math.floor((time - START) / DAY), observed])).toEqual([
    [0, 10],
    [1, 10],
    [2, 10],
    [20, 20],
  ]);
  expect(said.at(-1)).toMatchObject({ expected: '0-10' });
  expect(said.at(-1)?.reasons[1]).toBe('There were such hours on 20 of the 28 days before, on 0 with as many.');
});

test('a habit is forgotten after four weeks', () => {
  const days = [0, 1, 2, 3].map((day) => denied(10, START + day * DAY));
  expect(judged(...days, denied(10, START + 29 * DAY))).toHaveLength(3);
  expect(judged(...days, denied(10, START + 30 * DAY))).toHaveLength(4);
});

test('on one day it is told again when it has grown by half', () => {
  const hours = [10, 10, 14, 15, 20, 23].map((count, hour) => denied(count, START + 2 * hour * HOUR));
  expect(judged(...hours).map(({ observed }) => observed)).toEqual([10, 15, 23]);
});

test('only what was denied to someone is looked at', () => {
  const detector = new Probing();
  expect(detector.kinds).toEqual(['principal']);
  expect(detector.wants('principal', observation(START))).toBe(false);
  expect(detector.wants('principal', observation(START, { denied: true }))).toBe(true);
  expect(detector.wants('principal', observation(START, { denied: true, agent: '', network: '' }))).toBe(false);
});

test('the hour in hand is judged once it is over, with all of it', () => {
  const kept = new Kept(new Probing(), CI);
  for (const event of denied(9, START)) kept.observe(event);
  kept.advance(START + 5 * MINUTE);
  expect(kept.anomalies).toEqual([]);
  for (const event of denied(20, START + 6 * MINUTE, 9)) kept.observe(event);
  kept.advance(START + HOUR);
  expect(kept.anomalies).toMatchObject([{ observed: 29, level: 'medium' }]);
});

test('a record that is late for its hour changes nothing', () => {
  const kept = new Kept(new Probing(), CI);
  for (const event of denied(5, START)) kept.observe(event);
  kept.advance(START + HOUR);
  for (const event of denied(9, START + 30 * MINUTE, 5)) kept.observe(event);
  kept.advance(START + 9 * HOUR);
  expect(kept.anomalies).toEqual([]);
});

test('the memory has a bound, and is over after 90 days', () => {
  const detector = new Probing();
  const kept = new Kept(detector, CI);
  const long = 'x'.repeat(5000);
  for (let i = 0; i < 20_000; i += 1) {
    const place = (i * 7919) % 20_000;
    kept.observe(observation(START + place * MINUTE, { denied: true, action: `${String(place).padStart(6, '0')}${long}` }));
  }
  // 334 hours with 50 actions of 64 characters.
  expect(JSON.stringify(kept.state).length).toBeLessThan(334 * (50 * 67 + 20));
  kept.advance(START + 20_000 * MINUTE);
  kept.advance(START + 20_040 * MINUTE);
  expect(JSON.stringify(kept.state).length).toBeLessThan(4000);
  expect(detector.isOver(kept.state, START + 14 * DAY)).toBe(false);
  expect(detector.isOver(kept.state, START + 105 * DAY)).toBe(true);
});

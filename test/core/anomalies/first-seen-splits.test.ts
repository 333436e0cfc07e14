import fc from 'fast-check';
import { featuresOf } from '../../../core/anomalies/features.ts';
import { FirstSeen } from '../../../core/anomalies/first-seen.ts';
import type { Entity, EntityKind, Observation } from '../../../core/anomalies/observation.ts';
import { arbitrarySplit, asText, judgedAtOnce, judgedInSplit, observation } from './splits.ts';

const START = Date.UTC(2026, 0, 1);
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const FORGOTTEN = 90 * 24;
const LEARNING = { days: 3, activeDays: 2 };

const entityOf = (kind: EntityKind): Entity => ({ kind, name: 'the entity' });
const hourOf = (time: number) => Math.floor(time / HOUR);
const dayOf = (time: number) => Math.floor(time / DAY);

/** What shall be told, worked out as the docs say it: with all events at hand and in order. */
function naive(kind: EntityKind, events: readonly Observation[]): string[] {
  const told: string[] = [];
  const last = new Map<string, Map<string, number>>();
  const full = new Set<string>();
  const fresh = new Map<string, [number, number]>();
  let spell = { start: Number.NaN, hour: Number.NEGATIVE_INFINITY, days: new Set<number>() };
  for (const event of events.toSorted((a, b) => a.time - b.time || (a.eventID < b.eventID ? -1 : 1))) {
    const { time } = event;
    const hour = hourOf(time);
    if (hour - spell.hour > FORGOTTEN) {
      spell = { start: time, hour, days: new Set() };
      last.clear();
      full.clear();
    }
    spell.hour = hour;
    spell.days.add(dayOf(time));
    const hasLearned =
      time >= spell.start + LEARNING.days * DAY && [...spell.days].filter((day) => day < dayOf(time)).length >= LEARNING.activeDays;
    const isLive = (name: string, value: string) =>
      full.has(name) || hour - (last.get(name)?.get(value) ?? Number.NEGATIVE_INFINITY) <= FORGOTTEN;
    for (const feature of featuresOf(kind)) {
      const value = feature.value(event);
      if (value === '') continue;
      const name = event.failed ? feature.failedTrack : feature.name;
      if (full.has(name)) continue;
      const isNew = !isLive(feature.name, value) && !isLive(name, value);
      const values = last.get(name) ?? new Map<string, number>();
      last.set(name, values.set(value, hour));
      const isFull = [...values.values()].filter((seen) => hour - seen <= FORGOTTEN).length > feature.most;
      if (isFull) full.add(name);
      if (!isNew || !hasLearned) continue;
      if (isFull) {
        told.push(`${feature.name} changing ${event.eventID}`);
        continue;
      }
      if (feature.name === 'country' && event.roleTag !== 'service') continue;
      const [day, before] = fresh.get(feature.name) ?? [-1, 0];
      const count = day === dayOf(time) ? before + 1 : 1;
      fresh.set(feature.name, [dayOf(time), count]);
      if ([1, 2, 3, 10, 30, 100, 300].includes(count)) told.push(`${feature.name} ${value} ${event.eventID}`);
    }
  }
  return told.sort();
}

/** Events of some days or of some years, with few values or with more than can be told apart; each is made of two numbers. */
const streams = fc
  .record({
    span: fc.constantFrom(2 * DAY, 30 * DAY, 200 * DAY, 800 * DAY),
    values: fc.constantFrom(2, 5, 400),
    // Edges of hours and days come up often.
    grain: fc.constantFrom(1, HOUR, 12 * HOUR),
  })
  .chain(({ span, values, grain }) => {
    const many = values > 100;
    const number = fc.nat(0xffff_ffff);
    const events = fc.array(number, { minLength: many ? 80 : 1, maxLength: many ? 260 : 40, size: 'max' });
    return events.chain((seeds) => {
      const made = seeds.map((seed, i) => eventOf(seed, i, span, values, grain));
      return fc.record({ events: fc.constant(made), split: arbitrarySplit(made.length, START - DAY, START + span + 100 * DAY) });
    });
  });

function eventOf(seed: number, i: number, span: number, values: number, grain: number): Observation {
  let state = seed;
  const pick = <T>(...of: readonly T[]): T => of[next(of.length)] as T;
  const next = (below: number): number => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    return Math.floor(((state ^ (state >>> 13)) >>> 0) / (0x1_0000_0000 / below));
  };
  const time = START + next(Math.floor(span / grain) + 1) * grain + pick(0, 0, -1, 1);
  const value = () => `v${next(values)}`;
  return observation(time, {
    ...{ eventID: `event-${i}`, region: value(), action: value(), network: value(), agent: value(), principal: value() },
    ...{ service: pick('ec2', 'iam'), country: pick('DE', 'FR', ''), callerAccount: pick('', '444455556666') },
    ...{ failed: pick(true, false, false), isWrite: pick(true, false), roleTag: pick('admin', 'developer', 'service') },
  });
}

const kinds = fc.constantFrom<EntityKind>('principal', 'account');

test('any order and any split of the events say the same', () => {
  const detector = new FirstSeen(LEARNING);
  fc.assert(
    fc.property(streams, kinds, ({ events, split }, kind) => {
      const entity = entityOf(kind);
      const atOnce = asText(judgedAtOnce(detector, entity, events));
      expect(asText(judgedInSplit(detector, entity, events, split).anomalies)).toBe(atOnce);
      expect(asText(judgedAtOnce(detector, entity, events.toReversed()))).toBe(atOnce);
    }),
    { numRuns: 800 },
  );
});

test('what is said is what the rule says', () => {
  const detector = new FirstSeen(LEARNING);
  const seen = new Set<string>();
  fc.assert(
    fc.property(streams, kinds, ({ events, split }, kind) => {
      const told = judgedInSplit(detector, entityOf(kind), events, split).anomalies.map(
        ({ cause: [feature = '', , , value], eventID }) => `${feature} ${value} ${eventID}`,
      );
      for (const text of told) seen.add(text.split(' ')[0] as string).add(text.includes('changing') ? 'changing' : '');
      expect(told.sort()).toEqual(naive(kind, events));
    }),
    { numRuns: 800 },
  );
  expect([...seen].sort()).toEqual([
    '',
    'account-principal',
    'account-region',
    'action',
    'agent',
    'changing',
    'country',
    'external-account',
    'network',
    'region',
  ]);
});

test('ids are told apart and belong to one cause each', () => {
  const detector = new FirstSeen(LEARNING);
  fc.assert(
    fc.property(streams, ({ events }) => {
      const causes = judgedAtOnce(detector, entityOf('principal'), events).map(({ detector: name, cause }) =>
        JSON.stringify([name, cause]),
      );
      expect(new Set(causes).size).toBe(causes.length);
    }),
    { numRuns: 200 },
  );
});

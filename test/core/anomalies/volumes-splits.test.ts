import fc from 'fast-check';
import type { Anomaly } from '../../../core/anomalies/anomaly.ts';
import type { Entity, Observation } from '../../../core/anomalies/observation.ts';
import { Probing } from '../../../core/anomalies/probing.ts';
import { Volumes } from '../../../core/anomalies/volumes.ts';
import { arbitrarySplit, asText, judgedAtOnce, judgedInSplit, Kept, observation } from './splits.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const START = Date.UTC(2026, 8, 7);
const RUNS = process.env.CI === 'true' ? 10_000 : 1000;
const ALICE: Entity = { kind: 'principal', name: 'arn:aws:iam::111122223333:user/alice' };

/** Low bars, so that little is enough to be told. */
const volumes = new Volumes({ days: 2, threshold: 3, rarity: 0.01 });
const probing = new Probing({ least: 3, leastOfTwo: 5, grave: 6 });

/** What is drawn of a group of events alike: where in the time, how many, which volumes and action. */
const group = fc.tuple(fc.nat(0xffff), fc.constantFrom(1, 2, 12, 20, 60, 300), fc.nat(2), fc.nat(11));

/** Events in some days or some months, many of them at the edges of hours and of days. */
const streams = fc
  .record({
    span: fc.constantFrom(3 * DAY, 20 * DAY, 70 * DAY, 250 * DAY),
    grain: fc.constantFrom(HOUR / 4, HOUR, DAY),
    regular: fc.boolean(),
    groups: fc.array(group, { minLength: 1, maxLength: 40, size: 'max' }),
  })
  .chain(({ span, grain, regular, groups }) => {
    const places = Math.floor(span / grain);
    const events = groups.map(([place, count, volume, action], i) => ({
      count,
      event: observation(START + (place % places) * grain + ([-1, 0, 0, 1][i % 4] as number), {
        ...{ eventID: `event-${i}`, volumes: 1 << volume, action: `iam:Action${action}`, denied: true },
      }),
    }));
    // A habit that the others stand out from.
    const habit = Array.from({ length: regular ? Math.min(30, span / DAY) : 0 }, (_, day) => ({
      count: 20,
      event: observation(START + day * DAY + 9 * HOUR, { eventID: `habit-${day}`, volumes: 1 }),
    }));
    const all = [...habit, ...events];
    return fc.record({ all: fc.constant(all), split: arbitrarySplit(all.length, START - DAY, START + span + 100 * DAY) });
  });

/** The detector as if each event came so many times. */
class Times extends Volumes {
  readonly #counts: ReadonlyMap<string, number>;

  constructor(counts: ReadonlyMap<string, number>) {
    super({ days: 2, threshold: 3, rarity: 0.01 });
    this.#counts = counts;
  }

  override observe(state: Parameters<Volumes['observe']>[0], entity: Entity, event: Observation): void {
    super.observe(state, entity, event, this.#counts.get(event.eventID) ?? 1);
  }
}

test('any order and any split of the events say the same of volumes', () => {
  const told = new Set<string>();
  fc.assert(
    fc.property(streams, ({ all, split }) => {
      const detector = new Times(new Map(all.map(({ event, count }) => [event.eventID, count])));
      const events = all.map(({ event }) => event);
      const atOnce = judgedAtOnce(detector, ALICE, events);
      for (const { detector: name } of atOnce) told.add(name.split(':')[1] as string);
      expect(asText(judgedInSplit(detector, ALICE, events, split).anomalies)).toBe(asText(atOnce));
      expect(asText(judgedAtOnce(detector, ALICE, events.toReversed()))).toBe(asText(atOnce));
    }),
    { numRuns: RUNS },
  );
  expect(told.has('volume')).toBe(true);
}, 600_000);

test('any order and any split of the events say the same of probing', () => {
  let told = 0;
  fc.assert(
    fc.property(streams, ({ all, split }) => {
      const events = all.map(({ event }) => event);
      const atOnce = judgedAtOnce(probing, ALICE, events);
      told += atOnce.length;
      expect(asText(judgedInSplit(probing, ALICE, events, split).anomalies)).toBe(asText(atOnce));
      expect(asText(judgedAtOnce(probing, ALICE, events.toReversed()))).toBe(asText(atOnce));
    }),
    { numRuns: RUNS },
  );
  expect(told).toBeGreaterThan(RUNS / 10);
});

test('an hour that is judged between its events is judged once, when it is over, with its whole count', () => {
  let told = 0;
  fc.assert(
    fc.property(streams, fc.nat(0xffff), fc.nat(HOUR - 1), ({ all }, place, into) => {
      const events = all.map(({ event }) => event);
      const detector = new Times(new Map(all.map(({ event, count }) => [event.eventID, count])));
      const hour = Math.floor((events[place % events.length] as Observation).time / HOUR) * HOUR;
      const watermarks = [hour, hour + into, hour + HOUR - 1, hour + HOUR];
      const kept = new Kept<never>(detector as never, ALICE);
      for (const [i, watermark] of [...watermarks, Number.POSITIVE_INFINITY].entries()) {
        const previous = i === 0 ? Number.NEGATIVE_INFINITY : (watermarks[i - 1] as number);
        for (const event of events) if (event.time > previous && event.time <= watermark) kept.observe(event);
        kept.advance(watermark);
      }
      const isOfHour = ({ detector: name, window }: Anomaly) => name.startsWith('anomaly:volume:') && window[0] === hour;
      const whole = judgedAtOnce(detector, ALICE, events);
      expect(asText(kept.anomalies.filter(isOfHour))).toBe(asText(whole.filter(isOfHour)));
      told += whole.filter(isOfHour).length;
    }),
    { numRuns: RUNS / 2 },
  );
  expect(told).toBeGreaterThan(0);
});

test('each anomaly has an id of its own', () => {
  fc.assert(
    fc.property(streams, ({ all }) => {
      const events = all.map(({ event }) => event);
      const anomalies = [...judgedAtOnce(volumes, ALICE, events), ...judgedAtOnce(probing, ALICE, events)];
      expect(new Set(anomalies.map(({ detector, cause }) => JSON.stringify([detector, cause]))).size).toBe(anomalies.length);
    }),
    { numRuns: 200 },
  );
});

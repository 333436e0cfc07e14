import fc from 'fast-check';
import type { GeoDatabase } from '../../../core/anomalies/geo.ts';
import type { Entity, Observation } from '../../../core/anomalies/observation.ts';
import { Travel } from '../../../core/anomalies/travel.ts';
import { arbitrarySplit, asText, judgedAtOnce, judgedInSplit, judgedOneByOne, Kept, observation } from './splits.ts';

const START = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;
const DAY = 1440 * MINUTE;
const PERSON: Entity = { kind: 'person', name: 'alice' };
const COUNTRIES = [
  'DE',
  'US',
  'FR',
  'BR',
  'JP',
  'AU',
  'ZA',
  'IN',
  'CN',
  'AR',
  'CA',
  'MX',
  'EG',
  'KE',
  'RU',
  'SG',
  'KR',
  'TH',
  'VN',
  'NZ',
  'CL',
  'PE',
];

/** Cities all over the Earth: the address tells where. */
const cities: GeoDatabase = {
  name: 'cities 2026-01-01',
  locate: (address) => {
    const [, , latitude = 0, longitude = 0] = address.split('.').map(Number);
    return { country: 'US', city: address, latitude: latitude - 60, longitude: longitude - 120 };
  },
};

/** Events of an hour, of a fortnight or of years, at few or at many places; edges of minutes come up often. */
const streams = fc
  .record({
    span: fc.constantFrom(60 * MINUTE, 3 * DAY, 30 * DAY, 400 * DAY),
    places: fc.constantFrom(2, 4, COUNTRIES.length),
    grain: fc.constantFrom(1, MINUTE, 10 * MINUTE),
    most: fc.constantFrom(10, 60, 150),
  })
  .chain(({ span, places, grain, most }) =>
    fc.array(fc.nat(0xffff_ffff), { minLength: 1, maxLength: most, size: 'max' }).chain((seeds) => {
      const events = seeds.map((seed, i) => eventOf(seed, i, span, places, grain));
      return fc.record({ events: fc.constant(events), split: arbitrarySplit(events.length, START - DAY, START + span + 2 * DAY) });
    }),
  );

function eventOf(seed: number, i: number, span: number, places: number, grain: number): Observation {
  let state = seed;
  const next = (below: number): number => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    return Math.floor(((state ^ (state >>> 13)) >>> 0) / (0x1_0000_0000 / below));
  };
  const time = START + next(Math.floor(span / grain) + 1) * grain + ([0, 0, -1, 1][next(4)] as number);
  const [place, detail] = [next(places), next(3)];
  return observation(time, {
    ...{ eventID: `event-${i}`, country: COUNTRIES[place] as string, address: `10.${detail}.${place * 5}.${detail * 60}` },
    ...{ agent: ['aws-cli', 'chrome', ''][next(3)] as string, failed: next(4) === 0 },
  });
}

const detectors = [new Travel({ days: 2, activeDays: 2 }), new Travel({ days: 0, activeDays: 0, geo: cities })];

test('any order and any split of the events say the same', () => {
  const titles = new Set<string>();
  fc.assert(
    fc.property(streams, fc.constantFrom(...detectors), ({ events, split }, detector) => {
      const all = judgedAtOnce(detector, PERSON, events);
      for (const { title } of all) titles.add(title);
      const atOnce = asText(all);
      expect(asText(judgedInSplit(detector, PERSON, events, split).anomalies)).toBe(atOnce);
      expect(asText(judgedAtOnce(detector, PERSON, events.toReversed()))).toBe(atOnce);
      const kept = judgedOneByOne(detector, PERSON, events);
      kept.advance(Number.POSITIVE_INFINITY);
      expect(asText(kept.anomalies)).toBe(atOnce);
    }),
    { numRuns: 1000 },
  );
  expect([...titles].sort()).toEqual(['Impossible travel', 'New country for a person', 'Seen in too many places in one day']);
});

test('what is said comes in the order of time, after the watermark before and not after its own', () => {
  fc.assert(
    fc.property(streams, fc.constantFrom(...detectors), ({ events }, detector) => {
      const kept = new Kept(detector, PERSON);
      let watermark = Number.NEGATIVE_INFINITY;
      for (const event of events.toSorted((a, b) => a.time - b.time)) {
        const said = kept.anomalies.length;
        kept.advance(event.time - 1);
        for (const { time, window } of kept.anomalies.slice(said)) {
          expect(time > watermark && time < event.time && window[0] <= time && window[1] === time).toBe(true);
        }
        watermark = event.time - 1;
        kept.observe(event);
      }
      const times = kept.anomalies.map(({ time }) => time);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
    }),
    { numRuns: 300 },
  );
});

describe('the memory of a person has a bound', () => {
  const at = (n: number, address: string, country: string) =>
    observation(START + n, {
      country,
      address,
      eventID: `e${n}${'x'.repeat(3000)}`,
      agent: `u${n}${'x'.repeat(3000)}`,
      principal: 'p'.repeat(3000),
    });

  test.each<[name: string, step: number, events: number]>([
    ['many sightings of one day', 800, 100_000],
    ['many sightings of two years', 6_300_000, 10_000],
  ])('%s at as many places as there are', (_name, step, events) => {
    const kept = new Kept(new Travel({ geo: cities, days: 0, activeDays: 0 }), PERSON);
    for (let n = 0; n < events; n += 1) {
      kept.observe(at(n * step, `10.0.${n % 120}.${(n * 7) % 240}`, n % 2 === 0 ? 'US' : (COUNTRIES[n % COUNTRIES.length] as string)));
      // The watermark of the pipeline is a quarter of an hour behind.
      if (n % Math.ceil((15 * MINUTE) / step) === 0) kept.advance(START + (n - 1) * step - 15 * MINUTE);
    }
    expect(kept.longest).toBeLessThan(60_000);
  });

  test('what waits grows by the day at most, whatever comes', () => {
    const detector = new Travel({ geo: cities });
    const state = detector.empty();
    for (let n = 0; n < 50_000; n += 1)
      detector.observe(state, PERSON, at(((n * 7919) % 50_000) * 16_000, `10.0.${n % 120}.${(n * 7) % 240}`, 'US'));
    const days = (50_000 * 16_000) / DAY;
    expect(JSON.stringify(state).length / days).toBeLessThan(30_000);
  });
});

import fc from 'fast-check';
import type { Anomaly } from '../../../core/anomalies/anomaly.ts';
import { Arrivals, type ArrivalsState } from '../../../core/anomalies/arrivals.ts';
import { type Observation, VOLUMES } from '../../../core/anomalies/observation.ts';
import { Unusual } from '../../../core/anomalies/unusual.ts';
import { asText, observation } from './splits.ts';

const HOUR = 3_600_000;
const START = Date.UTC(2026, 8, 7);
const DENIED = 1 << VOLUMES.indexOf('denied-calls');
const OTHER = '444455556666';

interface Group {
  readonly event: Observation;
  readonly times: number;
}

/** The detectors with what arrives, as both homes have them. */
class Home {
  arrivals = new Arrivals();
  readonly unusual = new Unusual({ learningDays: 5, gaps: (entity) => this.arrivals.gapsOf(entity) });
  readonly said: Anomaly[] = [];

  take({ event, times }: Group): void {
    this.arrivals.add(event.account, event.region, Math.floor(event.time / HOUR), times);
    this.unusual.observe(event, times);
  }

  advance(watermark: number): void {
    this.arrivals = new Arrivals({}, JSON.parse(JSON.stringify(this.arrivals.state)) as ArrivalsState);
    this.arrivals.advance(watermark);
    this.said.push(...this.unusual.advance(watermark));
  }

  get volumes(): Anomaly[] {
    return this.said.filter(({ detector }) => detector.startsWith('anomaly:volume:') || detector.startsWith('anomaly:growth:'));
  }
}

const group = (hour: number, times: number, account = '111122223333'): Group => ({
  event: observation(START + hour * HOUR, { volumes: DENIED, denied: true, account, eventID: `e${hour}${account}` }),
  times,
});

test('hours in which nothing of the trail was delivered are no zeros', () => {
  const told = (delivered: boolean) => {
    const home = new Home();
    for (let hour = 0; hour < 960; hour += 1) {
      if (hour < 240 || hour >= 720) home.take(group(hour, 20));
      // What others do goes on, when only this principal pauses.
      if (!delivered || hour < 240 || hour >= 720) continue;
      home.take({
        event: observation(START + hour * HOUR, { principal: 'bob', person: 'bob', address: '', region: 'x', account: OTHER }),
        times: 1,
      });
    }
    home.take(group(960, 60));
    home.advance(Number.POSITIVE_INFINITY);
    return home.volumes.filter(({ entity }) => entity.kind === 'principal').map(({ window: [from] }) => (from - START) / HOUR);
  };
  // Sixty are three times what is usual; with twenty days of zeros before, half of all hours are without any, and twenty are what scatters.
  expect(told(false)).toEqual([960]);
  expect(told(true)).not.toEqual([960]);
});

test('any split says the same of volumes where deliveries have gaps', () => {
  let told = 0;
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 170, max: 400 }), fc.integer({ min: 1, max: 60 })), { maxLength: 3 }),
      fc.array(fc.tuple(fc.integer({ min: 170, max: 450 }), fc.constantFrom(30, 80, 400)), { minLength: 1, maxLength: 5 }),
      fc.array(fc.nat(450), { maxLength: 6 }),
      (gaps, bursts, looks) => {
        const lacks = (hour: number) => gaps.some(([from, length]) => hour >= from && hour < from + length);
        const groups = Array.from({ length: 450 }, (_, hour) => hour)
          .filter((hour) => !lacks(hour))
          .map((hour) => group(hour, bursts.find(([at]) => at === hour)?.[1] ?? 10));
        const whole = new Home();
        for (const one of groups) whole.take(one);
        whole.advance(Number.POSITIVE_INFINITY);
        const split = new Home();
        let taken = 0;
        for (const look of [...new Set(looks)].sort((a, b) => a - b)) {
          // What comes is ahead of the watermark by up to a day.
          while (taken < groups.length && ((groups[taken] as Group).event.time - START) / HOUR < look + 24)
            split.take(groups[taken++] as Group);
          split.advance(START + look * HOUR);
        }
        for (const one of groups.slice(taken)) split.take(one);
        split.advance(Number.POSITIVE_INFINITY);
        expect(asText(split.volumes)).toBe(asText(whole.volumes));
        told += whole.volumes.length;
      },
    ),
    { numRuns: process.env.CI === 'true' ? 150 : 20 },
  );
  expect(told).toBeGreaterThan(0);
}, 600_000);

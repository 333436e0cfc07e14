import type { GeoDatabase } from '../../../core/anomalies/geo.ts';
import { combined, geoDatabase } from '../../../core/anomalies/geo-database.ts';
import type { Observation } from '../../../core/anomalies/observation.ts';
import { Unusual } from '../../../core/anomalies/unusual.ts';
import { placesDatabase } from '../../../samples/generator/places.ts';

const DAY = 86_400_000;
const START = Date.UTC(2026, 8, 1, 9);
const GEO = combined([geoDatabase(placesDatabase())]) as GeoDatabase;
const PERSON = 'arn:aws:iam::111122223333:user/alice';

/** A call of Alice's by her usual client; `geo` is what tells its place. */
function call(n: number, time: number, address: string, geo: GeoDatabase, agent = 'console'): Observation {
  return {
    time,
    eventID: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
    principal: PERSON,
    roleTag: 'developer',
    person: PERSON,
    account: '111122223333',
    callerAccount: '',
    region: 'eu-west-1',
    address,
    network: '',
    country: geo.locate(address)?.country ?? '',
    action: 'ec2:DescribeInstances',
    service: 'ec2',
    agent,
    failed: false,
    denied: false,
    isWrite: false,
    volumes: 0,
  };
}

/** Twenty days in Frankfurt, then São Paulo half an hour later. */
function travelled(unusual: Unusual, geo: GeoDatabase) {
  for (let day = 0; day < 20; day += 1) unusual.observe(call(day, START + day * DAY, '203.0.113.10', geo), 1);
  unusual.observe(call(20, START + 19 * DAY + 30 * 60_000, '192.0.2.7', geo, 'curl'), 1);
  return unusual.advance(Number.POSITIVE_INFINITY).filter(({ detector }) => detector === 'anomaly:travel');
}

test('with a database of cities travel is told between them, in km', () => {
  expect(travelled(new Unusual({ learningDays: 14, geo: GEO }), GEO)).toEqual([
    expect.objectContaining({
      entity: { kind: 'person', name: PERSON },
      text: `${PERSON} was seen in Frankfurt am Main, Germany and at most 31 minutes later in São Paulo, Brazil, at least 9601 km away.`,
      confidence: 0.8,
    }),
  ]);
});

test('with the countries of the observations alone it says so, and weighs less', () => {
  expect(travelled(new Unusual({ learningDays: 14 }), GEO)).toEqual([
    expect.objectContaining({
      text: expect.stringMatching(
        /was seen in Germany and .+ in Brazil, at least \d{4} km away \(only countries are known, not cities\)\.$/,
      ),
      confidence: 0.5,
    }),
  ]);
});

test('where nothing is known of addresses no travel is told', () => {
  const nowhere: GeoDatabase = { name: 'nowhere', locate: () => null };
  expect(travelled(new Unusual({ learningDays: 14, geo: nowhere }), nowhere)).toEqual([]);
});

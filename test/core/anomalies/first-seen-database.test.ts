import { FirstSeen } from '../../../core/anomalies/first-seen.ts';
import { type GeoDatabase, networkOf } from '../../../core/anomalies/geo.ts';
import type { Entity, Observation } from '../../../core/anomalies/observation.ts';
import { Kept, observation } from './splits.ts';

const START = Date.UTC(2026, 8, 1, 9);
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const ALICE: Entity = { kind: 'principal', name: 'arn:aws:iam::111122223333:user/alice' };

/** A database by the first three numbers of an address. */
function database(name: string, places: Readonly<Record<string, { readonly country: string; readonly asn?: number }>>): GeoDatabase {
  return {
    name,
    locate: (address) => {
      const place = places[address.split('.').slice(0, 3).join('.')];
      return place === undefined ? null : { city: '', ...place };
    },
  };
}
const NONE = database('none', {});
const COUNTRIES = database('countries', { '198.51.100': { country: 'DE' }, '203.0.113': { country: 'DE' }, '192.0.2': { country: 'BR' } });
const NUMBERS = database('numbers', {
  '198.51.100': { country: 'DE', asn: 64_496 },
  '203.0.113': { country: 'DE', asn: 64_496 },
  '192.0.2': { country: 'BR', asn: 64_511 },
});

interface Time {
  readonly geo: GeoDatabase;
  /** Address of each day, one call a day. */
  readonly addresses: readonly string[];
}

/** What is said of the days of one time after the other, each with another database, the memory kept between them. */
function said(times: readonly Time[], more: Partial<Observation> = {}): unknown[] {
  let kept: Kept<ReturnType<FirstSeen['empty']>> | undefined;
  let day = 0;
  return times.flatMap(({ geo, addresses }) => {
    const next = new Kept(new FirstSeen({ geo: geo === NONE ? undefined : geo }), ALICE, kept?.state);
    kept = next;
    for (const address of addresses) {
      const [network, country] = [networkOf(address, geo.locate(address)), geo.locate(address)?.country ?? ''];
      next.observe(observation(START + day * DAY, { address, network, country, ...more }));
      next.advance(START + day * DAY + HOUR);
      day += 1;
    }
    return next.anomalies.map(({ detector, observed }) => [detector.replace('anomaly:first-seen:', ''), observed]);
  });
}
const days = (n: number, address: string) => Array.from({ length: n }, () => address);

describe('a database of AS that comes later', () => {
  test('does not make known networks new again', () => {
    expect(
      said([
        { geo: COUNTRIES, addresses: days(20, '198.51.100.7') },
        { geo: NUMBERS, addresses: ['198.51.100.7', '203.0.113.7'] },
      ]),
    ).toEqual([]);
  });

  test('leaves another AS as new as it is', () => {
    expect(
      said([
        { geo: COUNTRIES, addresses: days(20, '198.51.100.7') },
        { geo: NUMBERS, addresses: ['192.0.2.7'] },
      ]),
    ).toEqual([['network', 'AS64511']]);
  });

  test('tells the AS from private networks', () => {
    expect(
      said([
        { geo: COUNTRIES, addresses: days(20, '10.0.0.7') },
        { geo: NUMBERS, addresses: ['192.0.2.7'] },
      ]),
    ).toEqual([['network', 'AS64511']]);
  });
});

describe('the countries of a workload', () => {
  const service = { roleTag: 'service' } as const;

  test('are told where a database knew of them from the beginning, of one that had been inside AWS alone too', () => {
    expect(said([{ geo: COUNTRIES, addresses: [...days(20, '10.0.0.7'), '192.0.2.7'] }], service)).toEqual([['country', 'BR']]);
  });

  test('are learned where the database came later, and told after that', () => {
    const before: Time = { geo: NONE, addresses: days(20, '198.51.100.7') };
    expect(said([before, { geo: COUNTRIES, addresses: [...days(13, '198.51.100.7'), '192.0.2.7'] }], service)).toEqual([]);
    expect(said([before, { geo: COUNTRIES, addresses: [...days(14, '198.51.100.7'), '192.0.2.7'] }], service)).toEqual([['country', 'BR']]);
  });
});

import fc from 'fast-check';
import { COUNTRIES } from '../../../core/anomalies/countries.ts';
import {
  addressBlock,
  countryName,
  countryOf,
  distance,
  isExact,
  leastDistance,
  networkOf,
  type Place,
  type Point,
  spotOf,
} from '../../../core/anomalies/geo.ts';

const BERLIN: Point = [52.52, 13.4];
const SYDNEY: Point = [-33.87, 151.21];
const NEW_YORK: Point = [40.71, -74.01];
const place = (country: string, more: Partial<Place> = {}): Place => ({ country, city: '', ...more });

// Distances that any atlas gives, to 1 %.
test.each<[from: string, a: Point, b: Point, km: number]>([
  ['Berlin to Sydney', BERLIN, SYDNEY, 16_090],
  ['Berlin to New York', BERLIN, NEW_YORK, 6385],
  ['across the date line', [0, 179], [0, -179], 222.4],
  ['over the pole', [89, 0], [89, 180], 222.4],
  ['nowhere', BERLIN, BERLIN, 0],
  ['to the other side', [0, 0], [0, 180], 20_015],
])('%s', (_name, a, b, km) => {
  expect(Math.abs(distance(a, b) - km)).toBeLessThanOrEqual(km / 100);
  expect(distance(b, a)).toBeCloseTo(distance(a, b), 6);
});

test('a distance is never more than half around the Earth, nor less than nothing', () => {
  const point = fc.tuple(fc.double({ min: -90, max: 90, noNaN: true }), fc.double({ min: -180, max: 180, noNaN: true }));
  fc.assert(
    fc.property(point, point, (a, b) => {
      const km = distance(a, b);
      expect(km).toBeGreaterThanOrEqual(0);
      expect(km).toBeLessThanOrEqual(20_016);
    }),
  );
});

test('each country has a name, a middle on the Earth and a reach', () => {
  expect(Object.keys(COUNTRIES)).toHaveLength(250);
  for (const [code, [name, latitude, longitude, reach]] of Object.entries(COUNTRIES)) {
    expect(code).toMatch(/^[A-Z]{2}$/);
    expect(name.length).toBeGreaterThan(3);
    expect([Math.abs(latitude) <= 90, Math.abs(longitude) <= 180, reach > 0 && reach < 5000]).toEqual([true, true, true]);
  }
  expect(Object.keys(COUNTRIES)).toEqual(Object.keys(COUNTRIES).sort());
});

describe('how far two spots are apart at least', () => {
  test.each<[from: string, to: string, least: number, most: number]>([
    ['DE', 'DE', 0, 0],
    ['DE', 'FR', 0, 0],
    ['DE', 'AT', 0, 0],
    ['US', 'CA', 0, 0],
    ['US', 'MX', 0, 0],
    ['SG', 'MY', 0, 0],
    ['CN', 'VN', 0, 0],
    ['PT', 'ES', 0, 0],
    ['GB', 'IE', 0, 0],
    ['AU', 'NZ', 0, 1700],
    ['DE', 'US', 4000, 6500],
    ['DE', 'BR', 5000, 8000],
    ['GB', 'AU', 11_000, 13_900],
    ['DE', 'CN', 3000, 6000],
    ['FI', 'PT', 1900, 2900],
    ['DE 53 13', 'US', 3500, 6000],
    ['DE 53 13', 'FR 49 2', 500, 880],
    ['DE 53 13', 'DE 48 12', 100, 505],
    ['US 41 -74', 'US 38 -122', 3500, 4140],
    ['DE', 'ZZ', 0, 0],
    ['', 'US', 0, 0],
  ])('%s to %s', (from, to, least, most) => {
    expect(leastDistance(from, to)).toBeGreaterThanOrEqual(least);
    expect(leastDistance(from, to)).toBeLessThanOrEqual(most);
    expect(leastDistance(to, from)).toBeCloseTo(leastDistance(from, to), 6);
  });
});

test.each<[name: string, of: Place, spot: string]>([
  ['a country', place('DE'), 'DE'],
  ['a city', place('DE', { city: 'Berlin', latitude: 52.52, longitude: 13.4 }), 'DE 53 13'],
  ['the south-west', place('BR', { city: 'São Paulo', latitude: -23.55, longitude: -46.63 }), 'BR -24 -47'],
  ['no minus before nought', place('GB', { city: 'Greenwich', latitude: 51.48, longitude: -0.01 }), 'GB 51 0'],
  ['half of the coordinates', place('DE', { latitude: 52.52 }), 'DE'],
  ['no country', place(''), ''],
  ['one that does not exist', place('ZZ', { latitude: 1, longitude: 1 }), ''],
  ['a name of an object', place('constructor'), ''],
])('the spot of %s', (_name, of, spot) => {
  expect(spotOf(of)).toBe(spot);
});

test('a spot tells its country and whether it is a city', () => {
  expect([countryOf('DE 53 13'), countryOf('DE')]).toEqual(['DE', 'DE']);
  expect([isExact('DE 53 13'), isExact('DE')]).toEqual([true, false]);
  expect([countryName('DE'), countryName('ZZ'), countryName('toString')]).toEqual(['Germany', 'ZZ', 'toString']);
});

test.each<[address: string, found: Place | null, network: string]>([
  ['203.0.113.77', null, '203.0.113.0/24'],
  ['203.0.113.77', place('DE'), '203.0.113.0/24'],
  ['203.0.113.77', place('', { asn: 64496 }), 'AS64496'],
  ['2001:db8:1:2:3::4', null, '2001:db8:1::/48'],
  ['2001:db8::1', null, '2001:db8:0::/48'],
  ['::ffff:203.0.113.77', null, '203.0.113.0/24'],
  ['ec2.amazonaws.com', place('US', { asn: 16509 }), ''],
  ['', null, ''],
])('the network of %s', (address, found, network) => {
  expect(networkOf(address, found)).toBe(network);
  if (found?.asn === undefined) expect(addressBlock(address)).toBe(network);
});

import fc from 'fast-check';
import type { GeoDatabase, Place } from '../../../core/anomalies/geo.ts';
import { combined, GeoDatabaseError, geoDatabase } from '../../../core/anomalies/geo-database.ts';
import { mmdb } from '../../../samples/generator/mmdb.ts';

const CITY = {
  city: { names: { en: 'Berlin', de: 'Berlin' } },
  country: { iso_code: 'DE', names: { en: 'Germany' } },
  location: { latitude: 52.52, longitude: 13.4, accuracy_radius: 20 },
};
const BERLIN: Place = { country: 'DE', city: 'Berlin', latitude: 52.52, longitude: 13.4 };

describe('takes the fields of', () => {
  test.each<[name: string, entry: Parameters<typeof mmdb>[0][string], place: Place | null]>([
    ["MaxMind's cities", CITY, BERLIN],
    ["MaxMind's countries", { country: { iso_code: 'DE' } }, { country: 'DE', city: '' }],
    ['a country that an address is only registered in', { registered_country: { iso_code: 'DE' } }, { country: 'DE', city: '' }],
    [
      "MaxMind's ASNs",
      { autonomous_system_number: 64_496, autonomous_system_organization: 'Example' },
      { country: '', city: '', asn: 64_496 },
    ],
    ["ip-location-db's countries", { country_code: 'de' }, { country: 'DE', city: '' }],
    ["ip-location-db's cities", { city: 'Berlin', country_code: 'DE', latitude: 52.52, longitude: 13.4 }, BERLIN],
    ["IPinfo's", { country: 'DE', asn: 'AS64496', as_name: 'Example' }, { country: 'DE', city: '', asn: 64_496 }],
    [
      'a middle of a country, no city',
      { ...CITY, location: { ...CITY.location, accuracy_radius: 500 } },
      { country: 'DE', city: 'Berlin' },
    ],
    ['coordinates without a city', { country: { iso_code: 'DE' }, location: CITY.location }, { country: 'DE', city: '' }],
    ['coordinates that are none', { ...CITY, location: { latitude: 91, longitude: 0 } }, { country: 'DE', city: 'Berlin' }],
    ['a country that does not exist', { country_code: 'EU' }, null],
    ['a name of an object', { country_code: 'constructor', asn: 'constructor' }, null],
    ['nothing', {}, null],
    ['a text', 'DE', null],
  ])('%s', (_name, entry, place) => {
    expect(geoDatabase(mmdb({ '198.51.100.0/24': entry })).locate('198.51.100.7')).toEqual(place);
  });
});

const database = geoDatabase(
  mmdb({ '198.51.0.0/16': { country_code: 'FR' }, '198.51.100.0/24': CITY, '2001:db8:1::/48': { country_code: 'BR' }, '10.0.0.0/8': CITY }),
);

test.each<[address: string, country: string | undefined]>([
  ['198.51.100.7', 'DE'],
  ['198.51.101.7', 'FR'],
  ['198.52.0.1', undefined],
  ['::ffff:198.51.100.7', 'DE'],
  ['2001:db8:1::7', 'BR'],
  ['2001:db8:2::7', undefined],
  ['10.1.2.3', undefined],
  ['127.0.0.1', undefined],
  ['ec2.amazonaws.com', undefined],
  ['AWS Internal', undefined],
  ['198.51.100', undefined],
  ['198.51.100.7/24', undefined],
  ['', undefined],
])('looks up %s', (address, country) => {
  expect(database.locate(address)?.country).toBe(country);
});

test('a file of IPv4 alone knows nothing of IPv6', () => {
  const four = geoDatabase(mmdb({ '198.51.100.0/24': CITY, '32.0.0.0/8': { country_code: 'US' } }, { ipVersion: 4 }));
  expect([four.locate('198.51.100.7'), four.locate('2001:db8::1')]).toEqual([BERLIN, null]);
});

test('its name tells its type and its day', () => {
  expect(database.name).toBe('Test-City 2026-09-01');
  expect(geoDatabase(mmdb({}, { type: 'country ipvAll', built: Date.UTC(2026, 5, 17, 19, 54) })).name).toBe('country ipvAll 2026-06-17');
});

test('of several each knows what it knows', () => {
  const countries = geoDatabase(mmdb({ '198.51.0.0/16': { country_code: 'FR' } }, { type: 'country' }));
  const cities = geoDatabase(mmdb({ '198.51.100.0/24': CITY }, { type: 'city' }));
  const asns = geoDatabase(mmdb({ '198.0.0.0/8': { autonomous_system_number: 64_496 } }, { type: 'asn' }));
  const { name, locate } = combined([countries, cities, asns]) as GeoDatabase;
  expect(name).toBe('country 2026-09-01 + city 2026-09-01 + asn 2026-09-01');
  expect(locate('198.51.100.7')).toEqual({ ...BERLIN, asn: 64_496 });
  expect(locate('198.51.101.7')).toEqual({ country: 'FR', city: '', asn: 64_496 });
  expect(locate('198.1.1.1')).toEqual({ country: '', city: '', asn: 64_496 });
  expect(locate('203.0.113.1')).toBeNull();
});

test('of none there is none, and an address is looked up once however often it is asked for', () => {
  expect(combined([])).toBeUndefined();
  const asked: string[] = [];
  const counting: GeoDatabase = {
    name: 'counting',
    locate: (address) => {
      asked.push(address);
      return database.locate(address);
    },
  };
  const { locate } = combined([counting, database]) as GeoDatabase;
  const places = ['198.51.100.7', '203.0.113.1', '198.51.100.7', '203.0.113.1'].map(locate);
  expect(places).toEqual([BERLIN, null, BERLIN, null]);
  expect(asked).toEqual(['198.51.100.7', '203.0.113.1']);
});

describe('what is no database is refused', () => {
  const whole = mmdb({ '198.51.100.0/24': CITY, '8.8.8.0/24': { country_code: 'US' } });
  test.each<[name: string, bytes: Buffer, says: RegExp]>([
    ['nothing', Buffer.alloc(0), /^it is no MMDB file: /],
    ['a text', Buffer.from('{"Records":[]}'.repeat(100)), /^it is no MMDB file: /],
    ['the beginning', whole.subarray(0, 600), /MMDB file/],
    [
      'the end',
      whole.subarray(whole.indexOf('\xab\xcd\xef', 0, 'latin1') - 40),
      /^the MMDB file is damaged: its tree does not fit into it$/,
    ],
    ['format 3', replaced(whole, 'binary_format_major_version\xc4\0\0\0\x02', 'binary_format_major_version\xc4\0\0\0\x03'), /format 2$/],
    ['another version of IP', replaced(whole, 'ip_version\xc4\0\0\0\x06', 'ip_version\xc4\0\0\0\x07'), /damaged/],
    ['entries that lead nowhere', Buffer.from(whole).fill(0xff, 0, 600), /^the MMDB file is damaged: /],
  ])('%s', (_name, bytes, says) => {
    expect(() => geoDatabase(bytes)).toThrow(GeoDatabaseError);
    expect(() => geoDatabase(bytes)).toThrow(says);
  });

  test('and one with any byte changed is refused or answers', () => {
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.ipV4(), (at, byte, address) => {
        const bytes = Buffer.from(whole);
        bytes[at] = byte;
        try {
          const { name, locate } = geoDatabase(bytes);
          expect(typeof name).toBe('string');
          for (const one of [address, '198.51.100.7', '8.8.8.8']) expect([null, 'object']).toContain(locate(one) && typeof locate(one));
        } catch (error) {
          expect(error).toBeInstanceOf(GeoDatabaseError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

function replaced(bytes: Buffer, from: string, to: string): Buffer {
  const text = bytes.toString('latin1');
  if (!text.includes(from)) throw new Error(`there is no ${JSON.stringify(from)}`);
  return Buffer.from(text.replaceAll(from, to), 'latin1');
}

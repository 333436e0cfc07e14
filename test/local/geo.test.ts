import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openGeo, ownDatabases } from '../../local/geo.ts';
import { mmdb } from '../../samples/generator/mmdb.ts';

const folder = mkdtempSync(join(tmpdir(), 'geo-'));
const file = (name: string, bytes: Buffer): string => {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
};
afterAll(() => rmSync(folder, { recursive: true }));

const country = file('country.mmdb', mmdb({ '198.51.100.0/24': { country_code: 'DE' } }, { type: 'country' }));
const asn = file('asn.mmdb', mmdb({ '198.51.100.0/24': { autonomous_system_number: 64_496 } }, { type: 'asn' }));

test('opens one file, several as one, or none', () => {
  expect(openGeo([country])?.name).toBe('country 2026-09-01');
  expect(openGeo([country])?.locate('198.51.100.7')).toEqual({ country: 'DE', city: '' });
  expect(openGeo([country, asn])?.name).toBe('country 2026-09-01 + asn 2026-09-01');
  expect(openGeo([country, asn])?.locate('198.51.100.7')).toEqual({ country: 'DE', city: '', asn: 64_496 });
  expect(openGeo([])).toBeUndefined();
});

test('the files of a configuration are found from its folder', () => {
  expect(ownDatabases(['geo/city.mmdb', '/data/asn.mmdb'], '/etc/trailwarden')).toEqual([
    '/etc/trailwarden/geo/city.mmdb',
    '/data/asn.mmdb',
  ]);
});

test.each([
  ['missing.mmdb', () => join(folder, 'missing.mmdb'), 'it does not exist'],
  ['trail.json', () => file('trail.json', Buffer.from('{"Records":[]}')), 'it is no MMDB file'],
  ['geo-', () => folder, 'it is a folder'],
])('says which file cannot be used and why: %s', (name, path, why) => {
  expect(() => openGeo([country, path()])).toThrow(
    expect.objectContaining({
      name: 'GeoDatabaseError',
      message: expect.stringMatching(new RegExp(`${name}.* cannot be used as a geolocation database: ${why}.*Give an MMDB file`)),
    }),
  );
});

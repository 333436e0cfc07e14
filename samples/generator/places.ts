import { mmdb } from './mmdb.ts';

/** Where the sample's networks are said to be, the narrowest last: no real database knows documentation addresses. */
const PLACES: readonly (readonly [network: string, country: string, city: string, latitude: number, longitude: number])[] = [
  ['203.0.113.0/24', 'DE', 'Frankfurt am Main', 50.11, 8.68],
  ['203.0.113.128/25', 'AU', 'Sydney', -33.87, 151.21],
  ['198.51.100.0/24', 'DE', 'Frankfurt am Main', 50.11, 8.68],
  ['192.0.2.0/24', 'BR', 'São Paulo', -23.55, -46.63],
  ['2001:db8:bad::/48', 'KR', 'Seoul', 37.57, 126.98],
  ['2001:db8:9a::/48', 'US', 'Ashburn', 39.04, -77.49],
  ['2001:db8:7e::/48', 'FR', 'Strasbourg', 48.57, 7.75],
];

/** A geolocation database for the sample trail, as an MMDB file: the same bytes on every machine. */
export function placesDatabase(): Buffer {
  const entries = PLACES.map(([network, country, city, latitude, longitude]) => [
    network,
    { country: { iso_code: country }, city: { names: { en: city } }, location: { latitude, longitude } },
  ]);
  return mmdb(Object.fromEntries(entries), { type: 'Trailwarden-Samples', built: Date.UTC(2026, 7, 15) });
}

import type { Locate } from '../../core/anomalies/geo.ts';

/** Where the sample's documentation networks are said to be; the first that fits counts. */
const PLACES: readonly (readonly [prefix: RegExp, country: string])[] = [
  [/^203\.0\.113\.(?:12[89]|1[3-9]\d|2\d\d)$/, 'AU'],
  [/^203\.0\.113\./, 'DE'],
  [/^198\.51\.100\./, 'DE'],
  [/^192\.0\.2\./, 'BR'],
  [/^2001:db8:bad:/, 'KR'],
  [/^2001:db8:9a:/, 'US'],
  [/^2001:db8:7e:/, 'FR'],
];

/** A geolocation database for the sample trail: no real one knows documentation addresses. */
export const locate: Locate = (address) => {
  const found = PLACES.find(([prefix]) => prefix.test(address));
  return found === undefined ? null : { country: found[1], city: '' };
};

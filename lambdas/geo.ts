import type { GeoDatabase } from '../core/anomalies/geo.ts';
import { combined, geoDatabase } from '../core/anomalies/geo-database.ts';
import { databasesBeside } from '../core/anomalies/geo-files.ts';
import type { Config } from '../core/config/schema.ts';
import { bytesBeside } from './settings.ts';

/** The geolocation databases that the deployment laid beside the function's code, as one; undefined when there are none. */
export function geoBeside({ anomalies }: Pick<Config, 'anomalies'>): GeoDatabase | undefined {
  return combined(databasesBeside(anomalies.geo).map((name) => geoDatabase(bytesBeside(name))));
}

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { GeoDatabase } from '../core/anomalies/geo.ts';
import { combined, GeoDatabaseError, geoDatabase } from '../core/anomalies/geo-database.ts';
import { explain } from './sources.ts';

/** The files that a configuration in a folder names as its own databases. */
export function ownDatabases(databases: readonly string[], home: string): string[] {
  return databases.map((file) => resolve(home, file));
}

/**
 * Opens geolocation databases, MMDB files such as GeoLite2-City.mmdb: of several (a country's and an ASN's, say) each knows what it knows. Undefined
 * when there are none. Throws a {@link GeoDatabaseError} that names the file which cannot be used.
 */
export function openGeo(paths: readonly string[]): GeoDatabase | undefined {
  return combined(paths.map(open));
}

function open(path: string): GeoDatabase {
  try {
    return geoDatabase(readFileSync(path));
  } catch (error) {
    throw new GeoDatabaseError(
      `${path} cannot be used as a geolocation database: ${explain(error)}. Give an MMDB file, such as GeoLite2-Country.mmdb, under "anomalies.geo.databases".`,
    );
  }
}

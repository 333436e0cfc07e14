import { readFileSync } from 'node:fs';
import type { GeoDatabase } from '../core/anomalies/geo.ts';
import { combined, GeoDatabaseError, geoDatabase } from '../core/anomalies/geo-database.ts';

/**
 * Opens geolocation databases, MMDB files such as GeoLite2-City.mmdb: of several (a country's and an ASN's, say) each knows what it knows.
 * Throws a {@link GeoDatabaseError} that names the file which cannot be used.
 */
export function openGeo(paths: readonly string[]): GeoDatabase {
  const databases = paths.map((path) => {
    try {
      return geoDatabase(readFileSync(path));
    } catch (error) {
      throw new GeoDatabaseError(
        `cannot use ${path} as a geolocation database: ${(error as Error).message}. Give an MMDB file, such as GeoLite2-Country.mmdb.`,
      );
    }
  });
  return databases.length === 1 ? (databases[0] as GeoDatabase) : combined(databases);
}

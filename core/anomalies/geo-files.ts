import type { Config } from '../config/schema.ts';

/** The database that comes with Trailwarden, as the build lays it beside the command and the score function. */
export const BUNDLED_DATABASE = 'iptoasn-country.mmdb';

/** Names of the databases beside the score function's code, in the order in which they are asked: the own ones, then the bundled one. */
export function databasesBeside({ databases, bundled }: Config['anomalies']['geo']): string[] {
  return [...databases.map((_, i) => ownDatabase(i)), ...(bundled ? [BUNDLED_DATABASE] : [])];
}

/** What the own database at a place of the configuration's list is called beside the score function's code. */
export function ownDatabase(i: number): string {
  return `geo-${i + 1}.mmdb`;
}

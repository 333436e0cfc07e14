import { statSync } from 'node:fs';
import { DeployError } from './function-code.ts';

const MEGABYTE = 1024 ** 2;
/** A function may have 250 MB, of which the code, the rules and the bundled database take some. */
const MOST_MEGABYTES = 240;
/** Least memory of the function for each byte of its databases, which it keeps whole: what it computes with needs the rest. */
const MEMORY_SHARE = 4;

/**
 * Whether geolocation databases fit into the score function; a file that does not exist has no size.
 * @param memory of the score function, MB
 * @throws {DeployError} when they do not.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
export function fitDatabases(files: readonly string[], memory: number): void {
  const bytes = files.reduce((sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0);
  const megabytes = Math.ceil(bytes / MEGABYTE);
  const which = files.length === 1 ? `The geolocation database ${files[0]} has` : `The ${files.length} geolocation databases together have`;
  if (megabytes > MOST_MEGABYTES) {
    throw new DeployError(
      `${which} ${megabytes} MB, but a function in AWS holds ${MOST_MEGABYTES} MB of them at most. Name fewer or smaller ones under "anomalies.geo.databases": countries and AS take a few MB.`,
    );
  }
  if (megabytes * MEMORY_SHARE > memory) {
    throw new DeployError(
      `${which} ${megabytes} MB, for which the score function needs ${megabytes * MEMORY_SHARE} MB of memory at least, but "deploy.memory.score" is ${memory}. Raise it, or name smaller databases.`,
    );
  }
}

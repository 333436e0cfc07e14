import { featuresOf } from './features.ts';
import { VOLUMES } from './observation.ts';

/** The names of all detectors of anomalies, as signals have them. */
export const ANOMALY_DETECTORS: readonly string[] = [
  ...[...featuresOf('principal'), ...featuresOf('account')].map(({ name }) => `first-seen:${name}`),
  ...VOLUMES.flatMap((volume) => [`volume:${volume}`, `growth:${volume}`]),
  'outlier:principal',
  'outlier:address',
  'silence:trail',
  'silence:account',
  'silence:region',
  'probing',
  'travel',
  'new-country',
].map((name) => `anomaly:${name}`);

import type { Level } from '../levels.ts';
import type { Config } from './schema.ts';

/** What a deployed function is set up with: `settings.json` beside its code, since the environment holds 4 KB at most. */
export interface Settings {
  readonly version: string;
  /** The user's configuration, without its `deploy` part. */
  readonly config: Config;
  /** Hashes of the rules and of the configuration: what a run was made with. */
  readonly rulesHash: string;
  readonly configHash: string;
  readonly alerts: AlertSettings;
  /** Whether a new stack goes live only when a backfill has ended. */
  readonly waitForBackfill: boolean;
  /** `s3://bucket/prefix` that the trail's objects lie under; absent where they lie in several buckets, or in those of another account. */
  readonly trail?: string;
}

export interface AlertSettings {
  /** Incidents of this level or above are told of. */
  readonly threshold: Level;
  /** Address that mails come from; without one no mail is sent. */
  readonly sender?: string;
  readonly recipients: readonly string[];
  readonly securityHub: boolean;
}

import type { IncidentPut, RollupPut } from './plan.ts';

/** What the ledger says. */
export interface LedgerState {
  /** Number of the last committed run, and of the last whose puts were applied: equal, or one apart. */
  readonly planned: number;
  readonly applied: number;
  /** Keys of the last committed run's object and of the memory's manifest; '' before the first. */
  readonly runKey: string;
  readonly memoryKey: string;
  /** `now` of the last committed run, and its watermark; -Infinity before the first. */
  readonly now: number;
  readonly watermark: number;
  readonly live: boolean;
  /** Watermark beyond which something in the memory is due; Infinity when nothing is. */
  readonly due: number;
  /** Leases taken since the last that ended well, or failed for no fault of its input: 1 when all is well. */
  readonly tries: number;
}

export const NEW_LEDGER: LedgerState = {
  planned: 0,
  applied: 0,
  runKey: '',
  memoryKey: '',
  now: 0,
  watermark: Number.NEGATIVE_INFINITY,
  live: false,
  due: Number.POSITIVE_INFINITY,
  tries: 0,
};

/** What a commit makes true of the ledger, and of which run. */
export interface Commit extends Omit<LedgerState, 'planned' | 'applied' | 'tries'> {
  readonly run: number;
}

/** A batch that waits, by its name; a listing is oldest first. */
export interface WaitingBatch {
  readonly key: string;
  readonly bytes: number;
}

/** Everything that a run asks of the world, one verb each. */
export interface RunPorts {
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Milliseconds that are left to this invocation. */
  readonly remaining: () => number;
  /** Takes the lease until a time unless another owner holds it at `now`, and counts the try; gives the ledger, or null when another holds it. */
  readonly takeLease: (owner: string, now: number, until: number) => Promise<LedgerState | null>;
  /**
   * Gives the lease back, if it is still one's own. `failure` says why the run failed, null that it did not; `blameless` that its input is not to
   * blame: then the try does not count.
   */
  readonly dropLease: (owner: string, now: number, failure: string | null, blameless: boolean) => Promise<void>;
  /** Commits a run: true when the ledger stood at the run before, applied, with this owner's lease. */
  readonly commit: (owner: string, commit: Commit) => Promise<boolean>;
  readonly markApplied: (run: number) => Promise<void>;
  /** Waiting batches, oldest first, at most `most`. */
  readonly listBatches: (most: number) => Promise<readonly WaitingBatch[]>;
  readonly readObject: (key: string) => Promise<Uint8Array>;
  readonly writeObject: (key: string, bytes: Uint8Array) => Promise<void>;
  readonly deleteObjects: (keys: readonly string[]) => Promise<void>;
  readonly listKeys: (prefix: string) => Promise<readonly string[]>;
  /** Puts an item unless a later run, or this one, wrote it. Gives why the table will never take it, null when it did. */
  readonly putIncident: (put: IncidentPut, now: number) => Promise<string | null>;
  readonly putRollup: (put: RollupPut, run: number, now: number) => Promise<string | null>;
  /** Rings the doorbell again for incidents of which something is still to be sent at `now`; gives how many. */
  readonly ringAgain: (now: number) => Promise<number>;
}

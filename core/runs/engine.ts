import type { Observer } from '../anomalies/observe.ts';
import type { UnusualOptions } from '../anomalies/unusual.ts';
import { BatchError } from '../records/batch.ts';
import type { LoadedRules } from '../rules/model.ts';
import type { ScorerOptions } from '../scoring/scorer.ts';
import type { RunOptions } from './plan.ts';

/** What runs are made with: rules, configuration, and how long a run may hold the lease. */
export interface Engine extends Pick<ScorerOptions, 'rules' | 'config'>, Pick<RunOptions, 'threshold' | 'waitForBackfill'>, UnusualOptions {
  /** The rules with their correlations. */
  readonly loaded: LoadedRules;
  readonly rulesHash: string;
  readonly configHash: string;
  readonly observer: Observer;
  /** How long a lease lasts: longer than an invocation can, milliseconds. */
  readonly leaseMilliseconds: number;
}

/** The computing itself failed: on the same input it will again. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
}

/** Computes; what goes wrong is no fault of AWS. A batch that cannot be read says so itself. */
export function computing<T>(compute: () => T): T {
  try {
    return compute();
  } catch (error) {
    if (error instanceof BatchError) throw error;
    throw new EngineError(`${(error as Error).message} ${(error as Error).stack?.split('\n')[1]?.trim() ?? ''}`, { cause: error });
  }
}

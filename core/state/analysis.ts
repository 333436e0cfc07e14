import type { ArrivalsState } from '../anomalies/arrivals.ts';
import type { BaselineState } from '../anomalies/baselines.ts';
import type { OutlierModelState } from '../anomalies/outliers.ts';
import type { PrincipalState } from '../incidents/grouping.ts';
import type { IncidentSignal } from '../incidents/model.ts';
import type { TouchedState } from '../outputs/resources.ts';
import type { CorrelatorState } from '../rules/correlation.ts';
import { decodeSnapshot, encodeSnapshot } from './snapshot.ts';

/** What analyses of one trail remember from one to the next: the memory of `--state FILE`. */
export interface AnalysisState {
  /** Event time up to which everything was judged, milliseconds since 1970; null before the first event. */
  readonly judged: number | null;
  /** Names of the files that were read, by {@link fileName}. */
  readonly files: readonly string[];
  /** By shard. */
  readonly baselines: readonly (readonly [shard: number, state: BaselineState])[];
  readonly model: OutlierModelState;
  readonly arrivals: ArrivalsState;
  readonly correlations: CorrelatorState;
  readonly principals: Readonly<Record<string, PrincipalState>>;
  /** Signals later than that, in order. */
  readonly waiting: readonly IncidentSignal[];
  readonly touched: TouchedState;
}

const KIND = 'analysis';

/** As bytes, in the codec of the pipeline's snapshots. */
export function encodeAnalysis(state: AnalysisState): Buffer {
  return encodeSnapshot(KIND, state);
}

/** @throws {SnapshotError} for bytes that are no such memory, or of a newer version. */
export function decodeAnalysis(bytes: Uint8Array): AnalysisState {
  return decodeSnapshot(KIND, bytes) as AnalysisState;
}

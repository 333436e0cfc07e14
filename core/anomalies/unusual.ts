import type { IncidentSignal } from '../incidents/model.ts';
import { contentWords, stableUuid } from '../records/identifier.ts';
import { detectorWeight } from '../risk/event-risk.ts';
import { type Exceptions, NO_EXCEPTIONS } from '../risk/exceptions.ts';
import type { Anomaly } from './anomaly.ts';
import { BASELINE_SHARDS, BaselineShard, type BaselineState, baselineShard, type Detectors, KINDS } from './baselines.ts';
import type { EntityDetector } from './detector.ts';
import { FirstSeen } from './first-seen.ts';
import type { GeoDatabase } from './geo.ts';
import type { Observation } from './observation.ts';
import { type OutlierVector, outlierWindows } from './outlier-windows.ts';
import { OutlierModel, type OutlierModelState } from './outliers.ts';
import { Probing } from './probing.ts';
import { Travel } from './travel.ts';
import { type VolumeOptions, Volumes } from './volumes.ts';

export interface UnusualOptions extends Pick<VolumeOptions, 'gaps'> {
  /** Days of its own activity before something speaks of an entity. */
  readonly learningDays: number;
  /** The database that the observations' places are from. @default none: there are neither cities nor travel */
  readonly geo?: GeoDatabase | undefined;
}

/** What a detector says at last, or what an entity did in a window that is over, for the forest to judge. */
type Said = { readonly anomaly: Anomaly } | { readonly window: OutlierVector };

interface Shard {
  readonly n: number;
  readonly state: BaselineState;
  readonly due: number | undefined;
}

/** What the detectors with a memory see: observations in, anomalies out once the watermark has passed. */
export class Unusual {
  readonly #detectors: Detectors<Said>;
  readonly #shards = new Map<number, BaselineShard<Said>>();
  readonly #check: (shard: number) => void;
  #model = new OutlierModel();

  /** `check` is told each shard that is asked for the first time, and throws when it should have been loaded. */
  constructor({ learningDays, geo, gaps }: UnusualOptions, check: (shard: number) => void = () => {}) {
    const learning = { days: learningDays };
    this.#check = check;
    this.#detectors = {
      first: saying(new FirstSeen({ ...learning, geo })),
      volume: saying(new Volumes({ ...learning, ...(gaps === undefined ? {} : { gaps }) })),
      probing: saying(new Probing()),
      travel: saying(new Travel({ ...learning, geo })),
      window: {
        ...outlierWindows,
        advance: (state, entity, watermark) => outlierWindows.advance(state as never, entity, watermark).map((window) => ({ window })),
      } as EntityDetector<unknown, Said>,
    };
  }

  observe(event: Observation, times: number): void {
    for (const kind of KINDS) {
      const name = event[kind];
      if (name !== '') this.#shard(baselineShard(kind, name)).observe(kind, name, event, times);
    }
  }

  /** Judges everything up to the watermark; anomalies in the order of time, then of their ids. */
  advance(watermark: number): Anomaly[] {
    const said = [...this.#shards.values()].flatMap((shard) => shard.advance(watermark));
    const anomalies = said.flatMap((one) => ('anomaly' in one ? [one.anomaly] : []));
    anomalies.push(...this.#model.take(said.flatMap((one) => ('window' in one ? [one.window] : []))));
    return anomalies;
  }

  loadShard(n: number, state: BaselineState): void {
    this.#shards.set(n, new BaselineShard(this.#detectors, state));
  }

  loadModel(state: OutlierModelState): void {
    this.#model = OutlierModel.from(state);
  }

  get model(): OutlierModelState {
    return this.#model.state;
  }

  /** The shards that were asked for, with when something in them is due. */
  get shards(): Shard[] {
    return [...this.#shards].map(([n, shard]) => ({ n, state: shard.state, due: shard.due }));
  }

  /** Those of them in which something is not as it was loaded. */
  get changedShards(): Shard[] {
    return [...this.#shards].filter(([, { hasChanged }]) => hasChanged).map(([n, shard]) => ({ n, state: shard.state, due: shard.due }));
  }

  #shard(n: number): BaselineShard<Said> {
    let shard = this.#shards.get(n);
    if (shard === undefined) {
      this.#check(n);
      shard = new BaselineShard(this.#detectors);
      this.#shards.set(n, shard);
    }
    return shard;
  }
}

export const UNUSUAL_SHARDS: readonly number[] = Array.from({ length: BASELINE_SHARDS }, (_, n) => n);

function saying<State>(detector: EntityDetector<State, Anomaly>): EntityDetector<unknown, Said> {
  return {
    kinds: detector.kinds,
    wants: (kind, event) => detector.wants?.(kind, event) !== false,
    empty: () => detector.empty(),
    observe: (state, entity, event, times) => detector.observe(state as State, entity, event, times),
    due: (state) => detector.due(state as State),
    advance: (state, entity, watermark) => detector.advance(state as State, entity, watermark).map((anomaly) => ({ anomaly })),
    isOver: (state, watermark) => detector.isOver?.(state as State, watermark) === true,
  };
}

/** An anomaly as incidents take it, with the place that it has in their order. */
export function anomalySignal(
  anomaly: Anomaly,
  exceptions: Exceptions = NO_EXCEPTIONS,
): { readonly words: readonly number[]; readonly signal: IncidentSignal } {
  const {
    detector,
    title,
    text,
    level,
    confidence,
    tactics,
    techniques,
    principal,
    roleTag,
    account,
    region,
    address,
    time,
    eventID,
    cause,
  } = anomaly;
  const id = stableUuid('signal', detector, ...cause);
  const words = new Uint32Array(4);
  contentWords(Buffer.from(id), words);
  const excepted = exceptions.ofAnomaly(detector)?.(principal, address, account, momentOf(anomaly));
  const weight = excepted === undefined ? Math.round(detectorWeight(level, 'stable') * confidence * 10_000) / 10_000 : 0;
  return {
    words: [...words],
    signal: {
      id,
      time,
      detector,
      title,
      level,
      tactics,
      techniques,
      principal,
      roleTag,
      account,
      region,
      address,
      eventSource: 'trailwarden',
      eventName: detector.slice('anomaly:'.length),
      errorCode: '',
      weight,
      risk: Math.round(weight * 100),
      eventID,
      text,
      ...(excepted !== undefined && { excepted }),
    },
  };
}

/** The last moment that it is about: what ends with a day is of that day. */
function momentOf({ time, window: [from, to] }: Anomaly): number {
  return Math.min(time, Math.max(from, to - 1));
}

/** A line of signals.ndjson, with its line break. */
export function anomalyLine(anomaly: Anomaly, exceptions: Exceptions = NO_EXCEPTIONS): string {
  const { signal } = anomalySignal(anomaly, exceptions);
  const { time, address, text: _text, ...rest } = signal;
  const { entity, text, observed, expected, score, window, reasons, eventTime } = anomaly;
  const evidence = [
    { field: 'observed', value: String(observed) },
    { field: 'expected', value: expected },
  ];
  return `${JSON.stringify({
    ...rest,
    time: new Date(time).toISOString().replace('.000Z', 'Z'),
    sourceIPAddress: address,
    entity,
    text,
    score,
    window: window.map((one) => new Date(one).toISOString()),
    reasons,
    ...(eventTime !== undefined && { eventTime: new Date(eventTime).toISOString().replace('.000Z', 'Z') }),
    evidence,
  })}\n`;
}

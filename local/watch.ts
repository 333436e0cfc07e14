import type { Anomaly } from '../core/anomalies/anomaly.ts';
import { Arrivals } from '../core/anomalies/arrivals.ts';
import type { GeoDatabase } from '../core/anomalies/geo.ts';
import { type Observer, observerOf } from '../core/anomalies/observe.ts';
import { gaps, silenceAnomaly, soundHours } from '../core/anomalies/silence.ts';
import { Unusual } from '../core/anomalies/unusual.ts';
import type { Config } from '../core/config/schema.ts';
import { IncidentGrouping } from '../core/incidents/grouping.ts';
import type { Incident, IncidentSignal } from '../core/incidents/model.ts';
import { Exceptions } from '../core/risk/exceptions.ts';
import { type Correlated, Correlator } from '../core/rules/correlation.ts';
import type { LoadedRules } from '../core/rules/model.ts';
import type { Marked } from '../core/scoring/duplicates.ts';
import { ReadingClock } from '../core/scoring/reading-clock.ts';
import type { ScoredPart } from '../core/scoring/section.ts';
import type { AnalysisState } from '../core/state/analysis.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Event time that the detectors with a memory stay behind the reading: files hold a day, and some come late. */
const SLACK = 3 * DAY;

export interface WatchOptions {
  readonly loaded: LoadedRules;
  readonly config: Config;
  readonly geo?: GeoDatabase | undefined;
  /** The memory of the analyses before; undefined when none is kept. */
  readonly before?: AnalysisState | undefined;
  /** Whether a memory is kept for the next analysis. */
  readonly keeps: boolean;
}

/** What looks at more than one event: detectors with a memory, correlations, incidents. */
export class Watch {
  readonly exceptions: Exceptions;
  readonly #observer: Observer;
  readonly #unusual: Unusual;
  readonly #arrivals: Arrivals;
  readonly #correlator: Correlator;
  readonly #grouping: IncidentGrouping;
  readonly #clock = new ReadingClock();
  readonly #keeps: boolean;
  /** Event time up to which the analyses before have judged. */
  readonly #before: number;
  /** The same for this one. */
  #judged: number;
  #tell: (anomaly: Anomaly) => void = () => {};

  constructor({ loaded, config, geo, before, keeps }: WatchOptions) {
    this.#keeps = keeps;
    this.#before = before?.judged ?? Number.NEGATIVE_INFINITY;
    this.#judged = this.#before;
    this.exceptions = new Exceptions(config.exceptions);
    this.#observer = observerOf(config, geo?.locate);
    this.#arrivals = new Arrivals({ all: true }, before?.arrivals);
    this.#unusual = new Unusual({ learningDays: config.anomalies.learningDays, geo, gaps: (entity) => this.#arrivals.gapsOf(entity) });
    for (const [n, state] of before?.baselines ?? []) this.#unusual.loadShard(n, state);
    if (before !== undefined) this.#unusual.loadModel(before.model);
    this.#correlator = new Correlator(loaded, before?.correlations, this.exceptions);
    this.#grouping = new IncidentGrouping(before?.principals);
  }

  /** Has anomalies told. */
  set told(tell: (anomaly: Anomaly) => void) {
    this.#tell = tell;
  }

  /** Takes note of a part that was read, before its events are counted. */
  arrived(part: ScoredPart): void {
    this.#arrivals.take(part);
    this.#clock.see(part);
  }

  /** Files come in the order of time, but for what a file of a day goes back: no need to keep months unjudged. */
  keepUp(): void {
    if (this.#clock.time - SLACK - DAY > this.#judged) this.#judge(this.#clock.time - SLACK);
  }

  count({ part, marks }: Marked): void {
    this.#observer.observe(part, marks, this.#judged, (event, times) => this.#unusual.observe(event, times));
  }

  /** Judges what is left: everything, or where a memory is kept what is over by the last event. */
  finish(): void {
    const { deliveries } = this.#arrivals;
    const before = this.#before;
    this.#judge(this.#keeps ? Math.max(this.#judged, this.seen) : Number.POSITIVE_INFINITY);
    for (const gap of gaps(deliveries)) if (gap.evidentAt > before) this.#tell(silenceAnomaly(gap));
  }

  /** Event time up to which everything was seen: a record from the future does not make what is of today a thing of the past. */
  get seen(): number {
    return Math.max(this.#before, soundHours(this.#arrivals.deliveries)[1] * HOUR - 1);
  }

  /** Takes the next signal in order; gives the correlations that end before it, and those that it completes. */
  correlate(signal: IncidentSignal): readonly [before: readonly Correlated[], after: readonly Correlated[]] {
    if (signal.time <= this.#before) return [[], []];
    const found = this.#correlator.add(signal);
    return [found.filter((one) => one.signal.time < signal.time), found.filter((one) => one.signal.time >= signal.time)];
  }

  /** Correlations that wait for nothing more. */
  correlationsLeft(): readonly Correlated[] {
    return this.#correlator.advance(this.#keeps ? this.#judged : Number.POSITIVE_INFINITY);
  }

  /** Adds a signal to the incidents. What is of a time that was judged before comes late for its place in the order. */
  group(signal: IncidentSignal): void {
    if (signal.principal === '') return;
    if (signal.time <= this.#before) this.#grouping.addLate(signal, this.#before);
    else this.#grouping.add(signal);
  }

  /** All incidents, and the memory with the names of the files that were read. */
  end(until: number, files: readonly string[]): { readonly incidents: Incident[]; readonly state: AnalysisState | undefined } {
    const state = this.#keeps ? this.#state(files, this.#grouping.state(until)) : undefined;
    return { incidents: this.#grouping.finish(until), state };
  }

  #judge(watermark: number): void {
    this.#arrivals.advance(watermark);
    for (const anomaly of this.#unusual.advance(watermark)) this.#tell(anomaly);
    this.#judged = watermark;
  }

  #state(files: readonly string[], principals: AnalysisState['principals']): AnalysisState {
    return {
      judged: Number.isFinite(this.#judged) ? this.#judged : null,
      files,
      baselines: this.#unusual.shards.map(({ n, state }) => [n, state] as const),
      model: this.#unusual.model,
      arrivals: this.#arrivals.state,
      correlations: this.#correlator.state,
      principals,
    };
  }
}

import type { Anomaly } from '../core/anomalies/anomaly.ts';
import { Arrivals } from '../core/anomalies/arrivals.ts';
import type { GeoDatabase } from '../core/anomalies/geo.ts';
import { type Observer, observerOf } from '../core/anomalies/observe.ts';
import { gaps, silenceAnomaly, soundHours } from '../core/anomalies/silence.ts';
import { DAY, HOUR } from '../core/anomalies/spells.ts';
import { Unusual } from '../core/anomalies/unusual.ts';
import type { Config } from '../core/config/schema.ts';
import { IncidentGrouping } from '../core/incidents/grouping.ts';
import type { Incident, IncidentSignal } from '../core/incidents/model.ts';
import { LATENESS } from '../core/lateness.ts';
import type { TouchedState } from '../core/outputs/resources.ts';
import { contentWords, uuidText } from '../core/records/identifier.ts';
import { Exceptions } from '../core/risk/exceptions.ts';
import { type Correlated, Correlator } from '../core/rules/correlation.ts';
import type { LoadedRules } from '../core/rules/model.ts';
import type { Marked } from '../core/scoring/duplicates.ts';
import { ReadingClock } from '../core/scoring/reading-clock.ts';
import type { ScoredPart } from '../core/scoring/section.ts';
import type { AnalysisState } from '../core/state/analysis.ts';

/** What is remembered, but for the names of files. */
export type Memory = Omit<AnalysisState, 'files'>;

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
  /** Signals that the analysis before left, in order. */
  readonly #left: Placed[];
  /** Signals later than what was judged, and what is remembered of all before them. */
  readonly #waiting: IncidentSignal[] = [];
  #principals: AnalysisState['principals'] | undefined;

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
    this.#left = [...(before?.waiting ?? [])].map((signal) => ({ signal, place: placeOf(signal) }));
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

  /** Judges what is left: everything, or where a memory is kept what is over a quarter of an hour before the last event, at `to`: files still to come begin before that. */
  finish(to: number): void {
    const before = this.#before;
    // A few records with a wrong clock must not make late what comes until then.
    const end = Math.min(to, this.seen, this.#clock.reached + DAY);
    this.#judge(this.#keeps ? Math.max(this.#judged, end - LATENESS) : Number.POSITIVE_INFINITY);
    for (const gap of gaps(this.#arrivals.deliveries)) {
      if (gap.evidentAt > before && gap.evidentAt <= this.#judged) this.#tell(silenceAnomaly(gap));
    }
  }

  /** Event time up to which everything was seen: a record from the future does not make what is of today a thing of the past. */
  get seen(): number {
    return Math.max(this.#before, soundHours([this.#arrivals.trail])[1] * HOUR - 1);
  }

  /**
   * Takes the next signal in order, and those that the analysis before left and that come before it. `take` is handed the signal, `correlate` each correlation that ends
   * before it or that it completes, in order.
   */
  next(signal: IncidentSignal, take: () => void, correlate: (found: Correlated) => void): void {
    while (this.#left[0] !== undefined && isUpTo(this.#left[0], signal)) {
      this.#step((this.#left.shift() as Placed).signal, () => {}, correlate);
    }
    this.#step(signal, take, correlate);
  }

  /** Takes what the analysis before left, and has told the correlations that wait for nothing more. */
  last(correlate: (found: Correlated) => void): void {
    for (const { signal } of this.#left.splice(0)) this.#step(signal, () => {}, correlate);
    this.#passed(correlate);
  }

  #step(signal: IncidentSignal, take: () => void, correlate: (found: Correlated) => void): void {
    if (signal.time <= this.#before) {
      // It comes too late for its place in the order.
      take();
      if (signal.principal !== '') this.#grouping.addLate(signal, this.#before);
      return;
    }
    if (this.#keeps && signal.time > this.#judged) {
      this.#passed(correlate);
      this.#waiting.push(signal);
      take();
      this.#group(signal);
      return;
    }
    const taken = () => {
      take();
      this.#group(signal);
    };
    this.#correlator.inTurn(signal, taken, (one) => this.#tellCorrelated(one, correlate));
  }

  #tellCorrelated(found: Correlated, correlate: (found: Correlated) => void): void {
    correlate(found);
    this.#group(found.signal);
  }

  #group(signal: IncidentSignal): void {
    if (signal.principal !== '') this.#grouping.add(signal);
  }

  /** Everything up to what was judged is taken: what is remembered is of that moment, what follows is told and comes again. */
  #passed(correlate: (found: Correlated) => void): void {
    if (this.#principals !== undefined) return;
    for (const one of this.#correlator.advance(this.#judged)) this.#tellCorrelated(one, correlate);
    this.#principals = this.#keeps ? this.#grouping.state(this.#judged) : {};
  }

  /** All incidents, and what is remembered where a memory is kept; `touched` gives what incidents that go on after a time were about. */
  end(until: number, touched: (until: number) => TouchedState): { readonly incidents: Incident[]; readonly state: Memory | undefined } {
    return { incidents: this.#grouping.finish(until), state: this.#keeps ? this.#state(touched(until)) : undefined };
  }

  #judge(watermark: number): void {
    this.#arrivals.advance(watermark);
    for (const anomaly of this.#unusual.advance(watermark)) this.#tell(anomaly);
    this.#judged = watermark;
  }

  #state(touched: TouchedState): Memory {
    this.#arrivals.forget();
    return {
      judged: Number.isFinite(this.#judged) ? this.#judged : null,
      baselines: this.#unusual.shards.map(({ n, state }) => [n, state] as const),
      model: this.#unusual.model,
      arrivals: this.#arrivals.state,
      correlations: this.#correlator.state,
      principals: this.#principals ?? {},
      waiting: this.#waiting,
      touched,
    };
  }
}

/** A signal with what orders it among those of the same moment, as the lines of signals.ndjson has them: its event's id, an anomaly's own. */
interface Placed {
  readonly signal: IncidentSignal;
  readonly place: string;
}

function placeOf({ detector, id, eventID }: IncidentSignal): string {
  if (!detector.startsWith('anomaly:')) return eventID.replaceAll('-', '').toLowerCase();
  const words = new Uint32Array(4);
  contentWords(Buffer.from(id), words);
  return uuidText(words).replaceAll('-', '');
}

function isUpTo({ signal, place }: Placed, next: IncidentSignal): boolean {
  return signal.time < next.time || (signal.time === next.time && place <= placeOf(next));
}

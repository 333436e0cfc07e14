import type { IncidentSignal } from '../core/incidents/model.ts';
import { ANOMALY_COLUMNS, type AnomalySummary, AnomalyTally, anomalyRow, parseAnomalyLine } from '../core/outputs/anomalies.ts';
import { csvRow } from '../core/outputs/csv.ts';
import { type Resource, TouchedResources, type TouchedState } from '../core/outputs/resources.ts';
import { parseTime } from '../core/records/time.ts';
import { LineFileWriter } from './line-file.ts';
import type { EventMark } from './line-marks.ts';

/** What is gathered from the lines of signals.ndjson, in their order, besides incidents: anomalies.csv, and what other outputs tell of anomalies. */
export class ToldSignals {
  readonly #file: LineFileWriter;
  readonly #tally: AnomalyTally;
  readonly #touched: TouchedResources;
  readonly #marks: EventMark[] = [];
  readonly #excepted = new Map<string, number>();

  /** `path` is that of anomalies.csv; `leastRank` the place of the lowest level that other outputs list; `touched` what an analysis before left. */
  constructor(path: string, leastRank: number, touched?: TouchedState) {
    this.#touched = new TouchedResources(touched);
    this.#file = new LineFileWriter({ path, gzip: false, header: csvRow(ANOMALY_COLUMNS) });
    this.#tally = new AnomalyTally(leastRank);
  }

  add(line: string, { principal, time, excepted }: IncidentSignal): void {
    if (excepted !== undefined) this.#excepted.set(excepted.id, (this.#excepted.get(excepted.id) ?? 0) + 1);
    const anomaly = parseAnomalyLine(line);
    if (anomaly === undefined) {
      if (line.includes('"resources":'))
        this.#touched.add(principal, time, (JSON.parse(line) as { resources?: Resource[] }).resources ?? []);
      return;
    }
    this.#tally.add(anomaly);
    this.#file.write(Buffer.from(anomalyRow(anomaly)));
    const { eventID, eventTime, detector } = anomaly;
    if (eventID !== '') this.#marks.push({ time: eventTime === undefined ? time : parseTime(eventTime), id: eventID, name: detector });
  }

  /** Events that anomalies name. */
  get marks(): readonly EventMark[] {
    return this.#marks;
  }

  /** How many signals each exception made weigh nothing, by its id. */
  get excepted(): ReadonlyMap<string, number> {
    return this.#excepted;
  }

  get anomalies(): AnomalySummary {
    return this.#tally.summary;
  }

  resourcesOf(incident: { readonly principal: string; readonly opened: number; readonly updated: number }): Resource[] {
    return this.#touched.of(incident);
  }

  /** What incidents that go on after a time were about. */
  touched(until: number): TouchedState {
    return this.#touched.state(until);
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  /** Lets the file go, half-written as it is. */
  abandon(): void {
    this.#file.abandon();
  }
}

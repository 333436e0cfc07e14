import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Anomaly } from '../../core/anomalies/anomaly.ts';
import { geoDatabase } from '../../core/anomalies/geo-database.ts';
import { Observer } from '../../core/anomalies/observe.ts';
import { type Deliveries, gaps, silenceAnomaly } from '../../core/anomalies/silence.ts';
import { anomalySignal, Unusual } from '../../core/anomalies/unusual.ts';
import { defaultConfig } from '../../core/config/load.ts';
import { IncidentGrouping } from '../../core/incidents/grouping.ts';
import type { Incident, IncidentSignal } from '../../core/incidents/model.ts';
import { levelRank } from '../../core/levels.ts';
import { parseSignalLine } from '../../core/outputs/signals.ts';
import { DEFAULT_LIMITS, inflate } from '../../core/records/inflate.ts';
import { RecordReader } from '../../core/records/reader.ts';
import { isoTime } from '../../core/records/time.ts';
import { loadRules } from '../../core/rules/load.ts';
import { compileRules } from '../../core/rules/ruleset.ts';
import { Duplicates, MARK, type Marked } from '../../core/scoring/duplicates.ts';
import { Scorer } from '../../core/scoring/scorer.ts';
import { lineAt, type ScoredPart } from '../../core/scoring/section.ts';
import { readRuleFiles } from '../../local/rule-files.ts';

const RULES = compileRules(loadRules(readRuleFiles(join(__dirname, '..', '..', 'rules'))).rules);
const GEO = geoDatabase(readFileSync(join(__dirname, '..', '..', 'samples', 'places.mmdb')));
const HOUR = 3_600_000;

export interface Analysed {
  readonly events: number;
  readonly duplicates: number;
  readonly rejects: number;
  /** Rank of the gravest signal of a rule of each event that has one. */
  readonly signals: ReadonlyMap<string, number>;
  readonly anomalies: readonly Anomaly[];
  readonly incidents: readonly Incident[];
  /** Events of high or critical risk a day. */
  readonly highDays: ReadonlyMap<string, readonly string[]>;
}

/** The records that came, by account, region and hour. */
class Arrivals {
  readonly #all = new Map<string, Deliveries & { readonly hours: Map<number, number> }>();
  /** The latest time, milliseconds since 1970. */
  until = 0;

  add({ strings, accounts, regions, times }: ScoredPart, event: number): void {
    const account = strings[accounts[event] as number] as string;
    const region = strings[regions[event] as number] as string;
    const time = times[event] as number;
    const key = `${account}/${region}`;
    const own = this.#all.get(key) ?? { account, region, hours: new Map<number, number>() };
    this.#all.set(key, own);
    const hour = Math.floor(time / HOUR);
    own.hours.set(hour, (own.hours.get(hour) ?? 0) + 1);
    this.until = Math.max(this.until, time);
  }

  get gaps(): Anomaly[] {
    return gaps([...this.#all.values()]).map(silenceAnomaly);
  }
}

/** The engine over files in memory, as `analyze` runs it on one thread. */
export function analyse(files: readonly Buffer[]): Analysed {
  const duplicates = new Duplicates();
  const observer = new Observer(GEO.locate, () => false);
  const unusual = new Unusual({ learningDays: 14, geo: GEO });
  const arrivals = new Arrivals();
  const signals: IncidentSignal[] = [];
  const highDays = new Map<string, string[]>();
  const count = ({ part, marks }: Marked) => {
    const counts = (event: number) => marks === null || marks[event] === MARK.counts;
    observer.observe(part, marks, Number.NEGATIVE_INFINITY, (event, times) => unusual.observe(event, times));
    for (let event = 0; event < part.count; event += 1) {
      if (!counts(event)) continue;
      arrivals.add(part, event);
      if ((part.risks[event] as number) < 70) continue;
      const day = isoTime(part.times[event] as number).slice(0, 10);
      highDays.set(day, [...(highDays.get(day) ?? []), Buffer.from(lineAt(part.json, event)).toString()]);
    }
    for (let i = 0; i < part.signalEvents.length; i += 1) {
      if (counts(part.signalEvents[i] as number)) signals.push(parseSignalLine(Buffer.from(lineAt(part.signalLines, i)).toString()));
    }
  };
  const rows = { events: 'risky', minRank: 0, table: false } as const;
  const scorer = new Scorer({ rules: RULES, config: defaultConfig(), filters: {}, rows }, (part) => duplicates.mark(part).forEach(count));
  const reader = new RecordReader((record, index) => scorer.take(record, index), DEFAULT_LIMITS.recordBytes);
  let events = 0;
  let rejects = 0;
  for (const [i, file] of files.entries()) {
    reader.begin();
    scorer.begin(String(i), false);
    const { bytes, reject } = inflate(file, DEFAULT_LIMITS);
    reader.push(bytes);
    reader.end(reject === 'too-big-at-once' ? null : reject);
    events += reader.counts.events;
    for (const n of Object.values(reader.counts.rejects)) rejects += n;
  }
  scorer.flush();
  duplicates.finish().forEach(count);
  const ranks = new Map<string, number>();
  for (const { eventID, level } of signals) ranks.set(eventID, Math.max(ranks.get(eventID) ?? 0, levelRank(level)));
  const anomalies = [...unusual.advance(Number.POSITIVE_INFINITY), ...arrivals.gaps];
  signals.push(...anomalies.map((anomaly) => anomalySignal(anomaly).signal).filter(({ principal }) => principal !== ''));
  const incidents = incidentsOf(signals, arrivals.until);
  return { events: events - duplicates.count, duplicates: duplicates.count, rejects, signals: ranks, anomalies, incidents, highDays };
}

function incidentsOf(signals: IncidentSignal[], until: number): Incident[] {
  const grouping = new IncidentGrouping();
  signals.sort((a, b) => a.time - b.time || (a.eventID < b.eventID ? -1 : 1));
  for (const signal of signals) grouping.add(signal);
  return grouping.finish(until);
}

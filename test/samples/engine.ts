import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Anomaly } from '../../core/anomalies/anomaly.ts';
import { Arrivals } from '../../core/anomalies/arrivals.ts';
import { geoDatabase } from '../../core/anomalies/geo-database.ts';
import { Observer } from '../../core/anomalies/observe.ts';
import { gaps, silenceAnomaly } from '../../core/anomalies/silence.ts';
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
import { lineAt } from '../../core/scoring/section.ts';
import { readRuleFiles } from '../../local/rule-files.ts';

const RULES = compileRules(loadRules(readRuleFiles(join(__dirname, '..', '..', 'rules'))).rules);
const GEO = geoDatabase(readFileSync(join(__dirname, '..', '..', 'samples', 'places.mmdb')));

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

/** The engine over files in memory, as `analyze` runs it on one thread. */
export function analyse(files: readonly Buffer[]): Analysed {
  const duplicates = new Duplicates();
  const observer = new Observer(GEO.locate, () => false);
  const arrivals = new Arrivals({ all: true });
  const unusual = new Unusual({ learningDays: 14, geo: GEO, gaps: (entity) => arrivals.gapsOf(entity) });
  let until = 0;
  const signals: IncidentSignal[] = [];
  const highDays = new Map<string, string[]>();
  const count = ({ part, marks }: Marked) => {
    const counts = (event: number) => marks === null || marks[event] === MARK.counts;
    observer.observe(part, marks, Number.NEGATIVE_INFINITY, (event, times) => unusual.observe(event, times));
    for (let event = 0; event < part.count; event += 1) {
      if (!counts(event)) continue;
      until = Math.max(until, part.times[event] as number);
      if ((part.risks[event] as number) < 70) continue;
      const day = isoTime(part.times[event] as number).slice(0, 10);
      highDays.set(day, [...(highDays.get(day) ?? []), Buffer.from(lineAt(part.json, event)).toString()]);
    }
    for (let i = 0; i < part.signalEvents.length; i += 1) {
      if (counts(part.signalEvents[i] as number)) signals.push(parseSignalLine(Buffer.from(lineAt(part.signalLines, i)).toString()));
    }
  };
  const rows = { events: 'risky', minRank: 0, table: false } as const;
  const scorer = new Scorer({ rules: RULES, config: defaultConfig(), filters: {}, rows }, (part) => {
    arrivals.take(part);
    duplicates.mark(part).forEach(count);
  });
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
  arrivals.advance(Number.POSITIVE_INFINITY);
  const anomalies = [...unusual.advance(Number.POSITIVE_INFINITY), ...gaps(arrivals.deliveries).map(silenceAnomaly)];
  signals.push(...anomalies.map((anomaly) => anomalySignal(anomaly).signal).filter(({ principal }) => principal !== ''));
  const incidents = incidentsOf(signals, until);
  return { events: events - duplicates.count, duplicates: duplicates.count, rejects, signals: ranks, anomalies, incidents, highDays };
}

function incidentsOf(signals: IncidentSignal[], until: number): Incident[] {
  const grouping = new IncidentGrouping();
  signals.sort((a, b) => a.time - b.time || (a.eventID < b.eventID ? -1 : 1));
  for (const signal of signals) grouping.add(signal);
  return grouping.finish(until);
}

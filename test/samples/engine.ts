import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Anomaly } from '../../core/anomalies/anomaly.ts';
import { geoDatabase } from '../../core/anomalies/geo-database.ts';
import { anomalySignal } from '../../core/anomalies/unusual.ts';
import { defaultConfig } from '../../core/config/load.ts';
import { PrincipalIncidents } from '../../core/incidents/grouping.ts';
import type { Incident, IncidentSignal } from '../../core/incidents/model.ts';
import { levelRank } from '../../core/levels.ts';
import { parseSignalLine } from '../../core/outputs/signals.ts';
import { uuidText } from '../../core/records/identifier.ts';
import { DEFAULT_LIMITS, inflate } from '../../core/records/inflate.ts';
import { RecordReader } from '../../core/records/reader.ts';
import { isoTime } from '../../core/records/time.ts';
import type { Correlated } from '../../core/rules/correlation.ts';
import { loadRules } from '../../core/rules/load.ts';
import { compileRules } from '../../core/rules/ruleset.ts';
import { Duplicates, MARK, type Marked } from '../../core/scoring/duplicates.ts';
import { Scorer } from '../../core/scoring/scorer.ts';
import { lineAt } from '../../core/scoring/section.ts';
import { readRuleFiles } from '../../local/rule-files.ts';
import { Watch } from '../../local/watch.ts';

const LOADED = loadRules(readRuleFiles(join(__dirname, '..', '..', 'rules')));
const RULES = compileRules(LOADED.rules);
const GEO = geoDatabase(readFileSync(join(__dirname, '..', '..', 'samples', 'places.mmdb')));

export interface Analysed {
  readonly events: number;
  readonly duplicates: number;
  readonly rejects: number;
  /** Rank of the gravest signal of a rule of each event that has one. */
  readonly signals: ReadonlyMap<string, number>;
  readonly anomalies: readonly Anomaly[];
  readonly correlations: readonly Correlated[];
  readonly incidents: readonly Incident[];
  /** When each of them came about, milliseconds since 1970: what an incident gathered before, since the last quiet, lies up to days earlier. */
  readonly openings: readonly number[];
  /** Events of high or critical risk a day. */
  readonly highDays: ReadonlyMap<string, readonly string[]>;
}

/** A signal and the id by which it stands among those of its second. */
interface Placed {
  readonly signal: IncidentSignal;
  readonly id: string;
}

/** The engine over files in memory, as `analyze` runs it on one thread, but that it judges when everything was read. */
export function analyse(files: readonly Buffer[]): Analysed {
  const config = defaultConfig();
  const watch = new Watch({ loaded: LOADED, config, geo: GEO, keeps: false });
  const duplicates = new Duplicates();
  const anomalies: Anomaly[] = [];
  const placed: Placed[] = [];
  watch.told = (anomaly) => {
    const { words, signal } = anomalySignal(anomaly);
    anomalies.push(anomaly);
    placed.push({ signal, id: uuidText(words) });
  };
  let to = 0;
  const ranks = new Map<string, number>();
  const highDays = new Map<string, string[]>();
  const count = (marked: Marked) => {
    const { part, marks } = marked;
    const counts = (event: number) => marks === null || marks[event] === MARK.counts;
    watch.count(marked);
    for (let event = 0; event < part.count; event += 1) {
      if (!counts(event)) continue;
      to = Math.max(to, part.times[event] as number);
      if ((part.risks[event] as number) < 70) continue;
      const day = isoTime(part.times[event] as number).slice(0, 10);
      highDays.set(day, [...(highDays.get(day) ?? []), Buffer.from(lineAt(part.json, event)).toString()]);
    }
    for (let i = 0; i < part.signalEvents.length; i += 1) {
      const event = part.signalEvents[i] as number;
      if (!counts(event)) continue;
      const signal = parseSignalLine(Buffer.from(lineAt(part.signalLines, i)).toString());
      ranks.set(signal.eventID, Math.max(ranks.get(signal.eventID) ?? 0, levelRank(signal.level)));
      placed.push({ signal, id: uuidText(part.ids, event * 4) });
    }
  };
  const rows = { events: 'risky', minRank: 0, table: false } as const;
  const scorer = new Scorer({ rules: RULES, config, filters: {}, rows }, (part) => {
    watch.arrived(part);
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
  watch.finish(to);
  const correlations: Correlated[] = [];
  const openings: number[] = [];
  const principals = new Map<string, PrincipalIncidents>();
  const follow = (signal: IncidentSignal) => {
    if (signal.principal === '') return;
    const one = principals.get(signal.principal) ?? new PrincipalIncidents();
    principals.set(signal.principal, one);
    const { ordinal } = one;
    one.add(signal);
    if (one.ordinal > ordinal) openings.push(signal.time);
  };
  const correlate = (found: Correlated) => {
    correlations.push(found);
    follow(found.signal);
  };
  placed.sort((a, b) => a.signal.time - b.signal.time || (a.id < b.id ? -1 : Number(a.id > b.id)));
  for (const { signal } of placed) watch.next(signal, () => follow(signal), correlate);
  watch.last(correlate);
  const { incidents } = watch.end(Math.min(to, watch.seen), () => ({}));
  return {
    events: events - duplicates.count,
    duplicates: duplicates.count,
    rejects,
    signals: ranks,
    anomalies,
    correlations,
    incidents,
    openings,
    highDays,
  };
}

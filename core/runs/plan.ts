import type { Observer } from '../anomalies/observe.ts';
import { anomalyLine, anomalySignal, UNUSUAL_SHARDS } from '../anomalies/unusual.ts';
import type { AlertItem, BackfillSummaryItem, IncidentItem } from '../incidents/item.ts';
import { LATENESS } from '../lateness.ts';
import { type Level, levelRank } from '../levels.ts';
import { correlationLine } from '../outputs/correlation-line.ts';
import type { Correlated } from '../rules/correlation.ts';
import type { DetectorText } from '../rules/model.ts';
import { countSignal, type DayMemory, dayOf, noteExceptions } from '../scoring/rollups.ts';
import type { ScoredPart } from '../scoring/section.ts';
import {
  ARRIVALS,
  BACKFILL_PATIENCE,
  type BackfilledIncident,
  CORRELATIONS,
  type Memory,
  type MemoryChanges,
  MODEL,
  partitionOf,
} from '../state/memory.ts';
import { SHARDS } from '../state/principals.ts';
import { type Counted, countSections, isCounted, type RunSums, type ScoredSection } from './counting.ts';
import { groupSignals } from './grouping.ts';
import { watchSilences } from './silences.ts';

/** How far the watermark stays behind a backfill that comes roughly in the order of delivery. */
const BACKFILL_SLACK = 6 * 3_600_000;
const MOST_SUMMARISED = 50;
/** How long live events wait for a backfill to begin. */
const MOST_WAIT = 3 * 86_400_000;

export interface RunOptions {
  /** Its number. */
  readonly run: number;
  /** Milliseconds since 1970; later than that of every run before. */
  readonly now: number;
  /** Up to when everything that was delivered is in this run: `now`, or the delivery of the oldest batch that is left for the next one. */
  readonly horizon: number;
  /** Watermark of the run before, -Infinity before the first. */
  readonly previous: number;
  /** Whether anything but backfills was consumed before. */
  readonly live: boolean;
  /** Whether the stack goes live only once a backfill has ended. */
  readonly waitForBackfill: boolean;
  readonly threshold: Level;
  /** By detector. */
  readonly rules: ReadonlyMap<string, DetectorText>;
  readonly observer: Observer;
}

/** The sums of a day or of one of its regions, in absolute numbers. */
export type RollupPut =
  | { readonly kind: 'day'; readonly day: string; readonly sums: Omit<DayMemory, 'regions'> }
  | { readonly kind: 'region'; readonly day: string; readonly region: string; readonly sums: DayMemory['regions'][string] };

/** What is put into the incidents table, and whether someone is to be told. */
export interface IncidentPut {
  readonly item: AlertItem;
  readonly alert: boolean;
}

/** All that a run does, computed before anything of it is shown. */
export interface Plan {
  readonly watermark: number;
  readonly live: boolean;
  readonly incidents: readonly IncidentPut[];
  readonly rollups: readonly RollupPut[];
  /** Lines of signals, and of the events with a risk, as UTF-8. */
  readonly signalLines: readonly Uint8Array[];
  readonly rows: readonly Uint8Array[];
  readonly memory: MemoryChanges;
  readonly sums: RunSums;
}

/**
 * The watermark that a run moves to: everything up to it has been seen, but for what comes late. It follows the clock, never a record; where batches
 * are left it stays behind them; before the stack goes live it follows the deliveries of the backfill that warms it.
 */
export function watermarkOf(
  memory: Memory,
  scored: readonly ScoredSection[],
  { horizon, previous, live, waitForBackfill }: Pick<RunOptions, 'horizon' | 'previous' | 'live' | 'waitForBackfill'>,
): { readonly watermark: number; readonly live: boolean } {
  const sections = scored.map(({ section }) => section);
  if (live || (!waitForBackfill && sections.some(({ backfill }) => backfill === undefined))) {
    return { watermark: Math.max(previous, horizon - LATENESS), live: true };
  }
  let watermark = previous;
  const seen = new Map([...memory.backfills].map(([id, { of, objects, newest }]) => [id, { of, objects, newest }]));
  for (const section of sections) {
    const { backfill, delivered } = section;
    if (backfill === undefined || isCounted(memory, section, backfill.id)) continue;
    const { id, of } = backfill;
    const one = seen.get(id) ?? { of, objects: 0, newest: Number.NEGATIVE_INFINITY };
    seen.set(id, { of, objects: one.objects + 1, newest: Math.max(one.newest, delivered) });
  }
  for (const { of, objects, newest } of seen.values()) watermark = Math.max(watermark, objects >= of ? newest : newest - BACKFILL_SLACK);
  return { watermark, live: false };
}

/** Partitions of the memory that consuming these sections will touch. The part `held` must be loaded. */
export function touchedBy(memory: Memory, scored: readonly ScoredSection[], watermark: number, now: number): string[] {
  const names = new Set(memory.due(watermark));
  const principals = new Set<string>();
  const days = new Set<number>();
  const hours = new Set<number>();
  const note = (part: ScoredPart) => {
    for (const time of part.times) hours.add(Math.floor(time / 3_600_000));
    for (const event of part.signalEvents) principals.add((part.actors[part.principals[event] as number] as { id: string }).id);
  };
  for (const { section, parts } of scored) {
    names.add(partitionOf.day(dayOf(section.delivered)));
    for (const part of parts) note(part);
  }
  for (const { signals } of memory.events) for (const { principal } of signals) principals.add(principal);
  for (const { event } of memory.copies.values()) {
    hours.add(Math.floor(event.time / 3_600_000));
    for (const { principal } of event.signals) principals.add(principal);
  }
  if (scored.length > 0 || memory.copies.size > 0) for (const n of UNUSUAL_SHARDS) names.add(`baselines/${n}`);
  // Whom the baselines speak of is known only once they have spoken.
  for (let n = 0; n < SHARDS; n += 1) names.add(`principals/${n}`);
  names.add(MODEL).add(CORRELATIONS).add(ARRIVALS);
  names.add(partitionOf.day(dayOf(Number.isFinite(watermark) ? watermark : now)));
  for (const hour of hours) {
    names.add(partitionOf.ids(hour * 3_600_000));
    days.add(Math.floor(hour / 24));
  }
  for (const day of days) names.add(partitionOf.day(dayOf(day * 86_400_000)));
  for (const id of principals) names.add(partitionOf.principal(id));
  return [...names];
}

/**
 * The run as one pure function: memory, scored sections, watermark and `now` in; signals, incidents, roll-ups and the changed memory out. The parts of the
 * memory that {@link touchedBy} names must be loaded.
 */
export function planRun(memory: Memory, scored: readonly ScoredSection[], options: RunOptions): Plan {
  const { run, now, previous, rules, threshold } = options;
  const { watermark, live } = watermarkOf(memory, scored, options);
  const counted = countSections(memory, scored, options.observer, previous, watermark, now);
  judge(memory, counted, watermark);
  const correlated = (found: Correlated) => {
    // Before a stack that waits for its backfill goes live there is no watermark.
    countSignal(memory.day(dayOf(Number.isFinite(watermark) ? watermark : now)), found.signal);
    counted.sums.signals += 1;
    counted.signalLines.push(Buffer.from(correlationLine(found)));
  };
  const items = groupSignals(memory, counted.events, counted.late, { run, now, watermark, rules, correlated });
  const { ids } = memory.exceptions;
  if (ids.length > 0 && Number.isFinite(watermark)) noteExceptions(memory.day(dayOf(watermark)), ids);
  noteBackfilled(memory, items);
  items.push(...silent(memory, counted, options, watermark, live));
  const told = (level: Level) => levelRank(level) >= levelRank(threshold);
  const summaries = endBackfills(memory, run, now, told);
  const goesLive = options.waitForBackfill && (summaries.length > 0 || hasWaited(memory, scored, now));
  return {
    watermark,
    live: live || goesLive,
    incidents: [...items.map((item) => ({ item, alert: told(item.level) })), ...summaries.map((item) => ({ item, alert: true }))],
    rollups: rollups(memory),
    signalLines: counted.signalLines,
    rows: counted.rows,
    memory: memory.changes(watermark),
    sums: counted.sums,
  };
}

/** Has the detectors with a memory say what they have to up to the watermark; it is signals like any other. */
function judge(memory: Memory, { events, signalLines, sums }: Counted, watermark: number): void {
  if (watermark === Number.NEGATIVE_INFINITY) return;
  memory.arrivals.advance(watermark);
  for (const anomaly of memory.unusual.advance(watermark)) {
    const { words, signal } = anomalySignal(anomaly, memory.exceptions);
    countSignal(memory.day(dayOf(watermark)), signal);
    sums.signals += 1;
    signalLines.push(Buffer.from(anomalyLine(anomaly, memory.exceptions)));
    if (signal.principal !== '') events.push({ time: signal.time, words, risk: signal.risk, signals: [signal] });
  }
}

/** Tells of silences; gives the incidents that open or end with them. */
function silent(
  memory: Memory,
  { signalLines, sums }: Counted,
  { run, now }: Pick<RunOptions, 'run' | 'now'>,
  watermark: number,
  live: boolean,
): readonly IncidentItem[] {
  const backfilling = memory.backfills.size > 0;
  const { watch, lines, items } = watchSilences(memory.arrivals, memory.silences, {
    ...{ run, now, watermark, live, backfilling },
    exceptions: memory.exceptions,
  });
  memory.silences = watch;
  for (const { signal, line } of lines) {
    countSignal(memory.day(dayOf(watermark)), signal);
    sums.signals += 1;
    signalLines.push(Buffer.from(line));
  }
  return items;
}

/** Whether live events have waited too long for a backfill that does not come: then they wait no longer. */
function hasWaited(memory: Memory, scored: readonly ScoredSection[], now: number): boolean {
  if (scored.some(({ section }) => section.backfill === undefined)) memory.waiting ??= now;
  return memory.waiting !== null && memory.backfills.size === 0 && memory.waiting + MOST_WAIT < now;
}

/** Notes the incidents that stem from backfills with each that is under way. */
function noteBackfilled({ backfills }: Memory, items: readonly IncidentItem[]): void {
  for (const { backfill, id, principal, level, risk, opened, top } of items) {
    if (!backfill) continue;
    const incident: BackfilledIncident = { id, principal, level, risk, opened, title: top.title };
    for (const one of backfills.values()) one.incidents[id] = incident;
  }
}

/** Summaries of the backfills of which every object has come, or none for long. */
function endBackfills({ backfills }: Memory, run: number, now: number, told: (level: Level) => boolean): BackfillSummaryItem[] {
  return [...backfills].flatMap(([id, { of, objects, records, events, last, incidents }]) => {
    if (objects < of && last + BACKFILL_PATIENCE > now) return [];
    backfills.delete(id);
    const grave = Object.values(incidents)
      .filter(({ level }) => told(level))
      .sort((a, b) => b.risk - a.risk || a.opened - b.opened || (a.id < b.id ? -1 : 1));
    return [
      {
        kind: 'backfill-summary',
        id: `backfill#${id}`,
        version: 1,
        versionAt: now,
        run,
        objects,
        records,
        events,
        incidents: grave.slice(0, MOST_SUMMARISED),
        incidentCount: grave.length,
      },
    ];
  });
}

function rollups({ days }: Memory): RollupPut[] {
  return days.flatMap(([day, { regions, ...sums }]): RollupPut[] => [
    { kind: 'day', day, sums },
    ...Object.entries(regions).map(([region, tally]): RollupPut => ({ kind: 'region', day, region, sums: tally })),
  ]);
}

import type { IncidentSignal } from '../incidents/model.ts';
import { riskRank } from '../levels.ts';
import { noTally, type RegionTally } from '../posture/compliance.ts';
import { addCounts, type Counts, noCounts, total } from '../records/counts.ts';

/** What the pipeline keeps of a day, in sums: of the objects delivered on it, and of the events that happened on it. */
export interface DayMemory {
  /** Of the objects delivered on this day. */
  readonly counts: Counts;
  /** Events that came later than the watermark. */
  late: number;
  /** Events whose time lies more than a day after their delivery. */
  future: number;
  /** Files that could not be read whole, with the reason; the first {@link MOST_PROBLEMS}. */
  readonly problems: { readonly file: string; readonly reason: string }[];
  /** Of the events that happened on this day. */
  signals: number;
  /** Events per level, in the order of LEVELS. */
  readonly levels: number[];
  readonly logins: { succeeded: number; failed: number };
  /** Signals per detector. */
  readonly detectors: Record<string, number>;
  readonly regions: Record<string, RegionTally>;
  /** Signals that exceptions made weigh nothing, by the exception's id; 0 where one was in force. Absent where there are no exceptions. */
  exceptions?: Record<string, number>;
}

export const MOST_PROBLEMS = 20;
/** Regions of a day are told apart up to here: their names are text of the records. */
const MOST_REGIONS = 100;
const MOST_DETECTORS = 2000;
/** Exceptions of a day are told apart up to here. */
const MOST_EXCEPTIONS = 1000;
const BEYOND = '(more)';
/** What the keys of a table take, and no attacker's text fills. */
const REGION = /^[a-z0-9-]{1,40}$/;
const LONGEST_DETECTOR = 100;
const LONGEST_PROBLEM = 500;

export function newDay(): DayMemory {
  return {
    counts: noCounts(),
    late: 0,
    future: 0,
    problems: [],
    signals: 0,
    levels: [0, 0, 0, 0, 0],
    logins: { succeeded: 0, failed: 0 },
    detectors: {},
    regions: {},
  };
}

/** The UTC day of a time, `2026-11-25`. */
export function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

/** What is counted of one event. */
export interface CountedEvent {
  readonly risk: number;
  readonly loginSucceeded: boolean;
  readonly loginFailed: boolean;
  readonly region: string;
  readonly evaluated: number;
  readonly violated: number;
}

/** Counts an event that happened on the day. */
export function countEvent(day: DayMemory, { risk, loginSucceeded, loginFailed, region, evaluated, violated }: CountedEvent): void {
  const rank = riskRank(risk);
  day.levels[rank] = (day.levels[rank] as number) + 1;
  if (loginSucceeded) day.logins.succeeded += 1;
  if (loginFailed) day.logins.failed += 1;
  const tally = regionOf(day, region);
  tally.events += 1;
  if (risk > 0) tally.riskyEvents += 1;
  tally.evaluated |= evaluated;
  if (violated === 0) return;
  tally.violating += 1;
  for (let bit = 0; bit < tally.violations.length; bit += 1) {
    if (violated & (1 << bit)) tally.violations[bit] = (tally.violations[bit] as number) + 1;
  }
}

/** Counts a signal of the day, and what it owes to an exception. */
export function countSignal(day: DayMemory, { detector, excepted }: Pick<IncidentSignal, 'detector' | 'excepted'>): void {
  day.signals += 1;
  const isNamed = detector.length <= LONGEST_DETECTOR && Object.keys(day.detectors).length < MOST_DETECTORS;
  const key = Object.hasOwn(day.detectors, detector) || isNamed ? detector : BEYOND;
  day.detectors[key] = (day.detectors[key] ?? 0) + 1;
  if (excepted !== undefined) countException(day, excepted.id, 1);
}

/** Notes that these exceptions were in force on the day. */
export function noteExceptions(day: DayMemory, ids: readonly string[]): void {
  for (const id of ids) countException(day, id, 0);
}

function countException(day: DayMemory, id: string, times: number): void {
  day.exceptions ??= {};
  const counts = day.exceptions;
  if (Object.hasOwn(counts, id) || Object.keys(counts).length < MOST_EXCEPTIONS) counts[id] = (counts[id] ?? 0) + times;
}

/** Counts an object that was delivered on the day; `duplicates` of its events were seen before. */
export function countSection(day: DayMemory, counts: Counts, duplicates: number, file: string, problem: string | undefined): void {
  addCounts(day.counts, counts);
  day.counts.events -= duplicates;
  day.counts.duplicates += duplicates;
  if (problem !== undefined && total(counts.fileRejects) > 0 && day.problems.length < MOST_PROBLEMS) {
    day.problems.push({ file: file.slice(0, LONGEST_PROBLEM), reason: problem.slice(0, LONGEST_PROBLEM) });
  }
}

function regionOf({ regions }: DayMemory, name: string): RegionTally {
  const key = Object.hasOwn(regions, name) || (REGION.test(name) && Object.keys(regions).length < MOST_REGIONS) ? name : BEYOND;
  if (!Object.hasOwn(regions, key))
    Object.defineProperty(regions, key, { value: noTally(), enumerable: true, writable: true, configurable: true });
  return regions[key] as RegionTally;
}

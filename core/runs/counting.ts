import type { Observation } from '../anomalies/observation.ts';
import type { Observer } from '../anomalies/observe.ts';
import type { IncidentSignal } from '../incidents/model.ts';
import { parseSignalLine } from '../outputs/signals.ts';
import { sectionIdentity } from '../records/batch.ts';
import { contentWords } from '../records/identifier.ts';
import { labelOf, type Section } from '../records/section.ts';
import { DuplicateMarker, MARK } from '../scoring/duplicates.ts';
import { countEvent, countSection, countSignal, type DayMemory, dayOf } from '../scoring/rollups.ts';
import { FLAG, type Lines, lineAt, onlyEvent, type ScoredPart } from '../scoring/section.ts';
import type { Memory, SignalledEvent, WaitingCopy } from '../state/memory.ts';

/** A section with its events scored. */
export interface ScoredSection {
  readonly section: Section;
  /** With the times of events from the future set right, see {@link grounded}. */
  readonly parts: readonly ScoredPart[];
  /** How many events those were. */
  readonly future: number;
}

/** What came in a run and counts. */
export interface Counted {
  /** Events with signals, those later than the last watermark apart. */
  readonly events: SignalledEvent[];
  readonly late: SignalledEvent[];
  /** Lines of signals and of events with a risk, as UTF-8. */
  readonly signalLines: Uint8Array[];
  readonly rows: Uint8Array[];
  readonly sums: RunSums;
}

export interface RunSums {
  sections: number;
  skipped: number;
  records: number;
  /** Records that no backfill brought. */
  live: number;
  events: number;
  duplicates: number;
  rejects: number;
  late: number;
  /** Events whose time lies more than a day after their delivery. */
  future: number;
  signals: number;
  /** Newest delivery minus the newest event in it, milliseconds; 0 when nothing came. */
  delivery: number;
}

/** Rows and signal lines that one run keeps: beyond it they are counted, and can be had from the trail. */
const MOST_LINES = 200_000;
/** Copies of other accounts that wait at most. */
const MOST_WAITING = 20_000;

/**
 * Counts the sections of a run: tells duplicates, adds to the roll-ups, and gives what has signals. A section that was consumed before, or
 * comes twice, counts nothing. `previous` is the watermark before this run, `watermark` the one it moves to.
 */
export function countSections(
  memory: Memory,
  scored: readonly ScoredSection[],
  observer: Observer,
  previous: number,
  watermark: number,
  now: number,
): Counted {
  return new Counting(memory, observer, previous, watermark, now).run(scored);
}

class Counting implements Counted {
  readonly events: SignalledEvent[] = [];
  readonly late: SignalledEvent[] = [];
  readonly signalLines: Uint8Array[] = [];
  readonly rows: Uint8Array[] = [];
  readonly sums: RunSums = {
    sections: 0,
    skipped: 0,
    records: 0,
    live: 0,
    events: 0,
    duplicates: 0,
    rejects: 0,
    late: 0,
    future: 0,
    signals: 0,
    delivery: 0,
  };
  readonly #memory: Memory;
  readonly #observer: Observer;
  readonly #previous: number;
  readonly #watermark: number;
  readonly #now: number;
  readonly #marker: DuplicateMarker<WaitingCopy>;
  readonly #days = new Map<number, DayMemory>();
  #section: Section | undefined;
  #newest = Number.NEGATIVE_INFINITY;

  constructor(memory: Memory, observer: Observer, previous: number, watermark: number, now: number) {
    this.#memory = memory;
    this.#observer = observer;
    this.#previous = previous;
    this.#watermark = watermark;
    this.#now = now;
    const { seen, shared } = memory.ids;
    this.#marker = new DuplicateMarker({ seen, shared, held: memory.copies }, (part, event) => this.#waiting(part, event));
  }

  run(scored: readonly ScoredSection[]): Counted {
    for (const one of scored) this.#countSection(one);
    let over = this.#memory.copies.size - MOST_WAITING;
    const released = this.#marker.release(({ time }) => {
      if (time > this.#watermark && over <= 0) return false;
      over -= 1;
      return true;
    });
    for (const copy of released) this.#release(copy);
    return this;
  }

  #countSection({ section, parts, future }: ScoredSection): void {
    const { delivered, counts, backfill } = section;
    if (backfill !== undefined) this.#countBackfill(section, backfill);
    if (this.#memory.sections.seen.add(sectionIdentity(section), 0, delivered)) {
      this.sums.skipped += 1;
      return;
    }
    this.#section = section;
    const before = this.#marker.count;
    let newest = Number.NEGATIVE_INFINITY;
    let late = 0;
    for (const part of parts) {
      // Copies too: they were delivered.
      this.#memory.arrivals.take(part);
      const marks = this.#marker.mark(part);
      for (let event = 0; event < part.count; event += 1) {
        if (marks !== null && marks[event] !== MARK.counts) continue;
        const time = part.times[event] as number;
        if (time > newest) newest = time;
        if (time <= this.#previous) late += 1;
        countEvent(this.#day(time), eventOf(part, event));
        keep(this.rows, part.json, event);
      }
      this.#observer.observe(part, marks, this.#previous, (event, times) => this.#memory.unusual.observe(event, times));
      this.#takeSignals(part, marks);
    }
    const duplicates = this.#marker.count - before;
    const day = this.#memory.day(dayOf(delivered));
    countSection(day, counts, duplicates, labelOf(section), section.problem);
    day.late += late;
    day.future += future;
    const { sums } = this;
    sums.sections += 1;
    sums.records += counts.records;
    if (backfill === undefined) sums.live += counts.records;
    sums.events += counts.events - duplicates;
    sums.duplicates += counts.duplicates + duplicates;
    sums.rejects += counts.records - counts.events - counts.duplicates - counts.excluded;
    sums.late += late;
    sums.future += future;
    if (newest > this.#newest && backfill === undefined) {
      this.#newest = newest;
      sums.delivery = Math.max(0, delivered - newest);
    }
  }

  /** An object counts once for each backfill that asked for it, whether it was consumed before or not. */
  #countBackfill(section: Section, { id, of }: NonNullable<Section['backfill']>): void {
    const { counts, delivered } = section;
    if (this.#memory.sections.shared.add(identityIn(section, id), 0, section.delivered)) return;
    let backfill = this.#memory.backfills.get(id);
    if (backfill === undefined) {
      backfill = { of, objects: 0, records: 0, events: 0, newest: Number.NEGATIVE_INFINITY, last: 0, incidents: {} };
      this.#memory.backfills.set(id, backfill);
    }
    backfill.objects += 1;
    backfill.records += counts.records;
    backfill.events += counts.events;
    backfill.newest = Math.max(backfill.newest, delivered);
    backfill.last = this.#now;
  }

  #takeSignals(part: ScoredPart, marks: Uint8Array | null): void {
    for (let i = 0; i < part.signalEvents.length; ) {
      const event = part.signalEvents[i] as number;
      const lines: Uint8Array[] = [];
      for (; i < part.signalEvents.length && part.signalEvents[i] === event; i += 1) lines.push(lineAt(part.signalLines, i));
      if (marks === null || marks[event] === MARK.counts) this.#takeEvent(signalled(part, event, lines, this.#fromBackfill), lines);
    }
  }

  #takeEvent(event: SignalledEvent, lines: readonly Uint8Array[]): void {
    const day = this.#day(event.time);
    for (const signal of event.signals) countSignal(day, signal);
    this.sums.signals += event.signals.length;
    for (const line of lines) if (this.signalLines.length < MOST_LINES) this.signalLines.push(line);
    (event.time <= this.#previous ? this.late : this.events).push(event);
  }

  get #fromBackfill(): boolean {
    return this.#section?.backfill !== undefined;
  }

  /** All that will be counted of another account's copy if it comes to count. */
  #waiting(part: ScoredPart, event: number): WaitingCopy {
    const lines = [...part.signalEvents.keys()].filter((i) => part.signalEvents[i] === event).map((i) => lineAt(part.signalLines, i));
    return {
      ...signalled(part, event, lines, this.#fromBackfill),
      flags: part.flags[event] as number,
      region: part.strings[part.postureRegions[event] as number] as string,
      evaluated: part.evaluated[event] as number,
      violated: part.violated[event] as number,
      signalLines: lines.map(text),
      row: text(lineAt(part.json, event)),
      observation: this.#observation(onlyEvent(part, event)),
    };
  }

  #observation(part: ScoredPart): Observation | null {
    let seen: Observation | null = null;
    this.#observer.observe(part, null, Number.NEGATIVE_INFINITY, (event) => {
      // As JSON it waits in the memory.
      seen = { ...event, eventID: event.eventID };
    });
    return seen;
  }

  #release(copy: WaitingCopy): void {
    const { observation } = copy;
    if (observation !== null && observation.time > this.#previous) this.#memory.unusual.observe(observation, 1);
    const { time, risk, flags, region, evaluated, violated, signalLines, row, words, signals } = copy;
    countEvent(this.#day(time), { risk, ...logins(flags), region, evaluated, violated });
    if (row !== '' && this.rows.length < MOST_LINES) this.rows.push(Buffer.from(row));
    if (signals.length > 0)
      this.#takeEvent(
        { time, words, risk, signals },
        signalLines.map((line) => Buffer.from(line)),
      );
  }

  #day(time: number): DayMemory {
    const number = Math.floor(time / 86_400_000);
    let day = this.#days.get(number);
    if (day === undefined) {
      day = this.#memory.day(dayOf(time));
      this.#days.set(number, day);
    }
    return day;
  }
}

/** Whether a backfill has counted the section before. */
export function isCounted(memory: Memory, section: Section, backfill: string): boolean {
  return memory.sections.shared.has(identityIn(section, backfill), 0, section.delivered);
}

function identityIn(section: Section, backfill: string): Uint32Array {
  const words = new Uint32Array(4);
  contentWords(Buffer.from(`${backfill} ${sectionIdentity(section).join(' ')}`), words);
  return words;
}

function signalled(part: ScoredPart, event: number, lines: readonly Uint8Array[], backfill: boolean): SignalledEvent {
  const time = part.times[event] as number;
  return {
    time,
    words: [...part.ids.subarray(event * 4, event * 4 + 4)],
    risk: part.risks[event] as number,
    // The line shows the record's own time, even one from the future.
    signals: lines.map((line): IncidentSignal => ({ ...parseSignalLine(text(line)), time, ...(backfill ? { backfill } : {}) })),
  };
}

function eventOf(part: ScoredPart, event: number) {
  return {
    risk: part.risks[event] as number,
    ...logins(part.flags[event] as number),
    region: part.strings[part.postureRegions[event] as number] as string,
    evaluated: part.evaluated[event] as number,
    violated: part.violated[event] as number,
  };
}

function logins(flags: number): { loginSucceeded: boolean; loginFailed: boolean } {
  return { loginSucceeded: (flags & FLAG.loginSucceeded) !== 0, loginFailed: (flags & FLAG.loginFailed) !== 0 };
}

function keep(rows: Uint8Array[], lines: Lines, event: number): void {
  const line = lineAt(lines, event);
  if (line.length > 0 && rows.length < MOST_LINES) rows.push(line);
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

import { Arrivals, type ArrivalsState } from '../anomalies/arrivals.ts';
import type { Observation } from '../anomalies/observation.ts';
import type { OutlierModelState } from '../anomalies/outliers.ts';
import type { Silence } from '../anomalies/silence.ts';
import { Unusual, type UnusualOptions } from '../anomalies/unusual.ts';
import type { IncidentSignal } from '../incidents/model.ts';
import { type Exceptions, NO_EXCEPTIONS } from '../risk/exceptions.ts';
import { Correlator, type CorrelatorState } from '../rules/correlation.ts';
import type { LoadedRules } from '../rules/model.ts';
import type { HeldCopy } from '../scoring/duplicates.ts';
import { type DayMemory, newDay } from '../scoring/rollups.ts';
import { type PrincipalMemory, PrincipalShard, shardOf } from './principals.ts';
import { DAY, HOUR, IdSegments } from './segments.ts';
import { decodeSnapshot, encodeSnapshot, SnapshotError } from './snapshot.ts';

/** Where the parts of a memory lie. Immutable: each run writes a new one. */
export interface Manifest {
  readonly partitions: Readonly<Record<string, Partition>>;
}

export interface Partition {
  /** Key of its snapshot. */
  readonly key: string;
  /** Watermark beyond which something in it is due even if nothing new comes. */
  readonly due?: number;
  /** Watermark when it was last written. */
  readonly written: number;
}

/** An event with signals that waits for the watermark, or counts now. */
export interface SignalledEvent {
  readonly time: number;
  /** The four words of its identity. */
  readonly words: readonly number[];
  readonly risk: number;
  readonly signals: readonly IncidentSignal[];
}

/** Another account's copy of an event, as it waits: all that is counted when it comes to count. */
export interface WaitingCopy extends SignalledEvent {
  readonly flags: number;
  readonly region: string;
  readonly evaluated: number;
  readonly violated: number;
  readonly signalLines: readonly string[];
  readonly row: string;
  /** What the detectors with a memory see of it; null when that is nothing. */
  readonly observation: Observation | null;
}

/** How far a backfill has come. */
export interface BackfillMemory {
  readonly of: number;
  objects: number;
  records: number;
  events: number;
  /** Newest delivery among its objects. */
  newest: number;
  /** `now` of the run that saw its last object. */
  last: number;
  /** Its incidents by id. */
  readonly incidents: Record<string, BackfilledIncident>;
}

export interface BackfilledIncident {
  readonly id: string;
  readonly principal: string;
  readonly level: IncidentSignal['level'];
  readonly risk: number;
  readonly opened: number;
  readonly title: string;
}

interface HeldState {
  readonly events: readonly SignalledEvent[];
  readonly copies: readonly (readonly [string, HeldCopy<WaitingCopy>])[];
  readonly backfills: Readonly<Record<string, BackfillMemory>>;
  readonly waiting: number | null;
}

/** What is remembered of silences between runs, as JSON. */
export interface SilenceWatch {
  /** `now` of the first live run: from then on somebody would have seen what comes. Null before. */
  readonly since: number | null;
  /** The hour at which silences were looked for last. */
  readonly looked: number | null;
  /** Silences that were told and go on. */
  readonly told: readonly (Silence & { readonly isShown: boolean })[];
  /** Watermark beyond which time alone can make a silence evident; null when it cannot. */
  readonly due: number | null;
}

export const NO_WATCH: SilenceWatch = { since: null, looked: null, told: [], due: null };

interface ArrivalsMemory {
  readonly arrivals: ArrivalsState;
  readonly silences: SilenceWatch;
}

/** Event time for which the identities of events are kept; and those of objects, and roll-ups, as long as the tables keep what was counted of them. */
const EVENTS_REMEMBERED = 35 * DAY;
const OBJECTS_REMEMBERED = 430 * DAY;

export const NO_MANIFEST: Manifest = { partitions: {} };

export function encodeManifest(manifest: Manifest): Buffer {
  return encodeSnapshot('manifest', manifest);
}

export function decodeManifest(bytes: Uint8Array): Manifest {
  return decodeSnapshot('manifest', bytes) as Manifest;
}

/** What a run changed in the memory. */
export interface MemoryChanges {
  readonly snapshots: readonly { readonly name: string; readonly bytes: Buffer; readonly due?: number }[];
  /** Partitions that are forgotten. */
  readonly forgotten: readonly string[];
}

export const HELD = 'held';
/** What the isolation forests are grown from. */
export const MODEL = 'model';
/** What came by account, region and hour, and which silences were told. */
export const ARRIVALS = 'arrivals';
/** Windows of correlations. */
export const CORRELATIONS = 'correlations';

/** Names of the partitions that events of these times, objects of these deliveries and these principals touch. */
export const partitionOf = {
  ids: (time: number) => `ids/${Math.floor(time / HOUR)}`,
  sections: (delivered: number) => `sections/${Math.floor(delivered / DAY)}`,
  principal: (id: string) => `principals/${shardOf(id)}`,
  day: (day: string) => `rollups/${day}`,
} as const;

/**
 * The memory between runs, in partitions: which of them a run will touch is known before it computes, so it loads those and
 * rewrites what changed. Asking for one that exists and was not loaded is a mistake of the caller, and throws.
 */
export class Memory {
  readonly ids: IdSegments;
  readonly sections: IdSegments;
  readonly unusual: Unusual;
  arrivals = new Arrivals();
  silences: SilenceWatch = NO_WATCH;
  correlator: Correlator;
  /** Events with signals later than the watermark, in no order. */
  events: SignalledEvent[] = [];
  readonly copies = new Map<string, HeldCopy<WaitingCopy>>();
  readonly backfills = new Map<string, BackfillMemory>();
  /** `now` of the run since which live events wait for a backfill; null when none do. */
  waiting: number | null = null;
  readonly #manifest: Manifest;
  /** Snapshots that are written again only when they differ. */
  readonly #asLoaded = new Map<string, Uint8Array>();
  readonly #loaded = new Set<string>();
  readonly #shards = new Map<number, PrincipalShard>();
  readonly #days = new Map<string, DayMemory>();
  readonly #touchedShards = new Set<number>();
  readonly #touchedDays = new Set<string>();

  readonly #loadedRules: LoadedRules;
  /** What makes signals weigh nothing. */
  readonly exceptions: Exceptions;

  constructor(manifest: Manifest, rules: LoadedRules, unusual: UnusualOptions, exceptions: Exceptions = NO_EXCEPTIONS) {
    this.#manifest = manifest;
    this.#loadedRules = rules;
    this.exceptions = exceptions;
    this.correlator = new Correlator(rules, undefined, exceptions);
    this.unusual = new Unusual({ ...unusual, gaps: (entity) => this.arrivals.gapsOf(entity) }, (n) => this.#check(`baselines/${n}`));
    this.ids = new IdSegments(HOUR, (hour) => this.#check(`ids/${hour}`));
    this.sections = new IdSegments(DAY, (day) => this.#check(`sections/${day}`));
  }

  /** Of these partitions those that exist and are not loaded yet, with the keys of their snapshots. */
  missing(names: Iterable<string>): { readonly name: string; readonly key: string }[] {
    return [...new Set(names)].flatMap((name) => {
      const partition = this.#manifest.partitions[name];
      return partition === undefined || this.#loaded.has(name) ? [] : [{ name, key: partition.key }];
    });
  }

  /** Partitions in which something is due once everything before `watermark` is seen. */
  due(watermark: number): string[] {
    return Object.entries(this.#manifest.partitions)
      .filter(([, { due }]) => due !== undefined && due < watermark)
      .map(([name]) => name);
  }

  /** @throws {SnapshotError} */
  load(name: string, bytes: Uint8Array): void {
    const [kind, which = ''] = name.split('/');
    this.#loaded.add(name);
    if (name === MODEL || name === CORRELATIONS) this.#asLoaded.set(name, bytes);
    switch (kind) {
      case 'ids':
        this.ids.load(Number(which), bytes);
        break;
      case 'sections':
        this.sections.load(Number(which), bytes);
        break;
      case 'principals':
        this.#shards.set(Number(which), PrincipalShard.from(decodeSnapshot(name, bytes)));
        break;
      case 'baselines':
        this.unusual.loadShard(Number(which), decodeSnapshot(name, bytes) as never);
        break;
      case CORRELATIONS:
        this.correlator = new Correlator(this.#loadedRules, decodeSnapshot(name, bytes) as CorrelatorState, this.exceptions);
        break;
      case ARRIVALS: {
        const { arrivals, silences } = decodeSnapshot(name, bytes) as ArrivalsMemory;
        this.arrivals = new Arrivals({}, arrivals);
        this.silences = silences;
        break;
      }
      case MODEL:
        this.unusual.loadModel(decodeSnapshot(name, bytes) as OutlierModelState);
        break;
      case 'rollups':
        this.#days.set(which, { ...newDay(), ...(decodeSnapshot(name, bytes) as DayMemory) });
        break;
      case HELD: {
        const { events, copies, backfills, waiting } = decodeSnapshot(name, bytes) as HeldState;
        this.events = [...events];
        this.waiting = waiting;
        for (const [key, copy] of copies) this.copies.set(key, copy);
        for (const [id, backfill] of Object.entries(backfills)) this.backfills.set(id, backfill);
        break;
      }
      default:
        throw new SnapshotError(`The memory has no part called ${name}.`);
    }
  }

  /** What is remembered of a principal, to be changed. */
  principal(id: string): PrincipalMemory {
    return this.#shard(shardOf(id)).principal(id);
  }

  #shard(n: number): PrincipalShard {
    this.#touchedShards.add(n);
    let shard = this.#shards.get(n);
    if (shard === undefined) {
      this.#check(`principals/${n}`);
      shard = new PrincipalShard();
      this.#shards.set(n, shard);
    }
    return shard;
  }

  /** Ids of the principals in the loaded shards whose open group is over before a time. */
  overBefore(time: number): string[] {
    return [...this.#shards.values()].flatMap((shard) => shard.overBefore(time));
  }

  /** Roll-ups of a day, `2026-11-25`, to be added to. */
  day(day: string): DayMemory {
    this.#touchedDays.add(day);
    let memory = this.#days.get(day);
    if (memory === undefined) {
      this.#check(`rollups/${day}`);
      memory = newDay();
      this.#days.set(day, memory);
    }
    return memory;
  }

  /** The days that were asked for. */
  get days(): [string, DayMemory][] {
    return [...this.#touchedDays].map((day) => [day, this.#days.get(day) as DayMemory]);
  }

  changes(watermark: number): MemoryChanges {
    const snapshots: { name: string; bytes: Buffer; due?: number }[] = [];
    for (const [hour, bytes] of this.ids.changes()) snapshots.push({ name: `ids/${hour}`, bytes });
    for (const [day, bytes] of this.sections.changes()) snapshots.push({ name: `sections/${day}`, bytes });
    for (const n of this.#touchedShards) {
      const shard = this.#shards.get(n) as PrincipalShard;
      snapshots.push(snapshot(`principals/${n}`, shard.state(watermark), shard.due));
    }
    for (const [day, memory] of this.days) snapshots.push(snapshot(`rollups/${day}`, memory));
    for (const { n, state, due } of this.unusual.changedShards) snapshots.push(snapshot(`baselines/${n}`, state, due));
    snapshots.push(snapshot(MODEL, this.unusual.model), snapshot(CORRELATIONS, this.correlator.state, this.correlator.due));
    const came: ArrivalsMemory = { arrivals: this.arrivals.state, silences: this.silences };
    snapshots.push(snapshot(ARRIVALS, came, this.silences.due ?? undefined));
    const held: HeldState = {
      events: this.events,
      copies: [...this.copies],
      backfills: Object.fromEntries(this.backfills),
      waiting: this.waiting,
    };
    snapshots.push(snapshot(HELD, held, this.#heldDue()));
    const rewritten = new Set(snapshots.map(({ name }) => name));
    const forgotten = Object.entries(this.#manifest.partitions)
      .filter(([name, { written }]) => !rewritten.has(name) && /^(ids|sections|rollups)\//.test(name) && isOld(name, written, watermark))
      .map(([name]) => name);
    return { snapshots: snapshots.filter(({ name, bytes }) => !this.#isAsLoaded(name, bytes)), forgotten };
  }

  #isAsLoaded(name: string, bytes: Buffer): boolean {
    const before = this.#asLoaded.get(name);
    return before !== undefined && bytes.equals(before);
  }

  #heldDue(): number | undefined {
    const times = [...this.events.map(({ time }) => time), ...[...this.copies.values()].map(({ time }) => time)];
    for (const { last } of this.backfills.values()) times.push(last + BACKFILL_PATIENCE);
    return times.length === 0 ? undefined : times.reduce((least, time) => Math.min(least, time));
  }

  #check(name: string): void {
    if (this.#manifest.partitions[name] !== undefined && !this.#loaded.has(name)) {
      throw new SnapshotError(`The part ${name} of the memory was asked for before it was loaded.`);
    }
  }
}

/** Time without a further object after which a backfill is taken for finished. */
export const BACKFILL_PATIENCE = 6 * 3_600_000;

/** Old by the time it is of, and not written for as long: a backfill's identities are kept while it may be repeated. */
function isOld(name: string, written: number, watermark: number): boolean {
  const which = name.slice(name.indexOf('/') + 1);
  const [end, kept] = name.startsWith('ids/')
    ? [(Number(which) + 1) * HOUR, EVENTS_REMEMBERED]
    : [(name.startsWith('sections/') ? Number(which) * DAY : Date.parse(`${which}T00:00:00Z`)) + DAY, OBJECTS_REMEMBERED];
  return Math.max(end, written) + kept < watermark;
}

function snapshot(name: string, data: unknown, due?: number) {
  return { name, bytes: encodeSnapshot(name, data), ...(due === undefined ? {} : { due }) };
}

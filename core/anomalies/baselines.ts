import type { EntityDetector } from './detector.ts';
import type { Entity, EntityKind, Observation } from './observation.ts';
import { FORGOTTEN, HOUR } from './spells.ts';

/** Parts that the entities are divided into: a run reads and rewrites only those it touches. Few, as each that is written costs a request every five minutes. */
export const BASELINE_SHARDS = 4;
/** Entities that a shard keeps of each kind: names may be the caller's choice. Those that come beyond are not watched. */
const MOST_ENTITIES: Readonly<Record<EntityKind, number>> = {
  principal: 32_000,
  address: 32_000,
  account: 4000,
  region: 400,
  person: 32_000,
};

/** Characters that a shard's entities take together, packed: beyond it new ones are not watched. */
const MOST_CHARACTERS = 64_000_000;
/** Share of an entity kind's places from which those that came and went are let go. */
const FULL = 0.75;
/** What was seen for no longer than this, and not since, came and went. */
const PASSING = HOUR;
const GONE = 24 * HOUR;

/**
 * A shard as JSON: by entity, as `principal:arn…`, its detectors' states as JSON text, when something in them is due (null: never), and the times of its first and
 * last event. The text is read when the entity is seen again: a shard holds thousands that a run never hears of.
 */
export type BaselineState = Readonly<Record<string, readonly [states: string, due: number | null, first: number, last: number]>>;

/** Detectors by the name under which their states are kept. */
export type Detectors<Said> = Readonly<Record<string, EntityDetector<unknown, Said>>>;

export const KINDS: readonly EntityKind[] = ['principal', 'address', 'account', 'region', 'person'];

/** The shard of an entity, 0 to 3. */
export function baselineShard(kind: EntityKind, name: string): number {
  let hash = KINDS.indexOf(kind) + 0x811c9dc5;
  for (let i = 0; i < name.length; i += 1) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return (hash ^ (hash >>> 16)) & (BASELINE_SHARDS - 1);
}

interface Watched {
  readonly entity: Entity;
  /** In the order of the detectors, undefined where one has nothing to remember; null while they lie packed. */
  states: unknown[] | null;
  packed: string;
  /** When something in what is packed is due; Infinity for never. */
  due: number;
  /** Times of its first and its last event. */
  first: number;
  last: number;
  /** Whether it was seen since the last {@link BaselineShard.advance}. */
  isFresh: boolean;
}

/** Time without an event after which detectors may have forgotten an entity. */
const QUIET = FORGOTTEN * HOUR;

/** What the detectors remember of one shard of the entities. */
export class BaselineShard<Said> {
  readonly #names: readonly string[];
  readonly #detectors: readonly EntityDetector<unknown, Said>[];
  /** For each kind which detectors look at it. */
  readonly #watching: Readonly<Record<EntityKind, readonly number[]>>;
  readonly #entities: Readonly<Record<EntityKind, Map<string, Watched>>>;
  #hasChanged = false;
  #characters = 0;

  constructor(detectors: Detectors<Said>, state: BaselineState = {}) {
    this.#names = Object.keys(detectors);
    this.#detectors = Object.values(detectors);
    this.#watching = byKind((kind) => [...this.#detectors.keys()].filter((i) => this.#detectors[i]?.kinds.includes(kind)));
    this.#entities = byKind(() => new Map());
    for (const [key, [packed, due, first, last]] of Object.entries(state)) {
      const at = key.indexOf(':');
      const entity: Entity = { kind: key.slice(0, at) as EntityKind, name: key.slice(at + 1) };
      this.#entities[entity.kind].set(entity.name, {
        ...{ entity, states: null, packed, due: due ?? Number.POSITIVE_INFINITY, first, last, isFresh: false },
      });
      this.#characters += packed.length;
    }
  }

  /** Whether anything in it is not as it was given. */
  get hasChanged(): boolean {
    return this.#hasChanged;
  }

  observe(kind: EntityKind, name: string, event: Observation, times: number): void {
    const entities = this.#entities[kind];
    let watched = entities.get(name);
    for (const i of this.#watching[kind]) {
      const detector = this.#detectors[i] as EntityDetector<unknown, Said>;
      if (detector.wants?.(kind, event) === false) continue;
      if (watched === undefined) {
        if (entities.size >= MOST_ENTITIES[kind] || this.#characters >= MOST_CHARACTERS) return;
        watched = {
          entity: { kind, name },
          states: this.#names.map(() => undefined),
          packed: '',
          due: 0,
          first: event.time,
          last: event.time,
          isFresh: true,
        };
        entities.set(name, watched);
      }
      const states = this.#unpacked(watched);
      states[i] ??= detector.empty();
      detector.observe(states[i], watched.entity, event, times);
      watched.isFresh = true;
      this.#hasChanged = true;
      if (event.time > watched.last) watched.last = event.time;
      if (event.time < watched.first) watched.first = event.time;
    }
  }

  /** The earliest watermark at which {@link advance} has something to do; undefined when nothing is pending. */
  get due(): number | undefined {
    let due = Number.POSITIVE_INFINITY;
    for (const watched of this.#watched()) due = Math.min(due, this.#dueOf(watched));
    return due === Number.POSITIVE_INFINITY ? undefined : due;
  }

  /** Judges everything up to the watermark; an entity of which nothing is left is forgotten. */
  advance(watermark: number): Said[] {
    const said: Said[] = [];
    for (const watched of this.#watched()) {
      const { entity, isFresh } = watched;
      watched.isFresh = false;
      const isQuiet = watermark !== Number.POSITIVE_INFINITY && watermark - watched.last > QUIET;
      if (watched.states === null && watched.due > watermark && !isQuiet) continue;
      this.#hasChanged = true;
      const states = this.#unpacked(watched);
      let isLeft = false;
      for (const [i, detector] of this.#detectors.entries()) {
        const state = states[i];
        if (state === undefined) continue;
        const due = detector.due(state);
        if (due !== undefined && due <= watermark) said.push(...detector.advance(state, entity, watermark));
        if (detector.isOver?.(state, watermark) === true) states[i] = undefined;
        else isLeft = true;
      }
      if (!isLeft) this.#entities[entity.kind].delete(entity.name);
      else if (!isFresh) this.#pack(watched);
    }
    if (Number.isFinite(watermark)) for (const kind of KINDS) this.#makeRoom(kind, watermark);
    return said;
  }

  get state(): BaselineState {
    // Without a prototype: names are the attacker's text.
    const all: Record<string, BaselineState[string]> = Object.create(null);
    for (const watched of this.#watched()) {
      this.#pack(watched);
      const { entity, packed, due, first, last } = watched;
      all[`${entity.kind}:${entity.name}`] = [packed, due === Number.POSITIVE_INFINITY ? null : due, first, last];
    }
    return all;
  }

  /** Where a kind's places run out: lets those go that came and went, so that nobody blinds it with names that are seen once. */
  #makeRoom(kind: EntityKind, watermark: number): void {
    const entities = this.#entities[kind];
    if (entities.size < FULL * MOST_ENTITIES[kind] && this.#characters < FULL * MOST_CHARACTERS) return;
    for (const [name, watched] of entities) {
      const { states, due, first, last, packed } = watched;
      if (states !== null || due !== Number.POSITIVE_INFINITY || last - first > PASSING || last > watermark - GONE) continue;
      this.#characters -= packed.length;
      this.#hasChanged = true;
      entities.delete(name);
    }
  }

  *#watched(): Iterable<Watched> {
    for (const kind of KINDS) yield* this.#entities[kind].values();
  }

  #unpacked(watched: Watched): unknown[] {
    if (watched.states === null) {
      const states = JSON.parse(watched.packed) as Readonly<Record<string, unknown>>;
      watched.states = this.#names.map((name) => states[name]);
      this.#characters -= watched.packed.length;
      watched.packed = '';
    }
    return watched.states;
  }

  /** As text an entity takes a fraction of what its objects take. */
  #pack(watched: Watched): void {
    const { states } = watched;
    if (states === null) return;
    watched.due = this.#dueOf(watched);
    watched.packed = JSON.stringify(
      Object.fromEntries(this.#names.flatMap((name, i) => (states[i] === undefined ? [] : [[name, states[i]]]))),
    );
    watched.states = null;
    this.#characters += watched.packed.length;
  }

  #dueOf({ states, due }: Watched): number {
    if (states === null) return due;
    let earliest = Number.POSITIVE_INFINITY;
    for (const [i, detector] of this.#detectors.entries()) {
      if (states[i] !== undefined) earliest = Math.min(earliest, detector.due(states[i]) ?? Number.POSITIVE_INFINITY);
    }
    return earliest;
  }
}

function byKind<T>(make: (kind: EntityKind) => T): Readonly<Record<EntityKind, T>> {
  return Object.fromEntries(KINDS.map((kind) => [kind, make(kind)])) as Record<EntityKind, T>;
}

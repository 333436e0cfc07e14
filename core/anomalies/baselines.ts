import type { EntityDetector } from './detector.ts';
import type { Entity, EntityKind, Observation } from './observation.ts';

/** Parts that the entities are divided into: a run reads and rewrites only those it touches. */
export const BASELINE_SHARDS = 16;
/** Entities that a shard keeps of each kind: names may be the caller's choice. Those that come beyond are not watched. */
const MOST_ENTITIES: Readonly<Record<EntityKind, number>> = { principal: 8000, address: 8000, account: 1000, region: 100, person: 8000 };

/** A shard as JSON: by entity, as `principal:arn…`, the state of each detector by its name. */
export type BaselineState = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Detectors by the name under which their states are kept. */
export type Detectors<Said> = Readonly<Record<string, EntityDetector<unknown, Said>>>;

export const KINDS: readonly EntityKind[] = ['principal', 'address', 'account', 'region', 'person'];

/** The shard of an entity, 0 to 15. */
export function baselineShard(kind: EntityKind, name: string): number {
  let hash = KINDS.indexOf(kind) + 0x811c9dc5;
  for (let i = 0; i < name.length; i += 1) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return (hash ^ (hash >>> 16)) & (BASELINE_SHARDS - 1);
}

interface Watched {
  readonly entity: Entity;
  /** In the order of the detectors; undefined where one has nothing to remember. */
  readonly states: unknown[];
}

/** What the detectors remember of one shard of the entities. */
export class BaselineShard<Said> {
  readonly #names: readonly string[];
  readonly #detectors: readonly EntityDetector<unknown, Said>[];
  /** For each kind which detectors look at it. */
  readonly #watching: Readonly<Record<EntityKind, readonly number[]>>;
  readonly #entities: Readonly<Record<EntityKind, Map<string, Watched>>>;

  constructor(detectors: Detectors<Said>, state: BaselineState = {}) {
    this.#names = Object.keys(detectors);
    this.#detectors = Object.values(detectors);
    this.#watching = byKind((kind) => [...this.#detectors.keys()].filter((i) => this.#detectors[i]?.kinds.includes(kind)));
    this.#entities = byKind(() => new Map());
    for (const [key, states] of Object.entries(state)) {
      const at = key.indexOf(':');
      const entity: Entity = { kind: key.slice(0, at) as EntityKind, name: key.slice(at + 1) };
      this.#entities[entity.kind].set(entity.name, { entity, states: this.#names.map((name) => states[name]) });
    }
  }

  observe(kind: EntityKind, name: string, event: Observation, times: number): void {
    const entities = this.#entities[kind];
    let watched = entities.get(name);
    for (const i of this.#watching[kind]) {
      const detector = this.#detectors[i] as EntityDetector<unknown, Said>;
      if (detector.wants?.(kind, event) === false) continue;
      if (watched === undefined) {
        if (entities.size >= MOST_ENTITIES[kind]) return;
        watched = { entity: { kind, name }, states: this.#names.map(() => undefined) };
        entities.set(name, watched);
      }
      watched.states[i] ??= detector.empty();
      detector.observe(watched.states[i], watched.entity, event, times);
    }
  }

  /** The earliest watermark at which {@link advance} has something to do; undefined when nothing is pending. */
  get due(): number | undefined {
    let due: number | undefined;
    for (const { states } of this.#watched()) {
      for (const [i, detector] of this.#detectors.entries()) {
        const at = states[i] === undefined ? undefined : detector.due(states[i]);
        if (at !== undefined && (due === undefined || at < due)) due = at;
      }
    }
    return due;
  }

  /** Judges everything up to the watermark; an entity of which nothing is left is forgotten. */
  advance(watermark: number): Said[] {
    const said: Said[] = [];
    for (const { entity, states } of this.#watched()) {
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
    }
    return said;
  }

  get state(): BaselineState {
    // Without a prototype: names are the attacker's text.
    const all: Record<string, Readonly<Record<string, unknown>>> = Object.create(null);
    for (const { entity, states } of this.#watched()) {
      const own = this.#names.flatMap((name, i) => (states[i] === undefined ? [] : [[name, states[i]] as const]));
      all[`${entity.kind}:${entity.name}`] = Object.fromEntries(own);
    }
    return all;
  }

  *#watched(): Iterable<Watched> {
    for (const kind of KINDS) yield* this.#entities[kind].values();
  }
}

function byKind<T>(make: (kind: EntityKind) => T): Readonly<Record<EntityKind, T>> {
  return Object.fromEntries(KINDS.map((kind) => [kind, make(kind)])) as Record<EntityKind, T>;
}

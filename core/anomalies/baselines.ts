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

const KINDS: readonly EntityKind[] = ['principal', 'address', 'account', 'region', 'person'];

/** The shard of an entity, 0 to 15. */
export function baselineShard({ kind, name }: Entity): number {
  let hash = KINDS.indexOf(kind) + 0x811c9dc5;
  for (let i = 0; i < name.length; i += 1) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return (hash ^ (hash >>> 16)) & (BASELINE_SHARDS - 1);
}

/** The entities that an observation is of. */
export function entitiesOf({ principal, address, account, region, person }: Observation): Entity[] {
  const names: readonly string[] = [principal, address, account, region, person];
  return KINDS.flatMap((kind, i) => (names[i] === '' ? [] : [{ kind, name: names[i] as string }]));
}

interface Watched {
  readonly entity: Entity;
  readonly states: Map<string, unknown>;
}

/** What the detectors remember of one shard of the entities. */
export class BaselineShard<Said> {
  readonly #detectors: readonly (readonly [string, EntityDetector<unknown, Said>])[];
  readonly #entities = new Map<string, Watched>();
  readonly #counts: Record<EntityKind, number> = { principal: 0, address: 0, account: 0, region: 0, person: 0 };

  constructor(detectors: Detectors<Said>, state: BaselineState = {}) {
    this.#detectors = Object.entries(detectors);
    for (const [key, states] of Object.entries(state)) {
      const at = key.indexOf(':');
      const entity: Entity = { kind: key.slice(0, at) as EntityKind, name: key.slice(at + 1) };
      this.#entities.set(key, { entity, states: new Map(Object.entries(states)) });
      this.#counts[entity.kind] += 1;
    }
  }

  observe(entity: Entity, event: Observation, times: number): void {
    const { kind, name } = entity;
    const key = `${kind}:${name}`;
    let watched = this.#entities.get(key);
    for (const [id, detector] of this.#detectors) {
      if (!detector.kinds.includes(kind) || detector.wants?.(kind, event) === false) continue;
      if (watched === undefined) {
        if (this.#counts[kind] >= MOST_ENTITIES[kind]) return;
        this.#counts[kind] += 1;
        watched = { entity, states: new Map() };
        this.#entities.set(key, watched);
      }
      let state = watched.states.get(id);
      if (state === undefined) {
        state = detector.empty();
        watched.states.set(id, state);
      }
      detector.observe(state, entity, event, times);
    }
  }

  /** The earliest watermark at which {@link advance} has something to do; undefined when nothing is pending. */
  get due(): number | undefined {
    let due: number | undefined;
    for (const { states } of this.#entities.values()) {
      for (const [id, detector] of this.#detectors) {
        const state = states.get(id);
        const at = state === undefined ? undefined : detector.due(state);
        if (at !== undefined && (due === undefined || at < due)) due = at;
      }
    }
    return due;
  }

  /** Judges everything up to the watermark; an entity of which nothing is left is forgotten. */
  advance(watermark: number): Said[] {
    const said: Said[] = [];
    for (const [key, { entity, states }] of this.#entities) {
      for (const [id, detector] of this.#detectors) {
        const state = states.get(id);
        if (state === undefined) continue;
        const due = detector.due(state);
        if (due !== undefined && due <= watermark) said.push(...detector.advance(state, entity, watermark));
        if (detector.isOver?.(state, watermark) === true) states.delete(id);
      }
      if (states.size > 0) continue;
      this.#entities.delete(key);
      this.#counts[entity.kind] -= 1;
    }
    return said;
  }

  get state(): BaselineState {
    // Without a prototype: names are the attacker's text.
    const all: Record<string, Readonly<Record<string, unknown>>> = Object.create(null);
    for (const [key, { states }] of this.#entities) all[key] = Object.fromEntries(states);
    return all;
  }
}

import { createHash } from 'node:crypto';
import { PrincipalIncidents, type PrincipalState } from '../incidents/grouping.ts';

/** Parts that the principals are divided into: a run reads and rewrites only those it touches. */
export const SHARDS = 16;
/** Event time after which a principal without an open incident is forgotten, but for its number of incidents. */
const FORGOTTEN = 90 * 86_400_000;
/** Principals that a shard tells apart: names of sessions may be the caller's choice. Beyond it they share one place. */
const MOST_PRINCIPALS = 5000;
const BEYOND = '(more)';

/** What was told of an incident, so that only news makes a new version. */
export interface Shown {
  /** Which incident of its principal: {@link Group.key}. */
  readonly key: string;
  readonly version: number;
  readonly versionAt: number;
  /** What a reader must know: when it changes, the version grows. */
  readonly news: string;
  /** Hash of all that was written. */
  readonly content: string;
  /** Whether signals were in it that still waited for the watermark. */
  readonly early: boolean;
}

/** What is remembered of a principal between runs. */
export interface PrincipalMemory {
  incidents: PrincipalIncidents;
  shown: Shown[];
  /** Time of its last signal, milliseconds since 1970. */
  last: number;
}

interface ShardState {
  readonly principals: Readonly<
    Record<string, { readonly state: PrincipalState; readonly shown: readonly Shown[]; readonly last: number }>
  >;
  /** How many incidents a forgotten principal had, by {@link nameOf}: its next one must not start at 1 again. */
  readonly ordinals: Readonly<Record<string, number>>;
}

/** The shard that a principal belongs to, 0 to 15. */
export function shardOf(principal: string): number {
  return (createHash('sha256').update(principal).digest()[0] as number) & (SHARDS - 1);
}

/** 12 characters that stand for a forgotten principal. */
function nameOf(principal: string): string {
  return createHash('sha256').update(principal).digest('base64url').slice(0, 12);
}

/** The principals of one shard. */
export class PrincipalShard {
  readonly #principals = new Map<string, PrincipalMemory>();
  readonly #ordinals = new Map<string, number>();

  static from(data: unknown): PrincipalShard {
    const shard = new PrincipalShard();
    const { principals, ordinals } = data as ShardState;
    for (const [id, { state, shown, last }] of Object.entries(principals)) {
      shard.#principals.set(id, { incidents: PrincipalIncidents.from(state), shown: [...shown], last });
    }
    for (const [name, ordinal] of Object.entries(ordinals)) shard.#ordinals.set(name, ordinal);
    return shard;
  }

  principal(id: string): PrincipalMemory {
    let principal = this.#principals.get(id);
    if (principal === undefined) {
      if (this.#principals.size >= MOST_PRINCIPALS && id !== BEYOND) return this.principal(BEYOND);
      const ordinal = this.#ordinals.get(nameOf(id)) ?? 0;
      this.#ordinals.delete(nameOf(id));
      principal = { incidents: PrincipalIncidents.from({ ordinal, group: null }), shown: [], last: Number.NEGATIVE_INFINITY };
      this.#principals.set(id, principal);
    }
    return principal;
  }

  /** Ids of the principals whose open group is over before a time. */
  overBefore(time: number): string[] {
    return [...this.#principals].filter(([, { incidents }]) => (incidents.over ?? time) < time).map(([id]) => id);
  }

  /** The earliest time at which one of the open groups is over; undefined when none is open. */
  get due(): number | undefined {
    let due: number | undefined;
    for (const { incidents } of this.#principals.values()) {
      if (incidents.over !== undefined && (due === undefined || incidents.over < due)) due = incidents.over;
    }
    return due;
  }

  /** As JSON, at a watermark: what is forgotten by then left out. */
  state(watermark: number): ShardState {
    const ordinals = new Map(this.#ordinals);
    // Without a prototype: names are the attacker's text.
    const principals: Record<string, ShardState['principals'][string]> = Object.create(null);
    for (const [id, { incidents, shown, last }] of this.#principals) {
      // One of which something was shown early has no group yet.
      if (incidents.group === null && shown.length === 0 && last + FORGOTTEN < watermark) {
        if (incidents.ordinal > 0) ordinals.set(nameOf(id), incidents.ordinal);
      } else principals[id] = { state: incidents.state, shown, last };
    }
    return { principals, ordinals: Object.fromEntries(ordinals) };
  }
}

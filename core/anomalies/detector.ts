import type { Entity, EntityKind, Observation } from './observation.ts';

/**
 * Watches entities of some kinds, each by a state of its own: plain JSON, bounded whatever comes. What it takes from events does not depend on
 * their order, as long as they are later than the last `advance`; what it says is said once the watermark has passed.
 */
export interface EntityDetector<State, Said> {
  readonly kinds: readonly EntityKind[];
  /** Whether an event says anything to it. */
  wants?(kind: EntityKind, event: Observation): boolean;
  empty(): State;
  /** Takes an event, seen `times` times alike within the same minute of a person's, the same hour of others'. */
  observe(state: State, entity: Entity, event: Observation, times: number): void;
  /** The earliest watermark at which `advance` has something to do; undefined when nothing is pending. */
  due(state: State): number | undefined;
  /** Judges everything up to and with the watermark, in the order of time. */
  advance(state: State, entity: Entity, watermark: number): Said[];
  /** Whether nothing is left that is worth keeping at the watermark. */
  isOver?(state: State, watermark: number): boolean;
}

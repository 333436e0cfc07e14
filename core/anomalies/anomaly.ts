import type { RoleTag } from '../config/schema.ts';
import type { Level } from '../levels.ts';
import type { Entity } from './observation.ts';

/** What a detector with a memory says of one event, or of an entity in a window. It becomes a signal. */
export interface Anomaly {
  /** As `anomaly:first-seen:region`, `anomaly:volume:failed-logins`, `anomaly:outlier:address`, `anomaly:travel`. */
  readonly detector: string;
  readonly entity: Entity;
  /** What happened, as a rule's title: a few words that can stand in a list. */
  readonly title: string;
  /** One sentence: what was seen, what is normal. */
  readonly text: string;
  readonly level: Level;
  /** 0-1: how sure the detector is; multiplies the level's weight. */
  readonly confidence: number;
  /** ATT&CK: hyphenated tactic names, upper-case technique ids. */
  readonly tactics: readonly string[];
  readonly techniques: readonly string[];
  /** When it happened: the event's time, or the end of the window, milliseconds since 1970. */
  readonly time: number;
  /** The window that was judged; the same time twice for a single event. */
  readonly window: readonly [from: number, to: number];
  readonly observed: number | string;
  /** What was expected: a band as `0-4`, a list, or '' when nothing of the kind was seen before. */
  readonly expected: string;
  /** The detector's own measure (a z, an isolation score, km/h), rounded to 3 decimals. */
  readonly score: number;
  /** Why, one sentence each. */
  readonly reasons: readonly string[];
  /** Who did it, where known: the principal whose incident it belongs to; '' when it is nobody's (a region's volume). */
  readonly principal: string;
  readonly roleTag: RoleTag;
  readonly account: string;
  readonly region: string;
  readonly address: string;
  readonly eventID: string;
  /** When that event was, milliseconds since 1970. @default `time` */
  readonly eventTime?: number;
  /** What its id is made of besides the detector: the same for the same cause in every split. */
  readonly cause: readonly string[];
}

import type { RoleTag } from '../config/schema.ts';
import type { Level } from '../levels.ts';
import type { Reason } from '../risk/event-risk.ts';
import type { Excepted } from '../risk/exceptions.ts';

/** What grouping needs to know of a signal; a line of signals.ndjson holds it. */
export interface IncidentSignal {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly detector: string;
  readonly title: string;
  readonly level: Level;
  readonly tactics: readonly string[];
  readonly techniques: readonly string[];
  readonly principal: string;
  readonly roleTag: RoleTag;
  readonly account: string;
  readonly region: string;
  readonly address: string;
  readonly eventSource: string;
  readonly eventName: string;
  /** '' when the call succeeded. */
  readonly errorCode: string;
  /** Weight in its event's risk, 0-1. */
  readonly weight: number;
  /** Risk of the event, 0-100. */
  readonly risk: number;
  readonly eventID: string;
  /** What an anomaly says, in a sentence. */
  readonly text?: string;
  /** Whether it comes from a backfill. */
  readonly backfill?: boolean;
  /** Fields of the record that correlations group or count by. */
  readonly fields?: Readonly<Record<string, string>>;
  /** The exception for which it weighs nothing. */
  readonly excepted?: Excepted;
}

/** What one detector saw in an incident. */
export interface Detection {
  readonly detector: string;
  readonly title: string;
  readonly level: Level;
  readonly tactics: readonly string[];
  readonly techniques: readonly string[];
  /** Weight of its heaviest signal, 0-1. */
  readonly weight: number;
  readonly count: number;
  /** Times of its first and last signal, milliseconds since 1970. */
  readonly first: number;
  readonly last: number;
  /** The call of its heaviest signal, as `s3.amazonaws.com:GetObject`, and that event's id, place and result ('' when it succeeded). */
  readonly action: string;
  readonly eventID: string;
  readonly account: string;
  readonly region: string;
  readonly address: string;
  readonly errorCode: string;
  /** What an anomaly says of its principal, as `it called iam:CreateUser, …`; not there for what rules see. */
  readonly text?: string;
}

export interface Incident {
  readonly id: string;
  readonly principal: string;
  readonly roleTag: RoleTag;
  /** Open until 24 h of quiet have passed. */
  readonly status: 'open' | 'resolved';
  readonly level: Level;
  readonly risk: number;
  /** Times of the first and the last signal, milliseconds since 1970. */
  readonly opened: number;
  readonly updated: number;
  /** In the order in which they were first seen. */
  readonly tactics: readonly string[];
  readonly techniques: readonly string[];
  readonly accounts: readonly string[];
  readonly regions: readonly string[];
  readonly addresses: readonly string[];
  readonly reasons: readonly Reason[];
  /** Its heaviest detectors in the order of their first signals: the story. At most 60. */
  readonly detections: readonly Detection[];
  readonly signals: number;
  /** Ids of its first signals, at most 500. */
  readonly signalIds: readonly string[];
  /** The signal that weighs most: where to look first. */
  readonly top: { readonly title: string; readonly eventID: string; readonly time: number };
}

import type { RoleTag } from '../config/schema.ts';
import type { Principal } from '../records/principal.ts';
import type { TrailRecord } from '../records/record.ts';
import type { Risk } from '../risk/event-risk.ts';
import type { Excepted } from '../risk/exceptions.ts';
import type { Evidence, Rule } from '../rules/model.ts';
import type { CandidateList } from '../rules/ruleset.ts';

/** Which rows are rendered. */
export interface RowPlan {
  /** Every event, or only those with a risk above zero. */
  readonly events: 'all' | 'risky';
  /** Rank of the lowest level that is listed anywhere. */
  readonly minRank: number;
  /** Whether rows for the report's table are wanted. */
  readonly table: boolean;
}

/** What is known of a principal, worked out once. */
export interface Actor {
  /** Without a session's name. */
  readonly principal: Principal;
  readonly roleTag: RoleTag;
}

/** What is known of a kind of event, worked out once. */
export interface Action {
  readonly source: string;
  readonly name: string;
  readonly candidates: CandidateList;
  /** Controls that an event of this kind could violate. */
  readonly evaluated: number;
  readonly isLogin: boolean;
  /** As `iam:CreateUser`. */
  readonly text: string;
  readonly isWrite: boolean;
  /** What a call that succeeds counts as, see core/scoring/sightings.ts. */
  readonly volumes: number;
}

/** One signal of the event in hand. */
export interface Found {
  readonly rule: Rule;
  /** Weight in the event's risk, context applied. */
  readonly weight: number;
  readonly evidence: readonly Evidence[];
  /** The exception for which it weighs nothing. */
  readonly excepted?: Excepted;
}

/** A source object, as its events' rows name it: the record's index goes between the two halves of each. */
export interface Origin {
  readonly text: string;
  readonly csv: readonly [string, string];
  readonly json: readonly [string, string];
}

/** The event in hand, as the rows are rendered from it. */
export interface ScoredEvent {
  readonly record: TrailRecord;
  readonly actor: Actor;
  readonly account: string;
  readonly risk: Risk;
  readonly found: readonly Found[];
  readonly controls: number;
  /** The source object, and the record's place in it. */
  readonly origin: Origin;
  readonly index: number;
}

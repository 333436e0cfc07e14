import type { Exception } from '../risk/exceptions.ts';

/** What AWS answered when it was asked, or why there is no answer. */
export type Fact<T> =
  | { readonly kind: 'seen'; readonly value: T }
  /** The credentials lack an IAM action. */
  | { readonly kind: 'denied'; readonly permission: string }
  /** What the stack or the configuration names does not exist; a sentence of AWS. */
  | { readonly kind: 'gone'; readonly reason: string }
  /** A sentence of what went wrong. */
  | { readonly kind: 'failed'; readonly reason: string }
  /** A sentence of why nobody was asked. */
  | { readonly kind: 'unasked'; readonly reason: string };

export function seen<T>(value: T): Fact<T> {
  return { kind: 'seen', value };
}

export function unasked<T>(reason: string): Fact<T> {
  return { kind: 'unasked', reason };
}

/** All times are milliseconds since 1970. */
export interface Stack {
  readonly name: string;
  /** CloudFormation's own, e.g. `UPDATE_COMPLETE`. */
  readonly status: string;
  /** When it was made or last updated. */
  readonly changed: number;
  readonly outputs: Readonly<Record<string, string>>;
}

/** The three stacks; null: there is none of that name. */
export interface Stacks {
  readonly data: Fact<Stack | null>;
  readonly pipeline: Fact<Stack | null>;
  readonly monitoring: Fact<Stack | null>;
}

/** Where the records come from. */
export type RecordSource =
  | { readonly kind: 'created'; readonly trail: string }
  | { readonly kind: 'bucket'; readonly bucket: string }
  /** A queue or topic of another account tells of objects. */
  | { readonly kind: 'announced' };

/** Which management events a trail logs. */
export type ManagementEvents = 'all' | 'read' | 'write' | 'none';

export interface Trail {
  readonly name: string;
  readonly arn: string;
  readonly bucket: string;
  readonly multiRegion: boolean;
  readonly organization: boolean;
  readonly status: Fact<TrailStatus>;
  readonly management: Fact<ManagementEvents>;
}

export interface TrailStatus {
  readonly logging: boolean;
  /** When it last delivered logs; null: never. */
  readonly delivered: number | null;
  /** S3's error at the last delivery, e.g. `AccessDenied`; empty: none. */
  readonly error: string;
}

export interface BucketNotifications {
  readonly eventBridge: boolean;
  readonly targets: readonly NotificationTarget[];
}

/** A queue, topic or function that a bucket tells of its objects. */
export interface NotificationTarget {
  readonly arn: string;
  /** E.g. `s3:ObjectCreated:*`. */
  readonly events: readonly string[];
  readonly prefix: string;
}

export interface Queue {
  readonly arn: string;
  readonly waiting: number;
  /** Taken by a consumer and neither deleted nor given back yet. */
  readonly inWork: number;
}

export interface QueueAt {
  /** Empty where the stack does not tell. */
  readonly url: string;
  readonly depth: Fact<Queue>;
}

/** The ledger of the score function, as it stands in the state table. */
export interface Ledger {
  readonly planned: number;
  readonly applied: number;
  /** Time of the last committed run; 0: none yet. */
  readonly committed: number;
  /** Everything before is judged; 0: none yet. */
  readonly watermark: number;
  /** The last run, idle ones included; 0: none yet. */
  readonly tick: number;
  readonly live: boolean;
  readonly failure: { readonly text: string; readonly at: number } | null;
}

/** Batches that wait for the score function. */
export interface Pending {
  readonly count: number;
  /** There are more than were counted. */
  readonly more: boolean;
  /** When the oldest counted one was written; null: none waits. */
  readonly oldest: number | null;
}

/** A channel's own record in the state table. */
export interface Channel {
  readonly status: 'ok' | 'off' | 'failing';
  readonly since: number;
  readonly detail: string;
  /** The last success; 0: none yet. */
  readonly lastAt: number;
}

export interface Channels {
  readonly email: Channel | null;
  readonly securityhub: Channel | null;
}

/** Whether SES would send from, or in the sandbox to, an address; `by` is the verified identity, the address or its domain. */
export type Identity =
  | { readonly verified: true; readonly by: string }
  | { readonly verified: false; readonly known: readonly { readonly identity: string; readonly status: string }[] };

export interface MailAccount {
  readonly sandbox: boolean;
  readonly sendingEnabled: boolean;
  /** SES's own: HEALTHY, PROBATION or SHUTDOWN. */
  readonly enforcement: string;
  /** Mails in 24 hours; -1: unlimited. */
  readonly most: number;
  readonly sent: number;
}

export interface Recipient {
  readonly address: string;
  readonly identity: Fact<Identity>;
}

/** Names of the deployed functions; empty where the stack does not tell. */
export interface FunctionNames {
  readonly parse: string;
  readonly score: string;
  readonly alert: string;
}

/** The exceptions in force on a day, by id, with how many signals each made weigh nothing. */
export interface ExceptionDay {
  /** `2026-11-25`. */
  readonly day: string;
  readonly signals: Readonly<Record<string, number>>;
}

/** Everything that `doctor` asks of a deployed Trailwarden. */
export interface DoctorFacts {
  /** Empty where the stacks do not tell. */
  readonly account: string;
  readonly region: string;
  readonly stacks: Stacks;
  readonly functions: FunctionNames;
  /** Minutes between runs; null: neither stack nor configuration tells. */
  readonly scheduleMinutes: number | null;
  /** Whether the stack goes live only when a backfill has ended. */
  readonly waitsForBackfill: boolean;
  readonly source: Fact<RecordSource>;
  readonly trails: Fact<readonly Trail[]>;
  /** Of the trail bucket, when Trailwarden did not create it. */
  readonly notifications: Fact<BucketNotifications> | null;
  /** How an existing bucket is to announce its objects; null: the configuration, which tells, was not given. */
  readonly announced: { readonly by: 'bucket' | 'eventbridge'; readonly prefix: string } | null;
  readonly ingest: QueueAt;
  readonly ingestDlq: QueueAt;
  readonly alertDlq: QueueAt;
  readonly scheduleDlq: QueueAt;
  readonly ledger: Fact<Ledger | null>;
  readonly pending: Fact<Pending>;
  readonly sender: { readonly address: string; readonly identity: Fact<Identity> } | null;
  readonly mailAccount: Fact<MailAccount>;
  /** Null: the configuration, which names them, was not given. */
  readonly recipients: readonly Recipient[] | null;
  /** Null: findings are off by configuration. Else whether the hub of this region is on. */
  readonly hub: Fact<boolean> | null;
  readonly channels: Fact<Channels>;
  /** Null: the configuration, which names them, was not given, or has none. `days` are those with exceptions of the last weeks, oldest first. */
  readonly exceptions: { readonly configured: readonly Exception[]; readonly days: Fact<readonly ExceptionDay[]> } | null;
}

/** What is asked before a deploy. */
export interface DeployFacts {
  /** Account and region as configured. */
  readonly account: string;
  readonly region: string;
  /** The account that the credentials are of. */
  readonly caller: Fact<string>;
  /** As configured. */
  readonly source:
    | { readonly kind: 'create' }
    | { readonly kind: 'bucket'; readonly bucket: string; readonly prefix: string; readonly notify: 'bucket' | 'eventbridge' }
    | { readonly kind: 'announced' };
  readonly waitForBackfill: boolean;
  readonly trails: Fact<readonly Trail[]>;
  /** Name of the trail that the deploy creates, or an earlier one created. */
  readonly ownTrail: string;
  /** Name of the queue that the deploy makes, or an earlier one made. */
  readonly ingestQueue: string;
  /** Of an existing bucket that is to notify the queue. */
  readonly notifications: Fact<BucketNotifications> | null;
}

import type { RoleTag } from '../config/schema.ts';

/** What the detectors with a memory see of an event: texts and marks, never the record. */
export interface Observation {
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly eventID: string;
  readonly principal: string;
  readonly roleTag: RoleTag;
  /** Whose movements are judged: a session or a person; '' for services, machines and shared roles, whose sessions are many people. */
  readonly person: string;
  readonly account: string;
  /** Account that the caller belongs to, '' when it is the same. */
  readonly callerAccount: string;
  readonly region: string;
  /** Source address; '' for the DNS names of AWS services. */
  readonly address: string;
  /** What the address belongs to: `AS64496`, else its /24 or /48; '' where there is no address. */
  readonly network: string;
  /** ISO 3166-1 alpha-2, '' when not known. */
  readonly country: string;
  /** As `iam:CreateUser`, `iam`. */
  readonly action: string;
  readonly service: string;
  /** Family of the user agent: `aws-cli`, `boto3`, `console`, `terraform`, …; '' when there is none or AWS itself calls. */
  readonly agent: string;
  readonly failed: boolean;
  /** The call was refused for want of a permission. */
  readonly denied: boolean;
  readonly isWrite: boolean;
  /** Bits of {@link VOLUME}. */
  readonly volumes: number;
}

/** What is counted by the hour. */
export const VOLUMES = ['console-logins', 'failed-logins', 'assume-role', 'denied-calls', 'secret-reads', 'deletes', 'data-reads'] as const;
export type Volume = (typeof VOLUMES)[number];

export type EntityKind = 'principal' | 'address' | 'account' | 'region' | 'person';

/** Whom an anomaly is about. */
export interface Entity {
  readonly kind: EntityKind;
  readonly name: string;
}

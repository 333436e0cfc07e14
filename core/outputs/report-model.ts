import type { Level } from '../levels.ts';
import type { RegionCompliance } from '../posture/compliance.ts';
import type { Reason } from '../risk/event-risk.ts';
import type { RankedAddress, RankedPrincipal, RankedRule, Totals } from './results.ts';

/**
 * Everything the HTML report shows. Plain JSON, made by `core/outputs/report.ts`, read by the page in `report/`.
 * All times are ISO 8601 in UTC. Texts are the trail's own (an attacker may have written them): the page escapes them.
 */
export interface ReportModel {
  readonly version: 1;
  readonly tool: { readonly name: 'Trailwarden'; readonly version: string };
  readonly totals: ReportTotals;
  /** Events per level, all five levels present. */
  readonly levels: Readonly<Record<Level, number>>;
  /** One entry for every hour with events, oldest first; counts in the order informational, low, medium, high, critical. */
  readonly hours: readonly { readonly hour: string; readonly counts: readonly [number, number, number, number, number] }[];
  readonly regions: readonly ReportRegion[];
  /** Source addresses by risk, highest first, at most 25. */
  readonly addresses: readonly ReportAddress[];
  /** Console sign-ins per hour (UTC), oldest first; hours without sign-ins are left out. */
  readonly logins: readonly { readonly hour: string; readonly succeeded: number; readonly failed: number }[];
  /** How many sign-ins are usual, by hour and by day; null while that is not known. */
  readonly loginBand: { readonly hour: ReportBand; readonly day: ReportBand } | null;
  /** Hours with unusually many sign-ins, oldest first, at most 300. */
  readonly loginSpikes: readonly ReportSpike[];
  readonly anomalies: ReportAnomalies;
  /** Exceptions of the configuration that want to be looked at, a sentence or two each, at most 50. */
  readonly exceptions: readonly string[];
  /** What anomalies say of single events in the table, gravest first. */
  readonly eventAnomalies: readonly ReportEventAnomaly[];
  /** Principals by risk, highest first, at most 50. */
  readonly principals: readonly ReportPrincipal[];
  /** Rules with signals, gravest level first. */
  readonly rules: readonly ReportRule[];
  /** Incidents, highest risk first, at most 200. */
  readonly incidents: readonly ReportIncident[];
  /** Events by risk, highest first, then by time: at most `eventsLimit` of `totals.events`. */
  readonly events: readonly ReportEvent[];
  readonly eventsLimit: number;
}

export type ReportTotals = Omit<Totals, 'digests' | 'bytes' | 'fileRejectReasons'>;
export type ReportRegion = RegionCompliance;
export type ReportAddress = RankedAddress;
export type ReportPrincipal = Omit<RankedPrincipal, 'levels' | 'incidents'>;
export type ReportReason = Reason;

export interface ReportRule extends RankedRule {
  /** What happened and what to do next. */
  readonly description: string;
  readonly falsePositives: readonly string[];
}

export interface ReportIncident {
  readonly id: string;
  readonly principal: string;
  readonly roleTag: string;
  readonly level: Level;
  readonly risk: number;
  readonly opened: string;
  readonly updated: string;
  readonly tactics: readonly string[];
  readonly accounts: readonly string[];
  readonly regions: readonly string[];
  readonly addresses: readonly string[];
  readonly signals: number;
  readonly reasons: readonly ReportReason[];
  readonly status: 'open' | 'resolved';
  /** What each detector saw, in the order of the first signals. */
  readonly detections: readonly ReportDetection[];
  readonly resources: readonly { readonly type: string; readonly name: string }[];
  readonly nextSteps: readonly string[];
  /** Queries that show more, '' where none can be made. */
  readonly query: { readonly athena: string; readonly logsInsights: string };
}

export interface ReportDetection {
  readonly title: string;
  readonly level: Level;
  readonly first: string;
  readonly last: string;
  readonly count: number;
  /** The heaviest call, its place and result. */
  readonly text: string;
}

/** What is usual in the hours or days that follow one another from `from` on. */
export interface ReportBand {
  readonly from: string;
  readonly low: readonly number[];
  readonly usual: readonly number[];
  readonly high: readonly number[];
}

export interface ReportSpike {
  readonly hour: string;
  readonly text: string;
}

export interface ReportAnomalies {
  readonly count: number;
  /** By kind of detector, as `first-seen` or `outlier`, most first. */
  readonly kinds: readonly { readonly kind: string; readonly count: number }[];
  /** The gravest of each kind, gravest first. */
  readonly list: readonly ReportAnomaly[];
}

export interface ReportAnomaly {
  readonly id: string;
  readonly kind: string;
  readonly detector: string;
  readonly entityKind: 'principal' | 'address' | 'account' | 'region' | 'person';
  readonly entity: string;
  readonly title: string;
  readonly text: string;
  readonly level: Level;
  /** The window that was judged; the same time twice for one event. */
  readonly from: string;
  readonly to: string;
  readonly observed: string;
  /** What was expected: a band as `0-4`, a list, or ''. */
  readonly expected: string;
  readonly score: number;
  readonly reasons: readonly string[];
  readonly principal: string;
  readonly account: string;
  readonly region: string;
  readonly address: string;
}

export interface ReportEventAnomaly {
  /** `id` of the event. */
  readonly event: string;
  readonly detector: string;
  readonly level: Level;
  readonly title: string;
  readonly text: string;
}

export interface ReportEvent {
  readonly id: string;
  readonly time: string;
  readonly risk: number;
  readonly level: Level;
  readonly principal: string;
  /** Session name beside a role, else ''. */
  readonly session: string;
  readonly roleTag: string;
  /** `service:Action`, as `iam:CreateUser`. */
  readonly action: string;
  readonly source: string;
  readonly name: string;
  readonly region: string;
  readonly account: string;
  readonly address: string;
  readonly userAgent: string;
  readonly error: string;
  readonly tactics: readonly string[];
  readonly techniques: readonly string[];
  readonly controls: readonly string[];
  readonly reasons: readonly ReportReason[];
  /** What each rule saw, one line a signal: title of the rule and the fields with their values. */
  readonly signals: readonly {
    readonly title: string;
    readonly detector: string;
    readonly level: Level;
    readonly evidence: readonly { readonly field: string; readonly value: string }[];
  }[];
  /** Where the record lies: `path#index` (0-based index of the record in its file). */
  readonly origin: string;
  /** The record as JSON text, cut at 16 KB (`truncated` says so); null when the event is low-risk and was left out to keep the page small. */
  readonly record: string | null;
  readonly truncated: boolean;
}

import type { Incident } from './grouping.ts';

/** An incident as it stands in the incidents table: what people are told of. Plain JSON, at most 64 KB. */
export interface IncidentItem extends Omit<Incident, 'signalIds'> {
  readonly kind: 'incident';
  /** Grows by one whenever there is something new to tell: its status, level, tactics, detectors or accounts. Starts at 1. */
  readonly version: number;
  /** `now` of the run that made this version, milliseconds since 1970: grows strictly with the version. */
  readonly versionAt: number;
  /** Number of the run that wrote the item last. */
  readonly run: number;
  /** True while all its signals come from a backfill. */
  readonly backfill: boolean;
  /** Ids of its first signals, at most 100. */
  readonly signalIds: readonly string[];
  /** What the heaviest detectors say and advise, heaviest first, at most 8. */
  readonly guidance: readonly Guidance[];
}

export interface Guidance {
  readonly detector: string;
  readonly title: string;
  /** The rule's description: what happened, why it matters, what to do next. */
  readonly text: string;
  readonly author?: string;
  readonly falsePositives: readonly string[];
  readonly references: readonly string[];
}

/** What a backfill brought, told once in one mail. */
export interface BackfillSummaryItem {
  readonly kind: 'backfill-summary';
  /** `backfill#<id of the backfill>`. */
  readonly id: string;
  readonly version: number;
  readonly versionAt: number;
  readonly run: number;
  readonly objects: number;
  readonly records: number;
  readonly events: number;
  /** Incidents at or above the threshold, gravest first, at most 50. */
  readonly incidents: readonly {
    readonly id: string;
    readonly principal: string;
    readonly level: Incident['level'];
    readonly risk: number;
    readonly opened: number;
    readonly title: string;
  }[];
  readonly incidentCount: number;
}

/** What the incidents table holds. */
export type AlertItem = IncidentItem | BackfillSummaryItem;

import type { Incident } from '../incidents/model.ts';
import { LEVELS, type Level, levelOf } from '../levels.ts';
import { complianceByRegion, DEFAULT_REGIONS, type RegionCompliance } from '../posture/compliance.ts';
import { type Counts, total } from '../records/counts.ts';
import { isoTime } from '../records/time.ts';
import { noisyOr, type Reason } from '../risk/event-risk.ts';
import type { ExceptionUse } from '../risk/exception-use.ts';
import type { CorrelationRule, Refusal, Rule } from '../rules/model.ts';
import type { AddressTally, Tally } from '../scoring/tally.ts';
import { readableTimes } from '../wording.ts';
import type { AnomalySummary } from './anomalies.ts';
import type { Resource } from './resources.ts';

/** Everything an analysis found, from which each surface takes what it shows. */
export interface Results {
  readonly version: string;
  readonly counts: Counts;
  /** Files that could not be read whole, with the reason as a sentence, in order of reading; at most 1000. */
  readonly problems: readonly { readonly file: string; readonly reason: string }[];
  readonly tally: Tally;
  readonly incidents: readonly Incident[];
  readonly anomalies: AnomalySummary;
  /** What an incident was about, as far as its calls name it. */
  readonly resourcesOf: (incident: Incident) => readonly Resource[];
  readonly rules: readonly Rule[];
  readonly correlations: readonly CorrelationRule[];
  /** How each exception of the configuration fared, in its order. */
  readonly exceptions: readonly ExceptionUse[];
  readonly refusals: readonly Refusal[];
  readonly keyless: readonly Rule[];
  readonly expectedRegions?: readonly string[] | undefined;
  /** Hash of the rules and the configuration: what these results were made with. */
  readonly rulesHash: string;
  readonly configHash: string;
  /** The lowest level that the surfaces list; {@link Results.incidents} holds only such, `gravestIncident` knows of all. */
  readonly minLevel: Level;
  /** Risk of the gravest incident of all, listed or not; 0 when there is none. */
  readonly gravestIncident: number;
  /** Files that an analysis before had read, and this one left out: see `--state`. */
  readonly knownFiles: number;
}

export interface RankedPrincipal {
  readonly principal: string;
  readonly roleTag: string;
  /** Risk of the principal's gravest incident, or of its gravest event where that is higher. */
  readonly risk: number;
  readonly level: Level;
  readonly events: number;
  readonly riskyEvents: number;
  /** Events per level, in the order of LEVELS. */
  readonly levels: readonly number[];
  readonly incidents: number;
  readonly tactics: readonly string[];
  readonly reasons: readonly Reason[];
}

/** Principals by risk, highest first, then by name. */
export function rankPrincipals({ tally, incidents }: Results): RankedPrincipal[] {
  const worst = new Map<string, Incident>();
  const count = new Map<string, number>();
  for (const incident of incidents) {
    // Incidents come gravest first.
    if (!worst.has(incident.principal)) worst.set(incident.principal, incident);
    count.set(incident.principal, (count.get(incident.principal) ?? 0) + 1);
  }
  return [...tally.principals.values()]
    .map(({ id, roleTag, levels, topRisk }) => {
      const incident = worst.get(id);
      const risk = Math.max(incident?.risk ?? 0, topRisk);
      const events = levels.reduce((sum, n) => sum + n, 0);
      return {
        principal: id,
        roleTag,
        risk,
        level: levelOf(risk),
        events,
        riskyEvents: events - (levels[0] as number),
        levels,
        incidents: count.get(id) ?? 0,
        tactics: incident?.tactics ?? [],
        reasons: incident?.reasons ?? [],
      };
    })
    .sort((a, b) => b.risk - a.risk || b.riskyEvents - a.riskyEvents || (a.principal < b.principal ? -1 : 1));
}

export interface RankedAddress {
  readonly address: string;
  readonly risk: number;
  readonly events: number;
  readonly riskyEvents: number;
  readonly failedEvents: number;
  readonly principals: number;
  readonly anomalous: boolean;
  /** Why it is marked, one sentence each; empty when it is not. */
  readonly why: readonly string[];
}

/** Modified z-score beyond which a value is an outlier (Iglewicz and Hoaglin 1993, "How to Detect and Handle Outliers"). */
const OUTLIER = 3.5;
/** 1.4826 · MAD estimates the standard deviation of a normal distribution. */
const MAD_SCALE = 1.4826;
/** Spread that is assumed at least, in points of risk: among addresses that are all harmless a single point is no outlier. */
const LEAST_SPREAD = 8;

/**
 * Source addresses by risk, highest first. An address is marked anomalous where its risk is an outlier among all addresses by its
 * modified z-score, (risk − median) / (1.4826 · MAD), above 3.5, and it is one or two principals' own, or at least one in twenty of its calls
 * was risky or failed: an office from which many work gathers risk without being strange. It is marked as well where the isolation forest
 * found it unlike the others in some hour or day.
 */
export function rankAddresses({ tally, anomalies }: Pick<Results, 'tally' | 'anomalies'>): RankedAddress[] {
  const addresses = [...tally.addresses.values()].map((address) => ({ ...address, risk: addressRisk(address) }));
  const risks = addresses.map(({ risk }) => risk).sort((a, b) => a - b);
  const middle = median(risks);
  const spread = Math.max(LEAST_SPREAD, MAD_SCALE * median(risks.map((risk) => Math.abs(risk - middle)).sort((a, b) => a - b)));
  return addresses
    .sort((a, b) => b.risk - a.risk || b.riskyEvents - a.riskyEvents || b.events - a.events || (a.address < b.address ? -1 : 1))
    .map(({ address, risk, events, riskyEvents, failedEvents, principals }) => {
      const z = (risk - middle) / spread;
      const stands = risks.length >= 5 && z > OUTLIER && (principals.size <= 2 || (riskyEvents + failedEvents) * 20 >= events);
      const outlier = anomalies.addresses.get(address);
      const reasons = [...(stands ? why() : []), ...(outlier === undefined ? [] : [readableTimes(outlier.text)])];
      return {
        address,
        risk,
        events,
        riskyEvents,
        failedEvents,
        principals: principals.size,
        anomalous: reasons.length > 0,
        why: reasons,
      };

      function why(): string[] {
        const others = middle === 0 ? 'have no risk at all' : `have a risk of ${Math.round(middle)} or less`;
        const lines = [
          `Risk ${risk} stands out: half of the ${risks.length} addresses ${others} (robust z ${z.toFixed(1)}, marked above ${OUTLIER}).`,
        ];
        if (failedEvents * 3 >= events && failedEvents >= 5) lines.push(`${failedEvents} of its ${events} calls failed.`);
        if (principals.size > 1) lines.push(`${principals.size} principals called from it.`);
        return lines;
      }
    });
}

function addressRisk({ weights }: AddressTally): number {
  const factors = [...weights.values()].filter((weight) => weight > 0).sort((a, b) => b - a);
  return noisyOr(factors.map((weight, i) => ({ text: '', weight: weight * 0.7 ** i }))).risk;
}

/** Median of sorted values, 0 of none. */
function median(sorted: readonly number[]): number {
  const half = sorted.length >> 1;
  if (sorted.length === 0) return 0;
  return sorted.length % 2 === 1 ? (sorted[half] as number) : ((sorted[half - 1] as number) + (sorted[half] as number)) / 2;
}

export interface RankedRule {
  readonly id: string;
  readonly title: string;
  readonly level: Level;
  readonly signals: number;
  readonly author: string;
}

/** Rules with signals: gravest level first, then the most signals. */
export function rankRules({ rules, tally }: Results): RankedRule[] {
  return rules
    .map(({ id, title, level, author }, i) => ({ id, title, level, signals: tally.ruleSignals[i] as number, author }))
    .filter(({ signals }) => signals > 0)
    .sort((a, b) => LEVELS.indexOf(b.level) - LEVELS.indexOf(a.level) || b.signals - a.signals || (a.id < b.id ? -1 : 1));
}

export function compliance(results: Results): RegionCompliance[] {
  return complianceByRegion(results.tally.regions, results.expectedRegions ?? DEFAULT_REGIONS);
}

/** Events per level by name. */
export function levelCounts(counts: readonly number[]): Record<Level, number> {
  return Object.fromEntries(LEVELS.map((level, i) => [level, counts[i] as number])) as Record<Level, number>;
}

export interface Totals {
  readonly files: number;
  readonly filesRejected: number;
  readonly digests: number;
  readonly bytes: number;
  readonly records: number;
  readonly events: number;
  readonly duplicates: number;
  readonly rejects: number;
  /** Events left out by --since, --until, --account or --region. */
  readonly excluded: number;
  readonly rejectReasons: Readonly<Record<string, number>>;
  readonly fileRejectReasons: Readonly<Record<string, number>>;
  readonly signals: number;
  readonly from: string | null;
  readonly to: string | null;
  readonly accounts: readonly string[];
  readonly regions: readonly string[];
  readonly principals: number;
}

export function totals({ counts, tally }: Results): Totals {
  const any = tally.events > 0;
  return {
    files: counts.files,
    filesRejected: total(counts.fileRejects),
    digests: counts.digests,
    bytes: counts.bytes,
    records: counts.records,
    events: counts.events,
    duplicates: counts.duplicates,
    rejects: total(counts.rejects),
    excluded: counts.excluded,
    rejectReasons: sorted(counts.rejects),
    fileRejectReasons: sorted(counts.fileRejects),
    signals: tally.signals,
    from: any ? isoTime(tally.from) : null,
    to: any ? isoTime(tally.to) : null,
    accounts: [...tally.accounts].sort(),
    regions: [...tally.awsRegions].sort(),
    principals: tally.principals.size,
  };
}

function sorted(tally: Readonly<Record<string, number | undefined>>): Record<string, number> {
  const entries = Object.entries(tally).map(([key, n]) => [key, n ?? 0] as const);
  return Object.fromEntries(entries.sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)));
}

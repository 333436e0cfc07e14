import { askOwner, detectionSentence, inOrder } from '../alerts/story.ts';
import { ANOMALY_TEXTS } from '../anomalies/advice.ts';
import type { Incident } from '../incidents/model.ts';
import { LEVELS } from '../levels.ts';
import { isoTime } from '../records/time.ts';
import { detectorOf } from '../rules/correlation.ts';
import type { DetectorText } from '../rules/model.ts';
import { guidance } from '../runs/item.ts';
import { plain } from '../wording.ts';
import { csvRow } from './csv.ts';
import { athenaQuery, insightsQuery } from './email-queries.ts';
import {
  compliance,
  levelCounts,
  type RankedPrincipal,
  type Results,
  rankAddresses,
  rankPrincipals,
  rankRules,
  totals,
} from './results.ts';

/** Entries that summary.json lists of each kind; the files beside it hold all. */
const SUMMARY_TOP = 50;
const MOST_STEPS = 5;

/** summary.json: every number of the terminal, with stable keys (docs/outputs.md). */
export function summaryJson(results: Results): Record<string, unknown> {
  const principals = rankPrincipals(results);
  return {
    schemaVersion: 1,
    tool: { name: 'Trailwarden', version: results.version },
    rulesHash: results.rulesHash,
    configHash: results.configHash,
    ...totals(results),
    levels: levelCounts(results.tally.levels),
    incidents: results.incidents.length,
    incidentLevels: levelCounts(LEVELS.map((level) => results.incidents.filter((incident) => incident.level === level).length)),
    topIncidents: results.incidents.slice(0, SUMMARY_TOP).map(({ id, principal, level, risk }) => ({ id, principal, level, risk })),
    anomalies: results.anomalies.count,
    anomalyKinds: Object.fromEntries(results.anomalies.kinds.map(({ kind, count }) => [kind, count])),
    anomalyLevels: levelCounts(results.anomalies.levels),
    topPrincipals: principals.slice(0, SUMMARY_TOP).map(({ levels: _, ...rest }) => rest),
    topAddresses: rankAddresses(results).slice(0, SUMMARY_TOP),
    topRules: rankRules(results).slice(0, SUMMARY_TOP),
    compliance: compliance(results),
    rules: {
      loaded: results.rules.length,
      correlations: results.correlations.length,
      keyless: results.keyless.map(({ id, title, file }) => ({ id, title, file })),
      refused: results.refusals,
    },
    exceptions: results.exceptions,
    knownFiles: results.knownFiles,
    problems: results.problems,
  };
}

/** incidents.json: every incident, gravest first. */
export function incidentsJson(results: Results): unknown[] {
  const texts = textsByDetector(results);
  return results.incidents.map((incident) => {
    const { opened, updated, detections, signalIds, signals, top, ...rest } = incident;
    return {
      ...rest,
      opened: isoTime(opened),
      updated: isoTime(updated),
      resources: results.resourcesOf(incident),
      story: inOrder(detections).map(detectionSentence),
      nextSteps: nextSteps(incident, texts),
      query: { athena: athenaQuery(incident), logsInsights: insightsQuery(incident) },
      detections: detections.map(({ first, last, ...detection }) => ({ ...detection, first: isoTime(first), last: isoTime(last) })),
      signals,
      signalIds,
      top: { ...top, time: isoTime(top.time) },
    };
  });
}

/** What detectors say and advise, by the names that signals give them. */
export function textsByDetector({ rules, correlations }: Pick<Results, 'rules' | 'correlations'>): Map<string, DetectorText> {
  return new Map<string, DetectorText>([
    ...ANOMALY_TEXTS,
    ...rules.map((rule) => [`rule:${rule.id}`, rule] as const),
    ...correlations.map((rule) => [detectorOf(rule.id), rule] as const),
  ]);
}

/** What the heaviest detectors advise, then what holds for every incident. */
export function nextSteps(incident: Incident, texts: ReadonlyMap<string, DetectorText>): string[] {
  const advice = guidance(incident, texts).slice(0, MOST_STEPS);
  return [...advice.map(({ title, text }) => `${plain(title, 140)}: ${plain(text, 700)}`), askOwner(incident.principal)];
}

/** risk_summary.csv: all principals together, then each, highest risk first. */
export function riskSummaryCsv(results: Results): string {
  const header = ['principal', 'roleTag', 'risk', 'level', 'events', ...LEVELS, 'incidents', 'tactics', 'reasons'];
  const row = ({ principal, roleTag, risk, level, events, levels, incidents, tactics, reasons }: RankedPrincipal) =>
    csvRow([
      principal,
      roleTag,
      risk,
      level,
      events,
      ...levels,
      incidents,
      tactics.join(' '),
      reasons.map(({ text, points }) => `${text} (+${points})`).join('; '),
    ]);
  const principals = rankPrincipals(results);
  const top = principals[0];
  const all: RankedPrincipal = {
    principal: '(all)',
    roleTag: '',
    risk: top?.risk ?? 0,
    level: top?.level ?? 'informational',
    events: results.tally.events,
    riskyEvents: 0,
    levels: results.tally.levels,
    incidents: results.incidents.length,
    tactics: [],
    reasons: [],
  };
  return csvRow(header) + [all, ...principals].map(row).join('');
}

/** region_summary.csv: one row a region, `global` first; empty percentages where there is no data. */
export function regionSummaryCsv(results: Results): string {
  const header = [
    'region',
    'events',
    'riskyEvents',
    'controlsEvaluated',
    'controlsFailed',
    'controlCompliance',
    'eventCompliance',
    'failedControls',
    'status',
  ];
  const rows = compliance(results).map((region) =>
    csvRow([
      region.region,
      region.events,
      region.riskyEvents,
      region.controlsEvaluated,
      region.controlsFailed,
      region.controlCompliance ?? '',
      region.eventCompliance ?? '',
      Object.entries(region.violations)
        .map(([control, count]) => `${control} (${count})`)
        .join('; '),
      region.events === 0 ? 'no data' : 'indicator from logs',
    ]),
  );
  return csvRow(header) + rows.join('');
}

import { LEVELS, type Level } from '../core/levels.ts';
import type { ReportIncident, ReportModel, ReportTotals } from '../core/outputs/report-model.ts';
import { countOf, formatCount, formatName, listOf } from './format.ts';

/** What the report says in its first line. `first` is the incident to begin with. */
export interface Verdict {
  readonly level: Level | null;
  readonly headline: string;
  readonly advice: string;
  readonly first: ReportIncident | null;
}

/** The verdict in plain words: how many incidents of which level, or what is known when there is none. */
export function verdictOf(model: ReportModel): Verdict {
  const first = model.incidents[0] ?? null;
  if (first) return { level: first.level, headline: `${incidentCounts(model.incidents)}.`, advice: storyOf(first), first };
  const { totals, levels } = model;
  if (totals.records === 0 && totals.events === 0) {
    const advice = `${countOf(totals.files, 'file')} read, no CloudTrail record found. Check that the path leads to CloudTrail logs.`;
    return { level: null, headline: 'Nothing to judge.', advice, first };
  }
  if (totals.events === 0) {
    const advice = `All ${countOf(totals.records, 'record')} were left out, as duplicates, rejects or by the filters of the run; see the counts below.`;
    return { level: null, headline: 'Nothing to judge.', advice, first };
  }
  const risky = [...LEVELS].reverse().filter((level) => level !== 'informational' && levels[level] > 0);
  const top = risky[0];
  if (!top) {
    return {
      level: 'informational',
      headline: 'No incident and no risky event.',
      advice: 'No detector spoke on any event of this trail.',
      first,
    };
  }
  const counts = listOf(risky.map((level) => countOf(levels[level], `${level} event`)));
  return {
    level: top,
    headline: 'No incident.',
    advice: `${counts}, none of which add up to an incident; the riskiest stand first in the table.`,
    first,
  };
}

/** `2 critical and 3 high incidents`. */
function incidentCounts(incidents: readonly ReportIncident[]): string {
  const present = [...LEVELS].reverse().flatMap((level) => {
    const count = incidents.filter((incident) => incident.level === level).length;
    return count > 0 ? [{ level, count }] : [];
  });
  const total = present.at(-1)?.count ?? 0;
  return `${listOf(present.map(({ level, count }) => `${count} ${level}`))} ${total === 1 ? 'incident' : 'incidents'}`;
}

/** The incident in one breath: its tactics in order, or its weightiest reason when it has none. */
function storyOf(incident: ReportIncident): string {
  const names = incident.tactics.map((tactic) => formatName(tactic).toLowerCase());
  if (names.length > 5) return `${names.slice(0, 4).join(', then ')}, then ${names.length - 4} more tactics.`;
  if (names.length > 0) return `${names.join(', then ')}.`;
  const reason = [...incident.reasons].sort((a, b) => b.points - a.points)[0];
  return reason ? reason.text : `${countOf(incident.signals, 'signal')}.`;
}

/** The counts that the records fall into as one sentence, and whether they add up to the records read. */
export interface Reconciliation {
  readonly sentence: string;
  readonly balanced: boolean;
}

/** Records = events + duplicates + rejects (+ those that the run's own filters left out). */
export function reconcile(totals: ReportTotals): Reconciliation {
  const { records, events, duplicates, rejects, excluded } = totals;
  const parts = [countOf(events, 'event'), countOf(duplicates, 'duplicate'), countOf(rejects, 'reject')];
  if (excluded > 0) parts.push(`${formatCount(excluded)} left out by the filters of the run`);
  const files = totals.filesRejected > 0 ? ` (${countOf(totals.filesRejected, 'file')} not read whole)` : '';
  const balanced = events + duplicates + rejects + excluded === records;
  const sum = `${countOf(records, 'record')} from ${countOf(totals.files, 'file')}${files} ${balanced ? '=' : '≠'} ${parts.join(' + ')}.`;
  return { sentence: balanced ? sum : `${sum} The counts do not add up, which is a fault of Trailwarden: please report it.`, balanced };
}

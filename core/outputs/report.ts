import { riskRank } from '../levels.ts';
import { isoTime } from '../records/time.ts';
import type { ReportModel } from './report-model.ts';
import { compliance, levelCounts, type Results, rankAddresses, rankPrincipals, rankRules, totals } from './results.ts';

const HOUR = 3_600_000;
const ADDRESSES = 25;
const PRINCIPALS = 50;
const INCIDENTS = 200;

/** JSON text of the report's model. The rows of the table are JSON already: they are put in as they are. */
export function reportJson(results: Results): string {
  const model: Omit<ReportModel, 'events'> = {
    version: 1,
    tool: { name: 'Trailwarden', version: results.version },
    totals: totals(results),
    levels: levelCounts(results.tally.levels),
    hours: byTime(results.tally.hours).map(([hour, counts]) => ({
      hour: isoTime(hour * HOUR),
      counts: counts as [number, number, number, number, number],
    })),
    regions: compliance(results),
    addresses: rankAddresses(results.tally).slice(0, ADDRESSES),
    logins: byTime(results.tally.logins).map(([hour, logins]) => ({ hour: isoTime(hour * HOUR), ...logins })),
    principals: rankPrincipals(results)
      .slice(0, PRINCIPALS)
      .map(({ levels: _levels, incidents: _incidents, ...principal }) => principal),
    rules: rankRules(results).map((ranked) => {
      const { description = '', falsePositives = [] } = results.rules.find(({ id }) => id === ranked.id) ?? {};
      return { ...ranked, description, falsePositives };
    }),
    incidents: results.incidents.slice(0, INCIDENTS).map((incident) => ({
      id: incident.id,
      principal: incident.principal,
      roleTag: incident.roleTag,
      level: incident.level,
      risk: incident.risk,
      opened: isoTime(incident.opened),
      updated: isoTime(incident.updated),
      tactics: incident.tactics,
      accounts: incident.accounts,
      regions: incident.regions,
      addresses: incident.addresses,
      signals: incident.signals,
      reasons: incident.reasons,
    })),
    eventsLimit: results.tally.table.limit,
  };
  const rows = results.tally.table.rows().map((bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
  return `${JSON.stringify(model).slice(0, -1)},"events":[${rows.join(',')}]}`;
}

function byTime<T>(map: ReadonlyMap<number, T>): [number, T][] {
  return [...map].sort(([a], [b]) => a - b);
}

/** Rank of the gravest event or incident, listed or not: what `--fail-on` asks. */
export function gravestRank({ tally, gravestIncident }: Results): number {
  const event = tally.levels.findLastIndex((count) => count > 0);
  return gravestIncident === 0 ? event : Math.max(event, riskRank(gravestIncident));
}

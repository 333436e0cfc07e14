import { detectionText, inOrder } from '../alerts/story.ts';
import { saidOf } from '../incidents/said.ts';
import { riskRank } from '../levels.ts';
import { isoTime } from '../records/time.ts';
import { cut, readableTimes } from '../wording.ts';
import { exceptedText, kindOf } from './anomalies.ts';
import { athenaQuery, insightsQuery } from './email-queries.ts';
import { nextSteps, textsByDetector } from './files.ts';
import { loginBand } from './login-band.ts';
import type { ReportAnomalies, ReportEventAnomaly, ReportModel } from './report-model.ts';
import { compliance, levelCounts, type Results, rankAddresses, rankPrincipals, rankRules, totals } from './results.ts';

const HOUR = 3_600_000;
const ADDRESSES = 25;
const PRINCIPALS = 50;
const INCIDENTS = 200;
const ANOMALIES = 250;
const SPIKES = 300;
const EXCEPTIONS = 50;
/** Characters of a text of an anomaly at most, and reasons. */
const TEXT = 1024;
const MOST_REASONS = 10;

/** JSON text of the report's model. The rows of the table are JSON already: they are put in as they are. */
export function reportJson(results: Results): string {
  const texts = textsByDetector(results);
  const rows = results.tally.table.rows().map((bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
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
    addresses: rankAddresses(results).slice(0, ADDRESSES),
    logins: byTime(results.tally.logins).map(([hour, logins]) => ({ hour: isoTime(hour * HOUR), ...logins })),
    ...loginSeries(results),
    anomalies: anomaliesOf(results),
    exceptions: results.exceptions.flatMap(({ text }) => (text === '' ? [] : [cut(text, TEXT)])).slice(0, EXCEPTIONS),
    eventAnomalies: eventAnomaliesOf(results, new Set(rows.map(idOf))),
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
      status: incident.status,
      detections: inOrder(incident.detections).map((detection) => ({
        title: detection.title,
        level: detection.level,
        first: isoTime(detection.first),
        last: isoTime(detection.last),
        count: detection.count,
        text: detectionText(detection),
      })),
      resources: results.resourcesOf(incident),
      nextSteps: nextSteps(incident, texts),
      query: { athena: athenaQuery(incident), logsInsights: insightsQuery(incident) },
    })),
    eventsLimit: results.tally.table.limit,
  };
  return `${JSON.stringify(model).slice(0, -1)},"events":[${rows.join(',')}]}`;
}

/** The id that a row of the table begins with. */
function idOf(row: string): string {
  const [, id = '""'] = /^\{"id":("(?:[^"\\]|\\.)*")/.exec(row) ?? [];
  return JSON.parse(id) as string;
}

function eventAnomaliesOf({ anomalies }: Results, shown: ReadonlySet<string>): ReportEventAnomaly[] {
  return anomalies.events
    .filter(({ eventID }) => shown.has(eventID))
    .map(({ eventID, detector, level, title, text, principal }) => {
      const said = saidOf(text, principal);
      return { event: eventID, detector, level, title: cut(title, TEXT), text: `${said.slice(0, 1).toUpperCase()}${said.slice(1)}.` };
    });
}

function anomaliesOf({ anomalies }: Results): ReportAnomalies {
  return {
    count: anomalies.count,
    kinds: anomalies.kinds,
    list: anomalies.top
      .slice(0, ANOMALIES)
      .map(({ id, detector, entity, level, from, to, observed, expected, score, excepted, ...anomaly }) => ({
        id,
        kind: kindOf(detector),
        detector,
        entityKind: entity.kind,
        entity: cut(entity.name, TEXT),
        title: cut(anomaly.title, TEXT),
        text: cut(readableTimes(anomaly.text), TEXT),
        level,
        from,
        to,
        observed: cut(observed, TEXT),
        expected: cut(expected, TEXT),
        score,
        reasons: [...(excepted === undefined ? [] : [exceptedText(excepted)]), ...anomaly.reasons]
          .slice(0, MOST_REASONS)
          .map((reason) => cut(readableTimes(reason), TEXT)),
        principal: cut(anomaly.principal, TEXT),
        account: cut(anomaly.account, TEXT),
        region: cut(anomaly.region, TEXT),
        address: cut(anomaly.address, TEXT),
      })),
  };
}

/** What is usual of all sign-ins, and which hours were not: of all accounts together, and of whom a detector names. */
function loginSeries({ tally, anomalies }: Results): Pick<ReportModel, 'loginBand' | 'loginSpikes'> {
  const counts = new Map([...tally.logins].map(([hour, { succeeded, failed }]) => [hour, succeeded + failed]));
  const band = loginBand(counts, Math.floor(tally.from / HOUR), Math.floor(tally.to / HOUR));
  const spikes = (band?.spikes ?? []).map(({ hour, observed, low, high }) => ({
    hour: isoTime(hour * HOUR),
    text: `${observed} sign-ins in all accounts, usually ${low} to ${high} in this hour.`,
  }));
  const named = anomalies.logins.map(({ from, text }) => ({ hour: `${from.slice(0, 13)}:00:00Z`, text: cut(readableTimes(text), TEXT) }));
  return {
    loginBand:
      band === null
        ? null
        : {
            hour: { ...band.hours, from: isoTime(band.hours.from * HOUR) },
            day: { ...band.days, from: isoTime(band.days.from * 24 * HOUR) },
          },
    loginSpikes: [...spikes, ...named].sort((a, b) => (a.hour < b.hour ? -1 : a.hour > b.hour ? 1 : 0)).slice(0, SPIKES),
  };
}

function byTime<T>(map: ReadonlyMap<number, T>): [number, T][] {
  return [...map].sort(([a], [b]) => a - b);
}

/** Rank of the gravest event or incident, listed or not: what `--fail-on` asks. */
export function gravestRank({ tally, gravestIncident }: Results): number {
  const event = tally.levels.findLastIndex((count) => count > 0);
  return gravestIncident === 0 ? event : Math.max(event, riskRank(gravestIncident));
}

import type { RoleTag } from '../config/schema.ts';
import { levelOf } from '../levels.ts';
import { controlIds } from '../posture/controls.ts';
import { stableUuid } from '../records/identifier.ts';
import type { Principal } from '../records/principal.ts';
import type { TrailRecord } from '../records/record.ts';
import { isoTime } from '../records/time.ts';
import type { Reason } from '../risk/event-risk.ts';
import type { Actor, Found, ScoredEvent } from '../scoring/model.ts';
import { csvCell } from './csv.ts';
import type { ReportEvent } from './report-model.ts';

/** Columns of annotated_events.csv. Time and eventID lead: rows are ordered by them. */
export const EVENT_COLUMNS = [
  'time',
  'eventID',
  'level',
  'risk',
  'principal',
  'session',
  'roleTag',
  'eventSource',
  'eventName',
  'region',
  'account',
  'sourceIPAddress',
  'userAgent',
  'errorCode',
  'category',
  'reasons',
  'tactics',
  'techniques',
  'controls',
  'rules',
  'origin',
] as const;

/** Characters of a raw record that the report holds at most. */
const RECORD_CUT = 16 * 1024;

/** The parts of a row that depend on the principal alone. */
export function describeActor(principal: Principal, roleTag: RoleTag): Actor {
  return {
    principal,
    roleTag,
    csv: `${csvCell(principal.id)},${csvCell(principal.session)},${roleTag}`,
    json: `"principal":${JSON.stringify(principal.id)},"session":${JSON.stringify(principal.session)},"roleTag":"${roleTag}"`,
  };
}

/** `text (+points)` of each reason. */
function reasonsText(reasons: readonly Reason[]): string {
  return reasons.map(({ text, points }) => `${text} (+${points})`).join('; ');
}

function union(lists: readonly (readonly string[])[]): string[] {
  return [...new Set(lists.flat())];
}

/** A row of annotated_events.csv, with its line break. */
export function eventRow({ record, actor, account, risk, found, controls, origin }: ScoredEvent): string {
  const head = `${isoTime(record.time)},${csvCell(record.eventID)},${levelOf(risk.risk)},${risk.risk},${actor.csv},${csvCell(record.eventSource)},${csvCell(record.eventName)},${csvCell(record.region)},${csvCell(account)},${csvCell(record.address)},${csvCell(record.userAgent)},${csvCell(record.errorCode)},${record.category},`;
  if (found.length === 0) return `${head},,,,,${csvCell(origin)}\n`;
  const rules = found.map(({ rule }) => rule);
  const cells = [
    reasonsText(risk.reasons),
    union(rules.map(({ tactics }) => tactics)).join(' '),
    union(rules.map(({ techniques }) => techniques)).join(' '),
    controlIds(controls).join(' '),
    rules.map(({ id }) => id).join(' '),
    origin,
  ];
  return `${head}${cells.map(csvCell).join(',')}\n`;
}

/** A line of events.ndjson.gz, with its line break; events with a risk carry their record. */
export function jsonRow({ record, actor, account, risk, found, controls, origin }: ScoredEvent): string {
  const head = `{"time":"${isoTime(record.time)}","eventID":${JSON.stringify(record.eventID)},"level":"${levelOf(risk.risk)}","risk":${risk.risk},${actor.json},"eventSource":${JSON.stringify(record.eventSource)},"eventName":${JSON.stringify(record.eventName)},"region":${JSON.stringify(record.region)},"account":${JSON.stringify(account)},"sourceIPAddress":${JSON.stringify(record.address)},"userAgent":${JSON.stringify(record.userAgent)},"errorCode":${JSON.stringify(record.errorCode)},"category":"${record.category}","origin":${JSON.stringify(origin)}`;
  if (found.length === 0) return `${head}}\n`;
  const rules = found.map(({ rule }) => rule);
  const more = {
    reasons: risk.reasons,
    tactics: union(rules.map(({ tactics }) => tactics)),
    techniques: union(rules.map(({ techniques }) => techniques)),
    controls: controlIds(controls),
    rules: rules.map(({ id }) => id),
  };
  const raw = risk.risk > 0 ? `,"record":${oneLine(record)}` : '';
  return `${head},${JSON.stringify(more).slice(1, -1)}${raw}}\n`;
}

/** The record's JSON text on one line: as delivered, unless that spans lines. */
function oneLine(record: TrailRecord): string {
  const text = record.raw.toString('utf8');
  return /[\n\r]/.test(text) ? JSON.stringify(record.full) : text;
}

/** A line of signals.ndjson, with its line break. `risk` is that of the event, `weight` the signal's share in it. */
export function signalLine({ record, actor, account, risk }: ScoredEvent, { rule, weight, evidence }: Found): string {
  const line = {
    time: isoTime(record.time),
    eventID: record.eventID,
    id: stableUuid('signal', `rule:${rule.id}`, record.eventID),
    detector: `rule:${rule.id}`,
    ruleFile: rule.file,
    title: rule.title,
    level: rule.level,
    tactics: rule.tactics,
    techniques: rule.techniques,
    controls: rule.controls,
    principal: actor.principal.id,
    roleTag: actor.roleTag,
    account,
    region: record.region,
    sourceIPAddress: record.address,
    eventSource: record.eventSource,
    eventName: record.eventName,
    errorCode: record.errorCode,
    risk: risk.risk,
    weight: Math.round(weight * 10_000) / 10_000,
    evidence,
    author: rule.author,
    ...(rule.license === undefined ? {} : { license: rule.license }),
  };
  return `${JSON.stringify(line)}\n`;
}

/** An event as the report's table shows it, as JSON. */
export function tableRow({ record, actor, account, risk, found, controls, origin }: ScoredEvent): string {
  const rules = found.map(({ rule }) => rule);
  const raw = oneLine(record);
  const event: ReportEvent = {
    id: record.eventID,
    time: isoTime(record.time),
    risk: risk.risk,
    level: levelOf(risk.risk),
    principal: actor.principal.id,
    session: actor.principal.session,
    roleTag: actor.roleTag,
    action: `${record.eventSource.replace(/\.amazonaws\.com$/, '')}:${record.eventName}`,
    source: record.eventSource,
    name: record.eventName,
    region: record.region,
    account,
    address: record.address,
    userAgent: record.userAgent,
    error: record.errorCode,
    tactics: union(rules.map(({ tactics }) => tactics)),
    techniques: union(rules.map(({ techniques }) => techniques)),
    controls: controlIds(controls),
    reasons: risk.reasons,
    signals: found.map(({ rule, evidence }) => ({ title: rule.title, detector: `rule:${rule.id}`, level: rule.level, evidence })),
    origin,
    record: raw.slice(0, RECORD_CUT),
    truncated: raw.length > RECORD_CUT,
  };
  return JSON.stringify(event);
}

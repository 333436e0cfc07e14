import { levelOf } from '../levels.ts';
import { controlIds } from '../posture/controls.ts';
import { stableUuid } from '../records/identifier.ts';
import type { TrailRecord } from '../records/record.ts';
import { isoTime } from '../records/time.ts';
import type { Reason } from '../risk/event-risk.ts';
import { carriedFields } from '../rules/correlation-fields.ts';
import type { Rule } from '../rules/model.ts';
import type { Found, Origin, ScoredEvent } from '../scoring/model.ts';
import { csvCell } from './csv.ts';
import type { ReportEvent } from './report-model.ts';
import { resourcesOf } from './resources.ts';

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
  // Empty at first: what is unusual is known once all is read (local/line-marks.ts), and the last column is easily filled.
  'anomalies',
] as const;

/** Characters of one text of an event that the report's table shows at most. */
const TEXT_CUT = 1024;
/** Characters of a raw record that the report holds at most. */
const RECORD_CUT = 16 * 1024;

/** How a text stands in a CSV row, and in JSON. */
interface Written {
  readonly csv: string;
  readonly json: string;
}

const MOST_WRITTEN = 8192;
const LONGEST_WRITTEN = 256;

/** A trail repeats its texts, so how they are written is kept. Attackers choose the texts: long ones are not kept, and a full memory is emptied. */
const known = new Map<string, Written>();

function written(text: string): Written {
  const before = known.get(text);
  if (before !== undefined) return before;
  const made = { csv: csvCell(text), json: JSON.stringify(text) };
  if (text.length <= LONGEST_WRITTEN) {
    if (known.size >= MOST_WRITTEN) known.clear();
    known.set(text, made);
  }
  return made;
}

/** How rows name the records of a source object: as its label, `#` and the record's index. */
export function describeOrigin(label: string): Origin {
  const text = `${label}#`;
  const csv = csvCell(text);
  // Digits at the end change nothing in how a text is quoted.
  return { text, csv: csv.endsWith('"') ? [csv.slice(0, -1), '"'] : [csv, ''], json: [JSON.stringify(text).slice(0, -1), '"'] };
}

/** `text (+points)` of each reason. */
function reasonsText(reasons: readonly Reason[]): string {
  return reasons.map(({ text, points }) => `${text} (+${points})`).join('; ');
}

function union(lists: readonly (readonly string[])[]): string[] {
  return [...new Set(lists.flat())];
}

/** An event's row in annotated_events.csv and its line in events.ndjson.gz, each with its line break. Events with a risk carry their record in the latter. */
export function eventRows({ record, actor, account, risk, found, controls, origin, index }: ScoredEvent): Written {
  const time = isoTime(record.time);
  const level = levelOf(risk.risk);
  const id = record.eventID;
  const principal = written(actor.principal.id);
  const session = written(record.session);
  const source = written(record.eventSource);
  const name = written(record.eventName);
  const region = written(record.region);
  const owner = written(account);
  const address = written(record.address);
  const agent = written(record.userAgent);
  const error = written(record.errorCode);
  const csv = `${time},${csvCell(id)},${level},${risk.risk},${principal.csv},${session.csv},${actor.roleTag},${source.csv},${name.csv},${region.csv},${owner.csv},${address.csv},${agent.csv},${error.csv},${record.category},`;
  const json = `{"time":"${time}","eventID":${JSON.stringify(id)},"level":"${level}","risk":${risk.risk},"principal":${principal.json},"session":${session.json},"roleTag":"${actor.roleTag}","eventSource":${source.json},"eventName":${name.json},"region":${region.json},"account":${owner.json},"sourceIPAddress":${address.json},"userAgent":${agent.json},"errorCode":${error.json},"category":"${record.category}","origin":${origin.json[0]}${index}${origin.json[1]}`;
  const place = `${origin.csv[0]}${index}${origin.csv[1]},\n`;
  if (found.length === 0) return { csv: `${csv},,,,,${place}`, json: `${json}}\n` };
  const rules = found.map(({ rule }) => rule);
  const tactics = union(rules.map((rule) => rule.tactics));
  const techniques = union(rules.map((rule) => rule.techniques));
  const ids = rules.map((rule) => rule.id);
  const cells = [reasonsText(risk.reasons), tactics.join(' '), techniques.join(' '), controlIds(controls).join(' '), ids.join(' ')];
  const more = { reasons: risk.reasons, tactics, techniques, controls: controlIds(controls), rules: ids };
  const raw = risk.risk > 0 ? `,"record":${oneLine(record)}` : '';
  return { csv: `${csv}${cells.map(csvCell).join(',')},${place}`, json: `${json},${JSON.stringify(more).slice(1, -1)}${raw}}\n` };
}

/** The record's JSON text on one line: as delivered, unless that spans lines. */
function oneLine(record: TrailRecord): string {
  const text = record.raw.toString('utf8');
  return /[\n\r]/.test(text) ? JSON.stringify(record.full) : text;
}

/** What all signals of a rule say. */
interface RuleText {
  readonly head: string;
  readonly tail: string;
}

const ruleTexts = new WeakMap<Rule, RuleText>();

function textOf(rule: Rule): RuleText {
  let text = ruleTexts.get(rule);
  if (text === undefined) {
    const { id, file, title, level, tactics, techniques, controls, author, license } = rule;
    const head = { detector: `rule:${id}`, ruleFile: file, title, level, tactics, techniques, controls };
    text = { head: JSON.stringify(head).slice(1, -1), tail: `,${JSON.stringify({ author, license }).slice(1, -1)}`.replace(/,$/, '') };
    ruleTexts.set(rule, text);
  }
  return text;
}

/** What a signal's id is made of besides its detector: the eventID, and the record where that is a placeholder. */
function causeOf(record: TrailRecord): string[] {
  return record.hasWeakId ? [record.eventID, record.raw.toString('utf8')] : [record.eventID];
}

/** A line of signals.ndjson, with its line break. `risk` is that of the event, `weight` the signal's share in it. */
export function signalLine({ record, actor, account, risk }: ScoredEvent, { rule, weight, evidence, excepted }: Found): string {
  const id = record.eventID;
  const { head, tail } = textOf(rule);
  const who = `"principal":${written(actor.principal.id).json},"roleTag":"${actor.roleTag}","account":${written(account).json}`;
  const where = `"region":${written(record.region).json},"sourceIPAddress":${written(record.address).json}`;
  const what = `"eventSource":${written(record.eventSource).json},"eventName":${written(record.eventName).json},"errorCode":${written(record.errorCode).json}`;
  const mark = excepted === undefined ? '' : `,"excepted":${JSON.stringify(excepted)}`;
  const weighed = `"risk":${risk.risk},"weight":${Math.round(weight * 10_000) / 10_000}${mark},"evidence":${JSON.stringify(evidence)}`;
  const fields = rule.carries === undefined ? '' : `,"fields":${JSON.stringify(carriedFields(rule.carries, record))}`;
  const resources = resourcesOf(record);
  const touched = resources.length === 0 ? '' : `,"resources":${JSON.stringify(resources)}`;
  return `{"time":"${isoTime(record.time)}","eventID":${JSON.stringify(id)},"id":"${stableUuid('signal', `rule:${rule.id}`, ...causeOf(record))}",${head},${who},${where},${what},${weighed}${touched}${fields}${tail}}\n`;
}

/** An event as the report's table shows it, as JSON. */
export function tableRow({ record, actor, account, risk, found, controls, origin, index }: ScoredEvent): string {
  const rules = found.map(({ rule }) => rule);
  const event: Omit<ReportEvent, 'record' | 'truncated'> = {
    id: shown(record.eventID),
    time: isoTime(record.time),
    risk: risk.risk,
    level: levelOf(risk.risk),
    principal: shown(actor.principal.id),
    session: shown(record.session),
    roleTag: actor.roleTag,
    action: shown(`${record.eventSource.replace(/\.amazonaws\.com$/, '')}:${record.eventName}`),
    source: shown(record.eventSource),
    name: shown(record.eventName),
    region: shown(record.region),
    account: shown(account),
    address: shown(record.address),
    userAgent: shown(record.userAgent),
    error: shown(record.errorCode),
    tactics: union(rules.map(({ tactics }) => tactics)),
    techniques: union(rules.map(({ techniques }) => techniques)),
    controls: controlIds(controls),
    reasons: risk.reasons,
    signals: found.map(({ rule, evidence }) => ({ title: rule.title, detector: `rule:${rule.id}`, level: rule.level, evidence })),
    origin: `${origin.text}${index}`,
  };
  return `${JSON.stringify(event).slice(0, -1)},${recordCut(record)}}`;
}

/** A text of the table: cut where only an attacker would write more, so that the page stays of a size that opens. */
function shown(text: string): string {
  return text.length <= TEXT_CUT ? text : `${text.slice(0, TEXT_CUT)}…`;
}

function recordCut(record: TrailRecord): string {
  const quoted = record.quotedRaw(RECORD_CUT);
  if (quoted !== null) return `"record":${quoted},"truncated":false`;
  const raw = oneLine(record);
  return `"record":${JSON.stringify(raw.slice(0, RECORD_CUT))},"truncated":${raw.length > RECORD_CUT}`;
}

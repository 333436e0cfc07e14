import { createColors } from 'picocolors';
import { shortPrincipal } from '../alerts/story.ts';
import type { Entity } from '../anomalies/observation.ts';
import { grouped } from '../grouped.ts';
import { LEVELS, type Level } from '../levels.ts';
import { type AnomalyLine, kindOf } from './anomalies.ts';
import { compliance, type RankedPrincipal, type Results, rankPrincipals, rankRules, totals } from './results.ts';

export interface TerminalStyle {
  readonly color: boolean;
  /** Columns that may be filled. */
  readonly width: number;
}

const TOP_PRINCIPALS = 5;
const TOP_REASONS = 4;
const TOP_RULES = 8;
const TOP_ANOMALIES = 5;
const TOP_PROBLEMS = 5;
const TOP_EXCEPTIONS = 5;
const BAR = 24;

/** The summary that people read in the terminal. */
export function summaryText(results: Results, { color, width }: TerminalStyle): string {
  const colors = createColors(color);
  const paint: Record<Level, (text: string) => string> = {
    critical: (text) => colors.bold(colors.magenta(text)),
    high: (text) => colors.bold(colors.red(text)),
    medium: colors.yellow,
    low: colors.cyan,
    informational: colors.dim,
  };
  const t = totals(results);
  const lines: string[] = [];
  const heading = (text: string) => lines.push('', colors.bold(text));

  heading('What was read');
  const rejected =
    t.rejects === 0
      ? ''
      : ` (${Object.entries(t.rejectReasons)
          .map(([reason, n]) => `${reason} ${count(n)}`)
          .join(', ')})`;
  const parts = [countOf(t.events, 'event'), countOf(t.duplicates, 'duplicate'), countOf(t.rejects, 'reject')];
  if (t.excluded > 0) parts.push(`${count(t.excluded)} left out by your filters`);
  lines.push(...wrap(`${countOf(t.records, 'record')} in ${countOf(t.files, 'file')} = ${parts.join(' + ')}${rejected}`, width, '  '));
  if (results.knownFiles > 0) lines.push(`  ${countOf(results.knownFiles, 'file')} left out: read before, as the memory knows`);
  if (t.digests > 0) lines.push(`  ${countOf(t.digests, 'digest file')} left aside`);
  if (t.from !== null && t.to !== null) lines.push(`  From ${t.from} to ${t.to}`);
  lines.push(...wrap(`Accounts ${t.accounts.length}: ${list(t.accounts, 4)}`, width, '  '));
  lines.push(...wrap(`Regions ${t.regions.length}: ${list(t.regions, 8)}`, width, '  '));
  lines.push(`  Principals ${count(t.principals)}, signals ${count(t.signals)}, incidents ${count(results.incidents.length)}`);
  if (t.filesRejected > 0) {
    lines.push(`  ${colors.yellow(`${countOf(t.filesRejected, 'file')} not read whole:`)}`);
    for (const { file, reason } of results.problems.slice(0, TOP_PROBLEMS))
      lines.push(`    ${shorten(printable(file), width - 6)}`, ...wrap(reason, width, '      '));
    if (results.problems.length > TOP_PROBLEMS) lines.push(`    and ${results.problems.length - TOP_PROBLEMS} more: see summary.json`);
  }
  if (results.refusals.length > 0) {
    lines.push(`  ${colors.yellow(`${countOf(results.refusals.length, 'rule')} refused:`)}`);
    for (const { file, line, reason } of results.refusals.slice(0, TOP_PROBLEMS))
      lines.push(...wrap(`${file}:${line} ${reason}`, width, '    '));
    if (results.refusals.length > TOP_PROBLEMS) lines.push(`    and ${results.refusals.length - TOP_PROBLEMS} more: see summary.json`);
  }

  heading('Events by level');
  const most = Math.max(1, ...results.tally.levels);
  for (const level of [...LEVELS].reverse()) {
    const n = results.tally.levels[LEVELS.indexOf(level)] as number;
    // A logarithmic bar: one critical event among a million must be seen.
    const bar = n === 0 ? '' : '█'.repeat(Math.max(1, Math.round((BAR * Math.log1p(n)) / Math.log1p(most))));
    lines.push(`  ${paint[level](level.padEnd(13))} ${count(n).padStart(11)}  ${paint[level](bar)}`);
  }

  heading('Principals by risk');
  const risky = rankPrincipals(results).filter(({ risk }) => risk > 0);
  if (risky.length === 0) lines.push('  None did anything that a rule calls risky.');
  for (const principal of risky.slice(0, TOP_PRINCIPALS)) lines.push(...principalLines(principal, paint, width));
  if (risky.length > TOP_PRINCIPALS) lines.push(`  and ${count(risky.length - TOP_PRINCIPALS)} more: see risk_summary.csv`);

  const { anomalies } = results;
  heading('What is unusual');
  if (anomalies.count === 0) lines.push('  Nothing that stands out from what was before.');
  else {
    const kinds = anomalies.kinds.map(({ kind, count: n }) => `${kind.replaceAll('-', ' ')} ${count(n)}`).join(', ');
    lines.push(
      ...wrap(`${count(anomalies.count)} ${anomalies.count === 1 ? 'anomaly' : 'anomalies'}: ${kinds}; see anomalies.csv`, width, '  '),
    );
  }
  for (const { detector, level, title, entity, observed, expected } of gravestOfKinds(anomalies.top)) {
    lines.push(`  ${paint[level](level.padEnd(13))} ${shorten(printable(title), width - 16)}`);
    lines.push(`      ${shorten(printable(nameOf(entity)), width - 6)}`);
    const usual = expected === '' ? '' : `, expected ${expected}`;
    const seen = detector.startsWith('anomaly:outlier:') ? `isolation score ${observed}` : `saw ${shortPrincipal(observed)}`;
    lines.push(`      ${shorten(printable(`${seen}${usual}`), width - 6)}`);
  }

  heading('Rules by level and signals');
  const rules = rankRules(results);
  if (rules.length === 0) lines.push('  No rule matched.');
  for (const { title, level, signals } of rules.slice(0, TOP_RULES)) {
    lines.push(`  ${paint[level](level.padEnd(13))} ${count(signals).padStart(7)}  ${shorten(printable(title), width - 25)}`);
  }
  if (rules.length > TOP_RULES) lines.push(`  and ${rules.length - TOP_RULES} more: see summary.json`);

  const worthALook = results.exceptions.filter(({ text }) => text !== '');
  if (worthALook.length > 0) {
    heading('Exceptions to look at');
    for (const { status, text } of worthALook.slice(0, TOP_EXCEPTIONS)) {
      const [first = '', ...rest] = wrap(text, width, '                ');
      lines.push(`  ${colors.yellow(status.padEnd(13))} ${first.trimStart()}`, ...rest);
    }
    if (worthALook.length > TOP_EXCEPTIONS) lines.push(`  and ${count(worthALook.length - TOP_EXCEPTIONS)} more: see summary.json`);
  }

  heading('Compliance by region (CIS 4.1-4.16; an indicator from logs, not an audit)');
  lines.push(
    colors.dim(
      `  ${'region'.padEnd(16)}${'events'.padStart(11)}${'risky'.padStart(8)}${'events ok'.padStart(12)}${'controls ok'.padStart(14)}`,
    ),
  );
  const regions = compliance(results);
  for (const region of regions.filter(({ events }) => events > 0)) {
    const controls =
      region.controlCompliance === null ? 'no data' : `${region.controlsEvaluated - region.controlsFailed} of ${region.controlsEvaluated}`;
    const events = region.eventCompliance === null ? 'no data' : `${region.eventCompliance.toFixed(1)} %`;
    lines.push(
      `  ${shorten(printable(region.region), 15).padEnd(16)}${count(region.events).padStart(11)}${count(region.riskyEvents).padStart(8)}${events.padStart(12)}${controls.padStart(14)}`,
    );
  }
  const silent = regions.filter(({ events }) => events === 0).map(({ region }) => region);
  if (silent.length > 0) lines.push(...wrap(`No data: ${list(silent, 20)}`, width, '  '));
  return `${lines.join('\n')}\n`;
}

/** The gravest of each kind, gravest first: what one principal does again and again would else be all there is to see. */
function gravestOfKinds(anomalies: readonly AnomalyLine[]): AnomalyLine[] {
  const kinds = grouped(anomalies, ({ detector }) => kindOf(detector));
  const first = new Set([...kinds.values()].map(([gravest]) => gravest));
  return anomalies.filter((anomaly) => first.has(anomaly)).slice(0, TOP_ANOMALIES);
}

function nameOf({ kind, name }: Entity): string {
  return kind === 'principal' || kind === 'person' ? shortPrincipal(name) : `${kind} ${name}`;
}

function principalLines(principal: RankedPrincipal, paint: Readonly<Record<Level, (text: string) => string>>, width: number): string[] {
  const { risk, level, roleTag, events, tactics, reasons } = principal;
  const lines = [
    `  ${paint[level](`${String(risk).padStart(3)} ${level}`)}  ${shorten(printable(principal.principal), width - 8 - level.length)}`,
  ];
  lines.push(`      ${roleTag}, ${countOf(events, 'event')}${tactics.length === 0 ? '' : `, ${countOf(tactics.length, 'tactic')}:`}`);
  if (tactics.length > 0) lines.push(...wrap(tactics.join(' > '), width, '      '));
  // One more reason takes the line that would say so.
  const shown = reasons.length === TOP_REASONS + 1 ? reasons.length : TOP_REASONS;
  for (const { text, points } of reasons.slice(0, shown)) {
    lines.push(`      ${`+${points}`.padStart(4)}  ${shorten(printable(text), width - 12)}`);
  }
  if (reasons.length > shown) {
    const rest = reasons.slice(shown).reduce((sum, { points }) => sum + points, 0);
    lines.push(`      ${`+${rest}`.padStart(4)}  from ${reasons.length - shown} more reasons`);
  }
  return lines;
}

/** 1234567 as 1,234,567. */
function count(n: number): string {
  return n.toLocaleString('en-US');
}

/** `1 event`, `2 events`. */
function countOf(n: number, thing: string): string {
  return `${count(n)} ${thing}${n === 1 ? '' : 's'}`;
}

function list(items: readonly string[], most: number): string {
  const shown = items.slice(0, most).join(', ') || 'none';
  return items.length > most ? `${shown} and ${items.length - most} more` : shown;
}

/**
 * Text of the trail without what a terminal would obey: control characters, line and paragraph separators, marks that turn the
 * direction of writing, halves of surrogate pairs.
 */
export function printable(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, '\ufffd').toWellFormed();
}

/** At most so many characters: the middle gives way, as the ends of an ARN tell most. */
function shorten(text: string, most: number): string {
  if (text.length <= most) return text;
  const head = Math.floor((most - 1) / 3);
  return `${text.slice(0, head)}…${text.slice(text.length - (most - 1 - head))}`.toWellFormed();
}

/** Lines of at most `width` characters, made printable; a word that is longer than a line is shortened. */
function wrap(text: string, width: number, indent: string): string[] {
  const lines: string[] = [];
  let line = indent;
  for (const part of printable(text).split(' ')) {
    const word = shorten(part, width - indent.length);
    if (line.length > indent.length && line.length + word.length > width) {
      lines.push(line.trimEnd());
      line = indent;
    }
    line += `${word} `;
  }
  lines.push(line.trimEnd());
  return lines;
}

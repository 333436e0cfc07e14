import { createColors } from 'picocolors';
import type { Check, Status } from '../doctor/check.ts';
import { countStatuses, gravest } from '../doctor/doctor.ts';
import { isoTime } from '../records/time.ts';
import { printable, type TerminalStyle } from './terminal.ts';

/** What a diagnosis is of. `at`: milliseconds since 1970. */
export interface Subject {
  readonly prefix: string;
  /** Empty: not known. */
  readonly account: string;
  readonly region: string;
  readonly at: number;
  /** Whether it is of what a deploy would meet, not of what stands. */
  readonly beforeDeploy?: boolean;
}

const SYMBOLS: Readonly<Record<Status, string>> = { ok: '✓', look: '!', broken: '✗', unknown: '?' };
/** Columns before the title: indent, symbol, the longest word, gaps. */
const BEFORE_TITLE = 2 + 1 + 1 + 'unknown'.length + 2;
const TITLE = 18;
/** Below this many columns the text stands under its title. */
const WIDE = 76;

/** The lines of `doctor` that people read. */
export function doctorText(checks: readonly Check[], subject: Subject, { color, width }: TerminalStyle): string {
  const { prefix, account, region, at, beforeDeploy = false } = subject;
  const colors = createColors(color);
  const paint: Record<Status, (text: string) => string> = {
    ok: colors.green,
    look: colors.yellow,
    broken: (text) => colors.bold(colors.red(text)),
    unknown: colors.cyan,
  };
  const indent = ' '.repeat(width < WIDE ? 6 : BEFORE_TITLE + TITLE);
  const lines = [
    `${colors.bold(printable(prefix))} in ${printable([account, region].filter((part) => part !== '').join(' '))}, ${isoTime(at)}`,
  ];
  let group = '';
  for (const check of checks) {
    if (check.group !== group) lines.push('', colors.bold(check.group));
    group = check.group;
    const head = `  ${paint[check.status](`${SYMBOLS[check.status]} ${check.status.padEnd(7)}`)}  ${check.title}`;
    const [first = '', ...rest] = wrapped(check.seen, width - indent.length);
    if (width < WIDE) lines.push(head, `${indent}${first}`);
    else lines.push(`${head}${' '.repeat(TITLE - check.title.length)}${first}`);
    lines.push(...rest.map((line) => `${indent}${line}`));
    if (check.todo !== undefined) {
      const [todo = '', ...more] = wrapped(check.todo, width - indent.length - 2);
      lines.push(`${indent}${colors.bold('→')} ${todo}`, ...more.map((line) => `${indent}  ${line}`));
    }
    // Whole, however long: a command that was broken into lines cannot be copied.
    for (const command of check.commands ?? []) lines.push(`${indent}  ${colors.dim(`$ ${printable(command)}`)}`);
  }
  lines.push('', ...summary(checks, beforeDeploy, paint));
  return `${lines.join('\n')}\n`;
}

function summary(checks: readonly Check[], beforeDeploy: boolean, paint: Readonly<Record<Status, (text: string) => string>>): string[] {
  const counts = countStatuses(checks);
  const parts = (['ok', 'look', 'broken', 'unknown'] as const)
    .filter((status) => counts[status] > 0)
    .map((status) => paint[status](`${counts[status]} ${status}`));
  const ending = beforeDeploy ? advice(counts) : state(counts);
  return counts.broken > 0 ? [`${parts.join(', ')}.`, ending] : [`${parts.join(', ')}. ${ending}`];
}

function state({ ok, look, broken, unknown }: Readonly<Record<Status, number>>): string {
  if (broken > 0) return 'Begin with the first broken line: others may follow from it.';
  if (unknown === 0) return 'It works.';
  return ok + look > 0 ? 'What was seen works.' : 'Nothing could be seen.';
}

function advice({ broken, unknown }: Readonly<Record<Status, number>>): string {
  if (broken > 0) return 'Mend what is broken before you deploy.';
  return unknown > 0 ? 'What is unknown could not be looked at; you can deploy all the same.' : 'Nothing keeps you from deploying.';
}

/** The same for programs. */
export function doctorJson(checks: readonly Check[], { prefix, account, region, at }: Subject): Record<string, unknown> {
  return {
    schemaVersion: 1,
    stackPrefix: prefix,
    account,
    region,
    at: isoTime(at),
    status: gravest(checks),
    counts: countStatuses(checks),
    checks,
  };
}

/** Lines of at most `width` characters; a word that is longer stands alone, whole. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of printable(text).split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

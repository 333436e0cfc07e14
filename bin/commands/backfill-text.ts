import type { Fact, Ledger } from '../../core/doctor/facts.ts';
import { countOf, span } from '../../core/doctor/words.ts';
import { printable } from '../../core/outputs/terminal.ts';
import { isoTime } from '../../core/records/time.ts';
import type { BackfillPlan } from '../../local/backfill.ts';

/** What a backfill would do, before it does it. */
export function planText(plan: BackfillPlan, rate: number, ledger: Fact<Ledger | null>): string {
  const { objects, bytes, days, events, leftAside } = plan;
  const [first, last] = [objects[0], objects.at(-1)].map((object) => isoTime(object?.delivered ?? 0).slice(0, 10));
  const lines = [
    `${countOf(objects.length, 'object')} of ${countOf(days, 'day')} (${first} to ${last}), ${size(bytes)}: about ${rounded(events)} events.`,
    ...(leftAside === 0 ? [] : [`${countOf(leftAside, 'other object')} left aside: digests, and what lies in no CloudTrail folder.`]),
    `At ${rate} a second they are on the queue within ${span((objects.length / rate) * 1000)}; the runs after that score them.`,
    effect(ledger),
  ];
  return `${lines.map((line) => `  ${printable(line)}`).join('\n')}\n`;
}

function effect(ledger: Fact<Ledger | null>): string {
  const told = 'Their incidents come in one summary mail.';
  if (ledger.kind !== 'seen') return `Whether the stack has gone live could not be seen. ${told}`;
  if (ledger.value?.live) return `The stack is live: events of the past meet rules and counters only, not the memory. ${told}`;
  return `The stack has not gone live: the events warm its memory. ${told}`;
}

export interface GoingOn {
  readonly address: string;
  readonly since: string;
  readonly until: number | undefined;
  readonly id: string;
  readonly of: number;
  readonly rate: number;
  readonly config: string | undefined;
  readonly stackPrefix: string | undefined;
  readonly region: string | undefined;
}

/** The command that goes on where a backfill was stopped. */
export function goOnWith({ address, since, until, id, of, rate, config, stackPrefix, region }: GoingOn): string {
  const flags: readonly (readonly [string, string | undefined])[] = [
    ['--since', since],
    ['--until', until === undefined ? undefined : isoTime(until)],
    ['--rate', String(rate)],
    ['--resume', `${id}:${of}`],
    ['--config', config],
    ['--stack-prefix', stackPrefix],
    ['--region', region],
  ];
  const given = flags.flatMap(([flag, value]) => (value === undefined ? [] : [flag, value]));
  return ['trailwarden backfill', ...[address, ...given].map(quoted)].join(' ');
}

/** A word as a shell takes it. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** Two digits that count: an estimate knows no more. */
function rounded(n: number): string {
  return Number(n.toPrecision(2)).toLocaleString('en-US');
}

function size(bytes: number): string {
  const units = ['bytes', 'KB', 'MB', 'GB', 'TB'];
  const unit = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  return `${unit === 0 ? bytes : (bytes / 1000 ** unit).toFixed(1)} ${units[unit]}`;
}

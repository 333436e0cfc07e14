import type { Fact, Ledger } from '../../core/doctor/facts.ts';
import { countOf, span } from '../../core/doctor/words.ts';
import { shellWord } from '../../core/outputs/shell.ts';
import { printable } from '../../core/outputs/terminal.ts';
import { isoTime } from '../../core/records/time.ts';
import type { BackfillPlan } from '../../local/backfill.ts';

/** What of a deployment decides what a backfill does to it. */
export interface Receiver {
  readonly ledger: Fact<Ledger | null>;
  /** Whether it goes live only when a backfill has ended. */
  readonly waits: boolean;
}

/** What a backfill would do, before it does it. `end`: time from which on objects are left to the live pipeline; undefined: none are. */
export function planText(
  plan: BackfillPlan,
  { rate, end }: { readonly rate: number; readonly end: number | undefined },
  receiver: Receiver,
): string {
  const { objects, bytes, days, events, leftAside, recent } = plan;
  const [first, last] = [objects[0], objects.at(-1)].map((object) => isoTime(object?.delivered ?? 0).slice(0, 10));
  const lines = [
    `${countOf(objects.length, 'object')} of ${countOf(days, 'day')} (${first} to ${last}), ${size(bytes)}: about ${rounded(events)} events.`,
    ...(leftAside === 0 ? [] : [`${countOf(leftAside, 'other object')} left aside: digests, and what lies in no CloudTrail folder.`]),
    ...(end === undefined
      ? []
      : [`What was delivered after ${minute(end)} (${countOf(recent, 'object')}) is left to the live pipeline; --until takes it in.`]),
    `At ${rate} a second they are on the queue within ${span((objects.length / rate) * 1000)}; the runs after that score them.`,
    effect(receiver),
  ];
  return `${lines.map((line) => `  ${printable(line)}`).join('\n')}\n`;
}

function effect({ ledger, waits }: Receiver): string {
  const told = 'Their incidents come in one summary mail.';
  if (ledger.kind !== 'seen') return `Whether the stack has gone live could not be seen. ${told}`;
  if (ledger.value?.live) return `The stack is live: events of the past meet rules and counters only, not the memory. ${told}`;
  if (waits) return `The stack waits for this: the events warm its memory, and when all are read it goes live. ${told}`;
  return `The stack has not gone live: the events warm its memory. ${told}`;
}

/** `2026-11-25 13:10 UTC`. */
export function minute(time: number): string {
  return `${isoTime(time).slice(0, 16).replace('T', ' ')} UTC`;
}

export interface GoingOn {
  readonly address: string;
  readonly since: string;
  readonly until: number | undefined;
  readonly id: string;
  readonly of: number;
  /** Time from which on objects are left to the live pipeline: the same for all of the backfill. */
  readonly end: number | undefined;
  readonly rate: number;
  readonly config: string | undefined;
  readonly stackPrefix: string | undefined;
  readonly region: string | undefined;
}

/** The command that goes on where a backfill was stopped. */
export function goOnWith({ address, since, until, id, of, end, rate, config, stackPrefix, region }: GoingOn): string {
  const flags: readonly (readonly [string, string | undefined])[] = [
    ['--since', since],
    ['--until', until === undefined ? undefined : isoTime(until)],
    ['--rate', String(rate)],
    ['--resume', [id, of, ...(end === undefined ? [] : [end])].join(':')],
    ['--config', config],
    ['--stack-prefix', stackPrefix],
    ['--region', region],
  ];
  const given = flags.flatMap(([flag, value]) => (value === undefined ? [] : [flag, value]));
  return ['npx trailwarden backfill', ...[address, ...given].map(shellWord)].join(' ');
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

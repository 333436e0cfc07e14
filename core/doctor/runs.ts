import { type Check, judge, seenIn, type Topic, type Verdict } from './check.ts';
import type { DoctorFacts, Ledger, Pending } from './facts.ts';
import { logOf } from './queues.ts';
import { feeds } from './trail.ts';
import { ago, span } from './words.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const LATE = 2 * HOUR;
/** In minutes: what the configuration allows. */
const LONGEST_SCHEDULE = 60;
/** What an object takes from delivery to a pending batch, with room. */
const WAY_THROUGH = 5 * MINUTE;

const SCHEDULE: Topic = { id: 'schedule', group: 'Runs', title: 'Schedule' };
const COMMITTED: Topic = { id: 'committed-runs', group: 'Runs', title: 'Committed runs' };
const FAILURE: Topic = { id: 'run-failure', group: 'Runs', title: 'Last failure' };
const PENDING: Topic = { id: 'pending-batches', group: 'Runs', title: 'Pending batches' };
const MEMORY: Topic = { id: 'memory', group: 'Runs', title: 'Memory' };

/** Whether the score function runs, commits, fails, and keeps up. */
export function runChecks(facts: DoctorFacts, now: number): Check[] {
  const { ledger, pending } = facts;
  return [
    judge(SCHEDULE, ledger, (found) => schedule(found, facts, now)),
    judge(COMMITTED, ledger, (found) => committed(found, facts, now)),
    judge(FAILURE, ledger, (found) => failure(found, facts, now)),
    judge(PENDING, pending, (found) => waiting(found, seenIn(ledger)?.committed ?? 0, facts, now)),
    judge(MEMORY, ledger, (found) => memory(found, facts)),
  ];
}

/** Milliseconds after which a thing that each run does is overdue: a few runs, and never so few that one slow run is one. */
function overdue({ scheduleMinutes }: DoctorFacts): number {
  return Math.max(20, 3 * (scheduleMinutes ?? LONGEST_SCHEDULE)) * MINUTE;
}

function schedule(ledger: Ledger | null, facts: DoctorFacts, now: number): Verdict {
  const { scheduleMinutes: minutes } = facts;
  const due = minutes === null ? '' : `; one is due every ${minutes === 1 ? 'minute' : `${minutes} minutes`}`;
  if (ledger === null || ledger.tick === 0) {
    const deployed = seenIn(facts.stacks.pipeline)?.changed ?? 0;
    if (now - deployed < overdue(facts)) return { status: 'look', seen: `No run yet${due}.`, todo: 'Ask again in a few minutes.' };
    return {
      status: 'broken',
      seen: `No run yet${due}.`,
      todo: 'Is the schedule enabled (EventBridge Scheduler)? Else the log of the score function tells why it cannot start.',
      commands: logOf(facts.functions.score),
    };
  }
  const seen = `Last run ${ago(ledger.tick, now)}${due}.`;
  if (now - ledger.tick <= overdue(facts)) return { status: 'ok', seen };
  return {
    status: 'broken',
    seen,
    todo: 'Is the schedule enabled (EventBridge Scheduler)? Else the log of the score function tells why no run comes to its end.',
    commands: logOf(facts.functions.score),
  };
}

function committed(ledger: Ledger | null, facts: DoctorFacts, now: number): Verdict {
  const delivered = newestDelivery(facts);
  if (ledger === null || ledger.committed === 0) {
    const deployed = seenIn(facts.stacks.pipeline)?.changed ?? now;
    const seen = 'No run has committed yet: no record has arrived.';
    if (delivered !== null && isUnheard(delivered, deployed, ledger?.tick ?? 0)) {
      return { ...UNHEARD, seen: `${seen} The trail delivered ${ago(delivered, now)}.` };
    }
    return { status: 'look', seen, todo: 'The first records take 5 to 15 minutes after the trail starts: ask again.' };
  }
  const lag = ledger.watermark === 0 ? '' : `; all events up to ${ago(ledger.watermark, now)} are judged`;
  const seen = `Run ${ledger.applied} committed ${ago(ledger.committed, now)}${lag}.`;
  if (ledger.planned > ledger.applied) {
    return {
      status: 'look',
      seen: `${seen} Run ${ledger.planned} is planned and not applied yet.`,
      todo: 'The next run finishes it. If this stays, see "Last failure".',
    };
  }
  // While runs fail it is they that stand in the way.
  if (delivered === null || ledger.failure !== null) return { status: 'ok', seen };
  if (isUnheard(delivered, ledger.committed, ledger.tick))
    return { ...UNHEARD, seen: `${seen} Yet the trail delivered ${ago(delivered, now)}.` };
  if (now - delivered < HOUR && ledger.watermark > 0 && now - ledger.watermark > LATE) {
    return {
      status: 'look',
      seen: `${seen} The trail delivers newer ones.`,
      todo: 'A backlog is being worked off, or a backfill. "Ingest queue" and "Pending batches" should sink.',
    };
  }
  return { status: 'ok', seen };
}

/**
 * Whether something delivered has not come through: a run has looked since and found nothing, or the trail has long gone on delivering
 * without a commit (an active trail delivers between any two runs, so that no run ever comes late enough to tell).
 */
function isUnheard(delivered: number, committedAt: number, tick: number): boolean {
  return committedAt < delivered && (tick - delivered > WAY_THROUGH || delivered - committedAt > LATE);
}

const UNHEARD = {
  status: 'broken',
  todo: 'What the trail delivers does not come through. Look at "Bucket notifies", "Ingest queue" and "Ingest DLQ"; else the prefix in the configuration does not fit the keys.',
} as const;

/** When a feeding trail last delivered; null where it cannot be told. */
function newestDelivery({ source, trails }: DoctorFacts): number | null {
  const from = seenIn(source);
  if (from === undefined) return null;
  const feeding = (seenIn(trails) ?? []).filter((trail) => feeds(trail, from));
  const times = feeding.map(({ status }) => seenIn(status)?.delivered ?? 0);
  const newest = Math.max(0, ...times);
  return newest === 0 ? null : newest;
}

function failure(ledger: Ledger | null, facts: DoctorFacts, now: number): Verdict {
  const last = ledger?.failure ?? null;
  if (ledger === null || last === null) return { status: 'ok', seen: 'None.' };
  const told = `${ago(last.at, now)}: ${last.text}`;
  if (last.at < Math.max(ledger.tick, ledger.committed)) return { status: 'ok', seen: `${told} Runs since then succeeded.` };
  return {
    status: 'broken',
    seen: told,
    todo: 'Nothing is lost: each run tries again. The log of the score function tells more.',
    commands: logOf(facts.functions.score),
  };
}

function waiting({ count, more, oldest }: Pending, committedAt: number, facts: DoctorFacts, now: number): Verdict {
  if (oldest === null) return { status: 'ok', seen: 'None waits.' };
  const seen = `${more ? 'More than ' : ''}${count === 1 && !more ? '1 waits' : `${count.toLocaleString('en-US')} wait`}, the oldest for ${span(now - oldest)}.`;
  if (now - oldest <= overdue(facts)) return { status: 'ok', seen };
  if (now - committedAt <= overdue(facts)) {
    return {
      status: 'look',
      seen,
      todo: 'Runs commit, so the backlog is worked off: after a backfill that is all. Else give the score function more memory.',
    };
  }
  return { status: 'broken', seen, todo: 'No run takes them. See "Schedule" and "Last failure".' };
}

function memory(ledger: Ledger | null, { waitsForBackfill }: DoctorFacts): Verdict {
  if (ledger?.live) return { status: 'ok', seen: 'Live: what a backfill brings now meets rules only.' };
  if (!waitsForBackfill)
    return { status: 'ok', seen: 'Not live yet: a backfill now would warm the memory (npx trailwarden backfill --help).' };
  return {
    status: 'look',
    seen: 'Waits for a backfill, as configured ("waitForBackfill"). Until one has ended, nobody is told of live events.',
    todo: 'Put history on the queue (npx trailwarden backfill --help), or set "waitForBackfill": false under deploy and deploy again.',
  };
}

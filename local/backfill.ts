import { setTimeout as sleep } from 'node:timers/promises';
import { keyKind } from '../core/parsing/key.ts';
import { nameTime, type Source } from './sources.ts';

/** An object to put on the ingest queue. */
export interface BackfillObject {
  readonly key: string;
  readonly size: number;
  /** When CloudTrail delivered it, by its name or else the day in its key; milliseconds since 1970. */
  readonly delivered: number;
}

export interface BackfillPlan {
  readonly bucket: string;
  /** In the order of delivery. */
  readonly objects: readonly BackfillObject[];
  readonly bytes: number;
  /** Days on which something was delivered. */
  readonly days: number;
  /** An estimate from the bytes. */
  readonly events: number;
  /** Keys that hold no records: digests, other services' logs. */
  readonly leftAside: number;
  /** Objects that were delivered too lately. */
  readonly recent: number;
}

const DAY = 86_400_000;
/** Bytes that an event takes in CloudTrail's compressed files: 154 in the sample trail, 100 to 200 where files are large or small. */
const BYTES_PER_EVENT = 150;
const KEY_DATE = /\/(\d{4})\/(\d\d)\/(\d\d)\//;
const TRAIL_FOLDER = /(^|\/)CloudTrail(?!-Digest)[^/]*\//;

/**
 * What of a listing is put on the queue, and in which order. Times in milliseconds since 1970; what was delivered from `end` on is left to the live
 * pipeline: an object that both announce would count as the backfill's.
 */
export function planBackfill(bucket: string, sources: readonly Source[], now: number, end = Number.POSITIVE_INFINITY): BackfillPlan {
  const dated: { key: string; size: number; delivered: number }[] = [];
  let recent = 0;
  for (const { object, size } of sources) {
    const key = object?.key ?? '';
    if (!TRAIL_FOLDER.test(key) || keyKind(key) !== 'trail') continue;
    const delivered = deliveredOf(key);
    if (delivered >= end) recent += 1;
    else dated.push({ key, size, delivered });
  }
  // What tells no date comes last, as if delivered now.
  const objects = dated
    .map((one) => (Number.isNaN(one.delivered) ? { ...one, delivered: now } : one))
    .sort((a, b) => a.delivered - b.delivered || (a.key < b.key ? -1 : 1));
  const bytes = objects.reduce((sum, { size }) => sum + size, 0);
  return {
    bucket,
    objects,
    bytes,
    days: new Set(objects.map(({ delivered }) => Math.floor(delivered / DAY))).size,
    events: Math.round(bytes / BYTES_PER_EVENT),
    leftAside: sources.length - objects.length - recent,
    recent,
  };
}

function deliveredOf(key: string): number {
  const time = nameTime(key);
  if (!Number.isNaN(time)) return time;
  const found = KEY_DATE.exec(key);
  return found === null ? Number.NaN : Date.UTC(Number(found[1]), Number(found[2]) - 1, Number(found[3]));
}

/** Sends at most ten messages; gives the positions of those that were not taken. */
export type SendMessages = (bodies: readonly string[]) => Promise<readonly number[]>;

export interface BackfillRun {
  readonly plan: BackfillPlan;
  readonly id: string;
  /** Objects that this backfill has in all, those of an earlier start included. */
  readonly of: number;
  /** Objects a second. */
  readonly rate: number;
  readonly send: SendMessages;
  readonly progress: (sent: number) => void;
  readonly stop: AbortSignal;
}

/** Messages that SQS takes in one call. */
const BATCH = 10;
const MOST_TRIES = 6;
const FIRST_PAUSE = 200;

/**
 * Puts the objects on the queue in their order at a bounded rate. Gives how many are on it: fewer than there are when it was stopped or the
 * queue did not take one after several tries. Those before are on the queue whole, so that one can go on from there.
 */
export async function sendBackfill({ plan, id, of, rate, send, progress, stop }: BackfillRun): Promise<number> {
  const { bucket, objects } = plan;
  const interval = (1000 * BATCH) / rate;
  let due = performance.now();
  for (let sent = 0; sent < objects.length; ) {
    await pause(due - performance.now(), stop);
    if (stop.aborted) return sent;
    // After a stall the time lost is not made up for: the rate stays a bound.
    due = Math.max(due, performance.now() - interval) + interval;
    const batch = objects.slice(sent, sent + BATCH);
    const bodies = batch.map(({ key, delivered }) => message(id, of, bucket, key, delivered));
    if (!(await sendAll(bodies, send, stop))) return sent;
    sent += batch.length;
    progress(sent);
  }
  return objects.length;
}

function message(id: string, of: number, bucket: string, key: string, delivered: number): string {
  return JSON.stringify({ trailwarden: 'backfill', id, of, bucket, key, delivered: new Date(delivered).toISOString() });
}

/** Whether the queue took all messages, each tried several times. */
async function sendAll(bodies: readonly string[], send: SendMessages, stop: AbortSignal): Promise<boolean> {
  let left = bodies;
  for (let tries = 0; ; tries += 1) {
    const refused = await send(left);
    left = refused.map((position) => left[position] as string);
    if (left.length === 0) return true;
    if (tries + 1 === MOST_TRIES || stop.aborted) return false;
    await pause(FIRST_PAUSE * 2 ** tries, stop);
  }
}

/** Waits, or ends at once when stopped. */
async function pause(milliseconds: number, stop: AbortSignal): Promise<void> {
  if (milliseconds <= 0) return;
  await sleep(milliseconds, undefined, { signal: stop }).catch((error: Error) => {
    if (error.name !== 'AbortError') throw error;
  });
}

import { plus, times, type Usage } from './bill.ts';
import type { Arrivals } from './traffic.ts';

/** What was measured of a function: see `Use` of watch.ts. */
interface Invoked {
  readonly usage: Usage;
  readonly startGbSeconds: number;
}

/** Everything that a month's usage is made of. */
export interface Parts {
  readonly arrivals: Arrivals;
  readonly eventsADay: number;
  readonly parse: Invoked;
  readonly score: Invoked;
  /** Number of custom metrics that are written. */
  readonly metrics: number;
  readonly runBytes: number;
  readonly memoryBytes: number;
  readonly telling: Invoked;
  readonly incidentWrites: number;
  readonly incidentBytes: number;
  /** What costs by standing there. */
  readonly standing: Usage;
}

/** Days of a month. */
export const DAYS = 30;
/** Incidents a day in an organization of ten million events a day, and how often each is told of: by mail and finding. */
export const INCIDENTS_A_DAY = 20;
export const TELLINGS_EACH = 2;
/** One invocation in so many begins with a new process. */
const COLD_ONE_IN = { score: 10, parse: 50 } as const;
/** How long things are kept, days: see the lifecycle rules and the TTLs. */
export const KEPT_DAYS = { runs: 90, ids: 35, sections: 430, accessLogs: 90, incidents: 400 } as const;
const IDENTITY_BYTES = 16;
/** A line of S3's access log: one for CloudTrail's PUT of a file, one for parse's GET. */
const ACCESS_LINE_BYTES = 700;
/** Roll-ups, receipts, the ledger. */
const STATE_GB = 0.02;
const GB = 1e9;

/** A month's usage at a traffic that goes on and on. */
export function monthOf(parts: Parts): Usage {
  const { arrivals, eventsADay, parse, score, runBytes, memoryBytes, telling, incidentWrites, incidentBytes } = parts;
  const { filesADay, batchesADay, receivesADay, runsADay } = arrivals;
  const tellings = INCIDENTS_A_DAY * TELLINGS_EACH;
  const stored =
    KEPT_DAYS.runs * runsADay * runBytes +
    (KEPT_DAYS.ids * eventsADay + KEPT_DAYS.sections * filesADay) * IDENTITY_BYTES +
    KEPT_DAYS.accessLogs * filesADay * 2 * ACCESS_LINE_BYTES +
    memoryBytes;
  const incidentGb = (KEPT_DAYS.incidents * INCIDENTS_A_DAY * incidentBytes) / GB;
  return plus(
    times(
      plus(times(parse.usage, batchesADay), times(score.usage, runsADay), times(telling.usage, tellings), {
        'lambda.gbSeconds':
          (parse.startGbSeconds * batchesADay) / COLD_ONE_IN.parse + (score.startGbSeconds * runsADay) / COLD_ONE_IN.score,
        // One message a file: S3's.
        'sqs.requests': filesADay + receivesADay,
        'dynamodb.writes': tellings * incidentWrites,
        'scheduler.invocations': runsADay,
      }),
      DAYS,
    ),
    {
      's3.gbMonths': stored / GB,
      'dynamodb.gbMonths': incidentGb + STATE_GB,
      'dynamodb.pitrGbMonths': incidentGb + STATE_GB,
      'cloudwatch.metrics': parts.metrics,
    },
    parts.standing,
  );
}

/** What a million events of the trail itself use, with or without the pipeline: CloudTrail's PUTs, and a year of storage. */
export function trailOf(perFile: number, fileBytes: number): Usage {
  const files = 1e6 / perFile;
  return { 's3.puts': files, 's3.gbMonths': (12 * files * fileBytes) / GB };
}

/** A month's usage of a pipeline to which nothing comes. */
export function idleMonth({
  idle,
  metrics,
  arrivals: { receivesADay, runsADay },
  standing,
}: {
  readonly idle: Invoked;
  readonly metrics: number;
  /** Of no events. */
  readonly arrivals: Arrivals;
  readonly standing: Usage;
}): Usage {
  return plus(
    times(
      plus(times(idle.usage, runsADay), {
        'lambda.gbSeconds': (idle.startGbSeconds * runsADay) / COLD_ONE_IN.score,
        'sqs.requests': receivesADay,
        'scheduler.invocations': runsADay,
      }),
      DAYS,
    ),
    { 'cloudwatch.metrics': metrics },
    standing,
  );
}

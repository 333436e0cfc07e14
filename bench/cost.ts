// `npm run cost`: what the pipeline costs. The real bundles run on the local cloud, every call to AWS is counted, times are measured,
// and bench/cost/prices.ts says what AWS asks for it. docs/operations.md tells what is assumed.
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readAssembly } from '../sandbox/assembly.ts';
import { whyNoCloud } from '../sandbox/place.ts';
import { SAMPLE_CONFIG, synthesize } from '../sandbox/synth.ts';
import { ONE_PROCESSOR, SLOWNESS } from './cost/aws-time.ts';
import { billOf, plus } from './cost/bill.ts';
import { type Aside, type Measured, type Sizes, Workload } from './cost/measure.ts';
import { INCIDENTS_A_DAY, idleMonth, monthOf, TELLINGS_EACH, trailOf } from './cost/month.ts';
import { PRICED, REGION } from './cost/prices.ts';
import { type Column, dearest, millionsOf, money, serviceTable, verdict } from './cost/print.ts';
import { standing } from './cost/standing.ts';
import { arrivals, type Traffic } from './cost/traffic.ts';
import { costRecords } from './cost/trail.ts';
import type { Use } from './cost/watch.ts';

const { values } = parseArgs({
  options: {
    /** Events a day. */
    events: { type: 'string', default: '10000000' },
    /** Seconds that a batch is gathered for, to try out another window than that of the stacks. */
    window: { type: 'string' },
  },
});
const EVENTS_A_DAY = Number(values.events);
/** The local cloud's stand-in for S3 takes no larger memory than that of the upper bound. */
const EVENTS_BOUNDS = [10_000, 10_000_000] as const;
const FILES = [500, 53, 5] as const;
/** Dollars for a million events at the first of these sizes, when ten million a day come. */
const BAR = EVENTS_A_DAY === 10_000_000 ? 0.02 : undefined;
const POLLERS = 5;
/** Batches and runs that are measured at each size of files, the first ones aside. */
const SIZES: Readonly<Record<number, Sizes>> = {
  500: { warmBatches: 10, batches: 14, warmRuns: 1, runs: 3 },
  53: { warmBatches: 4, batches: 6, warmRuns: 1, runs: 2 },
  5: { warmBatches: 1, batches: 3, warmRuns: 1, runs: 1 },
};
const RECORDS = 18_000;
const INCIDENTS = 3;

const why = whyNoCloud();
if (why !== undefined) {
  console.log(why);
  process.exit(0);
}
if (!(EVENTS_A_DAY >= EVENTS_BOUNDS[0] && EVENTS_A_DAY <= EVENTS_BOUNDS[1])) {
  console.error(`--events should be a number from ${EVENTS_BOUNDS.join(' to ')}, and is ${values.events}.`);
  process.exit(1);
}
const begin = performance.now();
const folder = mkdtempSync(join(tmpdir(), 'trailwarden-cost-'));
try {
  await main();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function main(): Promise<void> {
  const assembly = await synthesize(SAMPLE_CONFIG, folder);
  const model = readAssembly(assembly);
  const [mapping] = model.queueMappings;
  const minutes = Number(/^rate\((\d+) minutes?\)$/.exec(model.schedules[0]?.expression ?? '')?.[1]);
  if (mapping === undefined || Number.isNaN(minutes)) throw new Error('The stacks should have a queue that wakes parse, and a schedule.');
  const { batchSize, maxConcurrency = POLLERS } = mapping;
  const windowSeconds = Number(values.window ?? mapping.windowSeconds);
  const pollers = Math.min(POLLERS, maxConcurrency);
  const traffic = (perFile: number, eventsADay: number): Traffic => ({
    ...{ eventsADay, perFile, pollers, windowSeconds, batchSize, scheduleMinutes: minutes },
  });
  const records = costRecords(RECORDS, 1);
  const measured: Measured[] = [];
  let aside: Aside | undefined;
  for (const perFile of FILES) {
    progress(`${perFile} records a file …`);
    const workload = await Workload.start(model, records, traffic(perFile, EVENTS_A_DAY));
    try {
      measured.push(await workload.measure(SIZES[perFile] as Sizes));
      aside ??= await workload.measureAside(INCIDENTS);
    } finally {
      await workload.stop();
    }
  }
  progress('');
  tell(measured, aside as Aside, { standing: standing(assembly), traffic: traffic(500, 0) });
}

function tell(
  measured: readonly Measured[],
  aside: Aside,
  { standing, traffic }: { standing: ReturnType<typeof monthOf>; traffic: Traffic },
) {
  const columns = measured.map((one): Column => {
    // Those of the alert function are written in hours in which something is told: all are counted.
    const metrics = new Set([...one.metrics, ...aside.tellingMetrics]).size;
    const usage = monthOf({ ...one, ...aside, eventsADay: EVENTS_A_DAY, metrics, standing });
    return { title: `${one.traffic.perFile} a file`, usage, millions: millionsOf(EVENTS_A_DAY) };
  });
  const { idle, idleMetrics } = aside;
  const idleUsage = idleMonth({ idle, metrics: idleMetrics.length, arrivals: arrivals(traffic), standing });
  const withIdle = [...columns, { title: 'idle, a month', usage: idleUsage, millions: 1 }];
  const [main] = columns as [Column];
  const { scheduleMinutes, windowSeconds, pollers } = traffic;
  const telling = plus(aside.telling.usage, { 'dynamodb.writes': aside.incidentWrites });
  const trails = measured
    .map(({ traffic: { perFile }, fileBytes }) => `${money(billOf(trailOf(perFile, fileBytes), 'list').dollars, 2)} at ${perFile} a file`)
    .join(', ');
  const say = (...lines: string[]) => console.log(lines.join('\n'));
  say(
    `Dollars for a million events: ${EVENTS_A_DAY.toLocaleString('en')} a day, a run each ${scheduleMinutes} minutes, ${pollers} pollers that gather for ${windowSeconds} s,`,
    `${INCIDENTS_A_DAY} incidents a day told of ${TELLINGS_EACH} times each. On-demand list prices of ${REGION}, ${PRICED}. Without the trail itself.`,
    '',
    'At list price',
    ...serviceTable(withIdle, 'list'),
    '',
    'Less what AWS gives every account for free each month, for good (Lambda, SQS, CloudWatch, Security Hub, Scheduler, DynamoDB storage)',
    ...serviceTable(withIdle, 'free tier'),
    '',
    `${main.title}, at list price:  ${verdict(main, 'list', BAR)}`,
    `${main.title}, with free tier: ${verdict(main, 'free tier', BAR)}`,
    '',
    `The dearest of ${main.title}, at list price`,
    ...dearest(main, 'list', 10),
    '',
    'Measured: an invocation on average',
    `${''.padEnd(22)}files    here   waits  processor   billed  PUT+LIST    GET  write units  memory`,
    ...measured.flatMap((one) => [
      use(`parse, ${one.traffic.perFile} a file`, one.parse, one.arrivals.filesABatch),
      use(`score, ${one.traffic.perFile} a file`, one.score, one.arrivals.filesARun),
    ]),
    use('alert, one incident', aside.telling),
    use('score, nothing to do', aside.idle),
    '',
    `An incident told by mail and finding costs ${money(billOf(telling, 'list').dollars, 5)}. A million events of the trail itself, pipeline or not: ${trails}.`,
    `"here" has the waits of AWS put in; "billed" takes Lambda's arm64 for ${SLOWNESS} times slower than this machine (${cpus()[0]?.model.trim()}), and one`,
    `processor for ${ONE_PROCESSOR} MB. Load ${loadavg()[0]?.toFixed(1)} on ${cpus().length} processors, ${Math.round((performance.now() - begin) / 1000)} s.`,
  );
}

function use(
  name: string,
  { usage, milliseconds, waitMilliseconds, cpuMilliseconds, billedMilliseconds, maxRssMb }: Use,
  files?: number,
): string {
  const ms = (value: number) => `${value.toFixed(0)} ms`;
  const cells = [
    [files === undefined ? '' : files.toFixed(1), 5],
    [ms(milliseconds), 9],
    [ms(waitMilliseconds), 8],
    [ms(cpuMilliseconds), 11],
    [ms(billedMilliseconds), 9],
    [(usage['s3.puts'] ?? 0).toFixed(1), 10],
    [(usage['s3.gets'] ?? 0).toFixed(1), 7],
    [(usage['dynamodb.writes'] ?? 0).toFixed(1), 13],
    [`${maxRssMb.toFixed(0)} MB`, 8],
  ] as const;
  return `${name.padEnd(22)}${cells.map(([text, width]) => text.padStart(width)).join('')}`;
}

function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
}

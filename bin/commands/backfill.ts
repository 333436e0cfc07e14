import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline/promises';
import { SingleBar } from 'cli-progress';
import { type Command, InvalidArgumentError } from 'commander';
import { countOf } from '../../core/doctor/words.ts';
import { isoTime } from '../../core/records/time.ts';
import { trailObjects } from '../../lib/names.ts';
import { Stopped } from '../../local/analyze.ts';
import { type BackfillPlan, planBackfill, sendBackfill } from '../../local/backfill.ts';
import { DeployedError } from '../../local/deployed/asking.ts';
import { readDeployment } from '../../local/deployed/gather.ts';
import { sender } from '../../local/deployed/send.ts';
import { readLedger } from '../../local/deployed/state-table.ts';
import { parseS3, S3Source } from '../../local/s3.ts';
import { SourceError } from '../../local/sources.ts';
import { goOnWith, planText } from './backfill-text.ts';
import { CONFIG_FILE } from './config-file.ts';
import { chooseDeployment, type Deployment, type DeploymentFlags } from './deploy-section.ts';
import { parseMoment, wholeNumber } from './options.ts';

interface BackfillFlags extends DeploymentFlags {
  readonly since?: number;
  readonly until?: number;
  readonly rate: number;
  readonly resume?: Resumed;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

/** A backfill that goes on: its id, how many objects it has in all, and the time from which on they are left to the live pipeline. */
interface Resumed {
  readonly id: string;
  readonly of: number;
  readonly end: number | undefined;
}

const MINUTE = 60_000;
/** An object of the last hour may have been announced by the trail itself, or be about to be. */
const RECENT = 60 * MINUTE;

async function runBackfill(address: string, flags: BackfillFlags): Promise<void> {
  const { since, until, rate } = flags;
  const place = parseS3(address);
  if (place === null) throw new SourceError(`${address} is no place in S3: give s3://bucket/prefix.`);
  if (since !== undefined && until !== undefined && since >= until) {
    throw new SourceError('--since should be before --until, but is not: no object can lie between them.');
  }
  const deployment = chooseDeployment(flags);
  const { outputs } = await readDeployment(deployment.prefix);
  const { bucket } = place;
  const prefix = readablePrefix(address, place, deployment, outputs);
  const queueUrl = outputs.IngestQueueUrl;
  if (queueUrl === undefined) throw new DeployedError(`The stack ${deployment.prefix}-Data tells no IngestQueueUrl: deploy again.`);

  const say = (text: string) => process.stderr.write(text);
  if (process.stderr.isTTY) say(`Listing ${address} …\n`);
  const filters = { ...(since === undefined ? {} : { since }), ...(until === undefined ? {} : { until }) };
  const now = Date.now();
  const end = until === undefined ? (flags.resume?.end ?? Math.floor((now - RECENT) / MINUTE) * MINUTE) : undefined;
  const plan = planBackfill(bucket, await new S3Source().list(address, bucket, prefix, filters), now, end);
  if (plan.objects.length === 0) throw new SourceError(nothingIn(address, plan));
  const ledger = await readLedger(outputs.StateTableName ?? '');
  process.stdout.write(planText(plan, { rate, end }, { ledger, waits: outputs.WaitForBackfill === 'on' }));
  if (flags.dryRun) return;

  const stop = new AbortController();
  const halt = () => stop.abort();
  process.once('SIGINT', halt).once('SIGTERM', halt);
  if (!flags.yes && !(await confirmed(stop))) throw new Stopped('Nothing was put on the queue.');
  const { id, of } = flags.resume ?? { id: randomUUID(), of: plan.objects.length };
  await send(plan, address, flags, { id, of, end }, queueUrl, stop.signal);
  process.stdout.write(
    `  Done: ${countOf(plan.objects.length, 'object')} on the queue (backfill ${id}). "npx trailwarden doctor" shows the queue and the pending batches sink.\n`,
  );
}

function nothingIn(address: string, { recent }: BackfillPlan): string {
  const text = `There is no CloudTrail object of that time in ${address}`;
  if (recent === 0) return `${text}.`;
  return `${text}, but for ${countOf(recent, 'object')} of the last hour, left to the live pipeline: --until takes them in.`;
}

async function send(
  plan: BackfillPlan,
  address: string,
  { until, rate, config, stackPrefix, region }: BackfillFlags,
  { id, of, end }: Resumed,
  queueUrl: string,
  stop: AbortSignal,
): Promise<void> {
  const total = plan.objects.length;
  const bar = new SingleBar({
    format: '  {bar} {percentage} % | {value} of {total} | {eta_formatted} left',
    hideCursor: true,
    barsize: 40,
    clearOnComplete: true,
    stream: process.stderr,
  });
  if (process.stderr.isTTY) bar.start(total, 0);
  let sent = 0;
  const progress = (n: number) => {
    sent = n;
    bar.update(n);
  };
  let problem = '';
  try {
    await sendBackfill({ plan, id, of, rate, send: await sender(queueUrl), progress, stop });
    if (sent < total && !stop.aborted) problem = 'The queue did not take a message after several tries. ';
  } catch (error) {
    if (!(error instanceof DeployedError)) throw error;
    problem = `${error.message} `;
  } finally {
    bar.stop();
  }
  if (sent === total) return;
  const next = plan.objects[sent]?.delivered ?? 0;
  const command = goOnWith({ address, since: isoTime(next).slice(0, 10), until, id, of, end, rate, config, stackPrefix, region });
  const text = `${problem}${sent.toLocaleString('en-US')} of ${countOf(total, 'object')} are on the queue. Go on within six hours with\n  ${command}\nWhat was read already is skipped.`;
  throw problem === '' ? new Stopped(text) : new DeployedError(text);
}

/**
 * The part of a place that the parse function may read: objects elsewhere would be tried in vain and end in the DLQ.
 * @throws {DeployedError} when it may read nothing there.
 */
function readablePrefix(
  address: string,
  { bucket, prefix }: NonNullable<ReturnType<typeof parseS3>>,
  { section }: Deployment,
  outputs: Readonly<Record<string, string>>,
): string {
  const own = outputs.TrailBucketName;
  const readable = section !== undefined ? trailObjects(section) : own === undefined ? [] : [{ bucket: own, prefix: '' }];
  // Buckets of another account stand in the configuration alone: without it S3 has the last word.
  if (readable.length === 0) return prefix;
  for (const one of readable) {
    if (one.bucket !== bucket) continue;
    if (prefix.startsWith(one.prefix)) return prefix;
    if (one.prefix.startsWith(prefix)) return one.prefix;
  }
  const places = readable.map((one) => `s3://${one.bucket}/${one.prefix}`).join(', ');
  throw new DeployedError(`The parse function may not read ${address}, but only ${places}: give a place there.`);
}

/** Whether the user says yes; without a terminal to ask on, that is a flag's to say. */
async function confirmed(stop: AbortController): Promise<boolean> {
  if (!process.stdin.isTTY) throw new SourceError('Nobody can be asked here whether to go on: say --yes, or --dry-run to look only.');
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  asking.on('SIGINT', () => stop.abort()).on('close', () => stop.abort());
  try {
    return /^y(es)?$/i.test((await asking.question('  Put them on the queue? [y/N] ', { signal: stop.signal })).trim());
  } catch {
    return false;
  } finally {
    asking.removeAllListeners('close').close();
  }
}

function parseResume(text: string): Resumed {
  const [, id, of, end] = /^([0-9a-f-]{36}):([1-9]\d{0,9})(?::(\d{12,14}))?$/.exec(text) ?? [];
  if (id === undefined) throw new InvalidArgumentError('Expected what the stopped backfill printed after --resume.');
  return { id, of: Number(of), end: end === undefined ? undefined : Number(end) };
}

/** Adds the command `backfill`. */
export function addBackfill(program: Command): void {
  program
    .command('backfill')
    .showHelpAfterError('(npx trailwarden backfill --help tells more)')
    .summary('Have a deployed Trailwarden read what lies in S3 already.')
    .description('Puts the CloudTrail objects that lie in a bucket on the queue of a deployed Trailwarden, oldest first. Safe to repeat.')
    .argument('<s3://bucket/prefix>', 'where they lie: in the bucket that the deployment reads')
    .option(
      '--since <time>',
      'only objects that may hold events from this day or time on (UTC), e.g. --since 2026-09-01',
      (value: string) => parseMoment(value, false),
    )
    .option(
      '--until <time>',
      'only objects that may hold events up to and with this day, or before this time (UTC), e.g. --until 2026-09-30; without it, objects of the last hour are left to the live pipeline, which is told of them',
      (value: string) => parseMoment(value, true),
    )
    .option('--rate <n>', 'objects a second at most, e.g. --rate 50', wholeNumber(1, 1000), 20)
    .option('--dry-run', 'tell how much it would be, and send nothing')
    .option('-y, --yes', 'do not ask')
    .option('--resume <id>', 'go on with a backfill that was stopped, with what it printed then', parseResume)
    .option('-c, --config <file>', `configuration with the deploy section (default: ${CONFIG_FILE} where it lies in this folder)`)
    .option('--stack-prefix <name>', 'beginning of the names of the stacks (default: that of the configuration, else Trailwarden)')
    .option('--region <code>', 'region of the deployment (default: that of the configuration, else of your AWS profile)')
    .addHelpText(
      'after',
      `
Examples:
  $ npx trailwarden backfill s3://my-trail-bucket/AWSLogs --since 2026-09-01 --dry-run
  $ npx trailwarden backfill s3://my-trail-bucket/AWSLogs --since 2026-09-01 --rate 50 --yes

Before the stack goes live this warms its memory; afterwards events of the past
meet rules only. Either way their incidents come in one summary mail.
docs/operations.md tells more.

Exit codes: 0 done, 1 could not do it (a sentence says why), 130 stopped (it says how to go on).`,
    )
    .action(runBackfill);
}

import {
  type DeployFacts,
  type DoctorFacts,
  type Fact,
  type Identity,
  type QueueAt,
  type RecordSource,
  type Stack,
  seen,
  type Trail,
  unasked,
} from '../../core/doctor/facts.ts';
import type { Exception } from '../../core/risk/exceptions.ts';
import { DeployedError } from './asking.ts';
import { readCaller } from './caller.ts';
import { readHub } from './hub.ts';
import { readIdentity, readMailAccount } from './mail.ts';
import { readNotifications } from './notifications.ts';
import { readPending } from './pending.ts';
import { readQueue } from './queues.ts';
import { type ReadStacks, readStacks } from './stacks.ts';
import { readChannels, readExceptionDays, readLedger } from './state-table.ts';
import { readTrails } from './trails.ts';

/** What the configuration adds to what can be asked of AWS. */
export type Configured = Pick<DoctorFacts, 'scheduleMinutes' | 'announced'> & { readonly recipients: readonly string[] };

/** What is looked at besides what stands: the exceptions of the configuration, at a time in milliseconds since 1970. */
export interface Looked {
  readonly exceptions: readonly Exception[];
  readonly now: number;
}

/**
 * Everything that `doctor` looks at. Only reads; what is denied or fails becomes a fact of its own.
 * @throws {DeployedError} when there is no deployment, or nothing can be asked.
 */
export async function gatherDoctorFacts(prefix: string, configured: Configured | null, { exceptions, now }: Looked): Promise<DoctorFacts> {
  const { account, region, stacks, outputs } = await readDeployment(prefix);
  const source = sourceOf({ stacks, outputs });
  const bucket = source.kind === 'seen' && source.value.kind === 'bucket' ? source.value.bucket : undefined;
  const output = <T>(name: string, read: (value: string) => Promise<Fact<T>>): Promise<Fact<T>> => {
    const value = outputs[name];
    return value === undefined ? Promise.resolve(unasked<T>(`The stacks tell no ${name}.`)) : read(value);
  };
  const queue = async (name: string): Promise<QueueAt> => ({ url: outputs[name] ?? '', depth: await output(name, readQueue) });
  const [trails, notifications, ingest, ingestDlq, alertDlq, scheduleDlq, ledger, channels, pending, sender, mail, hub, days] =
    await Promise.all([
      readTrails(),
      bucket === undefined ? null : readNotifications(bucket),
      queue('IngestQueueUrl'),
      queue('IngestDlqUrl'),
      queue('AlertDlqUrl'),
      queue('ScheduleDlqUrl'),
      output('StateTableName', readLedger),
      output('StateTableName', readChannels),
      output('BatchBucketName', readPending),
      readSender(stacks.pipeline, outputs.Sender),
      readMail(configured?.recipients ?? null),
      outputs.SecurityHub === 'off' ? null : readHub(),
      exceptions.length === 0 ? null : output('StateTableName', (table) => readExceptionDays(table, now)),
    ]);
  return {
    account,
    region,
    stacks,
    functions: { parse: outputs.ParseFunctionName ?? '', score: outputs.ScoreFunctionName ?? '', alert: outputs.AlertFunctionName ?? '' },
    // What is deployed counts: the configuration may have been changed since.
    scheduleMinutes: minutes(outputs.ScheduleMinutes) ?? configured?.scheduleMinutes ?? null,
    waitsForBackfill: outputs.WaitForBackfill === 'on',
    announced: configured?.announced ?? null,
    source,
    trails,
    notifications,
    ingest,
    ingestDlq,
    alertDlq,
    scheduleDlq,
    ledger,
    pending,
    sender,
    ...mail,
    hub,
    channels,
    exceptions: days && { configured: exceptions, days },
  };
}

async function readSender(pipeline: Fact<Stack | null>, address: string | undefined): Promise<DoctorFacts['sender']> {
  if (pipeline.kind !== 'seen') return { address: '', identity: pipeline };
  if (pipeline.value === null) return { address: '', identity: unasked('It stands in the Pipeline stack, which does not stand.') };
  return address === undefined || address === '' ? null : { address, identity: await readIdentity(address) };
}

/** The mail account; recipients are asked for where it may be in the sandbox: outside it they need no verifying. */
async function readMail(addresses: readonly string[] | null): Promise<Pick<DoctorFacts, 'mailAccount' | 'recipients'>> {
  const mailAccount = await readMailAccount();
  const open = mailAccount.kind === 'seen' && !mailAccount.value.sandbox;
  const notNeeded = unasked<Identity>('Out of the sandbox a recipient needs no verifying.');
  const recipient = async (address: string) => ({ address, identity: open ? notNeeded : await readIdentity(address) });
  return { mailAccount, recipients: addresses && (await Promise.all(addresses.map(recipient))) };
}

/**
 * The stacks of a deployment.
 * @throws {DeployedError} when there are none, or AWS does not answer.
 */
export async function readDeployment(prefix: string): Promise<ReadStacks> {
  const read = await readStacks(prefix);
  const { data, pipeline, monitoring } = read.stacks;
  // Offline, say: no other service would answer either.
  if (data.kind === 'failed' && pipeline.kind === 'failed' && monitoring.kind === 'failed') throw new DeployedError(data.reason);
  if (Object.values(read.stacks).every((stack) => stack.kind === 'seen' && stack.value === null)) {
    throw new DeployedError(
      `There is no stack ${prefix}-Data in ${read.region} of the account that you are signed in to: deploy first (npm run deploy), or name the region with --region, or the stacks with --stack-prefix.`,
    );
  }
  return read;
}

function sourceOf({ stacks, outputs }: Pick<ReadStacks, 'stacks' | 'outputs'>): Fact<RecordSource> {
  if (stacks.data.kind !== 'seen') return stacks.data;
  if (stacks.data.value === null) return unasked('The Data stack, which tells where the records come from, does not stand.');
  const { TrailName: trail, TrailBucketName: bucket } = outputs;
  if (trail !== undefined) return seen({ kind: 'created', trail });
  return seen(bucket === undefined ? { kind: 'announced' } : { kind: 'bucket', bucket });
}

function minutes(output: string | undefined): number | undefined {
  return output !== undefined && /^\d+$/.test(output) ? Number(output) : undefined;
}

/** What the configuration says of a deploy. */
export type Intended = Omit<DeployFacts, 'caller' | 'trails' | 'notifications'>;

/** What a deploy would meet. Only reads; where nothing can be asked each fact says why. */
export async function gatherDeployFacts(intended: Intended): Promise<DeployFacts> {
  const { source, account } = intended;
  const caller = await orUnasked(readCaller);
  const elsewhere = caller.kind === 'seen' && caller.value !== account;
  const read = <T>(question: () => Promise<Fact<T>>): Promise<Fact<T>> =>
    elsewhere || caller.kind === 'failed' || caller.kind === 'unasked'
      ? Promise.resolve(unasked<T>('It was not asked for: see "Account".'))
      : orUnasked(question);
  const [trails, notifications] = await Promise.all([
    source.kind === 'create' ? read(readTrails) : unasked<readonly Trail[]>('The deploy makes no trail.'),
    source.kind === 'bucket' ? read(() => readNotifications(source.bucket)) : null,
  ]);
  return { ...intended, caller, trails, notifications };
}

/** Where no question can be answered, that is a fact too. */
async function orUnasked<T>(question: () => Promise<Fact<T>>): Promise<Fact<T>> {
  try {
    return await question();
  } catch (error) {
    if (!(error instanceof DeployedError)) throw error;
    return unasked(error.message);
  }
}

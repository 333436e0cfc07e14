import { ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { ARCHIVE, deployArchive } from './archive.ts';
import { type Checks, eventually } from './checks.ts';
import { Deployment } from './deployment.ts';
import { quietLog } from './planted.ts';

interface Place {
  readonly account: string;
  readonly region: string;
  readonly scratch: string;
  readonly venv: string;
}

interface Source {
  readonly prefix: string;
  readonly bucket: string;
  /** The section `deploy.trail`. */
  readonly trail: Readonly<Record<string, unknown>>;
}

/** Deploys the app once for each way, beside a trail of its own, in which logs reach it, and sees a log file become a batch. */
export async function checkSources(checks: Checks, place: Place): Promise<void> {
  const { account, region } = place;
  const arn = (service: string, name: string) => `arn:aws:${service}:${region}:${account}:${name}`;
  await checks.run('buckets with logs stand', deployArchive);
  const sources: Readonly<Record<string, Source>> = {
    'a bucket that is told to announce its objects': {
      prefix: 'OfBucket',
      bucket: 'logs-of-bucket',
      trail: { bucket: 'logs-of-bucket' },
    },
    'a bucket that tells EventBridge': {
      prefix: 'OfEvents',
      bucket: 'logs-of-events',
      trail: { bucket: 'logs-of-events', notify: 'eventbridge' },
    },
    'a queue': { prefix: 'OfQueue', bucket: 'logs-of-queue', trail: { queueArn: arn('sqs', ARCHIVE.queue), buckets: ['logs-of-queue'] } },
    'a topic': { prefix: 'OfTopic', bucket: 'logs-of-topic', trail: { topicArn: arn('sns', ARCHIVE.topic), buckets: ['logs-of-topic'] } },
  };
  for (const [name, source] of Object.entries(sources)) await checks.run(`logs come from ${name}`, () => checkSource(source, place));
}

async function checkSource({ prefix, bucket, trail }: Source, { account, region, scratch, venv }: Place): Promise<void> {
  const deployment = new Deployment(scratch, { account, region, trail, alerts: { securityHub: true }, stackPrefix: prefix });
  await deployment.synthesize();
  await deployment.lint(venv);
  await deployment.deploy();
  const output = await deployment.outputs();
  const s3 = new S3Client({ forcePathStyle: true });
  const { key, body } = quietLog(account, region, Date.now());
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
  await eventually('a batch', 30, async () => {
    const { KeyCount = 0 } = await s3.send(new ListObjectsV2Command({ Bucket: output('BatchBucketName'), Prefix: 'pending/' }));
    return KeyCount > 0 ? true : undefined;
  });
}

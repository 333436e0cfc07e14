import { Stack } from 'aws-cdk-lib';
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { allow } from '../allow.ts';
import type { TrailObjects } from '../names.ts';
import { BATCHING_WINDOW } from './ingest-queue.ts';
import { NodeFunction, type NodeFunctionProps } from './node-function.ts';

interface ParseFunctionProps extends Pick<NodeFunctionProps, 'cargo' | 'memory'> {
  /** ARNs of the queues of objects to parse: our own, and that of a log-archive account. */
  readonly queues: Readonly<Record<string, string>>;
  readonly objects: readonly TrailObjects[];
  readonly keys: readonly string[];
  readonly batchBucket: { readonly bucketName: string; readonly bucketArn: string };
}

const BATCH_SIZE = 100;
/** Of the ten invocations at a time that a new account has, half are left to others. */
const MOST_AT_A_TIME = 5;

/** Objects in, batches of their records out. */
export class ParseFunction extends NodeFunction {
  constructor(scope: Construct, id: string, { queues, objects, keys, batchBucket, ...props }: ParseFunctionProps) {
    super(scope, id, 'parse', 'Trailwarden: turns CloudTrail objects into batches of events', {
      ...props,
      environment: { BATCH_BUCKET: batchBucket.bucketName },
    });
    this.allowReading(objects, keys);
    allow(this.role, {
      actions: ['s3:PutObject'],
      resources: [`${batchBucket.bucketArn}/pending/*`],
      wildcards: 'Batches are named by the minute and a hash: only their folder is known before.',
    });
    for (const [name, queue] of Object.entries(queues)) this.wakeBy(name, queue);
  }

  private allowReading(objects: readonly TrailObjects[], keys: readonly string[]): void {
    const { partition } = Stack.of(this);
    allow(this.role, {
      actions: ['s3:GetObject', 's3:GetObjectVersion'],
      resources: objects.map(({ bucket, prefix }) => `arn:${partition}:s3:::${bucket}/${prefix}*`),
      wildcards: 'CloudTrail names its objects: only the beginning of their keys is known before.',
    });
    allow(this.role, {
      // Without it S3 calls an object that is gone "access denied", and it would be tried again and again.
      actions: ['s3:ListBucket'],
      resources: objects.map(({ bucket }) => `arn:${partition}:s3:::${bucket}`),
    });
    if (keys.length > 0) allow(this.role, { actions: ['kms:Decrypt'], resources: keys });
  }

  private wakeBy(name: string, eventSourceArn: string): void {
    allow(this.role, {
      actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility', 'sqs:GetQueueAttributes'],
      resources: [eventSourceArn],
    });
    new EventSourceMapping(this, name, {
      target: this.function,
      eventSourceArn,
      batchSize: BATCH_SIZE,
      maxBatchingWindow: BATCHING_WINDOW,
      maxConcurrency: MOST_AT_A_TIME,
      reportBatchItemFailures: true,
    });
  }
}

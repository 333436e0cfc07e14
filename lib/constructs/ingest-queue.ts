import { ArnFormat, Duration, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type CfnQueuePolicy, Queue, QueueEncryption, RedrivePermission } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { TIMEOUTS } from '../functions.ts';
import { DeadLetterQueue } from './dead-letter-queue.ts';

/** How long the parse function's mapping may gather messages. */
export const BATCHING_WINDOW = Duration.seconds(20);
/** After this many vain tries a message goes to the dead-letter queue. */
const MOST_RECEIVES = 5;

/** The queue of objects to parse, with its dead-letter queue. */
export class IngestQueue extends Queue {
  readonly dlq: DeadLetterQueue;

  constructor(scope: Construct, id: string, queueName: string) {
    const arn = Stack.of(scope).formatArn({ service: 'sqs', resource: queueName, arnFormat: ArnFormat.NO_RESOURCE_NAME });
    const dlq = new DeadLetterQueue(scope, `${id}Dlq`, {
      redrivePermission: RedrivePermission.BY_QUEUE,
      // By its name: the two queues would else wait for each other.
      sourceQueues: [Queue.fromQueueArn(scope, `${id}Source`, arn)],
    });
    super(scope, id, {
      queueName,
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
      // Lambda's own advice for queues that wake a function: six times its timeout, and the window.
      visibilityTimeout: Duration.seconds(6 * TIMEOUTS.parse.toSeconds() + BATCHING_WINDOW.toSeconds()),
      deadLetterQueue: { queue: dlq, maxReceiveCount: MOST_RECEIVES },
    });
    this.dlq = dlq;
  }

  /** Lets S3 send here, on behalf of one bucket of this account. Gives what must exist before the bucket may announce. */
  allowBucket(bucketName: string): CfnQueuePolicy {
    const { partition, account } = Stack.of(this);
    this.addToResourcePolicy(
      new PolicyStatement({
        sid: 'TrailBucketSends',
        principals: [new ServicePrincipal('s3.amazonaws.com')],
        actions: ['sqs:SendMessage'],
        resources: [this.queueArn],
        conditions: {
          ArnEquals: { 'aws:SourceArn': `arn:${partition}:s3:::${bucketName}` },
          StringEquals: { 'aws:SourceAccount': account },
        },
      }),
    );
    return this.node.findChild('Policy').node.defaultChild as CfnQueuePolicy;
  }

  /** Lets a topic send here and to the dead-letter queue. */
  allowTopic(topicArn: string): void {
    for (const queue of [this, this.dlq]) {
      queue.addToResourcePolicy(
        new PolicyStatement({
          sid: 'TopicSends',
          principals: [new ServicePrincipal('sns.amazonaws.com')],
          actions: ['sqs:SendMessage'],
          resources: [queue.queueArn],
          conditions: { ArnEquals: { 'aws:SourceArn': topicArn } },
        }),
      );
    }
  }
}

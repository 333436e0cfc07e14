import { Duration, Validations } from 'aws-cdk-lib';
import { Queue, QueueEncryption, type RedriveAllowPolicy, RedrivePermission } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';

/** Where messages rest that could not be dealt with, for 14 days. */
export class DeadLetterQueue extends Queue {
  /** @param redriveAllowPolicy queues that may name this one as theirs; by default none: what lies here is put by other services. */
  constructor(scope: Construct, id: string, redriveAllowPolicy: RedriveAllowPolicy = { redrivePermission: RedrivePermission.DENY_ALL }) {
    super(scope, id, { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true, retentionPeriod: Duration.days(14), redriveAllowPolicy });
    Validations.of(this).acknowledge({ id: 'AwsSolutions-SQS3', reason: 'It is itself a dead-letter queue.' });
  }
}

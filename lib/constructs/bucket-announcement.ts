import { Stack } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Bucket, BucketNotificationDestinationType, EventType } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { allow } from '../allow.ts';
import type { IngestQueue } from './ingest-queue.ts';

interface BucketAnnouncementProps {
  readonly bucketName: string;
  readonly prefix: string;
  readonly queue: IngestQueue;
}

/** Adds a notification to a bucket that exists, beside those it has. S3 refuses it where another one overlaps. */
export class BucketAnnouncement extends Construct {
  constructor(scope: Construct, id: string, { bucketName, prefix, queue }: BucketAnnouncementProps) {
    super(scope, id);
    const stack = Stack.of(this);
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    allow(role, {
      actions: ['s3:GetBucketNotification', 's3:PutBucketNotification'],
      resources: [`arn:${stack.partition}:s3:::${bucketName}`],
    });
    const policy = queue.allowBucket(bucketName);
    // The library would give the role more than it needs.
    const bucket = Bucket.fromBucketAttributes(this, 'Bucket', { bucketName, notificationsHandlerRole: role.withoutPolicyUpdates() });
    bucket.addEventNotification(
      EventType.OBJECT_CREATED,
      { bind: () => ({ arn: queue.queueArn, type: BucketNotificationDestinationType.QUEUE, dependencies: [policy] }) },
      { prefix },
    );
  }
}

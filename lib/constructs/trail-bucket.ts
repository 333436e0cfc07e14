import { Duration, Validations } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { CfnBucket, IBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { LOGS } from '../names.ts';
import type { IngestQueue } from './ingest-queue.ts';
import { PrivateBucket } from './private-bucket.ts';

interface TrailBucketProps {
  readonly bucketName: string;
  /** How long logs are kept. */
  readonly retention: Duration;
  /** The one trail that may write. */
  readonly trailArn: string;
  /** Account or organization ids whose folders the trail writes into. */
  readonly writers: readonly string[];
  readonly queue: IngestQueue;
}

/** The bucket that CloudTrail writes into: versioned, with access logs, each new log announced to the ingest queue. */
export class TrailBucket extends PrivateBucket {
  constructor(scope: Construct, id: string, { bucketName, retention, trailArn, writers, queue }: TrailBucketProps) {
    const accessLogs = new PrivateBucket(scope, `${id}AccessLogs`, {
      lifecycleRules: [{ id: 'ExpireLogs', expiration: Duration.days(90) }],
    });
    Validations.of(accessLogs).acknowledge({
      id: 'AwsSolutions-S1',
      reason: 'It holds the access logs: logging its own accesses would never end.',
    });
    super(scope, id, {
      bucketName,
      versioned: true,
      serverAccessLogsBucket: accessLogs as IBucket,
      lifecycleRules: [
        { id: 'ExpireLogs', expiration: retention, noncurrentVersionExpiration: Duration.days(30) },
        // S3 takes this only in a rule of its own.
        { id: 'ExpireMarkers', expiredObjectDeleteMarker: true },
      ],
    });
    this.allowTrail(trailArn, writers);
    this.announceTo(queue, bucketName);
  }

  private allowTrail(trailArn: string, writers: readonly string[]): void {
    const principals = [new ServicePrincipal('cloudtrail.amazonaws.com')];
    this.addToResourcePolicy(
      new PolicyStatement({
        sid: 'TrailChecksAcl',
        principals,
        actions: ['s3:GetBucketAcl'],
        resources: [this.bucketArn],
        conditions: { StringEquals: { 'aws:SourceArn': trailArn } },
      }),
    );
    this.addToResourcePolicy(
      new PolicyStatement({
        sid: 'TrailWrites',
        principals,
        actions: ['s3:PutObject'],
        resources: writers.map((writer) => this.arnForObjects(`${LOGS}${writer}/*`)),
        conditions: { StringEquals: { 'aws:SourceArn': trailArn, 's3:x-amz-acl': 'bucket-owner-full-control' } },
      }),
    );
  }

  /** Set on the bucket itself: the library's own way would bring a function along that sets it later. */
  private announceTo(queue: IngestQueue, bucketName: string): void {
    const bucket = this.node.defaultChild as CfnBucket;
    bucket.notificationConfiguration = {
      queueConfigurations: [
        { event: 's3:ObjectCreated:*', queue: queue.queueArn, filter: { s3Key: { rules: [{ name: 'prefix', value: LOGS }] } } },
      ],
    };
    // S3 tries the queue when the bucket is made.
    bucket.addResourceDependency(queue.allowBucket(bucketName));
  }
}

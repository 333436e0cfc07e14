import { Duration, Stack } from 'aws-cdk-lib';
import { CfnTrail } from 'aws-cdk-lib/aws-cloudtrail';
import { Construct } from 'constructs';
import type { IngestQueue } from './ingest-queue.ts';
import { TrailBucket } from './trail-bucket.ts';

interface CreatedTrailProps {
  readonly trailName: string;
  readonly bucketName: string;
  readonly retentionDays: number;
  /** Id of the organization that it covers. @default this account only */
  readonly organization?: string | undefined;
  /** @default the bucket's own encryption */
  readonly kmsKeyArn?: string | undefined;
  readonly queue: IngestQueue;
}

/** A multi-region trail of management events, with log file validation, and its bucket. */
export class CreatedTrail extends Construct {
  readonly trail: CfnTrail;
  readonly bucket: TrailBucket;

  constructor(scope: Construct, id: string, { trailName, bucketName, retentionDays, organization, kmsKeyArn, queue }: CreatedTrailProps) {
    super(scope, id);
    const stack = Stack.of(this);
    this.bucket = new TrailBucket(this, 'Bucket', {
      bucketName,
      retention: Duration.days(retentionDays),
      trailArn: stack.formatArn({ service: 'cloudtrail', resource: 'trail', resourceName: trailName }),
      writers: [stack.account, ...(organization === undefined ? [] : [organization])],
      queue,
    });
    this.trail = new CfnTrail(this, 'Trail', {
      trailName,
      s3BucketName: this.bucket.bucketName,
      isLogging: true,
      isMultiRegionTrail: true,
      includeGlobalServiceEvents: true,
      enableLogFileValidation: true,
      isOrganizationTrail: organization !== undefined,
      ...(kmsKeyArn === undefined ? {} : { kmsKeyId: kmsKeyArn }),
    });
    if (this.bucket.policy !== undefined) this.trail.node.addDependency(this.bucket.policy);
  }
}

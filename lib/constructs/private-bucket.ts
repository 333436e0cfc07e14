import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, BucketEncryption, type BucketProps, type LifecycleRule, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';

type PrivateBucketProps = Pick<BucketProps, 'bucketName' | 'versioned' | 'serverAccessLogsBucket'> & {
  readonly lifecycleRules: readonly LifecycleRule[];
};

/** A bucket that no one outside reaches, over TLS only, encrypted, and kept when its stack goes. */
export class PrivateBucket extends Bucket {
  constructor(scope: Construct, id: string, { lifecycleRules, ...props }: PrivateBucketProps) {
    super(scope, id, {
      ...props,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      removalPolicy: RemovalPolicy.RETAIN,
      lifecycleRules: [
        { id: 'AbortUploads', abortIncompleteMultipartUploadAfter: Duration.days(1) },
        ...lifecycleRules.map((rule) => ({ ...rule })),
      ],
    });
  }
}

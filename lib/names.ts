import type { DeployConfig } from './deploy-config.ts';

/**
 * Names that are known before anything exists. The trail bucket and the queue that it announces to name each other in their policies: with names
 * that CloudFormation makes up, it would find a cycle.
 */
export function trailBucketName({ stackPrefix, account, region }: DeployConfig): string {
  return `${stackPrefix.toLowerCase()}-trail-${account}-${region}`;
}

export function trailName({ stackPrefix }: DeployConfig): string {
  return stackPrefix;
}

export function ingestQueueName({ stackPrefix }: DeployConfig): string {
  return `${stackPrefix}-Ingest`;
}

/** Objects that the parse function reads: keys of one beginning in one bucket. */
export interface TrailObjects {
  readonly bucket: string;
  readonly prefix: string;
}

/** Where the trail's objects lie; `prefix` is empty where any key of the bucket may be announced. */
export function trailObjects(config: DeployConfig): TrailObjects[] {
  const { trail } = config;
  if ('create' in trail) return [{ bucket: trailBucketName(config), prefix: LOGS }];
  if ('bucket' in trail) return [{ bucket: trail.bucket, prefix: trail.prefix }];
  return trail.buckets.map((bucket) => ({ bucket, prefix: '' }));
}

/** `s3://bucket/prefix` of the trail's objects, to be read by people; undefined where they lie in buckets that others announce. */
export function trailAddress(config: DeployConfig): string | undefined {
  if ('buckets' in config.trail) return undefined;
  const [objects] = trailObjects(config);
  return objects === undefined ? undefined : `s3://${objects.bucket}/${objects.prefix}`;
}

/** Keys that the trail's objects are encrypted with, where they are customer-managed. */
export function trailKeys({ trail }: DeployConfig): readonly string[] {
  if ('kmsKeyArns' in trail) return trail.kmsKeyArns;
  return 'kmsKeyArn' in trail && trail.kmsKeyArn !== undefined ? [trail.kmsKeyArn] : [];
}

/** What CloudTrail puts before the keys of its objects. */
export const LOGS = 'AWSLogs/';

import type { Fact, Pending } from '../../core/doctor/facts.ts';
import { ask, CLIENT, s3Style } from './asking.ts';

/** Pages of 1,000 keys that are counted at most: beyond that the number says no more. */
const PAGES = 10;

/** The batches that wait for the score function. */
export async function readPending(bucket: string): Promise<Fact<Pending>> {
  const { paginateListObjectsV2, S3Client } = await import('@aws-sdk/client-s3');
  const client = new S3Client({ ...CLIENT, ...s3Style() });
  return ask('s3:ListBucket', async () => {
    let count = 0;
    let oldest = Number.POSITIVE_INFINITY;
    let pages = 0;
    for await (const { Contents = [], IsTruncated = false } of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: 'pending/' })) {
      count += Contents.length;
      pages += 1;
      // The name tells when CloudTrail delivered, which for a backfill was long ago: what counts is since when it waits.
      for (const { LastModified } of Contents) oldest = Math.min(oldest, LastModified?.getTime() ?? oldest);
      if (IsTruncated && pages === PAGES) return { count, more: true, oldest };
    }
    return { count, more: false, oldest: count === 0 ? null : oldest };
  });
}

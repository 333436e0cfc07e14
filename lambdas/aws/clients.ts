import { S3Client } from '@aws-sdk/client-s3';

/** Tries of one call, the first included; the SDK waits longer before each. */
export const MOST_ATTEMPTS = 4;

/** Milliseconds. Without them a call would wait as long as the function may run. */
export const TIMEOUTS = {
  connectionTimeout: 3000,
  /** Until the answer begins. */
  requestTimeout: 10_000,
  throwOnRequestTimeout: true,
  /** Of silence, also inside an answer's body. */
  socketTimeout: 10_000,
} as const;

/** Objects may lie in another region. Their content has a check sum of its own where it counts: gzip's. */
export function s3Client(env: Readonly<Record<string, string | undefined>> = process.env): S3Client {
  return new S3Client({
    maxAttempts: MOST_ATTEMPTS,
    requestHandler: TIMEOUTS,
    followRegionRedirects: true,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // A test's server has one name for all buckets.
    ...(env.AWS_ENDPOINT_URL_S3 || env.AWS_ENDPOINT_URL ? { forcePathStyle: true } : {}),
  });
}

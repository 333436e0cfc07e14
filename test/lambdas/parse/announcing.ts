import type { Message } from '../../../core/parsing/wanted.ts';

export const BUCKET = 'example-trail';
export const SENT = Date.UTC(2026, 8, 1, 10, 7);

/** A key as CloudTrail makes them. */
export function trailKey(name: string): string {
  return `AWSLogs/111122223333/CloudTrail/eu-west-1/2026/09/01/111122223333_CloudTrail_eu-west-1_20260901T1005Z_${name}.json.gz`;
}

/** A key as S3 writes it into notifications. */
export function encodeKey(key: string): string {
  return encodeURIComponent(key).replaceAll('%20', '+').replaceAll('%2F', '/');
}

export interface Announced {
  readonly key: string;
  readonly etag?: string;
  readonly version?: string;
  readonly size?: number;
}

/** The body of an S3 notification of these objects. */
export function s3Body(...objects: readonly Announced[]): string {
  const records = objects.map(({ key, etag, version, size }) => ({
    eventSource: 'aws:s3',
    eventName: 'ObjectCreated:Put',
    eventTime: '2026-09-01T10:05:30.000Z',
    s3: { bucket: { name: BUCKET }, object: { key: encodeKey(key), size, eTag: etag, versionId: version } },
  }));
  return JSON.stringify({ Records: records });
}

/** The body of a message of a backfill. */
export function backfillBody(key: string, id = 'b-1', of = 2): string {
  return JSON.stringify({ trailwarden: 'backfill', id, of, bucket: BUCKET, key, delivered: '2026-08-01T10:00:00Z' });
}

/** Messages m0, m1, … */
export function messages(...bodies: readonly string[]): Message[] {
  return bodies.map((body, i) => ({ id: `m${i}`, body, sent: SENT }));
}

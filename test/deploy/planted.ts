import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { IDENTITIES, type JsonObject, record } from '../factories/record.ts';

/** What an intruder with a user's keys does: turns the trail off and makes himself a way back. */
const CALLS: readonly (readonly [source: string, name: string, request: JsonObject])[] = [
  ['iam.amazonaws.com', 'CreateAccessKey', { userName: 'backup' }],
  ['iam.amazonaws.com', 'AttachUserPolicy', { userName: 'backup', policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' }],
  ['cloudtrail.amazonaws.com', 'StopLogging', { name: 'management-events' }],
  ['cloudtrail.amazonaws.com', 'DeleteTrail', { name: 'management-events' }],
];

/** Principal of the planted calls: the user whom the factory's first record names. */
export const INTRUDER = 'arn:aws:iam::111122223333:user/alice';

interface TrailObject {
  readonly key: string;
  readonly body: Buffer;
}

/** What lies in the bucket then: objects, digests among them, records that can be read, objects that cannot. */
export interface Planted {
  readonly files: number;
  readonly digests: number;
  readonly records: number;
  readonly refused: number;
}

/**
 * Objects as they lie in a trail bucket: the intruder's log, a log whose key needs decoding, a digest, and one that is no log at all.
 * @param now milliseconds since 1970; the intruder's calls were made in the ten minutes before
 */
export function trailObjects(
  account: string,
  region: string,
  now: number,
): { readonly objects: readonly TrailObject[]; readonly planted: Planted } {
  const intrusion = CALLS.map(([eventSource, eventName, requestParameters], i) =>
    call(region, now - (10 - i) * 60_000, { eventSource, eventName, requestParameters, readOnly: false }),
  );
  const quiet = [
    call(region, now - 60_000, { userIdentity: IDENTITIES.role, eventSource: 'ec2.amazonaws.com', eventName: 'DescribeRegions' }),
  ];
  const log = logFolder(account, 'CloudTrail', region, now);
  const objects = [
    { key: `${log}/${account}_CloudTrail_${region}_${randomUUID()}.json.gz`, body: logFile(intrusion) },
    { key: `${log}/größe 1+1 copy.json.gz`, body: logFile(quiet) },
    { key: `${logFolder(account, 'CloudTrail-Digest', region, now)}/digest.json.gz`, body: gzipSync('{"digestS3Bucket":"example"}') },
    { key: `${log}/broken.json.gz`, body: Buffer.from('this is no log') },
  ];
  return { objects, planted: { files: objects.length, digests: 1, records: intrusion.length + quiet.length, refused: 1 } };
}

/** One log with one quiet call, as the only object. */
export function quietLog(account: string, region: string, now: number): TrailObject {
  const body = logFile([call(region, now - 60_000, { eventSource: 'ec2.amazonaws.com', eventName: 'DescribeRegions' })]);
  return { key: `${logFolder(account, 'CloudTrail', region, now)}/größe 1+1.json.gz`, body };
}

function call(region: string, time: number, more: JsonObject): JsonObject {
  const eventTime = new Date(time).toISOString().replace(/\.\d+Z$/, 'Z');
  const ids = { eventID: randomUUID(), requestID: randomUUID() };
  return record(0, { eventTime, awsRegion: region, errorCode: undefined, errorMessage: undefined, ...ids, ...more });
}

function logFile(records: readonly JsonObject[]): Buffer {
  return gzipSync(JSON.stringify({ Records: records }));
}

function logFolder(account: string, kind: 'CloudTrail' | 'CloudTrail-Digest', region: string, now: number): string {
  return `AWSLogs/${account}/${kind}/${region}/${new Date(now).toISOString().slice(0, 10).replaceAll('-', '/')}`;
}

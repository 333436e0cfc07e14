import { constants, gunzipSync, gzipSync } from 'node:zlib';
import { dayStart, HOUR, iso, MINUTE } from './calendar.ts';
import { folderOf, type TrailFile } from './delivery.ts';
import { ACCOUNTS, PRODUCTION, REGIONS } from './estate.ts';
import type { Random } from './random.ts';
import type { TrailRecord } from './stage.ts';

/** A file of the trail that is not a plain list of sound records, as it lies in the bucket. */
export interface OddFile {
  readonly key: string;
  /** The file's bytes once gzipped and, for the truncated one, cut. */
  readonly bytes: Buffer;
}

/** What is wrong with a hostile file, and what a reader that saves what can be saved gets out of it. */
export interface Hostile {
  readonly key: string;
  readonly fault: 'truncated-gzip' | 'broken-json';
  /** Records that stood in the file before it was damaged. */
  readonly recordsBefore: number;
  /** Records still whole in what can be inflated. */
  readonly recordsWhole: number;
  /** Records damaged but recognisable. */
  readonly recordsBroken: number;
  /** The file as such is damaged and costs a file reject. */
  readonly filesRejected: number;
}

/** gzip at level 9; zlib writes no time and no name into the header, so that equal text gives equal bytes under one zlib. */
export function pack(text: string): Buffer {
  return gzipSync(text, { level: 9 });
}

/** A log file's text. */
export function textOf(records: readonly TrailRecord[]): string {
  return JSON.stringify({ Records: records });
}

/** A download that stopped at 60 % of the bytes. */
export function truncated(file: TrailFile): OddFile & { hostile: Hostile; whole: TrailRecord[] } {
  const good = pack(textOf(file.records));
  const bytes = good.subarray(0, Math.floor(good.length * 0.6));
  const text = gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH }).toString();
  let end = '{"Records":['.length;
  const whole: TrailRecord[] = [];
  for (const record of file.records) {
    end += JSON.stringify(record).length;
    if (end > text.length) break;
    whole.push(record);
    end += 1;
  }
  const hostile: Hostile = {
    key: file.key,
    fault: 'truncated-gzip',
    recordsBefore: file.records.length,
    recordsWhole: whole.length,
    recordsBroken: 0,
    filesRejected: 1,
  };
  return { key: file.key, bytes, hostile, whole };
}

/** An upload that a proxy broke off: a record is cut in the middle, and the proxy's own words follow. */
export function broken(file: TrailFile): OddFile & { hostile: Hostile; whole: TrailRecord[] } {
  const whole = file.records.slice(0, Math.floor(file.records.length * 0.7));
  const next = JSON.stringify(file.records[whole.length]);
  const cut = next.slice(0, next.indexOf('"awsRegion":') + '"awsRegion":'.length);
  const text = `${textOf(whole).slice(0, -2)},${cut}\nupstream connect error or disconnect/reset before headers. reset reason: connection termination\n`;
  const hostile: Hostile = {
    key: file.key,
    fault: 'broken-json',
    recordsBefore: file.records.length,
    recordsWhole: whole.length,
    recordsBroken: 1,
    filesRejected: 0,
  };
  return { key: file.key, bytes: pack(text), hostile, whole };
}

/** Digest files of CloudTrail's log file validation: one an hour in a real trail, here a few. */
export function digests(files: readonly TrailFile[], random: Random): OddFile[] {
  const out: OddFile[] = [];
  for (const account of ACCOUNTS) {
    for (const day of [6, 20]) {
      const end = dayStart(day) + 12 * HOUR + 7 * MINUTE;
      const region = REGIONS[0];
      const covered = files.filter((file) => file.key.startsWith(folderOf('CloudTrail', account, region, end)));
      const stamp = iso(end).replaceAll(/[-:]/g, '');
      const folder = folderOf('CloudTrail-Digest', account, region, end);
      const key = `${folder}${account}_CloudTrail-Digest_${region}_organization-trail_${region}_${stamp}.json.gz`;
      const digest = {
        awsAccountId: account,
        digestStartTime: iso(end - HOUR),
        digestEndTime: iso(end),
        digestS3Bucket: 'example-org-trail-logs',
        digestS3Object: key,
        digestPublicKeyFingerprint: random.hex(32),
        digestSignatureAlgorithm: 'SHA256withRSA',
        newestEventTime: iso(end - 9 * MINUTE),
        oldestEventTime: iso(end - 70 * MINUTE),
        previousDigestS3Bucket: 'example-org-trail-logs',
        previousDigestS3Object: key.replace(stamp, iso(end - HOUR).replaceAll(/[-:]/g, '')),
        previousDigestHashValue: random.hex(64),
        previousDigestHashAlgorithm: 'SHA-256',
        previousDigestSignature: random.hex(512),
        logFiles: covered.map((file) => ({
          s3Bucket: 'example-org-trail-logs',
          s3Object: file.key,
          hashValue: random.hex(64),
          hashAlgorithm: 'SHA-256',
          newestEventTime: iso(end - 9 * MINUTE),
          oldestEventTime: iso(end - 70 * MINUTE),
        })),
      };
      out.push({ key, bytes: pack(JSON.stringify(digest)) });
    }
  }
  return out;
}

/** CloudTrail Insights saw a burst of calls: the start and the end of one insight, in a file of its own folder. */
export function insights(at: number, random: Random): TrailFile {
  const region = REGIONS[0];
  const sharedEventID = random.uuid();
  const average = { baseline: { average: 0.02 }, insight: { average: 7.4 } };
  const insight = (state: 'Start' | 'End', time: number): TrailRecord => ({
    eventVersion: '1.09',
    eventTime: iso(time),
    awsRegion: region,
    eventID: random.uuid(),
    eventType: 'AwsCloudTrailInsight',
    recipientAccountId: PRODUCTION,
    sharedEventID,
    insightDetails: {
      state,
      eventSource: 'ec2.amazonaws.com',
      eventName: 'DescribeInstances',
      insightType: 'ApiCallRateInsight',
      insightContext: { statistics: state === 'Start' ? average : { ...average, insightDuration: 4, baselineDuration: 10080 } },
    },
    eventCategory: 'Insight',
  });
  const end = at + 4 * MINUTE;
  const minute = iso(end + 20 * MINUTE)
    .slice(0, 16)
    .replaceAll(/[-:]/g, '');
  const folder = folderOf('CloudTrail-Insight', PRODUCTION, region, end);
  const key = `${folder}${PRODUCTION}_CloudTrail-Insight_${region}_${minute}Z_${random.alphanumeric(16)}.json.gz`;
  return { key, records: [insight('Start', at), insight('End', end)] };
}

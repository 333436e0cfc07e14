import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { inFolder, ROOT, trailwarden } from './run.ts';

const BUCKET = 'example-trail';
const PREFIX = 'AWSLogs/111122223333/CloudTrail/eu-west-1';

function key(day: string, time: string, unique: string): string {
  return `${PREFIX}/${day}/111122223333_CloudTrail_eu-west-1_${day.replaceAll('/', '')}T${time}Z_${unique}.json.gz`;
}

function trail(time: string, ...names: readonly string[]): Buffer {
  const records = names.map((eventName, i) => ({
    eventVersion: '1.11',
    userIdentity: { type: 'IAMUser', arn: 'arn:aws:iam::111122223333:user/alice', accountId: '111122223333', userName: 'alice' },
    eventTime: time,
    eventSource: 'cloudtrail.amazonaws.com',
    eventName,
    awsRegion: 'eu-west-1',
    sourceIPAddress: '203.0.113.10',
    eventID: `${time.slice(2, 4)}${time.slice(5, 7)}${time.slice(8, 10)}${time.slice(11, 13)}-0000-4000-8000-00000000000${i}`,
    recipientAccountId: '111122223333',
  }));
  return gzipSync(JSON.stringify({ Records: records }));
}

const OBJECTS: readonly (readonly [string, Buffer])[] = [
  [key('2026/09/01', '1005', 'aaaaaaaaaaaaaaaa'), trail('2026-09-01T10:00:00Z', 'DescribeTrails', 'StopLogging')],
  [key('2026/09/02', '1005', 'bbbbbbbbbbbbbbbb'), trail('2026-09-02T10:00:00Z', 'DescribeTrails')],
  // Names as only S3 allows them: a plus, a space, other letters.
  [`${PREFIX}/2026/09/02/a + b ü.json.gz`, trail('2026-09-02T11:00:00Z', 'DescribeTrails')],
  [key('2026/09/05', '1005', 'cccccccccccccccc'), trail('2026-09-05T10:00:00Z', 'DescribeTrails')],
  ['elsewhere/other.json.gz', trail('2026-09-01T12:00:00Z', 'DeleteTrail')],
];

let server: ChildProcess;
let env: Record<string, string>;

beforeAll(async () => {
  server = spawn(join(ROOT, 'node_modules', '.bin', 'node'), [join(__dirname, 's3-server.mjs')], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [port] = (await once(server.stdout as NonNullable<typeof server.stdout>, 'data')) as [Buffer];
  env = {
    AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${port.toString().trim()}`,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  const client = new S3Client({
    endpoint: env.AWS_ENDPOINT_URL_S3 as string,
    region: 'eu-west-1',
    forcePathStyle: true,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  await client.send(new CreateBucketCommand({ Bucket: BUCKET }));
  for (const [Key, Body] of OBJECTS) await client.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body }));
  client.destroy();
});

afterAll(() => {
  server.kill();
});

interface Summary {
  readonly files: number;
  readonly events: number;
  readonly signals: number;
}

function summaryOf(stdout: string): Summary {
  const { files, events, signals } = JSON.parse(stdout) as Summary;
  return { files, events, signals };
}

test('a prefix in S3 gives what the same objects on disk give, and nothing outside it is read', () =>
  inFolder(async (folder) => {
    const remote = await trailwarden(['analyze', `s3://${BUCKET}/AWSLogs`, '--json', '--out', 'remote'], { cwd: folder, env });
    expect(remote.stderr).toBe('');
    for (const [name, body] of OBJECTS) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), body);
    }
    const local = await trailwarden(['analyze', 'AWSLogs', '--json', '--out', 'local'], { cwd: folder });
    expect(summaryOf(remote.stdout)).toEqual(summaryOf(local.stdout));
    expect(summaryOf(remote.stdout)).toMatchObject({ files: 4, events: 5 });
    const incidents = (name: string) => readFileSync(join(folder, name, 'incidents.json'), 'utf8');
    expect(incidents('remote')).toBe(incidents('local'));
    expect(incidents('remote')).toContain('Trail logging stopped');
  }));

test('--since and --until leave out objects by the date in their key', () =>
  inFolder(async (folder) => {
    const { stdout } = await trailwarden(
      ['analyze', `s3://${BUCKET}/AWSLogs`, '--json', '--since', '2026-09-02', '--until', '2026-09-02'],
      { cwd: folder, env },
    );
    // The day after is read too, as it may hold what came late; the days before and beyond are not.
    expect(summaryOf(stdout)).toMatchObject({ files: 2, events: 2 });
  }));

test('several threads give the same from S3', () =>
  inFolder(async (folder) => {
    const run = async (threads: string) => {
      await trailwarden(['analyze', `s3://${BUCKET}`, '--quiet', '--threads', threads, '--out', threads], { cwd: folder, env });
      return readFileSync(join(folder, threads, 'annotated_events.csv'), 'utf8');
    };
    expect(await run('3')).toBe(await run('1'));
  }));

test.each([
  [
    'a bucket that does not exist',
    's3://no-such-bucket/AWSLogs',
    /s3:\/\/no-such-bucket\/AWSLogs cannot be listed: no bucket has this name/,
  ],
  ['a prefix with nothing under it', `s3://${BUCKET}/nothing`, /There is no file to analyse in s3:\/\/example-trail\/nothing/],
])('%s is said in a sentence', (_name, path, sentence) =>
  inFolder(async (folder) => {
    const { code, stderr } = await trailwarden(['analyze', path], { cwd: folder, env });
    expect(stderr).toMatch(sentence);
    expect(code).toBe(1);
  }),
);

test('without credentials it says what to do', () =>
  inFolder(async (folder) => {
    const none = {
      ...env,
      AWS_ACCESS_KEY_ID: '',
      AWS_SECRET_ACCESS_KEY: '',
      AWS_PROFILE: '',
      HOME: folder,
      AWS_CONFIG_FILE: join(folder, 'none'),
      AWS_SHARED_CREDENTIALS_FILE: join(folder, 'none'),
    };
    const { code, stderr } = await trailwarden(['analyze', `s3://${BUCKET}`], { cwd: folder, env: none });
    expect(stderr).toMatch(/no AWS credentials were found\. Sign in \(aws sso login\), or set AWS_PROFILE/);
    expect(code).toBe(1);
  }));

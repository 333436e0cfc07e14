import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { CreateBucketCommand, GetObjectCommand, HeadObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { parseMessages } from '../../../core/parsing/parse.ts';
import { openBatch, type Section } from '../../../core/records/batch.ts';
import { s3Client } from '../../../lambdas/aws/clients.ts';
import { S3Batches, S3Objects } from '../../../lambdas/aws/objects.ts';
import { records } from '../../factories/record.ts';
import { BUCKET, messages, s3Body, trailKey } from './announcing.ts';
import { LIMITS, rawRecords } from './memory-buckets.ts';

const BATCHES = 'example-batches';
const MEBIBYTE = 1024 ** 2;
const ROOT = join(__dirname, '..', '..', '..');

const trail = (count: number): Buffer => gzipSync(JSON.stringify({ Records: records(count) }));
/** 2 MB as stored. */
const large = Buffer.from(JSON.stringify({ Records: records(2400) }));

const OBJECTS: Readonly<Record<string, Buffer>> = {
  [trailKey('plain')]: trail(3),
  [trailKey('a+b')]: trail(4),
  [trailKey('a b')]: trail(5),
  [trailKey('größe – 日本 😀')]: trail(6),
  [trailKey('100% &?#\'"()')]: trail(7),
  [trailKey('truncated')]: trail(8).subarray(0, -9),
  [trailKey('bomb')]: gzipSync(Buffer.alloc(64 * MEBIBYTE, 0x20)),
  [trailKey('large')]: large,
};

let server: ChildProcess;
let s3: S3Client;

beforeAll(async () => {
  const s3Server = join(ROOT, 'test', 'command', 's3-server.mjs');
  server = spawn(join(ROOT, 'node_modules', '.bin', 'node'), [s3Server], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [port] = (await once(server.stdout as NonNullable<typeof server.stdout>, 'data')) as [Buffer];
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${port.toString().trim()}`,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  });
  s3 = s3Client();
  for (const Bucket of [BUCKET, BATCHES]) await s3.send(new CreateBucketCommand({ Bucket }));
  for (const [Key, Body] of Object.entries(OBJECTS)) await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body }));
});

afterAll(() => {
  s3.destroy();
  server.kill();
});

/** Parses messages over the S3 server, with objects beyond `heldBytes` streamed. */
async function parse(bodies: readonly string[], heldBytes = LIMITS.heldBytes, batchBucket = BATCHES) {
  return parseMessages(messages(...bodies), {
    objects: new S3Objects(s3),
    batches: new S3Batches(s3, batchBucket),
    limits: { ...LIMITS, heldBytes },
    remaining: () => 300_000,
  });
}

/** The only batch. */
async function stored(names: readonly string[]) {
  expect(names).toHaveLength(1);
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: BATCHES, Key: names[0] }));
  const bytes = await Body?.transformToByteArray();
  const batch = openBatch(bytes ?? new Uint8Array(0));
  const byKey = Object.fromEntries(batch.sections.map((section) => [section.key, section]));
  return { bytes, batch, section: (name: string) => byKey[trailKey(name)] as Section };
}

describe.each([
  ['held', LIMITS.heldBytes],
  ['streamed', 200],
])('objects of S3, %s', (_name, heldBytes) => {
  test('come into one stored batch, whatever they are and are called', async () => {
    const parsed = await parse([s3Body(...Object.keys(OBJECTS).map((key) => ({ key })), { key: trailKey('deleted') })], heldBytes);
    expect(parsed.failures).toEqual([]);
    expect(parsed.again.size).toBe(0);
    const { batch, section } = await stored(parsed.batches);
    const found = ['plain', 'a+b', 'a b', 'größe – 日本 😀', '100% &?#\'"()', 'truncated', 'bomb', 'large', 'deleted'].map((name) => {
      const { records: held, counts } = section(name);
      return [name, held, counts.fileRejects];
    });
    expect(found).toEqual([
      ['plain', 3, {}],
      ['a+b', 4, {}],
      ['a b', 5, {}],
      ['größe – 日本 😀', 6, {}],
      ['100% &?#\'"()', 7, {}],
      ['truncated', 8, { 'gzip-truncated': 1 }],
      ['bomb', 0, { 'gzip-bomb': 1 }],
      ['large', 2400, {}],
      ['deleted', 0, { 'object-gone': 1 }],
    ]);
    expect(large.length).toBeGreaterThan(2 * MEBIBYTE);
    expect(rawRecords(batch, section('large'))).toEqual(records(2400).map((one) => JSON.stringify(one)));
  });
});

test('a section has the etag and the time that S3 gives', async () => {
  const { ETag, LastModified } = await s3.send(new HeadObjectCommand({ Bucket: BUCKET, Key: trailKey('plain') }));
  const { section } = await stored((await parse([s3Body({ key: trailKey('plain') })])).batches);
  expect(section('plain')).toMatchObject({ bucket: BUCKET, id: ETag?.replaceAll('"', ''), delivered: LastModified?.getTime() });
  expect(section('plain').id).not.toContain('"');
});

test('a message that is delivered twice gives the same batch under the same name', async () => {
  const once = await parse([s3Body({ key: trailKey('plain') }, { key: trailKey('large') })]);
  const before = (await stored(once.batches)).bytes;
  const twice = await parse([s3Body({ key: trailKey('large') }), s3Body({ key: trailKey('plain') })]);
  expect(twice.batches).toEqual(once.batches);
  expect((await stored(twice.batches)).bytes).toEqual(before);
});

test('a bucket that is not there: the message comes again, with a sentence', async () => {
  const elsewhere = s3Body({ key: trailKey('plain') }).replace(BUCKET, 'example-missing');
  const { again, batches } = await parse([elsewhere, s3Body({ key: trailKey('plain') })]);
  expect([...again]).toEqual([['m0', expect.stringContaining('The bucket does not exist.')]]);
  expect((await stored(batches)).batch.sections).toHaveLength(1);
});

test('a batch bucket that is not there: all messages come again', async () => {
  const { again, failures } = await parse([s3Body({ key: trailKey('plain') })], LIMITS.heldBytes, 'example-missing');
  expect([...again.values()]).toEqual([expect.stringMatching(/^The batch could not be stored: The bucket does not exist\./)]);
  expect(failures).toHaveLength(1);
});

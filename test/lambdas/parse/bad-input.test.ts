import { gzipSync } from 'node:zlib';
import type { FileReject } from '../../../core/records/rejects.ts';
import { records } from '../../factories/record.ts';
import { backfillBody, messages, SENT, s3Body, trailKey } from './announcing.ts';
import { LIMITS, MemoryBatches, MemoryBucket, run, type Stored, type StoredMore } from './memory-buckets.ts';

const TRAIL = gzipSync(JSON.stringify({ Records: records(3) }));
const GOOD = trailKey('good');
const BAD = trailKey('bad');
const MEBIBYTE = 1024 ** 2;
const spaces = (megabytes: number): Buffer => Buffer.alloc(megabytes * MEBIBYTE, 0x20);

/** Every case stands beside a good object, which must not feel it. */
async function beside(stored: Stored | undefined, more: StoredMore = {}, size?: number) {
  const bucket = new MemoryBucket().put(GOOD, TRAIL);
  if (stored !== undefined) bucket.put(BAD, stored, more);
  const outcome = await run(bucket, messages(s3Body({ key: GOOD }), s3Body({ key: BAD, ...(size === undefined ? {} : { size }) })));
  expect(outcome.byKey[GOOD]).toMatchObject({ records: 3 });
  expect(outcome.parsed.again.has('m0')).toBe(false);
  expect(bucket.openBodies).toBe(0);
  return outcome;
}

describe('what cannot be decoded is a section with a reject, and acknowledged', () => {
  const cases: [string, FileReject, Stored | undefined, number, StoredMore?, number?][] = [
    ['a deleted object', 'object-gone', undefined, 0],
    ['a deleted object that was large', 'object-gone', undefined, 0, {}, 50 * MEBIBYTE],
    ['an empty object', 'empty', Buffer.alloc(0), 0],
    ['a picture', 'not-cloudtrail', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a]), 0],
    ['a truncated gzip', 'gzip-truncated', TRAIL.subarray(0, -9), 3],
    ['a truncated gzip, streamed', 'gzip-truncated', TRAIL.subarray(0, -9), 3, {}, 9 * MEBIBYTE],
    ['a damaged gzip', 'gzip-broken', Buffer.concat([TRAIL.subarray(0, -8), Buffer.alloc(8)]), 3],
    ['a bomb of 40 MB', 'gzip-bomb', gzipSync(spaces(40)), 0],
    ['a bomb, streamed', 'gzip-bomb', gzipSync(spaces(40)), 0, {}, 9 * MEBIBYTE],
    ['an object that says it is larger than the cap', 'object-too-large', TRAIL, 0, { size: LIMITS.objectBytes + 1 }],
    [
      'an object that proves larger than the cap',
      'object-too-large',
      spaces(LIMITS.objectBytes / MEBIBYTE + 1),
      0,
      { size: Number.POSITIVE_INFINITY },
    ],
    ['an object that is announced smaller than it is', 'json-truncated', Buffer.concat([spaces(9), Buffer.from('{"Records":[')]), 0, {}, 5],
  ];
  test.each(cases)('%s: %s', async (_name, reason, stored, kept, ...more) => {
    const { parsed, byKey } = await beside(stored, ...more);
    expect(parsed.again.size).toBe(0);
    expect(byKey[BAD]).toMatchObject({ records: kept, counts: { files: 1, events: kept, fileRejects: { [reason]: 1 } } });
    expect(byKey[BAD]?.problem).toMatch(/^(the|neither) /);
  });
});

test('a file that inflates to more than is held at once is streamed, and whole', async () => {
  const many = Buffer.concat([Buffer.from('{"Records":['), spaces(100), Buffer.from(`${JSON.stringify(records(1)[0])}]}`)]);
  const { byKey } = await beside(gzipSync(many, { level: 0 }));
  expect(byKey[BAD]).toMatchObject({ records: 1, counts: { bytes: many.length, fileRejects: {} } });
});

describe('what may be mended is delivered again, and nothing else', () => {
  const cases: [string, Stored, number?][] = [
    ['access denied', { error: 'AWS denied the access.' }],
    ['a disabled key', { error: 'The encryption key does not serve.' }],
    ['a bucket that is gone', { error: 'The bucket does not exist.' }],
    ['a body that breaks off', { error: "The object's bytes broke off: aborted", after: TRAIL.subarray(0, 100) }],
    ['a body that breaks off, streamed', { error: "The object's bytes broke off: aborted", after: TRAIL.subarray(0, 100) }, 9 * MEBIBYTE],
    [
      'a plain body that breaks off, streamed',
      { error: "The object's bytes broke off: aborted", after: Buffer.from('{"Records":[') },
      9 * MEBIBYTE,
    ],
    ['access denied to a large object', { error: 'AWS denied the access.' }, 9 * MEBIBYTE],
  ];
  test.each(cases)('%s', async (_name, stored, ...size) => {
    const { parsed, byKey } = await beside(stored, {}, ...size);
    const { error } = stored as { error: string };
    expect([...parsed.again]).toEqual([['m1', error]]);
    expect(parsed.failures).toEqual([{ object: `s3://example-trail/${BAD}`, reason: error }]);
    expect(Object.keys(byKey)).toEqual([GOOD]);
  });

  test('a message of a good and a denied object comes again whole, others of the denied object too', async () => {
    const bucket = new MemoryBucket().put(GOOD, TRAIL).put(BAD, { error: 'denied' });
    const { parsed, byKey } = await run(bucket, messages(s3Body({ key: GOOD }, { key: BAD }), s3Body({ key: GOOD }), s3Body({ key: BAD })));
    expect([[...parsed.again.keys()], Object.keys(byKey)]).toEqual([['m0', 'm2'], [GOOD]]);
    expect(parsed.failures).toHaveLength(1);
  });

  test('a batch that cannot be stored: every message that it holds something of comes again', async () => {
    const batches = new MemoryBatches();
    batches.error = 'AWS denied the access.';
    const bucket = new MemoryBucket().put(GOOD, TRAIL);
    const { parsed } = await run(bucket, messages(s3Body({ key: GOOD }), '{"Event":"s3:TestEvent"}', 'odd'), { batches });
    expect([...parsed.again].sort()).toEqual(['m0', 'm2'].map((id) => [id, 'The batch could not be stored: AWS denied the access.']));
    expect(parsed).toMatchObject({ batches: [], sections: [], ignored: 1 });
    expect(parsed.failures[0]?.object).toMatch(/^pending\//);
  });
});

describe('a message of an unknown shape', () => {
  test('is a section without an object, acknowledged, and tells why', async () => {
    const { parsed, byKey } = await run(new MemoryBucket().put(GOOD, TRAIL), messages('hello', s3Body({ key: GOOD }), '{"a":1}'));
    expect(parsed.again.size).toBe(0);
    expect(Object.keys(byKey)).toEqual(['sqs:m0', 'sqs:m2', GOOD]);
    expect(byKey['sqs:m0']).toMatchObject({
      bucket: '',
      delivered: SENT,
      records: 0,
      counts: { files: 1, records: 0, fileRejects: { 'unknown-notification': 1 } },
      problem: expect.stringContaining('The message is not JSON: "hello"'),
    });
  });

  test('tells it in 500 characters, whatever the message holds', async () => {
    const odd = Array.from({ length: 400 }, (_, i) => ({ s3: { bucket: { name: `${'\u0000'.repeat(400)}${i}` } } }));
    const { parsed, byKey } = await run(new MemoryBucket(), messages(JSON.stringify({ Records: odd })));
    const problem = byKey['sqs:m0']?.problem ?? '';
    expect([parsed.again.size, problem.length]).toEqual([0, 500]);
    expect(problem).toMatch(/^the message on the ingest queue announces no object .*…$/);
  });

  test('in part: its objects are read', async () => {
    const body = JSON.stringify({
      Records: [...JSON.parse(s3Body({ key: GOOD })).Records, { eventName: 'ObjectCreated:Put' }, null, null],
    });
    const { parsed, byKey } = await run(new MemoryBucket().put(GOOD, TRAIL), messages(body));
    expect([parsed.again.size, byKey[GOOD]?.records]).toEqual([0, 3]);
    // The same said three times is said once.
    expect(byKey['sqs:m0']?.problem?.match(/names no bucket/g)).toHaveLength(1);
  });
});

test('an object that is restored after it was gone is read after all: another identity', async () => {
  const before = await run(new MemoryBucket(), messages(s3Body({ key: GOOD, version: 'v1' })));
  const after = await run(new MemoryBucket().put(GOOD, TRAIL), messages(s3Body({ key: GOOD, version: 'v1' })));
  expect([before.byKey[GOOD]?.id, after.byKey[GOOD]?.id]).toEqual(['gone:v1', 'v1']);
  expect(before.byKey[GOOD]?.problem).toBe('the object was deleted before it was read');
});

test('a backfill tells of what is gone, too', async () => {
  const { byKey } = await run(new MemoryBucket(), messages(backfillBody(BAD)));
  expect(byKey[BAD]).toMatchObject({ backfill: { id: 'b-1', of: 2 }, id: 'gone:', delivered: Date.UTC(2026, 7, 1, 10) });
});

import { gzipSync } from 'node:zlib';
import { parseMessages } from '../../../core/parsing/parse.ts';
import { total } from '../../../core/records/counts.ts';
import { records } from '../../factories/record.ts';
import { backfillBody, messages, s3Body, trailKey } from './announcing.ts';
import { LIMITS, MemoryBatches, MemoryBucket, MODIFIED, rawRecords, run } from './memory-buckets.ts';

const trail = (count: number): Buffer => gzipSync(JSON.stringify({ Records: records(count) }));
const A = trailKey('a');
const B = trailKey('b');
const DIGEST = 'AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/09/01/x.json.gz';
const INSIGHT = 'AWSLogs/o-abcdefghij/111122223333/CloudTrail-Insight/eu-west-1/2026/09/01/x.json.gz';

test('each object is a section with its records as they were delivered', async () => {
  const bucket = new MemoryBucket().put(A, trail(3)).put(B, Buffer.from(JSON.stringify(records(2))), { modified: Number.NaN });
  const { parsed, batch, byKey } = await run(bucket, messages(s3Body({ key: A, etag: 'x' }), s3Body({ key: B, version: 'v7' })));
  expect(parsed).toMatchObject({ failures: [], leftAside: 0, ignored: 0 });
  expect([...parsed.again]).toEqual([]);
  expect(byKey[A]).toMatchObject({
    bucket: 'example-trail',
    id: `etag-${A}`,
    delivered: MODIFIED,
    records: 3,
    counts: { files: 1, records: 3, events: 3 },
  });
  // Where the bucket does not say, the notification's time stands.
  expect(byKey[B]).toMatchObject({ id: 'v7', delivered: Date.UTC(2026, 8, 1, 10, 5, 30), records: 2 });
  if (batch === null) throw new Error('a batch was expected');
  expect(batch.sections.map((section) => rawRecords(batch, section))).toEqual(
    [3, 2].map((n) => records(n).map((one) => JSON.stringify(one))),
  );
});

describe('the name of a batch', () => {
  const bucket = () => new MemoryBucket().put(A, trail(1), { modified: Date.UTC(2026, 8, 1, 9, 59, 59) }).put(B, trail(1));

  test('begins with the minute of the earliest delivery', async () => {
    const { parsed } = await run(bucket(), messages(s3Body({ key: A }), s3Body({ key: B })));
    expect(parsed.batches).toEqual([expect.stringMatching(/^pending\/20260901T0959Z-[0-9a-f]{32}\.batch$/)]);
  });

  test('and all its bytes are the same for the same messages, in any order and grouping', async () => {
    const whole = await run(bucket(), messages(s3Body({ key: A }), s3Body({ key: B })));
    for (const again of [messages(s3Body({ key: B }), s3Body({ key: A })), messages(s3Body({ key: B }, { key: A }, { key: B }))]) {
      const { parsed, bytes } = await run(bucket(), again);
      expect([parsed.batches, bytes]).toEqual([whole.parsed.batches, whole.bytes]);
    }
  });

  test('tells what a backfill asked for, which sorts behind what is live; of both, the earliest live delivery counts', async () => {
    const old = new MemoryBucket().put(A, trail(1), { modified: Date.UTC(2026, 7, 1, 9, 59) }).put(B, trail(1));
    const names = await Promise.all(
      [[backfillBody(A), backfillBody(B)], [backfillBody(A), s3Body({ key: B })], [s3Body({ key: B })]].map(
        async (bodies) => (await run(old, messages(...bodies))).parsed.batches[0],
      ),
    );
    expect(names).toEqual([
      expect.stringMatching(/^pending\/backfill-20260801T0959Z-[0-9a-f]{32}\.batch$/),
      expect.stringMatching(/^pending\/20260901T1005Z-[0-9a-f]{32}\.batch$/),
      expect.stringMatching(/^pending\/20260901T1005Z-[0-9a-f]{32}\.batch$/),
    ]);
    expect(new Set(names).size).toBe(3);
    expect(names.toSorted().at(-1)).toBe(names[0]);
  });

  test('is another for other objects, other versions, and what a backfill asked for', async () => {
    const names = await Promise.all(
      [[s3Body({ key: A })], [s3Body({ key: A }), s3Body({ key: B })], [s3Body({ key: A, version: 'v2' })], [backfillBody(A)]].map(
        async (bodies) => (await run(bucket(), messages(...bodies))).parsed.batches[0],
      ),
    );
    expect(new Set(names).size).toBe(4);
  });
});

test('an object that several messages name is read once', async () => {
  const bucket = new MemoryBucket().put(A, trail(2), { id: 'v1' });
  const body = s3Body({ key: A, version: 'v1' }, { key: A, version: 'v1' });
  const { batch } = await run(bucket, messages(body, body, s3Body({ key: A, version: 'v1' })));
  expect([bucket.opened, batch?.sections.length]).toEqual([[A], 1]);
});

test('an object that two messages name differently is one section', async () => {
  const bucket = new MemoryBucket().put(A, trail(2), { id: 'v1' });
  const { batch, parsed } = await run(bucket, messages(s3Body({ key: A, version: 'v1' }), s3Body({ key: A, etag: 'e' })));
  expect([batch?.sections.length, parsed.again.size]).toEqual([1, 0]);
});

test('an object that is live and in a backfill is a section of each, the live one first', async () => {
  const bucket = new MemoryBucket().put(A, trail(2), { id: 'v1' });
  const { batch } = await run(bucket, messages(backfillBody(A), s3Body({ key: A })));
  expect(batch?.sections.map(({ backfill }) => backfill)).toEqual([undefined, { id: 'b-1', of: 2 }]);
});

test('digests are counted and not opened, Insights are read, other services and folders left aside', async () => {
  const others = [
    'AWSLogs/111122223333/Config/eu-west-1/x.json.gz',
    'AWSLogs/111122223333/elasticloadbalancing/eu-west-1/x.log.gz',
    'AWSLogs/111122223333/CloudTrail/',
  ];
  const bucket = new MemoryBucket().put(INSIGHT, trail(1)).put('somewhere/else.json.gz', trail(2));
  const keys = [DIGEST, INSIGHT, 'somewhere/else.json.gz', ...others];
  const { parsed, byKey } = await run(bucket, messages(s3Body(...keys.map((key) => ({ key })))));
  expect(parsed.leftAside).toBe(3);
  expect(bucket.opened.sort()).toEqual([INSIGHT, 'somewhere/else.json.gz'].sort());
  expect(Object.keys(byKey).sort()).toEqual([DIGEST, INSIGHT, 'somewhere/else.json.gz'].sort());
  expect(byKey[DIGEST]).toMatchObject({ records: 0, counts: { files: 1, digests: 1, records: 0, fileRejects: {} } });
});

test('what a backfill asks for is always a section: else it would never be complete', async () => {
  const keys = [DIGEST, 'AWSLogs/111122223333/Config/x.json.gz', trailKey('gone')];
  const { byKey } = await run(new MemoryBucket(), messages(...keys.map((key) => backfillBody(key, 'b-2', 3))));
  for (const key of keys) expect(byKey[key]?.backfill).toEqual({ id: 'b-2', of: 3 });
});

test('nothing to store is nothing stored', async () => {
  const batches = new MemoryBatches();
  const bodies = [
    '{"Service":"Amazon S3","Event":"s3:TestEvent"}',
    s3Body({ key: 'AWSLogs/111122223333/Config/x.json' }),
    '{"Records":[]}',
  ];
  const { parsed } = await run(new MemoryBucket(), messages(...bodies), { batches });
  expect(parsed).toMatchObject({ batches: [], sections: [], ignored: 1, leftAside: 1 });
  expect([batches.kept.size, parsed.again.size]).toEqual([0, 0]);
});

test('records, events and rejects add up', async () => {
  const odd = JSON.stringify({ Records: [...records(3), 1, { a: 1 }, { ...records(1)[0], eventTime: undefined }] });
  const bucket = new MemoryBucket().put(A, gzipSync(odd)).put(B, trail(4).subarray(0, -20));
  const { parsed } = await run(bucket, messages(s3Body({ key: A }), s3Body({ key: B })));
  const counts = parsed.sections.map((section) => section.counts);
  for (const { records: all, events, duplicates, excluded, rejects } of counts)
    expect(all).toBe(events + duplicates + excluded + total(rejects));
  expect(counts.map(({ rejects }) => rejects)).toEqual([{ 'not-an-object': 1, 'not-cloudtrail': 1, 'no-event-time': 1 }, {}]);
});

describe('the queue gets back what an invocation cannot do', () => {
  test('when the time runs short, the first object aside', async () => {
    const bucket = new MemoryBucket().put(A, trail(1)).put(B, trail(1));
    const { parsed } = await run(bucket, messages(s3Body({ key: B }), s3Body({ key: A })), { remaining: () => 14_000 });
    expect([parsed.sections.map(({ key }) => key), [...parsed.again.keys()]]).toEqual([[A], ['m0']]);
  });

  test('when the time runs out inside an object, and stores the others', async () => {
    const bucket = new MemoryBucket().put(A, trail(1)).put(B, trail(3000));
    let time = 60_000;
    const { parsed, bytes } = await run(bucket, messages(s3Body({ key: A }), s3Body({ key: B })), {
      limits: { heldBytes: 10_000 },
      remaining: () => {
        time -= 20_000;
        return time;
      },
    });
    expect([parsed.sections.map(({ key }) => key), [...parsed.again.keys()]]).toEqual([[A], ['m1']]);
    expect(parsed.failures).toEqual([
      { object: `s3://example-trail/${B}`, reason: expect.stringContaining('ran short of time while it read the object') },
    ]);
    expect([bytes === undefined, bucket.openBodies]).toEqual([false, 0]);
  });
});

test('a hundred objects are fetched eight at a time, and all closed', async () => {
  const bucket = new MemoryBucket();
  const keys = Array.from({ length: 100 }, (_, i) => trailKey(`${i}`));
  for (const key of keys) bucket.put(key, trail(1));
  const { parsed } = await run(bucket, messages(...keys.map((key) => s3Body({ key }))));
  expect([parsed.sections.length, bucket.openBodies]).toEqual([100, 0]);
  expect(bucket.most).toBeLessThanOrEqual(8);
});

test('limits hold for a function, however generous the configuration is', async () => {
  const options = { objects: new MemoryBucket(), batches: new MemoryBatches(), limits: LIMITS, remaining: () => 300_000 };
  expect(LIMITS).toMatchObject({ inflatedBytes: 1024 ** 3, inflateRatio: 400, recordBytes: 16 * 1024 ** 2 });
  expect(await parseMessages([], options)).toMatchObject({ batches: [], sections: [] });
});

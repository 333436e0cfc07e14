import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { parseMessages } from '../../../core/parsing/parse.ts';
import type { Message } from '../../../core/parsing/wanted.ts';
import { records } from '../../factories/record.ts';
import { backfillBody, messages, s3Body, trailKey } from './announcing.ts';
import { LIMITS, MemoryBatches, MemoryBucket, MODIFIED, run } from './memory-buckets.ts';

const trail = (count: number): Buffer => gzipSync(JSON.stringify({ Records: records(count) }));
const KEYS = Array.from({ length: 30 }, (_, i) => trailKey(`${i}`.padStart(2, '0')));
const BODIES = messages(...KEYS.map((key) => s3Body({ key })));
const MEBIBYTE = 1024 ** 2;

function bucketOf(keys: readonly string[] = KEYS): MemoryBucket {
  const bucket = new MemoryBucket();
  for (const key of keys) bucket.put(key, trail(20));
  return bucket;
}

/** A batch is full with the tenth object. */
const tenABatch = run(bucketOf(), BODIES.slice(0, 1)).then(({ parsed }) => ({
  batchBytes: (parsed.sections[0]?.chunks[0]?.size as number) * 9 + 1,
}));

/** Messages that were received so often, in the same order. */
function received(bodies: readonly Message[], receives: (i: number) => number): Message[] {
  return bodies.map((message, i) => ({ ...message, receives: receives(i) }));
}

/** Time that is short once `reads` objects have been begun. */
function timeFor(reads: number, bucket: MemoryBucket): () => number {
  return () => (bucket.opened.length > reads ? 14_000 : 300_000);
}

describe('a batch that is full is stored, and another begun', () => {
  test('so that one invocation reads all, in the order of the keys', async () => {
    const bucket = bucketOf();
    const kept = new MemoryBatches();
    const { parsed, batches } = await run(bucket, BODIES, { limits: await tenABatch, batches: kept });
    expect(batches.map(({ sections }) => sections.map(({ key }) => key))).toEqual([KEYS.slice(0, 10), KEYS.slice(10, 20), KEYS.slice(20)]);
    expect(parsed.sections).toEqual(batches.flatMap(({ sections }) => sections));
    expect([...kept.kept.keys()]).toEqual(parsed.batches);
    expect([parsed.again.size, parsed.failures, bucket.openBodies]).toEqual([0, [], 0]);
  });

  test('each with the name that it has alone', async () => {
    const limits = await tenABatch;
    const bucket = bucketOf().put(KEYS[13] as string, trail(20), { modified: MODIFIED - 120_000 });
    const { parsed } = await run(bucket, BODIES, { limits });
    const alone = await Promise.all([0, 10, 20].map(async (i) => (await run(bucket, BODIES.slice(i, i + 10), { limits })).parsed.batches));
    expect(parsed.batches).toEqual(alone.flat());
    expect(parsed.batches.map((name) => name.slice(0, 22))).toEqual(['1005', '1003', '1005'].map((time) => `pending/20260901T${time}Z`));
  });

  test('the same for the same messages in any order, and when all are received once more', async () => {
    const limits = await tenABatch;
    const once = new MemoryBatches();
    const twice = new MemoryBatches();
    const counted = received(BODIES, (i) => 1 + (i % 3));
    await run(bucketOf(), counted, { limits, batches: once });
    const again = received(BODIES, (i) => 2 + (i % 3)).reverse();
    await run(bucketOf(), again, { limits, batches: twice });
    expect(once.kept.size).toBe(3);
    expect([...twice.kept]).toEqual([...once.kept]);
  });

  test('with objects that are streamed', async () => {
    const { parsed } = await run(bucketOf(), BODIES, { limits: { ...(await tenABatch), heldBytes: 10 } });
    expect([parsed.batches.length, parsed.sections.map(({ key }) => key), parsed.again.size]).toEqual([3, KEYS, 0]);
  });

  test('and nothing is stored twice or for nothing when the last object fills it', async () => {
    const { parsed } = await run(bucketOf(), BODIES.slice(0, 20), { limits: await tenABatch });
    expect(parsed.batches).toHaveLength(2);
  });
});

describe('a batch that cannot be stored', () => {
  const REASON = 'The batch could not be stored: S3 did not answer.';

  /** The second of three batches fails. */
  async function failing(bodies: readonly Message[], bucket = bucketOf()) {
    const batches = new MemoryBatches();
    Object.assign(batches, { error: 'S3 did not answer.', failing: [1] });
    return { ...(await run(bucket, bodies, { limits: await tenABatch, batches })), kept: batches.kept };
  }

  test('brings its own messages back, and no others', async () => {
    const { parsed, kept } = await failing(BODIES);
    expect([...parsed.again]).toEqual(BODIES.slice(10, 20).map(({ id }) => [id, REASON]));
    expect([parsed.batches.length, [...kept.keys()]]).toEqual([2, parsed.batches]);
    expect(parsed.sections.map(({ key }) => key)).toEqual([...KEYS.slice(0, 10), ...KEYS.slice(20)]);
    expect(parsed.failures).toEqual([{ object: expect.stringMatching(/^pending\/20260901T1005Z-/), reason: REASON }]);
    expect(parsed.batches).not.toContain(parsed.failures[0]?.object);
  });

  test('brings a message back whole when one of its objects was in it', async () => {
    const [first, lost, last] = [KEYS[0], KEYS[12], KEYS[29]].map((key) => ({ key: key as string }));
    const bodies = [s3Body(first as { key: string }, lost as { key: string }), s3Body(first as { key: string }, last as { key: string })];
    const { parsed } = await failing([...BODIES, ...bodies.map((body, i) => ({ id: `more${i}`, body, sent: 0 }))]);
    expect([...parsed.again.keys()].filter((id) => id.startsWith('more'))).toEqual(['more0']);
  });

  // Versions sort behind what names none: the other name of the last object of the batch comes in the next.
  test.each([12, 19])('brings back who named one of its objects otherwise: object %i', async (i) => {
    const key = KEYS[i] as string;
    const bucket = bucketOf().put(key, trail(20), { id: 'v1' });
    const same = { id: 'same', body: s3Body({ key, version: 'v1' }), sent: 0 };
    const { parsed } = await failing([...BODIES, same], bucket);
    expect([...parsed.again].sort()).toEqual([...BODIES.slice(10, 20).map(({ id }) => [id, REASON]), ['same', REASON]]);
    const stored = await run(bucket, [...BODIES, same], { limits: await tenABatch });
    expect([stored.parsed.again.size, stored.parsed.sections.length]).toEqual([0, 30]);
  });

  test('brings back messages that announced nothing, digests and what is gone, where their sections were in it', async () => {
    const batches = new MemoryBatches();
    Object.assign(batches, { error: 'S3 did not answer.', failing: [0] });
    const digest = 'AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/09/01/x.json.gz';
    const other = 'AWSLogs/111122223333/Config/eu-west-1/x.json.gz';
    const bodies = ['odd', s3Body({ key: digest }), s3Body({ key: trailKey('/gone') }), s3Body({ key: other }), backfillBody(other)];
    const { parsed } = await run(new MemoryBucket(), messages(...bodies), { batches });
    expect([...parsed.again.keys()].sort()).toEqual(['m0', 'm1', 'm2', 'm4']);
    expect(parsed.batches).toEqual([]);
  });

  test('is stored under the same name when its messages come again', async () => {
    const { parsed } = await failing(BODIES);
    const back = received(BODIES, () => 2).filter(({ id }) => parsed.again.has(id));
    const { parsed: next } = await run(bucketOf(), back, { limits: await tenABatch });
    expect([next.batches, next.again.size]).toEqual([[parsed.failures[0]?.object], 0]);
  });
});

describe('where time is short', () => {
  test('between batches, the rest goes back, and what was read is stored', async () => {
    const bucket = bucketOf();
    const { parsed } = await run(bucket, BODIES, { limits: await tenABatch, remaining: timeFor(20, bucket) });
    const taken = parsed.sections.length;
    // Eight are fetched ahead.
    expect([taken, parsed.batches.length]).toEqual([13, 2]);
    expect([...parsed.again.keys()]).toEqual(BODIES.slice(taken).map(({ id }) => id));
    expect([...new Set(parsed.again.values())]).toEqual([expect.stringContaining('short of time before the object had its turn')]);
    expect([parsed.failures, bucket.openBodies]).toEqual([[], 0]);
  });

  test('what was received most often comes first', async () => {
    const bucket = bucketOf();
    const { parsed } = await run(
      bucket,
      received(BODIES, (i) => [1, 4, 2][i % 3] as number),
      { remaining: timeFor(15, bucket) },
    );
    const order = [1, 2, 0].flatMap((rest) => KEYS.filter((_, i) => i % 3 === rest));
    expect(parsed.sections.map(({ key }) => key)).toEqual(order.slice(0, parsed.sections.length));
    expect(parsed.sections.length).toBeLessThan(20);
    expect(parsed.again.size).toBe(30 - parsed.sections.length);
  });

  test('a large object that was received more often goes before smaller ones, else behind them', async () => {
    const [large, small] = [trailKey('a-large'), trailKey('b-small')];
    const order = async (receives: number) => {
      const bodies = messages(s3Body({ key: large, size: 9 * MEBIBYTE }), s3Body({ key: small }));
      const { parsed } = await run(
        bucketOf([large, small]),
        received(bodies, (i) => (i === 0 ? receives : 1)),
      );
      return parsed.sections.map(({ key }) => key);
    };
    expect(await order(1)).toEqual([small, large]);
    expect(await order(2)).toEqual([large, small]);
  });

  test('nothing is opened that gets no turn for certain', async () => {
    const bucket = bucketOf();
    const { parsed } = await run(
      bucket,
      received(BODIES, (i) => (i < 2 ? 2 : 1)),
      { remaining: () => 14_000 },
    );
    expect([bucket.opened, parsed.sections.length, parsed.again.size]).toEqual([KEYS.slice(0, 2), 1, 29]);
  });

  test('an object that is live goes before the same in a backfill, however often that was received', async () => {
    const key = KEYS[5] as string;
    const bodies = received(messages(s3Body({ key: KEYS[0] as string }), backfillBody(key), s3Body({ key })), (i) => (i === 1 ? 3 : 1));
    const { parsed } = await run(bucketOf(), bodies);
    expect(parsed.sections.map((section) => [section.key, section.backfill?.id])).toEqual([
      [key, undefined],
      [key, 'b-1'],
      [KEYS[0], undefined],
    ]);
  });

  test('nobody starves: with time for a fifth of what waits, and more coming, all are read before the fifth receive', async () => {
    let waiting: { key: string; receives: number }[] = [];
    let made = 0;
    let most = 0;
    for (let round = 0; round < 40; round += 1) {
      // What is new sorts before what waits: by key alone the oldest would never have its turn.
      while (waiting.length < 10) waiting.push({ key: trailKey(`${9999 - made++}`), receives: 1 });
      const bodies = waiting.map(({ key, receives }) => ({ id: key, body: s3Body({ key }), sent: 0, receives }));
      let asked = 0;
      const { parsed } = await run(bucketOf(waiting.map(({ key }) => key)), bodies, { remaining: () => (asked++ < 6 ? 300_000 : 14_000) });
      expect(parsed.sections.length).toBeGreaterThanOrEqual(3);
      waiting = waiting.filter(({ key }) => parsed.again.has(key)).map(({ key, receives }) => ({ key, receives: receives + 1 }));
      most = Math.max(most, ...waiting.map(({ receives }) => receives));
    }
    expect(most).toBeLessThan(5);
  });
});

test('memory holds one batch at a time', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const before: WeakRef<Buffer>[] = [];
  const alive: number[] = [];
  const keep = async (_name: string, batch: Buffer) => {
    await setImmediate();
    collect();
    alive.push(before.filter((ref) => ref.deref() !== undefined).length);
    before.push(new WeakRef(batch));
    // A reference lives until the turn in which it was made ends.
    await setImmediate();
  };
  const options = { objects: bucketOf(), batches: { keep }, limits: { ...LIMITS, batchBytes: 1 }, remaining: () => 300_000 };
  await parseMessages(BODIES, options);
  expect(alive.length).toBe(30);
  expect(Math.max(...alive)).toBeLessThanOrEqual(1);
});

import type { Logger } from '@aws-lambda-powertools/logger';
import type { Metrics } from '@aws-lambda-powertools/metrics';
import { messagesOf } from '../../../lambdas/parse/messages.ts';
import { report } from '../../../lambdas/parse/report.ts';
import { records } from '../../factories/record.ts';
import { messages, s3Body, trailKey } from './announcing.ts';
import { MemoryBucket, run } from './memory-buckets.ts';

/** A log and metrics that keep what they are told. */
function keeping() {
  const lines: [string, string, unknown][] = [];
  const counts: Record<string, number> = {};
  let published = 0;
  const line = (level: string) => (message: string, more: unknown) => void lines.push([level, message, more]);
  const logger = { info: line('info'), warn: line('warn'), error: line('error') } as unknown as Logger;
  const metrics = {
    addMetric: (name: string, unit: string, value: number) => {
      expect(unit).toBe('Count');
      counts[name] = value;
    },
    publishStoredMetrics: () => {
      published += 1;
    },
  } as unknown as Metrics;
  return { telemetry: { logger, metrics }, lines, counts, published: () => published };
}

test('an invocation tells of every failure, every problem and its counts', async () => {
  const bucket = new MemoryBucket()
    .put(trailKey('good'), Buffer.from(JSON.stringify(records(3))))
    .put(trailKey('empty'), Buffer.alloc(0))
    .put(trailKey('denied'), { error: 'AWS denied the access.' });
  const bodies = ['odd', ...['good', 'empty', 'denied'].map((name) => s3Body({ key: trailKey(name) }))];
  const { parsed } = await run(bucket, messages(...bodies));
  const { telemetry, lines, counts, published } = keeping();
  report(parsed, telemetry);
  expect(counts).toEqual({ FileRejects: 2, ObjectFailures: 1 });
  expect(published()).toBe(1);
  expect(lines).toEqual([
    ['error', 'An object was not read', { object: `s3://example-trail/${trailKey('denied')}`, reason: 'AWS denied the access.' }],
    ['warn', 'A file was not read whole', { object: 'sqs:m0', reason: expect.stringContaining('The message is not JSON') }],
    ['warn', 'A file was not read whole', { object: `s3://example-trail/${trailKey('empty')}`, reason: 'the file is empty' }],
    [
      'info',
      'Messages were read',
      expect.objectContaining({ batches: parsed.batches, objects: 2, records: 3, fileRejects: 2, failures: 1, deliveredAgain: 1 }),
    ],
  ]);
});

test('where all is well there is one line and no metric', async () => {
  const bucket = new MemoryBucket().put(trailKey('good'), Buffer.from(JSON.stringify(records(3))));
  const { parsed } = await run(bucket, messages(s3Body({ key: trailKey('good') })));
  const { telemetry, lines, counts, published } = keeping();
  report(parsed, telemetry);
  expect([lines.length, counts, published()]).toEqual([1, {}, 0]);
});

test('a hundred failures are twenty lines and a count', async () => {
  const bucket = new MemoryBucket();
  const keys = Array.from({ length: 100 }, (_, i) => trailKey(`${i}`));
  for (const key of keys) bucket.put(key, { error: 'denied' });
  const { parsed } = await run(bucket, messages(...keys.map((key) => s3Body({ key }))));
  const { telemetry, lines, counts } = keeping();
  report(parsed, telemetry);
  expect([lines.length, counts.ObjectFailures]).toEqual([21, 100]);
});

test('the messages of an event of SQS', () => {
  const record = (messageId: string, SentTimestamp: string, ApproximateReceiveCount: string) =>
    ({ messageId, body: 'text', attributes: { SentTimestamp, ApproximateReceiveCount } }) as never;
  expect(messagesOf({ Records: [record('a', '1788253620000', '4'), record('b', '', '')] })).toEqual([
    { id: 'a', body: 'text', sent: 1_788_253_620_000, receives: 4 },
    { id: 'b', body: 'text', sent: 0, receives: 1 },
  ]);
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { billedMilliseconds, latencyOf, ONE_PROCESSOR, SLOWNESS, waitMilliseconds } from '../../bench/cost/aws-time.ts';
import { billOf, plus, times } from '../../bench/cost/bill.ts';
import { usageOfCalls } from '../../bench/cost/calls.ts';
import { DAYS, INCIDENTS_A_DAY, idleMonth, monthOf, TELLINGS_EACH, trailOf } from '../../bench/cost/month.ts';
import { PAGES, PRICES } from '../../bench/cost/prices.ts';
import { serviceTable, verdict } from '../../bench/cost/print.ts';
import { standing } from '../../bench/cost/standing.ts';
import { arrivals, batchSizes, type Traffic } from '../../bench/cost/traffic.ts';
import type { AwsCall } from '../../sandbox/gateway.ts';

const TRAFFIC: Traffic = { eventsADay: 10_000_000, perFile: 500, pollers: 5, windowSeconds: 20, batchSize: 100, scheduleMinutes: 5 };

function call(service: string, operation: string, more: Partial<AwsCall> = {}): AwsCall {
  const none = { caller: 'score', resource: '', requestBytes: 0, responseBytes: 0, status: 200, capacity: 0, at: 0, ms: 0 };
  return { ...none, service, operation, ...more };
}

describe('a bill', () => {
  const month = { 'lambda.requests': 3e6, 'lambda.gbSeconds': 500_000, 's3.puts': 2e6, 'kms.keys': 1 } as const;

  test('at list price has every unit', () => {
    const { services, dollars, items } = billOf(month, 'list');
    expect(services.Lambda).toBeCloseTo(3 * 0.2 + 500_000 * 0.0000133334, 8);
    expect(services.S3).toBeCloseTo(10, 8);
    expect(services.KMS).toBe(1);
    expect(dollars).toBeCloseTo(0.6 + 6.6667 + 10 + 1, 8);
    expect(items.map(({ meter }) => meter)).toEqual(['s3.puts', 'lambda.gbSeconds', 'kms.keys', 'lambda.requests']);
  });

  test('with the free tier has what is beyond it', () => {
    expect(billOf(month, 'free tier').services).toEqual({
      Lambda: expect.closeTo(2 * 0.2 + 100_000 * 0.0000133334, 8),
      S3: expect.closeTo(10, 8),
      KMS: 1,
    });
    expect(billOf({ 'sqs.requests': 999_999, 'cloudwatch.metrics': 10, 'cloudwatch.alarmMetrics': 11 }, 'free tier').services).toEqual({
      SQS: 0,
      CloudWatch: expect.closeTo(0.1, 8),
    });
  });

  test('is of services whose prices say where they were read', () => {
    expect(Object.values(PRICES).filter(({ service }) => !PAGES[service].startsWith('https://aws.amazon.com/'))).toEqual([]);
  });

  test('is of usages that add up', () => {
    expect(times(plus({ 's3.puts': 1, 's3.gets': 2 }, { 's3.puts': 3 }, {}), 10)).toEqual({ 's3.puts': 40, 's3.gets': 20 });
  });
});

describe('calls', () => {
  test('are billed as AWS bills them', () => {
    const usage = usageOfCalls([
      call('s3', 'PutObject'),
      call('s3', 'ListObjectsV2'),
      call('s3', 'GetObject'),
      call('s3', 'DeleteObjects'),
      call('dynamodb', 'PutItem', { capacity: 4.5 }),
      call('dynamodb', 'Query', { capacity: 0.5 }),
      call('dynamodb', 'GetRecords'),
      call('ses', 'SendEmail'),
      call('securityhub', 'BatchImportFindings'),
    ]);
    expect(usage).toEqual({
      's3.puts': 2,
      's3.gets': 1,
      'dynamodb.writes': 4.5,
      'dynamodb.reads': 0.5,
      'ses.mails': 1,
      'securityhub.findings': 1,
    });
  });

  test('of SQS count once for each begun 64 KB', () => {
    expect(usageOfCalls([call('sqs', 'DeleteMessageBatch'), call('sqs', 'ReceiveMessage', { responseBytes: 65_537 })])).toEqual({
      'sqs.requests': 3,
    });
  });

  test('that write in vain cost a unit', () => {
    expect(usageOfCalls([call('dynamodb', 'UpdateItem', { status: 400 })])).toEqual({ 'dynamodb.writes': 1 });
  });

  test.each([
    ['s3', 'CopyObject'],
    ['dynamodb', 'TransactWriteItems'],
    ['kms', 'Decrypt'],
  ])('%s %s without a price are not passed over', (service, operation) => {
    expect(() => usageOfCalls([call(service, operation)])).toThrow(`no price for ${service} ${operation}`);
  });
});

describe('traffic', () => {
  test('of 500 records a file: each poller sees a file in 21.6 s, and gathers for 20 s', () => {
    const { filesADay, filesABatch, batchesADay, runsADay, filesARun } = arrivals(TRAFFIC);
    expect([filesADay, runsADay]).toEqual([20_000, 288]);
    expect(filesABatch).toBeCloseTo(1 + 20 / 21.6, 8);
    expect(batchesADay).toBeCloseTo(20_000 / (1 + 20 / 21.6), 6);
    expect(filesARun).toBeCloseTo(69.44, 2);
  });

  test('that is heavy fills the batches', () => {
    expect(arrivals({ ...TRAFFIC, perFile: 1 }).filesABatch).toBe(100);
  });

  test('is asked for once for each message, and each 20 seconds when there is none', () => {
    expect(arrivals({ ...TRAFFIC, eventsADay: 0 })).toMatchObject({ receivesADay: 5 * 3 * 60 * 24, filesADay: 0, batchesADay: 0 });
    expect(arrivals({ ...TRAFFIC, eventsADay: 1 }).receivesADay).toBeCloseTo(21_600, -1);
    expect(arrivals({ ...TRAFFIC, perFile: 5 }).receivesADay).toBeCloseTo(2_000_000, -1);
    for (const perFile of [500, 53, 5]) expect(arrivals({ ...TRAFFIC, perFile }).receivesADay).toBeGreaterThanOrEqual(10_000_000 / perFile);
  });

  test('comes in batches of whole files, which are so large on average', () => {
    expect(batchSizes(1.9, 10)).toEqual([2, 2, 2, 2, 2, 1, 2, 2, 2, 2]);
    expect(batchSizes(100, 2)).toEqual([100, 100]);
  });
});

describe('time', () => {
  const get = latencyOf({ service: 's3', operation: 'GetObject' });

  test('in which some call waits counts once', () => {
    const gets = (...times: number[]) => times.map((at) => ({ service: 's3', operation: 'GetObject', at }));
    expect(waitMilliseconds(gets(0, get, 5 * get))).toBe(3 * get);
    expect(waitMilliseconds(gets(0, 0, 0))).toBe(get);
    expect(waitMilliseconds(gets(get / 2, 0))).toBe(1.5 * get);
    expect(waitMilliseconds([])).toBe(0);
  });

  test('of the processor grows with a smaller share of it, that of waiting does not', () => {
    const work = { waitMilliseconds: 100, cpuMilliseconds: 40, bytes: 0 };
    expect(billedMilliseconds(work, ONE_PROCESSOR)).toBeCloseTo(100 + 40 * SLOWNESS, 8);
    expect(billedMilliseconds(work, ONE_PROCESSOR / 4)).toBeCloseTo(100 + 160 * SLOWNESS, 8);
    // One thread has no use for a second processor.
    expect(billedMilliseconds(work, 2 * ONE_PROCESSOR)).toBeCloseTo(100 + 40 * SLOWNESS, 8);
  });
});

describe('a month', () => {
  const standingThere = { 'kms.keys': 1, 'cloudwatch.dashboards': 1 } as const;
  const flow = { filesADay: 1000, filesABatch: 10, batchesADay: 100, receivesADay: 1500, runsADay: 288, filesARun: 3.5 };

  test('adds up batches, runs, tellings and what stands there', () => {
    const usage = monthOf({
      arrivals: flow,
      eventsADay: 1e6,
      parse: { usage: { 's3.puts': 1, 's3.gets': 10, 'lambda.gbSeconds': 0.5 }, startGbSeconds: 50 },
      score: { usage: { 's3.puts': 27, 'lambda.gbSeconds': 4 }, startGbSeconds: 10 },
      telling: { usage: { 'ses.mails': 1, 'dynamodb.writes': 8 }, startGbSeconds: 9 },
      metrics: 9,
      runBytes: 1e6,
      memoryBytes: 0,
      incidentWrites: 5,
      incidentBytes: 5000,
      standing: standingThere,
    });
    const tellings = INCIDENTS_A_DAY * TELLINGS_EACH;
    expect(usage).toMatchObject({
      ...standingThere,
      's3.puts': (100 + 288 * 27) * DAYS,
      's3.gets': 1000 * DAYS,
      'lambda.gbSeconds': expect.closeTo((100 * (0.5 + 50 / 50) + 288 * (4 + 10 / 10)) * DAYS, 6),
      'sqs.requests': 2500 * DAYS,
      'scheduler.invocations': 288 * DAYS,
      'ses.mails': tellings * DAYS,
      'dynamodb.writes': tellings * (8 + 5) * DAYS,
      'cloudwatch.metrics': 9,
      // Run objects of 90 days, 16 bytes an event for 35 days and a file for 430, two lines of access log a file for 90 days.
      's3.gbMonths': expect.closeTo((90 * 288 * 1e6 + 16 * (35 * 1e6 + 430 * 1000) + 90 * 2 * 1000 * 700) / 1e9, 8),
    });
  });

  test('in which nothing comes has ticks, polls, and what stands there', () => {
    const idle = { usage: { 's3.puts': 1, 'dynamodb.writes': 2 }, startGbSeconds: 0 };
    const usage = idleMonth({ idle, metrics: 4, arrivals: { ...flow, filesADay: 0, receivesADay: 21_600 }, standing: standingThere });
    expect(usage).toEqual({
      ...standingThere,
      's3.puts': 288 * DAYS,
      'dynamodb.writes': 2 * 288 * DAYS,
      'lambda.gbSeconds': 0,
      'sqs.requests': 21_600 * DAYS,
      'scheduler.invocations': 288 * DAYS,
      'cloudwatch.metrics': 4,
    });
  });
});

describe('what is printed', () => {
  const column = { title: '500 a file', usage: { 's3.puts': 1e6, 'kms.keys': 1 }, millions: 300 } as const;

  test('divides the month by its millions of events, service by service', () => {
    const lines = serviceTable([column, { ...column, title: 'a month', millions: 1 }], 'list').map((line) => line.split(/ {2,}/));
    expect(lines).toContainEqual(['S3', '$0.0167', '$5.0000']);
    expect(lines).toContainEqual(['KMS', '$0.0033', '$1.0000']);
    expect(lines).toContainEqual(['SQS', '$0.0000', '$0.0000']);
    expect(lines.slice(-2)).toEqual([
      ['all in', '$0.0200', '$6.0000'],
      ['all in, a month', '$6.00', '$6.00'],
    ]);
  });

  test('says whether the bar holds, where there is one', () => {
    expect(verdict(column, 'list', 0.02)).toMatch(/^\$0\.0200 \(bar \$0\.0200\) ok; .* is 200 times that$/);
    expect(verdict(column, 'list', 0.019)).toContain('MISSED');
    expect(verdict(column, 'list')).toMatch(/^\$0\.0200; /);
  });
});

test('the trail itself is paid by file and by byte', () => {
  expect(trailOf(500, 80_000)).toEqual({ 's3.puts': 2000, 's3.gbMonths': expect.closeTo(12 * 0.16, 8) });
});

test('what stands in the templates is counted: an alarm by the metrics it watches, not by its expressions', () => {
  const folder = mkdtempSync(join(tmpdir(), 'trailwarden-standing-'));
  const Resources = {
    One: { Type: 'AWS::CloudWatch::Alarm', Properties: { MetricName: 'Records' } },
    Three: {
      Type: 'AWS::CloudWatch::Alarm',
      Properties: { Metrics: [{ Expression: 'a + b + c' }, { MetricStat: {} }, { MetricStat: {} }, { MetricStat: {} }] },
    },
    Dashboard: { Type: 'AWS::CloudWatch::Dashboard' },
    Key: { Type: 'AWS::KMS::Key' },
    Queue: { Type: 'AWS::SQS::Queue' },
  };
  const artifacts = { Stack: { type: 'aws:cloudformation:stack', properties: { templateFile: 'a.json' } }, Tree: { type: 'cdk:tree' } };
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ artifacts }));
  writeFileSync(join(folder, 'a.json'), JSON.stringify({ Resources }));
  expect(standing(folder)).toEqual({ 'cloudwatch.alarmMetrics': 4, 'cloudwatch.dashboards': 1, 'kms.keys': 1 });
  rmSync(folder, { recursive: true });
});

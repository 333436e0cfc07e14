import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetAccountCommand, SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2';
import { GetQueueAttributesCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { SQSEvent } from 'aws-lambda';
import { LocalCloud } from '../../sandbox/cloud.ts';
import { HttpAnswer } from '../../sandbox/http.ts';
import type { FunctionHost } from '../../sandbox/runtime.ts';
import { cloudSuite } from './cloud-suite.ts';
import { cloudModel, functionModel, HOME, Toys } from './toys.ts';

const QUEUE = `arn:aws:sqs:${HOME.region}:${HOME.account}:Jobs`;
const DLQ = `${QUEUE}Dlq`;
const FAILURES = `arn:aws:sqs:${HOME.region}:${HOME.account}:Failures`;
const TABLE = `arn:aws:dynamodb:${HOME.region}:${HOME.account}:table/Things`;

/** Writes every event as a line; messages that say so fail, or end the function. */
const WORKER = `
export async function handler(event) {
  console.log(JSON.stringify(event));
  const bodies = event.Records.map(({ body }) => body);
  if (bodies.includes('throw')) throw new Error('as asked');
  if (bodies.includes('lie')) return { batchItemFailures: [{ itemIdentifier: 'nobody' }] };
  return { batchItemFailures: event.Records.filter(({ body }) => body === 'fail').map(({ messageId }) => ({ itemIdentifier: messageId })) };
}
`;

const LISTENER = `
export async function handler(event) {
  const said = event.Records.map(({ dynamodb }) => dynamodb.NewImage.do.S);
  console.log(JSON.stringify({ said, first: event.Records[0] }));
  if (said.includes('throw')) throw new Error('as asked');
  const failed = event.Records.find(({ dynamodb }) => dynamodb.NewImage.do.S === 'fail');
  return { batchItemFailures: failed === undefined ? [] : [{ itemIdentifier: failed.dynamodb.SequenceNumber }] };
}
`;

/** Puts its event into the table. */
const WRITER = `
export async function handler({ id }) {
  const response = await fetch(process.env.AWS_ENDPOINT_URL, {
    method: 'POST',
    headers: {
      authorization: 'AWS4-HMAC-SHA256 Credential=x/20260101/eu-west-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0',
      'x-amz-date': '20260101T000000Z',
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': 'DynamoDB_20120810.PutItem',
    },
    body: JSON.stringify({ TableName: 'Things', Item: { id: { S: id } } }),
  });
  return response.status;
}
`;

const toys = new Toys();
cloudSuite('the local cloud', () => {
  let cloud: LocalCloud;

  beforeAll(async () => {
    const worker = functionModel('worker', toys.add('worker', WORKER));
    const writer = functionModel('writer', toys.add('writer', WRITER));
    const listener = functionModel('listener', toys.add('listener', LISTENER));
    cloud = await LocalCloud.start(
      cloudModel({
        buckets: [
          { name: 'example-logs', versioned: true },
          { name: 'example-other', versioned: false },
        ],
        queues: [
          { name: 'Jobs', arn: QUEUE, attributes: { VisibilityTimeout: '1800' }, redrive: { deadLetterArn: DLQ, maxReceiveCount: 3 } },
          { name: 'JobsDlq', arn: DLQ, attributes: {} },
          { name: 'Failures', arn: FAILURES, attributes: {} },
        ],
        tables: [
          {
            name: 'Things',
            arn: TABLE,
            create: {
              TableName: 'Things',
              BillingMode: 'PAY_PER_REQUEST',
              AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
              KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
              StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
            },
            ttlAttribute: 'expires',
          },
        ],
        functions: [worker, listener, writer],
        queueMappings: [
          { queueArn: QUEUE, functionName: worker.functionName, batchSize: 25, windowSeconds: 20, reportsFailures: true, filters: [] },
        ],
        streamMappings: [
          {
            tableArn: TABLE,
            streamArn: `${TABLE}/stream/1`,
            functionName: listener.arn,
            batchSize: 4,
            windowSeconds: 2,
            startsAtLatest: false,
            reportsFailures: true,
            bisects: true,
            retries: 2,
            filters: [{ eventName: ['INSERT', 'MODIFY'], dynamodb: { NewImage: { due: { S: ['alert'] } } } }],
            failureQueueArn: FAILURES,
          },
        ],
        announcements: [
          { kind: 'bucket', bucket: 'example-logs', queueArn: QUEUE, events: ['s3:ObjectCreated:*'], prefix: 'AWSLogs/', suffix: '' },
          {
            kind: 'eventbridge',
            queueArn: QUEUE,
            pattern: { source: ['aws.s3'], detail: { bucket: { name: ['example-other'] }, object: { key: [{ prefix: 'logs/' }] } } },
          },
        ],
        subscriptions: [{ topicArn: 'arn:aws:sns:eu-west-1:444455556666:Logs', queueArn: QUEUE, raw: false }],
        schedules: [{ name: 'Tick', expression: 'rate(5 minutes)', targetArn: worker.arn, input: { Records: [] } }],
        outputs: { JobsUrl: `https://sqs.${HOME.region}.amazonaws.com/${HOME.account}/Jobs`, Table: 'Things' },
      }),
    );
  });

  afterAll(async () => {
    await cloud.stop();
    toys.remove();
  });

  beforeEach(() => {
    cloud.logs.splice(0);
    cloud.calls.splice(0);
  });

  afterEach(() => {
    cloud.intercept = undefined;
  });

  /** What the worker was given, batch by batch. */
  function batches(): string[][] {
    return eventsOf('worker').map((event) => (event as SQSEvent).Records.map(({ body }) => body));
  }

  function eventsOf(name: string): unknown[] {
    return cloud.logs.filter((line) => line.function === name && line.stream === 'stdout').map(({ text }) => JSON.parse(text) as unknown);
  }

  function said(): string[][] {
    return eventsOf('listener').map((line) => (line as { said: string[] }).said);
  }

  async function write(...items: readonly (readonly [id: string, what: string, due?: string])[]): Promise<void> {
    for (const [id, what, due = 'alert'] of items) {
      await cloud.database.call('PutItem', { TableName: 'Things', Item: { id: { S: id }, do: { S: what }, due: { S: due } } });
    }
  }

  describe('a queue and its function', () => {
    test('messages come in one batch, as Lambda gives them, and are gone once they succeed', async () => {
      for (let i = 0; i < 12; i++) await cloud.send('Jobs', `job ${i}`);
      await cloud.settle();
      const [event] = eventsOf('worker') as SQSEvent[];
      expect(batches()).toEqual([Array.from({ length: 12 }, (_, i) => `job ${i}`)]);
      expect(event?.Records[0]).toMatchObject({
        eventSource: 'aws:sqs',
        eventSourceARN: QUEUE,
        awsRegion: HOME.region,
        messageAttributes: {},
        attributes: { ApproximateReceiveCount: '1', SentTimestamp: expect.stringMatching(/^\d{13}$/) },
      });
      expect(await cloud.messages(QUEUE)).toEqual([]);
    });

    test.each([
      ['a message that fails', ['a', 'fail', 'b'], [['a', 'fail', 'b'], ['fail'], ['fail']], ['fail']],
      [
        'a function that fails',
        ['a', 'throw'],
        [
          ['a', 'throw'],
          ['a', 'throw'],
          ['a', 'throw'],
        ],
        ['a', 'throw'],
      ],
      [
        'an answer that names a message nobody sent',
        ['lie', 'c'],
        [
          ['lie', 'c'],
          ['lie', 'c'],
          ['lie', 'c'],
        ],
        ['c', 'lie'],
      ],
    ])('%s comes again and ends in the dead-letter queue', async (_name, bodies, expected, dead) => {
      for (const body of bodies) await cloud.send(QUEUE, body);
      await cloud.settle();
      expect(batches().map((batch) => batch.toSorted())).toEqual(expected.map((batch) => batch.toSorted()));
      expect((await cloud.messages('JobsDlq')).toSorted()).toEqual(dead);
      await cloud.empty('JobsDlq');
      expect(await cloud.messages(DLQ)).toEqual([]);
    });
  });

  describe('a new object', () => {
    const KEY = 'AWSLogs/111122223333/a + b (ü)~1.json.gz';

    test('is told of as S3 does, its key URL-encoded', async () => {
      const object = await cloud.put('example-logs', KEY, Buffer.from('hello'));
      await cloud.settle();
      const [[body = '']] = batches() as [[string]];
      expect(JSON.parse(body)).toMatchObject({
        Records: [
          {
            eventSource: 'aws:s3',
            eventName: 'ObjectCreated:Put',
            s3: {
              bucket: { name: 'example-logs', arn: 'arn:aws:s3:::example-logs' },
              object: {
                key: 'AWSLogs/111122223333/a+%2B+b+%28%C3%BC%29%7E1.json.gz',
                size: 5,
                eTag: '5d41402abc4b2a76b9719d911017c592',
                versionId: object.versionId,
                sequencer: object.sequencer,
              },
            },
          },
        ],
      });
      expect((await cloud.storage.get('example-logs', KEY))?.toString()).toBe('hello');
      expect(await cloud.storage.keys('example-logs', 'AWSLogs/')).toEqual([KEY]);
      await cloud.storage.remove('example-logs', KEY);
      expect(await cloud.storage.get('example-logs', KEY)).toBeUndefined();
    });

    test('outside the notification is not told of', async () => {
      await cloud.put('example-logs', 'Other/1.json.gz', Buffer.from('hello'));
      await cloud.put('example-other', 'AWSLogs/1.json.gz', Buffer.from('hello'));
      await cloud.settle();
      expect(batches()).toEqual([]);
    });

    test('comes through EventBridge with its key as it is', async () => {
      await cloud.put('example-other', 'logs/a + b.json', Buffer.from('hello'));
      await cloud.settle();
      const [[body = '']] = batches() as [[string]];
      const { detail, ...event } = JSON.parse(body) as Record<string, unknown>;
      expect(event).toMatchObject({ source: 'aws.s3', 'detail-type': 'Object Created' });
      expect(detail).toMatchObject({ bucket: { name: 'example-other' }, object: { key: 'logs/a + b.json', size: 5 } });
      expect(detail).not.toHaveProperty('object.version-id');
    });

    test('of another account comes through a topic', async () => {
      await cloud.publish('arn:aws:sns:eu-west-1:444455556666:Logs', cloud.describe('archive', 'AWSLogs/1'));
      await cloud.publish('arn:aws:sns:eu-west-1:444455556666:Others', cloud.describe('archive', 'AWSLogs/2'));
      await cloud.settle();
      const [[body = '']] = batches() as [[string]];
      const { Type, Message } = JSON.parse(body) as { Type: string; Message: string };
      expect(Type).toBe('Notification');
      expect(JSON.parse(Message)).toMatchObject({ Records: [{ s3: { bucket: { name: 'archive' }, object: { key: 'AWSLogs/1' } } }] });
      expect(batches()).toHaveLength(1);
    });

    test('is not all that S3 tells: a test comes first', async () => {
      await cloud.sendTestEvents();
      await cloud.settle();
      expect(JSON.parse(batches()[0]?.[0] as string)).toMatchObject({
        Service: 'Amazon S3',
        Event: 's3:TestEvent',
        Bucket: 'example-logs',
      });
    });
  });

  describe("a table's stream and its function", () => {
    test('records come in order and in batches; the filter holds back the others', async () => {
      await write(['1', 'a'], ['2', 'b', 'no'], ['3', 'c'], ['4', 'd'], ['5', 'e'], ['6', 'f']);
      await cloud.database.call('DeleteItem', { TableName: 'Things', Key: { id: { S: '1' } } });
      await cloud.settle();
      expect(said()).toEqual([['a', 'c', 'd', 'e'], ['f']]);
      expect((eventsOf('listener')[0] as { first: unknown }).first).toMatchObject({
        eventName: 'INSERT',
        eventSource: 'aws:dynamodb',
        eventSourceARN: `${TABLE}/stream/1`,
        awsRegion: HOME.region,
        dynamodb: { Keys: { id: { S: '1' } }, SequenceNumber: expect.stringMatching(/^\d{21}$/), StreamViewType: 'NEW_IMAGE' },
      });
    });

    test('a put that changes nothing leaves no record', async () => {
      await write(['same', 'x']);
      await write(['same', 'x']);
      await write(['same', 'y']);
      await cloud.settle();
      expect(said()).toEqual([['x', 'y']]);
    });

    test('a reported failure is tried again from there, then given up, and what follows goes on', async () => {
      await write(['f1', 'a'], ['f2', 'fail'], ['f3', 'b'], ['f4', 'c'], ['f5', 'd']);
      await cloud.settle();
      expect(said()).toEqual([['a', 'fail', 'b', 'c'], ['fail', 'b', 'c'], ['fail', 'b', 'c'], ['d']]);
      const [body = '{}'] = await cloud.messages('Failures');
      expect(JSON.parse(body)).toMatchObject({
        requestContext: { condition: 'RetryAttemptsExhausted', approximateInvokeCount: 3 },
        DDBStreamBatchInfo: { batchSize: 3, streamArn: `${TABLE}/stream/1` },
      });
      await cloud.empty('Failures');
    });

    test('a batch whose function fails is halved until the cause is alone', async () => {
      await write(['t1', 'a'], ['t2', 'b'], ['t3', 'throw'], ['t4', 'c']);
      await cloud.settle();
      expect(said()).toEqual([['a', 'b', 'throw', 'c'], ['a', 'b'], ['throw', 'c'], ['throw'], ['throw'], ['throw'], ['c']]);
      const [body = '{}'] = await cloud.messages('Failures');
      expect(JSON.parse(body)).toMatchObject({ responseContext: { functionError: 'Unhandled' }, DDBStreamBatchInfo: { batchSize: 1 } });
      await cloud.empty('Failures');
    });
  });

  describe('clients', () => {
    const config = () => ({
      endpoint: cloud.endpoint,
      region: HOME.region,
      credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
      maxAttempts: 1,
    });

    test('reach every service at one address, and each call is counted', async () => {
      const s3 = new S3Client({ ...config(), forcePathStyle: true });
      const sqs = new SQSClient(config());
      const ses = new SESv2Client(config());
      const dynamodb = new DynamoDBClient(config());
      await cloud.storage.put('example-other', 'x/ü + y', Buffer.from('12345'));
      const got = await s3.send(new GetObjectCommand({ Bucket: 'example-other', Key: 'x/ü + y' }));
      expect(await got.Body?.transformToString()).toBe('12345');
      expect(await s3.send(new HeadObjectCommand({ Bucket: 'example-other', Key: 'x/ü + y' }))).toMatchObject({ ContentLength: 5 });
      await expect(s3.send(new GetObjectCommand({ Bucket: 'example-other', Key: 'none' }))).rejects.toMatchObject({ name: 'NoSuchKey' });
      await dynamodb.send(new PutItemCommand({ TableName: 'Things', Item: { id: { S: 'big' }, text: { S: 'x'.repeat(3000) } } }));
      await sqs.send(new SendMessageCommand({ QueueUrl: cloud.output('JobsUrl'), MessageBody: 'from outside' }));
      const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl: cloud.output('JobsUrl'), AttributeNames: ['All'] }));
      expect(Attributes).toMatchObject({ ApproximateNumberOfMessages: '1', VisibilityTimeout: '1800' });
      await ses.send(
        new SendEmailCommand({
          FromEmailAddress: 'a@example.com',
          Destination: { ToAddresses: ['b@example.com'] },
          Content: { Simple: { Subject: { Data: 'Hello' }, Body: { Text: { Data: 'text' } } } },
        }),
      );
      expect(await ses.send(new GetAccountCommand({}))).toMatchObject({ ProductionAccessEnabled: true });
      expect(await cloud.mails()).toMatchObject([
        { from: 'a@example.com', destination: { to: ['b@example.com'] }, subject: 'Hello', body: { text: 'text' } },
      ]);
      expect(
        cloud.calls.map(({ caller, service, operation, resource, status, capacity }) => [
          caller,
          service,
          operation,
          resource,
          status,
          capacity,
        ]),
      ).toEqual([
        ['client', 's3', 'GetObject', 'example-other/x/ü + y', 200, 0],
        ['client', 's3', 'HeadObject', 'example-other/x/ü + y', 200, 0],
        ['client', 's3', 'GetObject', 'example-other/none', 404, 0],
        ['client', 'dynamodb', 'PutItem', 'Things', 200, 3],
        ['client', 'sqs', 'SendMessage', 'Jobs', 200, 0],
        ['client', 'sqs', 'GetQueueAttributes', 'Jobs', 200, 0],
        ['client', 'ses', 'SendEmail', '', 200, 0],
        ['client', 'ses', 'GetAccount', '', 200, 0],
      ]);
      expect(await cloud.database.items('Things')).toContainEqual({ id: 'big', text: 'x'.repeat(3000) });
      await cloud.settle();
      expect(batches()).toEqual([['from outside']]);
      for (const client of [s3, sqs, ses, dynamodb]) client.destroy();
    });

    test('can be cut off before a call takes effect, after it, or answered in its place', async () => {
      const dynamodb = new DynamoDBClient(config());
      const put = (id: string) => dynamodb.send(new PutItemCommand({ TableName: 'Things', Item: { id: { S: id } } }));
      for (const moment of ['before', 'after'] as const) {
        cloud.intercept = (_call, when) => {
          if (when === moment) throw new Error('cut');
          return undefined;
        };
        await expect(put(`cut ${moment}`)).rejects.toThrow();
      }
      cloud.intercept = (call, when) =>
        when === 'before' && call.operation === 'PutItem'
          ? HttpAnswer.json(400, {
              __type: 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException',
              message: 'slow down',
            })
          : undefined;
      await expect(put('throttled')).rejects.toMatchObject({ name: 'ProvisionedThroughputExceededException' });
      const ids = (await cloud.database.items('Things')).map(({ id }) => id);
      expect(ids).toContain('cut after');
      expect(ids).not.toContain('cut before');
      expect(ids).not.toContain('throttled');
      expect(cloud.calls.map(({ operation, status }) => [operation, status])).toEqual([
        ['PutItem', 0],
        ['PutItem', 200],
        ['PutItem', 400],
      ]);
      dynamodb.destroy();
    });
  });

  test.each([
    ['before', false],
    ['after', true],
  ] as const)('a function killed at a call, %s it takes effect, leaves what it did and starts cold', async (moment, done) => {
    const writer = cloud.functions.get('writer') as FunctionHost;
    const id = `killed ${moment}`;
    cloud.intercept = async ({ caller }, when) => {
      if (caller !== 'writer' || when !== moment) return undefined;
      await writer.kill();
      throw new Error('killed');
    };
    expect(await cloud.invoke('writer', { id })).toMatchObject({ ok: false, error: { errorType: 'Runtime.ExitError' } });
    const ids = async () => (await cloud.database.items('Things')).map((item) => item.id);
    expect((await ids()).includes(id)).toBe(done);
    cloud.intercept = undefined;
    expect(await cloud.invoke('writer', { id })).toMatchObject({ ok: true, result: 200, measured: { initMs: expect.any(Number) } });
    expect(await ids()).toContain(id);
  });

  test('the schedule gives its input to its function', async () => {
    expect(await cloud.tick()).toMatchObject({ ok: true, result: { batchItemFailures: [] } });
    expect(eventsOf('worker')).toEqual([{ Records: [] }]);
  });

  test('names that nothing bears are told of', async () => {
    expect(() => cloud.invoke('nobody', {})).toThrow('The stacks have no function nobody; they have worker, listener, writer.');
    expect(() => cloud.output('Nothing')).toThrow('The stacks have no output Nothing; they have JobsUrl, Table.');
    await expect(cloud.messages('Nothing')).rejects.toThrow('The local cloud has no queue Nothing.');
  });
});

import fc from 'fast-check';
import { decodeKey, readNotification } from '../../../core/records/notification.ts';

const KEY = 'AWSLogs/111122223333/CloudTrail/eu-west-1/2026/09/01/a + b ü.json.gz';
const ENCODED = 'AWSLogs/111122223333/CloudTrail/eu-west-1/2026/09/01/a+%2B+b+%C3%BC.json.gz';
const TIME = Date.UTC(2026, 8, 1, 10, 5);

const json = (value: unknown): string => JSON.stringify(value);

const s3Record = (more: object = {}, object: object = {}) => ({
  eventVersion: '2.1',
  eventSource: 'aws:s3',
  eventTime: '2026-09-01T10:05:00.000Z',
  eventName: 'ObjectCreated:Put',
  s3: {
    bucket: { name: 'example-trail', arn: 'arn:aws:s3:::example-trail' },
    object: { key: ENCODED, size: 1234, eTag: 'abc', versionId: 'v1', sequencer: '0055', ...object },
  },
  ...more,
});

const s3Message = (...records: readonly object[]) => json({ Records: records });

const created = (detail: object = {}, more: object = {}) =>
  json({
    version: '0',
    source: 'aws.s3',
    'detail-type': 'Object Created',
    time: '2026-09-01T10:05:00Z',
    detail: {
      bucket: { name: 'example-trail' },
      object: { key: KEY, size: 1234, etag: 'abc', 'version-id': 'v1', sequencer: '0055' },
      ...detail,
    },
    ...more,
  });

const sns = (message: string) => json({ Type: 'Notification', TopicArn: 'arn:aws:sns:eu-west-1:111122223333:trail', Message: message });

const backfill = (more: object = {}) =>
  json({ trailwarden: 'backfill', id: 'b-1', of: 1234, bucket: 'example-trail', key: KEY, delivered: '2026-09-01T10:05:00Z', ...more });

const OBJECT = { bucket: 'example-trail', key: KEY, version: 'v1', etag: 'abc', size: 1234, time: TIME };
const ONE = { objects: [OBJECT], ignored: [], unknown: [] };
const PLAIN = { bucket: 'example-trail', key: KEY };

describe('an announced object', () => {
  const cases: [string, string, object][] = [
    ['an S3 notification', s3Message(s3Record()), ONE],
    ['one of a copy', s3Message(s3Record({ eventName: 'ObjectCreated:CompleteMultipartUpload' })), ONE],
    ['one without the name of the event', s3Message(s3Record({ eventName: undefined })), ONE],
    ['one with a quoted etag', s3Message(s3Record({}, { eTag: '"abc"' })), ONE],
    [
      'one of a bucket without versions',
      s3Message(s3Record({}, { versionId: 'null' })),
      { ...ONE, objects: [{ ...PLAIN, etag: 'abc', size: 1234, time: TIME }] },
    ],
    [
      'one with the least that is needed',
      s3Message({ s3: { bucket: { name: 'example-trail' }, object: { key: ENCODED } } }),
      { ...ONE, objects: [PLAIN] },
    ],
    [
      'one with a size and a time that are none',
      s3Message(s3Record({ eventTime: 5 }, { size: '12', eTag: 7, versionId: {} })),
      { ...ONE, objects: [PLAIN] },
    ],
    ['an S3 notification by SNS', sns(s3Message(s3Record())), ONE],
    ['an S3 notification by two topics', sns(sns(s3Message(s3Record()))), ONE],
    ['an EventBridge event', created(), ONE],
    ['an EventBridge event by SNS', sns(created()), ONE],
    [
      'an EventBridge event whose key looks encoded',
      created({ object: { key: 'a+b%20c' } }),
      { ...ONE, objects: [{ bucket: 'example-trail', key: 'a+b%20c', time: TIME }] },
    ],
    [
      "CloudTrail's own notification",
      sns(json({ s3Bucket: 'example-trail', s3ObjectKey: [KEY, 'other'] })),
      { ...ONE, objects: [PLAIN, { ...PLAIN, key: 'other' }] },
    ],
    ['a message of a backfill', backfill(), { ...ONE, objects: [{ ...PLAIN, time: TIME, backfill: { id: 'b-1', of: 1234 } }] }],
    [
      'a message of a backfill at its limits',
      backfill({ id: 'aZ_-9'.repeat(12).concat('last'), of: 100_000_000, bucket: 'b'.repeat(63), key: 'k'.repeat(1024) }),
      {
        ...ONE,
        objects: [
          {
            bucket: 'b'.repeat(63),
            key: 'k'.repeat(1024),
            time: TIME,
            backfill: { id: 'aZ_-9'.repeat(12).concat('last'), of: 100_000_000 },
          },
        ],
      },
    ],
    [
      'a message of a backfill without a time',
      backfill({ delivered: 'soon' }),
      { ...ONE, objects: [{ ...PLAIN, backfill: { id: 'b-1', of: 1234 } }] },
    ],
    [
      'three records in a message',
      s3Message(s3Record(), s3Record({}, { key: 'two' }), s3Record({}, { key: 'three' })),
      { ...ONE, objects: [OBJECT, { ...OBJECT, key: 'two' }, { ...OBJECT, key: 'three' }] },
    ],
  ];
  test.each(cases)('%s', (_name, body, expected) => expect(readNotification(body)).toEqual(expected));
});

describe('a message that asks for nothing', () => {
  const cases: [string, string, readonly string[]][] = [
    ["S3's test", json({ Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'example-trail' }), ['test-event']],
    ["S3's test by SNS", sns(json({ Service: 'Amazon S3', Event: 's3:TestEvent' })), ['test-event']],
    ["CloudTrail's test", sns('CloudTrail validation message.'), ['test-event']],
    ['an object that was removed', s3Message(s3Record({ eventName: 'ObjectRemoved:Delete' })), ['not-created']],
    ['an object that was restored', s3Message(s3Record({ eventName: 'ObjectRestore:Completed' })), ['not-created']],
    ['an object that was deleted, by EventBridge', created({}, { 'detail-type': 'Object Deleted' }), ['not-created']],
    ['the end of a subscription', json({ Type: 'UnsubscribeConfirmation', Message: 'You have …' }), ['unsubscribed']],
    ['a message of no records', s3Message(), []],
  ];
  test.each(cases)('%s', (_name, body, ignored) => expect(readNotification(body)).toEqual({ objects: [], ignored, unknown: [] }));
});

describe('a message that is not understood', () => {
  const deep = `${'{"Records":['.repeat(100_000)}`;
  const cases: [string, string, string][] = [
    ['no text', '', 'The message is not JSON: "".'],
    ['a text', 'hello', 'The message is not JSON: "hello". Expected is an S3 notification'],
    ['a long text', 'x'.repeat(1000), `"${'x'.repeat(160)}" …`],
    ['a number', '12', 'The message has no known form: "12".'],
    ['null', 'null', 'no known form'],
    ['a list', '[]', 'no known form'],
    ['an object', '{}', 'no known form'],
    ['a text of JSON', json(s3Message(s3Record())), 'no known form'],
    [
      'an event of another service',
      json({ source: 'aws.ec2', 'detail-type': 'EC2 Instance State-change Notification', detail: {} }),
      'no known form',
    ],
    ['SNS around a text', sns('hello'), 'The message is not JSON: "hello".'],
    ['SNS around SNS around SNS, too often', sns(sns(sns(sns(sns('{}'))))), 'no known form'],
    ['SNS without a message', json({ Type: 'Notification', Message: { Records: [] } }), 'no known form'],
    [
      'a subscription to be confirmed',
      json({ Type: 'SubscriptionConfirmation', TopicArn: 'arn:aws:sns:eu-west-1:111122223333:t', Message: 'You have …' }),
      "waits for the queue's subscription to be confirmed",
    ],
    ['records that are none', s3Message(null as never), 'names no bucket where one should stand, but "".'],
    ['a record of a list', s3Message([] as never), 'names no bucket'],
    ['a bucket that is a number', s3Message(s3Record({ s3: { bucket: { name: 5 }, object: { key: 'a' } } })), 'names no bucket'],
    [
      'a bucket that is an ARN',
      s3Message(s3Record({ s3: { bucket: { name: 'arn:aws:s3:eu-west-1:111122223333:accesspoint/x' }, object: { key: 'a' } } })),
      'names no bucket',
    ],
    ['a bucket that is a path', s3Message(s3Record({ s3: { bucket: { name: '../x' }, object: { key: 'a' } } })), 'names no bucket'],
    ['a key that is a list', s3Message(s3Record({}, { key: ['a'] })), "S3's keys have 1 to 1024 bytes, this one has 0."],
    ['a key that is too long', created({ object: { key: 'ü'.repeat(513) } }), 'this one has 1026'],
    ['a key that is no text of Unicode', created({ object: { key: 'a\ud800b' } }), 'names no object'],
    [
      'a bucket that is too long',
      s3Message(s3Record({ s3: { bucket: { name: 'b'.repeat(64) }, object: { key: 'a' } } })),
      'names no bucket',
    ],
    ['a bucket that is too long, by EventBridge', created({ bucket: { name: 'b'.repeat(64) } }), 'names no bucket'],
    ['a key that is too long, encoded', s3Message(s3Record({}, { key: 'a+'.repeat(513) })), 'this one has 1026'],
    ['a version that is too long', s3Message(s3Record({}, { versionId: 'v'.repeat(1025) })), "longer than S3's are"],
    ['an etag that is too long', created({ object: { key: 'a', etag: 'e'.repeat(180_000) } }), "longer than S3's are"],
    ['keys of CloudTrail that are numbers', json({ s3Bucket: 'example-trail', s3ObjectKey: [1] }), 'names no object'],
    ['a backfill without its size', backfill({ of: '12' }), "A backfill's message names its id"],
    ['a backfill without its id', backfill({ id: undefined }), "A backfill's message names its id"],
    ...['', 'a#b', 'a b', 'a\n', 'ü', 'x'.repeat(65), 'x'.repeat(200_000)].map((id): [string, string, string] => [
      `a backfill whose id is ${JSON.stringify(id.slice(0, 66))}`,
      backfill({ id }),
      "A backfill's message names its id",
    ]),
    ...[0, -1, 1.5, 100_000_001, 1e300].map((of): [string, string, string] => [
      `a backfill of ${of} objects`,
      backfill({ of }),
      "A backfill's message names its id",
    ]),
    ['names of prototypes', '{"__proto__":{"Records":[]},"constructor":{"s3ObjectKey":[]}}', 'no known form'],
    [
      'a bucket from a prototype',
      '{"Records":[{"s3":{"__proto__":{"bucket":{"name":"example-trail"},"object":{"key":"a"}}}}]}',
      'names no bucket',
    ],
    ['a million brackets', deep, 'The message is not JSON'],
    ['a thousand levels', `${'['.repeat(1000)}${']'.repeat(1000)}`, 'no known form'],
  ];
  test.each(cases)('%s', (_name, body, sentence) => {
    const { objects, ignored, unknown } = readNotification(body);
    expect([objects, ignored, unknown.length]).toEqual([[], [], 1]);
    expect(unknown[0]).toContain(sentence);
    expect((unknown[0] as string).length).toBeLessThan(900);
  });
});

test('a message can say all three things at once', () => {
  const body = s3Message(s3Record(), s3Record({ eventName: 'ObjectRemoved:Delete' }), { eventName: 'ObjectCreated:Put' });
  expect(readNotification(body)).toEqual({
    objects: [OBJECT],
    ignored: ['not-created'],
    unknown: [expect.stringContaining('names no bucket')],
  });
});

test('any JSON is taken without an error', () => {
  const key = fc.constantFrom(
    'Records',
    's3',
    'bucket',
    'name',
    'object',
    'key',
    'Type',
    'Message',
    'source',
    'detail',
    'detail-type',
    's3ObjectKey',
    's3Bucket',
    '__proto__',
  );
  const leaf = fc.oneof(
    fc.string(),
    fc.constantFrom('Notification', 'aws.s3', 'Object Created', 'example-trail', 'a%', '%ff+'),
    fc.integer(),
    fc.constant(null),
  );
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof({ maxDepth: 6 }, leaf, fc.array(tie('value'), { maxLength: 3 }), fc.dictionary(key, tie('value'), { maxKeys: 5 })),
  }));
  fc.assert(
    fc.property(value, (one) => {
      for (const body of [json(one), sns(json(one))]) {
        for (const object of readNotification(body).objects)
          expect([typeof object.bucket, typeof object.key]).toEqual(['string', 'string']);
      }
    }),
    { numRuns: 1000 },
  );
});

describe('the key of a notification', () => {
  test.each([
    ['a+b', 'a b'],
    ['a%2Bb', 'a+b'],
    ['a%20b%2fc', 'a b/c'],
    ['%C3%BC%E6%97%A5%F0%9F%98%80', 'ü日😀'],
    ['100%', '100%'],
    ['%zz%2', '%zz%2'],
    ['%FF.json', '%FF.json'],
    ['a%20%', 'a %'],
    ['', ''],
  ])('%s is %s', (encoded, key) => expect(decodeKey(encoded)).toBe(key));

  test('any key is had back', () => {
    const encode = (key: string) => encodeURIComponent(key).replaceAll('%20', '+').replaceAll('%2F', '/');
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (key) => expect(decodeKey(encode(key))).toBe(key)));
  });
});

import { gzipSync } from 'node:zlib';
import { DEFAULT_LIMITS, inflateStream } from '../../../core/records/inflate.ts';
import { RecordReader } from '../../../core/records/reader.ts';
import { eventID, flawsCsv, type JsonObject, record, records, SHAPES } from '../../factories/record.ts';
import { copyOf, inPieces, RECORD_BYTES, type Read, readFile, readPieces, readText } from './reading.ts';

const COUNT = 4;
const MADE = records(COUNT, { userAgent: 'aws-cli/2.31.0, "größe" \\ – 日本 😀' });
const IDS = MADE.map((one) => one.eventID);

const CSVS = { 'CSV of 19 columns': 19, 'CSV of 18 columns': 18 } as const;
const FILES: [string, string][] = [
  ...Object.entries(SHAPES).map(([name, shape]): [string, string] => [name, shape(MADE)]),
  ...Object.entries(CSVS).map(([name, columns]): [string, string] => [name, flawsCsv(MADE, columns)]),
  ['CSV with a byte order mark and CRLF', `\ufeff${flawsCsv(MADE, 19).replaceAll('\n', '\r\n')}`],
  ['CSV without a last line break', flawsCsv(MADE, 19).trimEnd()],
];

const CLEAN = { files: 1, records: COUNT, events: COUNT, duplicates: 0, excluded: 0, digests: 0, rejects: {}, fileRejects: {} };

describe.each(FILES)('%s', (_name, text) => {
  const whole = readText(text);

  test('gives every record once', () => {
    expect(whole.counts).toEqual({ ...CLEAN, bytes: Buffer.byteLength(text) });
    expect(whole.events.map((event) => event.eventID)).toEqual(IDS);
    expect(whole.events.map((event) => event.index)).toEqual([0, 1, 2, 3]);
  });

  test('gives the fields of its records', () => {
    expect(whole.events[2]).toMatchObject({
      eventSource: 's3.amazonaws.com',
      eventName: 'GetBucketPolicy',
      time: Date.UTC(2026, 8, 1, 10, 0, 2),
      category: 'Management',
      region: 'eu-central-1',
      account: '111122223333',
      address: '198.51.100.7',
      userAgent: 'aws-cli/2.31.0, "größe" \\ – 日本 😀',
      errorCode: 'AccessDenied',
      hasWeakId: false,
      principal: { id: 'arn:aws:iam::111122223333:role/deploy', kind: 'role', session: 'deploy-session' },
    });
  });

  test('is the same compressed, in one member or in two', () => {
    const bytes = Buffer.from(text);
    const half = bytes.length >> 1;
    expect(readFile(gzipSync(bytes))).toEqual(whole);
    expect(readFile(Buffer.concat([gzipSync(bytes.subarray(0, half)), gzipSync(bytes.subarray(half))]))).toEqual(whole);
  });

  test('is the same in pieces of 1 to 64 bytes', () => {
    const bytes = Buffer.from(text);
    for (let size = 1; size <= 64; size += 1) expect([size, readPieces(inPieces(bytes, size))]).toEqual([size, whole]);
  });
});

test.each([1, 7, 4096])('a gzip file is the same streamed in pieces of %i bytes', async (size) => {
  const text = SHAPES['trail file']?.(records(50)) as string;
  const compressed = gzipSync(text);
  const events: unknown[] = [];
  const reader = new RecordReader((found, index) => {
    events.push({ ...copyOf(found), index });
    return 'event';
  }, RECORD_BYTES);
  reader.begin();
  const pieces = (async function* () {
    yield* inPieces(compressed, size);
  })();
  const reject = await inflateStream(pieces, compressed.length, DEFAULT_LIMITS, (piece) => reader.push(piece));
  reader.end(reject);
  expect({ events, counts: reader.counts }).toEqual(readText(text));
  expect(events).toHaveLength(50);
});

const S3_NOTIFICATION = {
  eventVersion: '2.1',
  eventSource: 'aws:s3',
  awsRegion: 'us-east-1',
  eventTime: '2026-09-01T10:00:00.000Z',
  eventName: 'ObjectCreated:Put',
  userIdentity: { principalId: 'AWS:EXAMPLE' },
  s3: { bucket: { name: 'b' } },
};
const DIGEST = {
  awsAccountId: '111122223333',
  digestStartTime: '2026-09-01T10:00:00Z',
  digestEndTime: '2026-09-01T11:00:00Z',
  logFiles: [],
};

const json = (value: unknown): string => JSON.stringify(value);

const OTHERS: [string, string, Partial<Read['counts']>][] = [
  ['an empty file', '', { fileRejects: { empty: 1 } }],
  ['a file of white space', ' \r\n\t\n', { fileRejects: { empty: 1 } }],
  ['a byte order mark alone', '\ufeff', { fileRejects: { empty: 1 } }],
  ['an empty array', '[]', {}],
  ['a trail file without records', '{"Records":[]}', {}],
  ['an empty object', '{}', { records: 1, rejects: { 'not-cloudtrail': 1 } }],
  ['a single record', json(record()), { records: 1, events: 1 }],
  ['a single EventBridge envelope', json({ 'detail-type': 'x', detail: record() }), { records: 1, events: 1 }],
  ['a digest file', json(DIGEST), { digests: 1 }],
  [
    'an envelope of another service',
    json({ source: 'aws.ec2', detail: { state: 'running' } }),
    { records: 1, rejects: { 'not-cloudtrail': 1 } },
  ],
  ['a notification of S3', json({ Records: [S3_NOTIFICATION] }), { records: 1, rejects: { 'not-cloudtrail': 1 } }],
  ['a log message that is no JSON', json({ message: 'hello {' }), { records: 1, rejects: { 'not-cloudtrail': 1 } }],
  ['a log message with a text behind its JSON', json({ message: `${json(record())} x` }), { records: 1, rejects: { 'not-cloudtrail': 1 } }],
  ['a CSV of something else', 'name,age\nx,1\n', { fileRejects: { 'not-cloudtrail': 1 } }],
  ['a byte order mark behind another', `\ufeff\ufeff${json(record())}`, { fileRejects: { 'not-cloudtrail': 1 } }],
  ['a byte order mark behind white space', ` \ufeff${json(record())}`, { fileRejects: { 'not-cloudtrail': 1 } }],
  ['an envelope of a text', json({ source: 'x', detail: '{"eventName":"x"}' }), { records: 1, rejects: { 'not-cloudtrail': 1 } }],
  ['a text', 'hello world', { fileRejects: { 'not-cloudtrail': 1 } }],
  ['an HTML page', '<html>{"eventVersion":"1.08"}</html>', { fileRejects: { 'not-cloudtrail': 1 } }],
];

test.each(OTHERS)('%s', (_name, text, expected) => {
  const counts = { ...CLEAN, records: 0, events: 0, bytes: Buffer.byteLength(text), ...expected };
  expect(readText(text).counts).toEqual(counts);
  for (const size of [1, 2, 3, 5, 64]) expect(readPieces(inPieces(Buffer.from(text), size)).counts).toEqual(counts);
});

test.each(['NDJSON', 'trail file', 'objects behind each other'])('records are handed on as they come, not at the end: %s', (shape) => {
  const bytes = Buffer.from(SHAPES[shape]?.(records(500)) as string);
  let taken = 0;
  const reader = new RecordReader(() => {
    taken += 1;
    return 'event';
  }, RECORD_BYTES);
  reader.begin();
  for (const piece of inPieces(bytes, 700)) reader.push(piece);
  expect(taken).toBeGreaterThan(490);
});

test('the logstash form has @timestamp in place of eventTime', () => {
  const { events } = readText(json({ ...record(0, { eventTime: undefined }), '@timestamp': '2026-09-14T00:46:03.372Z', '@version': '1' }));
  expect(events.map(({ time }) => time)).toEqual([Date.UTC(2026, 8, 14, 0, 46, 3, 372)]);
});

describe('the CSV of flaws.cloud', () => {
  const read = (columns: string, ...rows: string[]) => readText([columns, ...rows].join('\n'));
  const HEADER = 'eventID,eventTime,eventName,eventSource,userIdentitytype,userIdentityaccountId,errorCode,requestParametersinstanceType';

  test('placeholders are absent fields, the caller’s account is the account', () => {
    const { events } = read(HEADER, `${eventID(1)},2017-02-12T19:57:06Z,ListBuckets,s3.amazonaws.com,Root,777788889999,NoError,NoData`);
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({ errorCode: '', account: '777788889999', principal: { kind: 'root' } });
    expect(events[0]?.requestParameters).toBeUndefined();
  });

  test('the instance type is a request parameter', () => {
    const { events } = read(HEADER, `${eventID(1)},2017-02-12T19:57:06Z,RunInstances,ec2.amazonaws.com,Root,1,NoError,m4.16xlarge`);
    expect(events[0]?.requestParameters).toBe('{"instanceType":"m4.16xlarge"}');
  });

  const GOOD = `${eventID(2)},2017-02-12T19:57:06Z,ListBuckets,s3.amazonaws.com,Root,1,NoError,NoData`;
  test.each<[string, string, JsonObject]>([
    ['a row with too few cells', 'a,b', { 'bad-csv-row': 1 }],
    ['a row with too many cells', `${GOOD},x`, { 'bad-csv-row': 1 }],
    ['a row of placeholders', ',NoData,nan,None,,,,', { 'bad-csv-row': 1 }],
    ['a row without a time', GOOD.replace('2017-02-12T19:57:06Z', ''), { 'no-event-time': 1 }],
    ['a row with a quote that stays open', `"${eventID(9)},x`, { 'bad-csv-row': 1 }],
  ])('%s costs one reject', (name, row, rejects) => {
    const rows = name.includes('stays open') ? [GOOD, row] : [row, GOOD];
    expect(read(HEADER, ...rows).counts).toMatchObject({ records: 2, events: 1, rejects });
  });
});

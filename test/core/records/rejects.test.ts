import { gzipSync } from 'node:zlib';
import { RecordReader } from '../../../core/records/reader.ts';
import { FILE_REJECTS, type FileReject, RECORD_REJECTS, type RecordReject } from '../../../core/records/rejects.ts';
import { flawsCsv, record } from '../../factories/record.ts';
import { addsUp, readFile, readText } from './reading.ts';

const json = (value: unknown): string => JSON.stringify(value);
const GOOD = json(record());
const nested = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
const withValue = (value: string): string => `${GOOD.slice(0, -1)},"extra":${value}}`;
const invalidUtf8 = Buffer.from(GOOD.replace('alice', 'al\u0000ce'));
invalidUtf8[invalidUtf8.indexOf(0)] = 0xff;

/** How each reason comes about: what stands before a good record, in an array and one a line. */
const RECORDS: [string, RecordReject, string | Buffer][] = [
  ['a record that breaks off', 'broken-json', '{"eventVersion":"1.08","eventName":}'],
  ['a record with a raw line break in a text', 'broken-json', '{"eventVersion":"1.08","eventName":"a\tb"}'],
  ['a byte that is no UTF-8', 'invalid-utf8', invalidUtf8],
  ['257 levels of nesting', 'too-deep', withValue(nested(257))],
  ['a million levels of nesting', 'too-deep', withValue('['.repeat(1_000_000))],
  ['a record without eventTime', 'no-event-time', json(record(1, { eventTime: undefined }))],
  ['an eventTime that is a number', 'bad-event-time', json(record(1, { eventTime: 1_788_253_200 }))],
  ['an eventTime without a zone', 'bad-event-time', json(record(1, { eventTime: '2026-09-01T10:00:00' }))],
  ['an eventTime in words', 'bad-event-time', json(record(1, { eventTime: 'Tue Sep  1 10:00:00 2026' }))],
  ['an eventTime in the year 9999', 'bad-event-time', json(record(1, { eventTime: '9999-09-01T10:00:00Z' }))],
  ['an empty eventTime', 'bad-event-time', json(record(1, { eventTime: '' }))],
  ['a record without eventSource', 'no-event-source', json(record(1, { eventSource: undefined }))],
  ['an eventSource that is a list', 'no-event-source', json(record(1, { eventSource: ['s3.amazonaws.com'] }))],
  ['a record without eventName', 'no-event-name', json(record(1, { eventName: undefined }))],
  ['an eventName that is null', 'no-event-name', json(record(1, { eventName: null }))],
  ['an object of something else', 'not-cloudtrail', '{"level":"info","msg":"hello"}'],
  ['an S3 notification', 'not-cloudtrail', json(record(1, { eventSource: 'aws:s3' }))],
];

/** Those that only one shape can show. */
const IN_ARRAYS: [string, RecordReject, string][] = [
  ['a number', 'not-an-object', '1e3'],
  ['a text', 'not-an-object', '"a text with {\\"eventVersion\\": in it"'],
  ['null', 'not-an-object', 'null'],
  ['an array', 'not-an-object', json([record(1)])],
];

describe('a record costs one reject, and the record behind it is read', () => {
  const expected = (reason: RecordReject) => ({ records: 2, events: 1, rejects: { [reason]: 1 }, fileRejects: {} });

  test.each([...RECORDS, ...IN_ARRAYS])('%s in a trail file: %s', (_name, reason, text) => {
    const bytes = Buffer.concat([Buffer.from('{"Records":['), Buffer.from(text as string), Buffer.from(`,${GOOD}]}`)]);
    expect(readText(bytes).counts).toMatchObject(expected(reason));
  });

  test.each(RECORDS)('%s on a line: %s', (_name, reason, text) => {
    const { counts, events } = readText(Buffer.concat([Buffer.from(text as string), Buffer.from(`\n${GOOD}\n`)]));
    expect(counts).toMatchObject(expected(reason));
    expect(events[0]?.raw).toBe(GOOD);
  });

  test('a record beyond the limit: too-large', () => {
    const large = json(record(1, { requestParameters: 'x'.repeat(20_000) }));
    const read = (pieces: readonly string[]) => {
      const reader = new RecordReader(() => 'event', 8192);
      reader.begin();
      for (const piece of pieces) reader.push(Buffer.from(piece));
      reader.end();
      return reader.counts;
    };
    expect(read(['{"Records":[', large.slice(0, 10_000), large.slice(10_000), `,${GOOD}]}`])).toMatchObject(expected('too-large'));
    expect(read([`{"Records":[${large},${GOOD}]}`])).toMatchObject(expected('too-large'));
  });

  test('a CSV row of the wrong length: bad-csv-row', () => {
    const [header, row] = flawsCsv([record()], 18).split('\n');
    expect(readText(`${header}\na,b\n${row}\n`).counts).toMatchObject(expected('bad-csv-row'));
  });
});

test('every reason to reject a record has its case', () => {
  const tried = new Set([...RECORDS, ...IN_ARRAYS].map(([, reason]) => reason));
  expect([...tried, 'too-large', 'bad-csv-row'].sort()).toEqual(Object.keys(RECORD_REJECTS).sort());
});

const LIMITS = { inflatedBytes: 1024 ** 3, inflateRatio: 400, recordBytes: 1024 ** 2 };
const TRAIL = `{"Records":[${GOOD},${json(record(1))}]}`;
const damaged = gzipSync(TRAIL.repeat(50), { level: 0 });
damaged.fill(0xff, damaged.length >> 1, (damaged.length >> 1) + 40);
const wrongSum = gzipSync(TRAIL);
wrongSum[wrongSum.length - 8] = (wrongSum[wrongSum.length - 8] as number) ^ 1;

/** Each with what is kept of two records. */
const FILES: [string, FileReject, Buffer, number][] = [
  ['no bytes', 'empty', Buffer.alloc(0), 0],
  ['a gzip of no bytes', 'empty', gzipSync(''), 0],
  ['a gzip whose sum is wrong', 'gzip-broken', wrongSum, 2],
  ['a gzip without its last bytes', 'gzip-truncated', gzipSync(TRAIL).subarray(0, -9), 2],
  ['a gzip header alone', 'gzip-truncated', gzipSync(TRAIL).subarray(0, 10), 0],
  ['two bytes that announce gzip', 'gzip-truncated', Buffer.from([0x1f, 0x8b]), 0],
  ['a file that inflates too far', 'gzip-bomb', gzipSync(' '.repeat(40 * 1024 ** 2)), 0],
  ['a text that ends inside a record', 'json-truncated', Buffer.from(TRAIL.slice(0, -20)), 1],
  ['a text that ends inside the wrapper', 'json-truncated', Buffer.from(TRAIL.slice(0, -1)), 2],
  ['a wrapper that breaks after its records', 'json-broken', Buffer.from(`${TRAIL.slice(0, -1)},"x":}`), 2],
  ['a picture', 'not-cloudtrail', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0]), 0],
];

test.each(FILES)('%s: %s', (_name, reason, bytes, events) => {
  const { counts } = readFile(bytes, LIMITS);
  expect(counts).toMatchObject({ files: 1, records: events, events, rejects: {}, fileRejects: { [reason]: 1 } });
});

test('damage inside a gzip keeps what came before it', () => {
  const { counts } = readFile(damaged, LIMITS);
  expect(counts.fileRejects).toEqual({ 'gzip-broken': 1 });
  expect(counts.events).toBeGreaterThan(30);
  expect(addsUp(counts)).toBe(true);
});

test('every reason to reject a file has its case', () => {
  // Only whoever opens files or objects can find these: see the tests of the command and of the parse function.
  const opening = ['unreadable', 'object-too-large', 'object-gone', 'unknown-notification'];
  expect([...new Set([...FILES.map(([, reason]) => reason), ...opening])].sort()).toEqual(Object.keys(FILE_REJECTS).sort());
  const reader = new RecordReader(() => 'event', 1024);
  reader.begin();
  reader.end('unreadable');
  expect(reader.counts).toMatchObject({ files: 1, records: 0, fileRejects: { unreadable: 1 } });
});

describe('a gzip that inflates beyond a limit', () => {
  const megabytes = (n: number): Buffer => gzipSync(`{"Records":[${GOOD}]}${' '.repeat(n * 1024 ** 2)}`);
  test.each<[string, Buffer, typeof LIMITS, FileReject | null]>([
    ['15 MiB of a few bytes: below 16 MiB the ratio does not count', megabytes(15), LIMITS, null],
    ['17 MiB of a few bytes: the ratio counts', megabytes(17), LIMITS, 'gzip-bomb'],
    ['17 MiB where the ratio allows it', megabytes(17), { ...LIMITS, inflateRatio: 2000 }, null],
    ['2 MiB where 1 MiB is allowed', megabytes(2), { ...LIMITS, inflatedBytes: 1024 ** 2 }, 'gzip-bomb'],
  ])('%s', (_name, bytes, limits, reason) => {
    expect(readFile(bytes, limits).counts).toMatchObject(
      reason === null ? { events: 1, fileRejects: {} } : { events: 0, bytes: 0, fileRejects: { [reason]: 1 } },
    );
  });
});

test('a header without rows, and a line that only begins like a header, are told of', () => {
  const reasonOf = (text: string) => {
    const reader = new RecordReader(() => 'event', 1024 ** 2);
    reader.begin();
    reader.push(Buffer.from(text));
    reader.end();
    return reader.counts.fileRejects;
  };
  expect(reasonOf('eventID,eventTime,eventName,eventSource\n')).toEqual({ empty: 1 });
  expect(reasonOf('eventID,eventTime,eventName,eventSource,{"a":1}')).toEqual({ 'not-cloudtrail': 1 });
});

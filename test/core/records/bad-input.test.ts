import { gzipSync } from 'node:zlib';
import { RecordReader } from '../../../core/records/reader.ts';
import { TrailRecord } from '../../../core/records/record.ts';
import { eventID, type JsonObject, record, records } from '../../factories/record.ts';
import { addsUp, inPieces, RECORD_BYTES, readFile, readPieces, readText } from './reading.ts';

const json = (value: unknown): string => JSON.stringify(value);
const GOOD = json(record(1));
const BARE = json({ awsRegion: 'us-east-1', ...record(2) });

/** The flyweight over one record's text. */
function scanned(text: string): TrailRecord {
  const bytes = Buffer.from(text);
  const found = new TrailRecord();
  expect(found.scan(bytes, 0, bytes.length)).toBe(bytes.length);
  expect(found.read()).toBeNull();
  return found;
}

describe('wrong types: nothing throws, everything is counted', () => {
  const FIELDS = [
    ...Object.keys(record()),
    'sharedEventID',
    'vpcEndpointId',
    'insightDetails',
    'timeWindow',
    'accountId',
    'eventId',
    'detail',
  ];
  const VALUES: unknown[] = [
    null,
    true,
    0,
    -1.5e300,
    '',
    'text',
    [],
    [{ a: [null] }],
    {},
    { type: 7, arn: [], sessionContext: 'x', a: { b: null } },
  ];
  const CASES = FIELDS.flatMap((field) => VALUES.map((value): [string, string] => [field, json(value)]));

  test('the table holds at least 20 fields with 8 values each', () => {
    expect(FIELDS.length).toBeGreaterThanOrEqual(20);
    expect(CASES).toHaveLength(FIELDS.length * VALUES.length);
  });

  test.each(CASES)('%s: %s', (field, value) => {
    const made = record(3, { [field]: JSON.parse(value) });
    const { counts, events } = readText(json([record(1), made, record(2)]));
    expect(counts).toMatchObject({ records: 3, digests: 0, fileRejects: {} });
    expect(addsUp(counts)).toBe(true);
    expect(events[0]?.eventID).toBe(eventID(1));
    expect(events.at(-1)?.eventID).toBe(eventID(2));
    // Only what an event cannot be without may cost it its place.
    const needed = ['eventTime', 'eventSource', 'eventName'].includes(field);
    if (!needed) expect(counts.events).toBe(3);
    else if (value !== '"text"' || field === 'eventTime') expect(counts.events).toBe(2);
  });

  test.each(VALUES.map(json))('userIdentity inside out: %s', (value) => {
    for (const key of Object.keys(record(2).userIdentity as object)) {
      const identity = { ...(record(2).userIdentity as JsonObject), [key]: JSON.parse(value) };
      const { events } = readText(json(record(2, { userIdentity: identity })));
      expect(events).toHaveLength(1);
      expect(events[0]?.userIdentity).toBe(json(identity));
      expect(events[0]).toMatchObject({ principal: { id: expect.any(String) } });
    }
  });
});

describe('keys that JavaScript’s objects have of their own', () => {
  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', '__defineGetter__'])('%s', (key) => {
    const before = Object.getOwnPropertyNames(Object.prototype).sort();
    const poison = `{"polluted":true,"type":"Root","arn":"arn:aws:iam::111122223333:root"}`;
    const identity = `{"${key}":${poison},"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/alice","sessionContext":{"${key}":${poison}}}`;
    const made = record(1, { userIdentity: undefined, requestParameters: undefined });
    const text = `${json(made).slice(0, -1)},"${key}":${poison},"requestParameters":{"${key}":${poison}},"userIdentity":${identity}}`;
    const { counts, events } = readText(`{"Records":[${text},{"${key}":${poison}}]}`);
    expect(counts).toMatchObject({ records: 2, events: 1, rejects: { 'not-cloudtrail': 1 } });
    expect(events[0]?.principal).toMatchObject({ kind: 'user', id: 'arn:aws:iam::111122223333:user/alice' });
    expect(scanned(text).top(key)).toEqual(JSON.parse(poison));
    expect(scanned(json(made)).top(key)).toBeUndefined();
    expect(({} as JsonObject).polluted).toBeUndefined();
    expect(Object.getOwnPropertyNames(Object.prototype).sort()).toEqual(before);
  });
});

describe('texts', () => {
  test.each<[string, string]>([
    ['a NUL byte', 'a\u0000b'],
    ['a lone surrogate', 'a\ud800b'],
    ['a lone low surrogate', '\udc00'],
    ['control characters', '\u0001\u001b[31m\u007f\u0085'],
    ['line separators', 'a\u2028b\u2029c'],
    ['quotes and escapes', '"\\/\b\f\n\r\t'],
    ['a megabyte', 'é'.repeat(500_000)],
  ])('%s comes out as it went in', (_name, text) => {
    const { events } = readText(json(record(1, { userAgent: text, eventName: text, awsRegion: text, eventID: text })));
    expect(events).toHaveLength(1);
    const event = events[0] as JsonObject;
    expect([event.userAgent, event.eventName, event.region, event.eventID]).toEqual([text, text, text, text]);
  });

  test('20 MB of text is read where the limit allows it, and costs one reject where it does not', () => {
    const file = `{"Records":[${json(record(1, { userAgent: 'x'.repeat(20_000_000) }))},${GOOD}]}`;
    expect(readText(file, 32 * 1024 ** 2).counts).toMatchObject({ records: 2, events: 2, rejects: {} });
    expect(readText(file).counts).toMatchObject({ records: 2, events: 1, rejects: { 'too-large': 1 }, fileRejects: {} });
    const pieces = inPieces(Buffer.from(file), 1024 ** 2);
    expect(readPieces(pieces).counts).toMatchObject({ records: 2, events: 1, rejects: { 'too-large': 1 }, fileRejects: {} });
  });

  test('a hundred thousand different texts in turn are told apart', () => {
    const reader = new RecordReader((found) => {
      seen.push(found.userAgent);
      return 'event';
    }, RECORD_BYTES);
    const seen: string[] = [];
    const agents = Array.from({ length: 100_000 }, (_, i) => `agent/${(i * 7919) % 100_003}`);
    reader.begin();
    reader.push(
      Buffer.from(
        agents.map((userAgent) => json({ eventName: 'A', eventSource: 's', eventTime: '2026-09-01T10:00:00Z', userAgent })).join('\n'),
      ),
    );
    reader.end();
    expect(seen).toEqual(agents);
  });
});

/** What is read of two good records with something broken at them. G begins as CloudTrail writes; B begins with another key. */
describe('broken texts', () => {
  const half = GOOD.slice(0, GOOD.length >> 1);
  test.each<[string, string, JsonObject]>([
    [
      'a record cut short in an array',
      `[${half},${GOOD},${BARE}]`,
      { records: 3, events: 2, rejects: { 'broken-json': 1 }, fileRejects: {} },
    ],
    [
      'a record cut short, and the next begins at once',
      `[${half}${GOOD},${BARE}]`,
      { records: 3, events: 2, rejects: { 'broken-json': 1 } },
    ],
    ['a record cut short on a line', `${half}\n${BARE}\n${GOOD}\n`, { records: 3, events: 2, rejects: { 'broken-json': 1 } }],
    ['no comma between records', `[${GOOD}${BARE} ${GOOD}]`, { records: 3, events: 3, rejects: {} }],
    ['a word between records', `[${BARE} x ${GOOD}]`, { records: 3, events: 2, rejects: { 'broken-json': 1 } }],
    ['a brace for a bracket', `[${GOOD}}]`, { records: 2, events: 1, rejects: { 'broken-json': 1 } }],
    ['a comma too many', `[${GOOD},]`, { records: 1, events: 1, rejects: {} }],
    ['an array that stays open', `[${GOOD},${BARE}`, { records: 2, events: 2, rejects: {}, fileRejects: { 'json-truncated': 1 } }],
    ['a text behind the wrapper', `{"Records":[${GOOD}]}}x`, { records: 2, events: 1, rejects: { 'broken-json': 1 } }],
    ['NUL bytes behind the wrapper', `{"Records":[${GOOD}]}\u0000\u0000`, { records: 2, events: 1, rejects: { 'broken-json': 1 } }],
    ['NUL bytes between lines', `${GOOD}\n\u0000\u0000\n${GOOD}`, { records: 3, events: 2, rejects: { 'broken-json': 1 } }],
    ['a line of words between lines', `${GOOD}\nhello {world}\n${BARE}`, { records: 3, events: 2, rejects: { 'broken-json': 1 } }],
    [
      'three wrappers that break behind their records',
      `{"Records":[${GOOD}],x}\n`.repeat(3),
      { records: 3, events: 3, fileRejects: { 'json-broken': 1 } },
    ],
  ])('%s', (_name, text, expected) => {
    const whole = readText(text);
    expect(whole.counts).toMatchObject(expected);
    for (const size of [1, 3, 17, 64, 200]) expect([size, readPieces(inPieces(Buffer.from(text), size))]).toEqual([size, whole]);
  });
});

test('a truncated gzip keeps the events before the cut', () => {
  const compressed = gzipSync(json({ Records: records(2000) }));
  let last = -1;
  for (const share of [0.1, 0.5, 0.9, 0.999]) {
    const { counts, events } = readFile(compressed.subarray(0, Math.floor(compressed.length * share)));
    expect(counts.fileRejects).toEqual({ 'gzip-truncated': 1 });
    expect(counts).toMatchObject({ records: counts.events, rejects: {} });
    expect(counts.events).toBeGreaterThan(last);
    expect(events.at(-1)?.eventID).toBe(eventID(counts.events - 1));
    last = counts.events;
  }
  expect(last).toBeGreaterThan(1900);
});

test('a reader forgets one file before the next', () => {
  const reader = new RecordReader(() => 'event', RECORD_BYTES);
  for (const text of [
    `{"Records":[${half(GOOD)}`,
    '\u0000garbage',
    '',
    `x,y\n1`,
    `{"Records":[${GOOD}`,
    'eventID,eventTime,eventName,eventSource\n"x',
  ]) {
    reader.begin();
    reader.push(Buffer.from(text));
    reader.end();
    reader.begin();
    reader.push(Buffer.from(json({ Records: [record(1), record(2)] })));
    reader.end();
    expect(reader.counts).toMatchObject({ files: 1, records: 2, events: 2, rejects: {}, fileRejects: {} });
  }
});

function half(text: string): string {
  return text.slice(0, text.length >> 1);
}

test('what the taker says of a record is counted', () => {
  const answers = ['event', 'duplicate', 'excluded', 'event', 'excluded', 'excluded'] as const;
  const reader = new RecordReader((_, index) => answers[index] as (typeof answers)[number], RECORD_BYTES);
  reader.begin();
  reader.push(Buffer.from(json(records(6))));
  reader.end();
  expect(reader.counts).toMatchObject({ records: 6, events: 2, duplicates: 1, excluded: 3 });
});

import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import {
  type Batch,
  BatchError,
  BatchWriter,
  NewerBatchError,
  openBatch,
  type Section,
  sectionIdentity,
  sectionRecords,
} from '../../../core/records/batch.ts';
import { uuidText } from '../../../core/records/identifier.ts';
import { RecordReader } from '../../../core/records/reader.ts';
import { TrailRecord } from '../../../core/records/record.ts';
import { flawsCsv, record, records, SHAPES } from '../../factories/record.ts';
import { addsUp, copyOf, RECORD_BYTES, readText } from './reading.ts';

const SOURCE = { bucket: 'example-trail', key: 'AWSLogs/111122223333/CloudTrail/a.json.gz', id: 'etag', delivered: 1_788_253_200_000 };

/** A batch with one section per text. */
function batchOf(texts: readonly string[]): Buffer {
  const writer = new BatchWriter();
  const reader = new RecordReader((one, index) => writer.take(one, index), RECORD_BYTES);
  for (const [i, text] of texts.entries()) {
    writer.begin({ ...SOURCE, key: `${i}` });
    reader.begin();
    reader.push(Buffer.from(text));
    reader.end();
    writer.end(reader.counts);
  }
  return writer.finish();
}

/** What a taker sees of the records of a section. */
function eventsOf(batch: Batch, section: Section): Record<string, unknown>[] {
  const one = new TrailRecord();
  return [...sectionRecords(batch, section)].map(({ bytes, from, to, index }) => {
    expect(one.scan(bytes, from, to)).toBe(to);
    expect(one.read()).toBeNull();
    return { ...copyOf(one), index };
  });
}

/** All that a batch holds. */
function contentOf(bytes: Uint8Array): { section: Section; events: Record<string, unknown>[] }[] {
  const batch = openBatch(bytes);
  return batch.sections.map((section) => ({ section, events: eventsOf(batch, section) }));
}

const element = fc.oneof(
  { weight: 4, arbitrary: fc.nat(500).map((n) => JSON.stringify(record(n))) },
  fc.nat(9).map((n) => JSON.stringify(record(n, { eventTime: undefined }))),
  fc.constantFrom('1', 'null', '{"a":1}', '{"eventVersion":"1.08","eventName":}', `{"digestStartTime":"2026-09-01T10:00:00Z"}`),
);
const file = fc.oneof(
  { weight: 3, arbitrary: fc.array(element, { maxLength: 12 }).map((all) => `{"Records":[${all.join(',')}]}`) },
  fc.array(element, { maxLength: 6 }).map((all) => all.join('\n')),
  fc
    .tuple(fc.constantFrom(...Object.values(SHAPES)), fc.nat(5))
    .map(([shape, count]) => shape(records(count, { userAgent: 'größe "\\ – 日本 😀' }))),
  fc.nat(5).map((count) => `${flawsCsv(records(count), 18)}a,b\n`),
  fc.string(),
);

test('what was read of any files is read of their batch: events, indexes and counts', () => {
  fc.assert(
    fc.property(fc.array(file, { maxLength: 5 }), (texts) => {
      const found = contentOf(batchOf(texts));
      const read = texts.map((text) => readText(text));
      expect(found.map(({ events }) => events)).toEqual(read.map(({ events }) => events));
      expect(found.map(({ section }) => section.counts)).toEqual(read.map(({ counts }) => counts));
      for (const { section } of found) {
        const left = section.gaps.reduce((sum, [from, to]) => sum + to - from, 0);
        expect([section.records, section.records + left, addsUp(section.counts)]).toEqual([
          section.counts.events,
          section.counts.records,
          true,
        ]);
      }
    }),
    { numRuns: 150 },
  );
});

test('records that are not held leave gaps', () => {
  const bad = JSON.stringify(record(0, { eventName: undefined }));
  const [good, other] = [JSON.stringify(record(1)), JSON.stringify(record(2))];
  const [only] = openBatch(batchOf([`[${[bad, bad, good, bad, good, other, bad].join(',')}]`])).sections;
  expect(only).toMatchObject({
    records: 3,
    gaps: [
      [0, 2],
      [3, 4],
      [6, 7],
    ],
  });
});

test('a section of many megabytes is in chunks, a large record in one of its own', () => {
  const large = record(1, { requestParameters: 'x'.repeat(9 * 1024 ** 2) });
  const many = records(9000, { userAgent: 'y'.repeat(1000) });
  const text = JSON.stringify({ Records: [...many, large, ...many] });
  const batch = openBatch(batchOf([text, JSON.stringify(record(5))]));
  const [first, second] = batch.sections as [Section, Section];
  expect(first.chunks.map(({ records: held }) => held).filter((held) => held === 1)).toHaveLength(1);
  expect(first.chunks.filter(({ bytes }) => bytes > 8 * 1024 ** 2)).toHaveLength(1);
  expect(first.chunks.length).toBeGreaterThan(4);
  const raws = [...sectionRecords(batch, first)].map(({ bytes, from, to }) => bytes.toString('utf8', from, to));
  expect(raws).toEqual([...many, large, ...many].map((one) => JSON.stringify(one)));
  expect(eventsOf(batch, second)).toHaveLength(1);
});

test('a section says where it comes from, and why it is not whole', () => {
  const writer = new BatchWriter();
  const backfill = { id: 'a-b', of: 12 };
  writer.begin({ ...SOURCE, backfill });
  writer.end({ ...readText('').counts, fileRejects: { 'gzip-bomb': 1 } }, 'the file inflates beyond the limit');
  const [{ section } = { section: undefined }] = contentOf(writer.finish());
  expect(section).toMatchObject({ ...SOURCE, backfill, problem: 'the file inflates beyond the limit', records: 0, chunks: [], gaps: [] });
});

test('a section that is dropped leaves nothing behind', () => {
  const whole = batchOf([JSON.stringify(record(1)), JSON.stringify(record(2))]);
  const writer = new BatchWriter();
  const reader = new RecordReader((one, index) => writer.take(one, index), RECORD_BYTES);
  const take = (key: string, text: string) => {
    writer.begin({ ...SOURCE, key });
    reader.begin();
    reader.push(Buffer.from(text));
    reader.end();
  };
  take('0', JSON.stringify(record(1)));
  writer.end(reader.counts);
  const { size } = writer;
  take('lost', JSON.stringify(records(20_000)));
  expect(writer.size).toBeGreaterThan(size);
  writer.drop();
  expect(writer.size).toBe(size);
  take('lost too', JSON.stringify(records(20_000)));
  take('1', JSON.stringify(record(2)));
  writer.end(reader.counts);
  expect(writer.finish()).toEqual(whole);
});

test('a writer out of step says so', () => {
  const writer = new BatchWriter();
  expect(() => writer.end(readText('').counts)).toThrow('end was called before begin');
  writer.begin(SOURCE);
  expect(() => writer.finish()).toThrow('before the end of a section');
});

test('a writer that made a batch makes the next as if it were the first', () => {
  const writer = new BatchWriter();
  const reader = new RecordReader((one, index) => writer.take(one, index), RECORD_BYTES);
  const made = [1, 2, 1].map((n) => {
    expect([writer.size, writer.sections.length]).toEqual([0, 0]);
    writer.begin({ ...SOURCE, key: '0' });
    reader.begin();
    reader.push(Buffer.from(JSON.stringify(records(n))));
    reader.end();
    writer.end(reader.counts);
    const { sections } = writer;
    const bytes = writer.finish();
    expect(sections).toEqual(openBatch(bytes).sections);
    return bytes;
  });
  expect(made).toEqual([1, 2, 1].map((n) => batchOf([JSON.stringify(records(n))])));
});

test('a batch without sections is one', () => {
  expect(openBatch(new BatchWriter().finish()).sections).toEqual([]);
});

describe('damage', () => {
  const texts = [JSON.stringify(records(3)), '', `[${JSON.stringify(record(4))},1]`];
  const whole = batchOf(texts);
  const content = contentOf(whole);

  /** Any error but BatchError fails the test; bytes that still open give what was written. */
  const check = (bytes: Buffer) => {
    try {
      expect(contentOf(bytes)).toEqual(content);
    } catch (error) {
      if (!(error instanceof BatchError)) throw error;
      expect(error.message).toMatch(/^(The batch|A batch) .*\.$/s);
    }
  };

  test('of any one byte is found, or does not matter', () => {
    for (let at = 0; at < whole.length; at += 1) {
      const bytes = Buffer.from(whole);
      bytes[at] = (bytes[at] as number) ^ (1 << (at % 8));
      check(bytes);
    }
  });

  test('of any kind is found, or does not matter', () => {
    const place = fc.nat(whole.length);
    fc.assert(
      fc.property(place, place, fc.uint8Array({ maxLength: 40 }), (a, b, put) => {
        check(Buffer.concat([whole.subarray(0, Math.min(a, b)), put, whole.subarray(Math.max(a, b))]));
      }),
      { numRuns: 500 },
    );
  });

  test('a batch that was cut anywhere is found', () => {
    for (let length = 0; length < whole.length; length += 1) {
      expect(() => openBatch(whole.subarray(0, length))).toThrow(BatchError);
      expect(() => contentOf(whole.subarray(whole.length - length))).toThrow(BatchError);
    }
  });
});

describe('what is no batch of this version', () => {
  const cases: [string, Buffer, string][] = [
    ['no bytes', Buffer.alloc(0), 'the 0 bytes do not end as one'],
    ['a trail file', gzipSync('{"Records":[]}'), 'It is a foreign object, or was cut.'],
    [
      'a newer version',
      Buffer.from([0, 0, 0, 0, 0x54, 0x57, 0x42, 2]),
      'The batch has version 2 of its layout; this one reads version 1. Deploy',
    ],
    ['a version that never was', Buffer.from([0, 0, 0, 0, 0x54, 0x57, 0x42, 0]), 'The batch is damaged: its layout would have version 0'],
    ['a footer that is longer than all', Buffer.from([9, 0, 0, 0, 0x54, 0x57, 0x42, 1]), 'its footer of 9 bytes does not fit'],
    ['a footer that is no gzip', Buffer.from([1, 0, 0, 0, 0, 0x54, 0x57, 0x42, 1].toSpliced(0, 0, 7)), 'its footer cannot be inflated'],
  ];
  test.each(cases)('%s', (_name, bytes, sentence) => {
    expect(() => openBatch(bytes)).toThrow(BatchError);
    expect(() => openBatch(bytes)).toThrow(sentence);
  });
});

test('a batch of a newer version is told from one that is damaged', () => {
  const whole = batchOf([JSON.stringify(records(1))]);
  const nameOf = (version: number) => {
    const bytes = Buffer.from(whole);
    bytes[bytes.length - 1] = version;
    try {
      openBatch(bytes);
    } catch (error) {
      return [(error as Error).name, error instanceof NewerBatchError, error instanceof BatchError];
    }
    return 'opened';
  };
  expect([0, 1, 2, 255].map(nameOf)).toEqual([
    ['BatchError', false, true],
    'opened',
    ['NewerBatchError', true, true],
    ['NewerBatchError', true, true],
  ]);
  expect(() => openBatch(whole.subarray(1))).not.toThrow(NewerBatchError);
});

describe('a footer that lies', () => {
  const whole = batchOf([JSON.stringify(records(2))]);
  const footerSize = whole.readUInt32LE(whole.length - 8);
  const body = whole.subarray(0, whole.length - 8 - footerSize);
  const footer = JSON.parse(gunzipSync(whole.subarray(body.length, whole.length - 8)).toString()) as { sections: [Section] };

  const lying = (change: object, chunk: object = {}): Buffer => {
    const [section] = footer.sections;
    const changed = { ...section, chunks: [{ ...section.chunks[0], ...chunk }], ...change };
    const text = gzipSync(JSON.stringify({ sections: [changed] }));
    const trailer = Buffer.from([0, 0, 0, 0, 0x54, 0x57, 0x42, 1]);
    trailer.writeUInt32LE(text.length);
    return Buffer.concat([body, text, trailer]);
  };
  const counts = { ...footer.sections[0].counts };

  test('is otherwise sound', () => expect(contentOf(lying({}))).toEqual(contentOf(whole)));

  const cases: [string, Buffer, string][] = [
    ['a chunk beyond the end', lying({}, { size: 1e9 }), 'a chunk lies outside the batch'],
    ['a chunk that starts elsewhere', lying({}, { at: 7, size: 90 }), 'cannot be inflated'],
    ['a chunk that inflates to more', lying({}, { bytes: 10 }), 'cannot be inflated'],
    ['a chunk that inflates to less', lying({}, { bytes: 1e6 }), 'instead of 1000000'],
    ['a chunk of no bytes', lying({}, { bytes: 0 }), 'a chunk lies outside the batch'],
    ['more records than the counts', lying({}, { records: 3 }), '3 records held and 0 left out do not make 2'],
    [
      'fewer records than there are',
      lying({ records: 1, counts: { ...counts, records: 1, events: 1 } }, { records: 1 }),
      'more than its records',
    ],
    [
      'more records than there are',
      lying({ records: 3, counts: { ...counts, records: 3, events: 3 } }, { records: 3 }),
      'beyond its chunk',
    ],
    [
      'gaps that overlap',
      lying({
        gaps: [
          [0, 2],
          [1, 3],
        ],
        counts: { ...counts, records: 6 },
      }),
      'do not ascend',
    ],
    ['a gap beyond the records', lying({ gaps: [[2, 9]] }), 'do not ascend'],
    ['a negative count', lying({ records: -1 }), 'sections.0.records'],
    ['no chunks', lying({ chunks: null }), 'sections.0.chunks'],
    ['a key that is endless', lying({ key: 'k'.repeat(5000), records: 3 }), `in the section of s3://example-trail/${'k'.repeat(1024)}, `],
  ];
  test.each(cases)('%s', (_name, bytes, sentence) => {
    expect(() => contentOf(bytes)).toThrow(BatchError);
    expect(() => contentOf(bytes)).toThrow(sentence);
  });
});

describe('the identity of a section', () => {
  test('is the same for the same object, whatever else is said of it', () => {
    const words = sectionIdentity(SOURCE);
    expect(words).toEqual(sectionIdentity({ bucket: SOURCE.bucket, key: SOURCE.key, id: SOURCE.id }));
    expect(uuidText(words)).toBe('7a0aa999-068e-004d-9c4d-319fe766ed50');
  });

  test.each([
    ['another bucket', { ...SOURCE, bucket: 'example-other' }],
    ['another key', { ...SOURCE, key: 'b' }],
    ['another version', { ...SOURCE, id: 'etag2' }],
    ['the same letters elsewhere', { bucket: `${SOURCE.bucket}A`, key: SOURCE.key.slice(1), id: SOURCE.id }],
  ])('differs for %s', (_name, other) => expect(sectionIdentity(other)).not.toEqual(sectionIdentity(SOURCE)));
});

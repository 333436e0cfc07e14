import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { total } from '../../../core/records/counts.ts';
import { inflate, isGzip } from '../../../core/records/inflate.ts';
import { RecordReader, type Taken } from '../../../core/records/reader.ts';
import { flawsCsv, records, SHAPES } from '../../factories/record.ts';
import { addsUp, inPieces, readFile, readPieces } from './reading.ts';

/** CI runs ten times as many. */
const RUNS = process.env.CI === 'true' ? 10_000 : 1000;

const COUNT = 5;
const MADE = records(COUNT);
const FILES: readonly Buffer[] = [...Object.values(SHAPES).map((shape) => shape(MADE)), flawsCsv(MADE, 18), flawsCsv(MADE, 19)].map(
  (text) => Buffer.from(text),
);
const COMPRESSED: readonly Buffer[] = FILES.map((bytes) => gzipSync(bytes));

interface Mutation {
  readonly kind: 'flip' | 'set' | 'delete' | 'insert' | 'repeat' | 'truncate' | 'splice';
  /** Where, as a share of the length. */
  readonly at: number;
  readonly length: number;
  readonly bytes: Uint8Array;
}

const mutation: fc.Arbitrary<Mutation> = fc.record({
  kind: fc.constantFrom('flip', 'set', 'delete', 'insert', 'repeat', 'truncate', 'splice'),
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.integer({ min: 1, max: 400 }),
  bytes: fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 8 }),
    fc
      .constantFrom('{', '}', '[', ']', '"', ',', ':', '\\', '\n', '\u0000', '{"Records":[', '{"eventVersion"', '\\ud800', '\ufeff')
      .map((text) => Buffer.from(text)),
  ),
});

/** The bytes with one mutation; `other` is a file to splice from. */
function mutate(bytes: Buffer, { kind, at, length, bytes: given }: Mutation, other: Buffer): Buffer {
  const place = Math.floor(at * bytes.length);
  const [before, after] = [bytes.subarray(0, place), bytes.subarray(place)];
  switch (kind) {
    case 'flip': {
      const flipped = Buffer.from(bytes);
      if (place < flipped.length) flipped[place] = (flipped[place] as number) ^ (given[0] as number);
      return flipped;
    }
    case 'set':
      return Buffer.concat([before, given, after.subarray(given.length)]);
    case 'delete':
      return Buffer.concat([before, after.subarray(length)]);
    case 'insert':
      return Buffer.concat([before, given, after]);
    case 'repeat':
      return Buffer.concat([before, after.subarray(0, length), after]);
    case 'truncate':
      return before;
    case 'splice':
      return Buffer.concat([before, other.subarray(Math.floor(at * other.length))]);
  }
}

const broken = fc
  .record({
    file: fc.nat(FILES.length - 1),
    other: fc.nat(FILES.length - 1),
    packed: fc.boolean(),
    mutations: fc.array(mutation, { minLength: 1, maxLength: 4 }),
  })
  .map(({ file, other, packed, mutations }) => {
    const from = packed ? COMPRESSED : FILES;
    return mutations.reduce((bytes, one) => mutate(bytes, one, from[other] as Buffer), from[file] as Buffer);
  });

/** Reads as the command does, with a taker that answers this and that. */
function readVariously(bytes: Buffer) {
  const answers: readonly Taken[] = ['event', 'duplicate', 'excluded'];
  const reader = new RecordReader((_, index) => answers[index % 3] as Taken, 1024 ** 2);
  reader.begin();
  const { bytes: plain, reject } = isGzip(bytes)
    ? inflate(bytes, { inflatedBytes: 1024 ** 3, inflateRatio: 400, recordBytes: 0 })
    : { bytes, reject: null };
  if (plain.length > 0) reader.push(plain);
  reader.end(reject === 'too-big-at-once' ? 'gzip-bomb' : reject);
  return reader.counts;
}

test(`files with ${RUNS} random mutations never throw, and their counts add up`, () => {
  fc.assert(
    fc.property(broken, (bytes) => {
      const counts = readVariously(bytes);
      expect(addsUp(counts)).toBe(true);
      expect(counts.files).toBe(1);
      expect(total(counts.fileRejects)).toBeLessThanOrEqual(1);
      // Whatever became of the file, something tells of it.
      expect(counts.records + counts.digests + total(counts.fileRejects)).toBeGreaterThan(0);
    }),
    { numRuns: RUNS },
  );
});

test('what a mutation costs is told: fewer events than there were mean a reject', () => {
  const few = fc.tuple(fc.nat(FILES.length - 1), mutation);
  fc.assert(
    fc.property(few, ([file, one]) => {
      const made = FILES[file] as Buffer;
      const kind = one.kind === 'splice' || one.kind === 'delete' || one.kind === 'truncate' ? 'set' : one.kind;
      const { counts } = readFile(mutate(made, { ...one, kind }, made));
      if (counts.events < COUNT) expect(total(counts.rejects) + total(counts.fileRejects)).toBeGreaterThan(0);
    }),
    { numRuns: RUNS },
  );
});

test('a mutated JSON file is read the same whole and in pieces', () => {
  const json = FILES.slice(0, -2);
  const cases = fc.tuple(fc.nat(json.length - 1), fc.array(mutation, { minLength: 1, maxLength: 3 }), fc.integer({ min: 1, max: 2000 }));
  fc.assert(
    fc.property(cases, ([file, mutations, size]) => {
      const bytes = mutations.reduce((made, one) => mutate(made, one, json[(file + 1) % json.length] as Buffer), json[file] as Buffer);
      expect(readPieces(inPieces(bytes, size))).toEqual(readPieces([bytes]));
    }),
    { numRuns: RUNS / 2 },
  );
});

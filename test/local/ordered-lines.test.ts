import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { contentWords, uuidWords } from '../../core/records/identifier.ts';
import { isoTime } from '../../core/records/time.ts';
import { LineWriter } from '../../core/scoring/section.ts';
import { splitLines } from '../../local/lines.ts';
import { OrderedLines } from '../../local/ordered-lines.ts';
import { eventID } from '../factories/record.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ordered-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const START = Date.UTC(2026, 8, 1);

interface Entry {
  /** Seconds. */
  readonly time: number;
  readonly id: string;
  /** Tells entries of one time and id apart, and fills the line. */
  readonly text: string;
}

const words = (id: string): Uint32Array => {
  const made = new Uint32Array(4);
  const bytes = Buffer.from(id);
  if (!uuidWords(bytes, 0, bytes.length, made)) contentWords(bytes, made);
  return made;
};
const jsonOf = ({ time, id, text }: Entry) =>
  `{"time":"${isoTime(START + time * 1000)}","eventID":${JSON.stringify(id)},"text":${JSON.stringify(text)}}\n`;
const csvOf = ({ time, id, text }: Entry) => `${time},${id.length},${text}\n`;
const HEADER = 'time,id,text\n';

/** Entries sorted plainly: by time, then by id, equals as they came. */
function sorted(entries: readonly Entry[]): Entry[] {
  const order = (a: Entry, b: Entry) => {
    const [x, y] = [words(a.id), words(b.id)];
    const word = x.findIndex((w, i) => w !== y[i]);
    return a.time - b.time || (word < 0 ? 0 : (x[word] as number) - (y[word] as number));
  };
  return entries
    .map((entry, i) => ({ entry, i }))
    .sort((a, b) => order(a.entry, b.entry) || a.i - b.i)
    .map(({ entry }) => entry);
}

/** Adds entries in parts of `each`, and gives the two files as they come out. */
async function write(entries: readonly Entry[], each = 100): Promise<{ json: string; csv: string }> {
  const ordered = new OrderedLines([
    { path: join(folder, 'a.ndjson.gz'), gzip: true, header: '' },
    { path: join(folder, 'b.csv'), gzip: false, header: HEADER },
  ]);
  for (let from = 0; from < entries.length; from += each) {
    const part = entries.slice(from, from + each);
    const [json, csv] = [new LineWriter(), new LineWriter()];
    const ids = new Uint32Array(part.length * 4);
    for (const [i, entry] of part.entries()) {
      json.put(i, jsonOf(entry));
      csv.put(i, csvOf(entry));
      ids.set(words(entry.id), i * 4);
    }
    const lines = [json.take(part.length), csv.take(part.length)];
    for (const [i, { time }] of part.entries()) ordered.add(START + time * 1000, ids, i * 4, lines, i);
    await ordered.paused();
  }
  await ordered.finish();
  const result = {
    json: gunzipSync(readFileSync(join(folder, 'a.ndjson.gz'))).toString('utf8'),
    csv: readFileSync(join(folder, 'b.csv'), 'utf8'),
  };
  expect(readdirSync(folder).sort()).toEqual(['a.ndjson.gz', 'b.csv']);
  return result;
}

const expected = (entries: readonly Entry[]) => ({
  json: sorted(entries).map(jsonOf).join(''),
  csv: HEADER + sorted(entries).map(csvOf).join(''),
});

/** A shuffled copy, the same for the same seed. */
function shuffled<T>(items: readonly T[], seed: number): T[] {
  const copy = [...items];
  let state = seed;
  for (let i = copy.length - 1; i > 0; i -= 1) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    const j = (state >>> 8) % (i + 1);
    [copy[i], copy[j]] = [copy[j] as T, copy[i] as T];
  }
  return copy;
}

const many = (n: number, size: number): Entry[] =>
  Array.from({ length: n }, (_, i) => ({ time: i % Math.ceil(n / 3), id: eventID((i * 7919) % n), text: `${i} ${'x'.repeat(size)}` }));

test.each<[string, Entry[]]>([
  ['nothing', []],
  ['one entry', [{ time: 1, id: eventID(1), text: 'a' }]],
  ['entries in reverse', many(500, 10).reverse()],
  ['entries in any order', shuffled(many(2000, 20), 3)],
  ['equal times and ids, as they came', Array.from({ length: 300 }, (_, i) => ({ time: i % 3, id: eventID(i % 2), text: String(i) }))],
  ['ids that are no UUIDs', ['z', 'a', 'ü"\\', '', '\ud800', '\u2028', 'z'].map((id, i) => ({ time: 1, id, text: String(i) }))],
  ['lines of more than a megabyte', [3, 1, 2].map((time) => ({ time, id: eventID(time), text: 'y'.repeat(1_200_000 + time) }))],
])('%s: as a plain sort would', async (_name, entries) => {
  expect(await write(entries)).toEqual(expected(entries));
});

/** More than waits in memory: some 48 MB are put in place at once, and 32 MB that came later are merged at a time. */
describe('more than the buffer holds', () => {
  const BIG = 60_000;

  async function same(entries: readonly Entry[]): Promise<void> {
    const [made, plain] = [await write(entries, 50), expected(entries)];
    // A comparison of the whole would print a hundred megabytes.
    const head = (text: string) => text.split('\n').map((line) => line.slice(0, 100));
    expect(head(made.csv)).toEqual(head(plain.csv));
    expect(made.csv === plain.csv && made.json === plain.json).toBe(true);
  }

  test('in order', async () => {
    await same(sorted(many(500, BIG)));
  });

  test('in any order: what came too late is merged in, in several runs', async () => {
    await same(shuffled(many(850, BIG), 5));
  });

  test('equals keep the order in which they came, the late ones behind the others', async () => {
    const early = Array.from({ length: 430 }, (_, i) => ({ time: i < 5 ? 1 : 2, id: eventID(1), text: `${i} ${'x'.repeat(BIG)}` }));
    const late = Array.from({ length: 20 }, (_, i) => ({ time: 1, id: eventID(1), text: `late ${i}` }));
    await same([...early, ...late]);
  });

  test('texts that other readers of lines would split', async () => {
    const hostile = ['\u2028', '\u2029', '\u0085', '\u000b', '\u000c', '\u001c'].map((c, i) => ({ time: i, id: `id${c}`, text: `a${c}b` }));
    const filler = Array.from({ length: 430 }, (_, i) => ({ time: 1000 + i, id: eventID(i), text: 'x'.repeat(BIG) }));
    await same([...hostile, ...filler, ...hostile.map((entry) => ({ ...entry, text: `late${entry.text}` }))]);
  });
});

test('entries without a line are left out', async () => {
  const ordered = new OrderedLines([{ path: join(folder, 'a.ndjson'), gzip: false, header: '' }]);
  const lines = new LineWriter();
  lines.put(0, '{"n":1}\n');
  lines.put(2, '{"n":3}\n');
  const taken = lines.take(3);
  for (const i of [2, 1, 0]) ordered.add(START + i, new Uint32Array(12), i * 4, [taken], i);
  await ordered.finish();
  expect(readFileSync(join(folder, 'a.ndjson'), 'utf8')).toBe('{"n":1}\n{"n":3}\n');
});

test('lines are split at line feeds alone, whatever the pieces', async () => {
  const lines = ['', 'a', 'é日😀', '\u2028\u0085\r', 'x'.repeat(500), ''];
  const bytes = Buffer.from(`${lines.join('\n')}\nlast`);
  for (const size of [1, 2, 3, 7, 64, 1000]) {
    const pieces = (async function* () {
      for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size);
    })();
    const got: string[] = [];
    for await (const line of splitLines(pieces)) got.push(line);
    expect(got).toEqual([...lines, 'last']);
  }
});

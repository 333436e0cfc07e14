import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { uuidText, uuidWords } from '../../core/records/identifier.ts';
import { isoTime } from '../../core/records/time.ts';
import { LineWriter } from '../../core/scoring/section.ts';
import type { EventMark } from '../../local/line-marks.ts';
import { OrderedLines } from '../../local/ordered-lines.ts';
import { eventID } from '../factories/record.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'marks-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const START = Date.UTC(2026, 8, 1);
const timeOf = (n: number): number => START + Math.floor(n / 3) * 1000;

/** `count` entries, three of each time, their lines so long that there are several pieces. */
async function write(order: readonly number[], size: number, marks: readonly EventMark[]): Promise<{ json: string[]; csv: string[] }> {
  const lines = new OrderedLines([
    { path: join(folder, 'a.ndjson.gz'), gzip: true, header: '' },
    { path: join(folder, 'b.csv'), gzip: false, header: 'n,text,anomalies\n' },
  ]);
  for (const n of order) {
    const [json, csv] = [new LineWriter(), new LineWriter()];
    const words = new Uint32Array(4);
    uuidWords(Buffer.from(eventID(n)), 0, 36, words);
    json.put(0, `{"time":"${isoTime(timeOf(n))}","eventID":"${eventID(n)}","text":"${'x'.repeat(size)}"}\n`);
    csv.put(0, `${n},${'x'.repeat(size)},\n`);
    lines.add(timeOf(n), words, 0, [json.take(1), csv.take(1)], 0);
    await lines.paused();
  }
  await lines.finish();
  await lines.mark(marks);
  expect(readdirSync(folder).sort()).toEqual(['a.ndjson.gz', 'b.csv']);
  return {
    json: gunzipSync(readFileSync(join(folder, 'a.ndjson.gz')))
      .toString('utf8')
      .split('\n')
      .slice(0, -1),
    csv: readFileSync(join(folder, 'b.csv'), 'utf8').split('\n').slice(1, -1),
  };
}

const mark = (n: number, name: string): EventMark => {
  const words = new Uint32Array(4);
  uuidWords(Buffer.from(eventID(n)), 0, 36, words);
  return { time: timeOf(n), id: uuidText(words), name };
};

/** Names by entry, as each of the files has them. */
function marked({ json, csv }: { json: string[]; csv: string[] }): [string, string][][] {
  const objects = json.map((line) => JSON.parse(line) as { eventID: string; anomalies?: string[] });
  return [
    objects.flatMap(({ eventID: id, anomalies }): [string, string][] => (anomalies === undefined ? [] : [[id, anomalies.join(' ')]])),
    csv.flatMap((line): [string, string][] => {
      const [n, , names] = line.split(',') as [string, string, string];
      return names === '' ? [] : [[eventID(Number(n)), names]];
    }),
  ];
}

const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

test.each([
  ['one piece', 30, 10],
  ['many pieces', 3000, 2000],
])('marks the same entries in both files: %s', async (_name, count, size) => {
  const marks = [0, 1, 13, Math.floor(count / 2), count - 1].map((n) => mark(n, 'anomaly:first-seen:region'));
  const files = await write(upTo(count), size, marks);
  const expected = [0, 1, 13, Math.floor(count / 2), count - 1].map((n): [string, string] => [eventID(n), 'anomaly:first-seen:region']);
  expect(marked(files)).toEqual([expected, expected]);
  expect([files.json.length, files.csv.length]).toEqual([count, count]);
});

test('several marks of one entry stand together in order, whatever order they come in', async () => {
  const files = await write(upTo(9), 10, [mark(4, 'anomaly:travel'), mark(4, 'anomaly:first-seen:agent')]);
  const expected = [[eventID(4), 'anomaly:first-seen:agent anomaly:travel']];
  expect(marked(files)).toEqual([expected, expected]);
});

test('entries of the same time are told apart, and a mark without an entry marks nothing', async () => {
  const other = { ...mark(5, 'anomaly:travel'), time: timeOf(5) + 500 };
  const files = await write(upTo(9), 10, [mark(5, 'anomaly:travel'), { ...mark(77, 'anomaly:travel'), time: timeOf(5) }, other]);
  const expected = [[eventID(5), 'anomaly:travel']];
  expect(marked(files)).toEqual([expected, expected]);
});

test('entries that came late are found too', async () => {
  const order = [...upTo(60).slice(30), ...upTo(30)];
  const files = await write(order, 2_000_000, [mark(2, 'anomaly:travel'), mark(40, 'anomaly:travel')]);
  const expected = [2, 40].map((n) => [eventID(n), 'anomaly:travel']);
  expect(marked(files)).toEqual([expected, expected]);
});

test('without marks, and without entries, the files stay as they are', async () => {
  expect(marked(await write(upTo(9), 10, []))).toEqual([[], []]);
  expect(await write([], 10, [mark(1, 'anomaly:travel')])).toEqual({ json: [], csv: [] });
});

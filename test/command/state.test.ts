import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import { inFolder, ROOT, trailwarden } from './run.ts';

const TRAIL = join(ROOT, 'samples/trail');
const CONFIG = join(ROOT, 'samples/trailwarden.config.json');
const DIGESTS = 'CloudTrail-Digest';

/** Files of the sample trail, from its folder, with the day in their names. */
const FILES = readdirSync(TRAIL, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && !entry.parentPath.includes(DIGESTS))
  .map(({ parentPath, name }) => ({ file: relative(TRAIL, join(parentPath, name)), day: /_(\d{8})T/.exec(name)?.[1] ?? '' }));

function put(files: readonly { readonly file: string }[], into: string): void {
  for (const { file } of files) {
    mkdirSync(dirname(join(into, file)), { recursive: true });
    cpSync(join(TRAIL, file), join(into, file));
  }
}

interface Line {
  readonly id: string;
  readonly detector: string;
}

interface Found {
  readonly signals: readonly Line[];
  readonly incidents: readonly { readonly id: string; readonly status: string }[];
  readonly summary: { readonly records: number; readonly knownFiles: number };
}

async function analysed(trail: string, state: string): Promise<Found> {
  const out = join(dirname(state), 'out');
  const flags = ['--config', CONFIG, '--state', state, '--events', 'risky', '--quiet', '--out', out];
  expect(await trailwarden(['analyze', trail, ...flags])).toMatchObject({ code: 0, stderr: '' });
  const read = (name: string) => readFileSync(join(out, name), 'utf8');
  return {
    signals: read('signals.ndjson')
      .trimEnd()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Line),
    incidents: JSON.parse(read('incidents.json')) as Found['incidents'],
    summary: JSON.parse(read('summary.json')) as Found['summary'],
  };
}

/** What a folder of logs is told of after its end, and not while it grows. */
const isSilence = ({ detector }: Line) => detector.startsWith('anomaly:silence:');
const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);

test('a trail read in three runs gives what one run gives', () =>
  inFolder(async (folder) => {
    const whole = join(folder, 'whole');
    put(FILES, whole);
    const atOnce = await analysed(whole, join(folder, 'whole.memory'));

    const growing = join(folder, 'growing');
    const incidents = new Map<string, Found['incidents'][number]>();
    const signals: Line[] = [];
    let records = 0;
    let before = '';
    for (const day of ['20260914', '20260922', '99999999']) {
      put(
        FILES.filter((one) => one.day <= day && one.day > before),
        growing,
      );
      const found = await analysed(growing, join(folder, 'growing.memory'));
      expect(found.summary.knownFiles).toBe(FILES.filter((one) => one.day <= before).length);
      signals.push(...found.signals);
      for (const incident of found.incidents) incidents.set(incident.id, incident);
      records += found.summary.records;
      before = day;
    }
    expect(records).toBe(atOnce.summary.records);
    const told = (lines: readonly Line[]) => lines.filter((line) => !isSilence(line)).sort(byId);
    expect(atOnce.signals.some(({ detector }) => detector.startsWith('anomaly:volume:'))).toBe(true);
    expect(told(signals)).toEqual(told(atOnce.signals));
    expect([...incidents.values()].sort(byId)).toEqual([...atOnce.incidents].sort(byId));

    // Nothing new: nothing is read, and nothing forgotten.
    const again = await analysed(growing, join(folder, 'growing.memory'));
    expect(again.summary).toMatchObject({ records: 0, knownFiles: FILES.length });
    expect(again.signals).toEqual([]);
  }));

describe('a memory that cannot be used', () => {
  const RECORD = join(TRAIL, FILES[0]?.file as string);
  test.each([
    [
      'no memory',
      Buffer.from('hello'),
      /should be gzip'd JSON, but cannot be read: .+ Give another file with --state, or a new name to start anew\.\n$/,
    ],
    ['of another kind', snapshot({ kind: 'held' }), /should be analysis, but is \["trailwarden-memory","held"\]/],
    ['of a newer version', snapshot({ version: 99 }), /was written by a newer Trailwarden \(its version is 99/],
  ])('%s', (_name, bytes, sentence) =>
    inFolder(async (folder) => {
      const state = join(folder, 'state.memory');
      writeFileSync(state, bytes);
      const { code, stderr } = await trailwarden(['analyze', RECORD, '--state', state, '--out', join(folder, 'out')]);
      expect([code, stderr]).toEqual([1, expect.stringMatching(sentence)]);
      expect(readFileSync(state).equals(bytes)).toBe(true);
      expect(readdirSync(folder)).toEqual(['state.memory']);
    }),
  );

  test('a folder', () =>
    inFolder(async (folder) => {
      const { code, stderr } = await trailwarden(['analyze', RECORD, '--state', folder, '--out', join(folder, 'out')]);
      expect([code, stderr]).toEqual([1, expect.stringMatching(/^The memory .+ cannot be read: .+ Give another file with --state\.\n$/)]);
    }));

  test('that lies where nothing can be written is told of, and the outputs are there', () =>
    inFolder(async (folder) => {
      const flags = ['--state', join(folder, 'no/such/folder'), '--out', join(folder, 'out'), '--quiet'];
      const { code, stderr } = await trailwarden(['analyze', RECORD, ...flags]);
      expect([code, stderr]).toEqual([1, expect.stringMatching(/^The memory cannot be written to .+ The outputs are there;/)]);
      expect(readdirSync(join(folder, 'out'))).toContain('incidents.json');
    }));
});

function snapshot(more: object): Buffer {
  return gzipSync(JSON.stringify({ format: 'trailwarden-memory', version: 1, kind: 'analysis', data: {}, ...more }));
}

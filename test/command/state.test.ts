import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import { loadRules } from '../../core/rules/load.ts';
import { decodeAnalysis } from '../../core/state/analysis.ts';
import { ruleOn } from '../core/scoring/scored.ts';
import { IDENTITIES, record } from '../factories/record.ts';
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
  readonly principal?: string;
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

test('files by another spelling of their path are known', () =>
  inFolder(async (folder) => {
    const trail = join(folder, 'trail');
    put(FILES.slice(0, 3), trail);
    await analysed(trail, join(folder, 'a.memory'));
    const again = await analysed(`${folder}/./other/../trail`, join(folder, 'a.memory'));
    expect(again.summary).toMatchObject({ records: 0, knownFiles: 3 });
  }));

test.each([
  ['--since', '2026-09-01'],
  ['--until', '2026-09-01'],
  ['--account', '111122223333'],
  ['--region', 'eu-west-1'],
])('a memory goes with no %s: what it leaves out would count as read', (...filter) =>
  inFolder(async (folder) => {
    const { code, stderr } = await trailwarden(['analyze', TRAIL, '--state', join(folder, 'a.memory'), '--out', folder, ...filter]);
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/^--state goes with neither --since, --until, --account nor --region: .+\n$/),
    ]);
  }),
);

const call = (n: number, at: string, more: object = {}) =>
  record(n, { eventTime: at, eventName: 'ListBuckets', errorCode: undefined, userIdentity: IDENTITIES.user, ...more });

function write(folder: string, name: string, records: readonly unknown[]): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), JSON.stringify({ Records: records }));
}

test('a record with a time weeks ahead makes nothing late that comes until then', () =>
  inFolder(async (folder) => {
    const trail = join(folder, 'trail');
    const hours = Array.from({ length: 30 }, (_, i) => call(i, new Date(Date.UTC(2026, 8, 1, i)).toISOString().replace('.000Z', 'Z')));
    write(trail, 'a.json', [...hours, call(99, '2026-09-21T00:00:00Z')]);
    await analysed(trail, join(folder, 'a.memory'));
    const { judged } = decodeAnalysis(readFileSync(join(folder, 'a.memory')));
    expect(judged).toBeLessThan(Date.UTC(2026, 8, 3));
    expect(judged).toBeGreaterThan(Date.UTC(2026, 8, 1, 12));
  }));

test('events of one second keep their order over runs', () =>
  inFolder(async (folder) => {
    const rules = join(folder, 'rules');
    mkdirSync(rules);
    writeFileSync(join(rules, 'listed.yml'), ruleOn('Listed', { eventName: 'ListBuckets' }, { level: 'low' }));
    const [rule] = loadRules([{ file: 'listed.yml', text: readFileSync(join(rules, 'listed.yml'), 'utf8') }]).rules;
    writeFileSync(
      join(rules, 'twice.yml'),
      `title: Listed twice\nid: 5c1a7c8e-0000-4000-8000-000000000009\nlevel: high\ncorrelation: { type: event_count, rules: [${rule?.id}], group-by: [sourceIPAddress], timespan: 1h, condition: { gte: 2 } }\n`,
    );
    const user = (name: string) => ({ ...IDENTITIES.user, arn: `arn:aws:iam::111122223333:user/${name}`, userName: name });
    const at = '2026-09-01T10:00:00Z';
    const files = {
      'a.json': [call(11, at, { userIdentity: user('bob') })],
      'b.json': [call(10, at, { userIdentity: user('alice') })],
      'c.json': [call(12, '2026-09-01T18:00:00Z', { eventName: 'Quiet' })],
    };
    const told = async (name: string, runs: readonly (readonly (keyof typeof files)[])[]) => {
      const found: Line[] = [];
      for (const run of runs) {
        for (const file of run) write(join(folder, name), file, files[file]);
        const flags = [
          '--no-bundled-rules',
          '--rules',
          rules,
          '--state',
          join(folder, `${name}.memory`),
          '--out',
          join(folder, 'out'),
          '--quiet',
        ];
        expect(await trailwarden(['analyze', join(folder, name), ...flags])).toMatchObject({ code: 0, stderr: '' });
        const lines = readFileSync(join(folder, 'out/signals.ndjson'), 'utf8')
          .split('\n')
          .filter((line) => line.includes('"correlation:'));
        found.push(...lines.map((line) => JSON.parse(line) as Line));
      }
      return found;
    };
    const atOnce = await told('once', [['a.json', 'b.json', 'c.json']]);
    expect(atOnce).toMatchObject([{ principal: user('bob').arn }]);
    expect(await told('twice', [['a.json'], ['b.json'], ['c.json']])).toEqual(atOnce);
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

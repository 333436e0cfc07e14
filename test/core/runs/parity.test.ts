import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { BUNDLED_DATABASE } from '../../../core/anomalies/geo-files.ts';
import { QUIET } from '../../../core/incidents/grouping.ts';
import { LATENESS } from '../../../core/lateness.ts';
import { DEFAULT_LIMITS, inflate, isGzip } from '../../../core/records/inflate.ts';
import { parseTime } from '../../../core/records/time.ts';
import type { LoadedRules } from '../../../core/rules/model.ts';
import { openGeo } from '../../../local/geo.ts';
import { inFolder, ROOT, trailwarden } from '../../command/run.ts';
import { record } from '../../factories/record.ts';
import { type Delivery, engineOf, World } from './world.ts';

/** Recorded logs of others, to check against: not part of the project, looked for beside it. */
const CORPUS = process.env.TRAILWARDEN_CORPUS ?? join(ROOT, '..', 'shared', 'data');
const { rules, correlations } = JSON.parse(readFileSync(join(ROOT, 'dist', 'rules.json'), 'utf8')) as LoadedRules;
/** As the samples' configuration has it: a database of documentation addresses, then the bundled one. */
const CONFIG = join(ROOT, 'samples', 'trailwarden.config.json');
const GEO = openGeo([join(ROOT, 'samples', 'places.mmdb'), join(ROOT, 'dist', BUNDLED_DATABASE)]);
const ENGINE = engineOf(rules, 'high', correlations, GEO);

interface Input extends Delivery {
  /** Times of the earliest and the latest event in it. */
  readonly from: number;
  readonly to: number;
}

function inputs(folder: string): Input[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .sort()
    .map((path) => {
      const bytes = readFileSync(path);
      const text = (isGzip(bytes) ? inflate(bytes, DEFAULT_LIMITS).bytes : bytes).toString('latin1');
      const times = [...text.matchAll(/"(?:eventTime|@timestamp)"\s*:\s*"([^"]+)"/g)]
        .map(([, time]) => parseTime(time as string))
        .filter((time) => !Number.isNaN(time));
      const from = times.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
      const to = times.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
      const delivered = Number.isFinite(to) ? to : Date.UTC(2026, 8, 1);
      return { key: path, bytes, delivered, from, to };
    });
}

/** Damage and spite in files: what can be read of them must be the same in both homes. */
function writeHostile(folder: string): void {
  const calls = (from: number, count: number, more = {}) =>
    Array.from({ length: count }, (_, i) =>
      record(from + i, { errorCode: undefined, eventSource: 'cloudtrail.amazonaws.com', eventName: 'StopLogging', ...more }),
    );
  const whole = gzipSync(JSON.stringify({ Records: calls(0, 200) }));
  const files: Readonly<Record<string, string | Buffer>> = {
    'cut.json.gz': whole.subarray(0, whole.length - 40),
    'same.json': JSON.stringify({ Records: calls(100, 50) }),
    'names.json': JSON.stringify(calls(300, 5, { userIdentity: { type: 'AssumedRole', arn: '__proto__', accountId: 'constructor' } })),
    'placeholders.json': JSON.stringify([...calls(400, 3, { eventID: 'x' }), ...calls(400, 3, { eventID: 'x' })]),
    'broken.json': `{"Records":[${JSON.stringify(record(500))},{"eventVersion":"1.0","eventTime":"nonsense"},{"eventVersion":]}`,
    'empty.json': '',
    'list.json': '[]',
    'text.txt': 'no trail at all',
    'nested.json': `${'['.repeat(5000)}${']'.repeat(5000)}`,
    'future.json': JSON.stringify(calls(600, 3, { eventTime: '2026-10-20T10:00:00Z' })),
    'shared.json': JSON.stringify([
      ...calls(700, 2, {
        sharedEventID: '99999999-1111-4222-8333-444455556666',
        userIdentity: { type: 'AWSAccount', accountId: '111122223333', principalId: 'AIDAEXAMPLE' },
        recipientAccountId: '444455556666',
      }),
      ...calls(710, 1, { sharedEventID: '99999999-1111-4222-8333-444455556666' }),
    ]),
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
}

/** The same numbers for the same seed. */
function random(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}

function shuffled<T>(items: readonly T[], roll: (n: number) => number): T[] {
  const all = [...items];
  for (let i = all.length - 1; i > 0; i -= 1) {
    const j = roll(i + 1);
    [all[i], all[j]] = [all[j] as T, all[i] as T];
  }
  return all;
}

/** Runs, each of batches, each of files. */
type Split = (files: readonly Input[]) => Input[][][];

const each = (files: readonly Input[]) => files.map((file) => [[file]]);
const inRandomRuns =
  (seed: number, mixed: boolean): Split =>
  (files) => {
    const roll = random(seed);
    const runs: Input[][][] = [];
    const order = mixed ? shuffled(files, roll) : [...files].sort((a, b) => a.delivered - b.delivered);
    while (order.length > 0) {
      const batches: Input[][] = [];
      for (let n = 1 + roll(4); n > 0 && order.length > 0; n -= 1) batches.push(order.splice(0, 1 + roll(12)));
      runs.push(batches);
    }
    return runs;
  };

const SPLITS: readonly (readonly [string, Split])[] = [
  ['all at once', (files) => [[[...files]]]],
  ['a run for each file', each],
  ['a run for each file, latest first', (files) => each([...files].reverse())],
  ['random runs in the order of delivery', inRandomRuns(1, false)],
  ['random runs in any order', inRandomRuns(2, true)],
  ['the same files again and again', (files) => [...inRandomRuns(3, true)(files), ...inRandomRuns(4, true)(files)]],
];

/**
 * Delivers the files split so, with a clock that runs as far ahead as it can while no event is late: the watermark reaches to just before the
 * earliest event that is still to come. Ends with ticks until everything is over.
 */
async function piped(files: readonly Input[], split: Split): Promise<World> {
  const world = new World();
  const runs = split(files);
  const sent = new Set<string>();
  for (const batches of runs) {
    for (const batch of batches) {
      world.deliver(batch);
      for (const { key } of batch) sent.add(key);
    }
    const waiting = files.filter(({ key }) => !sent.has(key)).map(({ from }) => from);
    const latest = Math.max(...files.map(({ to }) => to).filter(Number.isFinite));
    // Each run's clock is a millisecond later than the one before, at least: half a second leaves room for that.
    await world.run(ENGINE, Math.min(latest, ...waiting) + LATENESS - 500);
  }
  const end = Math.max(...files.map(({ to }) => to).filter(Number.isFinite));
  for (const later of [LATENESS + 1, QUIET + LATENESS + 2]) await world.run(ENGINE, end + later);
  return world;
}

interface Analysed {
  readonly signals: Record<string, unknown>[];
  readonly incidents: Record<string, unknown>[];
  readonly summary: { readonly records: number; readonly events: number; readonly duplicates: number; readonly rejects: number };
}

function analysed(folder: string): Promise<Analysed> {
  return inFolder(async (out) => {
    const { stderr } = await trailwarden([
      'analyze',
      folder,
      '--quiet',
      '--threads',
      '1',
      '--out',
      out,
      '--events',
      'risky',
      '--config',
      CONFIG,
    ]);
    expect(stderr).toBe('');
    const lines = readFileSync(join(out, 'signals.ndjson'), 'utf8').trimEnd().split('\n');
    return {
      signals: lines.map((line) => JSON.parse(line) as Record<string, unknown>),
      incidents: JSON.parse(readFileSync(join(out, 'incidents.json'), 'utf8')) as Record<string, unknown>[],
      summary: JSON.parse(readFileSync(join(out, 'summary.json'), 'utf8')) as Analysed['summary'],
    };
  });
}

const byId = (items: readonly Record<string, unknown>[]) => [...items].sort((a, b) => (String(a.id) < String(b.id) ? -1 : 1));
const time = (value: unknown) => (typeof value === 'number' ? value : parseTime(value as string));

/** What both homes must say of an incident. */
function said(incident: Record<string, unknown>): Record<string, unknown> {
  const { id, principal, roleTag, level, risk, tactics, techniques, accounts, regions, addresses, reasons, signals } = incident;
  const detections = (incident.detections as Record<string, unknown>[]).map((one) => ({
    ...one,
    first: time(one.first),
    last: time(one.last),
  }));
  return {
    ...{ id, principal, roleTag, level, risk, tactics, techniques, accounts, regions, addresses, reasons, signals },
    opened: time(incident.opened),
    updated: time(incident.updated),
    detections: detections.slice(0, 5),
    signalIds: (incident.signalIds as string[]).slice(0, 10),
  };
}

/** `analyze` tells gaps in the files, the pipeline what is silent now. */
const isNoSilence = ({ detector }: { readonly detector?: unknown }) => !String(detector).startsWith('anomaly:silence:');

async function compare(folder: string): Promise<void> {
  const files = inputs(folder);
  const expected = await analysed(folder);
  expect(expected.signals.length).toBeGreaterThan(0);
  for (const [name, split] of SPLITS) {
    const world = await piped(files, split);
    const told = world.signals();
    expect([name, byId(told.filter(isNoSilence))]).toEqual([name, byId(expected.signals.filter(isNoSilence))]);
    const items = world.incidentItems().filter(({ detections }) => detections.every(isNoSilence));
    expect(items.filter(({ status }) => status !== 'resolved')).toEqual([]);
    expect([name, byId(items.map((item) => said(item as never)))]).toEqual([name, byId(expected.incidents.map(said))]);
    const { records, events, duplicates, excluded, late, signals } = world.counts();
    expect([name, { records, events, duplicates, rejects: excluded }]).toEqual([
      name,
      {
        records: expected.summary.records,
        events: expected.summary.events,
        duplicates: expected.summary.duplicates,
        rejects: expected.summary.rejects,
      },
    ]);
    expect([late, signals]).toEqual([0, told.length]);
    expect([...world.objects.keys()].filter((key) => key.startsWith('pending/'))).toEqual([]);
  }
}

test('hostile files: the pipeline says the same as analyze in every split', () =>
  inFolder(async (folder) => {
    writeHostile(folder);
    await compare(folder);
  }));

test('samples: the pipeline says the same as analyze in every split', () => compare(join(ROOT, 'samples', 'trail')));

for (const name of ['invictus', 'stratus']) {
  const folder = join(CORPUS, name);
  if (existsSync(folder)) test(`${name}: the pipeline says the same as analyze in every split`, () => compare(folder));
}

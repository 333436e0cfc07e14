import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { explain, findFiles, inOrder, nameTime, type Source, SourceError } from '../../local/sources.ts';
import { flawsCsv, record, records, SHAPES } from '../factories/record.ts';

let folder = '';
const cwd = process.cwd();
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sources-'));
  process.chdir(folder);
});
afterEach(() => {
  process.chdir(cwd);
  rmSync(folder, { recursive: true, force: true });
});

/** Writes files by their paths, their folders with them. */
function put(...files: readonly (string | readonly [string, string | Buffer])[]): void {
  for (const file of files) {
    const [path, content] = typeof file === 'string' ? [file, 'x'] : file;
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, content);
  }
}

const labels = (...paths: string[]) =>
  findFiles(paths)
    .sources.map(({ label }) => label)
    .sort();

describe('files are found', () => {
  test('in folders and their folders, hidden ones left out', () => {
    put('logs/a.json', 'logs/b/c/d.gz', 'logs/.hidden', 'logs/.git/config', 'logs/b/.DS_Store', 'other');
    expect(labels('logs')).toEqual(['logs/a.json', 'logs/b/c/d.gz']);
    expect(labels('logs/b', 'other')).toEqual(['logs/b/c/d.gz', 'other']);
  });

  test('hidden ones too where they are named', () => {
    put('.hidden', '.folder/a');
    expect(labels('.hidden', '.folder')).toEqual(['.folder/a', '.hidden']);
  });

  test('once, by whatever paths they are reached, in any order of the paths', () => {
    put('logs/a.json', 'logs/b/c.json');
    const paths = ['logs', './logs/', 'logs/b', 'logs/../logs/a.json', 'logs/b/c.json'];
    expect(labels(...paths)).toEqual(['logs/a.json', 'logs/b/c.json']);
    expect(labels(...paths.reverse())).toEqual(['logs/a.json', 'logs/b/c.json']);
    expect(labels(join(folder, 'logs'), 'logs')).toEqual(labels('logs', join(folder, 'logs')));
  });

  test('through links, each folder once', () => {
    put('logs/a.json', 'elsewhere/b.json');
    symlinkSync('../elsewhere', 'logs/link');
    symlinkSync('a.json', 'logs/again.json');
    expect(labels('logs')).toEqual(['logs/a.json', 'logs/link/b.json']);
    expect(labels('elsewhere', 'logs')).toEqual(labels('logs', 'elsewhere'));
  });

  test('though links lead in circles', () => {
    put('logs/a/b/c.json');
    symlinkSync('../..', 'logs/a/up');
    symlinkSync('.', 'logs/a/self');
    expect(labels('logs')).toEqual(['logs/a/b/c.json']);
  });

  test('in no time though twelve folders are linked with one another', () => {
    const names = Array.from({ length: 12 }, (_, i) => `f${i}`);
    put(...names.map((name) => `logs/${name}/a.json`));
    for (const from of names) for (const to of names) symlinkSync(`../${to}`, `logs/${from}/to-${to}`);
    expect(labels('logs')).toEqual(names.map((name) => `logs/${name}/a.json`).sort());
  });

  test('this tool’s own output is left out, unless it is named', () => {
    const output = ['annotated_events.csv', 'events.ndjson.gz', 'report.html', 'summary.json', 'signals.ndjson'].map(
      (name) => `logs/trailwarden-out/${name}`,
    );
    put('logs/a.json', ...output, 'logs/more/summary.json', 'logs/more/report.html');
    expect(labels('logs')).toEqual(['logs/a.json', 'logs/more/report.html', 'logs/more/summary.json']);
    expect(labels('logs/trailwarden-out')).toEqual(output.sort());
    expect(labels('logs', 'logs/trailwarden-out')).toEqual([...labels('logs'), ...output].sort());
  });

  test('an empty folder has none', () => {
    mkdirSync('empty/deeper', { recursive: true });
    expect(findFiles(['empty'])).toEqual({ sources: [], unreadable: [] });
  });

  test('with their size', () => {
    put(['a.json', 'x'.repeat(123)]);
    expect(findFiles(['a.json']).sources).toMatchObject([{ label: 'a.json', size: 123 }]);
  });
});

describe('what cannot be read', () => {
  test.each<[string, string, string]>([
    ['is not there', 'nothing', 'nothing cannot be read: it does not exist.'],
    ['lies in no folder', 'file/x', 'file/x cannot be read: a part of its path is no folder.'],
    ['is a link to itself', 'loop', 'loop cannot be read: its links lead in a circle.'],
    ['is a link to nothing', 'dangling', 'dangling cannot be read: it does not exist.'],
  ])('a path that %s stops the run, with a sentence', (_name, path, sentence) => {
    put('file');
    symlinkSync('loop', 'loop');
    symlinkSync('gone', 'dangling');
    expect(() => findFiles(['file', path])).toThrow(
      new SourceError(`${sentence} Give a file or a folder of CloudTrail logs, or s3://bucket/prefix.`),
    );
  });

  test('inside a folder it is told, and the rest is found', () => {
    put('logs/a.json');
    symlinkSync('gone', 'logs/dangling');
    symlinkSync('loop', 'logs/loop');
    const { sources, unreadable } = findFiles(['logs']);
    expect(sources.map(({ label }) => label)).toEqual(['logs/a.json']);
    expect(unreadable).toEqual([
      { label: 'logs/dangling', reason: 'it does not exist' },
      { label: 'logs/loop', reason: 'its links lead in a circle' },
    ]);
  });

  test('a folder without permission is told; to root it is open', () => {
    put('logs/a.json', 'logs/closed/b.json');
    chmodSync('logs/closed', 0);
    const { sources, unreadable } = findFiles(['logs']);
    chmodSync('logs/closed', 0o700);
    const isRoot = process.getuid?.() === 0;
    expect(sources.map(({ label }) => label)).toEqual(isRoot ? ['logs/a.json', 'logs/closed/b.json'] : ['logs/a.json']);
    expect(unreadable).toEqual(isRoot ? [] : [{ label: 'logs/closed', reason: 'permission denied' }]);
  });

  test.each<[string, string]>([
    ['EACCES', 'permission denied'],
    ['EPERM', 'permission denied'],
    ['ENOENT', 'it does not exist'],
    ['EISDIR', 'it is a folder'],
    ['ENOSPC', 'no space is left on the disk'],
    ['EMFILE', 'what the system says'],
  ])('%s: %s', (code, words) => {
    expect(explain(Object.assign(new Error('what the system says'), { code }))).toBe(words);
  });
});

describe('times', () => {
  test.each<[string, number]>([
    ['111122223333_CloudTrail_us-east-1_20260901T1005Z_AbCdEf0123456789.json.gz', Date.UTC(2026, 8, 1, 10, 5)],
    ['111122223333_CloudTrail-Digest_us-east-1_trail_us-east-1_20260901T100500Z.json.gz', Number.NaN],
    ['111122223333_CloudTrail_us-east-1_20261301T1005Z_x.json.gz', Number.NaN],
    ['trail.json', Number.NaN],
    ['', Number.NaN],
  ])('in the name %s', (name, time) => {
    expect(nameTime(name)).toBe(time);
  });

  const FIRST = Date.UTC(2026, 8, 1, 10);
  const contents: [string, string | Buffer, number][] = [
    ...Object.entries(SHAPES).map(([name, shape]): [string, string, number] => [name, shape(records(2)), FIRST]),
    ['flaws CSV', flawsCsv(records(2), 18), FIRST],
    ['compressed', gzipSync(JSON.stringify({ Records: records(2) })), FIRST],
    ['compressed, cut short', gzipSync(JSON.stringify({ Records: records(500) })).subarray(0, 900), FIRST],
    ['logstash', JSON.stringify({ '@timestamp': '2026-09-01T10:00:00.500Z' }), FIRST + 500],
    ['no time', 'hello', Number.NaN],
    ['empty', '', Number.NaN],
    ['a time that is none', '{"eventTime":"yesterday"}', Number.NaN],
    ['a time beyond the first 64 KB', `${' '.repeat(70_000)}${JSON.stringify(record())}`, Number.NaN],
    ['damaged gzip', Buffer.from([0x1f, 0x8b, 8, 9, 9, 9]), Number.NaN],
  ];
  test.each(contents)('of the first record: %s', (_name, content, time) => {
    put(['a', content]);
    expect(findFiles(['a']).sources[0]?.time).toBe(time);
  });

  test('the name comes before the content', () => {
    put(['x_20200101T0000Z_y.json', JSON.stringify(record())]);
    expect(findFiles(['.']).sources[0]?.time).toBe(Date.UTC(2020, 0, 1));
  });
});

test('sources stand by time, then by label, those without a time last, in any order given', () => {
  const source = (label: string, time: number): Source => ({ label, size: 1, time });
  const ordered = [source('z', 1), source('a', 2), source('b', 2), source('c', 3), source('a2', Number.NaN), source('b2', Number.NaN)];
  for (const given of [ordered, [...ordered].reverse(), [3, 0, 5, 2, 4, 1].map((i) => ordered[i] as Source)]) {
    expect(inOrder(given).map(({ label }) => label)).toEqual(['z', 'a', 'b', 'c', 'a2', 'b2']);
  }
});

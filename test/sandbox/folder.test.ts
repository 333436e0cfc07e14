import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DropFolder } from '../../sandbox/folder.ts';
import { whyNoCloud } from '../../sandbox/place.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trailwarden-drop-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(path: string, content: string, second: number): void {
  mkdirSync(join(folder, path, '..'), { recursive: true });
  writeFileSync(join(folder, path), content);
  utimesSync(join(folder, path), second, second);
}

const taken = (drop: DropFolder) => drop.look().map(({ path, bytes }) => [path, bytes.toString()]);

test('a file is taken once it no longer grows, and again when it changes', () => {
  const drop = new DropFolder(folder);
  expect(taken(drop)).toEqual([]);
  write('a/b.json', '[', 1);
  expect(taken(drop)).toEqual([]);
  write('a/b.json', '[]', 2);
  expect(taken(drop)).toEqual([]);
  expect(taken(drop)).toEqual([['a/b.json', '[]']]);
  expect(taken(drop)).toEqual([]);
  write('a/b.json', '{}', 3);
  expect(taken(drop)).toEqual([]);
  expect(taken(drop)).toEqual([['a/b.json', '{}']]);
});

test('all files are taken at once, hidden ones never', () => {
  write('one.json', '1', 1);
  write('.DS_Store', '2', 1);
  write('deep/er/two.json', '3', 1);
  expect(
    new DropFolder(folder)
      .all()
      .map(({ path }) => path)
      .toSorted(),
  ).toEqual(['deep/er/two.json', 'one.json']);
});

test.each([
  ['linux', 'x64', undefined],
  ['darwin', 'arm64', 'The local cloud did not run: its DynamoDB is made for Linux on x64, this is darwin on arm64.'],
  ['linux', 'arm64', 'The local cloud did not run: its DynamoDB is made for Linux on x64, this is linux on arm64.'],
])('on %s and %s the local cloud says whether it runs', (platform, architecture, why) => {
  expect(whyNoCloud(platform, architecture)).toBe(why);
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FILE_REJECTS, RECORD_REJECTS } from '../../core/records/rejects.ts';
import { inFolder, ROOT, trailwarden } from './run.ts';

const DOCS = readFileSync(join(ROOT, 'docs', 'outputs.md'), 'utf8');

/** Names in backquotes in the first column of the tables under a heading. */
function documented(heading: string): string[] {
  const section = DOCS.split(/^#+ /m).find((part) => part.startsWith(heading)) ?? '';
  const cells = [...section.matchAll(/^\| (`[^|]*) \|/gm)].map(([, cell]) => cell as string);
  return cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name as string)).sort();
}

test('docs/outputs.md names every key of summary.json, incidents.json and every reason, and no other', () =>
  inFolder(async (folder) => {
    await trailwarden(['analyze', 'samples/trail', '--since', '2026-09-15', '--until', '2026-09-15', '--quiet', '--out', folder]);
    const read = (name: string) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as unknown;
    expect(documented('summary.json')).toEqual(Object.keys(read('summary.json') as object).sort());
    expect(documented('incidents.json')).toEqual(Object.keys((read('incidents.json') as object[])[0] as object).sort());
    expect(documented('Why a record')).toEqual(Object.keys(RECORD_REJECTS).sort());
    expect(documented('Why a file')).toEqual(Object.keys(FILE_REJECTS).sort());
  }));

import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { BUNDLED_DATABASE } from '../../../core/anomalies/geo-files.ts';
import { loadConfig } from '../../../core/config/load.ts';

const ROOT = join(__dirname, '../../..');
const folder = mkdtempSync(join(tmpdir(), 'trailwarden-score-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Starts the built score function, deployed with a configuration, with more files beside its code and without some of the built ones. */
function start(
  geo: unknown,
  beside: readonly string[],
  without: readonly string[] = [],
): { readonly status: number | null; readonly said: string } {
  rmSync(folder, { recursive: true, force: true });
  cpSync(join(ROOT, 'dist/lambdas/score'), folder, { recursive: true });
  const config = loadConfig(JSON.stringify({ anomalies: { geo } }), 'test.json');
  writeFileSync(join(folder, 'settings.json'), JSON.stringify({ config, alerts: { threshold: 'high' } }));
  writeFileSync(join(folder, 'rules.json'), '{"rules":[],"correlations":[],"refusals":[]}');
  for (const name of beside) copyFileSync(join(ROOT, 'samples/places.mmdb'), join(folder, name));
  for (const name of without) rmSync(join(folder, name));
  const script = `process.stdout.write(typeof (await import(${JSON.stringify(pathToFileURL(join(folder, 'index.mjs')).href)})).handler)`;
  const env = {
    ...{ PATH: process.env.PATH ?? '', AWS_REGION: 'eu-west-1', BATCH_BUCKET: 'b', STATE_TABLE: 's', INCIDENTS_TABLE: 'i' },
    POWERTOOLS_METRICS_DISABLED: 'true',
  };
  const { status, stdout, stderr } = spawnSync(join(ROOT, 'node_modules/.bin/node'), ['--input-type=module', '-e', script], {
    encoding: 'utf8',
    env,
  });
  return { status, said: `${stdout}${stderr}` };
}

test('the score function opens the databases beside its code', () => {
  expect(start({}, [])).toEqual({ status: 0, said: 'function' });
  expect(start({ databases: ['a.mmdb', 'b.mmdb'] }, ['geo-1.mmdb', 'geo-2.mmdb'])).toEqual({ status: 0, said: 'function' });
  expect(start({ databases: ['a.mmdb', 'b.mmdb'] }, ['geo-1.mmdb'])).toEqual({ status: 1, said: expect.stringContaining('geo-2.mmdb') });
});

test('the bundled one has to be there only where it is wanted', () => {
  expect(start({ bundled: false }, [], [BUNDLED_DATABASE])).toEqual({ status: 0, said: 'function' });
  expect(start({}, [], [BUNDLED_DATABASE])).toEqual({ status: 1, said: expect.stringContaining(BUNDLED_DATABASE) });
});

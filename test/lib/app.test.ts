import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BUNDLED_DATABASE } from '../../core/anomalies/geo-files.ts';
import type { Settings } from '../../core/config/settings.ts';
import type { LoadedRules } from '../../core/rules/model.ts';
import { placesDatabase } from '../../samples/generator/places.ts';
import { SMALLEST } from './synth.ts';

const ROOT = join(__dirname, '../..');
const NODE = join(ROOT, 'node_modules/.bin/node');
const { context } = JSON.parse(readFileSync(join(ROOT, 'cdk.json'), 'utf8')) as { context: object };

const scratch = mkdtempSync(join(tmpdir(), 'trailwarden-app-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** Runs the app as the CDK's command line does, offline and without credentials. */
function run(name: string, config: unknown) {
  const folder = join(scratch, name);
  const file = join(folder, 'trailwarden.config.json');
  const out = join(folder, 'cdk.out');
  mkdirSync(folder, { recursive: true });
  if (config !== undefined) writeFileSync(file, typeof config === 'string' ? config : JSON.stringify(config));
  const { status, stderr } = spawnSync(NODE, ['--no-warnings', 'bin/app.ts'], {
    cwd: ROOT,
    encoding: 'utf8',
    env: {
      PATH: process.env.PATH ?? '',
      CDK_OUTDIR: out,
      CDK_CONTEXT_JSON: JSON.stringify({ ...context, config: file }),
      CDK_VALIDATION: 'false',
    },
  });
  return { status, stderr, file, folder, out };
}

test.each<[string, unknown, RegExp[]]>([
  [
    'no file',
    undefined,
    [
      /^The configuration .+trailwarden\.config\.json cannot be read: it does not exist\. docs\/deploy\.md shows what it holds; name another/,
    ],
  ],
  [
    'wrong throughout',
    { rule: {}, deploy: { ...SMALLEST, account: '1', trail: {}, retention: 1 } },
    [
      /"deploy\.account" should be an account id/,
      /"deploy\.trail" says nothing/,
      /"deploy\.retention" is not a known key/,
      /"rule" is not a known key/,
    ],
  ],
  [
    'no such database',
    { anomalies: { geo: { databases: ['GeoLite2-City.mmdb'] } }, deploy: SMALLEST },
    [/^.+no-such-database\/GeoLite2-City\.mmdb cannot be used as a geolocation database: it does not exist\. Give an MMDB file/],
  ],
  [
    'no database',
    { anomalies: { geo: { databases: ['trailwarden.config.json'] } }, deploy: SMALLEST },
    [/^.+trailwarden\.config\.json cannot be used as a geolocation database: it is no MMDB file/],
  ],
  ['no such folder', { deploy: { ...SMALLEST, rules: { folders: ['mine'] } } }, [/^The rules in .+mine cannot be read: it does not exist/]],
])('%s is refused before anything is made, in sentences', (name, config, sentences) => {
  const { status, stderr, folder } = run(name.replaceAll(' ', '-'), config);
  expect(status).toBe(1);
  const lines = stderr.trim().split('\n');
  expect(lines).toHaveLength(sentences.length);
  for (const sentence of sentences) expect(lines).toContainEqual(expect.stringMatching(sentence));
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(readdirSync(folder, { recursive: true }).filter((one) => String(one).endsWith('.template.json'))).toEqual([]);
});

const RULE = (id: string, title: string) => `title: ${title}
id: ${id}
logsource: { product: aws, service: cloudtrail }
detection:
  selection: { eventName: CreateUser }
  condition: selection
level: low
`;

test('a database that no function can hold is refused before anything is made', () => {
  const folder = join(scratch, 'large');
  mkdirSync(folder);
  writeFileSync(join(folder, 'world.mmdb'), '');
  truncateSync(join(folder, 'world.mmdb'), 300 * 1024 ** 2);
  const { status, stderr } = run('large', { anomalies: { geo: { databases: ['world.mmdb'] } }, deploy: SMALLEST });
  expect([status, stderr]).toEqual([1, expect.stringMatching(/^The geolocation database .+large\/world\.mmdb has 300 MB, but .+\n$/)]);
});
const CORRELATION = (rule: string) => `title: Our own story
id: 0b1e6d3c-5a44-4c35-9a8f-2f6f5d1c7e02
level: high
correlation:
  type: event_count
  rules: [${rule}]
  group-by: [principal]
  timespan: 1h
  condition: { gte: 5 }
`;

test('the stacks are synthesized with the built functions and the chosen rules', () => {
  const folder = join(scratch, 'good');
  mkdirSync(join(folder, 'mine'), { recursive: true });
  writeFileSync(join(folder, 'mine/own.yml'), RULE('0b1e6d3c-5a44-4c35-9a8f-2f6f5d1c7e01', 'Our own'));
  writeFileSync(join(folder, 'mine/bad.yml'), 'title: no detection\nlogsource: { product: aws, service: cloudtrail }\nlevel: low\n');
  writeFileSync(join(folder, 'mine/places.mmdb'), placesDatabase());
  const { rules: bundled } = JSON.parse(readFileSync(join(ROOT, 'dist/rules.json'), 'utf8')) as LoadedRules;
  const [kept, gone] = [false, true].map((is) => bundled.find(({ file }) => file.startsWith('discovery/') === is)?.id as string);
  writeFileSync(join(folder, 'mine/story.yml'), CORRELATION(kept as string));
  writeFileSync(join(folder, 'mine/over.yml'), CORRELATION(gone as string).replace('7e02', '7e03'));
  const owned = { owner: 'platform', reason: 'builds', expires: '2027-03-31' };
  const { status, stderr, out } = run('good', {
    exceptions: [
      { ...owned, rule: 'mine/stroy.yml' },
      { ...owned, rule: 'mine/own.yml' },
      { ...owned, rule: 'discovery/*' },
    ],
    rules: { disabled: ['discovery/*'], levels: { 'mine/own.yml': 'high' } },
    anomalies: { geo: { databases: ['mine/places.mmdb'] } },
    deploy: { ...SMALLEST, rules: { folders: ['mine'] } },
  });
  expect([status, stderr.trim().split('\n').sort()]).toEqual([
    0,
    [
      expect.stringMatching(/^Left out: mine\/bad\.yml:\d+ /),
      expect.stringMatching(/^Left out: mine\/over\.yml:\d+ It needs the rule .+, which the configuration disables/),
      expect.stringMatching(/^The exception of platform for "mine\/stroy\.yml" names no rule.+ Did you mean "mine\/story\.yml"/),
    ],
  ]);
  const templates = readdirSync(out).filter((name) => name.endsWith('.template.json'));
  expect(templates.sort()).toEqual(
    ['Trailwarden-Data', 'Trailwarden-Monitoring', 'Trailwarden-Pipeline'].map((name) => `${name}.template.json`),
  );

  const sent = (file: string) => JSON.parse(readFileSync(join(out, 'functions', file), 'utf8')) as unknown;
  const { rules, correlations } = sent('score/rules.json') as LoadedRules;
  expect(rules.find(({ title }) => title === 'Our own')).toMatchObject({ level: 'high', file: 'mine/own.yml' });
  expect(correlations.filter(({ file }) => file.startsWith('mine/'))).toMatchObject([{ title: 'Our own story', rules: [kept] }]);
  expect(rules.length).toBeGreaterThan(100);
  expect(rules.filter(({ file }) => file.startsWith('discovery/'))).toEqual([]);
  const settings = sent('parse/settings.json') as Settings;
  expect(settings.config).not.toHaveProperty('deploy');
  expect(settings.config.rules.disabled).toEqual(['discovery/*']);
  expect(sent('alert/settings.json')).toEqual(settings);
  expect(readFileSync(join(out, 'functions/score/geo-1.mmdb')).equals(placesDatabase())).toBe(true);
  const built = readFileSync(join(ROOT, 'dist', BUNDLED_DATABASE));
  expect(readFileSync(join(out, 'functions/score', BUNDLED_DATABASE)).equals(built)).toBe(true);
});

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { RuleFile } from '../../core/rules/model.ts';
import { testRules } from '../../core/rules/testing.ts';

const ROOT = join(__dirname, '../../rules');

const files: readonly RuleFile[] = readdirSync(ROOT, { recursive: true })
  .map(String)
  .filter((name) => name.endsWith('.yml'))
  .sort()
  .map((name) => ({ file: `rules/${name.replaceAll('\\', '/')}`, text: readFileSync(join(ROOT, name), 'utf8') }));

const isTest = ({ file }: RuleFile): boolean => file.endsWith('.test.yml');
const results = testRules(
  files.filter((file) => !isTest(file)),
  files.filter(isTest),
);
const folders = [...new Set(results.map(({ file }) => dirname(file)))];
const rules = results.flatMap(({ rule }) => rule ?? []);

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe.each(folders)('%s', (folder) => {
  test.each(results.filter(({ file }) => dirname(file) === folder))('$file', ({ file, rule, cases, problems }) => {
    expect(problems).toEqual([]);
    expect(cases).toBeGreaterThanOrEqual(2);
    expect(rule).toMatchObject({ file, author: 'Trailwarden', id: expect.stringMatching(UUID) });
    expect(rule?.description.length).toBeGreaterThanOrEqual(80);
    expect(rule?.falsePositives).not.toEqual([]);
    expect(rule?.tags.filter((tag) => /^(attack|cis)\./.test(tag))).not.toEqual([]);
    // The loader gives a level and an id to a rule without them; in this pack each says its own.
    expect(files.find((one) => one.file === file)?.text).toMatch(/^level: /m);
    expect(files.find((one) => one.file === file)?.text).toContain(`id: ${rule?.id}`);
  });
});

test('the pack holds at least 60 rules, each with an id of its own', () => {
  expect(rules.length).toBeGreaterThanOrEqual(60);
  expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length);
});

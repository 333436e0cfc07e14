import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { configJsonSchema } from '../../core/config/schema.ts';
import { deploySection } from '../../lib/deploy-config.ts';
import { deployConfig, synthesize } from './synth.ts';
import { resources } from './template.ts';

const DOCS = readFileSync(join(__dirname, '../../docs/deploy.md'), 'utf8');
const OPERATIONS = readFileSync(join(__dirname, '../../docs/operations.md'), 'utf8');
const SECTION = DOCS.split(/^## /m).find((part) => part.startsWith('The section `deploy`')) ?? '';

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly default?: unknown;
  readonly minimum?: number;
}

/** Keys of a schema with their paths; those of sections stand for the section, but for `alerts`, which says something of its own. */
function leaves({ properties = {} }: Schema, path = ''): [string, Schema][] {
  return Object.entries(properties).flatMap(([key, member]) => {
    const below = leaves(member, `${path}${key}.`);
    return below.length === 0 || key === 'alerts' || key === 'trail' ? [[`${path}${key}`, member], ...below] : below;
  });
}

const { deploy } = (configJsonSchema(deploySection) as { properties: { deploy: Schema } }).properties;
const rows = [...SECTION.matchAll(/^\| `([^`]+)` +\| (.+?) +\| (.*?) +\|$/gm)].map(([, key, meaning, fallback]) => ({
  key,
  meaning,
  fallback,
}));

test('docs/deploy.md names every key of the section, and no other', () => {
  expect(rows.map(({ key }) => key).sort()).toEqual(
    leaves(deploy)
      .map(([key]) => key)
      .sort(),
  );
});

test('docs/deploy.md names the defaults', () => {
  const defaults = leaves(deploy).filter(([, member]) => member.default !== undefined && !Array.isArray(member.default));
  expect(defaults.length).toBeGreaterThan(7);
  for (const [key, member] of defaults) {
    expect([key, rows.find((row) => row.key === key)?.fallback?.replaceAll('`', '')]).toEqual([key, String(member.default)]);
  }
});

test('the examples of docs/deploy.md are good configurations', () => {
  const trails = [...DOCS.matchAll(/^"trail": (\{.+\})$/gm)].map(([, text]) => JSON.parse(text as string) as Record<string, unknown>);
  expect(trails).toHaveLength(4);
  for (const trail of trails) expect(deployConfig({ trail }).trail).toMatchObject(trail);
  const blocks = [...DOCS.matchAll(/```json\n(\{[\s\S]+?\n\})\n```/g)].map(
    ([, text]) => JSON.parse(text as string) as { deploy?: Record<string, unknown> },
  );
  expect(blocks.length).toBeGreaterThanOrEqual(5);
  expect(deployConfig(blocks[0]?.deploy)).toEqual(deployConfig());
});

test('docs/deploy.md counts the alarms, docs/operations.md names them', () => {
  const alarms = Object.values(resources(synthesize().monitoring, 'AWS::CloudWatch::Alarm')).map(({ Properties: { AlarmName } }) =>
    (AlarmName as string).replace('Trailwarden-', ''),
  );
  expect(DOCS).toContain(`${alarms.length} alarms`);
  const section = OPERATIONS.split(/^## /m).find((part) => part.startsWith('Alarms')) ?? '';
  expect([...section.matchAll(/^\| `(\w+)` /gm)].map(([, name]) => name).sort()).toEqual(alarms.sort());
});

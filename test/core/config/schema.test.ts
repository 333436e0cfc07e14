import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig } from '../../../core/config/load.ts';
import { configJsonSchema } from '../../../core/config/schema.ts';
import { deploySection } from '../../../lib/deploy-config.ts';

type Schema = {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly propertyNames?: Schema;
  readonly items?: Schema;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly minItems?: number;
};

const CHECKED = new Set(['type', 'enum', 'properties', 'required', 'additionalProperties', 'propertyNames', 'items']);
const BOUNDS = new Set(['minimum', 'maximum', 'minLength', 'minItems']);
const NOTES = new Set(['$id', '$schema', 'title', 'description', 'default']);

/** Whether a value fits a schema of the keywords above (JSON Schema draft 7). */
function fits(value: unknown, schema: Schema): boolean {
  const unknown = Object.keys(schema).find((keyword) => !CHECKED.has(keyword) && !BOUNDS.has(keyword) && !NOTES.has(keyword));
  if (unknown !== undefined) throw new Error(`this check does not know the keyword ${unknown}`);
  if (schema.enum !== undefined && !schema.enum.includes(value)) return false;
  switch (schema.type) {
    case 'string':
      return typeof value === 'string' && value.length >= (schema.minLength ?? 0);
    case 'boolean':
      return typeof value === 'boolean';
    case 'number':
    case 'integer':
      return (
        typeof value === 'number' &&
        (schema.type === 'number' || Number.isInteger(value)) &&
        value >= (schema.minimum ?? -Infinity) &&
        value <= (schema.maximum ?? Infinity)
      );
    case 'array':
      return Array.isArray(value) && value.length >= (schema.minItems ?? 0) && value.every((item) => fits(item, schema.items ?? {}));
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value) && objectFits(value, schema);
    default:
      throw new Error(`this check does not know the type ${schema.type}`);
  }
}

function objectFits(value: object, { properties = {}, required = [], additionalProperties = true, propertyNames }: Schema): boolean {
  return (
    required.every((key) => Object.hasOwn(value, key)) &&
    Object.entries(value).every(([key, member]) => {
      if (propertyNames !== undefined && !fits(key, propertyNames)) return false;
      if (Object.hasOwn(properties, key)) return fits(member, properties[key] as Schema);
      return typeof additionalProperties === 'boolean' ? additionalProperties : fits(member, additionalProperties);
    })
  );
}

function loads(text: string): boolean {
  try {
    loadConfig(text, 'x.json');
    return true;
  } catch {
    return false;
  }
}

const GOOD: readonly string[] = [
  '{}',
  '{"$schema":"x"}',
  '{"rules":{"disabled":["a","b/*"],"levels":{"a":"low"}}}',
  '{"roleTags":[]}',
  '{"roleTags":[{"tag":"service","principals":["*"]}]}',
  '{"trustedNetworks":["203.0.113.0/24"]}',
  '{"risk":{"failedShare":0.25}}',
  '{"anomalies":{"geo":{}}}',
  '{"anomalies":{"geo":{"databases":["geo/GeoLite2-City.mmdb"],"bundled":false}}}',
  '{"posture":{"regions":[]}}',
  '{"posture":{"regions":["eu-west-1"]}}',
  '{"report":{"events":100000}}',
  '{"limits":{"inflateRatio":2000,"recordMegabytes":1}}',
];

const BAD: readonly string[] = [
  '[]',
  'null',
  '"x"',
  '{"x":1}',
  '{"$schema":1}',
  '{"rules":[]}',
  '{"rules":null}',
  '{"rules":{"x":1}}',
  '{"rules":{"disabled":"a"}}',
  '{"rules":{"disabled":[""]}}',
  '{"rules":{"levels":{"a":"urgent"}}}',
  '{"rules":{"levels":{"":"low"}}}',
  '{"rules":{"levels":["low"]}}',
  '{"roleTags":{}}',
  '{"roleTags":[{}]}',
  '{"roleTags":[[]]}',
  '{"roleTags":[{"tag":"service"}]}',
  '{"roleTags":[{"tag":"service","principals":[]}]}',
  '{"roleTags":[{"tag":"boss","principals":["x"]}]}',
  '{"trustedNetworks":[1]}',
  '{"risk":{"failedShare":2}}',
  '{"risk":{"failedShare":"0.5"}}',
  '{"anomalies":{"geo":"GeoLite2-City.mmdb"}}',
  '{"anomalies":{"geo":{"databases":[""]}}}',
  '{"anomalies":{"geo":{"databases":[],"bundled":"no"}}}',
  '{"anomalies":{"geo":{"default":false}}}',
  '{"posture":{"regions":[""]}}',
  '{"report":{"events":-1}}',
  '{"report":{"events":1.5}}',
  '{"limits":{"inflateRatio":1}}',
  '{"limits":{"inflatedMegabytes":1000001}}',
  '{"limits":{"recordMegabytes":true}}',
];

test.each([...GOOD.map((text) => [text, true] as const), ...BAD.map((text) => [text, false] as const)])(
  '%s: %p, by the schema and by the loader',
  (text, good) => {
    expect([fits(JSON.parse(text), configJsonSchema(deploySection)), loads(text)]).toEqual([good, good]);
  },
);

test('only the form of a network is beyond the schema', () => {
  const text = '{"trustedNetworks":["nowhere"]}';
  expect([fits(JSON.parse(text), configJsonSchema(deploySection)), loads(text)]).toEqual([true, false]);
});

test('the published schema is the one that is used', () => {
  const published = JSON.parse(readFileSync(join(__dirname, '../../../trailwarden.config.schema.json'), 'utf8')) as unknown;
  expect(published).toEqual(JSON.parse(JSON.stringify(configJsonSchema(deploySection))));
});

test('every key of the schema is described, sections aside', () => {
  const sections = new Set(['rules', 'risk', 'anomalies', 'posture', 'report', 'limits']);
  const undescribed = (schema: Schema): string[] =>
    Object.entries(schema.properties ?? {}).flatMap(([key, member]) => [
      ...(sections.has(key) || key === 'tag' || 'description' in member ? [] : [key]),
      ...undescribed(member),
    ]);
  expect(undescribed(configJsonSchema(deploySection))).toEqual([]);
});

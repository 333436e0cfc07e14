import { toJsonSchema } from '@valibot/to-json-schema';
import * as v from 'valibot';
import { LEVELS } from '../levels.ts';
import { isNetwork } from './network.ts';

const level = v.picklist(LEVELS);
const pattern = v.pipe(v.string(), v.minLength(1));
/** Geolocation databases of one's own: a country's, a city's and an AS's for each family of addresses, and room. */
const MOST_DATABASES = 8;
const wholeNumber = (least: number, most: number) => v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most));

export const ROLE_TAGS = ['admin', 'developer', 'external', 'service', 'root', 'unknown'] as const;
export type RoleTag = (typeof ROLE_TAGS)[number];

/** What `core` reads of the one configuration file, `trailwarden.config.json`: every key is optional, unknown keys are refused. */
export const ConfigSchema = v.strictObject({
  $schema: v.optional(v.pipe(v.string(), v.description('Where an editor finds this schema.'))),
  rules: v.optional(
    v.strictObject({
      disabled: v.optional(
        v.pipe(
          v.array(pattern),
          v.description('Rules and correlations that shall not run: ids, or file names with * as wildcard, as "discovery/*".'),
        ),
        [],
      ),
      levels: v.optional(
        v.pipe(v.record(pattern, level), v.description('Another level for a rule or correlation, by its id or file name.')),
        {},
      ),
    }),
    {},
  ),
  roleTags: v.optional(
    v.pipe(
      v.array(
        v.strictObject({
          tag: v.picklist(ROLE_TAGS),
          principals: v.pipe(v.array(pattern), v.minLength(1), v.description('Patterns of principals, * as wildcard, case-insensitive.')),
        }),
      ),
      v.description('Which principals carry which role tag; the first that fits wins, before the built-in patterns.'),
    ),
    [],
  ),
  trustedNetworks: v.optional(
    v.pipe(
      v.array(v.pipe(v.string(), v.check(isNetwork, 'a network such as "203.0.113.0/24" or an address'))),
      v.description('Networks that people of the organization come from. Calls from elsewhere weigh more.'),
    ),
    [],
  ),
  exceptions: v.optional(
    v.pipe(
      v.array(
        v.strictObject({
          rule: v.pipe(
            pattern,
            v.description(
              'What shall weigh nothing there: a rule or correlation by its id or file name, or a detector of anomalies by its name, as "anomaly:volume:*"; * as wildcard.',
            ),
          ),
          principal: v.optional(v.pipe(pattern, v.description('Only for principals of this pattern.'))),
          address: v.optional(
            v.pipe(
              v.string(),
              v.check(isNetwork, 'a network such as "203.0.113.0/24" or an address'),
              v.description('Only for calls from this network or address.'),
            ),
          ),
          account: v.optional(v.pipe(pattern, v.description('Only in accounts of this pattern.'))),
          owner: v.pipe(pattern, v.description('Who answers for it.')),
          reason: v.pipe(pattern, v.description('Why it is right.')),
          expires: v.pipe(
            v.string(),
            v.check((day) => /^\d{4}-\d\d-\d\d$/.test(day) && !Number.isNaN(Date.parse(`${day}T00:00:00Z`)), 'a day such as 2027-03-31'),
            v.description('Last day (UTC) on which it holds, for events of that day.'),
          ),
        }),
      ),
      v.description('Signals that weigh nothing for a time: of what is named only, whatever else the same principal does.'),
    ),
    [],
  ),
  risk: v.optional(
    v.strictObject({
      failedShare: v.optional(
        v.pipe(v.number(), v.minValue(0), v.maxValue(1), v.description('What a signal of a failed call keeps of its weight.')),
        0.6,
      ),
    }),
    {},
  ),
  anomalies: v.optional(
    v.strictObject({
      learningDays: v.optional(
        v.pipe(wholeNumber(1, 90), v.description('Days of its own activity after which something new or unusual of a principal is told.')),
        14,
      ),
      geo: v.optional(
        v.pipe(
          v.strictObject({
            databases: v.optional(
              v.pipe(
                v.array(pattern),
                v.check((all) => all.length <= MOST_DATABASES, `at most ${MOST_DATABASES} files`),
                v.description('MMDB files of your own, relative to this file: each is asked for what those before it do not know.'),
              ),
              [],
            ),
            bundled: v.optional(
              v.pipe(v.boolean(), v.description('Whether the bundled database of countries tells what yours do not know.')),
              true,
            ),
          }),
          v.description('Geolocation databases: where addresses are, and what networks they belong to.'),
        ),
        {},
      ),
    }),
    {},
  ),
  posture: v.optional(
    v.strictObject({
      regions: v.optional(
        v.pipe(v.array(pattern), v.description('Regions that the summary names even when nothing happened there ("no data").')),
      ),
    }),
    {},
  ),
  report: v.optional(
    v.strictObject({
      events: v.optional(v.pipe(wholeNumber(0, 100_000), v.description('How many events, by risk, the report holds.')), 10_000),
    }),
    {},
  ),
  limits: v.optional(
    v.strictObject({
      inflatedMegabytes: v.optional(v.pipe(wholeNumber(1, 1_000_000), v.description('How far one file may inflate.')), 16_384),
      inflateRatio: v.optional(
        v.pipe(wholeNumber(2, 2000), v.description('Inflated / compressed size beyond which a file is a bomb.')),
        400,
      ),
      recordMegabytes: v.optional(v.pipe(wholeNumber(1, 256), v.description('Size of one record.')), 16),
    }),
    {},
  ),
});

export type Config = v.InferOutput<typeof ConfigSchema>;

/** Sections of the same file that others read: lib adds its `deploy` so. */
export type Sections = v.ObjectEntries;

/** The schema of the whole file: what `core` reads and the sections of others. */
export function fileSchema<const S extends Sections>(sections: S) {
  return v.strictObject({ ...ConfigSchema.entries, ...sections });
}

/** The JSON Schema that editors read, published as `trailwarden.config.schema.json`. */
export function configJsonSchema(sections: Sections): Record<string, unknown> {
  return {
    $id: 'trailwarden.config.schema.json',
    title: 'Trailwarden configuration',
    ...toJsonSchema(fileSchema(sections), { typeMode: 'input', errorMode: 'ignore' }),
  };
}

import { distance } from 'fastest-levenshtein';
import * as v from 'valibot';
import { type Config, ConfigSchema, fileSchema, type Sections } from './schema.ts';

/** A configuration that cannot be used; the message is a list of sentences. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** The configuration when the user gives none. */
export function defaultConfig(): Config {
  return v.parse(ConfigSchema, {});
}

/** Accepted unread, so that one file serves the command and the deployment. */
const UNREAD = { deploy: v.optional(v.record(v.string(), v.unknown())) };

/**
 * The configuration in a JSON text. Without `sections` a `deploy` section may stand there, but is neither looked at nor given back.
 * @param sections schemas of further sections, which are then part of the result
 * @throws {ConfigError} naming the file, the key, what was expected and what came; for an unknown key the nearest known one.
 */
export function loadConfig(text: string, file: string): Config;
export function loadConfig<const S extends Sections>(
  text: string,
  file: string,
  sections: S,
): Config & v.InferOutput<v.StrictObjectSchema<S, undefined>>;
export function loadConfig(text: string, file: string, sections?: Sections): Config {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ConfigError(`${file} is not JSON: ${(error as Error).message}. Mend the text, or start anew from {}.`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ConfigError(`${file} should hold a JSON object such as {}, but holds ${JSON.stringify(value).slice(0, 80)}.`);
  }
  const schema = fileSchema(sections ?? UNREAD);
  const result = v.safeParse(schema, value);
  const sentences = [...misplacedLists(value, schema, []), ...(result.issues ?? []).map((issue) => sentence(issue, schema))];
  if (result.success && sentences.length === 0) {
    if (sections === undefined) delete result.output.deploy;
    return result.output;
  }
  throw new ConfigError(sentences.map((text) => `${file}: ${text}`).join('\n'));
}

/** Sentences for the lists where an object should stand: valibot takes a list for an object without keys. */
function misplacedLists(value: unknown, schema: unknown, path: readonly string[]): string[] {
  const { type, entries, item } = (unwrap(schema) ?? {}) as { type?: string; entries?: Record<string, unknown>; item?: unknown };
  if (Array.isArray(value)) {
    if (type === 'array') return value.flatMap((one, i) => misplacedLists(one, item, [...path, String(i)]));
    return type === 'strict_object' || type === 'record' ? [`"${path.join('.')}" should be an object, but is a list.`] : [];
  }
  if (typeof value !== 'object' || value === null || entries === undefined) return [];
  return Object.entries(value).flatMap(([key, one]) =>
    misplacedLists(one, Object.hasOwn(entries, key) ? entries[key] : undefined, [...path, key]),
  );
}

function sentence(issue: v.BaseIssue<unknown>, schema: unknown): string {
  const path = issue.path?.map((item) => String(item.key)) ?? [];
  const where = path.length === 0 ? 'the file' : `"${path.join('.')}"`;
  if (issue.type === 'strict_object' && issue.expected === 'never') {
    const key = path.at(-1) ?? '';
    const known = knownKeys(schema, path.slice(0, -1));
    const begun = known.find((one) => one.toLowerCase().startsWith(key.toLowerCase()));
    const nearest = begun ?? [...known].sort((a, b) => distance(key, a) - distance(key, b))[0];
    return `${where} is not a known key. ${nearest === undefined ? 'No key is known there.' : `Did you mean "${nearest}"? Known there: ${known.join(', ')}.`}`;
  }
  if (issue.type === 'strict_object' && issue.received === 'undefined') return `${where} is missing.`;
  if (issue.type === 'raw_check') return `${where} ${issue.message}`;
  const came = JSON.stringify(issue.input) ?? 'nothing';
  return `${where} should be ${expectation(issue)}, but is ${came.length > 80 ? `${came.slice(0, 80)}…` : came}.`;
}

const KINDS: Readonly<Record<string, string>> = {
  Object: 'an object',
  Array: 'a list',
  string: 'a text',
  number: 'a number',
  boolean: 'true or false',
};

function expectation(issue: v.BaseIssue<unknown>): string {
  if (issue.type === 'check') return issue.message;
  if (issue.type === 'min_length') return 'filled (at least one entry or character)';
  if (issue.type === 'integer') return 'a whole number';
  const named = KINDS[issue.expected ?? ''];
  if (named !== undefined) return named;
  return (issue.expected ?? issue.message).replace(/^>=/, 'at least ').replace(/^<=/, 'at most ');
}

/** Keys that a schema knows at a path of keys. */
function knownKeys(schema: unknown, path: readonly string[]): string[] {
  for (const key of path) {
    schema = unwrap(schema);
    const { entries, item } = schema as { entries?: Record<string, unknown>; item?: unknown };
    schema = entries?.[key] ?? item;
  }
  return Object.keys((unwrap(schema) as { entries?: object } | undefined)?.entries ?? {});
}

function unwrap(schema: unknown): unknown {
  const { wrapped, pipe } = (schema ?? {}) as { wrapped?: unknown; pipe?: unknown[] };
  if (wrapped !== undefined) return unwrap(wrapped);
  return pipe === undefined ? schema : pipe[0];
}

import { createHash } from 'node:crypto';
import { LEVELS, type Level } from '../levels.ts';
import { ConditionError, resolveCondition } from './condition.ts';
import { whyNever } from './contradictions.ts';
import { selectionCondition } from './detection.ts';
import { requiredValues } from './keys.ts';
import type { Condition, LoadedRules, Refusal, Rule, RuleFile } from './model.ts';
import { join } from './normal.ts';
import { Refused, shown } from './refused.ts';
import { controlsIn, tacticsIn, techniquesIn } from './tags.ts';
import { entryOf, type Located, type LocatedMap, readYaml } from './yaml.ts';

/**
 * Reads Sigma rules. Each document of each file becomes a rule or a refusal; nothing is thrown, and one bad rule costs only itself.
 * Of two rules with one id the first counts. A rule without a UUID for its id is given one made of its file's name
 * (without the folder) and its title, so that it stays the same from run to run.
 */
export function loadRules(files: readonly RuleFile[]): LoadedRules {
  const rules: Rule[] = [];
  const refusals: Refusal[] = [];
  const owners = new Map<string, Rule>();
  for (const { file, text } of files) {
    const documents = readYaml(text).filter((document) => 'refused' in document || document.value !== null);
    if (documents.length === 0)
      refusals.push({ file, line: 1, reason: 'The file holds no rule; it was expected to hold at least one YAML document.' });
    for (const document of documents) {
      const value = 'refused' in document ? null : document.value;
      try {
        if ('refused' in document) throw document.refused;
        const rule = readRule(file, document.value as Located);
        const owner = owners.get(rule.id);
        if (owner !== undefined) throw duplicate(rule, owner, document.value as LocatedMap);
        owners.set(rule.id, rule);
        rules.push(rule);
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        const title = value?.kind === 'map' ? textIn(value, 'title') : undefined;
        refusals.push({ file, line: error.line, ...(title && { title }), reason: error.message });
      }
    }
  }
  return { rules, refusals };
}

function duplicate(rule: Rule, owner: Rule, document: LocatedMap): Refused {
  return new Refused(
    entryOf(document, 'id')?.line ?? document.line,
    `The id ${rule.id} is already that of ${shown(owner.title)} in ${owner.file}; give this rule an id of its own.`,
  );
}

function readRule(file: string, document: Located): Rule {
  if (document.kind !== 'map')
    throw new Refused(document.line, 'A rule is a mapping with title, logsource and detection; here stands something else.');
  refuseOtherKinds(document);
  const title = textIn(document, 'title')?.trim();
  if (!title)
    throw new Refused(
      entryOf(document, 'title')?.line ?? document.line,
      'The rule has no title; it needs a short text that says what it detects.',
    );
  const level = levelOf(document);
  checkLogsource(document);
  const condition = detectionOf(document);
  const sources = requiredValues(condition, 'eventSource');
  const names = requiredValues(condition, 'eventName');
  const tags = textsIn(document, 'tags').map((tag) => tag.toLowerCase());
  const status = textIn(document, 'status');
  const license = textIn(document, 'license');
  return {
    id: idOf(file, title, document),
    title,
    file,
    level,
    ...(status !== undefined && { status }),
    description: textIn(document, 'description')?.trim() ?? '',
    author: textsIn(document, 'author').join(', '),
    ...(license !== undefined && { license }),
    falsePositives: textsIn(document, 'falsepositives'),
    references: textsIn(document, 'references'),
    tags,
    tactics: tacticsIn(tags),
    techniques: techniquesIn(tags),
    controls: controlsIn(tags),
    condition,
    ...(sources && { sources: [...sources] }),
    ...(names && { names: [...names] }),
  };
}

/** Documents that Sigma knows besides rules. Correlations will be read from here once they are supported. */
function refuseOtherKinds(document: LocatedMap): void {
  const correlation = entryOf(document, 'correlation');
  if (correlation)
    throw new Refused(
      correlation.line,
      'Sigma correlations are not supported yet; the rules that this one correlates are loaded by themselves.',
    );
  const filter = entryOf(document, 'filter');
  if (filter)
    throw new Refused(
      filter.line,
      'Sigma filters are not supported; put the exclusion into the rule itself, as "selection and not filter".',
    );
  const action = entryOf(document, 'action');
  if (action)
    throw new Refused(action.line, 'Rule collections with "action" are not supported; write each rule in full, separated by "---".');
}

function levelOf(document: LocatedMap): Level {
  const entry = entryOf(document, 'level');
  if (entry === undefined) return 'medium';
  const level = LEVELS.find((known) => known === textIn(document, 'level')?.trim().toLowerCase());
  if (level === undefined)
    throw new Refused(
      entry.line,
      `The level must be one of ${LEVELS.join(', ')}; here stands ${shown(textIn(document, 'level') ?? null)}.`,
    );
  return level;
}

function checkLogsource(document: LocatedMap): void {
  const entry = entryOf(document, 'logsource');
  const wanted = 'expected is "product: aws" with "service: cloudtrail", as Trailwarden reads CloudTrail logs only.';
  if (entry?.value.kind !== 'map') throw new Refused(entry?.line ?? document.line, `The rule has no logsource; ${wanted}`);
  const [category, product, service] = ['category', 'product', 'service'].map((key) =>
    textIn(entry.value as LocatedMap, key)?.toLowerCase(),
  );
  if (service === 'cloudtrail' && (product ?? 'aws') === 'aws') return;
  const came = Object.entries({ category, product, service }).flatMap(([key, value]) => (value === undefined ? [] : [`${key}: ${value}`]));
  throw new Refused(entry.line, `The rule's logsource is not CloudTrail: here stands ${shown(came.join(', '))}, ${wanted}`);
}

function detectionOf(document: LocatedMap): Condition {
  const detection = entryOf(document, 'detection');
  if (detection?.value.kind !== 'map') {
    throw new Refused(detection?.line ?? document.line, 'The rule has no detection; it needs a mapping with selections and a condition.');
  }
  const conditionEntry = entryOf(detection.value, 'condition');
  if (conditionEntry === undefined) {
    throw new Refused(detection.line, 'The detection has no condition; it needs one that names its selections, as "condition: selection".');
  }
  const selections = new Map<string, Condition>();
  for (const { key, line, value } of detection.value.entries) {
    if (key === 'timeframe') {
      throw new Refused(
        line,
        'The detection has a timeframe, which belongs to aggregations; they are not supported, a rule looks at one event.',
      );
    }
    if (key !== 'condition') selections.set(key, selectionCondition(key, value));
  }
  const { value } = conditionEntry;
  const texts = value.kind === 'list' ? value.items : [value];
  if (texts.length === 0) throw new Refused(value.line, 'The list of conditions is empty; it needs at least one.');
  const condition = join(
    'or',
    texts.map((text) => resolveOne(text, selections)),
  );
  const reason = whyNever(condition);
  if (reason !== undefined) throw new Refused(conditionEntry.line, `The rule can never fire: ${reason}.`);
  return condition;
}

function resolveOne(text: Located, selections: ReadonlyMap<string, Condition>): Condition {
  if (text.kind !== 'scalar' || text.value === null)
    throw new Refused(text.line, 'A condition is a text, as "selection and not filter"; here stands something else.');
  try {
    return resolveCondition(String(text.value), selections);
  } catch (error) {
    if (error instanceof ConditionError) throw new Refused(text.line, error.message);
    throw error;
  }
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

function idOf(file: string, title: string, document: LocatedMap): string {
  const id = textIn(document, 'id')?.trim().toLowerCase();
  if (id !== undefined && UUID.test(id)) return id;
  const name = file.split(/[\\/]/).at(-1);
  const digest = createHash('sha256').update(`${name}\n${title}`).digest();
  // RFC 9562: version 8 is for ids made in one's own way; the variant is 10.
  digest[6] = ((digest[6] as number) & 0x0f) | 0x80;
  digest[8] = ((digest[8] as number) & 0x3f) | 0x80;
  const hex = digest.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}

/** The text of a key's scalar; undefined when the key is missing or holds anything else. */
function textIn(map: LocatedMap, key: string): string | undefined {
  const value = entryOf(map, key)?.value;
  return value === undefined ? undefined : scalarIn(value);
}

/** The texts of a key that holds a list or a single one. */
function textsIn(map: LocatedMap, key: string): string[] {
  const value = entryOf(map, key)?.value;
  if (value === undefined) return [];
  return (value.kind === 'list' ? value.items : [value]).map(scalarIn).filter((text) => text !== undefined);
}

function scalarIn(value: Located): string | undefined {
  if (value.kind !== 'scalar' || value.value === null) return undefined;
  return typeof value.value === 'string' ? value.value : value.written;
}

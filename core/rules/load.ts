import { ConditionError, resolveCondition } from './condition.ts';
import { whyNever } from './contradictions.ts';
import { type CorrelationDraft, readCorrelation } from './correlation-load.ts';
import { resolveCorrelations } from './correlation-resolve.ts';
import { selectionCondition } from './detection.ts';
import { detectorText, textIn } from './document.ts';
import { requiredValues } from './keys.ts';
import type { Condition, DetectorText, LoadedRules, Refusal, Rule, RuleFile } from './model.ts';
import { join } from './normal.ts';
import { Refused, shown } from './refused.ts';
import { entryOf, type Located, type LocatedMap, readYaml } from './yaml.ts';

/**
 * Reads Sigma rules and correlations. Each document of each file becomes one of them or a refusal; nothing is thrown, and one bad document costs
 * only itself. Of two with one id the first counts. Correlations may refer to the rules of these files, and to those of the packs that were
 * loaded before.
 */
export function loadRules(files: readonly RuleFile[], before: readonly LoadedRules[] = []): LoadedRules {
  const rules: Rule[] = [];
  const drafts: CorrelationDraft[] = [];
  const refusals: Refusal[] = [];
  const owners = new Map<string, DetectorText>();
  for (const { file, text } of files) {
    const documents = readYaml(text).filter((document) => 'refused' in document || document.value !== null);
    if (documents.length === 0)
      refusals.push({ file, line: 1, reason: 'The file holds no rule; it was expected to hold at least one YAML document.' });
    for (const document of documents) {
      const value = 'refused' in document ? null : document.value;
      try {
        if ('refused' in document) throw document.refused;
        const map = mappingOf(document.value as Located);
        const isCorrelation = entryOf(map, 'correlation') !== undefined;
        const one = isCorrelation ? readCorrelation(file, map) : readRule(file, map);
        const detector = 'text' in one ? one.text : one;
        const owner = owners.get(detector.id);
        if (owner !== undefined) throw duplicate(detector, owner, map);
        owners.set(detector.id, detector);
        if ('text' in one) drafts.push(one);
        else rules.push(one);
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        const title = value?.kind === 'map' ? textIn(value, 'title') : undefined;
        refusals.push({ file, line: error.line, ...(title && { title }), reason: error.message });
      }
    }
  }
  const resolved = resolveCorrelations(drafts, rules, before);
  return { ...resolved, refusals: [...refusals, ...resolved.refusals] };
}

function mappingOf(document: Located): LocatedMap {
  if (document.kind === 'map') return document;
  throw new Refused(document.line, 'A rule is a mapping with title, logsource and detection; here stands something else.');
}

function duplicate(rule: DetectorText, owner: DetectorText, document: LocatedMap): Refused {
  return new Refused(
    entryOf(document, 'id')?.line ?? document.line,
    `The id ${rule.id} is already that of ${shown(owner.title)} in ${owner.file}; give this rule an id of its own.`,
  );
}

function readRule(file: string, document: LocatedMap): Rule {
  refuseOtherKinds(document);
  const text = detectorText(file, document);
  checkLogsource(document);
  const condition = detectionOf(document);
  const sources = requiredValues(condition, 'eventSource');
  const names = requiredValues(condition, 'eventName');
  return { ...text, condition, ...(sources && { sources: [...sources] }), ...(names && { names: [...names] }) };
}

/** Documents that Sigma knows besides rules and correlations. */
function refuseOtherKinds(document: LocatedMap): void {
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

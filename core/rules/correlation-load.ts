import { correlationBounds, type Named } from './correlation-condition.ts';
import { detectorText, scalarIn, textIn } from './document.ts';
import { parseDuration } from './duration.ts';
import { CORRELATION_TYPES, type CorrelationType, type DetectorText } from './model.ts';
import { Refused, shown } from './refused.ts';
import { entryOf, type LocatedEntry, type LocatedMap } from './yaml.ts';

/** A correlation as it is written: the rules that it names are still to be found. */
export interface CorrelationDraft {
  readonly text: DetectorText;
  readonly line: number;
  readonly type: CorrelationType;
  readonly rules: readonly Named[];
  readonly groupBy: readonly Named[];
  readonly field?: Named;
  /** By alias: the field of each rule, by the rule's name or id. */
  readonly aliases: ReadonlyMap<string, readonly { readonly rule: Named; readonly field: Named }[]>;
  readonly timespan: number;
  readonly least: number;
  readonly most?: number;
  /** Whether the rules that it names, where they stand in its own file, speak for themselves too. */
  readonly generate: boolean;
}

const KEYS = ['type', 'rules', 'group-by', 'timespan', 'condition', 'aliases', 'generate'];
const MOST_RULES = 32;
const MOST_FIELDS = 8;
const LONGEST_TIMESPAN = 30 * 86_400_000;

/**
 * Reads a document with a `correlation`, by the Sigma correlation rules specification 2.0.
 * @throws {Refused}
 */
export function readCorrelation(file: string, document: LocatedMap): CorrelationDraft {
  const text = detectorText(file, document);
  const entry = entryOf(document, 'correlation') as LocatedEntry;
  const detection = entryOf(document, 'detection');
  if (detection !== undefined)
    throw new Refused(detection.line, 'A document holds a detection or a correlation, not both; part them with "---".');
  if (entry.value.kind !== 'map')
    throw new Refused(
      entry.line,
      'A correlation is a mapping with type, rules, group-by, timespan and condition; here stands something else.',
    );
  const { value: map, line } = entry;
  const unknown = map.entries.find(({ key }) => !KEYS.includes(key));
  if (unknown !== undefined)
    throw new Refused(unknown.line, `The correlation has the key ${shown(unknown.key)}, which is unknown; known are ${KEYS.join(', ')}.`);
  const type = typeOf(map, line);
  const rules = textsOf(map, 'rules', line, MOST_RULES);
  if (rules.length === 0)
    throw new Refused(entryOf(map, 'rules')?.line ?? line, 'The correlation names no rules; it needs a list of their names or ids.');
  const timespan = timespanOf(map, line);
  const bounds = correlationBounds(type, rules.length, entryOf(map, 'condition'), line);
  return {
    text,
    line,
    type,
    rules,
    groupBy: textsOf(map, 'group-by', line, MOST_FIELDS),
    aliases: aliasesOf(map),
    timespan,
    ...bounds,
    generate: generateOf(map, document),
  };
}

function typeOf(map: LocatedMap, line: number): CorrelationType {
  const name = textIn(map, 'type');
  const type = CORRELATION_TYPES.find((known) => known === name?.trim());
  if (type !== undefined) return type;
  const came = name === undefined ? 'it is missing' : `here stands ${shown(name)}`;
  throw new Refused(
    entryOf(map, 'type')?.line ?? line,
    `The type of a correlation must be one of ${CORRELATION_TYPES.join(', ')}; ${came}.`,
  );
}

/** The texts of a list, or a single one; none where the key is missing. */
function textsOf(map: LocatedMap, key: string, line: number, most: number): Named[] {
  const entry = entryOf(map, key);
  if (entry === undefined || (entry.value.kind === 'scalar' && entry.value.value === null)) return [];
  const items = entry.value.kind === 'list' ? entry.value.items : [entry.value];
  const names = items.map((item): Named => {
    const name = scalarIn(item)?.trim();
    if (!name) throw new Refused(item.line, `"${key}" takes a list of texts; here stands something else.`);
    return { name, line: item.line };
  });
  if (names.length > most) throw new Refused(entry.line, `"${key}" may have ${most} entries; here stand ${names.length}.`);
  const twice = names.find(({ name }, i) => names.findIndex((other) => other.name === name) < i);
  if (twice !== undefined) throw new Refused(twice.line ?? line, `"${key}" has ${shown(twice.name)} twice; once is enough.`);
  return names;
}

function timespanOf(map: LocatedMap, line: number): number {
  const entry = entryOf(map, 'timespan');
  const text = textIn(map, 'timespan')?.trim();
  const timespan = parseDuration(text ?? '');
  if (entry === undefined || timespan === undefined || timespan === 0) {
    const came = entry === undefined ? 'it is missing' : `here stands ${shown(text ?? null)}`;
    throw new Refused(entry?.line ?? line, `The timespan is a number with s, m, h or d behind it, as 15m; ${came}.`);
  }
  if (timespan > LONGEST_TIMESPAN)
    throw new Refused(entry.line, `The timespan may be 30d at most, as matches are remembered so long; here stands ${shown(text)}.`);
  return timespan;
}

function aliasesOf(map: LocatedMap): CorrelationDraft['aliases'] {
  const entry = entryOf(map, 'aliases');
  if (entry === undefined || (entry.value.kind === 'scalar' && entry.value.value === null)) return new Map();
  const refuse = (line: number) =>
    new Refused(line, 'Aliases are a mapping from a name to a mapping from rules to fields; here stands something else.');
  if (entry.value.kind !== 'map') throw refuse(entry.line);
  return new Map(
    entry.value.entries.map(({ key, line, value }) => {
      if (value.kind !== 'map') throw refuse(line);
      const fields = value.entries.map(({ key: rule, line: at, value: field }) => {
        const name = scalarIn(field)?.trim();
        if (!name) throw refuse(at);
        return { rule: { name: rule, line: at }, field: { name, line: field.line } };
      });
      return [key, fields];
    }),
  );
}

/** The specification has `generate` beside the correlation, pySigma within it. */
function generateOf(map: LocatedMap, document: LocatedMap): boolean {
  const entry = entryOf(map, 'generate') ?? entryOf(document, 'generate');
  if (entry === undefined) return false;
  if (entry.value.kind === 'scalar' && typeof entry.value.value === 'boolean') return entry.value.value;
  throw new Refused(entry.line, '"generate" must be true or false; here stands something else.');
}

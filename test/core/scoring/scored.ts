import { defaultConfig } from '../../../core/config/load.ts';
import type { Config } from '../../../core/config/schema.ts';
import { type Counts, noCounts } from '../../../core/records/counts.ts';
import { stableUuid } from '../../../core/records/identifier.ts';
import { RecordReader } from '../../../core/records/reader.ts';
import { loadRules } from '../../../core/rules/load.ts';
import { compileRules } from '../../../core/rules/ruleset.ts';
import type { Filters } from '../../../core/scoring/filters.ts';
import type { RowPlan } from '../../../core/scoring/model.ts';
import { Scorer } from '../../../core/scoring/scorer.ts';
import { type Lines, lineAt, type ScoredPart } from '../../../core/scoring/section.ts';
import type { JsonObject } from '../../factories/record.ts';

/** YAML (JSON is YAML) of a rule that fires on these fields. */
export function ruleOn(title: string, selection: JsonObject, more: JsonObject = {}): string {
  return JSON.stringify({
    title,
    id: stableUuid('rule', title),
    status: 'stable',
    level: 'high',
    tags: ['attack.persistence', 'attack.t1098'],
    logsource: { product: 'aws', service: 'cloudtrail' },
    detection: { selection, condition: 'selection' },
    ...more,
  });
}

export interface ScoreOptions {
  readonly rules?: readonly string[];
  readonly config?: Partial<Config>;
  readonly filters?: Filters;
  readonly rows?: Partial<RowPlan>;
  readonly wantsPlain?: boolean;
}

export interface Scored {
  readonly parts: ScoredPart[];
  readonly counts: Counts;
}

/** Reads and scores the text of one file. */
export function scoreText(text: string, options: ScoreOptions = {}): Scored {
  const { rules, refusals } = loadRules((options.rules ?? []).map((rule, i) => ({ file: `rule-${i}.yml`, text: rule })));
  expect(refusals).toEqual([]);
  const parts: ScoredPart[] = [];
  const scorer = new Scorer(
    {
      rules: compileRules(rules),
      config: { ...defaultConfig(), ...options.config },
      filters: options.filters ?? {},
      rows: { events: 'all', minRank: 0, table: true, ...options.rows },
    },
    (part) => parts.push(part),
  );
  const reader = new RecordReader((record, index) => scorer.take(record, index), 16 * 1024 ** 2);
  reader.begin();
  scorer.begin('logs/a.json', options.wantsPlain ?? true);
  reader.push(Buffer.from(text));
  reader.end();
  scorer.flush();
  const counts = noCounts();
  Object.assign(counts, structuredClone(reader.counts));
  return { parts, counts };
}

export function score(records: readonly JsonObject[], options: ScoreOptions = {}): Scored {
  return scoreText(JSON.stringify({ Records: records }), options);
}

/** The texts of lines that are not empty. */
export function linesOf(lines: Lines): string[] {
  return Array.from({ length: lines.ends.length }, (_, i) => Buffer.from(lineAt(lines, i)).toString('utf8')).filter((line) => line !== '');
}

export const jsonLines = (parts: readonly ScoredPart[], of: 'json' | 'table' | 'signalLines'): JsonObject[] =>
  parts.flatMap((part) => linesOf(part[of])).map((line) => JSON.parse(line) as JsonObject);

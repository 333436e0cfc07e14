import { loadRules } from '../../../core/rules/load.ts';
import type { Rule } from '../../../core/rules/model.ts';

/** YAML of a rule whose detection is given as JSON, which is YAML too. */
export function ruleText(detection: unknown, more: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({ title: 'A rule', logsource: { product: 'aws', service: 'cloudtrail' }, detection, ...more });
}

/** YAML of a rule with one selection, `selection`. */
export function selectionText(selection: unknown): string {
  return ruleText({ selection, condition: 'selection' });
}

/** The rule of a text that must load. */
export function loaded(text: string): Rule {
  const { rules, refusals } = loadRules([{ file: 'rule.yml', text }]);
  expect(refusals).toEqual([]);
  expect(rules).toHaveLength(1);
  return rules[0] as Rule;
}

/** The reason why a text is refused; it must be refused as a whole. */
export function refusal(text: string): string {
  const { rules, refusals } = loadRules([{ file: 'rule.yml', text }]);
  expect(rules).toEqual([]);
  expect(refusals).toHaveLength(1);
  return refusals[0]?.reason as string;
}

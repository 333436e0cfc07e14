import { isCarried } from './correlation-fields.ts';
import type { CorrelationRule, LoadedRules, Rule } from './model.ts';

/** The rules with the fields that their signals must carry for these correlations, and no others. */
export function withCarried(rules: readonly Rule[], correlations: readonly CorrelationRule[]): Pick<LoadedRules, 'rules' | 'correlations'> {
  const byId = new Map(correlations.map((correlation) => [correlation.id, correlation]));
  const needed = new Map<string, Set<string>>();
  const need = (id: string, field: string) => {
    const fields = needed.get(id) ?? new Set();
    if (fields.has(field)) return;
    fields.add(field);
    needed.set(id, fields);
    // A correlation's signal has the fields of the event that completed it.
    for (const rule of byId.get(id)?.rules ?? []) need(rule, field);
  };
  for (const { rules: named, groupBy, field } of correlations) {
    for (const { of } of field === undefined ? groupBy : [...groupBy, field]) {
      for (const [i, path] of of.entries()) if (isCarried(path)) need(named[i] as string, path);
    }
  }
  const carrying = rules.map(({ carries, ...rule }): Rule => {
    const fields = needed.get(rule.id);
    return fields === undefined ? rule : { ...rule, carries: [...fields].sort() };
  });
  return { rules: carrying, correlations };
}

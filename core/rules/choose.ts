import type { Level } from '../levels.ts';
import { wildcardTest } from '../wildcard.ts';
import { withCarried } from './correlation-carried.ts';
import type { CorrelationRule, DetectorText, LoadedRules, Refusal, Rule } from './model.ts';
import { shown } from './refused.ts';

/** Several packs as one; of rules with the same id that of the later pack stays: one's own version of a bundled rule takes its place. */
export function joinRules(packs: readonly LoadedRules[]): LoadedRules {
  const byId = new Map<string, Rule | CorrelationRule>(
    packs.flatMap((pack) => [...pack.rules, ...pack.correlations]).map((one) => [one.id, one]),
  );
  const all = [...byId.values()];
  const { rules, correlations } = withCarried(
    all.filter((one): one is Rule => !isCorrelation(one)),
    all.filter(isCorrelation),
  );
  return { rules, correlations, refusals: packs.flatMap((pack) => pack.refusals) };
}

function isCorrelation(one: Rule | CorrelationRule): one is CorrelationRule {
  return 'type' in one;
}

/**
 * Rules as the configuration wants them: some left out, some with another level. Rules and correlations are named by id or by file, `*` as wildcard. A
 * correlation that cannot do without a rule that was left out is refused; one that counts goes on with the others.
 */
export function chooseRules(
  loaded: LoadedRules,
  wanted: { readonly disabled: readonly string[]; readonly levels: Readonly<Record<string, Level>> },
): LoadedRules {
  const names = (pattern: string): ((one: DetectorText) => boolean) => {
    const test = wildcardTest(pattern);
    return ({ id, file }) => test(id) || test(file);
  };
  const disabled = wanted.disabled.map(names);
  const levels = Object.entries(wanted.levels).map(([pattern, level]) => ({ fits: names(pattern), level }));
  const chosen = <T extends DetectorText>(all: readonly T[]): T[] =>
    all
      .filter((one) => !disabled.some((fits) => fits(one)))
      .map((one) => {
        const level = levels.find(({ fits }) => fits(one))?.level;
        return level === undefined ? one : { ...one, level };
      });
  const rules = chosen(loaded.rules);
  const { correlations, refusals } = withRulesLeft(chosen(loaded.correlations), loaded, new Set(rules.map(({ id }) => id)));
  return { ...withCarried(rules, correlations), refusals: [...loaded.refusals, ...refusals] };
}

/** Correlations with those of their rules that are left; those that cannot do without the others are refused. */
function withRulesLeft(
  wanted: readonly CorrelationRule[],
  loaded: LoadedRules,
  rules: ReadonlySet<string>,
): { readonly correlations: readonly CorrelationRule[]; readonly refusals: readonly Refusal[] } {
  const refusals: Refusal[] = [];
  let correlations = wanted;
  for (;;) {
    const left = new Set([...rules, ...correlations.map(({ id }) => id)]);
    const before = correlations;
    correlations = before.flatMap((correlation) => {
      const kept = correlation.rules.map((id) => left.has(id));
      if (kept.every(Boolean)) return [correlation];
      const isCount = correlation.type === 'event_count' || correlation.type === 'value_count';
      if (isCount && kept.some(Boolean)) return [onlyRules(correlation, kept)];
      refusals.push(missing(correlation, kept, loaded));
      return [];
    });
    if (correlations.every((one, i) => one === before[i])) return { correlations, refusals };
  }
}

function onlyRules(correlation: CorrelationRule, kept: readonly boolean[]): CorrelationRule {
  const only = <T>(list: readonly T[]) => list.filter((_, i) => kept[i]);
  const { groupBy, field } = correlation;
  return {
    ...correlation,
    rules: only(correlation.rules),
    groupBy: groupBy.map((one) => ({ ...one, of: only(one.of) })),
    ...(field !== undefined && { field: { ...field, of: only(field.of) } }),
  };
}

function missing({ file, title, rules }: CorrelationRule, kept: readonly boolean[], loaded: LoadedRules): Refusal {
  const id = rules[kept.indexOf(false)];
  const rule = [...loaded.rules, ...loaded.correlations].find((one) => one.id === id);
  const reason = `It needs the rule ${shown(rule?.title)}, which the configuration disables, so it could never fire; disable it too, or enable that rule.`;
  return { file, line: 1, title, reason };
}

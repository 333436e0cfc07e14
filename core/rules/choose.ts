import type { Level } from '../levels.ts';
import { wildcardTest } from '../wildcard.ts';
import type { LoadedRules, Rule } from './model.ts';

/** Several packs as one; of rules with the same id that of the later pack stays: one's own version of a bundled rule takes its place. */
export function joinRules(packs: readonly LoadedRules[]): LoadedRules {
  const byId = new Map(packs.flatMap((pack) => pack.rules).map((rule) => [rule.id, rule]));
  return { rules: [...byId.values()], refusals: packs.flatMap((pack) => pack.refusals) };
}

/** Rules as the configuration wants them: some left out, some with another level. Rules are named by id or by file, `*` as wildcard. */
export function chooseRules(
  { rules, refusals }: LoadedRules,
  wanted: { readonly disabled: readonly string[]; readonly levels: Readonly<Record<string, Level>> },
): LoadedRules {
  const names = (pattern: string): ((rule: Rule) => boolean) => {
    const test = wildcardTest(pattern);
    return ({ id, file }) => test(id) || test(file);
  };
  const disabled = wanted.disabled.map(names);
  const levels = Object.entries(wanted.levels).map(([pattern, level]) => ({ fits: names(pattern), level }));
  return {
    rules: rules
      .filter((rule) => !disabled.some((fits) => fits(rule)))
      .map((rule) => {
        const level = levels.find(({ fits }) => fits(rule))?.level;
        return level === undefined ? rule : { ...rule, level };
      }),
    refusals,
  };
}

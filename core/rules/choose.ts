import type { Level } from '../levels.ts';
import { wildcardTest } from '../wildcard.ts';
import type { LoadedRules, Refusal, Rule } from './model.ts';

/** Several packs as one; of rules with the same id the first stays, and the others are refused by name. */
export function joinRules(packs: readonly LoadedRules[]): LoadedRules {
  const byId = new Map<string, Rule>();
  const refusals: Refusal[] = packs.flatMap((pack) => pack.refusals);
  for (const rule of packs.flatMap((pack) => pack.rules)) {
    const first = byId.get(rule.id);
    if (first === undefined) byId.set(rule.id, rule);
    else
      refusals.push({
        file: rule.file,
        line: 1,
        title: rule.title,
        reason: `The id ${rule.id} is taken by ${first.file}. Give the rule an id of its own, or leave the other rule out.`,
      });
  }
  return { rules: [...byId.values()], refusals };
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

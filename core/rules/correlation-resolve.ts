import { closest, distance } from 'fastest-levenshtein';
import { withCarried } from './correlation-carried.ts';
import type { Named } from './correlation-condition.ts';
import { AVAILABLE_FIELDS, correlatedField } from './correlation-fields.ts';
import type { CorrelationDraft } from './correlation-load.ts';
import type { CorrelatedField, CorrelationRule, DetectorText, LoadedRules, Refusal, Rule } from './model.ts';
import { Refused, shown } from './refused.ts';

/** How far correlations may build on correlations. */
const MOST_DEPTH = 8;

/**
 * Finds the rules that correlations name: among those that were read with them, else in the packs `before`. What stands in the file of a
 * correlation that names it without `generate: true` is there for it alone: its own signals are informational.
 */
export function resolveCorrelations(
  drafts: readonly CorrelationDraft[],
  rules: readonly Rule[],
  before: readonly LoadedRules[],
): LoadedRules {
  const resolver = new Resolver(drafts, rules, before);
  const correlations = resolver.run();
  const isSilent = silentTest(drafts, correlations);
  const quiet = <T extends DetectorText>(one: T): T => (isSilent(one) ? { ...one, level: 'informational' } : one);
  return { ...withCarried(rules.map(quiet), correlations.map(quiet)), refusals: resolver.refusals };
}

/** Something that can be named. */
type Target = Rule | CorrelationRule | CorrelationDraft;

class Resolver {
  readonly refusals: Refusal[] = [];
  readonly #drafts: readonly CorrelationDraft[];
  readonly #own = new Names();
  readonly #before = new Names();
  readonly #resolved = new Map<string, CorrelationRule>();
  readonly #depths = new Map<string, number>();
  readonly #failed = new Map<CorrelationDraft, Refused>();

  constructor(drafts: readonly CorrelationDraft[], rules: readonly Rule[], before: readonly LoadedRules[]) {
    this.#drafts = drafts;
    for (const one of [...rules, ...drafts]) this.#own.add(one);
    for (const pack of before) for (const one of [...pack.rules, ...pack.correlations]) this.#before.add(one);
  }

  /** The correlations that can be resolved, in the order of the files; each after what it names. */
  run(): CorrelationRule[] {
    const waits = new Map<CorrelationDraft, number>();
    const namedBy = new Map<CorrelationDraft, CorrelationDraft[]>();
    const ready: CorrelationDraft[] = [];
    for (const draft of this.#drafts) {
      const targets = this.#try(draft, () => draft.rules.map((rule) => this.#find(rule)));
      const waiting = new Set(targets?.filter(isDraft));
      waits.set(draft, waiting.size);
      for (const target of waiting) namedBy.set(target, [...(namedBy.get(target) ?? []), draft]);
      if (waiting.size === 0) ready.push(draft);
    }
    for (const draft of ready) {
      if (!this.#failed.has(draft)) this.#try(draft, () => this.#resolve(draft));
      for (const dependent of namedBy.get(draft) ?? []) {
        const left = (waits.get(dependent) as number) - 1;
        waits.set(dependent, left);
        if (left === 0) ready.push(dependent);
      }
    }
    const reached = new Set(ready);
    for (const draft of this.#drafts) {
      if (!reached.has(draft))
        this.#failed.set(
          draft,
          new Refused(draft.line, 'The rules of this correlation lead back to itself, so that it could never begin.'),
        );
      const failed = this.#failed.get(draft);
      const { file, title, id } = draft.text;
      if (failed !== undefined) {
        this.#resolved.delete(id);
        this.refusals.push({ file, line: failed.line, title, reason: failed.message });
      }
    }
    return this.#drafts.flatMap(({ text }) => this.#resolved.get(text.id) ?? []);
  }

  #try<T>(draft: CorrelationDraft, work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.#failed.set(draft, error);
      return undefined;
    }
  }

  #find(wanted: Named): Target {
    const found = this.#own.find(wanted) ?? this.#before.find(wanted);
    if (found !== undefined) return found;
    const names = [...this.#own.names, ...this.#before.names];
    const nearest = names.length === 0 ? undefined : closest(wanted.name, names);
    const hint = nearest !== undefined && distance(wanted.name, nearest) <= 3 ? ` Did you mean ${shown(nearest)}?` : '';
    throw new Refused(
      wanted.line,
      `The correlation names the rule ${shown(wanted.name)}, but no rule that was loaded has this name or id; a rule that was refused does not count.${hint}`,
    );
  }

  #resolve(draft: CorrelationDraft): void {
    const rules = draft.rules.map((named) => {
      const target = this.#find(named);
      const rule = isDraft(target) ? this.#resolved.get(target.text.id) : target;
      if (rule === undefined) throw new Refused(named.line, `The correlation names ${shown(named.name)}, which was refused itself.`);
      return rule;
    });
    const ids = rules.map(({ id }) => id);
    const twice = ids.findIndex((id, i) => ids.indexOf(id) < i);
    if (twice >= 0)
      throw new Refused((draft.rules[twice] as Named).line, `The rule ${shown(rules[twice]?.title)} is named twice; once is enough.`);
    const depth = 1 + Math.max(...ids.map((id) => this.#depths.get(id) ?? 0));
    if (depth > MOST_DEPTH) throw new Refused(draft.line, `Correlations may build on each other ${MOST_DEPTH} deep; this one goes deeper.`);
    const aliases = this.#aliases(draft, ids);
    const field = (named: Named) => correlatedFieldOf(named, draft, aliases.get(named.name));
    const { type, timespan, least, most } = draft;
    this.#depths.set(draft.text.id, depth);
    this.#resolved.set(draft.text.id, {
      ...draft.text,
      type,
      rules: ids,
      groupBy: draft.groupBy.map(field),
      ...(draft.field !== undefined && { field: field(draft.field) }),
      timespan,
      least,
      ...(most !== undefined && { most }),
    });
  }

  /** By alias: the field of each rule, in the order of the ids; undefined where it has none. */
  #aliases({ aliases }: CorrelationDraft, ids: readonly string[]): Map<string, readonly (Named | undefined)[]> {
    return new Map(
      [...aliases].map(([alias, fields]) => {
        const of: (Named | undefined)[] = ids.map(() => undefined);
        for (const { rule, field } of fields) {
          const target = this.#find(rule);
          const at = ids.indexOf(isDraft(target) ? target.text.id : target.id);
          if (at < 0)
            throw new Refused(
              rule.line,
              `The alias ${shown(alias)} speaks of ${shown(rule.name)}, which is not among the correlation's rules.`,
            );
          of[at] = field;
        }
        return [alias, of];
      }),
    );
  }
}

function correlatedFieldOf(
  { name, line }: Named,
  { rules }: CorrelationDraft,
  alias: readonly (Named | undefined)[] | undefined,
): CorrelatedField {
  return {
    name,
    of: rules.map((rule, i) => {
      const written = alias === undefined ? { name, line } : alias[i];
      if (written === undefined)
        throw new Refused(line, `The alias ${shown(name)} says no field for the rule ${shown(rule.name)}; it needs one for each rule.`);
      const field = correlatedField(written.name);
      if (field === undefined)
        throw new Refused(written.line, `The field ${shown(written.name)} is none that CloudTrail events have; ${AVAILABLE_FIELDS}.`);
      return field;
    }),
  };
}

function isDraft(target: Target): target is CorrelationDraft {
  return 'text' in target;
}

/** Targets by id and by name. */
class Names {
  readonly #byId = new Map<string, Target>();
  readonly #byName = new Map<string, Target[]>();

  add(target: Target): void {
    const { id, name } = isDraft(target) ? target.text : target;
    const old = this.#byId.get(id);
    this.#byId.set(id, target);
    if (name === undefined) return;
    // Of a later pack's rule with the same id the earlier one is no rival.
    this.#byName.set(name, [...(this.#byName.get(name) ?? []).filter((one) => one !== old), target]);
  }

  get names(): Iterable<string> {
    return this.#byName.keys();
  }

  /** @throws {Refused} where several rules have the name. */
  find({ name, line }: Named): Target | undefined {
    const byId = this.#byId.get(name.toLowerCase());
    if (byId !== undefined) return byId;
    const [found, rival] = this.#byName.get(name) ?? [];
    if (found === undefined || rival === undefined) return found;
    const [one, other] = [found, rival].map((target) => (isDraft(target) ? target.text : target).file);
    throw new Refused(
      line,
      `The name ${shown(name)} is that of several rules, in ${one} and ${other}; name the one that is meant by its id.`,
    );
  }
}

/** A test for what is there for a correlation of its own file alone. */
function silentTest(drafts: readonly CorrelationDraft[], correlations: readonly CorrelationRule[]): (one: DetectorText) => boolean {
  const generates = new Map(drafts.map(({ text, generate }) => [text.id, generate]));
  const place = (file: string, id: string) => `${id} ${file}`;
  const named = (generate: boolean) =>
    new Set(
      correlations.filter(({ id }) => generates.get(id) === generate).flatMap(({ file, rules }) => rules.map((id) => place(file, id))),
    );
  const silent = named(false);
  const speaking = named(true);
  return ({ file, id }) => silent.has(place(file, id)) && !speaking.has(place(file, id));
}

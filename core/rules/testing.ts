import type { RecordView } from '../records/view.ts';
import { viewOf } from '../records/view.ts';
import { type Case, readCases } from './case.ts';
import { Compiler } from './compile.ts';
import { correlationFailure } from './correlation-testing.ts';
import { describeTest } from './describe.ts';
import { valueAt } from './evidence.ts';
import { loadRules } from './load.ts';
import type { Condition, CorrelationRule, Rule, RuleFile } from './model.ts';
import { shown } from './refused.ts';
import { compileRules } from './ruleset.ts';

/** What became of one rule file and its test file. */
export interface RuleTestResult {
  /** The rule file; the test file where it has no rule. */
  readonly file: string;
  readonly rule?: Rule | CorrelationRule;
  readonly cases: number;
  /** One sentence each; none when all is well. */
  readonly problems: readonly string[];
}

/**
 * Runs the tests of a rule pack: beside each `name.yml`, which holds one rule or one correlation, a `name.test.yml` with `cases`, each of a
 * `name`, whether it `fires`, and a `record`, or for a correlation `records`. One result per rule file, then one per test file that has no rule.
 */
export function testRules(rules: readonly RuleFile[], tests: readonly RuleFile[]): readonly RuleTestResult[] {
  const testOf = new Map(tests.map((test) => [test.file, test]));
  const loaded = loadRules(rules);
  const results = rules.map(({ file }): RuleTestResult => {
    const problems = loaded.refusals.filter((refusal) => refusal.file === file).map(({ line, reason }) => `${file}:${line}: ${reason}`);
    const own = [...loaded.rules, ...loaded.correlations].filter((one) => one.file === file);
    const [rule] = own;
    if (own.length > 1)
      problems.push(`${file}: The file holds ${own.length} rules; a pack keeps one rule a file, with its tests beside it.`);
    const testFile = testFileOf(file);
    const test = testOf.get(testFile);
    testOf.delete(testFile);
    if (test === undefined)
      return { file, ...(rule && { rule }), cases: 0, problems: [...problems, `${file}: The rule has no tests; write ${testFile}.`] };
    const isCorrelation = rule !== undefined && 'type' in rule;
    const { cases, problem } = readCases(test, isCorrelation ? 'correlation' : 'rule');
    if (problem !== undefined) problems.push(problem);
    for (const one of cases) {
      const failure =
        rule === undefined
          ? undefined
          : 'type' in rule
            ? correlationFailure(rule, loaded, test.file, one)
            : failureOf(rule, test.file, one);
      if (failure !== undefined) problems.push(failure);
    }
    return { file, ...(rule && { rule }), cases: cases.length, problems };
  });
  const orphans = [...testOf.keys()].map((file) => ({
    file,
    cases: 0,
    problems: [`${file}: The tests have no rule; expected is one in ${file.replace(/\.test\.yml$/, '.yml')}.`],
  }));
  return [...results, ...orphans];
}

function testFileOf(file: string): string {
  return file.replace(/\.ya?ml$/, '.test.yml');
}

function failureOf(rule: Rule, file: string, { name, line, fires, records }: Case): string | undefined {
  const set = compileRules([rule]);
  const view = viewOf(records[0] as Case['records'][number]);
  const fired = set.match(set.candidates(view.eventSource, view.eventName), view).length > 0;
  if (fired === fires) return undefined;
  const why = fired
    ? set
        .evidence(0, view)
        .map(({ field, value }) => `${field} is ${shown(value)}`)
        .join(' and ')
    : obstacle(rule.condition, view, new Compiler());
  return `${file}:${line}: The case ${shown(name)} should ${fires ? 'fire' : 'stay silent'} but ${fired ? 'fires' : 'stays silent'}, as ${why}.`;
}

/** Why a condition does not hold: the first thing that an `and` misses, each that an `or` misses. */
function obstacle(condition: Condition, view: RecordView, compiler: Compiler): string {
  if (condition.op === 'and') {
    const missed = condition.of.find((part) => !compiler.compile(part)(view));
    return missed === undefined ? 'nothing is missing' : obstacle(missed, view, compiler);
  }
  if (condition.op === 'or') return condition.of.map((part) => obstacle(part, view, compiler)).join(', and ');
  const leaf = condition.op === 'not' ? condition.of : condition;
  if (leaf.op === 'keyword') return `${condition.op === 'not' ? 'a' : 'no'} text in the record is ${describeTest(leaf.test)}`;
  if (leaf.op !== 'field') return obstacle(leaf, view, compiler);
  const must = condition.op === 'not' ? 'must not be' : 'must be';
  return `${leaf.field} is ${shown(valueAt(leaf.field, view))} where it ${must} ${describeTest(leaf.test)}`;
}

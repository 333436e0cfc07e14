import type { RecordView } from '../records/view.ts';
import { viewOf } from '../records/view.ts';
import { Compiler } from './compile.ts';
import { describeTest } from './describe.ts';
import { valueAt } from './evidence.ts';
import { loadRules } from './load.ts';
import type { Condition, Rule, RuleFile } from './model.ts';
import { Refused, shown } from './refused.ts';
import { compileRules } from './ruleset.ts';
import { entryOf, type Located, type LocatedMap, plainValue, readYaml } from './yaml.ts';

/** What became of one rule file and its test file. */
export interface RuleTestResult {
  /** The rule file; the test file where it has no rule. */
  readonly file: string;
  readonly rule?: Rule;
  readonly cases: number;
  /** One sentence each; none when all is well. */
  readonly problems: readonly string[];
}

/** The record that a test case's own top-level keys are laid over: an ordinary call of an IAM user. */
export const BASE_RECORD: Readonly<Record<string, unknown>> = {
  eventVersion: '1.11',
  userIdentity: {
    type: 'IAMUser',
    principalId: 'AIDAEXAMPLEALICE00000',
    arn: 'arn:aws:iam::111122223333:user/alice',
    accountId: '111122223333',
    accessKeyId: 'ASIAEXAMPLEALICE00000',
    userName: 'alice',
    sessionContext: { attributes: { creationDate: '2024-05-14T08:01:09Z', mfaAuthenticated: 'true' } },
  },
  eventTime: '2024-05-14T09:12:31Z',
  eventSource: 'sts.amazonaws.com',
  eventName: 'GetCallerIdentity',
  awsRegion: 'us-east-1',
  sourceIPAddress: '203.0.113.10',
  userAgent: 'aws-cli/2.15.40 md/awscrt#0.19.19 ua/2.0 os/linux#6.1 md/arch#x86_64 lang/python#3.11.8',
  requestParameters: null,
  responseElements: null,
  requestID: '5c1d8e0a-6f53-4b7e-9a53-0d2f4c8b7a61',
  eventID: '0b7e2f64-3c1a-4d58-8e27-6a9f1b2c3d4e',
  readOnly: false,
  eventType: 'AwsApiCall',
  managementEvent: true,
  recipientAccountId: '111122223333',
  eventCategory: 'Management',
};

/** As the value of a top-level key in a test record it takes the key out of {@link BASE_RECORD}. */
const LEFT_OUT = '~absent';

interface Case {
  readonly name: string;
  readonly line: number;
  readonly fires: boolean;
  readonly record: Readonly<Record<string, unknown>>;
}

/**
 * Runs the tests of a rule pack: beside each `name.yml`, which holds one rule, a `name.test.yml` with `cases`, each of a
 * `name`, whether it `fires`, and a `record`. One result per rule file, then one per test file that has no rule.
 */
export function testRules(rules: readonly RuleFile[], tests: readonly RuleFile[]): readonly RuleTestResult[] {
  const testOf = new Map(tests.map((test) => [test.file, test]));
  const { rules: loaded, refusals } = loadRules(rules);
  const results = rules.map(({ file }): RuleTestResult => {
    const problems = refusals.filter((refusal) => refusal.file === file).map(({ line, reason }) => `${file}:${line}: ${reason}`);
    const [rule, ...others] = loaded.filter((one) => one.file === file);
    if (others.length > 0)
      problems.push(`${file}: The file holds ${others.length + 1} rules; a pack keeps one rule a file, with its tests beside it.`);
    const testFile = testFileOf(file);
    const test = testOf.get(testFile);
    testOf.delete(testFile);
    if (test === undefined)
      return { file, ...(rule && { rule }), cases: 0, problems: [...problems, `${file}: The rule has no tests; write ${testFile}.`] };
    const { cases, problem } = readCases(test);
    if (problem !== undefined) problems.push(problem);
    if (rule !== undefined) problems.push(...cases.flatMap((one) => failureOf(rule, test.file, one) ?? []));
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

function failureOf(rule: Rule, file: string, { name, line, fires, record }: Case): string | undefined {
  const set = compileRules([rule]);
  const view = viewOf(record);
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

function readCases({ file, text }: RuleFile): { readonly cases: readonly Case[]; readonly problem?: string } {
  try {
    const [document, ...others] = readYaml(text);
    if (document !== undefined && 'refused' in document) throw document.refused;
    if (others.length > 0 || document?.value?.kind !== 'map') throw new Refused(1, 'A test file is one mapping with the key "cases".');
    const cases = casesIn(document.value);
    for (const [fires, how] of [
      [true, 'fires'],
      [false, 'stays silent'],
    ] as const) {
      if (!cases.some((one) => one.fires === fires))
        return { cases, problem: `${file}:1: The tests have no case in which the rule ${how}; write one.` };
    }
    return { cases };
  } catch (error) {
    if (error instanceof Refused) return { cases: [], problem: `${file}:${error.line}: ${error.message}` };
    throw error;
  }
}

function casesIn(document: LocatedMap): readonly Case[] {
  onlyKeys(document, ['cases']);
  const list = entryOf(document, 'cases');
  if (list?.value.kind !== 'list')
    throw new Refused(list?.line ?? document.line, '"cases" must be a list; each case has name, fires and record.');
  const cases = list.value.items.map(readCase);
  const names = cases.map(({ name }) => name);
  const twice = cases.find(({ name }, i) => names.indexOf(name) < i);
  if (twice !== undefined) throw new Refused(twice.line, `Two cases are named ${shown(twice.name)}; give each its own name.`);
  return cases;
}

function readCase(item: Located): Case {
  if (item.kind !== 'map') throw new Refused(item.line, 'A case is a mapping with name, fires and record.');
  onlyKeys(item, ['name', 'fires', 'record']);
  const [name, fires, record] = ['name', 'fires', 'record'].map((key) => entryOf(item, key)?.value);
  if (name?.kind !== 'scalar' || typeof name.value !== 'string' || name.value === '')
    throw new Refused(name?.line ?? item.line, 'A case needs a name that says what happens in it.');
  if (fires?.kind !== 'scalar' || typeof fires.value !== 'boolean')
    throw new Refused(fires?.line ?? item.line, `The case ${shown(name.value)} needs "fires: true" or "fires: false".`);
  if (record?.kind !== 'map')
    throw new Refused(record?.line ?? item.line, `The case ${shown(name.value)} needs a record, a mapping of top-level keys.`);
  const laid = { ...BASE_RECORD, ...(plainValue(record) as Record<string, unknown>) };
  return {
    name: name.value,
    line: item.line,
    fires: fires.value,
    record: Object.fromEntries(Object.entries(laid).filter(([, value]) => value !== LEFT_OUT)),
  };
}

function onlyKeys(map: LocatedMap, known: readonly string[]): void {
  const unknown = map.entries.find(({ key }) => !known.includes(key));
  if (unknown !== undefined)
    throw new Refused(unknown.line, `The key ${shown(unknown.key)} is unknown here; known are ${known.join(', ')}.`);
}

import { parseDuration } from './duration.ts';
import type { RuleFile } from './model.ts';
import { Refused, shown } from './refused.ts';
import { entryOf, type Located, type LocatedMap, plainValue, readYaml } from './yaml.ts';

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
/** How often one record of a correlation's case may happen. */
const MOST_TIMES = 1000;

/** One case of a rule's tests. */
export interface Case {
  readonly name: string;
  readonly line: number;
  readonly fires: boolean;
  /** One for a rule; for a correlation those that happen, in the order of their times. */
  readonly records: readonly Readonly<Record<string, unknown>>[];
}

/** The cases of a test file, and what is wrong with it. Those of a correlation have `records` where those of a rule have a `record`. */
export function readCases(
  { file, text }: RuleFile,
  kind: 'rule' | 'correlation',
): { readonly cases: readonly Case[]; readonly problem?: string } {
  try {
    const [document, ...others] = readYaml(text);
    if (document !== undefined && 'refused' in document) throw document.refused;
    if (others.length > 0 || document?.value?.kind !== 'map') throw new Refused(1, 'A test file is one mapping with the key "cases".');
    const cases = casesIn(document.value, kind === 'rule' ? 'record' : 'records');
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

function casesIn(document: LocatedMap, records: 'record' | 'records'): readonly Case[] {
  onlyKeys(document, ['cases']);
  const list = entryOf(document, 'cases');
  if (list?.value.kind !== 'list')
    throw new Refused(list?.line ?? document.line, `"cases" must be a list; each case has name, fires and ${records}.`);
  const cases = list.value.items.map((item) => readCase(item, records));
  const names = cases.map(({ name }) => name);
  const twice = cases.find(({ name }, i) => names.indexOf(name) < i);
  if (twice !== undefined) throw new Refused(twice.line, `Two cases are named ${shown(twice.name)}; give each its own name.`);
  return cases;
}

function readCase(item: Located, records: 'record' | 'records'): Case {
  if (item.kind !== 'map') throw new Refused(item.line, `A case is a mapping with name, fires and ${records}.`);
  onlyKeys(item, ['name', 'fires', records]);
  const [name, fires, what] = ['name', 'fires', records].map((key) => entryOf(item, key)?.value);
  if (name?.kind !== 'scalar' || typeof name.value !== 'string' || name.value === '')
    throw new Refused(name?.line ?? item.line, 'A case needs a name that says what happens in it.');
  if (fires?.kind !== 'scalar' || typeof fires.value !== 'boolean')
    throw new Refused(fires?.line ?? item.line, `The case ${shown(name.value)} needs "fires: true" or "fires: false".`);
  const read = records === 'record' ? [ruleRecord(what, name.value, item.line)] : happenings(what, name.value, item.line);
  return { name: name.value, line: item.line, fires: fires.value, records: read };
}

function ruleRecord(record: Located | undefined, name: string, line: number): Readonly<Record<string, unknown>> {
  if (record?.kind !== 'map')
    throw new Refused(record?.line ?? line, `The case ${shown(name)} needs a record, a mapping of top-level keys.`);
  return laid(plainValue(record) as Record<string, unknown>);
}

/** The records of a correlation's case: each with an eventID of its own, at its time after that of {@link BASE_RECORD}. */
function happenings(records: Located | undefined, name: string, line: number): Readonly<Record<string, unknown>>[] {
  if (records?.kind !== 'list' || records.items.length === 0)
    throw new Refused(
      records?.line ?? line,
      `The case ${shown(name)} needs records, a list of mappings of top-level keys, each with "at".`,
    );
  const start = Date.parse(BASE_RECORD.eventTime as string);
  const made = records.items.flatMap((item) => {
    if (item.kind !== 'map')
      throw new Refused(item.line, 'A record is a mapping of top-level keys, with "at"; here stands something else.');
    const { at, times = 1, ...keys } = plainValue(item) as Record<string, unknown>;
    const after = parseDuration(String(at));
    if (after === undefined)
      throw new Refused(item.line, `A record needs "at", its time after the first as 0s, 15m or 2h; here stands ${shown(at ?? null)}.`);
    if (typeof times !== 'number' || !Number.isInteger(times) || times < 1 || times > MOST_TIMES)
      throw new Refused(
        item.line,
        `"times" says how often the record happens, a second apart, from 1 to ${MOST_TIMES}; here stands ${shown(times)}.`,
      );
    return Array.from({ length: times }, (_, i) => ({ time: start + after + i * 1000, keys }));
  });
  made.sort((a, b) => a.time - b.time);
  return made.map(({ time, keys }, i) => {
    const eventID = `0b7e2f64-3c1a-4d58-8e27-${String(i).padStart(12, '0')}`;
    return laid({ eventTime: new Date(time).toISOString().replace('.000Z', 'Z'), eventID, ...keys });
  });
}

function laid(keys: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries({ ...BASE_RECORD, ...keys }).filter(([, value]) => value !== LEFT_OUT));
}

function onlyKeys(map: LocatedMap, known: readonly string[]): void {
  const unknown = map.entries.find(({ key }) => !known.includes(key));
  if (unknown !== undefined)
    throw new Refused(unknown.line, `The key ${shown(unknown.key)} is unknown here; known are ${known.join(', ')}.`);
}

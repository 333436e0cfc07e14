import type { IncidentSignal } from '../incidents/model.ts';
import { type Principal, principalOf } from '../records/principal.ts';
import { parseTime } from '../records/time.ts';
import { type RecordView, viewOf } from '../records/view.ts';
import { RoleTags } from '../risk/role-tags.ts';
import type { Case } from './case.ts';
import { type Correlated, Correlator } from './correlation.ts';
import { carriedFields } from './correlation-fields.ts';
import type { CorrelationRule, LoadedRules, Rule } from './model.ts';
import { shown } from './refused.ts';
import { compileRules } from './ruleset.ts';

/** Why a case of a correlation fails: a sentence; undefined when it does not. */
export function correlationFailure(correlation: CorrelationRule, loaded: LoadedRules, file: string, one: Case): string | undefined {
  const { rules, correlations } = neededBy(correlation, loaded);
  const set = compileRules(rules);
  const correlator = new Correlator({ rules, correlations });
  const matched = rules.map(() => 0);
  const found: Correlated[] = [];
  for (const record of one.records) {
    const view = viewOf(record);
    for (const index of set.match(set.candidates(view.eventSource, view.eventName), view)) {
      matched[index] = (matched[index] as number) + 1;
      found.push(...correlator.add(signalOf(set.rules[index] as Rule, view)));
    }
  }
  found.push(...correlator.advance(Number.POSITIVE_INFINITY));
  const fired = found.find(({ rule }) => rule.id === correlation.id);
  if ((fired !== undefined) === one.fires) return undefined;
  const why =
    fired === undefined
      ? rules.map(({ title }, i) => `${shown(title)} matched ${times(matched[i] as number)}`)
      : fired.evidence.map(({ field, value }) => `${field} is ${shown(value)}`);
  const [should, does] = one.fires ? ['fire', 'stays silent'] : ['stay silent', 'fires'];
  return `${file}:${one.line}: The case ${shown(one.name)} should ${should} but ${does}, as ${why.join(' and ')}.`;
}

function times(count: number): string {
  return count === 0 ? 'never' : count === 1 ? 'once' : `${count} times`;
}

/** The rules and correlations that a correlation builds on, itself included. */
function neededBy(correlation: CorrelationRule, loaded: LoadedRules): Pick<LoadedRules, 'rules' | 'correlations'> {
  const ids = new Set([correlation.id]);
  const byId = new Map(loaded.correlations.map((one) => [one.id, one]));
  for (const id of ids) for (const rule of byId.get(id)?.rules ?? []) ids.add(rule);
  return { rules: loaded.rules.filter(({ id }) => ids.has(id)), correlations: loaded.correlations.filter(({ id }) => ids.has(id)) };
}

const TAGS = new RoleTags({ roleTags: [] });

/** The signal of a rule that matched a record, but for what only an incident asks of it. */
function signalOf({ id, title, level, tactics, techniques, carries }: Rule, view: RecordView): IncidentSignal {
  const text = (key: string): string => (typeof view.top(key) === 'string' ? (view.top(key) as string) : '');
  const principal: Principal = principalOf(view.top('userIdentity'), text('recipientAccountId'));
  return {
    id: `${id} ${text('eventID')}`,
    time: parseTime(text('eventTime')),
    detector: `rule:${id}`,
    title,
    level,
    tactics,
    techniques,
    principal: principal.id,
    roleTag: TAGS.tag(principal),
    account: text('recipientAccountId') || principal.account,
    region: text('awsRegion'),
    address: text('sourceIPAddress'),
    eventSource: view.eventSource,
    eventName: view.eventName,
    errorCode: text('errorCode'),
    weight: 0,
    risk: 0,
    eventID: text('eventID'),
    ...(carries !== undefined && { fields: carriedFields(carries, view) }),
  };
}

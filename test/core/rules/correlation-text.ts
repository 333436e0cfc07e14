import type { IncidentSignal } from '../../../core/incidents/model.ts';
import { stableUuid } from '../../../core/records/identifier.ts';
import { loadRules } from '../../../core/rules/load.ts';
import type { LoadedRules } from '../../../core/rules/model.ts';

export const START = Date.parse('2026-09-01T10:00:00Z');
export const MINUTE = 60_000;

/** YAML (JSON is YAML) of a rule with this name. */
export function namedRule(name: string, more: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    title: `Rule ${name}`,
    id: idOf(name),
    name,
    logsource: { product: 'aws', service: 'cloudtrail' },
    detection: { selection: { eventName: name }, condition: 'selection' },
    ...more,
  });
}

/** YAML of a correlation with this name. */
export function correlationText(name: string, correlation: unknown, more: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({ title: `Correlation ${name}`, id: idOf(name), name, status: 'stable', level: 'high', correlation, ...more });
}

export function idOf(name: string): string {
  return stableUuid('rule', name);
}

/** The rules and correlations of texts that must load, each text in a file of its own. */
export function loadedAll(...texts: readonly string[]): LoadedRules {
  const loaded = loadRules(texts.map((text, i) => ({ file: `${i}.yml`, text })));
  expect(loaded.refusals).toEqual([]);
  return loaded;
}

/** A signal of a rule, so many minutes after the start. */
export function signalAt(minutes: number, rule: string, more: Partial<IncidentSignal> = {}): IncidentSignal {
  const time = START + minutes * MINUTE;
  return {
    id: stableUuid('signal', rule, String(time), more.eventID ?? ''),
    time,
    detector: `rule:${idOf(rule)}`,
    title: `Rule ${rule}`,
    level: 'low',
    tactics: ['discovery'],
    techniques: [],
    principal: 'arn:aws:iam::111122223333:user/alice',
    roleTag: 'developer',
    account: '111122223333',
    region: 'eu-west-1',
    address: '203.0.113.10',
    eventSource: 'iam.amazonaws.com',
    eventName: rule,
    errorCode: '',
    weight: 0.2,
    risk: 20,
    eventID: stableUuid('event', rule, String(time)),
    ...more,
  };
}

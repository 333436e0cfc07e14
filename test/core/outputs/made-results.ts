import { IncidentGrouping } from '../../../core/incidents/grouping.ts';
import type { Incident, IncidentSignal } from '../../../core/incidents/model.ts';
import { levelRank, riskRank } from '../../../core/levels.ts';
import { NO_ANOMALIES } from '../../../core/outputs/anomalies.ts';
import type { Results } from '../../../core/outputs/results.ts';
import { GLOBAL, noTally } from '../../../core/posture/compliance.ts';
import { noCounts } from '../../../core/records/counts.ts';
import type { Rule } from '../../../core/rules/model.ts';
import { Tally } from '../../../core/scoring/tally.ts';

/** Texts that an attacker may leave in a trail. */
export const HOSTILE: readonly string[] = [
  '\u001b[31mred\u001b[0m\u0007\u0000\u009b2J',
  'line one\nline two\r\ttabbed\u0085\u2028\u2029end',
  'user\u202eadmin\u2066x\u2069\u061c',
  '<script>alert(1)</script>',
  '=HYPERLINK("https://example.com","x")',
  '\ud800 lone \udc00',
  'x'.repeat(5000),
  `${'long-word-'.repeat(40)} and ${'y'.repeat(300)}`,
  '😀'.repeat(200),
  '',
];

export function rule(n: number, more: Partial<Rule> = {}): Rule {
  return {
    id: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
    title: `Rule ${n}`,
    file: `rules/rule-${n}.yml`,
    level: 'high',
    description: 'What to do.',
    author: 'Trailwarden',
    falsePositives: [],
    references: [],
    tags: [],
    tactics: ['persistence'],
    techniques: ['T1098'],
    controls: [],
    condition: { op: 'field', field: 'eventName', test: { kind: 'in', values: ['x'] } },
    ...more,
  };
}

export function incidentOf(more: Partial<IncidentSignal> = {}, times = 1): Incident {
  const grouping = new IncidentGrouping();
  for (let i = 0; i < times; i += 1) {
    grouping.add({
      id: `signal-${i}`,
      time: Date.UTC(2026, 8, 1) + i,
      detector: 'rule:a',
      title: 'Trail stopped',
      level: 'high',
      tactics: ['defense-evasion'],
      techniques: ['T1562.008'],
      principal: 'arn:aws:iam::111122223333:user/alice',
      roleTag: 'developer',
      account: '111122223333',
      region: 'eu-central-1',
      address: '198.51.100.7',
      eventSource: 'cloudtrail.amazonaws.com',
      eventName: 'StopLogging',
      errorCode: '',
      weight: 0.78,
      risk: 78,
      eventID: `event-${i}`,
      ...more,
    });
  }
  return grouping.finish(Number.POSITIVE_INFINITY)[0] as Incident;
}

/** One principal's events of one risk, as {@link madeResults} takes them. */
export interface Doings {
  readonly principal: string;
  readonly risk: number;
  readonly events?: number;
  readonly address?: string;
  readonly region?: string;
  readonly account?: string;
  readonly weights?: readonly number[];
}

/** Results of an analysis that saw these doings; every number in them is counted from the doings. */
export function madeResults(doings: readonly Doings[], more: Partial<Results> = {}): Results {
  const rules = more.rules ?? [rule(1)];
  const tally = new Tally(rules, 100);
  const counts = noCounts();
  for (const {
    principal,
    risk,
    events = 1,
    address = '198.51.100.7',
    region = 'eu-central-1',
    account = '111122223333',
    weights = [],
  } of doings) {
    const rank = riskRank(risk);
    counts.events += events;
    tally.events += events;
    tally.levels[rank] = (tally.levels[rank] as number) + events;
    tally.from = Math.min(tally.from, Date.UTC(2026, 8, 1));
    tally.to = Math.max(tally.to, Date.UTC(2026, 8, 2));
    tally.accounts.add(account);
    tally.awsRegions.add(region);
    const who = tally.principals.get(principal) ?? { id: principal, roleTag: 'developer' as const, levels: [0, 0, 0, 0, 0], topRisk: 0 };
    who.levels[rank] = (who.levels[rank] as number) + events;
    who.topRisk = Math.max(who.topRisk, risk);
    tally.principals.set(principal, who);
    const from = tally.addresses.get(address) ?? {
      address,
      events: 0,
      riskyEvents: 0,
      failedEvents: 0,
      principals: new Set<string>(),
      weights: new Map<number, number>(),
    };
    from.events += events;
    from.riskyEvents += risk > 0 ? events : 0;
    from.principals.add(principal);
    for (const [i, weight] of weights.entries()) from.weights.set(i, Math.max(weight, from.weights.get(i) ?? 0));
    tally.addresses.set(address, from);
    const where = tally.regions.get(region || GLOBAL) ?? noTally();
    where.events += events;
    where.riskyEvents += risk > 0 ? events : 0;
    tally.regions.set(region || GLOBAL, where);
    if (risk > 0) {
      tally.signals += events;
      tally.ruleSignals[0] = (tally.ruleSignals[0] ?? 0) + events;
    }
  }
  counts.files = 3;
  counts.records = counts.events;
  const incidents = [...(more.incidents ?? [])].sort((a, b) => b.risk - a.risk || levelRank(b.level) - levelRank(a.level));
  return {
    version: '0.0.0',
    counts,
    problems: [],
    tally,
    exceptions: [],
    refusals: [],
    keyless: [],
    rulesHash: 'aaaa',
    configHash: 'bbbb',
    anomalies: NO_ANOMALIES,
    resourcesOf: () => [],
    knownFiles: 0,
    minLevel: 'informational',
    gravestIncident: incidents[0]?.risk ?? 0,
    correlations: [],
    ...more,
    rules,
    incidents,
  };
}

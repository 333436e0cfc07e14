import { parse } from 'csv-parse/sync';
import { anomalyLine } from '../../../core/anomalies/unusual.ts';
import { IncidentGrouping } from '../../../core/incidents/grouping.ts';
import type { IncidentSignal } from '../../../core/incidents/model.ts';
import { type AnomalyLine, AnomalyTally, parseAnomalyLine } from '../../../core/outputs/anomalies.ts';
import { incidentsJson, regionSummaryCsv, riskSummaryCsv, summaryJson } from '../../../core/outputs/files.ts';
import { gravestRank, reportJson } from '../../../core/outputs/report.ts';
import type { ReportModel } from '../../../core/outputs/report-model.ts';
import { rankAddresses, rankPrincipals, rankRules } from '../../../core/outputs/results.ts';
import { noTally } from '../../../core/posture/compliance.ts';
import type { CorrelationRule } from '../../../core/rules/model.ts';
import { anomaly } from './made-anomaly.ts';
import { type Doings, HOSTILE, incidentOf, madeResults, rule } from './made-results.ts';

const alice = 'arn:aws:iam::111122223333:user/alice';
const rows = (csv: string) => parse(csv, { columns: true }) as Record<string, string>[];

const DOINGS: readonly Doings[] = [
  { principal: alice, risk: 78, weights: [0.78] },
  { principal: alice, risk: 0, events: 40 },
  { principal: 'bob', risk: 0, events: 9, region: 'us-east-1' },
  { principal: 'carol', risk: 20, events: 2, region: '', account: '444455556666', address: '203.0.113.9' },
];

describe('principals', () => {
  test('stand by risk, with the story of their gravest incident', () => {
    const incidents = [
      incidentOf({ principal: 'carol', weight: 0.9, tactics: ['impact'] }),
      incidentOf({ principal: 'carol', weight: 0.2 }),
    ];
    expect(
      rankPrincipals(madeResults(DOINGS, { incidents })).map(({ principal, risk, level, events, riskyEvents, incidents: n, tactics }) => [
        principal,
        risk,
        level,
        events,
        riskyEvents,
        n,
        tactics,
      ]),
    ).toEqual([
      ['carol', 90, 'critical', 2, 2, 2, ['impact']],
      [alice, 78, 'high', 41, 1, 0, []],
      ['bob', 0, 'informational', 9, 0, 0, []],
    ]);
  });

  test('of equal risk stand by risky events, then by name', () => {
    const made = madeResults([
      { principal: 'b', risk: 20 },
      { principal: 'a', risk: 20 },
      { principal: 'c', risk: 20, events: 2 },
    ]);
    expect(rankPrincipals(made).map(({ principal }) => principal)).toEqual(['c', 'a', 'b']);
  });
});

describe('addresses', () => {
  const many = (risks: readonly number[]): Doings[] =>
    risks.map((weight, i) => ({ principal: `p${i}`, risk: 0, address: `192.0.2.${i}`, weights: [weight] }));
  const anomalous = (risks: readonly number[]) =>
    rankAddresses(madeResults(many(risks)))
      .filter((one) => one.anomalous)
      .map(({ address }) => address);

  test.each<[string, number[], string[]]>([
    ['one that stands out among harmless ones', [0, 0, 0, 0, 0, 0.9], ['192.0.2.5']],
    ['all alike', [0.5, 0.5, 0.5, 0.5, 0.5], []],
    ['a low one among harmless ones is no outlier', [0, 0, 0, 0, 0.2], []],
    ['four addresses tell nothing', [0, 0, 0, 0.9], []],
    ['a spread of risks has no outlier', [0.1, 0.3, 0.5, 0.7, 0.9, 0.2, 0.4], []],
    ['none', [], []],
  ])('%s', (_name, risks, expected) => {
    expect(anomalous(risks)).toEqual(expected);
  });

  test('an anomalous one says why, the others nothing', () => {
    const [first, second] = rankAddresses(madeResults(many([0, 0, 0, 0, 0, 0.9])));
    expect(first).toMatchObject({
      address: '192.0.2.5',
      risk: 90,
      why: [expect.stringMatching(/^Risk 90 stands out: half of the 6 addresses have no risk at all /)],
    });
    expect(second?.why).toEqual([]);
  });

  test('of an address each rule counts once, each further one less', () => {
    const [one] = rankAddresses(
      madeResults([
        { principal: 'p', risk: 0, weights: [0.5, 0.5] },
        { principal: 'q', risk: 0, weights: [0.2, 0.5] },
      ]),
    );
    expect(one).toMatchObject({ risk: 68, events: 2, principals: 2 });
  });
});

test('rules stand by level, then by signals; silent ones are left out', () => {
  const rules = [rule(1, { level: 'low' }), rule(2), rule(3), rule(4), rule(5, { level: 'critical' })];
  const made = madeResults([], { rules });
  [7, 1, 3, 0, 1].forEach((n, i) => {
    made.tally.ruleSignals[i] = n;
  });
  expect(rankRules(made).map(({ title, signals }) => [title, signals])).toEqual([
    ['Rule 5', 1],
    ['Rule 3', 3],
    ['Rule 2', 1],
    ['Rule 1', 7],
  ]);
});

describe('summary.json', () => {
  test('its numbers reconcile', () => {
    const made = madeResults(DOINGS, { incidents: [incidentOf(), incidentOf({ weight: 0.2, principal: 'bob' })] });
    Object.assign(made.counts, {
      records: 52 + 3 + 2 + 4,
      duplicates: 3,
      excluded: 4,
      rejects: { 'too-deep': 2 },
      fileRejects: { empty: 1 },
    });
    const summary = summaryJson(made) as unknown as Record<string, number> & {
      levels: Record<string, number>;
      rejectReasons: object;
      incidentLevels: object;
    };
    expect(summary.records).toBe(
      (summary.events as number) + (summary.duplicates as number) + (summary.excluded as number) + (summary.rejects as number),
    );
    expect(Object.values(summary.levels).reduce((sum, n) => sum + n, 0)).toBe(summary.events);
    expect(summary).toMatchObject({
      schemaVersion: 1,
      files: 3,
      filesRejected: 1,
      events: 52,
      rejects: 2,
      rejectReasons: { 'too-deep': 2 },
      fileRejectReasons: { empty: 1 },
      incidents: 2,
      incidentLevels: { high: 1, low: 1, critical: 0, medium: 0, informational: 0 },
      from: '2026-09-01T00:00:00Z',
      to: '2026-09-02T00:00:00Z',
      accounts: ['111122223333', '444455556666'],
      principals: 3,
    });
  });

  test('is bounded, and without events it has no times', () => {
    const many = Array.from({ length: 300 }, (_, i): Doings => ({ principal: `p${i}`, risk: 20, address: `a${i}` }));
    const summary = summaryJson(madeResults(many)) as Record<string, unknown[]>;
    expect([summary.topPrincipals?.length, summary.topAddresses?.length]).toEqual([50, 50]);
    expect(summaryJson(madeResults([]))).toMatchObject({ from: null, to: null, events: 0, topPrincipals: [] });
  });

  test('holds plain JSON whatever the texts', () => {
    for (const word of HOSTILE) {
      const made = madeResults([{ principal: word, risk: 50, account: word, region: word, address: word }], {
        incidents: [incidentOf({ principal: word, title: word })],
      });
      const summary = summaryJson(made);
      expect(JSON.parse(JSON.stringify(summary))).toEqual(summary);
    }
  });
});

test('incidents.json has times that people read, and all ids', () => {
  expect(incidentsJson(madeResults([], { incidents: [incidentOf({}, 2)] }))).toEqual([
    expect.objectContaining({
      principal: alice,
      opened: '2026-09-01T00:00:00Z',
      updated: '2026-09-01T00:00:00.001Z',
      signals: 2,
      signalIds: ['signal-0', 'signal-1'],
      top: { title: 'Trail stopped', eventID: 'event-0', time: '2026-09-01T00:00:00Z' },
    }),
  ]);
});

describe('risk_summary.csv', () => {
  test('begins with all principals together, its columns add up to them', () => {
    const [all, ...each] = rows(riskSummaryCsv(madeResults(DOINGS, { incidents: [incidentOf()] })));
    expect(all).toMatchObject({ principal: '(all)', risk: '78', level: 'high', events: '52', incidents: '1' });
    for (const column of ['events', 'informational', 'low', 'medium', 'high', 'critical', 'incidents']) {
      expect([column, each.reduce((sum, row) => sum + Number(row[column]), 0)]).toEqual([column, Number(all?.[column])]);
    }
    expect(each.map(({ principal }) => principal)).toEqual([alice, 'carol', 'bob']);
    expect(each[0]).toMatchObject({ tactics: 'defense-evasion', reasons: 'Trail stopped (+78)' });
  });

  test('is one row a principal whatever its name, and runs nothing', () => {
    const csv = riskSummaryCsv(madeResults(HOSTILE.map((word) => ({ principal: word, risk: 50 }))));
    expect(csv.split('\n')).toHaveLength(HOSTILE.length + 3);
    for (const { principal } of rows(csv)) expect(principal).not.toMatch(/^\s*[=+\-@]/);
  });
});

test('region_summary.csv tells no data from 100 %', () => {
  const made = madeResults([{ principal: 'a', risk: 20, region: 'eu-west-1', events: 4 }], { expectedRegions: ['us-east-1'] });
  made.tally.regions.set('eu-west-1', {
    ...noTally(),
    events: 4,
    riskyEvents: 4,
    violating: 1,
    evaluated: 0b10001,
    violations: [0, 0, 0, 0, 1, ...Array<number>(11).fill(0)],
  });
  expect(rows(regionSummaryCsv(made)).map((row) => Object.values(row))).toEqual([
    ['global', '0', '0', '0', '0', '', '', '', 'no data'],
    ['eu-west-1', '4', '4', '2', '1', '50', '75', '4.5 (1)', 'indicator from logs'],
    ['us-east-1', '0', '0', '0', '0', '', '', '', 'no data'],
  ]);
});

describe('an incident of incidents.json', () => {
  const text = 'it called iam:CreateUser, which it had not done in the 14 days before';
  const grouping = new IncidentGrouping();
  const [like] = [incidentOf()].map(({ principal, roleTag }) => ({
    ...{ principal, roleTag, account: '111122223333', region: 'eu-central-1', address: '198.51.100.7', errorCode: '', techniques: [] },
    ...{ eventSource: 'iam.amazonaws.com', eventName: 'CreateUser', time: Date.UTC(2026, 8, 1, 9), eventID: 'e' },
  }));
  const signals: Pick<IncidentSignal, 'id' | 'detector' | 'title' | 'level' | 'tactics' | 'weight' | 'risk' | 'text'>[] = [
    {
      id: 'a',
      detector: 'anomaly:first-seen:action',
      title: 'New action',
      level: 'low',
      tactics: [],
      weight: 0.16,
      risk: 16,
      text: `${alice} called iam:CreateUser, which it had not done in the 14 days before.`,
    },
    {
      id: 'b',
      detector: 'rule:00000000-0000-4000-8000-000000000001',
      title: 'User created',
      level: 'medium',
      tactics: ['persistence'],
      weight: 0.5,
      risk: 50,
    },
    {
      id: 'c',
      detector: 'correlation:00000000-0000-4000-8000-000000000002',
      title: 'User made strong',
      level: 'high',
      tactics: ['privilege-escalation'],
      weight: 0.78,
      risk: 78,
    },
  ];
  for (const signal of signals) grouping.add({ ...like, ...signal } as IncidentSignal);
  const correlation = {
    ...rule(2, { title: 'User made strong', description: 'Undo both.' }),
    type: 'temporal',
    rules: [],
    groupBy: [],
    timespan: 60,
  } as unknown as CorrelationRule;
  const incidents = grouping.finish(Number.POSITIVE_INFINITY);
  const [told] = incidentsJson(madeResults([], { incidents, correlations: [correlation] })) as {
    readonly story: string[];
    readonly nextSteps: string[];
    readonly detections: { readonly text?: string }[];
  }[];

  test('tells what rules, correlations and anomalies saw, a sentence each', () => {
    const where = 'in eu-central-1 of account 111122223333 from 198.51.100.7.';
    expect(told?.story).toEqual([
      `2026-09-01 09:00:00 New action: ${text}.`,
      `2026-09-01 09:00:00 User created: iam:CreateUser ${where}`,
      `2026-09-01 09:00:00 User made strong: completed by iam:CreateUser ${where}`,
    ]);
    expect(told?.detections.map((detection) => detection.text)).toEqual([text, undefined, undefined]);
  });

  test('advises by the heaviest detectors, of whichever kind, then by what always holds', () => {
    expect(told?.nextSteps.map((step) => step.slice(0, 40))).toEqual([
      'User made strong: Undo both.',
      'Rule 1: What to do.',
      'New action for a principal: It made a ca',
      'Ask the owner of user/alice about these ',
    ]);
  });
});

describe('the report’s model', () => {
  const model = (...args: Parameters<typeof madeResults>) => JSON.parse(reportJson(madeResults(...args))) as ReportModel;

  test('is JSON whatever the texts, bounded, with its rows as they are', () => {
    const many = Array.from(
      { length: 300 },
      (_, i): Doings => ({ principal: HOSTILE[i % HOSTILE.length] + String(i), risk: 20, address: `a${i}` }),
    );
    const made = madeResults(many, { incidents: Array.from({ length: 300 }, (_, i) => incidentOf({ principal: `p${i}` })) });
    made.tally.table.add(20, Buffer.from('{"id":"low","title":"</script>"}'));
    made.tally.table.add(90, Buffer.from('{"id":"critical"}'));
    const { events, principals, addresses, incidents, eventsLimit } = JSON.parse(reportJson(made)) as ReportModel;
    expect(events).toEqual([{ id: 'critical' }, { id: 'low', title: '</script>' }]);
    expect([principals.length, addresses.length, incidents.length, eventsLimit]).toEqual([50, 25, 200, 100]);
  });

  test('hours and sign-ins stand in the order of time', () => {
    const made = madeResults([{ principal: 'a', risk: 0 }]);
    for (const hour of [497_000, 496_000, 496_500]) {
      made.tally.hours.set(hour, [1, 0, 0, 0, 0]);
      made.tally.logins.set(hour, { succeeded: 1, failed: 2 });
    }
    const { hours, logins } = JSON.parse(reportJson(made)) as ReportModel;
    expect(hours.map(({ hour }) => hour)).toEqual(
      [496_000, 496_500, 497_000].map((hour) => new Date(hour * 3_600_000).toISOString().replace('.000Z', 'Z')),
    );
    expect(logins.map(({ hour }) => hour)).toEqual(hours.map(({ hour }) => hour));
  });

  test('what anomalies say of events stands beside those in the table', () => {
    const told = new AnomalyTally(0);
    for (const [i, eventID] of ['in "the" table', 'elsewhere', ''].entries()) {
      const more = { eventID, cause: [String(i)], text: `${alice} called s3:ListBuckets first at 2026-09-15T07:00:00Z.` };
      told.add(parseAnomalyLine(anomalyLine(anomaly(more)).trimEnd()) as AnomalyLine);
    }
    const made = madeResults([], { anomalies: told.summary });
    for (const id of ['in "the" table', 'another']) made.tally.table.add(20, Buffer.from(JSON.stringify({ id, time: '' })));
    expect((JSON.parse(reportJson(made)) as ReportModel).eventAnomalies).toEqual([
      {
        event: 'in "the" table',
        detector: 'anomaly:first-seen:region',
        level: 'low',
        title: 'New region for a principal',
        text: 'It called s3:ListBuckets first at 2026-09-15 07:00 UTC.',
      },
    ]);
  });

  test('without events it is whole too', () => {
    expect(model([])).toMatchObject({ events: [], hours: [], principals: [], totals: { from: null, to: null, events: 0 } });
  });
});

test.each<[string, Doings[], number[], number]>([
  ['nothing', [], [], -1],
  ['informational events', [{ principal: 'a', risk: 0 }], [], 0],
  [
    'a high event',
    [
      { principal: 'a', risk: 0 },
      { principal: 'a', risk: 70 },
    ],
    [],
    3,
  ],
  ['an incident graver than its events', [{ principal: 'a', risk: 50 }], [0.2, 0.95], 4],
])('the gravest of %s', (_name, doings, weights, rank) => {
  expect(gravestRank(madeResults(doings, { incidents: weights.map((weight) => incidentOf({ weight, principal: `p${weight}` })) }))).toBe(
    rank,
  );
});

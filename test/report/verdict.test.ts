import type { ReportIncident, ReportModel, ReportTotals } from '../../core/outputs/report-model.ts';
import { reconcile, verdictOf } from '../../report/verdict.ts';
import { emptyModel, fullModel, tinyModel } from './model.factory.ts';

const [worst] = fullModel({ rows: 1 }).incidents as [ReportIncident];

function withIncidents(...incidents: Partial<ReportIncident>[]): ReportModel {
  return { ...tinyModel(), incidents: incidents.map((incident) => ({ ...worst, ...incident })) };
}

function withTotals(totals: Partial<ReportTotals>, levels: Partial<ReportModel['levels']> = {}): ReportModel {
  const empty = emptyModel();
  return { ...empty, totals: { ...empty.totals, ...totals }, levels: { ...empty.levels, ...levels } };
}

describe('the headline', () => {
  const cases: [string, ReportModel, string, string][] = [
    ['one incident', withIncidents({ level: 'high', tactics: ['discovery'] }), '1 high incident.', 'discovery.'],
    [
      'several levels, worst first',
      withIncidents(
        { level: 'critical', tactics: ['discovery', 'persistence', 'defense-evasion'] },
        { level: 'critical' },
        { level: 'medium' },
      ),
      '2 critical and 1 medium incident.',
      'discovery, then persistence, then defense evasion.',
    ],
    [
      'a long story is cut',
      withIncidents({ level: 'high', tactics: ['a', 'b', 'c', 'd', 'e', 'f'] }, { level: 'high' }),
      '2 high incidents.',
      'a, then b, then c, then d, then 2 more tactics.',
    ],
    [
      'no tactic: the weightiest reason',
      withIncidents({
        level: 'medium',
        tactics: [],
        reasons: [
          { text: 'small', points: 2 },
          { text: 'large', points: 50 },
        ],
      }),
      '1 medium incident.',
      'large',
    ],
    [
      'neither tactic nor reason',
      withIncidents({ level: 'medium', tactics: [], reasons: [], signals: 1 }),
      '1 medium incident.',
      '1 signal.',
    ],
    [
      'risky events alone',
      withTotals({ records: 9, events: 9 }, { informational: 4, low: 3, medium: 2 }),
      'No incident.',
      '2 medium events and 3 low events, none of which add up to an incident; the riskiest stand first in the table.',
    ],
    ['a quiet trail', tinyModel(), 'No incident and no risky event.', 'No detector spoke on any event of this trail.'],
    [
      'nothing read',
      withTotals({ files: 3 }),
      'Nothing to judge.',
      '3 files read, no CloudTrail record found. Check that the path leads to CloudTrail logs.',
    ],
    [
      'records but no event',
      withTotals({ files: 1, records: 5, rejects: 5 }),
      'Nothing to judge.',
      'All 5 records were left out, as duplicates, rejects or by the filters of the run; see the counts below.',
    ],
  ];

  test.each(cases)('%s', (_name, model, headline, advice) => {
    expect(verdictOf(model)).toMatchObject({ headline, advice });
  });

  test('names the incident to begin with, or none', () => {
    expect(verdictOf(withIncidents({ id: 'first' }, { id: 'second' })).first?.id).toBe('first');
    expect(verdictOf(tinyModel()).first).toBeNull();
  });
});

describe('the counts', () => {
  const totals: ReportTotals = { ...emptyModel().totals, files: 2, records: 10, events: 7, duplicates: 2, rejects: 1 };

  test.each([
    ['add up', totals, true, '10 records from 2 files = 7 events + 2 duplicates + 1 reject.'],
    [
      'add up with what the filters left out',
      { ...totals, events: 4, excluded: 3, filesRejected: 1 },
      true,
      '10 records from 2 files (1 file not read whole) = 4 events + 2 duplicates + 1 reject + 3 left out by the filters of the run.',
    ],
    [
      'do not add up, and say so',
      { ...totals, events: 8 },
      false,
      '10 records from 2 files ≠ 8 events + 2 duplicates + 1 reject. The counts do not add up, which is a fault of Trailwarden: please report it.',
    ],
  ])('%s', (_name, given, balanced, sentence) => {
    expect(reconcile(given)).toEqual({ balanced, sentence });
  });
});

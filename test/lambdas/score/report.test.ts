import type { Logger } from '@aws-lambda-powertools/logger';
import type { Metrics } from '@aws-lambda-powertools/metrics';
import type { RunReport } from '../../../core/runs/run.ts';
import { publishRun } from '../../../lambdas/score/report.ts';

const SUMS = {
  sections: 3,
  skipped: 0,
  records: 0,
  live: 0,
  events: 0,
  duplicates: 0,
  rejects: 0,
  late: 0,
  future: 0,
  signals: 0,
  delivery: 0,
};
const IDLE: RunReport = { outcome: 'idle', run: 7, replayed: false, incidents: 0, lag: 0, left: 0, broken: [], refused: [], rung: 0 };

/** The metrics and the errors in the log that a run's report gives. */
function published(report: RunReport) {
  const values: Record<string, number> = {};
  const errors: unknown[] = [];
  let lines = 0;
  const logger = { info: () => {}, error: (_message: string, { reason }: { reason: string }) => errors.push(reason) } as unknown as Logger;
  const metrics = {
    addMetric: (name: string, _unit: string, value: number) => {
      expect(values).not.toHaveProperty(name);
      values[name] = value;
    },
    publishStoredMetrics: () => {
      lines += 1;
    },
  } as unknown as Metrics;
  publishRun({ logger, metrics }, report, 1200);
  return { values, errors, lines };
}

test('a run that found nothing to do says that it ran, and that nothing came', () => {
  expect(published(IDLE)).toEqual({
    values: { Runs: 1, LiveRecords: 0, RunMilliseconds: 1200, LagSeconds: 0 },
    errors: [],
    lines: 1,
  });
});

test('one that another run keeps from running says nothing', () => {
  expect(published({ ...IDLE, outcome: 'busy' })).toEqual({ values: {}, errors: [], lines: 0 });
});

test('a backfill’s records are no live ones, and its delivery is none', () => {
  const { values } = published({ ...IDLE, outcome: 'committed', sums: { ...SUMS, records: 500, events: 480, duplicates: 20 } });
  expect(values).toMatchObject({ Records: 500, LiveRecords: 0, Events: 480, Duplicates: 20 });
  expect(values).not.toHaveProperty('DeliverySeconds');
});

test('live records tell how late they came', () => {
  const { values } = published({
    ...IDLE,
    outcome: 'committed',
    sums: { ...SUMS, records: 500, live: 40, events: 490, delivery: 240_000 },
  });
  expect(values).toMatchObject({ Records: 500, LiveRecords: 40, DeliverySeconds: 240 });
});

test('what no table takes and what no run can read is counted, and named in the log', () => {
  const { values, errors } = published({
    ...IDLE,
    outcome: 'committed',
    sums: SUMS,
    broken: ['a.batch: torn'],
    refused: ['incident x: too large'],
  });
  expect(values).toMatchObject({ PutsRefused: 1, Rejects: 1 });
  expect(errors).toEqual(['incident x: too large', 'a.batch: torn']);
});

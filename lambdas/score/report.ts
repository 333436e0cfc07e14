import { MetricUnit } from '@aws-lambda-powertools/metrics';
import type { RunReport } from '../../core/runs/run.ts';
import { noteCounts, type Telemetry } from '../aws/logging.ts';

/** Writes what a run did as one line of the log and one of metrics. */
export function publishRun(told: Telemetry, report: RunReport, milliseconds: number): void {
  const { logger, metrics } = told;
  const { outcome, sums, incidents, lag, broken } = report;
  for (const reason of broken) logger.error('A batch could not be read. It is kept under runs/broken/.', { reason });
  logger.info(`run ${outcome}`, { ...report, milliseconds });
  if (outcome === 'busy') return;
  // Records are written even when there are none: their absence and a run's must be told apart.
  metrics.addMetric('Runs', MetricUnit.Count, 1);
  metrics.addMetric('Records', MetricUnit.Count, sums?.records ?? 0);
  metrics.addMetric('RunMilliseconds', MetricUnit.Milliseconds, milliseconds);
  metrics.addMetric('LagSeconds', MetricUnit.Seconds, Math.round(lag / 1000));
  if (sums !== undefined && sums.events > 0) metrics.addMetric('DeliverySeconds', MetricUnit.Seconds, Math.round(sums.delivery / 1000));
  noteCounts(told, {
    Events: sums?.events ?? 0,
    Duplicates: sums?.duplicates ?? 0,
    Rejects: (sums?.rejects ?? 0) + broken.length,
    Late: sums?.late ?? 0,
    Signals: sums?.signals ?? 0,
    Incidents: incidents,
  });
  metrics.publishStoredMetrics();
}

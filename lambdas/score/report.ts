import { MetricUnit } from '@aws-lambda-powertools/metrics';
import type { RunReport } from '../../core/runs/run.ts';
import { noteCounts, type Telemetry } from '../aws/logging.ts';

/** Writes what a run did as one line of the log and one of metrics. */
export function publishRun(told: Telemetry, report: RunReport, milliseconds: number): void {
  const { logger, metrics } = told;
  const { outcome, sums, incidents, lag, broken, refused } = report;
  for (const reason of refused)
    logger.error('A table refused to store this for good; it was left out. Please report it as a bug.', { reason });
  for (const reason of broken) logger.error('A batch could not be read. It is kept under runs/broken/.', { reason });
  logger.info(`run ${outcome}`, { ...report, milliseconds });
  if (outcome === 'busy') return;
  metrics.addMetric('Runs', MetricUnit.Count, 1);
  // Written even when there are none: an alarm goes by what was written last, and takes long to see that something is missing.
  metrics.addMetric('LiveRecords', MetricUnit.Count, sums?.live ?? 0);
  metrics.addMetric('RunMilliseconds', MetricUnit.Milliseconds, milliseconds);
  metrics.addMetric('LagSeconds', MetricUnit.Seconds, Math.round(lag / 1000));
  // 0 where nothing but a backfill came.
  if (sums !== undefined && sums.delivery > 0) metrics.addMetric('DeliverySeconds', MetricUnit.Seconds, Math.round(sums.delivery / 1000));
  noteCounts(told, {
    Records: sums?.records ?? 0,
    Events: sums?.events ?? 0,
    Duplicates: sums?.duplicates ?? 0,
    Rejects: (sums?.rejects ?? 0) + broken.length,
    Late: sums?.late ?? 0,
    Future: sums?.future ?? 0,
    Signals: sums?.signals ?? 0,
    Incidents: incidents,
    PutsRefused: refused.length,
  });
  metrics.publishStoredMetrics();
}

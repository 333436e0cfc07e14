import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';

export interface Telemetry {
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** A function's log and metrics; made once, at cold start. */
export function telemetry(serviceName: 'parse' | 'score' | 'alert'): Telemetry {
  return {
    logger: new Logger({ serviceName, logLevel: 'INFO' }),
    metrics: new Metrics({ namespace: 'Trailwarden', serviceName }),
  };
}

/** Writes counts as one line of metrics. */
export function publishCounts({ metrics }: Telemetry, counts: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(counts)) metrics.addMetric(name, MetricUnit.Count, value);
  metrics.publishStoredMetrics();
}

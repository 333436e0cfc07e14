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

/**
 * Notes counts to be written with the next metrics. What is 0 is left out: alarms take what is missing for 0, and a metric is billed for each
 * hour in which it is written. Gives whether there was any.
 */
export function noteCounts({ metrics }: Telemetry, counts: Readonly<Record<string, number>>): boolean {
  const some = Object.entries(counts).filter(([, value]) => value !== 0);
  for (const [name, value] of some) metrics.addMetric(name, MetricUnit.Count, value);
  return some.length > 0;
}

/** Writes counts as one line of metrics; none where all are 0. */
export function publishCounts(telemetry: Telemetry, counts: Readonly<Record<string, number>>): void {
  if (noteCounts(telemetry, counts)) telemetry.metrics.publishStoredMetrics();
}

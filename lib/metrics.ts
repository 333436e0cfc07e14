import type { Duration } from 'aws-cdk-lib';
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { FunctionName } from './functions.ts';

/** Namespace of the metrics that the functions write; their dimension `service` is the function's name. */
const NAMESPACE = 'Trailwarden';

/** Counts that a function writes, summed over a period. */
export function count(service: FunctionName, metricName: string, period: Duration): Metric {
  return new Metric({ namespace: NAMESPACE, metricName, dimensionsMap: { service }, statistic: Stats.SUM, period });
}

/** The largest value that a function wrote in a period. */
export function largest(service: FunctionName, metricName: string, period: Duration): Metric {
  return new Metric({ namespace: NAMESPACE, metricName, dimensionsMap: { service }, statistic: Stats.MAXIMUM, period });
}

/** Messages that wait in a queue. */
export function waiting(QueueName: string, period: Duration): Metric {
  return queueMetric('ApproximateNumberOfMessagesVisible', QueueName, period);
}

/** Age of the oldest message of a queue, in seconds. */
export function oldest(QueueName: string, period: Duration): Metric {
  return queueMetric('ApproximateAgeOfOldestMessage', QueueName, period);
}

function queueMetric(metricName: string, QueueName: string, period: Duration): Metric {
  return new Metric({ namespace: 'AWS/SQS', metricName, dimensionsMap: { QueueName }, statistic: Stats.MAXIMUM, period });
}

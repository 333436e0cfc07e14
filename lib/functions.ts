import { Duration } from 'aws-cdk-lib';

export const FUNCTIONS = ['parse', 'score', 'alert'] as const;
export type FunctionName = (typeof FUNCTIONS)[number];

/** How long an invocation may take. A score run ends itself before, and its lease outlasts it. */
export const TIMEOUTS: Readonly<Record<FunctionName, Duration>> = {
  parse: Duration.minutes(5),
  score: Duration.minutes(4),
  alert: Duration.minutes(2),
};

/** Whose bill a price stands on. */
export type Service =
  | 'Lambda'
  | 'S3'
  | 'SQS'
  | 'DynamoDB'
  | 'CloudWatch'
  | 'CloudWatch Logs'
  | 'SES'
  | 'Security Hub'
  | 'KMS'
  | 'Scheduler';

export interface Price {
  readonly service: Service;
  readonly what: string;
  /** Of one unit. */
  readonly dollars: number;
  /** Units that every account has free each month, not in its first year only. */
  readonly free: number;
}

/** When the prices were read, and where: on-demand list prices of us-east-1. */
export const PRICED = 'June 2026';
export const REGION = 'us-east-1';
export const PAGES: Readonly<Record<Service | 'GuardDuty', string>> = {
  Lambda: 'https://aws.amazon.com/lambda/pricing/',
  S3: 'https://aws.amazon.com/s3/pricing/',
  SQS: 'https://aws.amazon.com/sqs/pricing/',
  DynamoDB: 'https://aws.amazon.com/dynamodb/pricing/on-demand/',
  CloudWatch: 'https://aws.amazon.com/cloudwatch/pricing/',
  'CloudWatch Logs': 'https://aws.amazon.com/cloudwatch/pricing/',
  SES: 'https://aws.amazon.com/ses/pricing/',
  'Security Hub': 'https://aws.amazon.com/security-hub/cspm/pricing/',
  KMS: 'https://aws.amazon.com/kms/pricing/',
  Scheduler: 'https://aws.amazon.com/eventbridge/pricing/',
  GuardDuty: 'https://aws.amazon.com/guardduty/pricing/',
};

/** GuardDuty's list price of a million CloudTrail management events, first 500 million a month. */
export const GUARDDUTY = 4;

const MILLION = 1e-6;

/** Everything that the pipeline is billed for. What is not here is free: S3's notifications and deletions, reads of a stream by Lambda, transfer within a region. */
export const PRICES = {
  'lambda.requests': { service: 'Lambda', what: 'invocations', dollars: 0.2 * MILLION, free: 1e6 },
  'lambda.gbSeconds': { service: 'Lambda', what: 'GB-seconds, arm64', dollars: 0.0000133334, free: 400_000 },
  's3.puts': { service: 'S3', what: 'PUT and LIST requests', dollars: 0.005 / 1000, free: 0 },
  's3.gets': { service: 'S3', what: 'GET requests', dollars: 0.0004 / 1000, free: 0 },
  's3.gbMonths': { service: 'S3', what: 'GB stored for a month', dollars: 0.023, free: 0 },
  'sqs.requests': { service: 'SQS', what: 'requests', dollars: 0.4 * MILLION, free: 1e6 },
  'dynamodb.writes': { service: 'DynamoDB', what: 'write units', dollars: 0.625 * MILLION, free: 0 },
  'dynamodb.reads': { service: 'DynamoDB', what: 'read units', dollars: 0.125 * MILLION, free: 0 },
  'dynamodb.gbMonths': { service: 'DynamoDB', what: 'GB stored for a month', dollars: 0.25, free: 25 },
  'dynamodb.pitrGbMonths': { service: 'DynamoDB', what: 'GB with point-in-time recovery for a month', dollars: 0.2, free: 0 },
  'cloudwatch.metrics': { service: 'CloudWatch', what: 'custom metrics', dollars: 0.3, free: 10 },
  'cloudwatch.alarmMetrics': { service: 'CloudWatch', what: 'metrics that alarms watch', dollars: 0.1, free: 10 },
  'cloudwatch.dashboards': { service: 'CloudWatch', what: 'dashboards', dollars: 3, free: 3 },
  'logs.gbIngested': { service: 'CloudWatch Logs', what: 'GB of logs written', dollars: 0.5, free: 5 },
  'logs.gbMonths': { service: 'CloudWatch Logs', what: 'GB of logs kept for a month', dollars: 0.03, free: 0 },
  'ses.mails': { service: 'SES', what: 'mails, one recipient each', dollars: 0.1 / 1000, free: 0 },
  'securityhub.findings': { service: 'Security Hub', what: 'findings taken in', dollars: 0.00003, free: 10_000 },
  'kms.keys': { service: 'KMS', what: 'keys', dollars: 1, free: 0 },
  'scheduler.invocations': { service: 'Scheduler', what: 'ticks', dollars: 1 * MILLION, free: 14e6 },
} as const satisfies Readonly<Record<string, Price>>;

export type Meter = keyof typeof PRICES;

import type { Pattern } from './event-pattern.ts';
import type { Home } from './template.ts';

/** What the stacks would make, as far as the local cloud runs it. Times in seconds, memory in MB. */
export interface CloudModel {
  readonly home: Home;
  readonly buckets: readonly BucketModel[];
  readonly queues: readonly QueueModel[];
  readonly tables: readonly TableModel[];
  readonly functions: readonly FunctionModel[];
  readonly queueMappings: readonly QueueMappingModel[];
  readonly streamMappings: readonly StreamMappingModel[];
  readonly schedules: readonly ScheduleModel[];
  readonly announcements: readonly Announcement[];
  readonly subscriptions: readonly SubscriptionModel[];
  /** Outputs of all stacks together, those of later stacks last. */
  readonly outputs: Readonly<Record<string, string>>;
}

export interface BucketModel {
  readonly name: string;
  readonly versioned: boolean;
}

export interface QueueModel {
  readonly name: string;
  readonly arn: string;
  /** Attributes as SQS names them, without the redrive policy. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly redrive?: { readonly deadLetterArn: string; readonly maxReceiveCount: number };
}

export interface TableModel {
  readonly name: string;
  readonly arn: string;
  /** Input of CreateTable. */
  readonly create: Readonly<Record<string, unknown>>;
  readonly ttlAttribute?: string;
}

export interface FunctionModel {
  /** Short name: parse, score, alert. */
  readonly name: string;
  readonly functionName: string;
  readonly arn: string;
  readonly codeFolder: string;
  readonly handler: string;
  readonly timeout: number;
  readonly memory: number;
  readonly environment: Readonly<Record<string, string>>;
}

export interface QueueMappingModel {
  readonly queueArn: string;
  readonly functionName: string;
  readonly batchSize: number;
  readonly windowSeconds: number;
  readonly reportsFailures: boolean;
  readonly maxConcurrency?: number;
  readonly filters: readonly Pattern[];
}

export interface StreamMappingModel {
  readonly tableArn: string;
  readonly streamArn: string;
  readonly functionName: string;
  readonly batchSize: number;
  readonly windowSeconds: number;
  readonly startsAtLatest: boolean;
  readonly reportsFailures: boolean;
  readonly bisects: boolean;
  /** Further tries of a failing batch; -1 for as long as the stream keeps its records. */
  readonly retries: number;
  readonly filters: readonly Pattern[];
  readonly failureQueueArn?: string;
}

export interface ScheduleModel {
  readonly name: string;
  /** As `rate(5 minutes)`. */
  readonly expression: string;
  readonly targetArn: string;
  readonly input: unknown;
  readonly deadLetterArn?: string;
}

/** Who is told of a new object in a bucket. */
export type Announcement =
  | {
      readonly kind: 'bucket';
      readonly bucket: string;
      readonly queueArn: string;
      readonly events: readonly string[];
      readonly prefix: string;
      readonly suffix: string;
    }
  | { readonly kind: 'eventbridge'; readonly pattern: Pattern; readonly queueArn: string };

export interface SubscriptionModel {
  readonly topicArn: string;
  readonly queueArn: string;
  readonly raw: boolean;
}

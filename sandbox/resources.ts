import type { Pattern } from './event-pattern.ts';
import { isObject } from './finding-format.ts';
import type {
  Announcement,
  BucketModel,
  CloudModel,
  FunctionModel,
  QueueMappingModel,
  QueueModel,
  StreamMappingModel,
  TableModel,
} from './model.ts';
import { type Home, type Resolved, Stacks, type StackTemplate } from './template.ts';

type Json = Readonly<Record<string, unknown>>;

/**
 * Reads from the stacks' templates what the local cloud has to make and run.
 * @param codeFolder gives the folder of a function's code by the S3 key of its asset.
 */
export function readStacks(templates: readonly StackTemplate[], home: Home, codeFolder: (assetKey: string) => string): CloudModel {
  const stacks = new Stacks(templates, home);
  const mappings = stacks.ofType('AWS::Lambda::EventSourceMapping').map(({ properties }) => properties);
  const functions = stacks
    .ofType('AWS::Lambda::Function')
    .map((resource) => readFunction(resource, codeFolder))
    .filter((one) => one !== undefined);
  const queueMappings = mappings.filter(({ EventSourceArn: arn }) => String(arn).includes(':sqs:')).map(readQueueMapping);
  const announcements = [...bucketAnnouncements(stacks), ...ruleAnnouncements(stacks)];
  const subscriptions = stacks
    .ofType('AWS::SNS::Subscription')
    .filter(({ properties }) => properties.Protocol === 'sqs')
    .map(({ properties: p }) => ({
      topicArn: String(p.TopicArn),
      queueArn: String(p.Endpoint),
      raw: p.RawMessageDelivery === true || p.RawMessageDelivery === 'true',
    }));
  const arns = [...queueMappings, ...announcements, ...subscriptions].map(({ queueArn }) => queueArn);
  return {
    home,
    buckets: withForeignBuckets(stacks.ofType('AWS::S3::Bucket').map(readBucket), announcements),
    queues: withForeignQueues(stacks.ofType('AWS::SQS::Queue').map(readQueue), arns),
    tables: stacks.ofType('AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable').map(readTable),
    functions: functions.map((one) => ({ ...one, name: shortName(one, functions) })),
    queueMappings,
    streamMappings: mappings.filter(({ EventSourceArn: arn }) => String(arn).includes(':dynamodb:')).map(readStreamMapping),
    schedules: stacks.ofType('AWS::Scheduler::Schedule').map(({ name, properties }) => {
      const target = properties.Target as Json;
      const deadLetter = (target.DeadLetterConfig as Json | undefined)?.Arn;
      return {
        name,
        expression: String(properties.ScheduleExpression),
        targetArn: String(target.Arn),
        input: target.Input === undefined ? {} : JSON.parse(String(target.Input)),
        ...(deadLetter === undefined ? {} : { deadLetterArn: String(deadLetter) }),
      };
    }),
    announcements,
    subscriptions,
    outputs: Object.assign({}, ...templates.map(({ stackName }) => stacks.outputs(stackName))),
  };
}

function readBucket({ name, properties }: Resolved): BucketModel {
  return { name, versioned: (properties.VersioningConfiguration as Json | undefined)?.Status === 'Enabled' };
}

function readQueue({ name, arn, properties }: Resolved): QueueModel {
  const attributes: Record<string, string> = {};
  for (const key of ['VisibilityTimeout', 'MessageRetentionPeriod', 'DelaySeconds', 'ReceiveMessageWaitTimeSeconds'] as const) {
    if (properties[key] !== undefined) attributes[key] = String(properties[key]);
  }
  const redrive = properties.RedrivePolicy as Json | undefined;
  if (redrive === undefined) return { name, arn, attributes };
  const { deadLetterTargetArn, maxReceiveCount } = redrive;
  return { name, arn, attributes, redrive: { deadLetterArn: String(deadLetterTargetArn), maxReceiveCount: Number(maxReceiveCount) } };
}

function readTable({ type, name, arn, properties }: Resolved): TableModel {
  const picked = Object.fromEntries(
    ['AttributeDefinitions', 'KeySchema', 'GlobalSecondaryIndexes', 'LocalSecondaryIndexes']
      .filter((key) => properties[key] !== undefined)
      .map((key) => [key, properties[key]]),
  );
  const stream = properties.StreamSpecification as Json | undefined;
  const ttl = properties.TimeToLiveSpecification as Json | undefined;
  return {
    name,
    arn,
    create: {
      TableName: name,
      BillingMode: 'PAY_PER_REQUEST',
      ...picked,
      ...(stream === undefined ? {} : { StreamSpecification: { StreamEnabled: true, StreamViewType: stream.StreamViewType } }),
      ...(type === 'AWS::DynamoDB::GlobalTable' && picked.GlobalSecondaryIndexes !== undefined
        ? { GlobalSecondaryIndexes: (picked.GlobalSecondaryIndexes as Json[]).map(plainIndex) }
        : {}),
    },
    ...(ttl?.Enabled === true || ttl?.Enabled === 'true' ? { ttlAttribute: String(ttl.AttributeName) } : {}),
  };
}

function plainIndex({ IndexName, KeySchema, Projection }: Json): Json {
  return { IndexName, KeySchema, Projection };
}

function readFunction({ name, arn, properties, metadata }: Resolved, codeFolder: (assetKey: string) => string): FunctionModel | undefined {
  const { S3Key: key } = (properties.Code ?? {}) as Json;
  // Inline code belongs to custom resources of the deployment.
  if (typeof key !== 'string' || !String(properties.Runtime).startsWith('nodejs') || isDeployments(metadata)) return undefined;
  const { Variables = {} } = (properties.Environment ?? {}) as { Variables?: Json };
  return {
    name: '',
    functionName: name,
    arn,
    codeFolder: codeFolder(key),
    handler: String(properties.Handler),
    timeout: Number(properties.Timeout ?? 3),
    memory: Number(properties.MemorySize ?? 128),
    environment: Object.fromEntries(Object.entries(Variables).map(([variable, value]) => [variable, String(value)])),
  };
}

/** Functions that the CDK brings along for its own custom resources. */
function isDeployments(metadata: Json): boolean {
  return /CustomResourceProvider|BucketNotificationsHandler|LogRetention|AWS679f53fac002430cb0da5b7982bd2287/.test(
    String(metadata['aws:cdk:path'] ?? ''),
  );
}

/** `parse` of `Trailwarden-Pipeline-Parse4F2C-1A2B`: the one of the known names that it holds, else its own name. */
function shortName({ functionName }: FunctionModel, all: readonly FunctionModel[]): string {
  const known = ['parse', 'score', 'alert'].find((name) => new RegExp(`(^|-)${name}`, 'i').test(functionName));
  const taken = all.filter((one) => known !== undefined && new RegExp(`(^|-)${known}`, 'i').test(one.functionName)).length;
  return known !== undefined && taken === 1 ? known : functionName;
}

function patterns(properties: Json): Pattern[] {
  const { Filters = [] } = (properties.FilterCriteria ?? {}) as { Filters?: readonly Json[] };
  return Filters.map(({ Pattern }) => JSON.parse(String(Pattern)) as Pattern);
}

function reportsFailures({ FunctionResponseTypes: types }: Json): boolean {
  return Array.isArray(types) && types.includes('ReportBatchItemFailures');
}

/** Mappings name a function by its name or its ARN: the last part of both is the name. */
function functionName(given: unknown): string {
  return String(given).split(':').at(-1) as string;
}

function readQueueMapping(properties: Json): QueueMappingModel {
  const { MaximumConcurrency: most } = (properties.ScalingConfig ?? {}) as Json;
  return {
    queueArn: String(properties.EventSourceArn),
    functionName: functionName(properties.FunctionName),
    batchSize: Number(properties.BatchSize ?? 10),
    windowSeconds: Number(properties.MaximumBatchingWindowInSeconds ?? 0),
    reportsFailures: reportsFailures(properties),
    ...(most === undefined ? {} : { maxConcurrency: Number(most) }),
    filters: patterns(properties),
  };
}

function readStreamMapping(properties: Json): StreamMappingModel {
  const streamArn = String(properties.EventSourceArn);
  const onFailure = ((properties.DestinationConfig as Json | undefined)?.OnFailure as Json | undefined)?.Destination;
  return {
    tableArn: streamArn.replace(/\/stream\/.*$/, ''),
    streamArn,
    functionName: functionName(properties.FunctionName),
    batchSize: Number(properties.BatchSize ?? 100),
    windowSeconds: Number(properties.MaximumBatchingWindowInSeconds ?? 0),
    startsAtLatest: properties.StartingPosition === 'LATEST',
    reportsFailures: reportsFailures(properties),
    bisects: properties.BisectBatchOnFunctionError === true,
    retries: Number(properties.MaximumRetryAttempts ?? -1),
    filters: patterns(properties),
    ...(onFailure === undefined ? {} : { failureQueueArn: String(onFailure) }),
  };
}

function bucketAnnouncements(stacks: Stacks): Announcement[] {
  const configured = [
    ...stacks.ofType('AWS::S3::Bucket').map(({ name, properties }) => ({ bucket: name, config: properties.NotificationConfiguration })),
    ...stacks
      .ofType('Custom::S3BucketNotifications')
      .map(({ properties }) => ({ bucket: String(properties.BucketName), config: properties.NotificationConfiguration })),
  ];
  return configured.flatMap(({ bucket, config }) => {
    const given = (isObject(config) ? config.QueueConfigurations : undefined) as readonly Json[] | undefined;
    return (given ?? []).map((one): Announcement => {
      const filter = ((one.Filter as Json | undefined)?.S3Key ?? (one.Filter as Json | undefined)?.Key) as Json | undefined;
      const rules = (filter?.Rules ?? filter?.FilterRules ?? []) as readonly Json[];
      const rule = (name: string) => String(rules.find(({ Name }) => String(Name).toLowerCase() === name)?.Value ?? '');
      return {
        kind: 'bucket',
        bucket,
        queueArn: String(one.Queue ?? one.QueueArn),
        events: Array.isArray(one.Events) ? one.Events.map(String) : [String(one.Event)],
        prefix: rule('prefix'),
        suffix: rule('suffix'),
      };
    });
  });
}

function ruleAnnouncements(stacks: Stacks): Announcement[] {
  return stacks.ofType('AWS::Events::Rule').flatMap(({ properties }) => {
    const pattern = properties.EventPattern as Pattern | undefined;
    if (pattern === undefined) return [];
    return ((properties.Targets ?? []) as readonly Json[])
      .map(({ Arn }) => String(Arn))
      .filter((arn) => arn.includes(':sqs:'))
      .map((queueArn): Announcement => ({ kind: 'eventbridge', pattern, queueArn }));
  });
}

/** Buckets that exist outside the stacks, known by being announced from. */
function withForeignBuckets(own: readonly BucketModel[], announcements: readonly Announcement[]): BucketModel[] {
  const named = announcements.flatMap((one) => {
    if (one.kind === 'bucket') return [one.bucket];
    const { bucket } = (one.pattern.detail ?? {}) as { bucket?: { name?: readonly unknown[] } };
    return (bucket?.name ?? []).filter((name) => typeof name === 'string');
  });
  const foreign = [...new Set(named)].filter((name) => !own.some((bucket) => bucket.name === name));
  return [...own, ...foreign.map((name) => ({ name, versioned: false }))];
}

/** Queues that exist outside the stacks, known by what reads from them or sends to them. */
function withForeignQueues(own: readonly QueueModel[], arns: readonly string[]): QueueModel[] {
  const foreign = [...new Set(arns)].filter((arn) => !own.some((queue) => queue.arn === arn));
  return [...own, ...foreign.map((arn) => ({ name: arn.split(':').at(-1) as string, arn, attributes: {} }))];
}

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Fn::Sub has them.
import { readStacks } from '../../sandbox/resources.ts';
import { Stacks, type Template } from '../../sandbox/template.ts';
import { HOME } from './toys.ts';

const DATA: Template = {
  Parameters: { Version: { Type: 'String', Default: '7' } },
  Mappings: { Sizes: { 'eu-west-1': { parse: 1024 } } },
  Conditions: {
    Here: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'eu-west-1'] },
    There: { 'Fn::Not': [{ Condition: 'Here' }] },
    Both: { 'Fn::And': [{ Condition: 'Here' }, { Condition: 'There' }] },
    Either: { 'Fn::Or': [{ Condition: 'Here' }, { Condition: 'There' }] },
  },
  Resources: {
    Logs: {
      Type: 'AWS::S3::Bucket',
      Properties: {
        BucketName: { 'Fn::Sub': 'example-logs-${AWS::AccountId}' },
        VersioningConfiguration: { Status: 'Enabled' },
        NotificationConfiguration: {
          QueueConfigurations: [
            {
              Event: 's3:ObjectCreated:*',
              Queue: { 'Fn::GetAtt': ['Ingest', 'Arn'] },
              Filter: { S3Key: { Rules: [{ Name: 'prefix', Value: 'AWSLogs/' }] } },
            },
          ],
        },
      },
    },
    Batches: { Type: 'AWS::S3::Bucket' },
    Nowhere: { Type: 'AWS::S3::Bucket', Condition: 'There' },
    Dlq: { Type: 'AWS::SQS::Queue', Properties: { MessageRetentionPeriod: 1209600 } },
    Ingest: {
      Type: 'AWS::SQS::Queue',
      Properties: {
        QueueName: 'Example-Ingest',
        VisibilityTimeout: 1800,
        RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['Dlq', 'Arn'] }, maxReceiveCount: 5 },
      },
    },
    Policy: {
      Type: 'AWS::SQS::QueuePolicy',
      Properties: {
        Queues: [{ Ref: 'Ingest' }],
        PolicyDocument: { Statement: [{ Principal: '*', Resource: { 'Fn::GetAtt': 'Ingest.Arn' } }] },
      },
    },
    Incidents: {
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        BillingMode: 'PAY_PER_REQUEST',
        DeletionProtectionEnabled: true,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
        TimeToLiveSpecification: { AttributeName: 'expires', Enabled: true },
      },
    },
    Topic: { Type: 'AWS::SNS::Topic' },
    Trail: { Type: 'AWS::CloudTrail::Trail', Properties: { TrailName: 'Example' } },
  },
  Outputs: {
    Bucket: { Value: { Ref: 'Logs' } },
    QueueUrl: { Value: { Ref: 'Ingest' } },
    QueueArn: { Value: { 'Fn::GetAtt': ['Ingest', 'Arn'] }, Export: { Name: { 'Fn::Sub': '${AWS::StackName}:QueueArn' } } },
    StreamArn: { Value: { 'Fn::GetAtt': ['Incidents', 'StreamArn'] }, Export: { Name: 'Example-Data:Stream' } },
  },
};

const PIPELINE: Template = {
  Resources: {
    ParseFunction: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        Code: { S3Bucket: 'assets', S3Key: 'abc.zip' },
        Handler: 'index.handler',
        Runtime: 'nodejs24.x',
        Timeout: 300,
        MemorySize: 1024,
        Environment: {
          Variables: { BATCH_BUCKET: { 'Fn::GetStackOutput': { StackName: 'Example-Data', OutputName: 'Bucket' } }, ON: true },
        },
      },
    },
    AlertFunction: {
      Type: 'AWS::Lambda::Function',
      Properties: { Code: { S3Key: 'def.zip' }, Handler: 'index.handler', Runtime: 'nodejs24.x' },
    },
    Provider: {
      Type: 'AWS::Lambda::Function',
      Properties: { Code: { ZipFile: 'exports.handler = …' }, Handler: 'index.handler', Runtime: 'nodejs22.x' },
    },
    ParseMapping: {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: {
        EventSourceArn: { 'Fn::ImportValue': 'Example-Data:QueueArn' },
        FunctionName: { Ref: 'ParseFunction' },
        BatchSize: 100,
        MaximumBatchingWindowInSeconds: 20,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        ScalingConfig: { MaximumConcurrency: 5 },
      },
    },
    AlertMapping: {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: {
        EventSourceArn: { 'Fn::ImportValue': 'Example-Data:Stream' },
        FunctionName: { 'Fn::GetAtt': ['AlertFunction', 'Arn'] },
        StartingPosition: 'TRIM_HORIZON',
        BisectBatchOnFunctionError: true,
        MaximumRetryAttempts: 3,
        FilterCriteria: { Filters: [{ Pattern: '{"eventName":["INSERT"]}' }] },
        DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': ['AlertDlq', 'Arn'] } } },
      },
    },
    AlertDlq: { Type: 'AWS::SQS::Queue' },
    Schedule: {
      Type: 'AWS::Scheduler::Schedule',
      Properties: {
        ScheduleExpression: 'rate(5 minutes)',
        Target: {
          Arn: { 'Fn::GetAtt': ['ParseFunction', 'Arn'] },
          Input: '{"kind":"tick"}',
          DeadLetterConfig: { Arn: { 'Fn::GetAtt': ['AlertDlq', 'Arn'] } },
        },
      },
    },
    Rule: {
      Type: 'AWS::Events::Rule',
      Properties: {
        EventPattern: { source: ['aws.s3'], detail: { bucket: { name: ['example-existing'] } } },
        Targets: [{ Id: 'Target0', Arn: { 'Fn::ImportValue': 'Example-Data:QueueArn' } }],
      },
    },
    Existing: {
      Type: 'Custom::S3BucketNotifications',
      Properties: {
        BucketName: 'example-notified',
        NotificationConfiguration: {
          QueueConfigurations: [
            {
              Events: ['s3:ObjectCreated:*'],
              QueueArn: 'arn:aws:sqs:eu-west-1:111122223333:Foreign',
              Filter: { Key: { FilterRules: [{ Name: 'suffix', Value: '.gz' }] } },
            },
          ],
        },
      },
    },
    Subscription: {
      Type: 'AWS::SNS::Subscription',
      Properties: {
        Protocol: 'sqs',
        TopicArn: 'arn:aws:sns:eu-west-1:444455556666:Logs',
        Endpoint: { 'Fn::ImportValue': 'Example-Data:QueueArn' },
        RawMessageDelivery: true,
      },
    },
  },
};

const STACKS = [
  { stackName: 'Example-Data', template: DATA },
  { stackName: 'Example-Pipeline', template: PIPELINE },
];

const INGEST = 'arn:aws:sqs:eu-west-1:111122223333:Example-Ingest';

const VALUES: readonly (readonly [string, unknown, unknown])[] = [
  ['a plain value', { a: [1, 'b', true, null] }, { a: [1, 'b', true, null] }],
  ['Ref of a bucket', { Ref: 'Logs' }, 'example-logs-111122223333'],
  ['Ref of a queue', { Ref: 'Ingest' }, 'https://sqs.eu-west-1.amazonaws.com/111122223333/Example-Ingest'],
  ['Ref of a topic', { Ref: 'Topic' }, expect.stringMatching(/^arn:aws:sns:eu-west-1:111122223333:Example-Data-Topic-[0-9A-F]{12}$/)],
  ['Ref of a parameter', { Ref: 'Version' }, '7'],
  ['Ref of no value', [{ Ref: 'AWS::NoValue' }, 1], [1]],
  ['a property of no value', { a: { Ref: 'AWS::NoValue' }, b: 1 }, { b: 1 }],
  ['GetAtt of an ARN', { 'Fn::GetAtt': ['Logs', 'Arn'] }, 'arn:aws:s3:::example-logs-111122223333'],
  ['GetAtt of a name', { 'Fn::GetAtt': ['Ingest', 'QueueName'] }, 'Example-Ingest'],
  [
    'GetAtt of a stream',
    { 'Fn::GetAtt': 'Incidents.StreamArn' },
    expect.stringMatching(/:table\/Example-Data-Incidents-[0-9A-F]{12}\/stream\//),
  ],
  ['GetAtt of a trail', { 'Fn::GetAtt': ['Trail', 'Arn'] }, 'arn:aws:cloudtrail:eu-west-1:111122223333:trail/Example'],
  ['Join', { 'Fn::Join': ['-', ['a', { Ref: 'AWS::Partition' }, 'b']] }, 'a-aws-b'],
  ['Sub', { 'Fn::Sub': '${AWS::Region} ${Ingest.QueueName} ${Version} ${!Literal}' }, 'eu-west-1 Example-Ingest 7 ${Literal}'],
  ['Sub with names', { 'Fn::Sub': ['${A}/${AWS::AccountId}', { A: { Ref: 'Version' } }] }, '7/111122223333'],
  ['Select of Split', { 'Fn::Select': ['5', { 'Fn::Split': [':', { 'Fn::GetAtt': ['Ingest', 'Arn'] }] }] }, 'Example-Ingest'],
  ['If that holds', { 'Fn::If': ['Here', 'here', 'there'] }, 'here'],
  ['If that does not', { 'Fn::If': ['Both', 'here', 'there'] }, 'there'],
  ['If one of two holds', { 'Fn::If': ['Either', 'here', 'there'] }, 'here'],
  ['FindInMap', { 'Fn::FindInMap': ['Sizes', { Ref: 'AWS::Region' }, 'parse'] }, 1024],
  ['ImportValue', { 'Fn::ImportValue': 'Example-Data:QueueArn' }, INGEST],
  ['GetStackOutput', { 'Fn::GetStackOutput': { StackName: 'Example-Data', OutputName: 'Bucket' } }, 'example-logs-111122223333'],
];

test.each(VALUES)('resolves %s', (_name, value, expected) => {
  expect(new Stacks(STACKS, HOME).resolve('Example-Data', value)).toEqual(expected);
});

test.each([
  [{ Ref: 'Nothing' }, 'The template of Example-Data refers to Nothing, which it does not hold.'],
  [{ 'Fn::ImportValue': 'Nothing' }, 'A template imports Nothing, which no stack exports.'],
  [{ 'Fn::Transform': {} }, 'The template of Example-Data uses Fn::Transform, which the sandbox does not resolve.'],
])('tells of %j', (value, sentence) => {
  expect(() => new Stacks(STACKS, HOME).resolve('Example-Data', value)).toThrow(sentence);
});

test('another partition has other ARNs', () => {
  const china = new Stacks(STACKS, { account: '111122223333', region: 'cn-north-1', partition: 'aws-cn' });
  expect(china.resolve('Example-Data', { 'Fn::GetAtt': ['Ingest', 'Arn'] })).toBe('arn:aws-cn:sqs:cn-north-1:111122223333:Example-Ingest');
  expect(china.resolve('Example-Data', { Ref: 'AWS::URLSuffix' })).toBe('amazonaws.com.cn');
});

describe('the stacks together give', () => {
  const model = readStacks(STACKS, HOME, (key) => `/assets/${key}`);
  const [incidents] = model.tables;

  test('buckets, those that only are announced from included', () => {
    expect(model.buckets).toEqual([
      { name: 'example-logs-111122223333', versioned: true },
      { name: expect.stringMatching(/^example-data-batches-[0-9a-f]{12}$/), versioned: false },
      { name: 'example-notified', versioned: false },
      { name: 'example-existing', versioned: false },
    ]);
  });

  test('queues, those that belong to others included', () => {
    expect(model.queues).toMatchObject([
      { name: expect.stringMatching(/^Example-Data-Dlq-/), attributes: { MessageRetentionPeriod: '1209600' } },
      {
        name: 'Example-Ingest',
        arn: INGEST,
        attributes: { VisibilityTimeout: '1800' },
        redrive: { deadLetterArn: expect.stringMatching(/:Example-Data-Dlq-/), maxReceiveCount: 5 },
      },
      { name: expect.stringMatching(/^Example-Pipeline-AlertDlq-/) },
      { name: 'Foreign' },
    ]);
  });

  test('tables as they are made', () => {
    expect(incidents).toEqual({
      name: expect.stringMatching(/^Example-Data-Incidents-/),
      arn: expect.stringContaining(':table/Example-Data-Incidents-'),
      create: {
        TableName: incidents?.name,
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
      },
      ttlAttribute: 'expires',
    });
  });

  test('functions with code, variables and limits, without those of the deployment itself', () => {
    expect(model.functions).toMatchObject([
      {
        name: 'parse',
        codeFolder: '/assets/abc.zip',
        handler: 'index.handler',
        timeout: 300,
        memory: 1024,
        environment: { BATCH_BUCKET: 'example-logs-111122223333', ON: 'true' },
      },
      { name: 'alert', codeFolder: '/assets/def.zip', timeout: 3, memory: 128, environment: {} },
    ]);
  });

  test('mappings and the schedule', () => {
    const [parse, alert] = model.functions;
    expect(model.queueMappings).toEqual([
      {
        queueArn: INGEST,
        functionName: parse?.functionName,
        batchSize: 100,
        windowSeconds: 20,
        reportsFailures: true,
        maxConcurrency: 5,
        filters: [],
      },
    ]);
    expect(model.streamMappings).toEqual([
      {
        tableArn: incidents?.arn,
        streamArn: model.outputs.StreamArn,
        functionName: alert?.functionName,
        batchSize: 100,
        windowSeconds: 0,
        startsAtLatest: false,
        reportsFailures: false,
        bisects: true,
        retries: 3,
        filters: [{ eventName: ['INSERT'] }],
        failureQueueArn: expect.stringMatching(/:Example-Pipeline-AlertDlq-/),
      },
    ]);
    expect(model.schedules).toMatchObject([{ expression: 'rate(5 minutes)', targetArn: parse?.arn, input: { kind: 'tick' } }]);
  });

  test('who is told of new objects', () => {
    expect(model.announcements).toEqual([
      {
        kind: 'bucket',
        bucket: 'example-logs-111122223333',
        queueArn: INGEST,
        events: ['s3:ObjectCreated:*'],
        prefix: 'AWSLogs/',
        suffix: '',
      },
      {
        kind: 'bucket',
        bucket: 'example-notified',
        queueArn: 'arn:aws:sqs:eu-west-1:111122223333:Foreign',
        events: ['s3:ObjectCreated:*'],
        prefix: '',
        suffix: '.gz',
      },
      { kind: 'eventbridge', pattern: { source: ['aws.s3'], detail: { bucket: { name: ['example-existing'] } } }, queueArn: INGEST },
    ]);
    expect(model.subscriptions).toEqual([{ topicArn: 'arn:aws:sns:eu-west-1:444455556666:Logs', queueArn: INGEST, raw: true }]);
  });

  test('outputs', () => {
    expect(model.outputs).toMatchObject({ Bucket: 'example-logs-111122223333', QueueArn: INGEST });
  });
});

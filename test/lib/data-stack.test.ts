import { KEY, SOURCES, synthesize } from './synth.ts';
import { flat, resource, resources, statements } from './template.ts';

const { data, stacks } = synthesize();
const BUCKETS = ['TrailCreatedBucket9854AD2E', 'TrailCreatedBucketAccessLogs02687E20', 'BatchBucketD8765C94'];

test('buckets are private, encrypted, over TLS only, and kept', () => {
  expect(Object.keys(resources(data, 'AWS::S3::Bucket')).sort()).toEqual([...BUCKETS].sort());
  for (const { Properties, DeletionPolicy, UpdateReplacePolicy } of Object.values(resources(data, 'AWS::S3::Bucket'))) {
    expect([DeletionPolicy, UpdateReplacePolicy]).toEqual(['Retain', 'Retain']);
    expect(Properties.PublicAccessBlockConfiguration).toEqual({
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    });
    expect(Properties.OwnershipControls.Rules).toEqual([{ ObjectOwnership: 'BucketOwnerEnforced' }]);
    expect(Properties.BucketEncryption.ServerSideEncryptionConfiguration).toEqual([
      { ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } },
    ]);
    expect(Properties.LifecycleConfiguration.Rules).toContainEqual({
      Id: 'AbortUploads',
      Status: 'Enabled',
      AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
    });
  }
  const denials = statements(data).filter(({ type, effect }) => type === 'AWS::S3::BucketPolicy' && effect === 'Deny');
  for (const bucket of BUCKETS) {
    const conditions = denials.filter(({ resources: [first] }) => first === `<${bucket}.Arn>`).map((one) => one.conditions);
    expect(conditions).toEqual([{ Bool: { 'aws:SecureTransport': 'false' } }, { NumericLessThan: { 's3:TlsVersion': 1.2 } }]);
  }
});

test('batches and runs expire, the memory never', () => {
  const { Rules } = resource(data, 'AWS::S3::Bucket', 'BatchBucket').Properties.LifecycleConfiguration;
  expect(Rules.filter((rule: object) => 'ExpirationInDays' in rule)).toEqual([
    { Id: 'ExpireBatches', Prefix: 'pending/', ExpirationInDays: 14, Status: 'Enabled' },
    { Id: 'ExpireRuns', Prefix: 'runs/', ExpirationInDays: 90, Status: 'Enabled' },
  ]);
});

test('logs are kept as long as configured, with access logs', () => {
  const { Properties } = resource(synthesize({ retentionDays: 400 }).data, 'AWS::S3::Bucket', 'TrailCreatedBucket9');
  expect(Properties.VersioningConfiguration).toEqual({ Status: 'Enabled' });
  expect(Properties.LoggingConfiguration).toEqual({ DestinationBucketName: { Ref: 'TrailCreatedBucketAccessLogs02687E20' } });
  expect(Properties.LifecycleConfiguration.Rules).toContainEqual({
    Id: 'ExpireLogs',
    ExpirationInDays: 400,
    NoncurrentVersionExpiration: { NoncurrentDays: 30 },
    Status: 'Enabled',
  });
});

test('the trail covers every region, validates its files, and alone writes into its bucket', () => {
  const trail = resource(data, 'AWS::CloudTrail::Trail');
  expect(trail.Properties).toMatchObject({
    TrailName: 'Trailwarden',
    IsLogging: true,
    IsMultiRegionTrail: true,
    IncludeGlobalServiceEvents: true,
    EnableLogFileValidation: true,
    IsOrganizationTrail: false,
    S3BucketName: { Ref: 'TrailCreatedBucket9854AD2E' },
  });
  expect(trail.Properties).not.toHaveProperty('KMSKeyId');
  expect(trail.DependsOn).toEqual(['TrailCreatedBucketPolicy1FADBC1B']);
  const writes = statements(data).filter(({ principal }) => (principal as { Service?: string }).Service === 'cloudtrail.amazonaws.com');
  const sourceArn = expect.objectContaining({
    'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':cloudtrail:eu-west-1:111122223333:trail/Trailwarden']],
  });
  expect(writes.map(({ actions, resources, conditions }) => ({ actions, resources, conditions }))).toEqual([
    {
      actions: ['s3:GetBucketAcl'],
      resources: ['<TrailCreatedBucket9854AD2E.Arn>'],
      conditions: { StringEquals: { 'aws:SourceArn': sourceArn } },
    },
    {
      actions: ['s3:PutObject'],
      resources: ['<TrailCreatedBucket9854AD2E.Arn>/AWSLogs/111122223333/*'],
      conditions: { StringEquals: { 'aws:SourceArn': sourceArn, 's3:x-amz-acl': 'bucket-owner-full-control' } },
    },
  ]);
});

test('a trail of an organization, with a key', () => {
  const { data: organization } = synthesize({ trail: SOURCES.organization });
  expect(resource(organization, 'AWS::CloudTrail::Trail').Properties).toMatchObject({ IsOrganizationTrail: true, KMSKeyId: KEY });
  const writes = statements(organization).find(
    ({ actions, owner }) => actions.includes('s3:PutObject') && owner.startsWith('TrailCreatedBucketPolicy'),
  );
  expect(writes?.resources.map((text) => text.split('/').slice(1))).toEqual([
    ['AWSLogs', '111122223333', '*'],
    ['AWSLogs', 'o-exampleorgid', '*'],
  ]);
});

test('queues are encrypted, over TLS only, and end in a dead-letter queue', () => {
  const queue = resource(data, 'AWS::SQS::Queue', 'IngestQueue2');
  const dlq = resource(data, 'AWS::SQS::Queue', 'IngestQueueDlq');
  expect(queue.Properties).toMatchObject({
    QueueName: 'Trailwarden-Ingest',
    SqsManagedSseEnabled: true,
    MessageRetentionPeriod: 14 * 86_400,
    VisibilityTimeout: 6 * 300 + 20,
    RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['IngestQueueDlqDE6A6D80', 'Arn'] }, maxReceiveCount: 5 },
  });
  expect(dlq.Properties).toMatchObject({ SqsManagedSseEnabled: true, MessageRetentionPeriod: 14 * 86_400 });
  expect(dlq.Properties.RedriveAllowPolicy.redrivePermission).toBe('byQueue');
  expect(dlq.Properties.RedriveAllowPolicy.sourceQueueArns.map(flat)).toEqual(['arn::sqs:eu-west-1:111122223333:Trailwarden-Ingest']);
  const denials = statements(data).filter(({ type, effect }) => type === 'AWS::SQS::QueuePolicy' && effect === 'Deny');
  expect(denials.map(({ actions, conditions }) => [actions, conditions])).toEqual(
    Array(2).fill([['sqs:*'], { Bool: { 'aws:SecureTransport': 'false' } }]),
  );
});

test('tables are on demand, recoverable, protected and kept', () => {
  const tables = resources(data, 'AWS::DynamoDB::Table');
  expect(Object.keys(tables)).toEqual(['StateTable9728C7E5', 'IncidentsTable307EBBA6']);
  for (const { Properties, DeletionPolicy } of Object.values(tables)) {
    expect(DeletionPolicy).toBe('Retain');
    expect(Properties).toMatchObject({
      BillingMode: 'PAY_PER_REQUEST',
      DeletionProtectionEnabled: true,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      TimeToLiveSpecification: { AttributeName: 'expires', Enabled: true },
    });
  }
  expect(tables.StateTable9728C7E5?.Properties.KeySchema).toEqual([
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ]);
  expect(tables.IncidentsTable307EBBA6?.Properties).toMatchObject({
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
    GlobalSecondaryIndexes: [
      {
        IndexName: 'due',
        KeySchema: [
          { AttributeName: 'due', KeyType: 'HASH' },
          { AttributeName: 'dueAt', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ],
    AttributeDefinitions: [
      { AttributeName: 'id', AttributeType: 'S' },
      { AttributeName: 'due', AttributeType: 'S' },
      { AttributeName: 'dueAt', AttributeType: 'N' },
    ],
  });
});

test('the stack is protected, and tells what doctor and backfill ask for', () => {
  expect(stacks.data.terminationProtection).toBe(true);
  expect(stacks.data.stackName).toBe('Trailwarden-Data');
  const outputs = Object.keys(data.findOutputs('*')).filter((name) => !name.startsWith('ExportsOutput'));
  expect(outputs).toEqual([
    'TrailBucketName',
    'TrailName',
    'IngestQueueUrl',
    'IngestDlqUrl',
    'BatchBucketName',
    'StateTableName',
    'IncidentsTableName',
  ]);
  expect(flat(data.toJSON().Outputs.TrailBucketName.Value)).toBe('<TrailCreatedBucket9854AD2E>');
});

test('a prefix names everything that has a name', () => {
  const { data: named, stacks: theirs } = synthesize({ stackPrefix: 'Sec-Team' });
  expect(theirs.data.stackName).toBe('Sec-Team-Data');
  expect(resource(named, 'AWS::S3::Bucket', 'TrailCreatedBucket9').Properties.BucketName).toBe('sec-team-trail-111122223333-eu-west-1');
  expect(resource(named, 'AWS::SQS::Queue', 'IngestQueue2').Properties.QueueName).toBe('Sec-Team-Ingest');
  expect(resource(named, 'AWS::CloudTrail::Trail').Properties.TrailName).toBe('Sec-Team');
});

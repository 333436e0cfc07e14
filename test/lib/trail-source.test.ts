import type { Template } from 'aws-cdk-lib/assertions';
import { KEY, SOURCES, synthesize } from './synth.ts';
import { flat, resource, resources, type Statement, statements } from './template.ts';

const created = synthesize();
const bucket = synthesize({ trail: SOURCES.bucket });
const events = synthesize({ trail: SOURCES.eventbridge });
const queue = synthesize({ trail: SOURCES.queue });
const topic = synthesize({ trail: SOURCES.topic });

/** Who may send to the ingest queue, and on whose behalf. */
function senders(template: Template, beginning = 'IngestQueuePolicy'): [unknown, unknown][] {
  return statements(template)
    .filter(({ owner, effect }) => owner.startsWith(beginning) && effect === 'Allow')
    .map(({ principal, conditions }) => [
      (principal as { Service: string }).Service,
      Object.fromEntries(Object.values(conditions).flatMap((one) => Object.entries(one).map(([key, value]) => [key, flat(value)]))),
    ]);
}

function parseMay(template: Template, action: string): Statement['resources'] {
  return statements(template)
    .filter(({ owner, actions }) => owner.startsWith('ParseRole') && actions.includes(action))
    .flatMap((one) => one.resources)
    .sort();
}

const sourcesOf = (template: Template) =>
  Object.values(resources(template, 'AWS::Lambda::EventSourceMapping'))
    .map(({ Properties }) => flat(Properties.EventSourceArn))
    .filter((source) => !source.includes('StreamArn'));

test('a created bucket announces to the queue itself, without a function, once the queue lets it', () => {
  const made = resource(created.data, 'AWS::S3::Bucket', 'TrailCreatedBucket9');
  expect(made.Properties.NotificationConfiguration).toEqual({
    QueueConfigurations: [
      {
        Event: 's3:ObjectCreated:*',
        Filter: { S3Key: { Rules: [{ Name: 'prefix', Value: 'AWSLogs/' }] } },
        Queue: { 'Fn::GetAtt': ['IngestQueue2280FF4E', 'Arn'] },
      },
    ],
  });
  expect(made.DependsOn).toEqual(['IngestQueuePolicy853373B8']);
  expect(made.Properties.BucketName).toBe('trailwarden-trail-111122223333-eu-west-1');
  expect(senders(created.data)).toEqual([
    ['s3.amazonaws.com', { 'aws:SourceArn': 'arn::s3:::trailwarden-trail-111122223333-eu-west-1', 'aws:SourceAccount': '111122223333' }],
  ]);
  expect(resources(created.data, 'AWS::Lambda::Function')).toEqual({});
  expect(parseMay(created.pipeline, 's3:GetObject')).toEqual(['arn::s3:::trailwarden-trail-111122223333-eu-west-1/AWSLogs/*']);
  expect(parseMay(created.pipeline, 'kms:Decrypt')).toEqual([]);
  expect(sourcesOf(created.pipeline)).toEqual(['<IngestQueue.Arn>']);
});

test('an existing bucket gets a notification beside its others', () => {
  const notification = resource(bucket.data, 'Custom::S3BucketNotifications');
  expect(notification.Properties).toMatchObject({
    BucketName: 'example-trail',
    Managed: false,
    NotificationConfiguration: {
      QueueConfigurations: [
        {
          Events: ['s3:ObjectCreated:*'],
          Filter: { Key: { FilterRules: [{ Name: 'prefix', Value: 'AWSLogs/' }] } },
          QueueArn: { 'Fn::GetAtt': ['IngestQueue2280FF4E', 'Arn'] },
        },
      ],
    },
  });
  expect(notification.DependsOn).toContain('IngestQueuePolicy853373B8');
  expect(senders(bucket.data)).toEqual([
    ['s3.amazonaws.com', { 'aws:SourceArn': 'arn::s3:::example-trail', 'aws:SourceAccount': '111122223333' }],
  ]);
  const handler = statements(bucket.data).filter(({ owner }) => owner.startsWith('TrailBucketRole'));
  expect(handler.map(({ actions, resources }) => [actions, resources])).toEqual([
    [['s3:GetBucketNotification', 's3:PutBucketNotification'], ['arn::s3:::example-trail']],
  ]);
  expect(parseMay(bucket.pipeline, 's3:GetObjectVersion')).toEqual(['arn::s3:::example-trail/AWSLogs/*']);
  expect(parseMay(bucket.pipeline, 's3:ListBucket')).toEqual(['arn::s3:::example-trail']);
  expect(parseMay(bucket.pipeline, 'kms:Decrypt')).toEqual([KEY]);
});

test('an existing bucket that sends events keeps its notifications as they are', () => {
  const rule = resource(events.data, 'AWS::Events::Rule');
  expect(rule.Properties).toMatchObject({
    State: 'ENABLED',
    EventPattern: {
      source: ['aws.s3'],
      'detail-type': ['Object Created'],
      detail: { bucket: { name: ['example-trail'] }, object: { key: [{ prefix: 'team/AWSLogs/' }] } },
    },
    Targets: [
      {
        Arn: { 'Fn::GetAtt': ['IngestQueue2280FF4E', 'Arn'] },
        DeadLetterConfig: { Arn: { 'Fn::GetAtt': ['IngestQueueDlqDE6A6D80', 'Arn'] } },
      },
    ],
  });
  const bySource = ['events.amazonaws.com', { 'aws:SourceArn': '<TrailEventsRuleD4A46B80.Arn>' }];
  expect(senders(events.data)).toEqual([bySource]);
  expect(senders(events.data, 'IngestQueueDlqPolicy')).toEqual([bySource]);
  expect(resources(events.data, 'Custom::S3BucketNotifications')).toEqual({});
  expect(parseMay(events.pipeline, 's3:GetObject')).toEqual(['arn::s3:::example-trail/team/AWSLogs/*']);
});

test('a queue of another account wakes parse beside our own', () => {
  expect(sourcesOf(queue.pipeline)).toEqual(['<IngestQueue.Arn>', SOURCES.queue.queueArn]);
  expect(parseMay(queue.pipeline, 'sqs:DeleteMessage')).toEqual(['<IngestQueue.Arn>', SOURCES.queue.queueArn]);
  expect(parseMay(queue.pipeline, 's3:GetObject')).toEqual(['arn::s3:::example-archive/*']);
  expect(parseMay(queue.pipeline, 'kms:Decrypt')).toEqual([KEY]);
  expect(senders(queue.data)).toEqual([]);
});

test('a topic of another account is subscribed to', () => {
  expect(resource(topic.data, 'AWS::SNS::Subscription').Properties).toEqual({
    TopicArn: SOURCES.topic.topicArn,
    Protocol: 'sqs',
    Endpoint: { 'Fn::GetAtt': ['IngestQueue2280FF4E', 'Arn'] },
    RawMessageDelivery: true,
    RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['IngestQueueDlqDE6A6D80', 'Arn'] } },
  });
  const bySource = ['sns.amazonaws.com', { 'aws:SourceArn': SOURCES.topic.topicArn }];
  expect(senders(topic.data)).toEqual([bySource]);
  expect(senders(topic.data, 'IngestQueueDlqPolicy')).toEqual([bySource]);
  expect(parseMay(topic.pipeline, 's3:ListBucket')).toEqual(['arn::s3:::example-archive', 'arn::s3:::example-archive-2']);
  expect(sourcesOf(topic.pipeline)).toEqual(['<IngestQueue.Arn>']);
});

test.each([
  ['bucket', bucket, ['TrailBucketName']],
  ['eventbridge', events, ['TrailBucketName']],
  ['queue', queue, []],
  ['topic', topic, []],
])('%s makes no trail, and says which bucket it reads where it is ours', (_name, { data }, outputs) => {
  expect(resources(data, 'AWS::CloudTrail::Trail')).toEqual({});
  expect(Object.keys(resources(data, 'AWS::S3::Bucket'))).toEqual(['BatchBucketD8765C94']);
  expect(Object.keys(data.findOutputs('*')).filter((name) => name.startsWith('Trail'))).toEqual(outputs);
});

test('whatever the source, the stacks share the same values: no update has to take an export away', () => {
  const exported = ({ data }: typeof created) => Object.keys(data.findOutputs('*')).filter((name) => name.startsWith('ExportsOutput'));
  for (const other of [bucket, events, queue, topic]) expect(exported(other)).toEqual(exported(created));
});

import { CloudFormationClient, CreateStackCommand, waitUntilStackCreateComplete } from '@aws-sdk/client-cloudformation';

/** What announces the objects of the archive's buckets. */
export const ARCHIVE = { queue: 'trail-objects', topic: 'trail-objects' } as const;

/** Deploys what stands before Trailwarden comes: buckets with logs, one of them silent, the others announced in one way each. */
export async function deployArchive(): Promise<void> {
  const client = new CloudFormationClient({});
  await client.send(new CreateStackCommand({ StackName: 'Archive', TemplateBody: JSON.stringify({ Resources: RESOURCES }) }));
  await waitUntilStackCreateComplete({ client, maxWaitTime: 60, minDelay: 1, maxDelay: 1 }, { StackName: 'Archive' });
}

const CREATED = 's3:ObjectCreated:*';

const RESOURCES = {
  Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: ARCHIVE.queue, VisibilityTimeout: 900 } },
  QueuePolicy: {
    Type: 'AWS::SQS::QueuePolicy',
    Properties: { Queues: [{ Ref: 'Queue' }], PolicyDocument: letStorage('sqs:SendMessage', { 'Fn::GetAtt': ['Queue', 'Arn'] }) },
  },
  Topic: { Type: 'AWS::SNS::Topic', Properties: { TopicName: ARCHIVE.topic } },
  TopicPolicy: {
    Type: 'AWS::SNS::TopicPolicy',
    Properties: { Topics: [{ Ref: 'Topic' }], PolicyDocument: letStorage('sns:Publish', { Ref: 'Topic' }) },
  },
  Silent: bucket('logs-of-bucket'),
  Events: bucket('logs-of-events', { EventBridgeConfiguration: {} }),
  Queued: bucket('logs-of-queue', { QueueConfigurations: [{ Event: CREATED, Queue: { 'Fn::GetAtt': ['Queue', 'Arn'] } }] }, 'QueuePolicy'),
  Published: bucket('logs-of-topic', { TopicConfigurations: [{ Event: CREATED, Topic: { Ref: 'Topic' } }] }, 'TopicPolicy'),
};

function bucket(BucketName: string, NotificationConfiguration?: object, after?: string): object {
  return {
    Type: 'AWS::S3::Bucket',
    Properties: { BucketName, ...(NotificationConfiguration && { NotificationConfiguration }) },
    ...(after && { DependsOn: after }),
  };
}

function letStorage(Action: string, Resource: object): object {
  return { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { Service: 's3.amazonaws.com' }, Action, Resource }] };
}

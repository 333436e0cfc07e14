import { awsJson, awsS3 } from './aws-json.ts';
import type { CloudModel } from './model.ts';
import type { Servers } from './servers.ts';

/** Account that the S3 and SQS stand-in puts into its ARNs. */
const STAND_IN_ACCOUNT = '000000000000';

/** Makes buckets, queues and tables as the templates describe them. Dead-letter queues come before the queues that name them. */
export async function makeResources(model: CloudModel, servers: Servers): Promise<void> {
  const { region } = model.home;
  const storage = { endpoint: servers.storage, region };
  const database = { endpoint: servers.dynamodb, region };
  const targets = new Set(model.queues.map(({ redrive }) => redrive?.deadLetterArn));
  const queues = [...model.queues.filter(({ arn }) => targets.has(arn)), ...model.queues.filter(({ arn }) => !targets.has(arn))];
  await Promise.all([
    ...model.buckets.map(({ name }) => awsS3(storage, 'PUT', name)),
    ...model.tables.map(async ({ name, create, ttlAttribute }) => {
      await awsJson(database, 'dynamodb', 'CreateTable', create);
      if (ttlAttribute === undefined) return;
      const TimeToLiveSpecification = { Enabled: true, AttributeName: ttlAttribute };
      await awsJson(database, 'dynamodb', 'UpdateTimeToLive', { TableName: name, TimeToLiveSpecification });
    }),
    (async () => {
      for (const { name, attributes, redrive } of queues) {
        const policy = redrive && {
          deadLetterTargetArn: `arn:aws:sqs:${region}:${STAND_IN_ACCOUNT}:${redrive.deadLetterArn.split(':').at(-1)}`,
          maxReceiveCount: redrive.maxReceiveCount,
        };
        await awsJson(storage, 'sqs', 'CreateQueue', {
          QueueName: name,
          Attributes: { ...attributes, ...(policy === undefined ? {} : { RedrivePolicy: JSON.stringify(policy) }) },
        });
      }
    })(),
  ]);
}

import type { S3KeyFilter } from '@aws-sdk/client-s3';
import type { BucketNotifications, Fact } from '../../core/doctor/facts.ts';
import { ask, CLIENT, s3Style } from './asking.ts';

/** Whom a bucket tells of its objects. */
export async function readNotifications(bucket: string): Promise<Fact<BucketNotifications>> {
  const { GetBucketNotificationConfigurationCommand, S3Client } = await import('@aws-sdk/client-s3');
  const client = new S3Client({ ...CLIENT, ...s3Style(), followRegionRedirects: true });
  return ask('s3:GetBucketNotification', async () => {
    const found = await client.send(new GetBucketNotificationConfigurationCommand({ Bucket: bucket }));
    const { QueueConfigurations = [], TopicConfigurations = [], LambdaFunctionConfigurations = [] } = found;
    const targets = [
      ...QueueConfigurations.map(({ QueueArn, ...rest }) => ({ arn: QueueArn, ...rest })),
      ...TopicConfigurations.map(({ TopicArn, ...rest }) => ({ arn: TopicArn, ...rest })),
      ...LambdaFunctionConfigurations.map(({ LambdaFunctionArn, ...rest }) => ({ arn: LambdaFunctionArn, ...rest })),
    ];
    return {
      eventBridge: found.EventBridgeConfiguration !== undefined,
      targets: targets.map(({ arn = '', Events = [], Filter: filter }) => {
        return { arn, events: Events, prefix: ruleOf(filter?.Key, 'prefix') };
      }),
    };
  });
}

/** The value of a filter rule, empty where there is none. S3 writes the name with a capital or without. */
function ruleOf(filter: S3KeyFilter | undefined, name: string): string {
  return filter?.FilterRules?.find(({ Name }) => Name?.toLowerCase() === name)?.Value ?? '';
}

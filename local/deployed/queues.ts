import type { Fact, Queue } from '../../core/doctor/facts.ts';
import { ask, CLIENT } from './asking.ts';

/** How many messages a queue holds. Reads attributes only: a receive would hide messages for a while. */
export async function readQueue(url: string): Promise<Fact<Queue>> {
  const { GetQueueAttributesCommand, SQSClient } = await import('@aws-sdk/client-sqs');
  const client = new SQSClient(CLIENT);
  return ask('sqs:GetQueueAttributes', async () => {
    const { Attributes = {} } = await client.send(
      new GetQueueAttributesCommand({
        QueueUrl: url,
        AttributeNames: ['QueueArn', 'ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
      }),
    );
    return {
      arn: Attributes.QueueArn ?? '',
      waiting: Number(Attributes.ApproximateNumberOfMessages ?? 0),
      inWork: Number(Attributes.ApproximateNumberOfMessagesNotVisible ?? 0),
    };
  });
}

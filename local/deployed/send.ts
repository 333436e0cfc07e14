import type { SendMessages } from '../backfill.ts';
import { CLIENT, DeployedError, isDenied, refuseWithoutAccount, sentence } from './asking.ts';

/**
 * Sends messages to a queue.
 * @throws {DeployedError} when nothing can be sent.
 */
export async function sender(queueUrl: string): Promise<SendMessages> {
  const { SendMessageBatchCommand, SQSClient } = await import('@aws-sdk/client-sqs');
  const client = new SQSClient({ ...CLIENT, maxAttempts: 6 });
  return async (bodies) => {
    const Entries = bodies.map((MessageBody, position) => ({ Id: String(position), MessageBody }));
    try {
      const { Failed = [] } = await client.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
      return Failed.map(({ Id }) => Number(Id));
    } catch (error) {
      refuseWithoutAccount(error);
      if (isDenied(error)) {
        throw new DeployedError(`AWS denied sqs:SendMessage on ${queueUrl}: allow it to the credentials that backfill runs with.`);
      }
      throw new DeployedError(`The queue ${queueUrl} takes no messages: ${sentence(error)}`);
    }
  };
}

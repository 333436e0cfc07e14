import type { SQSEvent } from 'aws-lambda';
import type { Message } from '../../core/parsing/wanted.ts';

/** The messages of an event of SQS. */
export function messagesOf({ Records }: Pick<SQSEvent, 'Records'>): Message[] {
  return Records.map(({ messageId, body, attributes }) => ({
    id: messageId,
    body,
    sent: Number(attributes.SentTimestamp) || 0,
    receives: Number(attributes.ApproximateReceiveCount) || 1,
  }));
}

import { awsJson } from './aws-json.ts';
import { fits } from './event-pattern.ts';
import { isObject } from './finding-format.ts';
import type { Outcome } from './invocation.ts';
import type { QueueMappingModel } from './model.ts';

export interface QueueMessage {
  readonly MessageId: string;
  readonly ReceiptHandle: string;
  readonly Body: string;
  readonly MD5OfBody: string;
  readonly Attributes?: Readonly<Record<string, string>>;
}

interface QueueMappingOptions {
  readonly mapping: QueueMappingModel;
  readonly where: { readonly endpoint: string; readonly region: string };
  readonly queueUrl: string;
  readonly invoke: (event: unknown) => Promise<Outcome>;
}

/** SQS gives no more at once. */
const MOST_RECEIVED = 10;

/**
 * What Lambda does with a queue: gathers a batch, invokes, deletes what succeeded. Failed messages come back at once instead of after
 * their visibility timeout, and the batching window is over as soon as the queue is empty: only the waiting differs from AWS.
 */
export class QueueMapping {
  readonly name: string;
  readonly #options: QueueMappingOptions;

  constructor(options: QueueMappingOptions) {
    this.#options = options;
    this.name = `queue ${options.queueUrl.split('/').at(-1)}`;
  }

  /** Takes one batch; resolves to the number of messages it held. */
  async pass(): Promise<number> {
    const { mapping, where, invoke } = this.#options;
    const received = await this.#gather();
    const [messages, filtered] = split(received, (message) => this.#wanted(message));
    await this.#remove(filtered);
    if (messages.length === 0) return received.length;
    const outcome = await invoke({
      Records: messages.map(({ MessageId, ReceiptHandle, Body, MD5OfBody, Attributes }) => ({
        messageId: MessageId,
        receiptHandle: ReceiptHandle,
        body: Body,
        attributes: Attributes ?? {},
        messageAttributes: {},
        md5OfBody: MD5OfBody,
        eventSource: 'aws:sqs',
        eventSourceARN: mapping.queueArn,
        awsRegion: where.region,
      })),
    });
    const failed = failedItems(
      outcome,
      mapping.reportsFailures,
      messages.map(({ MessageId }) => MessageId),
    );
    const [again, done] = split(messages, ({ MessageId }) => failed.has(MessageId));
    await this.#remove(done);
    for (const { ReceiptHandle } of again) {
      await this.#call('ChangeMessageVisibility', { ReceiptHandle, VisibilityTimeout: 0 });
    }
    return received.length;
  }

  async #gather(): Promise<QueueMessage[]> {
    const { batchSize } = this.#options.mapping;
    const gathered: QueueMessage[] = [];
    while (gathered.length < batchSize) {
      const { Messages = [] } = await this.#call<{ Messages?: QueueMessage[] }>('ReceiveMessage', {
        MaxNumberOfMessages: Math.min(MOST_RECEIVED, batchSize - gathered.length),
        MessageSystemAttributeNames: ['All'],
        WaitTimeSeconds: 0,
      });
      if (Messages.length === 0) break;
      gathered.push(...Messages);
    }
    return gathered;
  }

  /** Patterns see the body parsed where it is JSON. */
  #wanted(message: QueueMessage): boolean {
    const { filters } = this.#options.mapping;
    let body: unknown = message.Body;
    try {
      body = JSON.parse(message.Body);
    } catch {}
    return filters.length === 0 || filters.some((pattern) => fits(pattern, { messageId: message.MessageId, body }));
  }

  async #remove(messages: readonly QueueMessage[]): Promise<void> {
    for (let from = 0; from < messages.length; from += MOST_RECEIVED) {
      const Entries = messages.slice(from, from + MOST_RECEIVED).map(({ ReceiptHandle }, i) => ({ Id: String(i), ReceiptHandle }));
      await this.#call('DeleteMessageBatch', { Entries });
    }
  }

  #call<T>(operation: string, input: object): Promise<T> {
    const { where, queueUrl } = this.#options;
    return awsJson<T>(where, 'sqs', operation, { QueueUrl: queueUrl, ...input });
  }
}

/**
 * Ids of a batch's items that failed: all where the function failed or its answer cannot be trusted, as Lambda takes it.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
export function failedItems(outcome: Outcome, reportsFailures: boolean, ids: readonly string[]): Set<string> {
  if (!outcome.ok) return new Set(ids);
  if (!reportsFailures || outcome.result === null) return new Set();
  const failures = isObject(outcome.result) ? (outcome.result.batchItemFailures ?? []) : undefined;
  if (!Array.isArray(failures)) return new Set(ids);
  const named = failures.map((one) => (isObject(one) ? one.itemIdentifier : undefined));
  return named.every((id) => ids.includes(id as string)) ? new Set(named as string[]) : new Set(ids);
}

function split<T>(all: readonly T[], first: (one: T) => boolean): [T[], T[]] {
  return [all.filter(first), all.filter((one) => !first(one))];
}

import { awsJson } from './aws-json.ts';
import { fits } from './event-pattern.ts';
import { isObject } from './finding-format.ts';
import type { Outcome } from './invocation.ts';
import type { StreamMappingModel } from './model.ts';
import { failedItems } from './queue-mapping.ts';

interface StreamRecord {
  readonly eventID: string;
  readonly eventName: 'INSERT' | 'MODIFY' | 'REMOVE';
  readonly dynamodb: {
    readonly Keys: Readonly<Record<string, unknown>>;
    readonly NewImage?: Readonly<Record<string, unknown>>;
    readonly SequenceNumber: string;
    readonly ApproximateCreationDateTime: number;
  };
}

interface StreamMappingOptions {
  readonly mapping: StreamMappingModel;
  readonly functionArn: string;
  readonly where: { readonly endpoint: string; readonly region: string };
  /** Name of the table at the endpoint. */
  readonly table: string;
  readonly invoke: (event: unknown) => Promise<Outcome>;
  /** Takes what is told of a batch that was given up. */
  readonly giveUp: (queueArn: string, body: unknown) => Promise<void>;
}

/** A mapping without a limit tries until its records leave the stream after a day: here a bug ends sooner. */
const ENDLESS = 100;

/**
 * What Lambda does with a table's stream: reads its records in order, leaves out those that no filter wants, invokes with batches, retries
 * from the first failure, halves a batch whose function failed, and tells the failure queue of what it gives up. Nothing waits.
 */
export class StreamMapping {
  readonly name: string;
  readonly #options: StreamMappingOptions;
  readonly #iterators = new Map<string, string | undefined>();
  readonly #images = new Map<string, string>();
  #streamArn: string | undefined;

  constructor(options: StreamMappingOptions) {
    this.#options = options;
    this.name = `stream of ${options.table}`;
  }

  /** Finds the end of the stream, for a mapping that starts at LATEST. */
  async start(): Promise<void> {
    await this.#open();
  }

  /** Takes what the stream holds; resolves to the number of records read. */
  async pass(): Promise<number> {
    await this.#open();
    let count = 0;
    for (const [shard, iterator] of this.#iterators) {
      if (iterator === undefined) continue;
      const { Records = [], NextShardIterator: next } = await this.#call<{ Records?: StreamRecord[]; NextShardIterator?: string }>(
        'GetRecords',
        {
          ShardIterator: iterator,
          Limit: 1000,
        },
      );
      const { mapping } = this.#options;
      const wanted = Records.filter((record) => this.#changed(record))
        .map((record) => this.#asEvent(record))
        .filter((record) => mapping.filters.length === 0 || mapping.filters.some((pattern) => fits(pattern, record)));
      for (let from = 0; from < wanted.length; from += mapping.batchSize) {
        await this.#deliver(wanted.slice(from, from + mapping.batchSize), 0, shard);
      }
      this.#iterators.set(shard, next);
      count += Records.length;
    }
    return count;
  }

  async #open(): Promise<void> {
    const { table, mapping } = this.#options;
    if (this.#streamArn === undefined) {
      const { Table } = await awsJson<{ Table: { LatestStreamArn?: string } }>(this.#options.where, 'dynamodb', 'DescribeTable', {
        TableName: table,
      });
      if (Table.LatestStreamArn === undefined) throw new Error(`A function is mapped to the stream of ${table}, which has none.`);
      this.#streamArn = Table.LatestStreamArn;
    }
    const { StreamDescription } = await this.#call<{ StreamDescription: { Shards: { ShardId: string }[] } }>('DescribeStream', {
      StreamArn: this.#streamArn,
    });
    for (const { ShardId } of StreamDescription.Shards) {
      if (this.#iterators.has(ShardId)) continue;
      const ShardIteratorType = mapping.startsAtLatest ? 'LATEST' : 'TRIM_HORIZON';
      const { ShardIterator } = await this.#call<{ ShardIterator: string }>('GetShardIterator', {
        StreamArn: this.#streamArn,
        ShardId,
        ShardIteratorType,
      });
      this.#iterators.set(ShardId, ShardIterator);
    }
  }

  /** A put that changes nothing leaves no record in DynamoDB's streams; the stand-in writes one. */
  #changed({ eventName, dynamodb: { Keys, NewImage } }: StreamRecord): boolean {
    const key = canonical(Keys);
    if (NewImage === undefined) {
      if (eventName === 'REMOVE') this.#images.delete(key);
      return true;
    }
    const image = canonical(NewImage);
    if (this.#images.get(key) === image && eventName === 'MODIFY') return false;
    this.#images.set(key, image);
    return true;
  }

  #asEvent(record: StreamRecord): StreamRecord {
    const { mapping, where } = this.#options;
    const SequenceNumber = record.dynamodb.SequenceNumber.padStart(21, '0');
    const place = { eventVersion: '1.1', eventSource: 'aws:dynamodb', awsRegion: where.region, eventSourceARN: mapping.streamArn };
    return { ...record, ...place, dynamodb: { ...record.dynamodb, SequenceNumber } };
  }

  async #deliver(records: readonly StreamRecord[], tried: number, shard: string): Promise<void> {
    const { mapping, invoke } = this.#options;
    const outcome = await invoke({ Records: records });
    const ids = records.map(({ dynamodb }) => dynamodb.SequenceNumber);
    const failed = failedItems(outcome, mapping.reportsFailures, ids);
    const from = ids.findIndex((id) => failed.has(id));
    if (from === -1) return;
    const rest = records.slice(from);
    const tries = tried + 1;
    if (mapping.retries === -1 && tries > ENDLESS) {
      throw new Error(`The ${this.name} gave a batch ${tries} times in vain, and its mapping has no limit: ${JSON.stringify(outcome)}`);
    }
    if (mapping.retries !== -1 && tries > mapping.retries && (rest.length === 1 || outcome.ok || !mapping.bisects)) {
      await this.#giveUp(rest, tries, shard, outcome);
    } else if (!outcome.ok && mapping.bisects && rest.length > 1) {
      // Halving does not use up a try.
      const half = Math.ceil(rest.length / 2);
      await this.#deliver(rest.slice(0, half), tried, shard);
      await this.#deliver(rest.slice(half), tried, shard);
    } else {
      await this.#deliver(rest, tries, shard);
    }
  }

  async #giveUp(records: readonly StreamRecord[], tries: number, shard: string, outcome: Outcome): Promise<void> {
    const { mapping, functionArn, giveUp } = this.#options;
    if (mapping.failureQueueArn === undefined) return;
    const times = records.map(({ dynamodb }) => new Date(dynamodb.ApproximateCreationDateTime * 1000).toISOString());
    await giveUp(mapping.failureQueueArn, {
      requestContext: {
        requestId: outcome.measured.requestId,
        functionArn,
        condition: 'RetryAttemptsExhausted',
        approximateInvokeCount: tries,
      },
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: outcome.ok ? null : 'Unhandled' },
      version: '1.0',
      timestamp: times.at(-1),
      DDBStreamBatchInfo: {
        shardId: shard,
        startSequenceNumber: records[0]?.dynamodb.SequenceNumber,
        endSequenceNumber: records.at(-1)?.dynamodb.SequenceNumber,
        approximateArrivalOfFirstRecord: times[0],
        approximateArrivalOfLastRecord: times.at(-1),
        batchSize: records.length,
        streamArn: mapping.streamArn,
      },
    });
  }

  #call<T>(operation: string, input: object): Promise<T> {
    return awsJson<T>(this.#options.where, 'dynamodbstreams', operation, input);
  }
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, one) =>
    isObject(one) ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1))) : one,
  );
}

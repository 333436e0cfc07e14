import type { AwsCall } from '../../sandbox/gateway.ts';
import { plus, type Usage } from './bill.ts';

/** SQS bills each begun 64 KB of a request. */
const SQS_CHUNK = 65_536;
const DYNAMODB_READS = new Set(['GetItem', 'BatchGetItem', 'Query', 'Scan']);
const DYNAMODB_WRITES = new Set(['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem']);
/** Of streams, by Lambda: free; of tables: free. */
const DYNAMODB_FREE = new Set(['GetRecords', 'GetShardIterator', 'DescribeStream', 'DescribeTable']);

/** What calls to AWS are billed as. */
export function usageOfCalls(calls: readonly AwsCall[]): Usage {
  return plus(...calls.map(usageOf));
}

/** @throws Error for a call that nobody has thought of a price for. */
function usageOf({ service, operation, capacity, status, requestBytes, responseBytes }: AwsCall): Usage {
  switch (service) {
    case 's3':
      if (operation === 'PutObject' || operation === 'ListObjectsV2') return { 's3.puts': 1 };
      if (operation === 'GetObject' || operation === 'HeadObject') return { 's3.gets': 1 };
      if (operation === 'DeleteObject' || operation === 'DeleteObjects') return {};
      break;
    case 'sqs':
      return { 'sqs.requests': Math.max(1, Math.ceil(Math.max(requestBytes, responseBytes) / SQS_CHUNK)) };
    case 'dynamodb':
      if (DYNAMODB_READS.has(operation)) return { 'dynamodb.reads': capacity };
      // A write whose condition does not hold is billed, though its answer does not say so.
      if (DYNAMODB_WRITES.has(operation)) return { 'dynamodb.writes': status === 200 ? capacity : 1 };
      if (DYNAMODB_FREE.has(operation)) return {};
      break;
    case 'ses':
      if (operation === 'SendEmail') return { 'ses.mails': 1 };
      break;
    case 'securityhub':
      if (operation === 'BatchImportFindings') return { 'securityhub.findings': 1 };
      break;
  }
  throw new Error(`The cost model has no price for ${service} ${operation}: add it to bench/cost/calls.ts.`);
}

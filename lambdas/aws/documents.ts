import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { MOST_ATTEMPTS, TIMEOUTS } from './clients.ts';

/** DynamoDB with plain objects for items; what is undefined in one is left out. */
export function documentClient(): DynamoDBDocumentClient {
  const client = new DynamoDBClient({ maxAttempts: MOST_ATTEMPTS, requestHandler: TIMEOUTS });
  return DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
}

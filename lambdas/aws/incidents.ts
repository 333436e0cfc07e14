import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { AlertPorts } from '../../core/alerts/ports.ts';

/** The incidents table, as far as telling of incidents needs it. */
export function incidents(documents: DynamoDBDocumentClient, table: string): Pick<AlertPorts, 'readItem' | 'clearDue'> {
  return {
    readItem: async (id) => (await documents.send(new GetCommand({ TableName: table, Key: { id }, ConsistentRead: true }))).Item,
    clearDue: async (id, version) => {
      try {
        await documents.send(
          new UpdateCommand({
            TableName: table,
            Key: { id },
            UpdateExpression: 'REMOVE due, dueAt, rings',
            ConditionExpression: version === undefined ? 'attribute_exists(id)' : '#version = :version',
            ...(version === undefined
              ? {}
              : { ExpressionAttributeNames: { '#version': 'version' }, ExpressionAttributeValues: { ':version': version } }),
          }),
        );
      } catch (error) {
        // A newer version is due by itself; an item that is gone is due no longer.
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      }
    },
  };
}

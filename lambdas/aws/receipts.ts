import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, PutCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { AlertPorts } from '../../core/alerts/ports.ts';
import { CHANNELS, type Channel, type Receipt } from '../../core/alerts/receipt.ts';
import { readReceipt } from '../../core/alerts/shape.ts';

/** Longer than incidents are kept: a receipt that went before its incident would ring it again. */
const KEPT_SECONDS = 430 * 86_400;

/** The receipts and the states of the channels in the state table. */
export function receipts(
  documents: DynamoDBDocumentClient,
  table: string,
): Pick<AlertPorts, 'readReceipts' | 'writeReceipt' | 'noteChannel'> {
  return {
    readReceipts: async (id) => {
      const { Items = [] } = await documents.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': `receipt#${id}` },
          ConsistentRead: true,
        }),
      );
      const found: Partial<Record<Channel, Receipt>> = {};
      for (const row of Items) {
        const channel = CHANNELS.find((one) => one === row.sk);
        const receipt = readReceipt(row);
        if (channel !== undefined && receipt !== undefined) found[channel] = receipt;
      }
      return found;
    },
    writeReceipt: async (id, channel, receipt) => {
      try {
        await documents.send(
          new PutCommand({
            TableName: table,
            Item: { pk: `receipt#${id}`, sk: channel, ...receipt, expires: Math.floor(receipt.at / 1000) + KEPT_SECONDS },
            ConditionExpression: 'attribute_not_exists(#version) OR #version < :version',
            ExpressionAttributeNames: { '#version': 'version' },
            ExpressionAttributeValues: { ':version': receipt.version },
          }),
        );
        return 'written';
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return 'stale';
        throw error;
      }
    },
    noteChannel: async (channel, { status, detail, at }) => {
      const sets = `detail = :detail${status === 'ok' ? ', lastAt = :at' : ''}`;
      const update = async (expression: string, condition: string, values: Readonly<Record<string, unknown>>): Promise<boolean> => {
        try {
          await documents.send(
            new UpdateCommand({
              TableName: table,
              Key: { pk: 'channel', sk: channel },
              UpdateExpression: expression,
              ConditionExpression: condition,
              ExpressionAttributeNames: { '#status': 'status' },
              ExpressionAttributeValues: { ':status': status, ':detail': detail, ...values },
            }),
          );
          return true;
        } catch (error) {
          if (error instanceof ConditionalCheckFailedException) return false;
          throw error;
        }
      };
      if (await update(`SET ${sets}`, '#status = :status', status === 'ok' ? { ':at': at } : {})) return 'same';
      const changed = await update(`SET #status = :status, since = :at, ${sets}`, 'attribute_not_exists(#status) OR #status <> :status', {
        ':at': at,
      });
      return changed ? 'changed' : 'same';
    },
  };
}

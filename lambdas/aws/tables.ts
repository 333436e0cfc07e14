import { type DynamoDBDocumentClient, GetCommand, PutCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { RollupPut } from '../../core/runs/plan.ts';
import type { RunPorts } from '../../core/runs/ports.ts';
import { unlessRefused } from './ledger.ts';

/** Gives null once an item is put, or need not be; the reason when the table will never take it, such as its size. */
async function putUnlessWrong(what: string, put: () => Promise<void>): Promise<string | null> {
  try {
    await unlessRefused(put, undefined);
    return null;
  } catch (error) {
    const { name, message } = error as Error;
    if (name !== 'ValidationException') throw error;
    return `${what.slice(0, 200)}: ${message}`;
  }
}

type TablePorts = Pick<RunPorts, 'putIncident' | 'putRollup' | 'ringAgain'>;

const DAY_SECONDS = 86_400;
/** Items go by themselves when nothing has written them for so long. */
const KEPT_DAYS = 400;
/** Until then the stream's own ring is waited for; each further ring waits twice as long, a day at most. */
const FIRST_RING = 15 * 60_000;
const LAST_RING = 24 * 3_600_000;
/** Incidents that one run rings for. */
const RINGS = 100;

/** The tables that a run's puts go to. */
export function tables(documents: DynamoDBDocumentClient, stateTable: string, incidentsTable: string): TablePorts {
  return {
    putIncident: ({ item, alert }, now) =>
      putUnlessWrong(`incident ${item.id}`, async () => {
        await documents.send(
          new PutCommand({
            TableName: incidentsTable,
            Item: { ...item, expires: expiry(now), ...(alert ? { due: 'alert', dueAt: now + FIRST_RING, rings: 0 } : {}) },
            ConditionExpression: 'attribute_not_exists(id) OR #run < :run',
            ExpressionAttributeNames: { '#run': 'run' },
            ExpressionAttributeValues: { ':run': item.run },
          }),
        );
      }),
    putRollup: (put, run, now) =>
      putUnlessWrong(`roll-up ${keyOf(put).sk}`, async () => {
        await documents.send(
          new PutCommand({
            TableName: stateTable,
            Item: { ...keyOf(put), ...put.sums, run, expires: expiry(now) },
            ConditionExpression: 'attribute_not_exists(pk) OR #run < :run',
            ExpressionAttributeNames: { '#run': 'run' },
            ExpressionAttributeValues: { ':run': run },
          }),
        );
      }),
    ringAgain: (now) => ringAgain(documents, incidentsTable, now),
  };
}

function keyOf(put: RollupPut): { pk: string; sk: string } {
  return put.kind === 'day' ? { pk: 'rollup#day', sk: put.day } : { pk: 'rollup#region', sk: `${put.day}#${put.region}` };
}

function expiry(now: number): number {
  return Math.floor(now / 1000) + KEPT_DAYS * DAY_SECONDS;
}

/** Touches the incidents of which something is overdue: the change rings the stream. */
async function ringAgain(documents: DynamoDBDocumentClient, table: string, now: number): Promise<number> {
  const { Items = [] } = await documents.send(
    new QueryCommand({
      TableName: table,
      IndexName: 'due',
      KeyConditionExpression: 'due = :alert AND dueAt <= :now',
      ExpressionAttributeValues: { ':alert': 'alert', ':now': now },
      Limit: RINGS,
    }),
  );
  let rung = 0;
  for (const { id } of Items) {
    const { Item } = await documents.send(new GetCommand({ TableName: table, Key: { id }, ConsistentRead: true }));
    const rings = Number(Item?.rings ?? 0) + 1;
    rung += await unlessRefused(async () => {
      await documents.send(
        new UpdateCommand({
          TableName: table,
          Key: { id },
          UpdateExpression: 'SET rings = :rings, dueAt = :then',
          ConditionExpression: 'due = :alert AND dueAt <= :now',
          ExpressionAttributeValues: {
            ':alert': 'alert',
            ':now': now,
            ':rings': rings,
            ':then': now + Math.min(LAST_RING, FIRST_RING * 2 ** Math.min(10, rings)),
          },
        }),
      );
      return 1;
    }, 0);
  }
  return rung;
}

import { UNUSED_DAYS } from '../../core/doctor/exceptions.ts';
import type { Channel, Channels, ExceptionDay, Fact, Ledger } from '../../core/doctor/facts.ts';
import { dayOf } from '../../core/scoring/rollups.ts';
import { ask, CLIENT } from './asking.ts';

type Item = Readonly<Record<string, unknown>>;

/** The ledger of the score function; null before its first run. */
export async function readLedger(table: string): Promise<Fact<Ledger | null>> {
  const get = await items(table);
  return ask('dynamodb:GetItem', async () => {
    const item = await get('ledger', 'ledger');
    if (item === undefined) return null;
    return {
      planned: number(item.planned),
      applied: number(item.applied),
      committed: number(item.now),
      watermark: number(item.watermark),
      tick: number(item.tick),
      live: item.live === true,
      failure: typeof item.failure === 'string' && item.failure !== '' ? { text: item.failure, at: number(item.failureAt) } : null,
    };
  });
}

/** What the alert function wrote about its channels. */
export async function readChannels(table: string): Promise<Fact<Channels>> {
  const get = await items(table);
  return ask('dynamodb:GetItem', async () => {
    const [email, securityhub] = await Promise.all([get('channel', 'email'), get('channel', 'securityhub')]);
    return { email: channel(email), securityhub: channel(securityhub) };
  });
}

/** The days since a month ago with what exceptions did on them, oldest first. `now` in milliseconds since 1970. */
export async function readExceptionDays(table: string, now: number): Promise<Fact<readonly ExceptionDay[]>> {
  const [document, { QueryCommand }] = await Promise.all([client(), import('@aws-sdk/lib-dynamodb')]);
  return ask('dynamodb:Query', async () => {
    const days: ExceptionDay[] = [];
    let start: Item | undefined;
    do {
      const { Items = [], LastEvaluatedKey } = await document.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: 'pk = :pk AND sk >= :from',
          ExpressionAttributeValues: { ':pk': 'rollup#day', ':from': dayOf(now - UNUSED_DAYS * 86_400_000) },
          ProjectionExpression: 'sk, #exceptions',
          ExpressionAttributeNames: { '#exceptions': 'exceptions' },
          ExclusiveStartKey: start,
        }),
      );
      for (const { sk, exceptions } of Items) {
        if (exceptions !== undefined) days.push({ day: String(sk), signals: exceptions as ExceptionDay['signals'] });
      }
      start = LastEvaluatedKey;
    } while (start !== undefined);
    return days;
  });
}

function channel(item: Item | undefined): Channel | null {
  if (item === undefined) return null;
  const { status, since, detail, lastAt } = item;
  return {
    status: status === 'ok' || status === 'off' ? status : 'failing',
    since: number(since),
    detail: typeof detail === 'string' ? detail : '',
    lastAt: number(lastAt),
  };
}

function number(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}

/** Reads single items of the table, as last written. */
async function items(table: string): Promise<(pk: string, sk: string) => Promise<Item | undefined>> {
  const [document, { GetCommand }] = await Promise.all([client(), import('@aws-sdk/lib-dynamodb')]);
  return async (pk, sk) => (await document.send(new GetCommand({ TableName: table, Key: { pk, sk }, ConsistentRead: true }))).Item;
}

async function client() {
  const [{ DynamoDBClient }, { DynamoDBDocumentClient }] = await Promise.all([
    import('@aws-sdk/client-dynamodb'),
    import('@aws-sdk/lib-dynamodb'),
  ]);
  return DynamoDBDocumentClient.from(new DynamoDBClient(CLIENT));
}

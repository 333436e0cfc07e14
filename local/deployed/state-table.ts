import type { Channel, Channels, Fact, Ledger } from '../../core/doctor/facts.ts';
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
  const [{ DynamoDBClient }, { DynamoDBDocumentClient, GetCommand }] = await Promise.all([
    import('@aws-sdk/client-dynamodb'),
    import('@aws-sdk/lib-dynamodb'),
  ]);
  const client = DynamoDBDocumentClient.from(new DynamoDBClient(CLIENT));
  return async (pk, sk) => (await client.send(new GetCommand({ TableName: table, Key: { pk, sk }, ConsistentRead: true }))).Item;
}

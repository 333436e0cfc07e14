import { awsJson } from './aws-json.ts';
import { isObject } from './finding-format.ts';

/** Tables of the local cloud, past the gateways: what is done here is not counted. */
export class Database {
  readonly #where: { readonly endpoint: string; readonly region: string };

  constructor(where: { readonly endpoint: string; readonly region: string }) {
    this.#where = where;
  }

  /** A call in DynamoDB's own JSON. */
  call<T>(operation: string, input: object): Promise<T> {
    return awsJson<T>(this.#where, 'dynamodb', operation, input);
  }

  /** All items of a table as plain objects. */
  async items(table: string): Promise<Record<string, unknown>[]> {
    const items: Record<string, unknown>[] = [];
    let from: unknown;
    do {
      const page: { Items: Record<string, unknown>[]; LastEvaluatedKey?: unknown } = await this.call('Scan', {
        TableName: table,
        ...(from === undefined ? {} : { ExclusiveStartKey: from }),
      });
      items.push(...page.Items.map((item) => plainItem(item)));
      from = page.LastEvaluatedKey;
    } while (from !== undefined);
    return items;
  }
}

/** An item of DynamoDB's JSON as a plain object; sets become arrays, binary values buffers. */
export function plainItem(item: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, plain(value)]));
}

function plain(value: unknown): unknown {
  if (!isObject(value)) throw new Error(`An attribute should be an object with its type, it is ${JSON.stringify(value)}.`);
  const [type, given] = Object.entries(value)[0] ?? [];
  switch (type) {
    case 'S':
    case 'BOOL':
    case 'SS':
      return given;
    case 'N':
      return Number(given);
    case 'NULL':
      return null;
    case 'B':
      return Buffer.from(String(given), 'base64');
    case 'NS':
      return (given as string[]).map(Number);
    case 'BS':
      return (given as string[]).map((one) => Buffer.from(one, 'base64'));
    case 'L':
      return (given as unknown[]).map(plain);
    case 'M':
      return plainItem(given as Record<string, unknown>);
    default:
      throw new Error(`DynamoDB has no type ${type}.`);
  }
}

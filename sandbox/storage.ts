import { AwsRefusal, awsS3, keyPath } from './aws-json.ts';

/** Objects of the local cloud, past the gateways: what is done here is not counted. */
export class Storage {
  readonly #where: { readonly endpoint: string; readonly region: string };

  constructor(where: { readonly endpoint: string; readonly region: string }) {
    this.#where = where;
  }

  async put(bucket: string, key: string, bytes: Uint8Array): Promise<void> {
    await awsS3(this.#where, 'PUT', `${bucket}/${keyPath(key)}`, new Uint8Array(bytes));
  }

  /** Bytes of an object, undefined where there is none. */
  async get(bucket: string, key: string): Promise<Buffer | undefined> {
    try {
      const response = await awsS3(this.#where, 'GET', `${bucket}/${keyPath(key)}`);
      return Buffer.from(await response.arrayBuffer());
    } catch (error) {
      if (error instanceof AwsRefusal && error.type === 'NoSuchKey') return undefined;
      throw error;
    }
  }

  async remove(bucket: string, key: string): Promise<void> {
    await awsS3(this.#where, 'DELETE', `${bucket}/${keyPath(key)}`);
  }

  /** Keys of a bucket that begin so, in order. */
  async keys(bucket: string, prefix = ''): Promise<string[]> {
    const keys: string[] = [];
    let token: string | undefined;
    do {
      const query = new URLSearchParams({ 'list-type': '2', prefix, ...(token === undefined ? {} : { 'continuation-token': token }) });
      const text = await (await awsS3(this.#where, 'GET', `${bucket}?${query}`)).text();
      for (const [, key] of text.matchAll(/<Key>([^<]*)<\/Key>/g)) keys.push(unescaped(key as string));
      token = unescaped(/<NextContinuationToken>([^<]*)</.exec(text)?.[1]);
    } while (token !== undefined);
    return keys;
  }
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };

function unescaped<T extends string | undefined>(xml: T): T {
  return xml?.replace(/&(lt|gt|quot|apos|amp);/g, (_whole, name: string) => ENTITIES[name] as string) as T;
}

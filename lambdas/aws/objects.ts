import type { Readable } from 'node:stream';
import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { BatchKeeper, ObjectOpener, OpenObject } from '../../core/parsing/ports.ts';
import { type AnnouncedObject, unquoted } from '../../core/records/notification.ts';
import type { Bytes } from '../../core/records/text.ts';
import { isDenied, isGone, s3Sentence } from './s3-errors.ts';

/** A batch of 200 MB takes some ten seconds to send. */
const PUT_TIMEOUT = 60_000;

/** Opens objects of S3, of any bucket that the function may read. */
export class S3Objects implements ObjectOpener {
  readonly #client: S3Client;

  constructor(client: S3Client) {
    this.#client = client;
  }

  async open(object: AnnouncedObject): Promise<OpenObject | null> {
    try {
      return await this.#get(object, object.version);
    } catch (error) {
      if (isGone(error)) return null;
      // Buckets of other accounts often allow s3:GetObject, and not s3:GetObjectVersion.
      if (object.version === undefined || !isDenied(error)) throw new Error(s3Sentence(error));
    }
    try {
      return await this.#get(object, undefined);
    } catch (error) {
      if (isGone(error)) return null;
      throw new Error(s3Sentence(error));
    }
  }

  async #get({ bucket, key }: AnnouncedObject, version: string | undefined): Promise<OpenObject> {
    const got = await this.#client.send(new GetObjectCommand({ Bucket: bucket, Key: key, VersionId: version }));
    const body = got.Body as Readable;
    const versionId = got.VersionId === 'null' ? undefined : got.VersionId;
    return {
      id: versionId ?? unquoted(got.ETag ?? ''),
      modified: got.LastModified?.getTime() ?? Number.NaN,
      size: got.ContentLength ?? Number.POSITIVE_INFINITY,
      body: piecesOf(body),
      close: () => body.destroy(),
    };
  }
}

async function* piecesOf(body: Readable): AsyncGenerator<Bytes> {
  try {
    for await (const piece of body) yield piece as Bytes;
  } catch (error) {
    throw new Error(`The object's bytes broke off: ${(error as Error).message}`);
  }
}

/** Stores batches in the batch bucket. */
export class S3Batches implements BatchKeeper {
  readonly #client: S3Client;
  readonly #bucket: string;

  constructor(client: S3Client, bucket: string) {
    this.#client = client;
    this.#bucket = bucket;
  }

  async keep(name: string, batch: Bytes): Promise<void> {
    try {
      await this.#client.send(new PutObjectCommand({ Bucket: this.#bucket, Key: name, Body: batch }), { requestTimeout: PUT_TIMEOUT });
    } catch (error) {
      throw new Error(s3Sentence(error));
    }
  }
}

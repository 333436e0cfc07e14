import type { Filters } from '../core/scoring/filters.ts';
import { nameTime, type Source, SourceError } from './sources.ts';

const DAY = 86_400_000;
const KEY_DATE = /\/(\d{4})\/(\d\d)\/(\d\d)\//;
/** Objects fetched at once: S3 answers in some 30 ms, scoring takes 5. */
const PARALLEL = 16;
/** An object beyond this is refused: CloudTrail's own are a thousand times smaller. */
const LARGEST = 512 * 1024 ** 2;

/** An object's bytes, or the sentence that says why there are none. */
export type Fetched = { readonly bytes: Uint8Array } | { readonly error: string };

/** The bucket and prefix of `s3://bucket/prefix`, or null when the text is no such address. */
export function parseS3(text: string): { readonly bucket: string; readonly prefix: string } | null {
  const found = /^s3:\/\/([^/]+)\/?(.*)$/.exec(text);
  return found === null ? null : { bucket: found[1] as string, prefix: found[2] as string };
}

/**
 * Whether an object may hold events of the wanted time, by the date in its key. A file holds events of its own day or earlier, never later:
 * a day of slack after `until` takes in what was delivered late.
 */
export function keyInTime(key: string, { since = -Infinity, until = Infinity }: Filters): boolean {
  const found = KEY_DATE.exec(key);
  if (found === null) return true;
  const day = Date.UTC(Number(found[1]), Number(found[2]) - 1, Number(found[3]));
  return day + DAY > since && day < until + DAY;
}

/** Objects of S3, through the ordinary AWS credential chain. The SDK is loaded when first needed. */
export class S3Source {
  readonly #client: Promise<import('@aws-sdk/client-s3').S3Client>;
  readonly #sdk = import('@aws-sdk/client-s3');

  constructor() {
    this.#client = this.#sdk.then(
      ({ S3Client }) =>
        new S3Client({
          maxAttempts: 5,
          followRegionRedirects: true,
          ...(process.env.AWS_ENDPOINT_URL_S3 || process.env.AWS_ENDPOINT_URL ? { forcePathStyle: true } : {}),
        }),
    );
  }

  /** The objects under a prefix, those outside the wanted time left out. */
  async list(address: string, bucket: string, prefix: string, filters: Filters): Promise<Source[]> {
    const { paginateListObjectsV2 } = await this.#sdk;
    const sources: Source[] = [];
    try {
      for await (const page of paginateListObjectsV2({ client: await this.#client }, { Bucket: bucket, Prefix: prefix })) {
        for (const { Key: key, Size: size = 0 } of page.Contents ?? []) {
          if (key === undefined || key.endsWith('/') || !keyInTime(key, filters)) continue;
          sources.push({ label: `s3://${bucket}/${key}`, size, time: nameTime(key), object: { bucket, key } });
        }
      }
    } catch (error) {
      throw new SourceError(`${address} cannot be listed: ${s3Sentence(error)}`);
    }
    return sources;
  }

  async fetch({ bucket, key }: NonNullable<Source['object']>, size: number): Promise<Fetched> {
    if (size > LARGEST) return { error: `the object has ${size} bytes, more than the ${LARGEST} that are read` };
    try {
      const { GetObjectCommand } = await this.#sdk;
      const { Body } = await (await this.#client).send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      return { bytes: (await Body?.transformToByteArray()) ?? new Uint8Array(0) };
    } catch (error) {
      return { error: s3Sentence(error) };
    }
  }
}

function s3Sentence(error: unknown): string {
  const { name, message } = error as Error;
  switch (name) {
    case 'NoSuchBucket':
      return 'no bucket has this name. Check the spelling and the account.';
    case 'AccessDenied':
    case 'Forbidden':
      return 'AWS denied the access. The credentials need s3:ListBucket on the bucket and s3:GetObject on its objects (and kms:Decrypt for its key).';
    case 'CredentialsProviderError':
      return 'no AWS credentials were found. Sign in (aws sso login), or set AWS_PROFILE.';
    default:
      return `${message || name}`;
  }
}

/** Fetches sources ahead of their turn, a bounded number at once, and yields them in order. */
export async function* fetchInOrder(
  sources: readonly Source[],
  s3: S3Source,
): AsyncGenerator<{ readonly source: Source; readonly fetched: Fetched | null }> {
  const ahead: Promise<Fetched | null>[] = [];
  let next = 0;
  const fill = () => {
    while (next < sources.length && ahead.length < PARALLEL) {
      const { object, size } = sources[next] as Source;
      ahead.push(object === undefined ? Promise.resolve(null) : s3.fetch(object, size));
      next += 1;
    }
  };
  for (const source of sources) {
    fill();
    yield { source, fetched: (await ahead.shift()) ?? null };
  }
}

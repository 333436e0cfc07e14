import {
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  paginateListObjectsV2,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { RunPorts } from '../../core/runs/ports.ts';

type BucketPorts = Pick<RunPorts, 'listBatches' | 'readObject' | 'writeObject' | 'deleteObjects' | 'listKeys'>;

/** What one DeleteObjects call takes. */
const DELETES = 1000;

/** The bucket of batches, runs and memory. */
export function batchBucket(s3: S3Client, bucket: string): BucketPorts {
  return {
    listBatches: async (most) => {
      const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: 'pending/', MaxKeys: most }));
      return Contents.flatMap(({ Key, Size = 0 }) => (Key === undefined ? [] : [{ key: Key, bytes: Size }]));
    },
    readObject: async (key) => {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      return (await Body?.transformToByteArray()) ?? new Uint8Array(0);
    },
    writeObject: async (key, bytes) => {
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: bytes }));
    },
    deleteObjects: async (keys) => {
      for (let i = 0; i < keys.length; i += DELETES) {
        const Objects = keys.slice(i, i + DELETES).map((Key) => ({ Key }));
        const { Errors = [] } = await s3.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } }));
        const failed = Errors.find(({ Code }) => Code !== 'NoSuchKey');
        if (failed !== undefined)
          throw new Error(`${failed.Key} in ${bucket} could not be deleted: ${failed.Code} ${failed.Message ?? ''}`);
      }
    },
    listKeys: async (prefix) => {
      const keys: string[] = [];
      for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, { Bucket: bucket, Prefix: prefix })) {
        for (const { Key } of Contents) if (Key !== undefined) keys.push(Key);
      }
      return keys;
    },
  };
}

import { longDate } from '../calendar.ts';
import { type Call, read, write } from '../call.ts';
import type { Bucket, Site } from '../estate.ts';
import type { Random } from '../random.ts';
import type { Json, JsonObject } from '../session.ts';

function base64(random: Random, length: number): string {
  return `${random.alphanumeric(length - 1)}=`;
}

function transfer(random: Random, bytesIn: number, bytesOut: number): JsonObject {
  return {
    SignatureVersion: 'SigV4',
    CipherSuite: 'TLS_AES_128_GCM_SHA256',
    bytesTransferredIn: bytesIn,
    AuthenticationMethod: 'AuthHeader',
    'x-amz-id-2': base64(random, 76),
    bytesTransferredOut: bytesOut,
  };
}

export function bucketHost(bucket: string, region: string): string {
  return `${bucket}.s3.${region}.amazonaws.com`;
}

function objectResources(account: string, bucket: string, key: string): JsonObject[] {
  return [
    { type: 'AWS::S3::Object', ARN: `arn:aws:s3:::${bucket}/${key}` },
    { accountId: account, type: 'AWS::S3::Bucket', ARN: `arn:aws:s3:::${bucket}` },
  ];
}

/** A key as an application would choose it. */
export function objectKey(random: Random, bucket: Bucket): string {
  return `${random.pick(bucket.prefixes)}/${random.int(1, 30)}/${random.hex(12)}.${bucket.extension}`;
}

/** Data event: one object read. */
export function getObject(site: Site, random: Random, bucket: string, key: string, bytes = random.int(900, 900_000)): Call {
  const host = bucketHost(bucket, site.region);
  return read(
    's3',
    'GetObject',
    { bucketName: bucket, Host: host, key },
    {
      category: 'Data',
      host,
      additional: { ...transfer(random, 0, bytes), SSEApplied: 'SSE_KMS' },
      resources: objectResources(site.account, bucket, key),
    },
  );
}

/** Data event: one object written. */
export function putObject(site: Site, random: Random, bucket: string, key: string, bytes = random.int(900, 900_000)): Call {
  const host = bucketHost(bucket, site.region);
  return write(
    's3',
    'PutObject',
    { bucketName: bucket, Host: host, key },
    { 'x-amz-server-side-encryption': 'aws:kms', 'x-amz-server-side-encryption-bucket-key-enabled': 'true' },
    {
      category: 'Data',
      host,
      additional: { ...transfer(random, bytes, 0), SSEApplied: 'SSE_KMS' },
      resources: objectResources(site.account, bucket, key),
    },
  );
}

export function deleteObject(site: Site, random: Random, bucket: string, key: string): Call {
  const host = bucketHost(bucket, site.region);
  return write(
    's3',
    'DeleteObject',
    { bucketName: bucket, Host: host, key },
    { 'x-amz-delete-marker': 'true' },
    {
      category: 'Data',
      host,
      additional: transfer(random, 0, 0),
      resources: objectResources(site.account, bucket, key),
    },
  );
}

export function listBuckets(site: Site, random: Random): Call {
  return read(
    's3',
    'ListBuckets',
    { Host: `s3.${site.region}.amazonaws.com` },
    {
      host: `s3.${site.region}.amazonaws.com`,
      additional: transfer(random, 0, random.int(1800, 2600)),
    },
  );
}

/** Data event: a listing of a bucket. */
export function listObjects(site: Site, random: Random, bucket: string, prefix: string): Call {
  const host = bucketHost(bucket, site.region);
  return read(
    's3',
    'ListObjects',
    { 'list-type': '2', bucketName: bucket, prefix, 'encoding-type': 'url', Host: host },
    {
      category: 'Data',
      host,
      additional: transfer(random, 0, random.int(700, 60_000)),
      resources: [
        { type: 'AWS::S3::Object', ARNPrefix: `arn:aws:s3:::${bucket}/` },
        { accountId: site.account, type: 'AWS::S3::Bucket', ARN: `arn:aws:s3:::${bucket}` },
      ],
    },
  );
}

/** Bucket settings read by consoles and scanners: `name` as `GetBucketAcl`, `param` as `acl`. */
export function getBucketSetting(site: Site, random: Random, bucket: string, name: string, param: string): Call {
  return bucketRead(site, random, bucket, name, { [param]: '' });
}

function bucketRead(site: Site, random: Random, bucket: string, name: string, params: JsonObject): Call {
  const host = bucketHost(bucket, site.region);
  return read(
    's3',
    name,
    { bucketName: bucket, Host: host, ...params },
    {
      host,
      additional: transfer(random, 0, random.int(250, 700)),
      resources: [{ accountId: site.account, type: 'AWS::S3::Bucket', ARN: `arn:aws:s3:::${bucket}` }],
    },
  );
}

/** A change to a bucket: its policy, its public-access block, its life. */
export function bucketWrite(site: Site, random: Random, bucket: string, name: string, params: JsonObject): Call {
  const host = bucketHost(bucket, site.region);
  return write('s3', name, { bucketName: bucket, Host: host, ...params }, null, {
    host,
    additional: transfer(random, random.int(200, 900), 0),
    resources: [{ accountId: site.account, type: 'AWS::S3::Bucket', ARN: `arn:aws:s3:::${bucket}` }],
  });
}

export const BUCKET_SETTINGS: readonly (readonly [name: string, param: string])[] = [
  ['GetBucketAcl', 'acl'],
  ['GetBucketPolicyStatus', 'policyStatus'],
  ['GetBucketVersioning', 'versioning'],
  ['GetBucketEncryption', 'encryption'],
  ['GetBucketPublicAccessBlock', 'publicAccessBlock'],
  ['GetBucketTagging', 'tagging'],
  ['GetBucketLogging', 'logging'],
  ['GetBucketLocation', 'location'],
];

export function describeDatabases(site: Site, random: Random): Call {
  return random.chance(0.5)
    ? read('rds', 'DescribeDBInstances', { maxRecords: 100 })
    : read('rds', 'DescribeDBInstances', { dBInstanceIdentifier: random.pick(site.databases) });
}

export function describeDatabaseSnapshots(site: Site, random: Random): Call {
  return read('rds', 'DescribeDBSnapshots', {
    dBInstanceIdentifier: random.pick(site.databases),
    snapshotType: 'automated',
    includeShared: false,
  });
}

export function createDatabaseSnapshot(site: Site, database: string, snapshot: string): Call {
  return write(
    'rds',
    'CreateDBSnapshot',
    { dBSnapshotIdentifier: snapshot, dBInstanceIdentifier: database },
    {
      dBSnapshotIdentifier: snapshot,
      dBInstanceIdentifier: database,
      engine: 'postgres',
      engineVersion: '17.5',
      allocatedStorage: 400,
      status: 'creating',
      port: 5432,
      vpcId: site.vpcs[0] as string,
      availabilityZone: `${site.region}b`,
      masterUsername: 'app',
      licenseModel: 'postgresql-license',
      snapshotType: 'manual',
      percentProgress: 0,
      storageType: 'gp3',
      encrypted: true,
      dBSnapshotArn: `arn:aws:rds:${site.region}:${site.account}:snapshot:${snapshot}`,
    },
  );
}

export function describeTable(site: Site, random: Random): Call {
  return read('dynamodb', 'DescribeTable', { tableName: random.pick(site.tables) }, { apiVersion: '2012-08-10' });
}

export function describeBackups(site: Site, random: Random): Call {
  return read('dynamodb', 'DescribeContinuousBackups', { tableName: random.pick(site.tables) }, { apiVersion: '2012-08-10' });
}

export function startBackup(site: Site, random: Random, resource: string, role: string, at: number): Call {
  const job = random.uuid();
  const params: Json = {
    backupVaultName: 'nightly',
    resourceArn: resource,
    iamRoleArn: role,
    idempotencyToken: random.uuid(),
    startWindowMinutes: 60,
    completeWindowMinutes: 240,
    lifecycle: { deleteAfterDays: 35 },
  };
  return write('backup', 'StartBackupJob', params, {
    backupJobId: job,
    recoveryPointArn: `arn:aws:backup:${site.region}:${site.account}:recovery-point:${job}`,
    creationDate: longDate(at),
  });
}

export function listRecoveryPoints(): Call {
  return read('backup', 'ListRecoveryPointsByBackupVault', { backupVaultName: 'nightly', maxResults: 100 });
}

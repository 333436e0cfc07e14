import assert from 'node:assert/strict';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient, QueryCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import type { IncidentItem } from '../../core/incidents/item.ts';
import type { HubDouble } from '../../sandbox/hub.ts';
import { type Checks, eventually } from './checks.ts';
import type { Mail } from './emulator.ts';
import { INTRUDER, type Planted, trailObjects } from './planted.ts';

interface Deployed {
  readonly account: string;
  readonly region: string;
  /** An output of the stacks, by its name. */
  readonly output: (name: string) => string;
  readonly mails: () => Promise<readonly Mail[]>;
  readonly hub: HubDouble;
}

/** Puts into the trail bucket what CloudTrail, and now and then someone else, puts there. Gives what is to be counted. */
export async function putTrailObjects({ account, region, output }: Deployed): Promise<Planted> {
  const s3 = new S3Client({ forcePathStyle: true });
  const { objects, planted } = trailObjects(account, region, Date.now());
  for (const { key, body } of objects) await s3.send(new PutObjectCommand({ Bucket: output('TrailBucketName'), Key: key, Body: body }));
  return planted;
}

/** Follows those objects to the people who are told, and to the places where they are counted. */
export async function followTrailObjects(checks: Checks, put: Planted, { output, mails, hub }: Deployed): Promise<void> {
  const sqs = new SQSClient({});
  const documents = DynamoDBDocumentClient.from(new DynamoDBClient({}));
  const incidents = async () => (await documents.send(new ScanCommand({ TableName: output('IncidentsTableName') }))).Items as Held[];
  const state = async (pk: string) => {
    const query = { KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': pk } };
    return (await documents.send(new QueryCommand({ TableName: output('StateTableName'), ...query }))).Items ?? [];
  };
  const messages = async (queue: string) => {
    const asked = { QueueUrl: output(queue), AttributeNames: ['All' as const] };
    const { Attributes: counts = {} } = await sqs.send(new GetQueueAttributesCommand(asked));
    return Number(counts.ApproximateNumberOfMessages) + Number(counts.ApproximateNumberOfMessagesNotVisible);
  };

  const incident = await checks.run('the schedule starts a run, and the run opens an incident', async () => {
    const [first, ...others] = await eventually('an incident', 120, async () => some(await incidents()));
    assert.equal(others.length, 0);
    assert.equal(first?.principal, INTRUDER);
    assert.equal(first.level, 'critical');
    assert.deepEqual(first.tactics, ['persistence', 'privilege-escalation', 'defense-evasion']);
    return first;
  });
  await checks.run('a mail tells of it', async () => {
    const [mail, ...others] = await eventually('a mail', 60, async () => some(await mails()));
    assert.equal(others.length, 0);
    assert.deepEqual([mail?.Source, mail?.To], ['trailwarden@example.com', ['security@example.com']]);
    assert.match(mail?.Subject ?? '', /CRITICAL.*user\/alice/);
    assert.match(mail?.BodyText ?? '', /Trail deleted/);
    assert.match(mail?.BodyHtml ?? '', /Trail deleted/);
  });
  await checks.run('a finding tells of it', async () => {
    const [finding, ...others] = await eventually('a finding', 60, () => some(hub.findings()));
    assert.deepEqual([others, hub.failed], [[], []]);
    assert.equal(finding?.Id, `trailwarden/incident/${incident.id}`);
    assert.deepEqual(finding.Severity, { Label: 'CRITICAL', Original: String(incident.risk) });
    assert.equal(finding.RecordState, 'ACTIVE');
  });
  await checks.run('both have receipts, and nothing is left to tell', async () => {
    await eventually('the incident to be put aside', 30, async () =>
      (await incidents()).every(({ due }) => due === undefined) ? true : undefined,
    );
    const receipts = await state(`receipt#${incident.id}`);
    const told = receipts.map(({ sk, status, version }) => ({ sk, status, version }));
    assert.deepEqual(told, [
      { sk: 'email', status: 'sent', version: incident.version },
      { sk: 'securityhub', status: 'sent', version: incident.version },
    ]);
  });
  await checks.run('every object and every record is counted', async () => {
    const days = await state('rollup#day');
    const total = (count: (counts: Counts) => number) => days.reduce((sum, { counts }) => sum + count(counts as Counts), 0);
    const refused = total(({ fileRejects }) => Object.values(fileRejects).reduce((sum, one) => sum + one, 0));
    assert.deepEqual(
      {
        files: total(({ files }) => files),
        digests: total(({ digests }) => digests),
        records: total(({ records }) => records),
        refused,
      },
      put,
    );
  });
  await checks.run('no message waits, and none is dead', async () => {
    for (const queue of ['IngestQueueUrl', 'IngestDlqUrl', 'AlertDlqUrl', 'ScheduleDlqUrl']) assert.equal(await messages(queue), 0, queue);
  });
}

/** Sees that logs, batches and tables are there after the stacks are gone. */
export async function checkData({ output }: Deployed): Promise<void> {
  const s3 = new S3Client({ forcePathStyle: true });
  const dynamo = new DynamoDBClient({});
  for (const name of ['TrailBucketName', 'BatchBucketName']) {
    const { KeyCount = 0 } = await s3.send(new ListObjectsV2Command({ Bucket: output(name) }));
    assert.ok(KeyCount > 0, `Expected objects in ${output(name)}.`);
  }
  for (const name of ['StateTableName', 'IncidentsTableName']) {
    const { Count = 0 } = await dynamo.send(new ScanCommand({ TableName: output(name) }));
    assert.ok(Count > 0, `Expected items in ${output(name)}.`);
  }
}

interface Counts {
  readonly files: number;
  readonly digests: number;
  readonly records: number;
  readonly fileRejects: Readonly<Record<string, number>>;
}

type Held = IncidentItem & { readonly due?: string };

function some<T>(items: readonly T[]): readonly T[] | undefined {
  return items.length > 0 ? items : undefined;
}

import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { emptyWorld } from './deployed-answers.ts';
import type { DeployedAws } from './deployed-aws.ts';

const STATE_TABLE = 'Trailwarden-State';
const BATCH_BUCKET = 'trailwarden-batches';
export const TRAIL_BUCKET = 'trailwarden-trail-111122223333-eu-west-1';
export const TRAIL_ARN = 'arn:aws:cloudtrail:eu-west-1:111122223333:trail/Trailwarden';
const QUEUES = ['Trailwarden-Ingest', 'ingest-dlq', 'alert-dlq', 'schedule-dlq'] as const;

/** The tests' own clients, and the deployment as the stacks would have made it. */
export class DeployedStack {
  readonly aws: DeployedAws;
  readonly s3: S3Client;
  readonly sqs: SQSClient;
  readonly #documents: DynamoDBDocumentClient;

  constructor(aws: DeployedAws) {
    const common = { region: 'eu-west-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
    this.aws = aws;
    this.s3 = new S3Client({ ...common, endpoint: aws.s3, forcePathStyle: true });
    this.sqs = new SQSClient({ ...common, endpoint: aws.sqs });
    this.#documents = DynamoDBDocumentClient.from(new DynamoDBClient({ ...common, endpoint: aws.dynamodb }));
  }

  /** Makes what real servers hold. */
  async create(): Promise<void> {
    for (const QueueName of QUEUES) await this.sqs.send(new CreateQueueCommand({ QueueName }));
    for (const Bucket of [BATCH_BUCKET, TRAIL_BUCKET]) await this.s3.send(new CreateBucketCommand({ Bucket }));
    await this.#documents.send(
      new CreateTableCommand({
        TableName: STATE_TABLE,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: ['pk', 'sk'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
      }),
    );
  }

  /** A world in which everything works; tests change it. */
  async heal(): Promise<void> {
    const { world } = this.aws;
    Object.assign(world, emptyWorld());
    world.stacks = {
      'Trailwarden-Data': {
        outputs: {
          TrailName: 'Trailwarden',
          TrailBucketName: TRAIL_BUCKET,
          IngestQueueUrl: this.queue('Trailwarden-Ingest'),
          IngestDlqUrl: this.queue('ingest-dlq'),
          BatchBucketName: BATCH_BUCKET,
          StateTableName: STATE_TABLE,
        },
      },
      'Trailwarden-Pipeline': {
        outputs: {
          ParseFunctionName: 'Trailwarden-Parse',
          ScoreFunctionName: 'Trailwarden-Score',
          AlertFunctionName: 'Trailwarden-Alert',
          ScheduleMinutes: '10',
          WaitForBackfill: 'off',
          AlertDlqUrl: this.queue('alert-dlq'),
          ScheduleDlqUrl: this.queue('schedule-dlq'),
          Sender: 'warden@example.com',
          SecurityHub: 'on',
        },
      },
      'Trailwarden-Monitoring': { outputs: {} },
    };
    world.trails = [{ Name: 'Trailwarden', TrailARN: TRAIL_ARN, S3BucketName: TRAIL_BUCKET, IsMultiRegionTrail: true }];
    world.mailAccount = {
      ProductionAccessEnabled: true,
      SendingEnabled: true,
      EnforcementStatus: 'HEALTHY',
      SendQuota: { Max24HourSend: 50_000, MaxSendRate: 14, SentLast24Hours: 12 },
    };
    world.identities = { 'example.com': { IdentityType: 'DOMAIN', VerifiedForSendingStatus: true, VerificationStatus: 'SUCCESS' } };
    await this.ledger({});
    const now = Date.now();
    await this.put({ pk: 'channel', sk: 'email', status: 'ok', since: now - 86_400_000, detail: '', lastAt: now - 3_600_000 });
    await this.put({ pk: 'channel', sk: 'securityhub', status: 'ok', since: now - 86_400_000, detail: '', lastAt: now - 3_600_000 });
  }

  /** The ledger as after a good run, but for what is given. */
  async ledger(over: Readonly<Record<string, unknown>>): Promise<void> {
    const now = Date.now();
    const good = {
      planned: 412,
      applied: 412,
      runKey: 'runs/000000000412/a.json.gz',
      now: now - 60_000,
      watermark: now - 960_000,
      tick: now - 60_000,
      live: true,
    };
    await this.put({ pk: 'ledger', sk: 'ledger', ...good, ...over });
  }

  async put(Item: Readonly<Record<string, unknown>>): Promise<void> {
    await this.#documents.send(new PutCommand({ TableName: STATE_TABLE, Item }));
  }

  async pending(name: string): Promise<void> {
    await this.s3.send(new PutObjectCommand({ Bucket: BATCH_BUCKET, Key: `pending/${name}`, Body: 'batch' }));
  }

  /** URL of a queue, as the stacks tell it. */
  queue(name: (typeof QUEUES)[number]): string {
    return `${this.aws.env.AWS_ENDPOINT_URL_SQS}/000000000000/${name}`;
  }

  async close(): Promise<void> {
    this.s3.destroy();
    this.sqs.destroy();
    this.#documents.destroy();
    await this.aws.close();
  }
}

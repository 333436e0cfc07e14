import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { BatchBucket } from '../constructs/batch-bucket.ts';
import { IncidentsTable } from '../constructs/incidents-table.ts';
import { IngestQueue } from '../constructs/ingest-queue.ts';
import { StateTable } from '../constructs/state-table.ts';
import { TrailSource } from '../constructs/trail-source.ts';
import type { DeployConfig } from '../deploy-config.ts';
import { ingestQueueName } from '../names.ts';

/** What the other stacks need of this one: imports of values that it exports, whether or not anyone needs them, so that no update has to take one away. */
export interface SharedData {
  readonly ingestQueueArn: string;
  readonly ingestQueueName: string;
  readonly ingestDlqName: string;
  readonly batchBucket: { readonly bucketName: string; readonly bucketArn: string };
  readonly stateTable: { readonly tableName: string; readonly tableArn: string };
  readonly incidentsTable: { readonly tableName: string; readonly tableArn: string; readonly streamArn: string };
}

/** What must outlive everything else: logs, batches, tables. A bucket and the queue that it announces to stand together. */
export class DataStack extends Stack {
  readonly shared: SharedData;

  constructor(scope: Construct, id: string, { config, ...props }: StackProps & { readonly config: DeployConfig }) {
    super(scope, id, { ...props, description: 'Trailwarden: trail, batches and tables', terminationProtection: true });
    const ingestQueue = new IngestQueue(this, 'IngestQueue', ingestQueueName(config));
    const batchBucket = new BatchBucket(this, 'BatchBucket');
    const stateTable = new StateTable(this, 'StateTable');
    const incidentsTable = new IncidentsTable(this, 'IncidentsTable');
    const source = new TrailSource(this, 'Trail', config, ingestQueue);
    this.shared = {
      ingestQueueArn: this.exportValue(ingestQueue.queueArn),
      ingestQueueName: this.exportValue(ingestQueue.queueName),
      ingestDlqName: this.exportValue(ingestQueue.dlq.queueName),
      batchBucket: { bucketName: this.exportValue(batchBucket.bucketName), bucketArn: this.exportValue(batchBucket.bucketArn) },
      stateTable: { tableName: this.exportValue(stateTable.tableName), tableArn: this.exportValue(stateTable.tableArn) },
      incidentsTable: {
        tableName: this.exportValue(incidentsTable.tableName),
        tableArn: this.exportValue(incidentsTable.tableArn),
        streamArn: this.exportValue(incidentsTable.tableStreamArn),
      },
    };

    if (source.bucketName !== undefined) new CfnOutput(this, 'TrailBucketName', { value: source.bucketName });
    if (source.trailName !== undefined) new CfnOutput(this, 'TrailName', { value: source.trailName });
    new CfnOutput(this, 'IngestQueueUrl', { value: ingestQueue.queueUrl });
    new CfnOutput(this, 'IngestDlqUrl', { value: ingestQueue.dlq.queueUrl });
    new CfnOutput(this, 'BatchBucketName', { value: batchBucket.bucketName });
    new CfnOutput(this, 'StateTableName', { value: stateTable.tableName });
    new CfnOutput(this, 'IncidentsTableName', { value: incidentsTable.tableName });
  }
}

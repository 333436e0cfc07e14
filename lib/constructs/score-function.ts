import { Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { allow } from '../allow.ts';
import { DUE } from './incidents-table.ts';
import { NodeFunction, type NodeFunctionProps } from './node-function.ts';

interface NamedTable {
  readonly tableName: string;
  readonly tableArn: string;
}

interface ScoreFunctionProps extends Pick<NodeFunctionProps, 'cargo' | 'memory'> {
  readonly batchBucket: { readonly bucketName: string; readonly bucketArn: string };
  readonly stateTable: NamedTable;
  readonly incidentsTable: NamedTable;
}

const FOLDERS = ['pending/*', 'runs/*', 'memory/*'];

/** Batches in; incidents, roll-ups and a new memory out. */
export class ScoreFunction extends NodeFunction {
  constructor(scope: Construct, id: string, { batchBucket, stateTable, incidentsTable, ...props }: ScoreFunctionProps) {
    super(scope, id, 'score', 'Trailwarden: scores new events and keeps the incidents', {
      ...props,
      environment: {
        BATCH_BUCKET: batchBucket.bucketName,
        STATE_TABLE: stateTable.tableName,
        INCIDENTS_TABLE: incidentsTable.tableName,
      },
      // The next tick is the retry.
      asynchronous: { retryAttempts: 0, maxEventAge: Duration.minutes(5) },
    });
    allow(this.role, {
      actions: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'],
      resources: FOLDERS.map((folder) => `${batchBucket.bucketArn}/${folder}`),
      wildcards: 'Batches, runs and snapshots are named as they come: only their folders are known before.',
    });
    allow(this.role, {
      actions: ['s3:ListBucket'],
      resources: [batchBucket.bucketArn],
    });
    allow(this.role, {
      actions: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:Query'],
      resources: [stateTable.tableArn],
    });
    allow(this.role, {
      actions: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
      resources: [incidentsTable.tableArn],
    });
    allow(this.role, { actions: ['dynamodb:Query'], resources: [`${incidentsTable.tableArn}/index/${DUE}`] });
  }
}

import { Aws, Duration, Stack } from 'aws-cdk-lib';
import { EventSourceMapping, FilterCriteria, FilterRule, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { allow } from '../allow.ts';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import { NodeFunction, type NodeFunctionProps } from './node-function.ts';
import type { Sender } from './sender.ts';

interface AlertFunctionProps extends Pick<NodeFunctionProps, 'cargo' | 'memory'> {
  readonly stateTable: { readonly tableName: string; readonly tableArn: string };
  readonly incidentsTable: { readonly tableName: string; readonly tableArn: string; readonly streamArn: string };
  /** @default no mail is sent */
  readonly sender?: Sender | undefined;
  readonly securityHub: boolean;
}

/** Tells of incidents: woken by the incidents table's stream. */
export class AlertFunction extends NodeFunction {
  readonly dlq: DeadLetterQueue;

  constructor(scope: Construct, id: string, { stateTable, incidentsTable, sender, securityHub, ...props }: AlertFunctionProps) {
    super(scope, id, 'alert', 'Trailwarden: tells of incidents by mail and as findings', {
      ...props,
      environment: {
        STATE_TABLE: stateTable.tableName,
        INCIDENTS_TABLE: incidentsTable.tableName,
        HOME_ACCOUNT: Aws.ACCOUNT_ID,
        HOME_PARTITION: Aws.PARTITION,
      },
    });
    this.dlq = new DeadLetterQueue(this, 'Dlq');
    allow(this.role, {
      actions: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:Query'],
      resources: [stateTable.tableArn],
    });
    allow(this.role, { actions: ['dynamodb:GetItem', 'dynamodb:UpdateItem'], resources: [incidentsTable.tableArn] });
    if (sender !== undefined) sender.allowSending(this.role);
    if (securityHub) this.allowFindings();
    this.wakeBy(incidentsTable.streamArn);
  }

  private allowFindings(): void {
    const stack = Stack.of(this);
    allow(this.role, {
      actions: ['securityhub:BatchImportFindings'],
      resources: [stack.formatArn({ service: 'securityhub', resource: 'product', resourceName: `${stack.account}/default` })],
    });
  }

  private wakeBy(streamArn: string): void {
    allow(this.role, {
      actions: ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator', 'dynamodb:ListStreams'],
      resources: [streamArn],
    });
    allow(this.role, { actions: ['sqs:SendMessage'], resources: [this.dlq.queueArn] });
    new EventSourceMapping(this, 'Doorbell', {
      target: this.function,
      eventSourceArn: streamArn,
      startingPosition: StartingPosition.TRIM_HORIZON,
      filters: [
        FilterCriteria.filter({
          eventName: FilterRule.or('INSERT', 'MODIFY'),
          dynamodb: { NewImage: { due: { S: FilterRule.isEqual('alert') } } },
        }),
      ],
      batchSize: 25,
      // A run's incidents arrive within moments: one invocation can take them all.
      maxBatchingWindow: Duration.seconds(2),
      bisectBatchOnError: true,
      reportBatchItemFailures: true,
      retryAttempts: 5,
      maxRecordAge: Duration.hours(1),
      onFailure: { bind: () => ({ destination: this.dlq.queueArn }) },
    });
  }
}

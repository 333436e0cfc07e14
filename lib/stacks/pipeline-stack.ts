import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { AlertFunction } from '../constructs/alert-function.ts';
import { ParseFunction } from '../constructs/parse-function.ts';
import { ScoreFunction } from '../constructs/score-function.ts';
import { Sender } from '../constructs/sender.ts';
import { Ticker } from '../constructs/ticker.ts';
import type { DeployConfig } from '../deploy-config.ts';
import type { Cargo } from '../function-code.ts';
import type { FunctionName } from '../functions.ts';
import { trailKeys, trailObjects } from '../names.ts';
import type { SharedData } from './data-stack.ts';

interface PipelineStackProps extends StackProps {
  readonly config: DeployConfig;
  readonly cargo: Cargo;
  readonly data: SharedData;
}

/** What runs: parse, score, alert, and the schedule. */
export class PipelineStack extends Stack {
  readonly functions: Readonly<Record<FunctionName, IFunction>>;
  readonly alertDlqName: string;
  readonly scheduleDlqName: string;

  constructor(scope: Construct, id: string, { config, cargo, data, ...props }: PipelineStackProps) {
    super(scope, id, { ...props, description: 'Trailwarden: functions and schedule' });
    const { trail, alerts, memory } = config;
    const { batchBucket, stateTable, incidentsTable } = data;
    const parse = new ParseFunction(this, 'Parse', {
      cargo,
      memory: memory.parse,
      queues: { Ingest: data.ingestQueueArn, ...('queueArn' in trail && { Announcements: trail.queueArn }) },
      objects: trailObjects(config),
      keys: trailKeys(config),
      batchBucket,
    });
    const score = new ScoreFunction(this, 'Score', { cargo, memory: memory.score, batchBucket, stateTable, incidentsTable });
    const sender =
      alerts.sender === undefined
        ? undefined
        : new Sender(this, 'SenderIdentity', { address: alerts.sender, recipients: alerts.recipients, identity: alerts.identity });
    const alert = new AlertFunction(this, 'Alert', {
      cargo,
      memory: memory.alert,
      stateTable,
      incidentsTable,
      sender,
      securityHub: alerts.securityHub,
    });
    const ticker = new Ticker(this, 'Ticker', { function: score.function, every: Duration.minutes(config.scheduleMinutes) });
    this.functions = { parse: parse.function, score: score.function, alert: alert.function };
    this.alertDlqName = this.exportValue(alert.dlq.queueName);
    this.scheduleDlqName = this.exportValue(ticker.dlq.queueName);

    new CfnOutput(this, 'ParseFunctionName', { value: parse.function.functionName });
    new CfnOutput(this, 'ScoreFunctionName', { value: score.function.functionName });
    new CfnOutput(this, 'AlertFunctionName', { value: alert.function.functionName });
    new CfnOutput(this, 'ScheduleName', { value: ticker.schedule.scheduleName });
    new CfnOutput(this, 'ScheduleMinutes', { value: String(config.scheduleMinutes) });
    new CfnOutput(this, 'WaitForBackfill', { value: config.waitForBackfill ? 'on' : 'off' });
    new CfnOutput(this, 'AlertDlqUrl', { value: alert.dlq.queueUrl });
    new CfnOutput(this, 'ScheduleDlqUrl', { value: ticker.dlq.queueUrl });
    if (alerts.sender !== undefined) new CfnOutput(this, 'Sender', { value: alerts.sender });
    new CfnOutput(this, 'SecurityHub', { value: alerts.securityHub ? 'on' : 'off' });
  }
}

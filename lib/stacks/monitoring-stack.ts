import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { AlarmTopic } from '../constructs/alarm-topic.ts';
import { Alarms } from '../constructs/alarms.ts';
import { PipelineDashboard } from '../constructs/dashboard.ts';
import type { DeployConfig } from '../deploy-config.ts';
import type { SharedData } from './data-stack.ts';
import type { PipelineStack } from './pipeline-stack.ts';

interface MonitoringStackProps extends StackProps {
  readonly config: DeployConfig;
  readonly data: SharedData;
  readonly pipeline: PipelineStack;
}

/** What watches the pipeline: alarms to the recipients, and a dashboard. */
export class MonitoringStack extends Stack {
  constructor(scope: Construct, id: string, { config, data, pipeline, ...props }: MonitoringStackProps) {
    super(scope, id, { ...props, description: 'Trailwarden: alarms and dashboard' });
    const watched = {
      functions: pipeline.functions,
      ingestQueueName: data.ingestQueueName,
      ingestDlqName: data.ingestDlqName,
      alertDlqName: pipeline.alertDlqName,
      scheduleDlqName: pipeline.scheduleDlqName,
      every: Duration.minutes(config.scheduleMinutes),
    };
    const topic = new AlarmTopic(this, 'AlarmTopic', config.alerts.recipients);
    const alarms = new Alarms(this, 'Alarms', { ...watched, prefix: config.stackPrefix, topic });
    const dashboard = new PipelineDashboard(this, 'Dashboard', { ...watched, dashboardName: config.stackPrefix, alarms });

    new CfnOutput(this, 'DashboardName', { value: dashboard.dashboardName });
    new CfnOutput(this, 'AlarmTopicArn', { value: topic.topicArn });
  }
}

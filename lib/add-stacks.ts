import { type App, Tags, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { DeployConfig } from './deploy-config.ts';
import type { Cargo } from './function-code.ts';
import { DataStack } from './stacks/data-stack.ts';
import { MonitoringStack } from './stacks/monitoring-stack.ts';
import { PipelineStack } from './stacks/pipeline-stack.ts';

/** The stacks of one deployment. Synthesis fails where cdk-nag finds what no reason is given for. */
export function addStacks(
  app: App,
  config: DeployConfig,
  cargo: Cargo,
): { data: DataStack; pipeline: PipelineStack; monitoring: MonitoringStack } {
  const { account, region, stackPrefix } = config;
  const props = { env: { account, region }, config };
  const data = new DataStack(app, `${stackPrefix}-Data`, props);
  const pipeline = new PipelineStack(app, `${stackPrefix}-Pipeline`, { ...props, cargo, data: data.shared });
  const monitoring = new MonitoringStack(app, `${stackPrefix}-Monitoring`, { ...props, data: data.shared, pipeline });
  pipeline.addStackDependency(data);
  monitoring.addStackDependency(pipeline);
  Tags.of(app).add('Application', 'Trailwarden');
  Validations.of(app).addPlugins(new AwsSolutionsChecks());
  return { data, pipeline, monitoring };
}

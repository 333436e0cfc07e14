import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Usage } from './bill.ts';

interface Resource {
  readonly Type: string;
  readonly Properties?: { readonly Metrics?: readonly { readonly MetricStat?: unknown }[] };
}

/** What costs by standing there, for a month: alarms by the metrics they watch, dashboards, keys. `folder` is an assembly of `cdk synth`. */
export function standing(folder: string): Usage {
  const read = <T>(file: string) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as T;
  const { artifacts } = read<{ artifacts: Readonly<Record<string, { type: string; properties?: { templateFile?: string } }>> }>(
    'manifest.json',
  );
  const resources = Object.values(artifacts).flatMap(({ type, properties }) =>
    type === 'aws:cloudformation:stack' && properties?.templateFile !== undefined
      ? Object.values(read<{ Resources?: Readonly<Record<string, Resource>> }>(properties.templateFile).Resources ?? {})
      : [],
  );
  const count = (type: string) => resources.filter(({ Type }) => Type === type).length;
  return {
    'cloudwatch.alarmMetrics': resources
      .filter(({ Type }) => Type === 'AWS::CloudWatch::Alarm')
      .reduce((sum, { Properties }) => sum + (Properties?.Metrics?.filter(({ MetricStat }) => MetricStat !== undefined).length ?? 1), 0),
    'cloudwatch.dashboards': count('AWS::CloudWatch::Dashboard'),
    'kms.keys': count('AWS::KMS::Key'),
  };
}

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FUNCTIONS } from '../../lib/functions.ts';
import { synthesize } from './synth.ts';
import { flat, resource, resources, statements } from './template.ts';

const { monitoring, stacks } = synthesize();
const alarms = Object.fromEntries(
  Object.values(resources(monitoring, 'AWS::CloudWatch::Alarm')).map(({ Properties }) => [Properties.AlarmName as string, Properties]),
);

/** A metric as `Namespace/Name of which`. */
// biome-ignore lint/suspicious/noExplicitAny: a template's properties are what CloudFormation says
const metric = ({ Namespace, MetricName, Dimensions }: any) => `${Namespace}/${MetricName} of ${flat(Dimensions[0].Value)}`;
const metricsOf = (name: string): string[] => {
  const alarm = alarms[name] as NonNullable<(typeof alarms)[string]>;
  if (alarm.Metrics === undefined) return [metric(alarm)];
  return alarm.Metrics.flatMap((one: { MetricStat?: { Metric: object } }) =>
    one.MetricStat === undefined ? [] : [metric(one.MetricStat.Metric)],
  );
};

const VISIBLE = 'AWS/SQS/ApproximateNumberOfMessagesVisible of';

test.each<[string, string[], object]>([
  ['IngestDlqNotEmpty', [`${VISIBLE} <IngestQueueDlq.QueueName>`], { Threshold: 1, Period: 300, Statistic: 'Maximum' }],
  ['AlertDlqNotEmpty', [`${VISIBLE} <AlertDlq.QueueName>`], { Threshold: 1, Period: 300 }],
  ['ScheduleDlqNotEmpty', [`${VISIBLE} <TickerDlq.QueueName>`], { Threshold: 1, Period: 300 }],
  ['OldestMessage', ['AWS/SQS/ApproximateAgeOfOldestMessage of <IngestQueue.QueueName>'], { Threshold: 3600, EvaluationPeriods: 3 }],
  [
    'Silence',
    ['Trailwarden/LiveRecords of score'],
    { Threshold: 0, ComparisonOperator: 'LessThanOrEqualToThreshold', Period: 3600, Statistic: 'Sum', TreatMissingData: 'breaching' },
  ],
  [
    'DeliveryLag',
    ['Trailwarden/DeliverySeconds of score'],
    { Threshold: 3600, Period: 300, Statistic: 'Maximum', EvaluationPeriods: 3, DatapointsToAlarm: 3, TreatMissingData: 'ignore' },
  ],
  ['Rejects', ['Trailwarden/Rejects of score', 'Trailwarden/FileRejects of parse'], { Threshold: 1 }],
  [
    'ScoreFailed',
    ['AWS/Lambda/Errors of <ScoreFunction>', 'Trailwarden/RunFailures of score'],
    { Threshold: 1, EvaluationPeriods: 3, DatapointsToAlarm: 2 },
  ],
  [
    'ScoreStuck',
    ['Trailwarden/Runs of score'],
    { Threshold: 0, ComparisonOperator: 'LessThanOrEqualToThreshold', Period: 900, Statistic: 'Sum', TreatMissingData: 'breaching' },
  ],
  ['RunsBehind', ['Trailwarden/LagSeconds of score'], { Threshold: 1800 }],
  [
    'PutsRefused',
    ['Trailwarden/PutsRefused of score'],
    { Threshold: 1, Period: 300, Statistic: 'Sum', EvaluationPeriods: 1, DatapointsToAlarm: 1 },
  ],
  ['SecurityHubOff', ['Trailwarden/HubOff of alert'], { Threshold: 1, EvaluationPeriods: 1 }],
  [
    'AlertFailures',
    ['AWS/Lambda/Errors of <AlertFunction>', 'Trailwarden/AlertFailures of alert'],
    { Threshold: 1, EvaluationPeriods: 1, DatapointsToAlarm: 1 },
  ],
  [
    'Throttles',
    ['parse', 'score', 'alert'].map((name) => `AWS/Lambda/Throttles of <${name[0]?.toUpperCase()}${name.slice(1)}Function>`),
    { Threshold: 1 },
  ],
])('alarm %s watches %j', (name, watched, properties) => {
  expect(metricsOf(`Trailwarden-${name}`)).toEqual(watched);
  expect(alarms[`Trailwarden-${name}`]).toMatchObject(properties);
});

test('each alarm says what it means and what to do, and goes to the topic', () => {
  expect(Object.keys(alarms)).toHaveLength(14);
  const topic = [{ Ref: expect.stringMatching(/^AlarmTopic/) }];
  for (const alarm of Object.values(alarms)) {
    expect(alarm).toMatchObject({ AlarmActions: topic, OKActions: topic });
    const sentences = alarm.AlarmDescription.match(/[^.]+\.(?: |$)/g);
    expect(sentences.length).toBeGreaterThanOrEqual(2);
    expect(alarm.AlarmDescription.length).toBeLessThanOrEqual(1024);
  }
});

test('a slower schedule is waited for', () => {
  const slow = synthesize({ scheduleMinutes: 60 }).monitoring;
  const of = (name: string) => resource(slow, 'AWS::CloudWatch::Alarm', `Alarms${name}`).Properties;
  expect(of('ScoreStuck').Period).toBe(10_800);
  expect(of('RunsBehind')).toMatchObject({ Period: 3600, Threshold: 21_600 });
  expect(of('DeliveryLag')).toMatchObject({ Period: 3600, EvaluationPeriods: 3 });
});

test('a fast schedule gives no alarm before the lease of a run that crashed can have ended', () => {
  const fast = synthesize({ scheduleMinutes: 1 }).monitoring;
  const of = (name: string) => resource(fast, 'AWS::CloudWatch::Alarm', `Alarms${name}`).Properties;
  expect([of('ScoreStuck').Period, of('DeliveryLag').Period]).toEqual([900, 300]);
});

test('the topic is encrypted, over TLS only, and open to the alarms of this account', () => {
  expect(flat(resource(monitoring, 'AWS::SNS::Topic').Properties.KmsMasterKeyId)).toMatch(/^<AlarmTopicKey\w+\.Arn>$/);
  expect(resource(monitoring, 'AWS::KMS::Key').Properties.EnableKeyRotation).toBe(true);
  const ours = statements(monitoring).filter(({ type }) => type === 'AWS::SNS::TopicPolicy');
  expect(ours.map(({ effect, actions, principal, conditions }) => ({ effect, actions, principal, conditions }))).toEqual([
    { effect: 'Deny', actions: ['sns:Publish'], principal: '*', conditions: { Bool: { 'aws:SecureTransport': 'false' } } },
    {
      effect: 'Allow',
      actions: ['sns:Publish'],
      principal: { Service: 'cloudwatch.amazonaws.com' },
      conditions: { StringEquals: { 'aws:SourceAccount': '111122223333' } },
    },
  ]);
  const key = statements(monitoring).find(({ type, actions }) => type === 'AWS::KMS::Key' && actions.includes('kms:GenerateDataKey'));
  expect(key?.actions).toEqual(['kms:Decrypt', 'kms:GenerateDataKey']);
});

test('the recipients of mails are those of alarms', () => {
  const { monitoring: two } = synthesize({ alerts: { sender: 'a@example.com', recipients: ['b@example.com', 'c@example.com'] } });
  const endpoints = Object.values(resources(two, 'AWS::SNS::Subscription')).map(({ Properties }) => [
    Properties.Protocol,
    Properties.Endpoint,
  ]);
  expect(endpoints).toEqual([
    ['email', 'b@example.com'],
    ['email', 'c@example.com'],
  ]);
});

/** Metrics that the sources of the functions write, as `service/Name`. */
function written(): Set<string> {
  const names = FUNCTIONS.flatMap((service) => {
    const folder = join(__dirname, '../../lambdas', service);
    const text = readdirSync(folder)
      .map((file) => readFileSync(join(folder, file), 'utf8'))
      .join('\n');
    const single = [...text.matchAll(/addMetric\('(\w+)'/g)].map(([, name]) => name);
    const counts = [...text.matchAll(/(?:note|publish)Counts\(\w+, \{([^}]+)\}/g)].flatMap(([, keys = '']) =>
      [...keys.matchAll(/\b([A-Z]\w+):/g)].map(([, name]) => name),
    );
    return [...single, ...counts].map((name) => `${service}/${name}`);
  });
  return new Set(names);
}

test('the dashboard shows every metric that the functions write', () => {
  const body = flat(resource(monitoring, 'AWS::CloudWatch::Dashboard').Properties.DashboardBody);
  const shown = new Set([...body.matchAll(/\["Trailwarden","(\w+)","service","(\w+)"/g)].map(([, name, service]) => `${service}/${name}`));
  expect(written().size).toBeGreaterThan(18);
  expect([...shown].sort()).toEqual([...written()].sort());
  for (const name of Object.keys(alarms)) expect(body).toContain(`<Alarms${name.replace('Trailwarden-', '')}`);
});

test('no alarm watches a metric that nobody writes', () => {
  const names = Object.keys(alarms)
    .flatMap(metricsOf)
    .filter((one) => one.startsWith('Trailwarden/'))
    .map((one) => one.replace(/^Trailwarden\/(\w+) of (\w+)$/, '$2/$1'));
  expect(names.length).toBeGreaterThan(8);
  expect(names.filter((name) => !written().has(name))).toEqual([]);
});

test('the stack tells what doctor asks for', () => {
  expect(Object.keys(monitoring.findOutputs('*'))).toEqual(['DashboardName', 'AlarmTopicArn']);
  expect(stacks.monitoring.dependencies).toEqual([stacks.pipeline]);
});

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { BUNDLED_DATABASE } from '../../core/anomalies/geo-files.ts';
import { loadConfig } from '../../core/config/load.ts';
import { functionCode } from '../../lib/function-code.ts';
import { FUNCTIONS, type FunctionName } from '../../lib/functions.ts';
import { settingsOf } from '../../lib/settings.ts';
import { deployConfig, RULES, SCRATCH, SOURCES, settings, synthesize } from './synth.ts';
import { flat, type Resource, resource, resources, statements } from './template.ts';

const { pipeline, stacks } = synthesize();
const quiet = synthesize({ alerts: { securityHub: true }, scheduleMinutes: 1, memory: { parse: 300 } }).pipeline;
const existing = synthesize({
  alerts: { sender: 'trailwarden@example.com', recipients: ['a@example.com'], identity: 'existing', securityHub: false },
}).pipeline;

const capital = (name: string) => `${name[0]?.toUpperCase()}${name.slice(1)}`;
const fn = (name: FunctionName, template = pipeline): Resource => resource(template, 'AWS::Lambda::Function', `${capital(name)}Function`);

/** What a function's role may do: `action on resource`. */
function grants(name: string, template = pipeline): string[] {
  return statements(template)
    .filter(({ owner }) => owner.startsWith(`${capital(name)}Role`))
    .flatMap(({ actions, resources }) => resources.flatMap((one) => actions.map((action) => `${action} on ${one}`)))
    .sort();
}

const each = (actions: string[], ...on: string[]) => on.flatMap((one) => actions.map((action) => `${action} on ${one}`));

test.each([
  ['parse', 300, 1024, ['BATCH_BUCKET']],
  ['score', 240, 2048, ['BATCH_BUCKET', 'INCIDENTS_TABLE', 'STATE_TABLE']],
  ['alert', 120, 512, ['HOME_ACCOUNT', 'HOME_PARTITION', 'INCIDENTS_TABLE', 'STATE_TABLE']],
] as const)('%s runs on Node 24, arm64', (name, Timeout, MemorySize, variables) => {
  const { Properties } = fn(name);
  expect(Properties).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'], Handler: 'index.handler', Timeout, MemorySize });
  expect(Properties).not.toHaveProperty('ReservedConcurrentExecutions');
  expect(Object.keys(Properties.Environment.Variables).sort()).toEqual(variables);
  expect(resource(pipeline, 'AWS::Logs::LogGroup', capital(name)).Properties.RetentionInDays).toBe(90);
  expect(flat(Properties.LoggingConfig.LogGroup)).toMatch(new RegExp(`^<${capital(name)}Logs`));
});

test('memory is as configured', () => {
  expect(FUNCTIONS.map((name) => fn(name, quiet).Properties.MemorySize)).toEqual([300, 2048, 512]);
});

test('parse may read the trail, write batches, and take from its queue', () => {
  const trail = 'arn::s3:::trailwarden-trail-111122223333-eu-west-1';
  expect(grants('parse')).toEqual(
    [
      ...each(['logs:CreateLogStream', 'logs:PutLogEvents'], '<ParseLogsBF892046.Arn>'),
      ...each(['s3:GetObject', 's3:GetObjectVersion'], `${trail}/AWSLogs/*`),
      `s3:ListBucket on ${trail}`,
      's3:PutObject on <BatchBucket.Arn>/pending/*',
      ...each(['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility', 'sqs:GetQueueAttributes'], '<IngestQueue.Arn>'),
    ].sort(),
  );
});

test('score may keep batches, runs, memory and tables', () => {
  expect(grants('score')).toEqual(
    [
      ...each(['logs:CreateLogStream', 'logs:PutLogEvents'], '<ScoreLogsC3F28C0F.Arn>'),
      ...each(
        ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'],
        '<BatchBucket.Arn>/pending/*',
        '<BatchBucket.Arn>/runs/*',
        '<BatchBucket.Arn>/memory/*',
      ),
      's3:ListBucket on <BatchBucket.Arn>',
      ...each(['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:Query'], '<StateTable.Arn>'),
      ...each(['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'], '<IncidentsTable.Arn>'),
      'dynamodb:Query on <IncidentsTable.Arn>/index/due',
    ].sort(),
  );
});

const ALERT_BASE = [
  ...each(['logs:CreateLogStream', 'logs:PutLogEvents'], '<AlertLogs50F9B253.Arn>'),
  ...each(['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:Query'], '<StateTable.Arn>'),
  ...each(['dynamodb:GetItem', 'dynamodb:UpdateItem'], '<IncidentsTable.Arn>'),
  ...each(
    ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator', 'dynamodb:ListStreams'],
    '<IncidentsTable.StreamArn>',
  ),
  'sqs:SendMessage on <AlertDlq8DA87275.Arn>',
];
const FINDINGS = 'securityhub:BatchImportFindings on arn::securityhub:eu-west-1:111122223333:product/111122223333/default';
const ses = (resource: string) => `ses:SendEmail on arn::ses:eu-west-1:111122223333:${resource}`;

test('alert may send from one address and import findings of this account', () => {
  expect(grants('alert')).toEqual(
    [...ALERT_BASE, FINDINGS, ses('identity/trailwarden@example.com'), ses('identity/security@example.com')].sort(),
  );
  const sending = statements(pipeline).find(({ actions }) => actions.includes('ses:SendEmail'));
  expect(sending?.conditions).toEqual({ StringEquals: { 'ses:FromAddress': 'trailwarden@example.com' } });
  expect(resource(pipeline, 'AWS::SES::EmailIdentity').Properties.EmailIdentity).toBe('trailwarden@example.com');
});

test('alert with an existing identity and without Security Hub', () => {
  expect(grants('alert', existing)).toEqual(
    [
      ...ALERT_BASE,
      ses('configuration-set/*'),
      ses('identity/a@example.com'),
      ses('identity/example.com'),
      ses('identity/trailwarden@example.com'),
    ].sort(),
  );
  expect(resources(existing, 'AWS::SES::EmailIdentity')).toEqual({});
});

test('alert without a sender has no part in SES', () => {
  expect(grants('alert', quiet)).toEqual([...ALERT_BASE, FINDINGS].sort());
  expect(resources(quiet, 'AWS::SES::EmailIdentity')).toEqual({});
});

test('the queue wakes parse in batches, few at a time', () => {
  expect(resource(pipeline, 'AWS::Lambda::EventSourceMapping', 'ParseIngest').Properties).toMatchObject({
    BatchSize: 100,
    MaximumBatchingWindowInSeconds: 60,
    ScalingConfig: { MaximumConcurrency: 5 },
    FunctionResponseTypes: ['ReportBatchItemFailures'],
    FunctionName: { Ref: 'ParseFunction0A23BAEF' },
  });
});

test('the stream rings for what is due, and gives up into a queue', () => {
  const { Properties } = resource(pipeline, 'AWS::Lambda::EventSourceMapping', 'AlertDoorbell');
  expect(Properties).toMatchObject({
    BatchSize: 25,
    BisectBatchOnFunctionError: true,
    FunctionResponseTypes: ['ReportBatchItemFailures'],
    MaximumRecordAgeInSeconds: 3600,
    MaximumRetryAttempts: 5,
    StartingPosition: 'TRIM_HORIZON',
    DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': ['AlertDlq8DA87275', 'Arn'] } } },
  });
  expect(flat(Properties.EventSourceArn)).toBe('<IncidentsTable.StreamArn>');
  expect(Properties.FilterCriteria.Filters.map(({ Pattern }: { Pattern: string }) => JSON.parse(Pattern))).toEqual([
    { eventName: ['INSERT', 'MODIFY'], dynamodb: { NewImage: { due: { S: ['alert'] } } } },
  ]);
});

test.each([
  ['every five minutes', pipeline, 'rate(5 minutes)', 300],
  ['every minute', quiet, 'rate(1 minute)', 60],
] as const)('the schedule rings for score %s', (_name, template, expression, age) => {
  expect(resource(template, 'AWS::Scheduler::Schedule').Properties).toMatchObject({
    ScheduleExpression: expression,
    FlexibleTimeWindow: { Mode: 'OFF' },
    State: 'ENABLED',
    Target: {
      Arn: { 'Fn::GetAtt': ['ScoreFunctionE6EBE4F9', 'Arn'] },
      Input: '{"kind":"tick"}',
      DeadLetterConfig: { Arn: { 'Fn::GetAtt': ['TickerDlq01C0B139', 'Arn'] } },
      RetryPolicy: { MaximumEventAgeInSeconds: age, MaximumRetryAttempts: 2 },
    },
  });
  expect(grants('ticker', template)).toEqual([
    'lambda:InvokeFunction on <ScoreFunctionE6EBE4F9.Arn>',
    'sqs:SendMessage on <TickerDlq01C0B139.Arn>',
  ]);
  const role = resource(template, 'AWS::IAM::Role', 'TickerRole').Properties.AssumeRolePolicyDocument.Statement[0];
  expect(role.Condition.StringEquals['aws:SourceAccount']).toBe('111122223333');
  expect(flat(role.Condition.StringEquals['aws:SourceArn'])).toBe('arn::scheduler:eu-west-1:111122223333:schedule-group/default');
});

test('a failed tick is not repeated by Lambda', () => {
  const configs = Object.values(resources(pipeline, 'AWS::Lambda::EventInvokeConfig'));
  expect(configs.map(({ Properties }) => Properties)).toEqual([
    { FunctionName: { Ref: 'ScoreFunctionE6EBE4F9' }, MaximumEventAgeInSeconds: 300, MaximumRetryAttempts: 0, Qualifier: '$LATEST' },
  ]);
});

test('queues of what was given up are encrypted, over TLS only, and no one else may use them', () => {
  const queues = resources(pipeline, 'AWS::SQS::Queue');
  expect(Object.keys(queues)).toEqual(['AlertDlq8DA87275', 'TickerDlq01C0B139']);
  for (const { Properties } of Object.values(queues)) {
    expect(Properties).toMatchObject({
      SqsManagedSseEnabled: true,
      MessageRetentionPeriod: 14 * 86_400,
      RedriveAllowPolicy: { redrivePermission: 'denyAll' },
    });
  }
  const denials = statements(pipeline).filter(({ type, effect }) => type === 'AWS::SQS::QueuePolicy' && effect === 'Deny');
  expect(denials).toHaveLength(2);
});

test('the stack tells what doctor asks for', () => {
  const outputs = (template: typeof pipeline) => Object.keys(template.findOutputs('*')).filter((name) => !name.startsWith('ExportsOutput'));
  const names = [
    'ParseFunctionName',
    'ScoreFunctionName',
    'AlertFunctionName',
    'ScheduleName',
    'ScheduleMinutes',
    'WaitForBackfill',
    'AlertDlqUrl',
    'ScheduleDlqUrl',
    'Sender',
    'SecurityHub',
  ];
  expect(outputs(pipeline)).toEqual(names);
  expect(outputs(quiet)).toEqual(names.filter((name) => name !== 'Sender'));
  expect(pipeline.toJSON().Outputs.SecurityHub.Value).toBe('on');
  expect(existing.toJSON().Outputs.SecurityHub.Value).toBe('off');
  expect(pipeline.toJSON().Outputs.ScheduleMinutes.Value).toBe('5');
  expect(pipeline.toJSON().Outputs.WaitForBackfill.Value).toBe('off');
  expect(stacks.pipeline.dependencies).toEqual([stacks.data]);
});

describe('the code of a function', () => {
  const deploy = deployConfig();
  const built = join(SCRATCH, 'built');
  const cargo = { built, settings: settings(deploy), rules: RULES, databases: [] };
  const scope = () => new Stack(new App({ outdir: join(SCRATCH, 'code') }), 'Code');
  const sent = (name: FunctionName, file: string) => readFileSync(join(SCRATCH, 'code/functions', name, file), 'utf8');

  test.each(FUNCTIONS)('%s has its settings beside it', (name) => {
    functionCode(scope(), name, cargo);
    expect(sent(name, 'index.mjs')).toContain(`'${name}'`);
    expect(JSON.parse(sent(name, 'settings.json'))).toEqual({
      version: '1.2.3',
      config: expect.objectContaining({ trustedNetworks: [] }),
      rulesHash: expect.stringMatching(/^[0-9a-f]{64}$/),
      configHash: expect.stringMatching(/^[0-9a-f]{64}$/),
      alerts: { threshold: 'high', sender: 'trailwarden@example.com', recipients: ['security@example.com'], securityHub: true },
      waitForBackfill: false,
      trail: 's3://trailwarden-trail-111122223333-eu-west-1/AWSLogs/',
    });
  });

  test('says where the logs lie, unless others announce them', () => {
    const trailOf = (trail: Record<string, unknown>) => settings(deployConfig({ trail })).trail;
    expect(trailOf(SOURCES.eventbridge)).toBe('s3://example-trail/team/AWSLogs/');
    expect(settings(deployConfig({ stackPrefix: 'Sec' })).trail).toBe('s3://sec-trail-111122223333-eu-west-1/AWSLogs/');
    for (const trail of [SOURCES.queue, SOURCES.topic]) expect(settings(deployConfig({ trail }))).not.toHaveProperty('trail');
  });

  test('says whether to wait for a backfill', () => {
    expect(settings(deployConfig({ waitForBackfill: true })).waitForBackfill).toBe(true);
  });

  test('score alone has the rules', () => {
    functionCode(scope(), 'score', cargo);
    expect(JSON.parse(sent('score', 'rules.json'))).toEqual(RULES);
    functionCode(scope(), 'parse', cargo);
    expect(() => sent('parse', 'rules.json')).toThrow('ENOENT');
  });

  test('score alone has the geolocation databases, the own ones by their places', () => {
    const databases = ['city.mmdb', 'asn.mmdb'].map((name) => join(SCRATCH, name));
    for (const file of databases) writeFileSync(file, file);
    for (const name of FUNCTIONS) functionCode(scope(), name, { ...cargo, databases });
    expect(sent('score', BUNDLED_DATABASE)).toBe('countries');
    expect(['geo-1.mmdb', 'geo-2.mmdb'].map((name) => sent('score', name))).toEqual(databases);
    for (const name of ['parse', 'alert'] as const) expect(() => sent(name, 'geo-1.mmdb')).toThrow('ENOENT');
  });

  test('the bundled database stays out where it is not wanted', () => {
    const config = loadConfig('{"anomalies":{"geo":{"bundled":false}}}', 'test.json');
    functionCode(scope(), 'score', { ...cargo, settings: settingsOf('1.2.3', config, deploy, RULES) });
    expect(() => sent('score', BUNDLED_DATABASE)).toThrow('ENOENT');
    expect(() => sent('score', 'geo-1.mmdb')).toThrow('ENOENT');
  });

  test('that is not built is refused with what to do', () => {
    expect(() => functionCode(scope(), 'alert', { ...cargo, built: join(SCRATCH, 'nowhere') })).toThrow(
      `${join(SCRATCH, 'nowhere', 'alert', 'index.mjs')} is missing: the functions are not built. Run "npm run build" first.`,
    );
  });

  test('other settings have another hash', () => {
    const other = settings(deployConfig({ alerts: { sender: 'a@example.com', recipients: ['b@example.com'] } }));
    expect(other.configHash).not.toBe(settings(deploy).configHash);
    expect(other.rulesHash).toBe(settings(deploy).rulesHash);
  });
});

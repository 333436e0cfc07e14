import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, type Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { BUNDLED_DATABASE } from '../../core/anomalies/geo-files.ts';
import { loadConfig } from '../../core/config/load.ts';
import type { Settings } from '../../core/config/settings.ts';
import { addStacks } from '../../lib/add-stacks.ts';
import { type DeployConfig, DeploySchema } from '../../lib/deploy-config.ts';
import type { Cargo } from '../../lib/function-code.ts';
import { FUNCTIONS } from '../../lib/functions.ts';
import { settingsOf } from '../../lib/settings.ts';

// The library's own check of each template takes longer than all else; the app itself runs it at each synthesis.
process.env.CDK_VALIDATION = 'false';

export const SCRATCH = mkdtempSync(join(tmpdir(), 'trailwarden-synth-'));
afterAll(() => rmSync(SCRATCH, { recursive: true, force: true }));

/** The flags that the app is synthesized with. */
const { context } = JSON.parse(readFileSync(join(__dirname, '../../cdk.json'), 'utf8')) as { context: Record<string, unknown> };

export const KEY = 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';

/** The smallest good section. */
export const SMALLEST = {
  account: '111122223333',
  region: 'eu-west-1',
  trail: { create: true } as Record<string, unknown>,
  alerts: { sender: 'trailwarden@example.com', recipients: ['security@example.com'] } as Record<string, unknown>,
};

/** Every way in which logs can come in. */
export const SOURCES = {
  created: { create: true },
  organization: { create: true, organization: 'o-exampleorgid', kmsKeyArn: KEY },
  bucket: { bucket: 'example-trail', kmsKeyArn: KEY },
  eventbridge: { bucket: 'example-trail', prefix: 'team/AWSLogs/', notify: 'eventbridge' },
  queue: { queueArn: 'arn:aws:sqs:eu-west-1:444455556666:trail-objects', buckets: ['example-archive'], kmsKeyArns: [KEY] },
  topic: { topicArn: 'arn:aws:sns:eu-west-1:444455556666:trail-objects', buckets: ['example-archive', 'example-archive-2'] },
} as const;

export const RULES: Cargo['rules'] = { rules: [], correlations: [], refusals: [] };

export function deployConfig(over: Readonly<Record<string, unknown>> = {}): DeployConfig {
  return loadConfig(JSON.stringify({ deploy: { ...SMALLEST, ...over } }), 'test.json', { deploy: DeploySchema }).deploy;
}

export function settings(deploy: DeployConfig): Settings {
  return settingsOf('1.2.3', loadConfig('{}', 'test.json'), deploy, RULES);
}

/** Functions as the build makes them, but empty. */
export function builtFunctions(): string {
  const built = join(SCRATCH, 'built');
  for (const name of FUNCTIONS) {
    mkdirSync(join(built, name), { recursive: true });
    writeFileSync(join(built, name, 'index.mjs'), `export const handler = async () => '${name}';\n`);
  }
  writeFileSync(join(built, 'score', BUNDLED_DATABASE), 'countries');
  return built;
}

export interface Synthesized {
  readonly app: App;
  readonly data: Template;
  readonly pipeline: Template;
  readonly monitoring: Template;
  readonly stacks: { readonly data: Stack; readonly pipeline: Stack; readonly monitoring: Stack };
}

/** The templates of a deployment, with the section's defaults but for `over`. Throws where cdk-nag finds something. */
export function synthesize(over: Readonly<Record<string, unknown>> = {}): Synthesized {
  const deploy = deployConfig(over);
  const app = new App({
    analyticsReporting: false,
    outdir: mkdtempSync(join(SCRATCH, 'out-')),
    context: { ...context, 'aws:cdk:bundling-stacks': [] },
  });
  const stacks = addStacks(app, deploy, { built: builtFunctions(), settings: settings(deploy), rules: RULES, databases: [] });
  const { data, pipeline, monitoring } = stacks;
  return {
    app,
    stacks,
    data: Template.fromStack(data),
    pipeline: Template.fromStack(pipeline),
    monitoring: Template.fromStack(monitoring),
  };
}

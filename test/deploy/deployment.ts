import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { CloudFormationClient, DescribeStacksCommand, UpdateTerminationProtectionCommand } from '@aws-sdk/client-cloudformation';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const NODE = join(ROOT, 'node_modules/.bin/node');
const CDK = join(ROOT, 'node_modules/aws-cdk/bin/cdk');
const STACKS = ['Data', 'Pipeline', 'Monitoring'] as const;
/** The CDK lets a function wait for its role and the role's policies; cfn-lint takes the role's part, which a reference implies, for idle. */
const LINT_IGNORED = 'W3005';

/** The section `deploy` of a configuration, as a user writes it. */
type DeploySection = Readonly<Record<string, unknown>> & { readonly stackPrefix: string };

interface Ended {
  readonly code: number;
  /** What it printed, both streams. */
  readonly text: string;
}

/** Runs a program to its end. What it prints is kept. */
async function run(program: string, args: readonly string[]): Promise<Ended> {
  try {
    const { stdout, stderr } = await promisify(execFile)(program, args, { cwd: ROOT, maxBuffer: 64 * 1024 * 1024 });
    return { code: 0, text: stdout + stderr };
  } catch (error) {
    const { code, stdout = '', stderr = '' } = error as { code?: number | string; stdout?: string; stderr?: string };
    if (typeof code !== 'number') throw error;
    return { code, text: stdout + stderr };
  }
}

async function mustRun(what: string, program: string, args: readonly string[]): Promise<string> {
  const { code, text } = await run(program, args);
  if (code !== 0) throw new Error(`${what} ended with code ${code}:\n${text.trimEnd().split('\n').slice(-40).join('\n')}`);
  return text;
}

/** The app with one configuration: synthesized once, linted and deployed as it came out. */
export class Deployment {
  readonly prefix: string;
  readonly config: string;
  readonly assembly: string;

  constructor(scratch: string, section: DeploySection) {
    this.prefix = section.stackPrefix;
    this.config = join(scratch, `${this.prefix}.json`);
    this.assembly = join(scratch, `${this.prefix}.out`);
    writeFileSync(this.config, JSON.stringify({ deploy: section }));
  }

  async synthesize(): Promise<void> {
    await mustRun('cdk synth', NODE, [CDK, 'synth', '--quiet', '--output', this.assembly, '--context', `config=${this.config}`]);
  }

  /** @param venv virtual environment that cfn-lint lies in */
  async lint(venv: string): Promise<void> {
    const templates = readdirSync(this.assembly).filter((name) => name.endsWith('.template.json'));
    if (templates.length !== STACKS.length) throw new Error(`Expected ${STACKS.length} templates, found ${templates.join(', ')}.`);
    const paths = templates.map((name) => join(this.assembly, name));
    await mustRun('cfn-lint', join(venv, 'bin', 'cfn-lint'), ['--ignore-checks', LINT_IGNORED, '--template', ...paths]);
  }

  /** Makes the bucket and the roles that deployments of the account and region go through. */
  async bootstrap(): Promise<void> {
    await mustRun('cdk bootstrap', NODE, [CDK, 'bootstrap', '--app', this.assembly]);
  }

  /** Deploys the three stacks, or finds that there is nothing to do. */
  deploy(): Promise<string> {
    const args = ['deploy', '--all', '--require-approval', 'never', '--app', this.assembly, '--progress', 'events'];
    return mustRun('cdk deploy', NODE, [CDK, ...args]);
  }

  async deployAgain(): Promise<void> {
    const text = await this.deploy();
    const unchanged = text.split('(no changes)').length - 1;
    if (unchanged !== STACKS.length) throw new Error(`Expected ${STACKS.length} stacks without changes, found ${unchanged}:\n${text}`);
  }

  /** Removes the stacks in the steps that the documentation names: the Data stack is protected, and goes only when it is told so. */
  async destroy(): Promise<void> {
    const [data, ...running] = STACKS.map((name) => `${this.prefix}-${name}`) as [string, ...string[]];
    const client = new CloudFormationClient({});
    const standing = async () => {
      const { Stacks: stacks = [] } = await client.send(new DescribeStacksCommand({}));
      return stacks.map(({ StackName = '' }) => StackName).filter((name) => name.startsWith(`${this.prefix}-`));
    };
    const destroy = (names: readonly string[]) => run(NODE, [CDK, 'destroy', ...names, '--force', '--app', this.assembly]);
    const first = await destroy(running);
    const refused = await destroy([data]);
    assert.deepEqual([first.code, refused.code !== 0, await standing()], [0, true, [data]], first.text + refused.text);
    await client.send(new UpdateTerminationProtectionCommand({ StackName: data, EnableTerminationProtection: false }));
    const last = await destroy([data]);
    assert.deepEqual([last.code, await standing()], [0, []], last.text);
  }

  /** Runs `trailwarden doctor` as a user would. */
  async doctor(): Promise<void> {
    await mustRun('trailwarden doctor', NODE, [join(ROOT, 'dist/trailwarden.mjs'), 'doctor', '--config', this.config]);
  }

  /** The outputs of the three stacks, by name. */
  async outputs(): Promise<(name: string) => string> {
    const client = new CloudFormationClient({});
    const found: Record<string, string> = {};
    for (const name of STACKS) {
      const { Stacks: [stack] = [] } = await client.send(new DescribeStacksCommand({ StackName: `${this.prefix}-${name}` }));
      for (const { OutputKey = '', OutputValue = '' } of stack?.Outputs ?? []) found[OutputKey] = OutputValue;
    }
    return (name) => {
      const value = found[name];
      if (value === undefined) throw new Error(`Expected an output ${name}, found ${Object.keys(found).join(', ')}.`);
      return value;
    };
  }
}

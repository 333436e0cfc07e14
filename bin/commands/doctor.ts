import type { Command } from 'commander';
import type { Check } from '../../core/doctor/check.ts';
import { deployChecks, doctorChecks } from '../../core/doctor/doctor.ts';
import { doctorJson, doctorText } from '../../core/outputs/doctor.ts';
import type { DeployConfig } from '../../lib/deploy-config.ts';
import { ingestQueueName, trailName } from '../../lib/names.ts';
import { gatherDeployFacts, gatherDoctorFacts } from '../../local/deployed/gather.ts';
import { CONFIG_FILE } from './config-file.ts';
import { chooseDeployment, configured, type Deployment, type DeploymentFlags, needSection } from './deploy-section.ts';
import { printableJson, terminalStyle } from './printing.ts';

interface DoctorFlags extends DeploymentFlags {
  readonly beforeDeploy?: boolean;
  readonly json?: boolean;
}

async function runDoctor(flags: DoctorFlags): Promise<number> {
  const deployment = chooseDeployment(flags);
  const { prefix } = deployment;
  // Whole seconds: nothing here is known more exactly.
  const at = Math.floor(Date.now() / 1000) * 1000;
  const { account, region, checks } = flags.beforeDeploy ? await beforeDeploy(needSection(deployment)) : await deployed(deployment, at);
  const subject = { prefix, account, region, at, beforeDeploy: flags.beforeDeploy ?? false };
  process.stdout.write(flags.json ? `${printableJson(doctorJson(checks, subject))}\n` : doctorText(checks, subject, terminalStyle()));
  return checks.some(({ status }) => status === 'broken') ? 1 : 0;
}

interface Diagnosis {
  readonly account: string;
  readonly region: string;
  readonly checks: readonly Check[];
}

async function deployed({ prefix, section, exceptions }: Deployment, now: number): Promise<Diagnosis> {
  const facts = await gatherDoctorFacts(prefix, section === undefined ? null : configured(section), { exceptions, now });
  return { account: facts.account, region: facts.region, checks: doctorChecks(facts, now) };
}

async function beforeDeploy(deploy: DeployConfig): Promise<Diagnosis> {
  const { account, region, trail, waitForBackfill } = deploy;
  const source =
    'create' in trail
      ? ({ kind: 'create' } as const)
      : 'bucket' in trail
        ? ({ kind: 'bucket', bucket: trail.bucket, prefix: trail.prefix, notify: trail.notify } as const)
        : ({ kind: 'announced' } as const);
  const [ownTrail, ingestQueue] = [trailName(deploy), ingestQueueName(deploy)];
  const facts = await gatherDeployFacts({ account, region, source, waitForBackfill, ownTrail, ingestQueue });
  return { account, region, checks: deployChecks(facts) };
}

/** Adds the command `doctor`. */
export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .showHelpAfterError('(npx trailwarden doctor --help tells more)')
    .summary('Tell how a deployed Trailwarden does, and what to do.')
    .description('Looks at a deployed Trailwarden: what works, what does not, what to do. Only reads.')
    .option('-c, --config <file>', `configuration with the deploy section (default: ${CONFIG_FILE} where it lies in this folder)`)
    .option('--stack-prefix <name>', 'beginning of the names of the stacks (default: that of the configuration, else Trailwarden)')
    .option('--region <code>', 'region of the deployment (default: that of the configuration, else of your AWS profile)')
    .option('--before-deploy', 'look at what a deploy of the configuration would meet: a second paid trail, notifications that overlap')
    .option('--json', 'print the checks as JSON, and nothing else')
    .addHelpText(
      'after',
      `
Examples:
  $ npx trailwarden doctor
  $ npx trailwarden doctor --region eu-west-1 --stack-prefix Trailwarden --json
  $ npx trailwarden doctor --before-deploy --config trailwarden.config.json

Each line is ok, look (it works, and deserves a look), broken, or unknown (it
could not be seen: mostly a permission is missing). docs/operations.md explains
them all.

Exit codes: 0 nothing is broken, 1 something is, or nothing could be asked (a sentence says why);
with --before-deploy what could not be asked is unknown, and no reason for 1.`,
    )
    .action(async (flags: DoctorFlags) => {
      process.exitCode = await runDoctor(flags);
    });
}

// Deploys the app, its templates as they are, into an emulated AWS on the loopback address: once for each source of logs. Puts logs into the trail
// bucket, waits for the incident, the mail and the finding, and removes it all again. Takes the folder of a virtual environment with what
// requirements.txt names.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HubDouble } from '../../sandbox/hub.ts';
import { CheckFailed, Checks } from './checks.ts';
import { Deployment } from './deployment.ts';
import { Emulator } from './emulator.ts';
import { checkSources } from './sources.ts';
import { checkData, followTrailObjects, putTrailObjects } from './trail-objects.ts';

const ACCOUNT = '111122223333';
const REGION = 'eu-central-1';

const [venv] = process.argv.slice(2);
if (venv === undefined) throw new Error('Expected the folder of a virtual environment: node test/deploy/run.ts VENV');
// Nothing of the caller's own AWS set-up is looked at.
for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name];

for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => process.exit(1));

const scratch = mkdtempSync(join(tmpdir(), 'trailwarden-deploy-'));
const checks = new Checks();
const hub = await HubDouble.start(ACCOUNT, REGION);
let emulator: Emulator | undefined;
try {
  const running = await checks.run('MiniStack starts on 127.0.0.1', () =>
    Emulator.start({ venv, scratch, account: ACCOUNT, region: REGION, hub: hub.endpoint }),
  );
  emulator = running;
  Object.assign(process.env, running.environment, { AWS_ENDPOINT_URL_SECURITYHUB: hub.endpoint });
  const deployment = new Deployment(scratch, {
    account: ACCOUNT,
    region: REGION,
    trail: { create: true },
    // Its first run comes this long after the deployment.
    scheduleMinutes: 1,
    alerts: { sender: 'trailwarden@example.com', recipients: ['security@example.com'] },
    stackPrefix: 'Trailwarden',
  });
  await checks.run('the app is synthesized, and cdk-nag finds nothing', () => deployment.synthesize());
  await checks.run('cfn-lint finds nothing in the three templates', () => deployment.lint(venv));
  await checks.run('cdk bootstrap', () => deployment.bootstrap());
  await checks.run('cdk deploy --all', () => deployment.deploy());
  const deployed = { account: ACCOUNT, region: REGION, output: await deployment.outputs(), mails: () => running.mails(), hub };
  const put = await checks.run('logs are put into the trail bucket', () => putTrailObjects(deployed));
  // Meanwhile the schedule's minute passes.
  await checkSources(checks, { account: ACCOUNT, region: REGION, scratch, venv });
  await followTrailObjects(checks, put, deployed);
  await checks.run('doctor finds nothing broken', () => deployment.doctor());
  await checks.run('a second cdk deploy finds nothing to change', () => deployment.deployAgain());
  await checks.run('cdk destroy removes the stacks, the protected one last', () => deployment.destroy());
  await checks.run('the data stay', () => checkData(deployed));
} catch (error) {
  if (!(error instanceof CheckFailed)) throw error;
  if (emulator) console.log(`The last lines of MiniStack's log:\n${emulator.lastLines(60)}`);
} finally {
  await emulator?.stop();
  await hub.stop();
  rmSync(scratch, { recursive: true, force: true });
}
console.log(`${checks.passed} passed, ${checks.failed} failed`);
process.exitCode = checks.failed > 0 ? 1 : 0;

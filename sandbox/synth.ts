import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { projectNode, ROOT } from './place.ts';

/** A configuration for trying things out: a trail of its own, every alert on. */
export const SAMPLE_CONFIG = {
  deploy: {
    account: '111122223333',
    region: 'eu-west-1',
    trail: { create: true },
    alerts: {
      threshold: 'high',
      sender: 'trailwarden@example.com',
      recipients: ['security@example.com'],
      identity: 'create',
      securityHub: true,
    },
  },
};

/**
 * Synthesizes the CDK app, as `cdk synth` would, with a configuration, or with that in a file, into a folder that exists; the functions must have been built.
 * @returns the folder of the assembly.
 * @throws Error with what the app said.
 */
export async function synthesize(config: unknown, folder: string): Promise<string> {
  // What a file names beside it (rules, databases) is found from where it lies.
  const file = typeof config === 'string' ? resolve(config) : join(folder, 'trailwarden.config.json');
  if (typeof config !== 'string') writeFileSync(file, JSON.stringify(config));
  const { app, context } = JSON.parse(readFileSync(join(ROOT, 'cdk.json'), 'utf8')) as { app: string; context: Record<string, unknown> };
  const entry = app.split(' ').at(-1) as string;
  const outdir = join(folder, 'cdk.out');
  // What the app's own checks say is for its tests and for deployments: here they cost seconds.
  const env = {
    ...process.env,
    CDK_OUTDIR: outdir,
    CDK_VALIDATION: 'false',
    CDK_CONTEXT_JSON: JSON.stringify({ ...context, config: file }),
  };
  const child = spawn(projectNode(), ['--no-warnings', join(ROOT, entry)], { cwd: ROOT, env, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (data: Buffer) => {
    said += data.toString();
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`The app ${entry} ended with ${code}: ${said.trim()}`);
  return outdir;
}

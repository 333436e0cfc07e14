import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's folder. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** The Node that the functions run on: the project's own, whatever the machine has. */
export function projectNode(): string {
  const own = join(ROOT, 'node_modules', 'node', 'bin', 'node');
  return existsSync(own) ? own : process.execPath;
}

/** A script of this folder. */
export function script(name: string): string {
  return join(ROOT, 'sandbox', name);
}

export const DYNAMODB = join(ROOT, 'node_modules', '@dynoxide', 'linux-x64', 'dynoxide');

/** Why the local cloud cannot run on this machine, or undefined where it must. */
export function whyNoCloud(platform: string = process.platform, architecture: string = process.arch): string | undefined {
  if (platform === 'linux' && architecture === 'x64') return undefined;
  return `The local cloud did not run: its DynamoDB is made for Linux on x64, this is ${platform} on ${architecture}.`;
}

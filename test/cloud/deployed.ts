import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readAssembly } from '../../sandbox/assembly.ts';
import { LocalCloud } from '../../sandbox/cloud.ts';
import { SAMPLE_CONFIG, synthesize } from '../../sandbox/synth.ts';

/** What would be deployed with a configuration, running on this machine. `end` ends it and removes its folder. */
export async function deployed(
  config: unknown = SAMPLE_CONFIG,
): Promise<{ readonly cloud: LocalCloud; readonly end: () => Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'trailwarden-cloud-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    const cloud = await LocalCloud.start(readAssembly(await synthesize(config, folder)));
    return {
      cloud,
      end: async () => {
        await cloud.stop();
        remove();
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
}

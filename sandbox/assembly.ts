import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CloudModel } from './model.ts';
import { readStacks } from './resources.ts';
import type { StackTemplate, Template } from './template.ts';

interface Artifact {
  readonly type: string;
  readonly environment?: string;
  readonly displayName?: string;
  readonly properties?: { readonly templateFile?: string; readonly stackName?: string };
}

interface AssetManifest {
  readonly files?: Readonly<
    Record<
      string,
      { readonly source: { readonly path?: string }; readonly destinations: Readonly<Record<string, { readonly objectKey: string }>> }
    >
  >;
}

/**
 * Reads a folder that `cdk synth` wrote: the stacks' templates and, from the asset manifests, where the functions' code lies.
 * @throws Error when the stacks are for no certain account and region, or for several.
 */
export function readAssembly(folder: string): CloudModel {
  const read = <T>(file: string) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as T;
  const { artifacts } = read<{ artifacts: Readonly<Record<string, Artifact>> }>('manifest.json');
  const stacks: StackTemplate[] = [];
  const homes = new Set<string>();
  const code = new Map<string, string>();
  for (const [id, { type, environment, properties }] of Object.entries(artifacts)) {
    if (type === 'aws:cloudformation:stack' && properties?.templateFile !== undefined) {
      stacks.push({ stackName: properties.stackName ?? id, template: read<Template>(properties.templateFile) });
      homes.add(String(environment).replace('aws://', ''));
    } else if (type === 'cdk:asset-manifest') {
      const { files = {} } = read<AssetManifest>(`${id}.json`);
      for (const { source, destinations } of Object.values(files)) {
        for (const { objectKey } of Object.values(destinations))
          if (source.path !== undefined) code.set(objectKey, join(folder, source.path));
      }
    }
  }
  const [account, region] = [...homes][0]?.split('/') ?? [];
  if (homes.size !== 1 || account === undefined || region === undefined || account.startsWith('unknown') || region.startsWith('unknown')) {
    throw new Error(
      `The stacks in ${folder} should be for one certain account and region, they are for ${[...homes].join(' and ') || 'none'}.`,
    );
  }
  const partition = region.startsWith('cn-') ? 'aws-cn' : region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
  return readStacks(stacks, { account, region, partition }, (key) => {
    const path = code.get(key);
    if (path === undefined) throw new Error(`No asset manifest in ${folder} names ${key}.`);
    return path;
  });
}

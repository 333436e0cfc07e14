import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FunctionSettings } from '../../sandbox/invocation.ts';
import type { CloudModel, FunctionModel } from '../../sandbox/model.ts';

export const HOME = { account: '111122223333', region: 'eu-west-1', partition: 'aws' };

/** A folder of the test's own with handlers by name, each the text of an `index.mjs`. */
export class Toys {
  readonly folder = mkdtempSync(join(tmpdir(), 'trailwarden-toys-'));

  add(name: string, source: string): string {
    const folder = join(this.folder, name);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'index.mjs'), source);
    return folder;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export function functionModel(name: string, codeFolder: string, more: Partial<FunctionModel> = {}): FunctionModel {
  const functionName = `Example-${name}`;
  return {
    name,
    functionName,
    arn: `arn:aws:lambda:${HOME.region}:${HOME.account}:function:${functionName}`,
    codeFolder,
    handler: 'index.handler',
    timeout: 5,
    memory: 256,
    environment: {},
    ...more,
  };
}

export function functionSettings(name: string, codeFolder: string, more: Partial<FunctionSettings> = {}): FunctionSettings {
  return { ...functionModel(name, codeFolder), region: HOME.region, ...more };
}

/** A cloud without anything in it; `more` adds. */
export function cloudModel(more: Partial<CloudModel>): CloudModel {
  return {
    home: HOME,
    buckets: [],
    queues: [],
    tables: [],
    functions: [],
    queueMappings: [],
    streamMappings: [],
    schedules: [],
    announcements: [],
    subscriptions: [],
    outputs: {},
    ...more,
  };
}

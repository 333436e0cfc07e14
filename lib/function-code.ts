import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Stage } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { Settings } from '../core/config/settings.ts';
import type { LoadedRules } from '../core/rules/model.ts';
import type { FunctionName } from './functions.ts';

/** What cannot be deployed; the message is a sentence for the one who deploys. */
export class DeployError extends Error {
  override readonly name = 'DeployError';
}

/** What travels beside the code of the functions. */
export interface Cargo {
  /** Folder with one folder of built code per function. */
  readonly built: string;
  readonly settings: Settings;
  /** Rules as chosen: the score function alone needs them. */
  readonly rules: LoadedRules;
}

/**
 * The code of a function as it is sent up: what the build made, with `settings.json` and for score `rules.json` beside it.
 * @throws {DeployError} when the function is not built.
 */
export function functionCode(scope: Construct, name: FunctionName, { built, settings, rules }: Cargo): Code {
  const source = join(built, name);
  if (!existsSync(join(source, 'index.mjs'))) {
    throw new DeployError(`${join(source, 'index.mjs')} is missing: the functions are not built. Run "npm run build" first.`);
  }
  const folder = join(Stage.of(scope)?.outdir ?? '', 'functions', name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  cpSync(source, folder, { recursive: true });
  writeFileSync(join(folder, 'settings.json'), JSON.stringify(settings));
  if (name === 'score') writeFileSync(join(folder, 'rules.json'), JSON.stringify(rules));
  return Code.fromAsset(folder);
}

import { copyFileSync, cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Stage } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { BUNDLED_DATABASE, ownDatabase } from '../core/anomalies/geo-files.ts';
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
  /** Geolocation databases of the user's own, as files in the order of the configuration: for the score function alone as well. */
  readonly databases: readonly string[];
}

/**
 * The code of a function as it is sent up: what the build made, with `settings.json` beside it, and for score `rules.json` and the geolocation databases.
 * @throws {DeployError} when the function is not built.
 */
export function functionCode(scope: Construct, name: FunctionName, cargo: Cargo): Code {
  const source = join(cargo.built, name);
  const { bundled } = cargo.settings.config.anomalies.geo;
  const needed = ['index.mjs', ...(name === 'score' && bundled ? [BUNDLED_DATABASE] : [])].map((file) => join(source, file));
  const missing = needed.find((file) => !existsSync(file));
  if (missing !== undefined) throw new DeployError(`${missing} is missing: the functions are not built. Run "npm run build" first.`);
  const folder = join(Stage.of(scope)?.outdir ?? '', 'functions', name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  cpSync(source, folder, { recursive: true });
  writeFileSync(join(folder, 'settings.json'), JSON.stringify(cargo.settings));
  if (name === 'score') {
    writeFileSync(join(folder, 'rules.json'), JSON.stringify(cargo.rules));
    for (const [i, file] of cargo.databases.entries()) copyFileSync(file, join(folder, ownDatabase(i)));
    if (!bundled) rmSync(join(folder, BUNDLED_DATABASE), { force: true });
  }
  return Code.fromAsset(folder);
}

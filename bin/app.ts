// The CDK app: what `npx cdk synth` and `npx cdk deploy` run.
import { readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { App } from 'aws-cdk-lib';
import { GeoDatabaseError } from '../core/anomalies/geo-database.ts';
import { ConfigError, loadConfig } from '../core/config/load.ts';
import { unknownExceptions } from '../core/risk/exception-use.ts';
import { chooseRules, joinRules } from '../core/rules/choose.ts';
import { loadRules } from '../core/rules/load.ts';
import type { LoadedRules } from '../core/rules/model.ts';
import { addStacks } from '../lib/add-stacks.ts';
import { DeploySchema } from '../lib/deploy-config.ts';
import { DeployError } from '../lib/function-code.ts';
import { fitDatabases } from '../lib/geo-databases.ts';
import { settingsOf } from '../lib/settings.ts';
import { openGeo, ownDatabases } from '../local/geo.ts';
import { readRuleFiles } from '../local/rule-files.ts';
import { explain, SourceError } from '../local/sources.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

function readConfig(file: string) {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigError(
      `The configuration ${file} cannot be read: ${explain(error)}. docs/deploy.md shows what it holds; name another with --context config=FILE.`,
    );
  }
  return loadConfig(text, file, { deploy: DeploySchema });
}

function bundledRules(): LoadedRules {
  const file = resolve(ROOT, 'dist/rules.json');
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as LoadedRules;
  } catch (error) {
    throw new DeployError(`The rules in ${file} cannot be read: ${explain(error)}. Run "npm run build" first.`);
  }
}

/** Rules of folders beside the configuration, named from there: the same on every machine. Correlations may build on the bundled ones. */
function ownRules(folders: readonly string[], home: string, bundled: LoadedRules): LoadedRules {
  const files = folders.flatMap((folder) => readRuleFiles(resolve(home, folder)));
  return loadRules(
    files.map(({ file, text }) => ({ file: relative(home, file).replaceAll('\\', '/'), text })),
    [bundled],
  );
}

/** Tells of rules that are left out: one bad rule of a pack shall not stop a deployment. */
function warn({ refusals }: LoadedRules): void {
  for (const { file, line, reason } of refusals) process.stderr.write(`Left out: ${file}:${line} ${reason}\n`);
}

try {
  const app = new App({ analyticsReporting: false });
  const file = resolve(String(app.node.tryGetContext('config') ?? resolve(ROOT, 'trailwarden.config.json')));
  const { deploy, ...config } = readConfig(file);
  const databases = ownDatabases(config.anomalies.geo.databases, dirname(file));
  fitDatabases(databases, deploy.memory.score);
  openGeo(databases);
  const bundled = bundledRules();
  const known = joinRules([bundled, ownRules(deploy.rules.folders, dirname(file), bundled)]);
  for (const sentence of unknownExceptions(config.exceptions, known)) process.stderr.write(`${sentence}\n`);
  const rules = chooseRules(known, config.rules);
  warn(rules);
  const { version } = JSON.parse(readFileSync(resolve(ROOT, 'package.json'), 'utf8')) as { version: string };
  const settings = settingsOf(version, config, deploy, rules);
  addStacks(app, deploy, { built: resolve(ROOT, 'dist/lambdas'), settings, rules, databases });
  app.synth();
} catch (error) {
  const known = [ConfigError, SourceError, GeoDatabaseError, DeployError].some((kind) => error instanceof kind);
  // What cdk-nag found is on the screen already.
  const isValidation = (error as Error).name === 'ValidationFailed';
  process.stderr.write(`${known || isValidation ? (error as Error).message : (error as Error).stack}\n`);
  process.exitCode = 1;
}

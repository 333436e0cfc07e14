#!/usr/bin/env node
import { Command } from 'commander';
import { GeoDatabaseError } from '../core/anomalies/geo-database.ts';
import { ConfigError } from '../core/config/load.ts';
import { Stopped } from '../local/analyze.ts';
import { DeployedError } from '../local/deployed/asking.ts';
import { explain, SourceError } from '../local/sources.ts';
import { addAnalyze } from './commands/analyze.ts';
import { addBackfill } from './commands/backfill.ts';
import { addDoctor } from './commands/doctor.ts';

declare const VERSION: string;

// A reader that has seen enough (`| head`) closes the pipe: that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

const program = new Command('trailwarden')
  .description(
    'Reads AWS CloudTrail logs, says what in them is risky and why. Here, or as a pipeline in your AWS account (docs/deploy.md).',
  )
  .version(VERSION)
  .showHelpAfterError('(npx trailwarden --help tells more)')
  .addHelpText(
    'after',
    `
Examples:
  $ npx trailwarden analyze ./logs           read a folder, write trailwarden-out/report.html
  $ npx trailwarden doctor                   look at what is deployed in AWS
  $ npx trailwarden doctor --before-deploy   look at what a deploy would meet
  $ npx trailwarden analyze --help           every flag of a command, with examples`,
  )
  .exitOverride();

addAnalyze(program, VERSION);
addDoctor(program);
addBackfill(program);

try {
  await program.parseAsync();
} catch (error) {
  const { code, exitCode, message, name } = error as Error & { code?: string; exitCode?: number };
  if (code?.startsWith('commander.')) process.exitCode = exitCode === 0 ? 0 : 1;
  else {
    const known = [SourceError, ConfigError, GeoDatabaseError, Stopped, DeployedError].some((kind) => error instanceof kind);
    const text = known
      ? message
      : name === 'Error' || code !== undefined
        ? `It could not be done: ${explain(error)}.`
        : `It could not be done: ${(error as Error).stack}`;
    process.stderr.write(`${text}\n`);
    process.exitCode = error instanceof Stopped ? 130 : 1;
  }
}

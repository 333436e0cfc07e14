#!/usr/bin/env node
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SingleBar } from 'cli-progress';
import { Command, InvalidArgumentError, Option } from 'commander';
import { ConfigError, defaultConfig, loadConfig } from '../core/config/load.ts';
import type { Config } from '../core/config/schema.ts';
import { LEVELS, type Level, levelRank } from '../core/levels.ts';
import { summaryJson } from '../core/outputs/files.ts';
import { gravestRank } from '../core/outputs/report.ts';
import { summaryText } from '../core/outputs/terminal.ts';
import { total } from '../core/records/counts.ts';
import { parseTime } from '../core/records/time.ts';
import { chooseRules, joinRules } from '../core/rules/choose.ts';
import { loadRules } from '../core/rules/load.ts';
import type { LoadedRules } from '../core/rules/model.ts';
import { analyze, Stopped } from '../local/analyze.ts';
import { readRuleFiles } from '../local/rule-files.ts';
import { explain, SourceError } from '../local/sources.ts';
import { renderReport } from '../report/render.ts';

/** What the build put beside this file. */
const ASSETS = fileURLToPath(new URL('.', import.meta.url));
const CONFIG_FILE = 'trailwarden.config.json';

interface AnalyzeFlags {
  readonly out: string;
  readonly rules?: readonly string[];
  readonly bundledRules: boolean;
  readonly config?: string;
  readonly since?: number;
  readonly until?: number;
  readonly account?: readonly string[];
  readonly region?: readonly string[];
  readonly threads?: number;
  readonly minLevel: Level;
  readonly failOn?: Level;
  readonly events: 'all' | 'risky';
  readonly quiet?: boolean;
  readonly json?: boolean;
}

const DAY = 86_400_000;
const MOST_THREADS = 64;

/** A day (`2026-09-01`, from its start or, for an end, to its end) or a time, in UTC. */
function parseMoment(text: string, isEnd: boolean): number {
  const isDay = /^\d{4}-\d\d-\d\d$/.test(text);
  const hasZone = /(Z|[+-]\d\d:?\d\d)$/.test(text);
  const time = parseTime(isDay ? `${text}T00:00:00Z` : hasZone ? text : `${text}Z`);
  if (Number.isNaN(time)) throw new InvalidArgumentError('Expected a day such as 2026-09-01, or a time such as 2026-09-01T10:00:00Z.');
  return isDay && isEnd ? time + DAY : time;
}

function parseThreads(text: string): number {
  const threads = Number(text);
  if (!Number.isInteger(threads) || threads < 1 || threads > MOST_THREADS)
    throw new InvalidArgumentError('Expected a whole number from 1 to 64.');
  return threads;
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, ...value.split(',').filter((part) => part !== '')];
}

function readConfig(path: string | undefined): Config {
  const file = path ?? (existsSync(CONFIG_FILE) ? CONFIG_FILE : undefined);
  if (file === undefined) return defaultConfig();
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigError(`The configuration ${file} cannot be read: ${explain(error)}.`);
  }
  return loadConfig(text, file);
}

function readRules(flags: AnalyzeFlags, config: Config): LoadedRules {
  const bundled: LoadedRules[] = flags.bundledRules ? [JSON.parse(readFileSync(join(ASSETS, 'rules.json'), 'utf8')) as LoadedRules] : [];
  const own = flags.rules === undefined ? [] : [loadRules(flags.rules.flatMap(readRuleFiles))];
  return chooseRules(joinRules([...bundled, ...own]), config.rules);
}

async function runAnalyze(paths: readonly string[], flags: AnalyzeFlags): Promise<number> {
  if (flags.since !== undefined && flags.until !== undefined && flags.since >= flags.until) {
    throw new SourceError('--since should be before --until, but is not: no event can lie between them.');
  }
  const config = readConfig(flags.config);
  const loaded = readRules(flags, config);
  const template = readFileSync(join(ASSETS, 'report.html'), 'utf8');
  const bar = new SingleBar({
    format: '  {bar} {percentage} % | {eta_formatted} left',
    hideCursor: true,
    barsize: 40,
    clearOnComplete: true,
    stream: process.stderr,
  });
  const showsBar = process.stderr.isTTY === true && !flags.quiet && !flags.json;
  let stopping = false;
  const stop = () => {
    stopping = true;
  };
  process.once('SIGINT', stop).once('SIGTERM', stop);
  let started = false;
  try {
    const results = await analyze({
      version: VERSION,
      paths,
      out: flags.out,
      loaded,
      config,
      filters: {
        ...(flags.since === undefined ? {} : { since: flags.since }),
        ...(flags.until === undefined ? {} : { until: flags.until }),
        accounts: flags.account ?? [],
        regions: flags.region ?? [],
      },
      threads: flags.threads ?? Math.min(MOST_THREADS, availableParallelism()),
      events: flags.events,
      minLevel: flags.minLevel,
      workerScript: new URL('./worker.mjs', import.meta.url),
      report: (model) => renderReport(template, model),
      progress: (done, all) => {
        if (!showsBar) return;
        if (!started) bar.start(Math.max(1, all), 0);
        else bar.update(done);
        started = true;
      },
      stopped: () => stopping,
    });
    if (started) bar.stop();
    if (flags.json) process.stdout.write(`${escapeControls(JSON.stringify(summaryJson(results), null, 2))}\n`);
    else if (!flags.quiet) {
      const width = Math.min(100, Math.max(60, process.stdout.columns ?? 80));
      const color = process.stdout.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== 'dumb';
      process.stdout.write(summaryText(results, { color, width }));
      process.stdout.write(`\nReport: ${join(flags.out, 'report.html')}\nAll outputs: ${flags.out}\n`);
    }
    if (results.counts.records === 0 && total(results.counts.fileRejects) > 0) {
      process.stderr.write(
        `No CloudTrail record was found: ${results.problems.length === 1 ? 'the file' : `each of the ${total(results.counts.fileRejects)} files`} was refused. Its reason stands in summary.json.\n`,
      );
      return 1;
    }
    return flags.failOn !== undefined && gravestRank(results) >= levelRank(flags.failOn) ? 2 : 0;
  } finally {
    if (started) bar.stop();
  }
}

/** JSON in which no character is left that a terminal would obey: it stays the same JSON. */
function escapeControls(json: string): string {
  return json.replace(
    /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

declare const VERSION: string;

// A reader that has seen enough (`| head`) closes the pipe: that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

const program = new Command('trailwarden')
  .description('Reads AWS CloudTrail logs, says what in them is risky and why.')
  .version(VERSION)
  .showHelpAfterError('(trailwarden --help tells more)')
  .addHelpText(
    'after',
    '\nExample:\n  $ trailwarden analyze ./logs              read a folder, write trailwarden-out/report.html\n  $ trailwarden analyze --help              every flag, with examples',
  )
  .exitOverride();

program
  .command('analyze')
  .description('Analyse logs: files, folders (entered recursively), or s3://bucket/prefix (ordinary AWS credentials).')
  .argument('<path...>', 'what to read')
  .option('-o, --out <dir>', 'folder for the outputs, e.g. --out result', 'trailwarden-out')
  .option(
    '-r, --rules <dir>',
    'Sigma rules to add, may be repeated, e.g. --rules ./my-rules',
    (value: string, before: readonly string[] = []) => [...before, value],
  )
  .option('--no-bundled-rules', 'leave out the rules that come with Trailwarden')
  .option('-c, --config <file>', `configuration, e.g. --config soc.json (default: ${CONFIG_FILE} where it lies in this folder)`)
  .option('--since <time>', 'only events from this day or time on (UTC), e.g. --since 2026-09-01', (value: string) =>
    parseMoment(value, false),
  )
  .option(
    '--until <time>',
    'only events up to and with this day, or before this time (UTC), e.g. --until 2026-09-30T12:00:00Z',
    (value: string) => parseMoment(value, true),
  )
  .option('--account <id>', 'only events of this account, may be repeated, e.g. --account 111122223333', collect)
  .option('--region <code>', 'only events of this region, may be repeated, e.g. --region eu-west-1', collect)
  .option('-t, --threads <n>', 'threads that parse and score, e.g. --threads 4 (default: one per core)', parseThreads)
  .addOption(
    new Option('--min-level <level>', 'list only events and incidents of this level or above, e.g. --min-level medium')
      .choices(LEVELS)
      .default('informational'),
  )
  .addOption(
    new Option('--fail-on <level>', 'exit with 2 when an event or incident reaches this level, e.g. --fail-on high').choices(LEVELS),
  )
  .addOption(
    new Option('--events <which>', 'which events the event files hold, e.g. --events risky').choices(['all', 'risky']).default('all'),
  )
  .option('-q, --quiet', 'print nothing but errors')
  .option('--json', 'print summary.json on standard output, and nothing else')
  .addHelpText(
    'after',
    `
Examples:
  $ trailwarden analyze ./AWSLogs --out result
  $ trailwarden analyze s3://my-trail-bucket/AWSLogs/111122223333 --since 2026-09-01 --events risky
  $ trailwarden analyze ./logs --rules ./my-rules --fail-on high --quiet

Exit codes: 0 done, 1 could not do it (a sentence says why), 2 --fail-on was reached, 130 stopped.`,
  )
  .action(async (paths: string[], flags: AnalyzeFlags) => {
    process.exitCode = await runAnalyze(paths, flags);
  });

try {
  await program.parseAsync();
} catch (error) {
  const { code, exitCode, message, name } = error as Error & { code?: string; exitCode?: number };
  if (code?.startsWith('commander.')) process.exitCode = exitCode === 0 ? 0 : 1;
  else {
    const known = error instanceof SourceError || error instanceof ConfigError || error instanceof Stopped;
    const text = known
      ? message
      : name === 'Error' || code !== undefined
        ? `It could not be done: ${explain(error)}.`
        : `It could not be done: ${(error as Error).stack}`;
    process.stderr.write(`${text}\n`);
    process.exitCode = error instanceof Stopped ? 130 : 1;
  }
}

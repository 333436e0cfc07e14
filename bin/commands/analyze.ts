import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SingleBar } from 'cli-progress';
import { type Command, Option } from 'commander';
import type { GeoDatabase } from '../../core/anomalies/geo.ts';
import { BUNDLED_DATABASE } from '../../core/anomalies/geo-files.ts';
import type { Config } from '../../core/config/schema.ts';
import { LEVELS, type Level, levelRank } from '../../core/levels.ts';
import { summaryJson } from '../../core/outputs/files.ts';
import { gravestRank } from '../../core/outputs/report.ts';
import { printable, summaryText } from '../../core/outputs/terminal.ts';
import { total } from '../../core/records/counts.ts';
import { unknownExceptions } from '../../core/risk/exception-use.ts';
import { chooseRules, joinRules } from '../../core/rules/choose.ts';
import { loadRules } from '../../core/rules/load.ts';
import type { LoadedRules } from '../../core/rules/model.ts';
import { analyze } from '../../local/analyze.ts';
import { openGeo, ownDatabases } from '../../local/geo.ts';
import { readRuleFiles } from '../../local/rule-files.ts';
import { SourceError } from '../../local/sources.ts';
import { renderReport } from '../../report/render.ts';
import { CONFIG_FILE, configFile, readConfig } from './config-file.ts';
import { collect, parseMoment, wholeNumber } from './options.ts';
import { printableJson, terminalStyle } from './printing.ts';

/** What the build put beside this file. */
const ASSETS = fileURLToPath(new URL('.', import.meta.url));
const MOST_THREADS = 64;

interface AnalyzeFlags {
  readonly out: string;
  readonly rules?: readonly string[];
  readonly bundledRules: boolean;
  readonly config?: string;
  readonly since?: number;
  readonly until?: number;
  readonly account?: readonly string[];
  readonly region?: readonly string[];
  readonly state?: string;
  readonly threads?: number;
  readonly minLevel: Level;
  readonly failOn?: Level;
  readonly events: 'all' | 'risky';
  readonly quiet?: boolean;
  readonly json?: boolean;
}

/** All rules and correlations that there are; own correlations may build on bundled rules. */
function readRules(flags: AnalyzeFlags): LoadedRules {
  const bundled: LoadedRules[] = flags.bundledRules ? [JSON.parse(readFileSync(join(ASSETS, 'rules.json'), 'utf8')) as LoadedRules] : [];
  const own = flags.rules === undefined ? [] : [loadRules(flags.rules.flatMap(readRuleFiles), bundled)];
  return joinRules([...bundled, ...own]);
}

/** Tells of exceptions that name nothing: a slip in one shall not keep the logs from being read. */
function warn(config: Config, known: LoadedRules): void {
  for (const sentence of unknownExceptions(config.exceptions, known)) process.stderr.write(`${printable(sentence)}\n`);
}

/** The geolocation databases that a configuration names, from its folder, and the bundled one. */
function readGeo({ anomalies }: Config, file: string | undefined): GeoDatabase | undefined {
  const { databases, bundled } = anomalies.geo;
  return openGeo([...ownDatabases(databases, dirname(file ?? '.')), ...(bundled ? [join(ASSETS, BUNDLED_DATABASE)] : [])]);
}

async function runAnalyze(version: string, paths: readonly string[], flags: AnalyzeFlags): Promise<number> {
  if (flags.since !== undefined && flags.until !== undefined && flags.since >= flags.until) {
    throw new SourceError('--since should be before --until, but is not: no event can lie between them.');
  }
  if (flags.state !== undefined && [flags.since, flags.until, flags.account, flags.region].some((filter) => filter !== undefined)) {
    throw new SourceError(
      '--state goes with neither --since, --until, --account nor --region: what they leave out of a file would count as read. Give narrower paths instead.',
    );
  }
  const file = configFile(flags.config);
  const config = readConfig(file);
  const geo = readGeo(config, file);
  const known = readRules(flags);
  const loaded = chooseRules(known, config.rules);
  warn(config, known);
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
      version,
      paths,
      out: flags.out,
      loaded,
      known,
      config,
      geo,
      filters: {
        ...(flags.since === undefined ? {} : { since: flags.since }),
        ...(flags.until === undefined ? {} : { until: flags.until }),
        accounts: flags.account ?? [],
        regions: flags.region ?? [],
      },
      state: flags.state,
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
    if (flags.json) process.stdout.write(`${printableJson(summaryJson(results))}\n`);
    else if (!flags.quiet) {
      process.stdout.write(summaryText(results, terminalStyle()));
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

/** Adds the command `analyze`. */
export function addAnalyze(program: Command, version: string): void {
  program
    .command('analyze')
    .showHelpAfterError('(npx trailwarden analyze --help tells more)')
    .summary('Analyse logs in files, folders or S3, and write a report.')
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
    .option('--state <file>', 'go on from this memory of earlier runs and keep it there, e.g. --state trail.memory')
    .option('-t, --threads <n>', 'threads that parse and score, e.g. --threads 4 (default: one per core)', wholeNumber(1, MOST_THREADS))
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
  $ npx trailwarden analyze ./AWSLogs --out result
  $ npx trailwarden analyze s3://my-trail-bucket/AWSLogs --since 2026-09-01 --events risky
  $ npx trailwarden analyze ./AWSLogs --state trail.memory   (each day: only new files are read)
  $ npx trailwarden analyze ./logs --rules ./my-rules --fail-on high --quiet

Exit codes: 0 done, 1 could not do it (a sentence says why), 2 --fail-on was reached, 130 stopped.`,
    )
    .action(async (paths: string[], flags: AnalyzeFlags) => {
      process.exitCode = await runAnalyze(version, paths, flags);
    });
}

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { gzipSync } from 'node:zlib';
import type { Anomaly } from '../core/anomalies/anomaly.ts';
import type { GeoDatabase } from '../core/anomalies/geo.ts';
import { anomalyLine, anomalySignal } from '../core/anomalies/unusual.ts';
import type { Config } from '../core/config/schema.ts';
import type { IncidentSignal } from '../core/incidents/model.ts';
import { type Level, levelRank } from '../core/levels.ts';
import { homeOf, incidentFinding } from '../core/outputs/asff.ts';
import { correlationLine } from '../core/outputs/correlation-line.ts';
import { incidentsJson, regionSummaryCsv, riskSummaryCsv, summaryJson } from '../core/outputs/files.ts';
import { reportJson } from '../core/outputs/report.ts';
import type { Results } from '../core/outputs/results.ts';
import { EVENT_COLUMNS } from '../core/outputs/rows.ts';
import { parseSignalLine } from '../core/outputs/signals.ts';
import { addCounts, noCounts } from '../core/records/counts.ts';
import type { Limits } from '../core/records/inflate.ts';
import { exceptionUses } from '../core/risk/exception-use.ts';
import type { Correlated } from '../core/rules/correlation.ts';
import type { LoadedRules } from '../core/rules/model.ts';
import { compileRules } from '../core/rules/ruleset.ts';
import { Duplicates, MARK, type Marked } from '../core/scoring/duplicates.ts';
import type { Filters } from '../core/scoring/filters.ts';
import type { ScoredPart } from '../core/scoring/section.ts';
import { Tally } from '../core/scoring/tally.ts';
import type { AnalysisState } from '../core/state/analysis.ts';
import { splitLines } from './lines.ts';
import { OrderedLines } from './ordered-lines.ts';
import { runHere, runOnWorkers, type Taker } from './pool.ts';
import { fetchInOrder, parseS3, S3Source } from './s3.ts';
import { explain, findFiles, inOrder, type Source, SourceError, type Unreadable } from './sources.ts';
import { fileName, filesToRemember, readState, writeState } from './state-file.ts';
import type { Problem, Task, TaskResult } from './tasks.ts';
import { ToldSignals } from './told-signals.ts';
import { type Memory, Watch } from './watch.ts';

export interface AnalyzeOptions {
  readonly version: string;
  readonly paths: readonly string[];
  readonly out: string;
  readonly loaded: LoadedRules;
  /** All rules and correlations that there are, those that the configuration disables included. */
  readonly known: Pick<LoadedRules, 'rules' | 'correlations'>;
  readonly config: Config;
  readonly geo?: GeoDatabase | undefined;
  readonly filters: Filters;
  /** Where the memory lies that analyses of one trail share. */
  readonly state?: string | undefined;
  readonly threads: number;
  readonly events: 'all' | 'risky';
  readonly minLevel: Level;
  /** The worker's script, for more than one thread. */
  readonly workerScript: URL;
  /** Makes the report's page from its model's JSON. */
  readonly report: (modelBase64: string) => string;
  /** Told how many bytes of how many are read. */
  readonly progress: (done: number, total: number) => void;
  /** True when the user wants to stop. */
  readonly stopped: () => boolean;
}

/** Thrown when the user stopped the run; nothing was left behind. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}

/** Sources in one task: their reading must outweigh the handing over, and the progress must still move. */
const TASK_BYTES = 1024 ** 2;
const TASK_SOURCES = 64;
const MOST_PROBLEMS = 1000;

const OUTPUTS = [
  'events.ndjson.gz',
  'annotated_events.csv',
  'signals.ndjson',
  'anomalies.csv',
  'incidents.json',
  'risk_summary.csv',
  'region_summary.csv',
  'summary.json',
  'findings.asff.json',
  'report.html',
];

/**
 * Analyses logs and writes every output into a folder. Outputs appear under their names only when all of them are whole.
 * @throws {SourceError} when there is nothing to analyse. @throws {Stopped}
 */
export async function analyze(options: AnalyzeOptions): Promise<Results> {
  const s3 = options.paths.some((path) => parseS3(path) !== null) ? new S3Source() : undefined;
  const before = options.state === undefined ? undefined : readState(options.state);
  const found = await findSources(options, s3);
  const { unreadable } = found;
  const remembered = options.state === undefined ? [] : filesToRemember(before?.files ?? [], found.sources);
  const read = new Set(before?.files);
  const sources = found.sources.filter((source) => !read.has(fileName(source)));
  const total = sources.reduce((sum, { size }) => sum + size, 0);
  const work = makeFolders(options.out);
  const run = new Run(options, work, before);
  try {
    for (const { label, reason } of unreadable) run.refuse(label, reason);
    options.progress(0, total);
    const tasks = makeTasks(sources, s3, run, (done) => options.progress(done, total));
    const { loaded, config, filters, threads, workerScript } = options;
    const setup = { rules: loaded.rules, config, filters, rows: run.rows, limits: limitsOf(config) };
    if (threads === 1) await runHere(tasks, setup, run);
    else await runOnWorkers(tasks, setup, run, threads, workerScript);
    if (options.stopped()) throw new Stopped('The run was stopped; no output was written.');
    const { results, state } = await run.finish(found.sources.length - sources.length);
    if (options.state !== undefined && state !== undefined)
      writeState(options.state, { ...state, files: run.withoutUnread(sources, remembered) });
    options.progress(total, total);
    return results;
  } finally {
    run.abandon();
    rmSync(work, { recursive: true, force: true });
  }
}

/**
 * Makes the folder for the outputs, and one in it where they are written until they are whole.
 * @throws {SourceError} when that cannot be done, before anything is read.
 */
function makeFolders(out: string): string {
  const work = join(out, `.partial-${process.pid}`);
  try {
    mkdirSync(out, { recursive: true });
    const inTheWay = OUTPUTS.find((name) => statSync(join(out, name), { throwIfNoEntry: false })?.isDirectory());
    if (inTheWay !== undefined) throw new Error(`${inTheWay} in it is a folder`);
    mkdirSync(work, { recursive: true });
  } catch (error) {
    throw new SourceError(`The outputs cannot be written into ${out}: ${explain(error)}. Give another folder with --out.`);
  }
  return work;
}

async function findSources(
  { paths, filters }: AnalyzeOptions,
  s3: S3Source | undefined,
): Promise<{ sources: Source[]; unreadable: readonly Unreadable[] }> {
  const local = findFiles(paths.filter((path) => parseS3(path) === null));
  const remote: Source[] = [];
  for (const path of paths) {
    const address = parseS3(path);
    if (address !== null && s3 !== undefined) remote.push(...(await s3.list(path, address.bucket, address.prefix, filters)));
  }
  const unique = new Map([...local.sources, ...remote].map((source) => [source.label, source]));
  if (unique.size === 0) {
    throw new SourceError(
      `There is no file to analyse in ${paths.join(', ')}. Give a file or a folder of CloudTrail logs, or s3://bucket/prefix.`,
    );
  }
  return { sources: inOrder([...unique.values()]), unreadable: local.unreadable };
}

/** Sources in groups; those in S3 with their bytes. */
async function* makeTasks(
  sources: readonly Source[],
  s3: S3Source | undefined,
  run: Run,
  progress: (done: number) => void,
): AsyncGenerator<Task> {
  let group: { label: string; bytes?: Uint8Array; error?: string }[] = [];
  let bytes = 0;
  let done = 0;
  const task = (): Task => {
    const made = { sources: group, wantsPlain: run.tableHasRoom };
    group = [];
    bytes = 0;
    return made;
  };
  const ready = s3 === undefined ? sources.map((source) => ({ source, fetched: null })) : fetchInOrder(sources, s3);
  for await (const { source, fetched } of ready) {
    if (group.length > 0 && (bytes + source.size > TASK_BYTES || group.length >= TASK_SOURCES)) {
      yield task();
      progress(done);
    }
    group.push({ label: source.label, ...fetched });
    bytes += source.size;
    done += source.size;
  }
  if (group.length > 0) yield task();
}

function limitsOf({ limits }: Config): Limits {
  return {
    inflatedBytes: limits.inflatedMegabytes * 1024 ** 2,
    inflateRatio: limits.inflateRatio,
    recordBytes: limits.recordMegabytes * 1024 ** 2,
  };
}

/** What is gathered while the parts come in, in the order of the sources. */
class Run implements Taker {
  readonly rows: { readonly events: 'all' | 'risky'; readonly minRank: number; readonly table: boolean };
  readonly #options: AnalyzeOptions;
  readonly #work: string;
  readonly #counts = noCounts();
  readonly #problems: Problem[] = [];
  readonly #duplicates = new Duplicates();
  readonly #tally: Tally;
  readonly #before: AnalysisState | undefined;
  readonly #watch: Watch;
  /** Labels of what could not be opened or read: the next analysis tries again. */
  readonly #unread = new Set<string>();
  readonly #events: OrderedLines;
  readonly #signals: OrderedLines;

  constructor(options: AnalyzeOptions, work: string, before: AnalysisState | undefined) {
    this.#options = options;
    this.#work = work;
    this.rows = { events: options.events, minRank: levelRank(options.minLevel), table: options.config.report.events > 0 };
    this.#before = before;
    const { loaded, config, geo } = options;
    this.#watch = new Watch({ loaded, config, geo, before, keeps: options.state !== undefined });
    this.#watch.told = (anomaly) => this.#tell(anomaly);
    this.#tally = new Tally(options.loaded.rules, options.config.report.events);
    this.#events = new OrderedLines([
      { path: join(work, 'events.ndjson.gz'), gzip: true, header: '' },
      { path: join(work, 'annotated_events.csv'), gzip: false, header: `${EVENT_COLUMNS.join(',')}\n` },
    ]);
    this.#signals = new OrderedLines([{ path: join(work, 'signals.ndjson'), gzip: false, header: '' }]);
  }

  get tableHasRoom(): boolean {
    return this.#tally.table.hasRoom;
  }

  part(part: ScoredPart): void {
    this.#watch.arrived(part);
    for (const marked of this.#duplicates.mark(part)) this.#count(marked);
    this.#watch.keepUp();
  }

  #count({ part, marks }: Marked): void {
    this.#tally.add(part, marks);
    this.#watch.count({ part, marks });
    const lines = [part.json, part.csv];
    for (let event = 0; event < part.count; event += 1) {
      if (marks === null || marks[event] === MARK.counts) this.#events.add(part.times[event] as number, part.ids, event * 4, lines, event);
    }
    for (let i = 0; i < part.signalEvents.length; i += 1) {
      const event = part.signalEvents[i] as number;
      if (marks === null || marks[event] === MARK.counts) {
        this.#signals.add(part.times[event] as number, part.ids, event * 4, [part.signalLines], i);
      }
    }
  }

  done(_task: Task, { counts, problems, unread }: TaskResult): void {
    addCounts(this.#counts, counts);
    for (const label of unread) this.#unread.add(label);
    for (const problem of problems) if (this.#problems.length < MOST_PROBLEMS) this.#problems.push(problem);
  }

  /** Counts a path that could not even be looked at. */
  refuse(label: string, reason: string): void {
    this.#counts.files += 1;
    this.#counts.fileRejects.unreadable = (this.#counts.fileRejects.unreadable ?? 0) + 1;
    this.#problems.push({ file: label, reason: `the file could not be opened or read: ${reason}` });
  }

  /** Names of files without those that could not be opened or read. */
  withoutUnread(sources: readonly Source[], names: readonly string[]): string[] {
    const unread = new Set(sources.filter(({ label }) => this.#unread.has(label)).map(fileName));
    return names.filter((name) => !unread.has(name));
  }

  paused(): Promise<void> | undefined {
    if (this.stopped()) throw new Stopped('The run was stopped; no output was written.');
    return this.#events.paused();
  }

  stopped(): boolean {
    return this.#options.stopped();
  }

  abandon(): void {
    this.#events.abandon();
    this.#signals.abandon();
  }

  /** Writes the outputs; gives what was found, and the memory where one is kept. `known` files were read before, and left out. */
  async finish(known: number): Promise<{ readonly results: Results; readonly state: Memory | undefined }> {
    for (const marked of this.#duplicates.finish()) this.#count(marked);
    this.#counts.events -= this.#duplicates.count;
    this.#counts.duplicates += this.#duplicates.count;
    this.#watch.finish(this.#tally.to);
    await Promise.all([this.#events.finish(), this.#signals.finish()]);
    const options = this.#options;
    const told = new ToldSignals(join(this.#work, 'anomalies.csv'), this.rows.minRank, this.#before?.touched);
    const { incidents: all, state } = await this.#incidents(told).finally(() => told.close());
    await this.#events.mark(told.marks);
    const incidents = all.filter(({ level }) => levelRank(level) >= this.rows.minRank);
    const { rules, correlations } = options.loaded;
    const results: Results = {
      version: options.version,
      counts: this.#counts,
      problems: this.#problems,
      tally: this.#tally,
      incidents,
      anomalies: told.anomalies,
      resourcesOf: (incident) => told.resourcesOf(incident),
      rules,
      correlations,
      exceptions: exceptionUses(options.config.exceptions, options.known, told.excepted, this.#tally.to),
      refusals: options.loaded.refusals,
      keyless: compileRules(rules).keyless,
      expectedRegions: options.config.posture.regions,
      rulesHash: hash({ rules, correlations }),
      configHash: hash(options.config),
      minLevel: options.minLevel,
      gravestIncident: all[0]?.risk ?? 0,
      knownFiles: known,
    };
    const files: Readonly<Record<string, string>> = {
      'incidents.json': json(incidentsJson(results)),
      'risk_summary.csv': riskSummaryCsv(results),
      'region_summary.csv': regionSummaryCsv(results),
      'summary.json': json(summaryJson(results)),
      'findings.asff.json': json(incidents.map((incident) => incidentFinding(incident, homeOf(incident)))),
      'report.html': options.report(gzipSync(reportJson(results), { level: 6 }).toString('base64')),
    };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(this.#work, name), text);
    for (const name of OUTPUTS) {
      renameSync(join(this.#work, name), join(options.out, name));
    }
    return { results, state };
  }

  #tell(anomaly: Anomaly): void {
    const { words, signal } = anomalySignal(anomaly, this.#watch.exceptions);
    const bytes = Buffer.from(anomalyLine(anomaly, this.#watch.exceptions));
    this.#signals.add(signal.time, Uint32Array.from(words), 0, [{ bytes, ends: Uint32Array.of(bytes.length) }], 0);
  }

  /** Groups the signals, which now lie in order. */
  async #incidents(told: ToldSignals): Promise<ReturnType<Watch['end']>> {
    const watch = this.#watch;
    const [from, to] = ['signals.ndjson', 'signals.whole'].map((name) => join(this.#work, name)) as [string, string];
    const whole = createWriteStream(to);
    const take = (line: string, signal: IncidentSignal) => {
      whole.write(`${line}\n`);
      told.add(line, signal);
    };
    const correlate = (found: Correlated) => take(correlationLine(found).trimEnd(), found.signal);
    for await (const line of splitLines(createReadStream(from) as AsyncIterable<Buffer>)) {
      const signal = parseSignalLine(line);
      watch.next(signal, () => take(line, signal), correlate);
      if (whole.writableNeedDrain) await once(whole, 'drain');
    }
    watch.last(correlate);
    whole.end();
    await finished(whole);
    renameSync(to, from);
    return watch.end(Math.min(this.#tally.to, watch.seen), (until) => told.touched(until));
  }
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function hash(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16);
}

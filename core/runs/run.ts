import { gunzipSync, gzipSync } from 'node:zlib';
import type { Observer } from '../anomalies/observe.ts';
import { type Batch, BatchError, NewerBatchError, openBatch, type Section, sectionIdentity, sectionRecords } from '../records/batch.ts';
import { TrailRecord } from '../records/record.ts';
import { detectorOf } from '../rules/correlation.ts';
import type { DetectorText, LoadedRules } from '../rules/model.ts';
import { Scorer, type ScorerOptions } from '../scoring/scorer.ts';
import type { ScoredPart } from '../scoring/section.ts';
import {
  BACKFILL_PATIENCE,
  decodeManifest,
  encodeManifest,
  HELD,
  type Manifest,
  Memory,
  NO_MANIFEST,
  type Partition,
  partitionOf,
} from '../state/memory.ts';
import { mapBounded } from './bounded.ts';
import { Budget, MOST_TRIES } from './budget.ts';
import type { RunSums, ScoredSection } from './counting.ts';
import { type IncidentPut, LATENESS, type Plan, planRun, type RollupPut, type RunOptions, touchedBy, watermarkOf } from './plan.ts';
import type { LedgerState, RunPorts, WaitingBatch } from './ports.ts';

export interface Engine extends Pick<ScorerOptions, 'rules' | 'config'>, Pick<RunOptions, 'threshold' | 'waitForBackfill'> {
  /** The rules with their correlations. */
  readonly loaded: LoadedRules;
  readonly rulesHash: string;
  readonly configHash: string;
  /** Days of its own activity before something speaks of an entity. */
  readonly learningDays: number;
  readonly observer: Observer;
  /** How long a lease lasts: longer than an invocation can, milliseconds. */
  readonly leaseMilliseconds: number;
}

/** What became of a call. */
export interface RunReport {
  /** `busy`: another run holds the lease. `idle`: there was nothing to do. */
  readonly outcome: 'busy' | 'idle' | 'committed' | 'lost';
  readonly run: number;
  /** Whether a run that was committed and not applied was applied first. */
  readonly replayed: boolean;
  readonly sums?: RunSums;
  readonly incidents: number;
  /** Age of the oldest batch taken, by its name, milliseconds. */
  readonly lag: number;
  /** Batches left to the next run, at least. */
  readonly left: number;
  /** Batches that could not be read, with the reason; kept under runs/broken/. */
  readonly broken: readonly string[];
  /** Puts that a table will never take, with the reason. */
  readonly refused: readonly string[];
  readonly rung: number;
}

/** The immutable object of a run: what it consumed, what it found, and what its commit makes true. */
interface RunObject {
  readonly run: number;
  readonly owner: string;
  readonly now: number;
  readonly watermark: number;
  readonly rulesHash: string;
  readonly configHash: string;
  readonly sums: RunSums;
  readonly consumed: readonly { readonly batch: string; readonly sections: readonly string[] }[];
  readonly incidents: readonly IncidentPut[];
  readonly rollups: readonly RollupPut[];
  /** What is of no use once the run is applied: consumed batches, and snapshots that it replaced. */
  readonly spent: readonly string[];
}

const PENDING_MOST = 999;
/** Names of batches with nothing but a backfill's objects: they stand behind the others. */
const BACKFILLED = 'pending/backfill-';
/** Share of the time of an invocation after which no further batch is taken. */
const TAKE_SHARE = 0.5;
const PARALLEL = 16;

/**
 * One call of the score function: replays a run that was committed and not applied, then computes the next one whole, writes it down, commits it with one
 * conditional update, and only then shows it. Whatever stops it on the way, and however many run at once, each record has one effect.
 */
export async function runOnce(ports: RunPorts, engine: Engine, owner: string): Promise<RunReport> {
  const started = ports.clock();
  const ledger = await ports.takeLease(owner, started, started + engine.leaseMilliseconds);
  if (ledger === null) return { outcome: 'busy', run: 0, replayed: false, incidents: 0, lag: 0, left: 0, broken: [], refused: [], rung: 0 };
  let failure: string | null = null;
  let blameless = true;
  try {
    const replayed = ledger.planned > ledger.applied;
    const refused = replayed ? await apply(ports, readRunObject(await ports.readObject(ledger.runKey))) : [];
    const report = await next(ports, engine, owner, { ...ledger, applied: ledger.planned });
    const rung = await ports.ringAgain(Math.max(ports.clock(), ledger.now + 1));
    return { ...report, replayed, refused: [...refused, ...report.refused], rung };
  } catch (error) {
    blameless = !(error instanceof EngineError);
    failure = `${(error as Error).name}: ${(error as Error).message}`.slice(0, 500);
    throw error;
  } finally {
    await ports.dropLease(owner, ports.clock(), failure, blameless);
  }
}

/** The computing itself failed: on the same input it will again. */
class EngineError extends Error {
  override readonly name = 'EngineError';
}

function computing<T>(compute: () => T): T {
  try {
    return compute();
  } catch (error) {
    if (error instanceof BatchError) throw error;
    throw new EngineError(`${(error as Error).message} ${(error as Error).stack?.split('\n')[1]?.trim() ?? ''}`, { cause: error });
  }
}

async function next(ports: RunPorts, engine: Engine, owner: string, ledger: LedgerState): Promise<Omit<RunReport, 'replayed' | 'rung'>> {
  const now = Math.max(ports.clock(), ledger.now + 1);
  // One more than is taken: what is left holds the watermark back.
  const waiting = await ports.listBatches(PENDING_MOST + 1);
  const none = { run: ledger.planned, incidents: 0, lag: 0, left: 0, broken: [], refused: [] };
  if (waiting.length === 0 && !isDue(ledger, now)) return { ...none, outcome: 'idle' };

  const manifest = ledger.memoryKey === '' ? NO_MANIFEST : decodeManifest(await ports.readObject(ledger.memoryKey));
  const memory = new Memory(manifest, engine.loaded, { learningDays: engine.learningDays });
  await load(ports, memory, [HELD]);
  const taken = await takeBatches(ports, engine, memory, waiting, ledger.tries);
  if (taken.batches.length === 0 && !isDue(ledger, now)) return { ...none, outcome: 'idle', left: waiting.length };
  const run = ledger.planned + 1;
  const gone = new Set(taken.batches.map(({ key }) => key));
  const left = waiting.find(({ key }) => !gone.has(key));
  const options = {
    run,
    now,
    horizon: left === undefined ? now : Math.min(now, nameTime(left.key)),
    previous: ledger.watermark,
    live: ledger.live,
    waitForBackfill: engine.waitForBackfill,
    observer: engine.observer,
    threshold: engine.threshold,
    rules: textsOf(engine.loaded),
  };
  await load(ports, memory, touchedBy(memory, taken.scored, watermarkOf(memory, taken.scored, options).watermark));
  const plan = computing(() => planRun(memory, taken.scored, options));
  const report = {
    run,
    sums: plan.sums,
    incidents: plan.incidents.length,
    lag: Math.max(0, now - taken.oldest),
    left: waiting.length - taken.batches.length,
    broken: taken.broken.map(({ reason }) => reason),
  };
  const refused = await write(ports, engine, owner, { ledger, manifest, now, run, plan, taken });
  return { ...report, refused: refused ?? [], outcome: refused === null ? 'lost' : 'committed' };
}

/** What detectors say, by their names in signals. */
function textsOf({ rules, correlations }: LoadedRules): Map<string, DetectorText> {
  return new Map<string, DetectorText>([
    ...rules.map((rule) => [`rule:${rule.id}`, rule] as const),
    ...correlations.map((rule) => [detectorOf(rule.id), rule] as const),
  ]);
}

/** Whether time alone gives a run something to do: incidents that are over, events that the watermark has passed, a backfill that stays away. */
function isDue({ live, due, now: last }: LedgerState, now: number): boolean {
  return live ? due < now - LATENESS : due < Number.POSITIVE_INFINITY && last + BACKFILL_PATIENCE < now;
}

interface Taken {
  readonly batches: { readonly key: string; readonly sections: readonly Section[] }[];
  readonly scored: ScoredSection[];
  readonly broken: { readonly key: string; readonly bytes: Uint8Array; readonly reason: string }[];
  /** Delivery time in the name of the oldest batch, Infinity when none was taken. */
  oldest: number;
}

/** Reads and scores batches, oldest first, as long as time and memory allow. Sections consumed before are passed over unscored. */
async function takeBatches(
  ports: RunPorts,
  engine: Engine,
  memory: Memory,
  waiting: readonly WaitingBatch[],
  tries: number,
): Promise<Taken> {
  const taken: Taken = { batches: [], scored: [], broken: [], oldest: Number.POSITIVE_INFINITY };
  const parts: ScoredPart[] = [];
  const scorer = new Scorer(
    { rules: engine.rules, config: engine.config, filters: {}, rows: { events: 'risky', minRank: 0, table: false } },
    (part) => parts.push(part),
  );
  const record = new TrailRecord();
  const enough = ports.remaining() * (1 - TAKE_SHARE);
  const budget = new Budget(tries);
  for (const { key, bytes: size } of waiting.slice(0, PENDING_MOST)) {
    if (taken.batches.length > 0 && (budget.isSpent(size) || ports.remaining() < enough)) break;
    budget.take(size);
    const raw = await ports.readObject(key);
    const scored: ScoredSection[] = [];
    let batch: Batch;
    try {
      if (tries > MOST_TRIES && taken.batches.length === 0)
        throw new BatchError(`${tries - 1} runs that took it did not come to their end.`);
      batch = openBatch(raw);
      await load(
        ports,
        memory,
        batch.sections.map(({ delivered }) => partitionOf.sections(delivered)),
      );
      for (const section of batch.sections) {
        const isKnown = memory.sections.seen.has(sectionIdentity(section), 0, section.delivered);
        if (!isKnown) computing(() => scoreSection(batch, section, scorer, record));
        budget.hold(parts);
        scored.push({ section, parts: parts.splice(0) });
      }
    } catch (error) {
      if (!(error instanceof BatchError)) throw error;
      scorer.flush();
      parts.length = 0;
      // A newer Trailwarden wrote it, and will read it.
      if (error instanceof NewerBatchError) continue;
      taken.broken.push({ key, bytes: raw, reason: `${key}: ${error.message}` });
      taken.batches.push({ key, sections: [] });
      continue;
    }
    taken.scored.push(...scored);
    taken.batches.push({ key, sections: batch.sections });
    taken.oldest = Math.min(taken.oldest, nameTime(key));
  }
  return taken;
}

/** Scores the records of a section. */
export function scoreSection(batch: Batch, section: Section, scorer: Scorer, record: TrailRecord): void {
  scorer.begin(section.bucket === '' ? section.key : `s3://${section.bucket}/${section.key}`, false);
  for (const { bytes, from, to, index } of sectionRecords(batch, section)) {
    if (record.scan(bytes, from, to) !== to || record.read() !== null) {
      throw new BatchError(`The batch is damaged: record ${index} of ${section.key} is no record.`);
    }
    scorer.take(record, index);
  }
  scorer.flush();
}

/** When a batch was delivered, by its name (`pending/20261125T1310Z-…`); Infinity for a backfill's, which holds nothing up. */
function nameTime(key: string): number {
  const found = key.startsWith(BACKFILLED) ? null : /(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)Z/.exec(key);
  return found === null ? Number.POSITIVE_INFINITY : Date.parse(`${found[1]}-${found[2]}-${found[3]}T${found[4]}:${found[5]}:00Z`);
}

async function load(ports: RunPorts, memory: Memory, names: Iterable<string>): Promise<void> {
  const loaded = await mapBounded(memory.missing(names), PARALLEL, async ({ name, key }) => ({ name, bytes: await ports.readObject(key) }));
  for (const { name, bytes } of loaded) memory.load(name, bytes);
}

/** Writes the snapshots, the manifest and the run's object, commits, and applies: gives the refused puts, or null when the ledger went on without this run. */
async function write(
  ports: RunPorts,
  engine: Engine,
  owner: string,
  {
    ledger,
    manifest,
    now,
    run,
    plan,
    taken,
  }: { ledger: LedgerState; manifest: Manifest; now: number; run: number; plan: Plan; taken: Taken },
): Promise<string[] | null> {
  const number = String(run).padStart(12, '0');
  const mine = `memory/${number}/${owner}/`;
  const partitions: Record<string, Partition> = { ...manifest.partitions };
  for (const { name, due } of plan.memory.snapshots) {
    partitions[name] = { key: `${mine}${name}`, written: plan.watermark, ...(due === undefined ? {} : { due }) };
  }
  for (const name of plan.memory.forgotten) delete partitions[name];
  const kept = new Set(Object.values(partitions).map(({ key }) => key));
  const spent = Object.values(manifest.partitions)
    .map(({ key }) => key)
    .filter((key) => !kept.has(key));
  const object: RunObject = {
    run,
    owner,
    now,
    watermark: plan.watermark,
    rulesHash: engine.rulesHash,
    configHash: engine.configHash,
    sums: plan.sums,
    consumed: taken.batches.map(({ key, sections }) => ({ batch: key, sections: sections.map((s) => `${s.bucket}/${s.key}@${s.id}`) })),
    incidents: plan.incidents,
    rollups: plan.rollups,
    spent: [...taken.batches.map(({ key }) => key), ...spent, ...(ledger.memoryKey === '' ? [] : [ledger.memoryKey])],
  };
  const runKey = `runs/${number}/${owner}.json.gz`;
  const memoryKey = `${mine}manifest`;
  await mapBounded(plan.memory.snapshots, PARALLEL, ({ name, bytes }) => ports.writeObject(`${mine}${name}`, bytes));
  await ports.writeObject(memoryKey, encodeManifest({ partitions }));
  for (const { key, bytes } of taken.broken) await ports.writeObject(`runs/broken/${key.slice(key.lastIndexOf('/') + 1)}`, bytes);
  for (const [name, lines] of [
    ['signals', plan.signalLines],
    ['events', plan.rows],
  ] as const) {
    if (lines.length > 0)
      await ports.writeObject(`runs/${number}/${owner}.${name}.ndjson.gz`, gzipSync(Buffer.concat(lines), { level: 3 }));
  }
  await ports.writeObject(runKey, gzipSync(JSON.stringify(object)));
  const due = Object.values(partitions).reduce((least, one) => Math.min(least, one.due ?? least), Number.POSITIVE_INFINITY);
  const committed = await ports.commit(owner, { run, runKey, memoryKey, now, watermark: plan.watermark, live: plan.live, due });
  if (committed) return apply(ports, object);
  await ports.deleteObjects((await attemptsAt(ports, run)).filter((key) => isOf(key, owner)));
  return null;
}

/** Everything that attempts at a run wrote. */
async function attemptsAt(ports: RunPorts, run: number): Promise<string[]> {
  const number = String(run).padStart(12, '0');
  return [...(await ports.listKeys(`memory/${number}/`)), ...(await ports.listKeys(`runs/${number}/`))];
}

function isOf(key: string, owner: string): boolean {
  return (key.split('/')[2] as string).split('.')[0] === owner;
}

function readRunObject(bytes: Uint8Array): RunObject {
  return JSON.parse(gunzipSync(bytes).toString('utf8')) as RunObject;
}

/** Makes a committed run's puts true; gives why tables refused some for good. May be done again, and by two at once: every step is the same however often it is taken. */
async function apply(ports: RunPorts, { run, owner, now, incidents, rollups, spent }: RunObject): Promise<string[]> {
  // A put that a table will never take must not stand in the way of all others, and of every later run.
  const refused = [
    ...(await mapBounded(incidents, PARALLEL, (put) => ports.putIncident(put, now))),
    ...(await mapBounded(rollups, PARALLEL, (put) => ports.putRollup(put, run, now))),
  ].filter((reason) => reason !== null);
  // Attempts at this run that never came to their commit are spent too.
  await ports.deleteObjects([...spent, ...(await attemptsAt(ports, run)).filter((key) => !isOf(key, owner))]);
  await ports.markApplied(run);
  return refused;
}

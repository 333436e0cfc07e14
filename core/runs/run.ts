import { ANOMALY_TEXTS } from '../anomalies/advice.ts';
import { LATENESS } from '../lateness.ts';
import { Exceptions } from '../risk/exceptions.ts';
import { detectorOf, detectorOfRule } from '../rules/correlation.ts';
import type { DetectorText, LoadedRules } from '../rules/model.ts';
import { BACKFILL_PATIENCE, decodeManifest, HELD, Memory, NO_MANIFEST } from '../state/memory.ts';
import { apply, readRunObject, write } from './committing.ts';
import type { RunSums } from './counting.ts';
import { computing, type Engine, EngineError } from './engine.ts';
import { planRun, touchedBy, watermarkOf } from './plan.ts';
import type { LedgerState, RunPorts } from './ports.ts';
import { load, nameTime, PENDING_MOST, takeBatches } from './taking.ts';

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

async function next(ports: RunPorts, engine: Engine, owner: string, ledger: LedgerState): Promise<Omit<RunReport, 'replayed' | 'rung'>> {
  const now = Math.max(ports.clock(), ledger.now + 1);
  // One more than is taken: what is left holds the watermark back.
  const waiting = await ports.listBatches(PENDING_MOST + 1);
  const none = { run: ledger.planned, incidents: 0, lag: 0, left: 0, broken: [], refused: [] };
  if (waiting.length === 0 && !isDue(ledger, now)) return { ...none, outcome: 'idle' };

  const manifest = ledger.memoryKey === '' ? NO_MANIFEST : decodeManifest(await ports.readObject(ledger.memoryKey));
  const memory = new Memory(manifest, engine.loaded, engine, new Exceptions(engine.config.exceptions));
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
  await load(ports, memory, touchedBy(memory, taken.scored, watermarkOf(memory, taken.scored, options).watermark, now));
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
    ...ANOMALY_TEXTS,
    ...rules.map((rule) => [detectorOfRule(rule.id), rule] as const),
    ...correlations.map((rule) => [detectorOf(rule.id), rule] as const),
  ]);
}

/**
 * Whether time alone gives a run something to do: incidents that are over, events that the watermark has passed, a backfill that stays away, a further hour
 * in which the trail may have fallen silent.
 */
function isDue({ live, due, now: last }: LedgerState, now: number): boolean {
  return live ? due < now - LATENESS : due < Number.POSITIVE_INFINITY && last + BACKFILL_PATIENCE < now;
}

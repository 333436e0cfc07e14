import { gunzipSync, gzipSync } from 'node:zlib';
import { encodeManifest, type Manifest, type Partition } from '../state/memory.ts';
import { mapBounded } from './bounded.ts';
import type { RunSums } from './counting.ts';
import type { Engine } from './engine.ts';
import type { IncidentPut, Plan, RollupPut } from './plan.ts';
import type { LedgerState, RunPorts } from './ports.ts';
import type { Taken } from './taking.ts';

/** Objects and items written at once. */
const PARALLEL = 16;

/** The immutable object of a run: what it consumed, what it found, and what its commit makes true. */
export interface RunObject {
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

/** Writes the snapshots, the manifest and the run's object, commits, and applies: gives the refused puts, or null when the ledger went on without this run. */
export async function write(
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

/** The object that a run wrote. */
export function readRunObject(bytes: Uint8Array): RunObject {
  return JSON.parse(gunzipSync(bytes).toString('utf8')) as RunObject;
}

/** Makes a committed run's puts true; gives why tables refused some for good. May be done again, and by two at once: every step is the same however often it is taken. */
export async function apply(ports: RunPorts, { run, owner, now, incidents, rollups, spent }: RunObject): Promise<string[]> {
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

import { type Batch, BatchError, NewerBatchError, openBatch, sectionIdentity, sectionRecords } from '../records/batch.ts';
import { TrailRecord } from '../records/record.ts';
import { labelOf, type Section } from '../records/section.ts';
import { Scorer } from '../scoring/scorer.ts';
import type { ScoredPart } from '../scoring/section.ts';
import { type Memory, partitionOf } from '../state/memory.ts';
import { mapBounded } from './bounded.ts';
import { Budget, MOST_TRIES } from './budget.ts';
import type { ScoredSection } from './counting.ts';
import { computing, type Engine } from './engine.ts';
import { grounded } from './future.ts';
import type { RunPorts, WaitingBatch } from './ports.ts';

/** Batches that one run takes at most. */
export const PENDING_MOST = 999;
/** Names of batches with nothing but a backfill's objects: they stand behind the others. */
const BACKFILLED = 'pending/backfill-';
/** Share of the time of an invocation after which no further batch is taken. */
const TAKE_SHARE = 0.5;
/** Snapshots read at once. */
const PARALLEL = 16;

/** What a run took of the batches that wait. */
export interface Taken {
  readonly batches: { readonly key: string; readonly sections: readonly Section[] }[];
  readonly scored: ScoredSection[];
  readonly broken: { readonly key: string; readonly bytes: Uint8Array; readonly reason: string }[];
  /** Delivery time in the name of the oldest batch, Infinity when none was taken. */
  oldest: number;
}

/** Reads and scores batches, oldest first, as long as time and memory allow. Sections consumed before are passed over unscored. */
export async function takeBatches(
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
        const all = parts.splice(0).map((part) => grounded(part, section.delivered));
        const ours = all.map(({ part }) => part);
        budget.hold(ours);
        scored.push({ section, parts: ours, future: all.reduce((sum, { future }) => sum + future, 0) });
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
  scorer.begin(labelOf(section), false);
  for (const { bytes, from, to, index } of sectionRecords(batch, section)) {
    if (record.scan(bytes, from, to) !== to || record.read() !== null) {
      throw new BatchError(`The batch is damaged: record ${index} of ${section.key} is no record.`);
    }
    scorer.take(record, index);
  }
  scorer.flush();
}

/** When a batch was delivered, by its name (`pending/20261125T1310Z-…`); Infinity for a backfill's, which holds nothing up. */
export function nameTime(key: string): number {
  const found = key.startsWith(BACKFILLED) ? null : /(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)Z/.exec(key);
  return found === null ? Number.POSITIVE_INFINITY : Date.parse(`${found[1]}-${found[2]}-${found[3]}T${found[4]}:${found[5]}:00Z`);
}

/** Loads those of these partitions that exist and are not loaded yet. */
export async function load(ports: RunPorts, memory: Memory, names: Iterable<string>): Promise<void> {
  const loaded = await mapBounded(memory.missing(names), PARALLEL, async ({ name, key }) => ({ name, bytes: await ports.readObject(key) }));
  for (const { name, bytes } of loaded) memory.load(name, bytes);
}

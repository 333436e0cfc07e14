import { LATENESS } from '../../core/lateness.ts';
import { encodeManifest, Memory, NO_MANIFEST, type Partition, partitionOf } from '../../core/state/memory.ts';
import { Random } from '../../samples/generator/random.ts';
import { KEPT_DAYS } from './month.ts';

const HOUR = 3_600_000;
const RUN = 1_000_000;
const OWNER = '00000000-0000-4000-8000-000000000000';

/** S3's stand-in takes objects of up to 11 MB. */
const MOST_FILES = 600_000;

/** Objects of the batch bucket by key, and the ledger's item. */
export interface SteadyMemory {
  readonly objects: ReadonlyMap<string, Buffer>;
  readonly ledger: Readonly<Record<string, string | number | boolean>>;
}

/**
 * The memory of a pipeline that has run for long, in the middle of an hour and of a day: what was seen in the present hour and the one before is
 * there; all that is older stands in the manifest, but not in the bucket, for runs on new events do not read it.
 * @param eventTime a time in the hour that the coming events are of.
 */
export function steadyMemory({
  now,
  eventTime,
  eventsADay,
  filesADay,
}: {
  now: number;
  eventTime: number;
  eventsADay: number;
  filesADay: number;
}): SteadyMemory {
  const random = new Random('cost/memory');
  const memory = new Memory(NO_MANIFEST, { rules: [], correlations: [], refusals: [] }, { learningDays: 14 });
  const fill = (kind: 'ids' | 'sections', time: number, count: number) => {
    for (let i = 0; i < count; i += 1) memory[kind].seen.add([random.u32(), random.u32(), random.u32(), random.u32()], 0, time);
  };
  fill('ids', eventTime, eventsADay / 24 / 2);
  fill('ids', eventTime - HOUR, eventsADay / 24);
  fill('sections', now, Math.min(filesADay / 2, MOST_FILES));

  const objects = new Map<string, Buffer>();
  const home = `memory/${String(RUN).padStart(12, '0')}/${OWNER}/`;
  const partitions = olderPartitions(now);
  for (const { name, bytes } of memory.changes(now - LATENESS).snapshots) {
    partitions[name] = { key: `${home}${name}`, written: now };
    objects.set(`${home}${name}`, bytes);
  }
  // The roll-ups of days that runs touch grow from nothing with the first one.
  for (const time of [now, eventTime, eventTime - HOUR]) delete partitions[partitionOf.day(dayOf(time))];
  objects.set(`${home}manifest`, encodeManifest({ partitions }));
  const runKey = `runs/${String(RUN).padStart(12, '0')}/${OWNER}.json.gz`;
  const watermark = now - LATENESS;
  return {
    objects,
    ledger: { pk: 'ledger', sk: 'ledger', planned: RUN, applied: RUN, runKey, memoryKey: `${home}manifest`, now, watermark, live: true },
  };
}

function olderPartitions(now: number): Record<string, Partition> {
  const partitions: Record<string, Partition> = {};
  const note = (name: string, time: number, hours: number) => {
    partitions[name] = { key: `memory/${String(RUN - hours * 12).padStart(12, '0')}/${OWNER}/${name}`, written: time };
  };
  for (let hours = 0; hours < KEPT_DAYS.sections * 24; hours += 1) {
    const time = now - hours * HOUR;
    if (hours < KEPT_DAYS.ids * 24) note(partitionOf.ids(time), time, hours);
    note(partitionOf.sections(time), time, hours);
    note(partitionOf.day(dayOf(time)), time, hours);
  }
  return partitions;
}

function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

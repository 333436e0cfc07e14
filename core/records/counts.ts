import type { FileReject, RecordReject } from './rejects.ts';

/**
 * What became of everything that was read. Always: records = events + duplicates + excluded + the sum of rejects.
 */
export interface Counts {
  files: number;
  /** Digest files of CloudTrail's log validation: recognised and left aside. */
  digests: number;
  /** Inflated bytes. */
  bytes: number;
  records: number;
  events: number;
  duplicates: number;
  /** Events left out by a filter the user set. */
  excluded: number;
  rejects: Partial<Record<RecordReject, number>>;
  fileRejects: Partial<Record<FileReject, number>>;
}

export function noCounts(): Counts {
  return { files: 0, digests: 0, bytes: 0, records: 0, events: 0, duplicates: 0, excluded: 0, rejects: {}, fileRejects: {} };
}

/** Adds `more` into `sum`. */
export function addCounts(sum: Counts, more: Counts): void {
  sum.files += more.files;
  sum.digests += more.digests;
  sum.bytes += more.bytes;
  sum.records += more.records;
  sum.events += more.events;
  sum.duplicates += more.duplicates;
  sum.excluded += more.excluded;
  addTally(sum.rejects, more.rejects);
  addTally(sum.fileRejects, more.fileRejects);
}

function addTally<K extends string>(sum: Partial<Record<K, number>>, more: Partial<Record<K, number>>): void {
  for (const [key, n] of Object.entries(more) as [K, number][]) sum[key] = (sum[key] ?? 0) + n;
}

/** Sum of a tally's numbers. */
export function total(tally: Readonly<Record<string, number | undefined>>): number {
  let sum = 0;
  for (const n of Object.values(tally)) sum += n ?? 0;
  return sum;
}

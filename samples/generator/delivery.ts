import { END, HOUR, iso, START } from './calendar.ts';
import { ACCOUNTS, DEVELOPMENT, ORGANIZATION, PRODUCTION } from './estate.ts';
import type { Random } from './random.ts';
import type { Staged, TrailRecord } from './stage.ts';

/** One log file of the trail: its key in the bucket and the records that it holds. */
export interface TrailFile {
  readonly key: string;
  readonly records: TrailRecord[];
}

const BUSY = new Set([`${PRODUCTION}/us-east-1`, `${PRODUCTION}/eu-west-1`, `${DEVELOPMENT}/eu-west-1`]);

/**
 * Hours that one file covers. CloudTrail delivers about every five minutes; the sample merges a few hours into one file
 * so that a clone stays light. The time in a file's name is the end of its window.
 */
export function windowHours(account: string, region: string): number {
  return BUSY.has(`${account}/${region}`) ? 6 : 24;
}

/** `AWSLogs/<organization>/<account>/<folder>/<region>/YYYY/MM/DD/`, by the day of delivery. */
export function folderOf(folder: string, account: string, region: string, at: number): string {
  return `AWSLogs/${ORGANIZATION}/${account}/${folder}/${region}/${iso(at).slice(0, 10).replaceAll('-', '/')}/`;
}

/** Records delivered twice. */
const TWICE = 24;

/** A log file's key; `random` gives the 16 characters that make it unique. */
export function keyOf(account: string, region: string, at: number, random: Random): string {
  const minute = iso(at).slice(0, 16).replaceAll(/[-:]/g, '');
  return `${folderOf('CloudTrail', account, region, at)}${account}_CloudTrail_${region}_${minute}Z_${random.alphanumeric(16)}.json.gz`;
}

/** Records that CloudTrail would deliver after the month's end are not in the trail yet. */
export function delivered(staged: readonly Staged[]): Staged[] {
  return staged
    .filter((each) => each.at >= START && each.delivered < END - 60_000)
    .sort((a, b) => a.delivered - b.delivered || (a.id < b.id ? -1 : 1));
}

/** Puts delivered records into files, in the order of delivery: within a file times are out of order by some minutes. */
export function filesOf(records: readonly Staged[], random: Random): TrailFile[] {
  const files = new Map<string, TrailFile>();
  for (const { account, region, delivered: at, record } of records) {
    const hours = windowHours(account, region) * HOUR;
    const end = START + (Math.floor((at - START) / hours) + 1) * hours - 60_000;
    const window = `${ACCOUNTS.indexOf(account as (typeof ACCOUNTS)[number])}/${region}/${end}`;
    let file = files.get(window);
    if (file === undefined) {
      file = { key: keyOf(account, region, end, random), records: [] };
      files.set(window, file);
    }
    file.records.push(record);
  }
  return [...files.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** A few records are delivered twice: the very same record again, a day or more later, in another file. */
export function redelivered(records: readonly Staged[], random: Random): Staged[] {
  const again: Staged[] = [];
  while (again.length < TWICE) {
    const each = random.pick(records);
    const later = each.delivered + 25 * HOUR + random.int(0, 5 * HOUR);
    if (later < END - 60_000 && !again.some((other) => other.id === each.id)) again.push({ ...each, delivered: later });
  }
  return [...records, ...again].sort((a, b) => a.delivered - b.delivered || (a.id < b.id ? -1 : 1));
}

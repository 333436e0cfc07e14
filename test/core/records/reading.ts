import { type Counts, total } from '../../../core/records/counts.ts';
import { inflate, isGzip } from '../../../core/records/inflate.ts';
import { RecordReader } from '../../../core/records/reader.ts';
import type { TrailRecord } from '../../../core/records/record.ts';

export const RECORD_BYTES = 16 * 1024 ** 2;

/** What a taker sees of a record, copied out of the flyweight. */
export function copyOf(record: TrailRecord): Record<string, unknown> {
  return {
    eventSource: record.eventSource,
    eventName: record.eventName,
    time: record.time,
    category: record.category,
    id: [...record.id],
    hasWeakId: record.hasWeakId,
    eventID: record.eventID,
    region: record.region,
    account: record.account,
    address: record.address,
    userAgent: record.userAgent,
    errorCode: record.errorCode,
    sharedEventID: record.sharedEventID,
    principal: { ...record.principal },
    userIdentity: JSON.stringify(record.top('userIdentity')),
    requestParameters: JSON.stringify(record.top('requestParameters')),
    requestID: record.top('requestID'),
    raw: record.raw.toString('utf8'),
  };
}

export interface Read {
  readonly events: Record<string, unknown>[];
  readonly counts: Counts;
}

/** Reads one file's bytes, given in pieces; its reader may have read others before. */
export function readPieces(pieces: Iterable<Buffer>, recordBytes = RECORD_BYTES): Read {
  const events: Record<string, unknown>[] = [];
  const reader = new RecordReader((record, index) => {
    events.push({ ...copyOf(record), index });
    return 'event';
  }, recordBytes);
  reader.begin();
  for (const piece of pieces) reader.push(piece);
  reader.end();
  return { events, counts: reader.counts };
}

/** Reads one plain file. */
export function readText(text: string | Buffer, recordBytes = RECORD_BYTES): Read {
  return readPieces([Buffer.from(text as string)], recordBytes);
}

/** Reads one file as the command does, compressed or not. */
export function readFile(bytes: Buffer, limits = { inflatedBytes: 1024 ** 3, inflateRatio: 400, recordBytes: RECORD_BYTES }): Read {
  const events: Record<string, unknown>[] = [];
  const reader = new RecordReader((record, index) => {
    events.push({ ...copyOf(record), index });
    return 'event';
  }, limits.recordBytes);
  reader.begin();
  const { bytes: plain, reject } = isGzip(bytes) ? inflate(bytes, limits) : { bytes, reject: null };
  if (reject === 'too-big-at-once') throw new Error('a test file should inflate to less than 96 MiB');
  if (plain.length > 0) reader.push(plain);
  reader.end(reject);
  return { events, counts: reader.counts };
}

/** The bytes in pieces of one size, the last as long as it comes. */
export function* inPieces(bytes: Buffer, size: number): Generator<Buffer> {
  for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size);
}

/** True when every record is accounted for. */
export function addsUp({ records, events, duplicates, excluded, rejects }: Counts): boolean {
  return records === events + duplicates + excluded + total(rejects);
}

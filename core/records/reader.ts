import { isUtf8 } from 'node:buffer';
import { parse as parseCsv } from 'csv-parse/sync';
import { type Counts, noCounts, total } from './counts.ts';
import { csvColumns, csvRecord, isCsvHeader } from './flaws-csv.ts';
import { INCOMPLETE, INVALID, skipSpace, skipString, skipValue, TOO_DEEP } from './json-scan.ts';
import { TrailRecord } from './record.ts';
import type { FileReject, RecordReject } from './rejects.ts';
import type { Bytes } from './text.ts';

/** Keys of a wrapper object whose array holds the records: trail files, lookup-events, CloudWatch Logs. */
const WRAPPERS = ['Records', 'Events', 'events', 'logEvents'].map((key) => Buffer.from(key));
const MOST_ENVELOPES = 3;

type Interrupted = 'documents' | 'array' | 'after-element' | 'wrapper-rest';

/** `taken`: an event; `duplicate` and `excluded` are told by whoever takes the records. */
export type Taken = 'event' | 'duplicate' | 'excluded';

/**
 * Turns the bytes of one file into records, whatever its shape: trail files (`Records`), bare arrays, single objects, NDJSON,
 * concatenated objects, `lookup-events` output, EventBridge envelopes, CloudWatch Logs exports and the flaws.cloud CSV.
 * Bytes come in pieces of any size (`push`, then `end`); what a record spans is held, nothing else. Bad input never throws:
 * it is counted in {@link RecordReader.counts}, and reading goes on at the next record that can be told from the text.
 */
export class RecordReader {
  readonly counts: Counts = noCounts();
  readonly #record = new TrailRecord();
  readonly #take: (record: TrailRecord, index: number) => Taken;
  readonly #recordBytes: number;
  #bytes: Bytes = Buffer.alloc(0);
  #at = 0;
  #mode: 'start' | 'documents' | 'array' | 'after-element' | 'wrapper-rest' | 'lost' | 'csv' | 'done' = 'start';
  /** What was being read when a broken text was left in search of the next record. */
  #lostIn: Interrupted = 'array';
  /** Whether the array in hand stands inside a wrapper object. */
  #wrapped = false;
  #ended = false;
  #utf8 = true;
  #retryAt = 0;
  #sawContent = false;
  #csvHeader: readonly string[] = [];

  /** `take` is called for every sound record, in file order, with its 0-based index among the file's records. */
  constructor(take: (record: TrailRecord, index: number) => Taken, recordBytes: number) {
    this.#take = take;
    this.#recordBytes = recordBytes;
  }

  /** Starts another file. */
  begin(): void {
    Object.assign(this.counts, noCounts());
    this.counts.files = 1;
    this.#bytes = Buffer.alloc(0);
    this.#at = 0;
    this.#mode = 'start';
    this.#wrapped = false;
    this.#ended = false;
    this.#retryAt = 0;
    this.#sawContent = false;
    this.#csvHeader = [];
  }

  push(piece: Bytes): void {
    this.counts.bytes += piece.length;
    const rest = this.#bytes.length - this.#at;
    this.#bytes = rest === 0 ? piece : Buffer.concat([this.#bytes.subarray(this.#at), piece]);
    this.#at = 0;
    // A value that did not fit is looked at again only once the bytes have doubled: no quadratic rescans.
    if (this.#bytes.length >= this.#retryAt) this.#run();
  }

  /** `reject` is why the file ended early, when it did. */
  end(reject: FileReject | null = null): void {
    this.#ended = true;
    this.#run();
    // Damaged bytes explain whatever else was found wrong with the text.
    if (reject !== null) this.counts.fileRejects = { [reject]: 1 };
    else if (this.#mode === 'start' && !this.#sawContent) this.rejectFile('empty');
    // A header without rows.
    else if (this.#mode === 'csv' && this.counts.records === 0) this.rejectFile('empty');
    else if (this.#mode !== 'done' && this.#mode !== 'csv' && (this.#mode !== 'documents' || this.#at < this.#bytes.length))
      this.rejectFile('json-truncated');
    this.#bytes = Buffer.alloc(0);
    this.#at = 0;
  }

  /** Notes why the file, or the rest of it, could not be read: the first reason stands, so that rejects count files. */
  rejectFile(reason: FileReject): void {
    if (total(this.counts.fileRejects) === 0) this.counts.fileRejects[reason] = 1;
  }

  #run(): void {
    this.#utf8 = isUtf8(this.#bytes);
    this.#retryAt = 0;
    while (this.#step()) {}
    if (this.#at > 0) {
      this.#bytes = this.#bytes.subarray(this.#at);
      this.#at = 0;
    }
  }

  /** Does one thing and tells whether there may be another to do with the bytes at hand. */
  #step(): boolean {
    switch (this.#mode) {
      case 'start':
        return this.#start();
      case 'documents':
        return this.#document();
      case 'array':
        return this.#element();
      case 'after-element':
        return this.#afterElement();
      case 'wrapper-rest':
        return this.#wrapperRest();
      case 'lost':
        return this.#resync(0);
      case 'csv':
        return this.#csv();
      default:
        this.#at = this.#bytes.length;
        return false;
    }
  }

  #start(): boolean {
    const bytes = this.#bytes;
    if (bytes.length < 3 && !this.#ended) return false;
    // Only where nothing was read yet: white space before may have come in a piece of its own.
    if (this.counts.bytes === bytes.length && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) this.#at = 3;
    this.#at = skipSpace(bytes, this.#at, bytes.length);
    const c = bytes[this.#at];
    if (c === undefined) return false;
    this.#sawContent = true;
    if (c === 0x7b || c === 0x5b) {
      this.#mode = 'documents';
      return true;
    }
    const lineEnd = bytes.indexOf(0x0a, this.#at);
    if (lineEnd < 0 && !this.#ended && bytes.length < 64 * 1024) return false;
    const header = bytes.toString('utf8', this.#at, lineEnd < 0 ? Math.min(bytes.length, 64 * 1024) : lineEnd).trim();
    if (isCsvHeader(header)) {
      this.#csvHeader = csvColumns(header);
      this.#at = lineEnd < 0 ? bytes.length : lineEnd + 1;
      this.#mode = 'csv';
      return true;
    }
    this.rejectFile('not-cloudtrail');
    this.#mode = 'done';
    return true;
  }

  /** A value at the top level of the file. */
  #document(): boolean {
    const bytes = this.#bytes;
    this.#at = skipSpace(bytes, this.#at, bytes.length);
    const c = bytes[this.#at];
    if (c === undefined) return false;
    if (c === 0x5b) {
      this.#at += 1;
      this.#wrapped = false;
      this.#mode = 'array';
      return true;
    }
    if (c === 0x2c) {
      this.#at += 1;
      return true;
    }
    if (c !== 0x7b) return this.#broken(INVALID);
    const inside = this.#findWrapper();
    if (inside === INCOMPLETE && !this.#ended && this.#bytes.length < this.#recordBytes) return this.#wait();
    if (inside > 0) {
      this.#at = inside;
      this.#wrapped = true;
      this.#mode = 'array';
      return true;
    }
    return this.#object();
  }

  /**
   * Index after the `[` of the wrapper's array when the object at hand is one, 0 when it is not, INCOMPLETE when more bytes must tell.
   * A record's first key is no wrapper key and tells so at once.
   */
  #findWrapper(): number {
    const bytes = this.#bytes;
    const end = bytes.length;
    let i = skipSpace(bytes, this.#at + 1, end);
    for (;;) {
      if (i >= end) return INCOMPLETE;
      if (bytes[i] !== 0x22) return 0;
      const from = i + 1;
      i = skipString(bytes, from, end);
      if (i < 0) return i === INCOMPLETE ? INCOMPLETE : 0;
      const to = i - 1;
      i = skipSpace(bytes, i, end);
      if (i >= end) return INCOMPLETE;
      if (bytes[i] !== 0x3a) return 0;
      i = skipSpace(bytes, i + 1, end);
      if (i >= end) return INCOMPLETE;
      if (bytes[i] === 0x5b && WRAPPERS.some((key) => key.length === to - from && key.compare(bytes, from, to) === 0)) return i + 1;
      if (TrailRecord.knows(bytes, from, to)) return 0;
      i = skipValue(bytes, i, end);
      if (i < 0) return i === INCOMPLETE ? INCOMPLETE : 0;
      i = skipSpace(bytes, i, end);
      if (i >= end) return INCOMPLETE;
      if (bytes[i] !== 0x2c) return 0;
      i = skipSpace(bytes, i + 1, end);
    }
  }

  /** An element of an array of records, or the array's end. */
  #element(): boolean {
    const bytes = this.#bytes;
    this.#at = skipSpace(bytes, this.#at, bytes.length);
    const c = bytes[this.#at];
    if (c === undefined) return false;
    if (c === 0x5d) return this.#closeArray();
    if (c === 0x7b) return this.#object();
    const end = skipValue(bytes, this.#at, bytes.length);
    if (end === INCOMPLETE && !this.#ended && bytes.length < this.#recordBytes) return this.#wait();
    if (end < 0) return this.#broken(end);
    this.counts.records += 1;
    this.#reject('not-an-object');
    this.#at = end;
    this.#mode = 'after-element';
    return true;
  }

  #afterElement(): boolean {
    const bytes = this.#bytes;
    this.#at = skipSpace(bytes, this.#at, bytes.length);
    const c = bytes[this.#at];
    if (c === undefined) return false;
    if (c === 0x5d) return this.#closeArray();
    if (c === 0x2c) {
      this.#at += 1;
      this.#mode = 'array';
      return true;
    }
    this.#mode = 'array';
    // A missing comma costs nothing; anything else between two records is told, not passed over.
    return c === 0x7b || this.#broken(INVALID);
  }

  #closeArray(): boolean {
    this.#at += 1;
    this.#mode = this.#wrapped ? 'wrapper-rest' : 'documents';
    return true;
  }

  /** What follows the array in a wrapper object, up to its closing brace; another array of records there is read too. */
  #wrapperRest(): boolean {
    const bytes = this.#bytes;
    let i = skipSpace(bytes, this.#at, bytes.length);
    if (i >= bytes.length) return false;
    if (bytes[i] === 0x7d) {
      this.#at = i + 1;
      this.#mode = 'documents';
      return true;
    }
    if (bytes[i] !== 0x2c) return this.#garbage();
    i = skipSpace(bytes, i + 1, bytes.length);
    const from = i + 1;
    let end = bytes[i] === 0x22 ? skipString(bytes, from, bytes.length) : i < bytes.length ? INVALID : INCOMPLETE;
    const to = end - 1;
    if (end >= 0) {
      end = skipSpace(bytes, end, bytes.length);
      if (end >= bytes.length) end = INCOMPLETE;
      else if (bytes[end] !== 0x3a) end = INVALID;
      else {
        end = skipSpace(bytes, end + 1, bytes.length);
        if (bytes[end] === 0x5b && WRAPPERS.some((key) => key.length === to - from && key.compare(bytes, from, to) === 0)) {
          this.#at = end + 1;
          this.#mode = 'array';
          return true;
        }
        end = skipValue(bytes, end, bytes.length);
      }
    }
    if (end === INCOMPLETE && !this.#ended && bytes.length < this.#recordBytes) return this.#wait();
    if (end < 0) return this.#garbage();
    this.#at = end;
    return true;
  }

  /** The object at hand: a record, an envelope, or something else. */
  #object(): boolean {
    const bytes = this.#bytes;
    const end = this.#record.scan(bytes, this.#at, bytes.length);
    if (end === INCOMPLETE && !this.#ended) {
      if (bytes.length - this.#at < this.#recordBytes) return this.#wait();
      this.counts.records += 1;
      this.#reject('too-large');
      return this.#resync(1);
    }
    if (end < 0) return this.#broken(end);
    if (end - this.#at > this.#recordBytes) {
      this.counts.records += 1;
      this.#reject('too-large');
    } else if (!this.#utf8 && !isUtf8(bytes.subarray(this.#at, end))) {
      this.counts.records += 1;
      this.#reject('invalid-utf8');
    } else this.#receive(0);
    this.#at = end;
    if (this.#mode === 'array') this.#mode = 'after-element';
    return true;
  }

  /** Takes the object just scanned, opening the envelopes around it. */
  #receive(depth: number): void {
    const record = this.#record;
    const shape = record.shape;
    if (depth < MOST_ENVELOPES) {
      if (shape === 'envelope') {
        const [from, to] = record.detail;
        record.scan(this.#bytes, from, to);
        this.#receive(depth + 1);
        return;
      }
      if (shape === 'text-envelope') {
        const carried = Buffer.from(record.carriedText.trim());
        if (carried[0] === 0x7b && record.scan(carried, 0, carried.length) === carried.length) {
          const outer = this.#bytes;
          this.#bytes = carried;
          this.#receive(depth + 1);
          this.#bytes = outer;
          return;
        }
      }
    }
    if (shape === 'digest') {
      this.counts.digests += 1;
      return;
    }
    const index = this.counts.records;
    this.counts.records += 1;
    const reason = shape === 'record' ? record.read() : 'not-cloudtrail';
    if (reason !== null) {
      this.#reject(reason);
      return;
    }
    const taken = this.#take(record, index);
    if (taken === 'event') this.counts.events += 1;
    else if (taken === 'duplicate') this.counts.duplicates += 1;
    else this.counts.excluded += 1;
  }

  /** The value at hand is no JSON: one reject, and on to the next record that the text shows. */
  #broken(code: number): boolean {
    if (code === INCOMPLETE) {
      // The file ends inside the value: the file's own reject says so.
      this.#mode = this.#mode === 'documents' ? 'array' : this.#mode;
      this.#at = this.#bytes.length;
      return false;
    }
    this.counts.records += 1;
    this.#reject(code === TOO_DEEP ? 'too-deep' : 'broken-json');
    return this.#resync(1);
  }

  /** A wrapper object whose text breaks after its records. */
  #garbage(): boolean {
    this.rejectFile('json-broken');
    this.#mode = 'documents';
    return this.#resync(0);
  }

  /**
   * Looks for the next place where a record begins: `{"eventVersion"`, or an object at the start of a line.
   * `skip` is how many bytes of the present place to leave.
   */
  #resync(skip: number): boolean {
    const bytes = this.#bytes;
    let i = this.#at + skip;
    for (;;) {
      i = bytes.indexOf(0x7b, i);
      if (i < 0) break;
      if (startsRecord(bytes, i) || startsLine(bytes, i)) {
        this.#at = i;
        if (this.#mode === 'lost') this.#mode = this.#lostIn;
        if (this.#mode === 'after-element') this.#mode = 'array';
        return true;
      }
      i += 1;
    }
    // Nothing more to find here; a record's first bytes may be cut by the end of this piece.
    if (this.#mode !== 'lost') this.#lostIn = this.#mode as Interrupted;
    this.#mode = this.#ended ? 'done' : 'lost';
    this.#at = this.#ended ? bytes.length : Math.max(this.#at + skip, bytes.length - 64);
    return false;
  }

  #wait(): boolean {
    this.#retryAt = (this.#bytes.length - this.#at) * 2;
    return false;
  }

  #reject(reason: RecordReject): void {
    this.counts.rejects[reason] = (this.counts.rejects[reason] ?? 0) + 1;
  }

  #csv(): boolean {
    const bytes = this.#bytes;
    const cut = this.#ended ? bytes.length : lastRowEnd(bytes, this.#at);
    if (cut <= this.#at) return false;
    let bad = 0;
    const rows = parseCsv(bytes.subarray(this.#at, cut), {
      relax_quotes: true,
      relax_column_count: true,
      skip_empty_lines: true,
      skip_records_with_error: true,
      on_skip: () => {
        bad += 1;
        return undefined;
      },
    }) as string[][];
    this.#at = cut;
    this.counts.records += bad;
    for (let i = 0; i < bad; i += 1) this.#reject('bad-csv-row');
    for (const row of rows) {
      const record = row.length === this.#csvHeader.length ? csvRecord(this.#csvHeader, row) : null;
      if (record === null) {
        this.counts.records += 1;
        this.#reject('bad-csv-row');
        continue;
      }
      const text = Buffer.from(JSON.stringify(record));
      this.#record.scan(text, 0, text.length);
      this.#receive(MOST_ENVELOPES);
    }
    return false;
  }
}

/** True when the object at bytes[i] begins as CloudTrail writes records. */
function startsRecord(bytes: Bytes, i: number): boolean {
  const key = skipSpace(bytes, i + 1, bytes.length);
  return bytes.toString('latin1', key, key + 15) === '"eventVersion":' || bytes.toString('latin1', key, key + 14) === '"eventVersion"';
}

/** True when only white space stands between the last line break and bytes[i]. */
function startsLine(bytes: Bytes, i: number): boolean {
  return i > 0 && bytes[i - 1] === 0x0a;
}

/** Index after the last line break that stands outside quotes, or `from`. */
function lastRowEnd(bytes: Bytes, from: number): number {
  let quoted = false;
  let end = from;
  for (let i = from; i < bytes.length; i += 1) {
    const c = bytes[i];
    if (c === 0x22) quoted = !quoted;
    else if (c === 0x0a && !quoted) end = i + 1;
  }
  return end;
}

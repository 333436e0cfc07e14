import { contentWords, uuidText, uuidWords } from './identifier.ts';
import { type Identity, identityOf, sessionFor, valueFor } from './identity.ts';
import { UNDECIDED, WINDOW } from './native.ts';
import type { Principal } from './principal.ts';
import { findSlot, KEYS, noPlaces, SLOT, scanObject, slotOf } from './slots.ts';
import { type Bytes, decode } from './text.ts';
import { parseTime, parseTimeBytes } from './time.ts';
import type { RecordView } from './view.ts';

const S = {
  userIdentity: slotOf('userIdentity'),
  eventTime: slotOf('eventTime'),
  eventSource: slotOf('eventSource'),
  eventName: slotOf('eventName'),
  awsRegion: slotOf('awsRegion'),
  sourceIPAddress: slotOf('sourceIPAddress'),
  userAgent: slotOf('userAgent'),
  errorCode: slotOf('errorCode'),
  eventID: slotOf('eventID'),
  eventType: slotOf('eventType'),
  eventVersion: slotOf('eventVersion'),
  recipientAccountId: slotOf('recipientAccountId'),
  sharedEventID: slotOf('sharedEventID'),
  eventCategory: slotOf('eventCategory'),
  detail: slotOf('detail'),
  CloudTrailEvent: slotOf('CloudTrailEvent'),
  message: slotOf('message'),
  atMessage: slotOf('@message'),
  timestamp: slotOf('@timestamp'),
  digestStartTime: slotOf('digestStartTime'),
  insightDetails: slotOf('insightDetails'),
  eventId: slotOf('eventId'),
  accountId: slotOf('accountId'),
  timeWindow: slotOf('timeWindow'),
} as const;

export type Category = 'Management' | 'Data' | 'Insight' | 'NetworkActivity' | 'Aggregated';

/** What an object in a file turned out to be. */
export type Shape = 'record' | 'envelope' | 'text-envelope' | 'digest' | 'unknown';

/**
 * One CloudTrail record, read in place from the bytes of its file: a flyweight that is filled anew for every record, so whoever
 * is handed one keeps what it needs and not the object. Top-level keys are found by one validating pass; the record as a
 * whole is parsed only when a rule asks for a key outside {@link CHEAP_KEYS}. As with JSON.parse, the last of duplicate keys wins.
 */
export class TrailRecord implements RecordView {
  eventSource = '';
  eventName = '';
  /** Milliseconds since 1970. */
  time = 0;
  category: Category = 'Management';
  /** The event's identity as four 32-bit words: eventID where it is a UUID, else a hash of it, or of the record when there is none. */
  readonly id = new Uint32Array(4);
  /** True when eventID is no UUID (a placeholder, as exports write): it then tells no two records apart, their content must. */
  hasWeakId = false;

  #bytes: Bytes = Buffer.alloc(0);
  #from = 0;
  #to = 0;
  #full: Readonly<Record<string, unknown>> | undefined;
  readonly #places = noPlaces();
  readonly #starts = this.#places.starts;
  readonly #ends = this.#places.ends;
  readonly #parsed: unknown[] = KEYS.map(() => undefined);
  #hasParsed = false;
  #identity: Identity | undefined;

  /**
   * Reads the object that starts at bytes[from] (a `{`). Gives the index after it, or a negative code of json-scan.
   * `end` is where the bytes end.
   */
  scan(bytes: Bytes, from: number, end: number): number {
    this.#bytes = bytes;
    this.#from = from;
    this.#full = undefined;
    this.#identity = undefined;
    if (this.#hasParsed) {
      this.#parsed.fill(undefined);
      this.#hasParsed = false;
    }
    let after = WINDOW.scanObject(bytes, from, end, this.#places);
    if (after === UNDECIDED) after = scanObject(bytes, from, end, this.#places);
    if (after > 0) this.#to = after;
    return after;
  }

  /** True when bytes[from, to) is one of the keys by which a record or an envelope is told. */
  static knows(bytes: Bytes, from: number, to: number): boolean {
    return findSlot(bytes, from, to) >= 0;
  }

  get shape(): Shape {
    if (this.#has(S.eventName) || this.#has(S.eventVersion) || this.#has(S.userIdentity) || this.#has(S.insightDetails)) return 'record';
    if (this.#startsWith(S.detail, 0x7b)) return 'envelope';
    if (this.#has(S.eventSource) && (this.#has(S.eventTime) || this.#has(S.eventID))) return 'record';
    if (this.#has(S.digestStartTime)) return 'digest';
    if (this.#startsWith(S.CloudTrailEvent, 0x22)) return 'text-envelope';
    if (this.#startsWith(S.message, 0x22) || this.#startsWith(S.atMessage, 0x22)) return 'text-envelope';
    return 'unknown';
  }

  /** Byte range of the object in an EventBridge envelope's `detail`. */
  get detail(): readonly [number, number] {
    return [this.#starts[S.detail] as number, this.#ends[S.detail] as number];
  }

  /** The JSON text that an envelope carries in `CloudTrailEvent`, `message` or `@message`; '' when that is no text. */
  get carriedText(): string {
    for (const slot of [S.CloudTrailEvent, S.message, S.atMessage]) if (this.#startsWith(slot, 0x22)) return this.#string(slot);
    return '';
  }

  /** Fills the fields of an event from the scanned object, or says why it is none. */
  read(): 'no-event-time' | 'bad-event-time' | 'no-event-source' | 'no-event-name' | 'not-cloudtrail' | null {
    this.eventSource = this.#string(S.eventSource);
    this.eventName = this.#string(S.eventName);
    this.category = this.#readCategory();
    if (this.category === 'Insight') this.#readInsight();
    if (this.category === 'Aggregated' && this.eventName === '') this.eventName = 'AggregatedActivity';
    if (this.eventSource === '') return 'no-event-source';
    if (this.eventName === '') return 'no-event-name';
    // S3's own notifications look alike but are no trail.
    if (this.eventSource.startsWith('aws:')) return 'not-cloudtrail';
    const time = this.#readTime();
    if (time === undefined) return 'no-event-time';
    if (Number.isNaN(time)) return 'bad-event-time';
    this.time = time;
    this.#readId();
    return null;
  }

  /** The event's id as text: the record's own, else the UUID made of its content. */
  get eventID(): string {
    const slot = this.#has(S.eventID) ? S.eventID : S.eventId;
    // Read past the window's memory of texts: no two events have the same.
    const text = this.#startsWith(slot, 0x22)
      ? decode(this.#bytes, (this.#starts[slot] as number) + 1, (this.#ends[slot] as number) - 1)
      : '';
    return text || uuidText(this.id);
  }

  get region(): string {
    return this.#string(S.awsRegion);
  }

  /** The account the event was recorded for. */
  get account(): string {
    return this.#string(S.recipientAccountId) || this.#string(S.accountId) || this.who.account;
  }

  get address(): string {
    return this.#string(S.sourceIPAddress);
  }

  get userAgent(): string {
    return this.#string(S.userAgent);
  }

  get errorCode(): string {
    return this.#string(S.errorCode);
  }

  get sharedEventID(): string {
    return this.#string(S.sharedEventID);
  }

  /** Who is behind the event, without a session's name: one object for all the principal's events. */
  get who(): Principal {
    return this.#identified().principal;
  }

  /** The role session's name beside a role, else ''. */
  get session(): string {
    return sessionFor(this.#identified(), this.#bytes, this.#starts[S.userIdentity] as number);
  }

  get principal(): Principal {
    return { ...this.who, session: this.session };
  }

  /** The record's own bytes, valid until the next scan. */
  get raw(): Bytes {
    return this.#bytes.subarray(this.#from, this.#to);
  }

  /** The record's own text as a JSON string, when it has at most `most` characters and all are printable ASCII; else null. */
  quotedRaw(most: number): string | null {
    return this.#to - this.#from > most ? null : WINDOW.quoted(this.#bytes, this.#from, this.#to);
  }

  /** The whole record, parsed once when first asked for. */
  get full(): Readonly<Record<string, unknown>> {
    this.#full ??= JSON.parse(this.#bytes.toString('utf8', this.#from, this.#to)) as Readonly<Record<string, unknown>>;
    return this.#full;
  }

  top(key: string): unknown {
    const slot = SLOT.get(key);
    if (slot === undefined) return own(this.full, key);
    if (!this.#has(slot)) return undefined;
    if (slot === S.userIdentity) return valueFor(this.#identified(), this.#bytes, this.#starts[slot] as number);
    if (this.#startsWith(slot, 0x22)) return this.#string(slot);
    return this.#parsed[slot] ?? this.#parse(slot);
  }

  #has(slot: number): boolean {
    return (this.#starts[slot] as number) >= 0;
  }

  #startsWith(slot: number, byte: number): boolean {
    const start = this.#starts[slot] as number;
    return start >= 0 && this.#bytes[start] === byte;
  }

  #string(slot: number): string {
    const start = this.#starts[slot] as number;
    if (start < 0 || this.#bytes[start] !== 0x22) return '';
    return WINDOW.string(this.#bytes, start + 1, (this.#ends[slot] as number) - 1);
  }

  #parse(slot: number): unknown {
    const value = JSON.parse(this.#bytes.toString('utf8', this.#starts[slot], this.#ends[slot])) as unknown;
    this.#parsed[slot] = value;
    this.#hasParsed = true;
    return value;
  }

  #object(slot: number): Readonly<Record<string, unknown>> {
    return this.#startsWith(slot, 0x7b) ? (this.#parse(slot) as Readonly<Record<string, unknown>>) : {};
  }

  #readId(): void {
    const slot = this.#has(S.eventID) ? S.eventID : S.eventId;
    const stated = this.#startsWith(slot, 0x22);
    const from = (this.#starts[slot] as number) + 1;
    const to = (this.#ends[slot] as number) - 1;
    this.hasWeakId = false;
    if (stated && (WINDOW.uuidWords(this.#bytes, from, to, this.id) ?? uuidWords(this.#bytes, from, to, this.id))) return;
    const text = this.#string(slot);
    this.hasWeakId = text !== '';
    contentWords(this.hasWeakId ? Buffer.from(text) : this.raw, this.id);
  }

  #readCategory(): Category {
    const category = this.#string(S.eventCategory);
    if (category === 'Data' || category === 'NetworkActivity' || category === 'Insight' || category === 'Aggregated') return category;
    return this.#has(S.insightDetails) && this.#string(S.eventType) === 'AwsCloudTrailInsight' ? 'Insight' : 'Management';
  }

  #readInsight(): void {
    const details = this.#object(S.insightDetails);
    if (this.eventSource === '') this.eventSource = ownText(details, 'eventSource');
    if (this.eventName === '') this.eventName = ownText(details, 'eventName');
  }

  #readTime(): number | undefined {
    const slot = this.#has(S.eventTime) ? S.eventTime : S.timestamp;
    if (this.#has(slot)) {
      if (!this.#startsWith(slot, 0x22)) return Number.NaN;
      return parseTimeBytes(this.#bytes, (this.#starts[slot] as number) + 1, (this.#ends[slot] as number) - 1);
    }
    const window = ownText(this.#object(S.timeWindow), 'windowStart');
    return window === '' ? undefined : parseTime(window);
  }

  #identified(): Identity {
    if (this.#identity === undefined) {
      const slot = this.#string(S.recipientAccountId) === '' ? S.accountId : S.recipientAccountId;
      const recipient = this.#string(slot);
      const number =
        recipient === '' ? -1 : WINDOW.textNumber(this.#bytes, (this.#starts[slot] as number) + 1, (this.#ends[slot] as number) - 1);
      const from = this.#starts[S.userIdentity] as number;
      this.#identity = identityOf(this.#bytes, from, this.#ends[S.userIdentity] as number, recipient, number);
    }
    return this.#identity;
  }
}

function own(from: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(from, key) ? from[key] : undefined;
}

function ownText(from: Readonly<Record<string, unknown>>, key: string): string {
  const value = own(from, key);
  return typeof value === 'string' ? value : '';
}

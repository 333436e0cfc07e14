import { parseTime } from './time.ts';

/** An object that a message on the ingest queue announces. */
export interface AnnouncedObject {
  readonly bucket: string;
  /** As S3 knows it: decoded. */
  readonly key: string;
  readonly version?: string;
  /** Without quotes. */
  readonly etag?: string;
  /** Bytes. */
  readonly size?: number;
  /** When it was created, as the message says; milliseconds since 1970. */
  readonly time?: number;
  readonly backfill?: { readonly id: string; readonly of: number };
}

/** Why a message, or a part of it, asks for nothing. */
export type Ignored =
  /** S3 and CloudTrail try out a new notification. */
  | 'test-event'
  /** Something else than a creation happened to an object. */
  | 'not-created'
  /** SNS says that the queue's subscription has ended. */
  | 'unsubscribed';

/** What a message says. A message of several records can say all three things at once. */
export interface Notification {
  readonly objects: readonly AnnouncedObject[];
  readonly ignored: readonly Ignored[];
  /** What could not be understood: sentences. */
  readonly unknown: readonly string[];
}

interface Heard {
  readonly objects: AnnouncedObject[];
  readonly ignored: Ignored[];
  readonly unknown: string[];
}

type Json = Readonly<Record<string, unknown>>;

/** SNS around EventBridge around an object's event is the deepest that AWS makes. */
const MOST_WRAPS = 4;
const SHOWN = 160;
const BUCKET = /^[A-Za-z0-9._-]{3,63}$/;
const MOST_KEY_BYTES = 1024;
/** Characters of a version id or an etag: S3's have a few dozen. */
const MOST_VERSION = 1024;
/** It becomes part of a key in the state table. */
const BACKFILL_ID = /^[\w-]{1,64}$/;
const MOST_BACKFILL = 100_000_000;
const TRAIL_VALIDATION = /^\s*CloudTrail validation message/;
const EXPECTED =
  'Expected is an S3 notification, the EventBridge event "Object Created" of source aws.s3, a notification of CloudTrail, or a message of `trailwarden backfill`';

/**
 * Reads the body of a message on the ingest queue: an S3 notification, an EventBridge event of S3, CloudTrail's own notification, each
 * also inside SNS envelopes, or a message of the command `backfill`. Never throws, whatever the text is.
 */
export function readNotification(body: string): Notification {
  const heard: Heard = { objects: [], ignored: [], unknown: [] };
  hear(body, 0, heard);
  return heard;
}

function hear(text: string, wraps: number, heard: Heard): void {
  if (TRAIL_VALIDATION.test(text)) {
    heard.ignored.push('test-event');
    return;
  }
  let value: unknown;
  try {
    value = JSON.parse(text) as unknown;
  } catch {
    heard.unknown.push(`The message is not JSON: ${shown(text)}. ${EXPECTED}.`);
    return;
  }
  const message = objectOf(value);
  const type = textOf(message, 'Type');
  const inner = textOf(message, 'Message');
  if (type === 'Notification' && inner !== '' && wraps < MOST_WRAPS) hear(inner, wraps + 1, heard);
  else if (type === 'UnsubscribeConfirmation') heard.ignored.push('unsubscribed');
  else if (type === 'SubscriptionConfirmation') {
    const topic = shown(textOf(message, 'TopicArn'));
    heard.unknown.push(`SNS topic ${topic} waits for the queue's subscription to be confirmed; until then it announces nothing.`);
  } else if (textOf(message, 'Event') === 's3:TestEvent') heard.ignored.push('test-event');
  else if (textOf(message, 'trailwarden') === 'backfill') hearBackfill(message, heard);
  else if (Array.isArray(own(message, 'Records')))
    for (const record of own(message, 'Records') as unknown[]) hearRecord(objectOf(record), heard);
  else if (textOf(message, 'source') === 'aws.s3') hearEvent(message, heard);
  else if (Array.isArray(own(message, 's3ObjectKey'))) hearTrail(message, heard);
  else heard.unknown.push(`The message has no known form: ${shown(text)}. ${EXPECTED}.`);
}

/** A record of an S3 notification; its key is URL-encoded. */
function hearRecord(record: Json, heard: Heard): void {
  const name = textOf(record, 'eventName');
  if (name !== '' && !/^(s3:)?ObjectCreated:/.test(name)) {
    heard.ignored.push('not-created');
    return;
  }
  const s3 = objectOf(own(record, 's3'));
  const object = objectOf(own(s3, 'object'));
  announce(textOf(objectOf(own(s3, 'bucket')), 'name'), decodeKey(textOf(object, 'key')), heard, {
    version: textOf(object, 'versionId'),
    etag: textOf(object, 'eTag'),
    size: own(object, 'size'),
    time: textOf(record, 'eventTime'),
  });
}

/** An EventBridge event of S3; its key is not encoded. */
function hearEvent(event: Json, heard: Heard): void {
  if (textOf(event, 'detail-type') !== 'Object Created') {
    heard.ignored.push('not-created');
    return;
  }
  const detail = objectOf(own(event, 'detail'));
  const object = objectOf(own(detail, 'object'));
  announce(textOf(objectOf(own(detail, 'bucket')), 'name'), textOf(object, 'key'), heard, {
    version: textOf(object, 'version-id'),
    etag: textOf(object, 'etag'),
    size: own(object, 'size'),
    time: textOf(event, 'time'),
  });
}

/** What CloudTrail itself publishes on a trail's topic; its keys are not encoded. */
function hearTrail(message: Json, heard: Heard): void {
  for (const key of own(message, 's3ObjectKey') as unknown[]) {
    announce(textOf(message, 's3Bucket'), typeof key === 'string' ? key : '', heard, {});
  }
}

function hearBackfill(message: Json, heard: Heard): void {
  const id = textOf(message, 'id');
  const of = own(message, 'of');
  if (!BACKFILL_ID.test(id) || typeof of !== 'number' || !Number.isInteger(of) || of < 1 || of > MOST_BACKFILL) {
    heard.unknown.push(
      `A backfill's message names its id (1 to 64 letters, digits, _ or -) and of how many objects it consists (at most ${MOST_BACKFILL}); this one does not: ${shown(JSON.stringify(message))}.`,
    );
    return;
  }
  announce(textOf(message, 'bucket'), textOf(message, 'key'), heard, { time: textOf(message, 'delivered'), backfill: { id, of } });
}

interface Particulars {
  readonly version?: string;
  readonly etag?: string;
  readonly size?: unknown;
  readonly time?: string;
  readonly backfill?: { readonly id: string; readonly of: number };
}

function announce(bucket: string, key: string, heard: Heard, more: Particulars): void {
  if (!BUCKET.test(bucket)) {
    heard.unknown.push(`The message names no bucket where one should stand, but ${shown(bucket)}.`);
    return;
  }
  if (key === '' || Buffer.byteLength(key) > MOST_KEY_BYTES || !key.isWellFormed()) {
    heard.unknown.push(
      `The message names no object of bucket ${bucket}: S3's keys have 1 to ${MOST_KEY_BYTES} bytes, this one has ${Buffer.byteLength(key)}.`,
    );
    return;
  }
  const version = more.version ?? '';
  const etag = unquoted(more.etag ?? '');
  if (Math.max(version.length, etag.length) > MOST_VERSION) {
    heard.unknown.push(
      `The message names a version of an object of bucket ${bucket} that is longer than S3's are: ${shown(version || etag)}.`,
    );
    return;
  }
  const time = parseTime(more.time ?? '');
  const { size } = more;
  heard.objects.push({
    bucket,
    key,
    // "null" is what S3 calls the version of every object written without versioning: it names no content.
    ...(version === '' || version === 'null' ? {} : { version }),
    ...(etag === '' ? {} : { etag }),
    ...(typeof size === 'number' && Number.isSafeInteger(size) && size >= 0 ? { size } : {}),
    ...(Number.isNaN(time) ? {} : { time }),
    ...(more.backfill === undefined ? {} : { backfill: more.backfill }),
  });
}

/** A key as S3 notifications write it: URL-encoded, `+` for a space. What is no escape, or not one of UTF-8, stays as it is. */
export function decodeKey(encoded: string): string {
  const spaced = encoded.replaceAll('+', ' ');
  return spaced.replace(/(?:%[0-9A-Fa-f]{2})+/g, (escapes) => {
    try {
      return decodeURIComponent(escapes);
    } catch {
      return escapes;
    }
  });
}

/** An etag without the quotes around it. */
export function unquoted(etag: string): string {
  return etag.replace(/^"(.*)"$/, '$1');
}

function objectOf(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

function own(from: Json, key: string): unknown {
  return Object.hasOwn(from, key) ? from[key] : undefined;
}

function textOf(from: Json, key: string): string {
  const value = own(from, key);
  return typeof value === 'string' ? value : '';
}

/** A text of others, quoted and short enough for a log line. */
function shown(text: string): string {
  return text.length > SHOWN ? `${JSON.stringify(text.slice(0, SHOWN))} …` : JSON.stringify(text);
}

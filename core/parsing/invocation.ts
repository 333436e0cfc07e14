import { BatchWriter, type SectionSource, sectionIdentity } from '../records/batch.ts';
import { uuidText } from '../records/identifier.ts';
import { capped, type Fetched, fetchAhead, TooLarge } from './fetching.ts';
import { type FunctionLimits, LAST_MS, RESERVED_MS } from './limits.ts';
import type { ObjectOpener, OpenObject } from './ports.ts';
import { SectionReader } from './section-reader.ts';
import type { Message, Wanted } from './wanted.ts';

const NO_TURN = 'The function was full, or short of time, before the object had its turn. It is read when its message is delivered again.';
const NO_TIME = 'The function ran short of time while it read the object. If that happens again and again, give the function more memory.';

/** An object that could not be had for now, and the sentence that says why. */
export interface Failure {
  readonly object: string;
  readonly reason: string;
}

/** Reads the objects of one invocation into one batch. */
export class Invocation {
  readonly writer = new BatchWriter();
  /** Ids of the messages that must be delivered again, with why. */
  readonly again = new Map<string, string>();
  readonly failures: Failure[] = [];
  /** Objects of other services, and folders. */
  leftAside = 0;

  readonly #objects: ObjectOpener;
  readonly #limits: FunctionLimits;
  readonly #remaining: () => number;
  readonly #reader: SectionReader;
  /** What was read: two messages may have named the same object differently. */
  readonly #read = new Set<string>();
  #begun = 0;

  constructor(objects: ObjectOpener, limits: FunctionLimits, remaining: () => number) {
    this.#objects = objects;
    this.#limits = limits;
    this.#remaining = remaining;
    this.#reader = new SectionReader(this.writer, limits);
  }

  /** A message that announces nothing known is counted where files are: it must neither be lost nor come again. */
  refuseMessage({ id, sent }: Message, reason: string): void {
    this.#reader.refuse({ bucket: '', key: `sqs:${id}`, id: 'message', delivered: sent }, 'unknown-notification', reason);
  }

  async take(wanted: readonly Wanted[]): Promise<void> {
    const trail = wanted.filter(({ kind }) => kind === 'trail');
    for (const one of wanted) if (one.kind !== 'trail') this.#leaveAside(one);
    const large = trail.filter(({ object }) => this.#isLarge(object.size));
    const held = trail.filter(({ object }) => !this.#isLarge(object.size));
    let taken = 0;
    for await (const { one, fetched } of fetchAhead(held, this.#objects, this.#limits.heldBytes)) {
      if (this.#isFull()) break;
      taken += 1;
      if (!this.#takeFetched(one, fetched)) large.push(one);
    }
    for (const one of held.slice(taken)) this.#returnMessages(one, NO_TURN);
    // Behind the others: what takes long must not take the time of what does not.
    for (const one of large) {
      if (this.#isFull()) this.#returnMessages(one, NO_TURN);
      else await this.#stream(one);
    }
  }

  #leaveAside({ object, kind, time }: Wanted): void {
    const { bucket, key, backfill } = object;
    if (kind === 'other') this.leftAside += 1;
    // A backfill is complete when each of its objects was seen; else what is of no interest leaves no trace.
    if (kind === 'other' && backfill === undefined) return;
    const source = { bucket, key, id: kind, delivered: time, ...(backfill === undefined ? {} : { backfill }) };
    this.#reader.note(source, kind === 'digest' ? { files: 1, digests: 1 } : {});
  }

  /** False when the object must be streamed. */
  #takeFetched(one: Wanted, fetched: Fetched): boolean {
    if (fetched.kind === 'too-large-to-hold') return false;
    if (fetched.kind === 'failed') this.#fail(one, fetched.reason);
    else if (fetched.kind === 'gone') this.#reader.refuse(goneSource(one), 'object-gone');
    else {
      const source = sourceOf(one, fetched.object);
      const identity = identityOf(source);
      if (this.#read.has(identity)) return true;
      try {
        if (!this.#reader.read(source, fetched.bytes)) return false;
        this.#read.add(identity);
      } catch (error) {
        // No content is known to do this; should one be found, it must not stop its neighbours.
        this.#fail(one, `The object could not be decoded: ${(error as Error).message}`);
      }
    }
    return true;
  }

  async #stream(one: Wanted): Promise<void> {
    let object: OpenObject | null = null;
    try {
      object = await this.#objects.open(one.object);
      if (object === null) this.#reader.refuse(goneSource(one), 'object-gone');
      else await this.#streamOpen(sourceOf(one, object), object);
    } catch (error) {
      this.#fail(one, (error as Error).message);
    } finally {
      object?.close();
    }
  }

  async #streamOpen(source: SectionSource, { body, size }: OpenObject): Promise<void> {
    const identity = identityOf(source);
    if (this.#read.has(identity)) return;
    const { objectBytes } = this.#limits;
    try {
      if (size > objectBytes && size !== Number.POSITIVE_INFINITY) throw new TooLarge(`${size} bytes, at most ${objectBytes} are read`);
      await this.#reader.stream(source, capped(body, objectBytes), size, () => {
        if (this.#remaining() < LAST_MS) throw new Error(NO_TIME);
      });
    } catch (error) {
      if (!(error instanceof TooLarge)) throw error;
      this.#reader.refuse(source, 'object-too-large', error.message);
    }
    this.#read.add(identity);
  }

  /** The first object is taken even with little time left: else nothing would ever move. */
  #isFull(): boolean {
    const full = this.#begun > 0 && (this.writer.size >= this.#limits.batchBytes || this.#remaining() < RESERVED_MS);
    if (!full) this.#begun += 1;
    return full;
  }

  #isLarge(size: number | undefined): boolean {
    return size !== undefined && size > this.#limits.heldBytes;
  }

  #fail(one: Wanted, reason: string): void {
    this.failures.push({ object: `s3://${one.object.bucket}/${one.object.key}`, reason });
    this.#returnMessages(one, reason);
  }

  #returnMessages({ messages }: Wanted, reason: string): void {
    for (const id of messages) if (!this.again.has(id)) this.again.set(id, reason);
  }
}

function identityOf(source: SectionSource): string {
  return `${uuidText(sectionIdentity(source))} ${source.backfill?.id ?? ''}`;
}

function sourceOf({ object, time }: Wanted, { id, modified }: OpenObject): SectionSource {
  const { bucket, key, backfill } = object;
  return { bucket, key, id, delivered: Number.isNaN(modified) ? time : modified, ...(backfill === undefined ? {} : { backfill }) };
}

/** Of an identity of its own: should the object be restored, it is read after all. */
function goneSource({ object, time }: Wanted): SectionSource {
  const { bucket, key, version, etag, backfill } = object;
  return { bucket, key, id: `gone:${version ?? etag ?? ''}`, delivered: time, ...(backfill === undefined ? {} : { backfill }) };
}

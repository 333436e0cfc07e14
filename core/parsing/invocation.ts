import { sectionIdentity } from '../records/batch.ts';
import { uuidText } from '../records/identifier.ts';
import type { FileReject } from '../records/rejects.ts';
import { labelOf, type Section, type SectionSource } from '../records/section.ts';
import { BatchSeries, type Load } from './batch-series.ts';
import { capped, type Fetched, fetchAhead, TooLarge } from './fetching.ts';
import { type FunctionLimits, LAST_MS, RESERVED_MS } from './limits.ts';
import type { BatchKeeper, Failure, ObjectOpener, OpenObject } from './ports.ts';
import { SectionReader } from './section-reader.ts';
import type { Message, Wanted } from './wanted.ts';

const NO_TURN =
  'The function was short of time before the object had its turn. It is read, before others, when its message is delivered again.';
const NO_TIME = 'The function ran short of time while it read the object. If that happens again and again, give the function more memory.';

export interface InvocationOptions {
  readonly objects: ObjectOpener;
  readonly batches: BatchKeeper;
  readonly limits: FunctionLimits;
  /** Milliseconds left to work in. */
  readonly remaining: () => number;
}

/** Reads the objects of one invocation into batches. */
export class Invocation {
  /** Ids of the messages that must be delivered again, with why. */
  readonly again = new Map<string, string>();
  readonly failures: Failure[] = [];
  /** Objects of other services, and folders. */
  leftAside = 0;

  readonly #objects: ObjectOpener;
  readonly #limits: FunctionLimits;
  readonly #remaining: () => number;
  readonly #series: BatchSeries;
  readonly #reader: SectionReader;
  /** What was read, and where it lies: two messages may have named the same object differently. */
  readonly #read = new Map<string, Load>();
  #hasBegun = false;

  constructor({ objects, batches, limits, remaining }: InvocationOptions) {
    this.#objects = objects;
    this.#limits = limits;
    this.#remaining = remaining;
    this.#series = new BatchSeries(batches);
    this.#reader = new SectionReader(this.#series.writer, limits);
  }

  /** Names of the batches that were stored. */
  get batches(): readonly string[] {
    return this.#series.stored;
  }

  /** What they hold. */
  get sections(): readonly Section[] {
    return this.#series.sections;
  }

  /** A message that announces nothing known is counted where files are: it must neither be lost nor come again. */
  refuseMessage({ id, sent }: Message, reason: string): void {
    this.#refuse({ bucket: '', key: `sqs:${id}`, id: 'message', delivered: sent }, [id], 'unknown-notification', reason);
  }

  /** Reads what is wanted, in that order, and stores all that was read. */
  async take(wanted: readonly Wanted[]): Promise<void> {
    const tiers = new Map<number, Wanted[]>();
    for (const one of wanted) {
      const tier = tiers.get(one.receives);
      if (one.kind !== 'trail') this.#leaveAside(one);
      else if (tier === undefined) tiers.set(one.receives, [one]);
      else tier.push(one);
    }
    // Each by itself: an object that is large, and so comes last of its tier, must not come last for ever.
    for (const tier of tiers.values()) await this.#takeTier(tier);
    await this.#store();
  }

  async #takeTier(tier: readonly Wanted[]): Promise<void> {
    const large = tier.filter(({ object }) => this.#isLarge(object.size));
    // When time is short nothing is fetched ahead for nothing.
    const held = this.#isShort() ? [] : tier.filter(({ object }) => !this.#isLarge(object.size));
    const left = new Set(tier);
    for await (const { one, fetched } of fetchAhead(held, this.#objects, this.#limits.heldBytes)) {
      if (this.#isShort()) break;
      this.#hasBegun = true;
      if (this.#takeFetched(one, fetched)) left.delete(one);
      else large.push(one);
      await this.#storeIfFull();
    }
    // Behind the others: what takes long must not take the time of what does not.
    for (const one of large) {
      if (this.#isShort()) break;
      this.#hasBegun = true;
      left.delete(one);
      await this.#stream(one);
      await this.#storeIfFull();
    }
    for (const { messages } of left) this.#return(messages, NO_TURN);
  }

  #leaveAside({ object, kind, time, messages }: Wanted): void {
    const { bucket, key, backfill } = object;
    if (kind === 'other') this.leftAside += 1;
    // A backfill is complete when each of its objects was seen; else what is of no interest leaves no trace.
    if (kind === 'other' && backfill === undefined) return;
    const source = { bucket, key, id: kind, delivered: time, ...(backfill === undefined ? {} : { backfill }) };
    this.#reader.note(source, kind === 'digest' ? { files: 1, digests: 1 } : {});
    this.#series.loadFor(messages);
  }

  /** False when the object must be streamed. */
  #takeFetched(one: Wanted, fetched: Fetched): boolean {
    if (fetched.kind === 'too-large-to-hold') return false;
    if (fetched.kind === 'failed') this.#fail(one, fetched.reason);
    else if (fetched.kind === 'gone') this.#refuse(goneSource(one), one.messages, 'object-gone');
    else {
      const source = sourceOf(one, fetched.object);
      const identity = identityOf(source);
      if (this.#wasRead(identity, one)) return true;
      try {
        if (!this.#reader.read(source, fetched.bytes)) return false;
        this.#read.set(identity, this.#series.loadFor(one.messages));
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
      if (object === null) this.#refuse(goneSource(one), one.messages, 'object-gone');
      else await this.#streamOpen(one, object);
    } catch (error) {
      this.#fail(one, (error as Error).message);
    } finally {
      object?.close();
    }
  }

  async #streamOpen(one: Wanted, object: OpenObject): Promise<void> {
    const { body, size } = object;
    const source = sourceOf(one, object);
    const identity = identityOf(source);
    if (this.#wasRead(identity, one)) return;
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
    this.#read.set(identity, this.#series.loadFor(one.messages));
  }

  /** True when another name of the object was read before: its messages share the fate of the batch that holds it. */
  #wasRead(identity: string, { messages }: Wanted): boolean {
    const load = this.#read.get(identity);
    if (load === undefined) return false;
    for (const id of messages) load.messages.add(id);
    if (load.failure !== undefined) this.#return(messages, load.failure.reason);
    return true;
  }

  #refuse(source: SectionSource, messages: readonly string[], reason: FileReject, more = ''): void {
    this.#reader.refuse(source, reason, more);
    this.#series.loadFor(messages);
  }

  async #storeIfFull(): Promise<void> {
    if (this.#series.writer.size >= this.#limits.batchBytes) await this.#store();
  }

  async #store(): Promise<void> {
    const { messages, failure } = await this.#series.store();
    if (failure === undefined) return;
    this.failures.push(failure);
    this.#return(messages, failure.reason);
  }

  /** The first object is taken even with little time left: else nothing would ever move. */
  #isShort(): boolean {
    return this.#hasBegun && this.#remaining() < RESERVED_MS;
  }

  #isLarge(size: number | undefined): boolean {
    return size !== undefined && size > this.#limits.heldBytes;
  }

  #fail(one: Wanted, reason: string): void {
    this.failures.push({ object: labelOf(one.object), reason });
    this.#return(one.messages, reason);
  }

  #return(messages: Iterable<string>, reason: string): void {
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

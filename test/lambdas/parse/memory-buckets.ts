import { type FunctionLimits, functionLimits } from '../../../core/parsing/limits.ts';
import { type Parsed, parseMessages } from '../../../core/parsing/parse.ts';
import type { BatchKeeper, ObjectOpener, OpenObject } from '../../../core/parsing/ports.ts';
import type { Message } from '../../../core/parsing/wanted.ts';
import { type Batch, openBatch, type Section, sectionRecords } from '../../../core/records/batch.ts';
import type { AnnouncedObject } from '../../../core/records/notification.ts';

/** What stands under a key: bytes, or the sentence that opening it, or reading its body after `after` bytes, fails with. */
export type Stored = Buffer | { readonly error: string; readonly after?: Buffer };

export interface StoredMore {
  readonly id?: string;
  readonly modified?: number;
  /** What the bucket says of its size. @default its length */
  readonly size?: number;
}

export const MODIFIED = Date.UTC(2026, 8, 1, 10, 5);

/** A bucket in memory that notes what is asked of it. */
export class MemoryBucket implements ObjectOpener {
  readonly opened: string[] = [];
  /** Bodies that are open, and the most at any time. */
  openBodies = 0;
  most = 0;
  readonly #objects = new Map<string, { readonly stored: Stored; readonly more: StoredMore }>();

  put(key: string, stored: Stored, more: StoredMore = {}): this {
    this.#objects.set(key, { stored, more });
    return this;
  }

  async open({ key, version }: AnnouncedObject): Promise<OpenObject | null> {
    this.opened.push(key);
    await Promise.resolve();
    const found = this.#objects.get(key);
    if (found === undefined) return null;
    const { stored, more } = found;
    if (!Buffer.isBuffer(stored) && stored.after === undefined) throw new Error(stored.error);
    const bytes = Buffer.isBuffer(stored) ? stored : (stored.after as Buffer);
    this.openBodies += 1;
    this.most = Math.max(this.most, this.openBodies);
    let closed = false;
    return {
      id: more.id ?? version ?? `etag-${key}`,
      modified: more.modified ?? MODIFIED,
      size: more.size ?? bytes.length,
      body: pieces(bytes, Buffer.isBuffer(stored) ? undefined : stored.error),
      close: () => {
        if (!closed) this.openBodies -= 1;
        closed = true;
      },
    };
  }
}

async function* pieces(bytes: Buffer, error: string | undefined): AsyncGenerator<Buffer> {
  // The first piece is too short to tell what the bytes are.
  yield bytes.subarray(0, 1);
  for (let i = 1; i < bytes.length; i += 64 * 1024) yield bytes.subarray(i, i + 64 * 1024);
  if (error !== undefined) throw new Error(error);
}

/** A batch bucket in memory. */
export class MemoryBatches implements BatchKeeper {
  readonly kept = new Map<string, Buffer>();
  /** Sentence that keeping fails with. */
  error: string | undefined;
  /** Which batches fail, 0 for the first. @default all, where there is an error */
  failing: readonly number[] | undefined;
  #calls = 0;

  async keep(name: string, batch: Buffer): Promise<void> {
    const call = this.#calls++;
    await Promise.resolve();
    if (this.error !== undefined && this.failing?.includes(call) !== false) throw new Error(this.error);
    this.kept.set(name, batch);
  }
}

export const LIMITS = functionLimits({ inflatedMegabytes: 16_384, inflateRatio: 400, recordMegabytes: 16 });

export interface Outcome {
  readonly parsed: Parsed;
  /** The batches that were stored. */
  readonly batches: readonly Batch[];
  /** The first of them. */
  readonly batch: Batch | null;
  /** Sections of all of them by key. */
  readonly byKey: Readonly<Record<string, Section>>;
  /** The bytes of the first. */
  readonly bytes: Buffer | undefined;
}

export interface RunOptions {
  readonly batches?: MemoryBatches;
  readonly remaining?: () => number;
  readonly limits?: Partial<FunctionLimits>;
}

/** Parses messages over a bucket in memory. */
export async function run(
  bucket: ObjectOpener,
  messages: readonly Message[],
  { batches = new MemoryBatches(), remaining = () => 300_000, limits = {} }: RunOptions = {},
): Promise<Outcome> {
  const parsed = await parseMessages(messages, { objects: bucket, batches, limits: { ...LIMITS, ...limits }, remaining });
  const stored = parsed.batches.map((name) => batches.kept.get(name) as Buffer);
  const opened = stored.map((bytes) => openBatch(bytes));
  const byKey = Object.fromEntries(opened.flatMap(({ sections }) => sections).map((section) => [section.key, section]));
  return { parsed, batches: opened, batch: opened[0] ?? null, bytes: stored[0], byKey };
}

/** The raw records of a section. */
export function rawRecords(batch: Batch, section: Section): string[] {
  return [...sectionRecords(batch, section)].map(({ bytes, from, to }) => bytes.toString('utf8', from, to));
}

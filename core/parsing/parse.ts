import type { Section } from '../records/batch.ts';
import { batchName } from './batch-name.ts';
import { type Failure, Invocation } from './invocation.ts';
import type { FunctionLimits } from './limits.ts';
import type { BatchKeeper, ObjectOpener } from './ports.ts';
import { type Message, wishesOf } from './wanted.ts';

export interface ParseOptions {
  readonly objects: ObjectOpener;
  readonly batches: BatchKeeper;
  readonly limits: FunctionLimits;
  /** Milliseconds left to work in. */
  readonly remaining: () => number;
}

/** What became of the messages of one invocation. */
export interface Parsed {
  /** Ids of the messages that must be delivered again, with the sentence that says why. All others are done with. */
  readonly again: ReadonlyMap<string, string>;
  /** Name of the batch that was stored, or null when there was nothing to store. */
  readonly batch: string | null;
  /** What the stored batch holds. */
  readonly sections: readonly Section[];
  /** What could not be had, or stored, for now. Objects that merely had no turn are in `again` alone. */
  readonly failures: readonly Failure[];
  /** Objects of other services, and folders. */
  readonly leftAside: number;
  /** Parts of messages that ask for nothing: S3's test event, removed objects. */
  readonly ignored: number;
}

/**
 * Reads the objects that messages announce into one batch, and stores it. What cannot be decoded becomes a section with a reject; what
 * cannot be had for now costs its own messages another delivery, and no other message anything. The same messages, in any order, give
 * the same batch under the same name.
 */
export async function parseMessages(messages: readonly Message[], { objects, batches, limits, remaining }: ParseOptions): Promise<Parsed> {
  const { wanted, unknown, ignored } = wishesOf(messages);
  const invocation = new Invocation(objects, limits, remaining);
  for (const { message, reason } of unknown) invocation.refuseMessage(message, reason);
  await invocation.take(wanted);
  const { writer, again, failures, leftAside } = invocation;
  const { sections } = writer;
  const rest = { again, leftAside, ignored };
  if (sections.length === 0) return { ...rest, batch: null, sections, failures };
  const name = batchName(sections);
  try {
    await batches.keep(name, writer.finish());
    return { ...rest, batch: name, sections, failures };
  } catch (error) {
    const reason = `The batch could not be stored: ${(error as Error).message}`;
    for (const { id } of messages) again.set(id, reason);
    return { ...rest, batch: null, sections: [], failures: [...failures, { object: name, reason }] };
  }
}

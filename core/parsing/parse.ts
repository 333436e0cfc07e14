import type { Section } from '../records/batch.ts';
import { Invocation, type InvocationOptions } from './invocation.ts';
import type { Failure } from './ports.ts';
import { type Message, wishesOf } from './wanted.ts';

/** What became of the messages of one invocation. */
export interface Parsed {
  /** Ids of the messages that must be delivered again, with the sentence that says why. All others are done with. */
  readonly again: ReadonlyMap<string, string>;
  /** Names of the batches that were stored, in the order of their making. */
  readonly batches: readonly string[];
  /** What the stored batches hold. */
  readonly sections: readonly Section[];
  /** What could not be had, or stored, for now. Objects that merely had no turn are in `again` alone. */
  readonly failures: readonly Failure[];
  /** Objects of other services, and folders. */
  readonly leftAside: number;
  /** Parts of messages that ask for nothing: S3's test event, removed objects. */
  readonly ignored: number;
}

/**
 * Reads the objects that messages announce into batches, and stores each once it is full. What cannot be decoded becomes a section with a reject;
 * what cannot be had for now, or lies in a batch that could not be stored, costs its own messages another delivery, and no other message anything.
 * The same messages, in any order, give the same batches under the same names.
 */
export async function parseMessages(messages: readonly Message[], options: InvocationOptions): Promise<Parsed> {
  const { wanted, unknown, ignored } = wishesOf(messages);
  const invocation = new Invocation(options);
  for (const { message, reason } of unknown) invocation.refuseMessage(message, reason);
  await invocation.take(wanted);
  const { again, batches, sections, failures, leftAside } = invocation;
  return { again, batches, sections, failures, leftAside, ignored };
}

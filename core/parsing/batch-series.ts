import { BatchWriter, type Section } from '../records/batch.ts';
import { batchName } from './batch-name.ts';
import type { BatchKeeper, Failure } from './ports.ts';

/** The messages whose objects one batch holds, and why it could not be stored. */
export interface Load {
  readonly messages: Set<string>;
  failure?: Failure;
}

/** Fills one batch after the other and stores each: memory holds the one in hand alone. */
export class BatchSeries {
  readonly writer = new BatchWriter();
  /** Names of the batches that were stored, in the order of their making. */
  readonly stored: string[] = [];
  /** What the stored batches hold. */
  readonly sections: Section[] = [];

  readonly #keeper: BatchKeeper;
  #load: Load = { messages: new Set() };

  constructor(keeper: BatchKeeper) {
    this.#keeper = keeper;
  }

  /** The batch in hand has a section that these messages ask for. */
  loadFor(messages: Iterable<string>): Load {
    for (const id of messages) this.#load.messages.add(id);
    return this.#load;
  }

  /** Stores the batch in hand, if it holds anything, and begins another. Never rejects: what was to be stored says whether it failed. */
  async store(): Promise<Load> {
    const load = this.#load;
    const { sections } = this.writer;
    if (sections.length === 0) return load;
    this.#load = { messages: new Set() };
    const name = batchName(sections);
    try {
      await this.#keeper.keep(name, this.writer.finish());
      this.stored.push(name);
      for (const section of sections) this.sections.push(section);
    } catch (error) {
      load.failure = { object: name, reason: `The batch could not be stored: ${(error as Error).message}` };
    }
    return load;
  }
}

import type { AnnouncedObject } from '../records/notification.ts';
import type { Bytes } from '../records/text.ts';

/** An object of a bucket, opened. */
export interface OpenObject {
  /** Its version id, else its etag without quotes. */
  readonly id: string;
  /** When it was last modified, milliseconds since 1970; NaN when the bucket does not say. */
  readonly modified: number;
  /** Bytes as stored; Infinity when the bucket does not say. */
  readonly size: number;
  readonly body: AsyncIterable<Bytes>;
  /** Lets go of a body that is not read, or not to its end. */
  close(): void;
}

export interface ObjectOpener {
  /**
   * Opens the announced version of an object; null when it no longer exists. Rejects, after retries of its own, for whatever may be mended and
   * succeed later (access, encryption keys, throttling, the network): the error's message is a sentence that says what to do.
   */
  open(object: AnnouncedObject): Promise<OpenObject | null>;
}

/** An object that could not be had, or a batch that could not be stored, for now, and the sentence that says why. */
export interface Failure {
  readonly object: string;
  readonly reason: string;
}

export interface BatchKeeper {
  /** Stores a batch under its name, in place of one of the same name. Rejects with a sentence when it could not. */
  keep(name: string, batch: Bytes): Promise<void>;
}

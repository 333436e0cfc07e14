import type { Level } from '../levels.ts';

/** Where people are told of incidents. */
export const CHANNELS = ['email', 'securityhub'] as const;
export type Channel = (typeof CHANNELS)[number];

/** What became of the last version that a channel was asked to tell of. One for each incident and channel. */
export interface Receipt {
  /** Version of the item that this is the receipt of. */
  readonly version: number;
  /** When it was written, milliseconds since 1970. */
  readonly at: number;
  /**
   * `sent`: told. `quiet`: nothing in it that people must be told of once more. `off`: the channel is switched off in this account.
   * `failed`: the service refused it for good. A refused version is not tried again, the next one is.
   */
  readonly status: 'sent' | 'quiet' | 'off' | 'failed';
  /** Level and tactics of that version. */
  readonly level: Level | '';
  readonly tactics: readonly string[];
  /** Why, as a sentence. */
  readonly detail: string;
  /** What people know through this channel: the last version that was sent, if any was. */
  readonly told?: Told;
}

/** The version that people were told of last. */
export interface Told {
  readonly version: number;
  /** When they were told, milliseconds since 1970. */
  readonly at: number;
  readonly level: Level | '';
  readonly risk: number;
  readonly tactics: readonly string[];
  readonly detectors: readonly string[];
}

/** How a channel does. */
export interface ChannelState {
  readonly status: 'ok' | 'off' | 'failing';
  /** A sentence, '' when all is well. */
  readonly detail: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

import type { Finding } from '../outputs/asff.ts';
import type { Email } from '../outputs/email.ts';
import type { Channel, ChannelState, Receipt } from './receipt.ts';

/** An e-mail with what its headers need. */
export interface OutgoingMail extends Email {
  /** Id of the item it tells of: mails of one item belong to one thread. */
  readonly about: string;
  readonly version: number;
  /** `critical` … or `summary`: a tag to sort by. */
  readonly tag: string;
}

/**
 * `refused`: for good, the same mail would be refused again. `blocked`: until somebody mends something, such as an address that is not verified;
 * `byRecipient` when that may be one of several recipients, and the others can have it. `failed`: passes by itself. Reasons are sentences.
 */
export type MailAnswer =
  | { readonly outcome: 'sent'; readonly reference: string }
  | { readonly outcome: 'refused'; readonly reason: string }
  | { readonly outcome: 'blocked'; readonly reason: string; readonly byRecipient: boolean }
  | { readonly outcome: 'failed'; readonly reason: string };

/** What the hub says of one call: which findings it did not take, or the error that the whole call ended in. Codes are the service's own. */
export type ImportAnswer = { readonly failures: readonly (ServiceError & { readonly id: string })[] } | { readonly error: ServiceError };

export interface ServiceError {
  readonly code: string;
  readonly message: string;
}

/** What the doorbell's work needs of the world: one verb each. Whatever throws counts as a failure that may pass. */
export interface AlertPorts {
  /** The item as it stands now (a strongly consistent read), undefined when it is gone. */
  readonly readItem: (id: string) => Promise<unknown>;
  readonly readReceipts: (id: string) => Promise<Partial<Record<Channel, Receipt>>>;
  readonly sendMail: (mail: OutgoingMail, recipients: readonly string[]) => Promise<MailAnswer>;
  readonly importFindings: (findings: readonly Finding[]) => Promise<ImportAnswer>;
  /** Writes a receipt unless one of the same or a later version stands there: then it is `stale`. */
  readonly writeReceipt: (id: string, channel: Channel, receipt: Receipt) => Promise<'written' | 'stale'>;
  /** Marks an item as told, unless its version has changed since. Without a version: whatever it is. */
  readonly clearDue: (id: string, version: number | undefined) => Promise<void>;
  /** Notes how a channel does, and says whether that is news. */
  readonly noteChannel: (channel: Channel, state: ChannelState) => Promise<'changed' | 'same'>;
  /** Waits about so long; may vary it, so that many who wait do not come back at once. */
  readonly wait: (milliseconds: number) => Promise<void>;
  /** Milliseconds that are left for the work. */
  readonly remaining: () => number;
  readonly log: (severity: 'info' | 'warn' | 'error', message: string, more: Readonly<Record<string, unknown>>) => void;
}

/**
 * How telling one version through one channel ended; the detail is a sentence. `failed` may pass within minutes, `blocked` once somebody has
 * mended something; the others are for good.
 */
export interface Outcome {
  readonly status: 'sent' | 'off' | 'refused' | 'blocked' | 'failed';
  readonly detail: string;
  /** Sent, but not to everybody. */
  readonly partly?: boolean;
}

/** Milliseconds that one more call and its receipt may take: with less left, nothing new is begun. */
export const ENOUGH_TIME = 20_000;

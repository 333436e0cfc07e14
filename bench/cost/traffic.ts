/** How events come in. */
export interface Traffic {
  readonly eventsADay: number;
  /** Records of one file of the trail. */
  readonly perFile: number;
  /** Connections over which Lambda asks a queue at the same time: it begins with five, and a queue that is kept empty gets no more. */
  readonly pollers: number;
  /** How long a poller gathers messages from the first on, and how many at most. */
  readonly windowSeconds: number;
  readonly batchSize: number;
  readonly scheduleMinutes: number;
}

/** What follows from it. Files come evenly, and each poller sees its share of them. */
export interface Arrivals {
  readonly filesADay: number;
  /** Files of one invocation of parse, on average. */
  readonly filesABatch: number;
  readonly batchesADay: number;
  /** Requests that the pollers make. */
  readonly receivesADay: number;
  readonly runsADay: number;
  readonly filesARun: number;
}

export const DAY_SECONDS = 86_400;
/** Seconds that a request waits for a message. */
const LONG_POLL = 20;

/**
 * A poller waits for a message, gathers for its window, and has parse invoked. Each of its requests ends with the first message, so that
 * hardly any brings two (which would be cheaper), or after 20 seconds with none.
 */
export function arrivals({ eventsADay, perFile, pollers, windowSeconds, batchSize, scheduleMinutes }: Traffic): Arrivals {
  const filesADay = eventsADay / perFile;
  const perSecond = filesADay / DAY_SECONDS / pollers;
  const filesABatch = Math.min(batchSize, 1 + perSecond * windowSeconds);
  // The limit for no messages at all is one request each 20 seconds.
  const receives = perSecond === 0 ? 1 / LONG_POLL : perSecond / (1 - Math.exp(-perSecond * LONG_POLL));
  const runsADay = (24 * 60) / scheduleMinutes;
  return {
    filesADay,
    filesABatch,
    batchesADay: filesADay / filesABatch,
    receivesADay: receives * pollers * DAY_SECONDS,
    runsADay,
    filesARun: filesADay / runsADay,
  };
}

/** Whole sizes of the first `count` batches: their mean is the wanted one. */
export function batchSizes(mean: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => Math.round((i + 1) * mean) - Math.round(i * mean));
}

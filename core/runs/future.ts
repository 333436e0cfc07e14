import type { ScoredPart } from '../scoring/section.ts';
import { NO_SIGHTING } from '../scoring/sightings.ts';

/** How far ahead of the delivery of its object an event's time may lie: clocks differ by less, and nothing is delivered before it happens. */
export const MOST_AHEAD = 24 * 3_600_000;

/** A part in which nothing is later than can be, and how many events were. */
export interface Grounded {
  readonly part: ScoredPart;
  readonly future: number;
}

/**
 * Takes events from the future for events of the time of their delivery, and keeps them from the detectors with a memory: their times say nothing. They keep
 * their signals and rows, which show the time that the record has. It does not depend on the run that takes them.
 */
export function grounded(part: ScoredPart, delivered: number): Grounded {
  const latest = delivered + MOST_AHEAD;
  let times: Float64Array | undefined;
  let of: ScoredPart['sightings']['of'] | undefined;
  let future = 0;
  for (let event = 0; event < part.count; event += 1) {
    if ((part.times[event] as number) <= latest) continue;
    times ??= part.times.slice();
    of ??= part.sightings.of.slice();
    times[event] = delivered;
    of[event] = NO_SIGHTING;
    future += 1;
  }
  if (times === undefined || of === undefined) return { part, future };
  return { part: { ...part, times, sightings: { ...part.sightings, of } }, future };
}

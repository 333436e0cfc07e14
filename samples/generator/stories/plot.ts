import { iso } from '../calendar.ts';
import type { Random } from '../random.ts';
import type { Stage } from '../stage.ts';
import type { PlantedAnomaly } from '../story.ts';

/** Where an anomaly is staged. */
export interface Plot {
  readonly stage: Stage;
  readonly random: Random;
  /** Midnight (UTC) of its day. */
  readonly midnight: number;
  /** An address of the attackers' network. */
  readonly outside: string;
}

/** What is said of an anomaly before it is staged. */
export type About = Pick<PlantedAnomaly, 'id' | 'title' | 'detector' | 'entity' | 'account'>;
/** Stages an event at a time and gives its id. */
export type Emit = (at: number) => string;

/** Stages events one after another and says what they are. */
export function planted(about: About, start: number, gap: () => number, events: readonly Emit[]): PlantedAnomaly {
  let at = start;
  let last = start;
  const ids = events.map((emit) => {
    last = at;
    const id = emit(at);
    at += gap();
    return id;
  });
  return { ...about, from: iso(start), to: iso(last), events: ids };
}

/** So many of something, made by their number from 0 on. */
export function times<T>(count: number, make: (n: number) => T): T[] {
  return Array.from({ length: count }, (_, n) => make(n));
}

/** The client that a caller uses as a rule; with `start` the one that begins so. */
export function usualAgent({ staged }: Stage, arn: string, start = ''): string {
  const own = staged.find(
    ({ record }) => (record.userIdentity as { arn?: string }).arn === arn && String(record.userAgent).startsWith(start),
  );
  if (own === undefined)
    throw new Error(`Nobody called as ${arn} with a client that begins with "${start}"; the anomaly needs one with a past.`);
  return String(own.record.userAgent);
}

import fc from 'fast-check';
import type { Anomaly } from '../../../core/anomalies/anomaly.ts';
import type { Entity, EntityKind, Observation } from '../../../core/anomalies/observation.ts';

/** What the detectors with a memory of entities have in common. */
export interface Detector<S> {
  wants(kind: EntityKind, event: Observation): boolean;
  empty(): S;
  observe(state: S, entity: Entity, event: Observation): void;
  due(state: S): number | undefined;
  advance(state: S, entity: Entity, watermark: number): Anomaly[];
  isOver(state: S, watermark: number): boolean;
}

/** An event of an ordinary developer's call. */
export function observation(time: number, more: Partial<Observation> = {}): Observation {
  return {
    time,
    eventID: `event-${time}`,
    principal: 'arn:aws:iam::111122223333:user/alice',
    roleTag: 'developer',
    person: 'arn:aws:iam::111122223333:user/alice',
    account: '111122223333',
    callerAccount: '',
    region: 'eu-central-1',
    address: '198.51.100.7',
    network: '198.51.100.0/24',
    country: 'DE',
    action: 's3:GetObject',
    service: 's3',
    agent: 'aws-cli',
    failed: false,
    denied: false,
    isWrite: false,
    volumes: 0,
    ...more,
  };
}

/** An entity as a caller keeps it: its state goes through JSON at each watermark, and is dropped when it is over. */
export class Kept<S> {
  readonly #detector: Detector<S>;
  readonly #entity: Entity;
  #state: S;
  readonly anomalies: Anomaly[] = [];
  /** The longest the state was as JSON. */
  longest = 0;

  constructor(detector: Detector<S>, entity: Entity, state = detector.empty()) {
    this.#detector = detector;
    this.#entity = entity;
    this.#state = state;
  }

  observe(event: Observation): void {
    if (this.#detector.wants(this.#entity.kind, event)) this.#detector.observe(this.#state, this.#entity, event);
  }

  advance(watermark: number): void {
    const json = JSON.stringify(this.#state);
    this.longest = Math.max(this.longest, json.length);
    this.#state = JSON.parse(json) as S;
    const due = this.#detector.due(this.#state);
    if (due !== undefined && due <= watermark) this.anomalies.push(...this.#detector.advance(this.#state, this.#entity, watermark));
    this.longest = Math.max(this.longest, JSON.stringify(this.#state).length);
    if (this.#detector.isOver(this.#state, watermark)) this.#state = this.#detector.empty();
  }

  get state(): S {
    return this.#state;
  }
}

/** What is said of events in the order given, all judged at the end. */
export function judgedAtOnce<S>(detector: Detector<S>, entity: Entity, events: readonly Observation[]): Anomaly[] {
  const kept = new Kept(detector, entity);
  for (const event of events) kept.observe(event);
  kept.advance(Number.POSITIVE_INFINITY);
  return kept.anomalies;
}

/** What is said of events that come one after the other, each judged when it is there. */
export function judgedOneByOne<S>(detector: Detector<S>, entity: Entity, events: readonly Observation[], lateness = 0): Kept<S> {
  const kept = new Kept(detector, entity);
  for (const event of events.toSorted((a, b) => a.time - b.time)) {
    kept.advance(event.time - 1 - lateness);
    kept.observe(event);
  }
  return kept;
}

/** A way of taking events: at which watermarks they are judged, and before which of those each is observed, in which order. */
export interface Split {
  readonly watermarks: readonly number[];
  /** One number of 0-1 an event for the step, one for the place in it. */
  readonly choices: readonly (readonly [number, number])[];
}

export function arbitrarySplit(events: number, from: number, to: number): fc.Arbitrary<Split> {
  const share = fc.nat(0xffff).map((n) => n / 0x1_0000);
  return fc.record({
    watermarks: fc.array(fc.integer({ min: from, max: to }), { maxLength: 8 }).map((times) => [...new Set(times)].sort((a, b) => a - b)),
    choices: fc.array(fc.tuple(share, share), { minLength: events, maxLength: events }),
  });
}

/** Takes events as a split says: each at the latest before the first watermark that passes it, so that none is late. */
export function judgedInSplit<S>(detector: Detector<S>, entity: Entity, events: readonly Observation[], split: Split): Kept<S> {
  const kept = new Kept(detector, entity);
  const watermarks = [...split.watermarks, Number.POSITIVE_INFINITY];
  const steps = events.map((event, i) => {
    const [step, place] = split.choices[i] as readonly [number, number];
    return { event, step: Math.floor(step * (watermarks.findIndex((watermark) => watermark >= event.time) + 1)), place };
  });
  for (const [at, watermark] of watermarks.entries()) {
    for (const { event } of steps.filter(({ step }) => step === at).sort((a, b) => a.place - b.place)) kept.observe(event);
    kept.advance(watermark);
  }
  return kept;
}

/** All that was said as one text, the same in whatever order it was said. */
export function asText(anomalies: readonly Anomaly[]): string {
  return anomalies
    .map((anomaly) => JSON.stringify(anomaly))
    .sort()
    .join('\n');
}

import type { Entity } from '../anomalies/observation.ts';
import { type Level, levelRank } from '../levels.ts';
import type { Excepted } from '../risk/exceptions.ts';
import { csvRow } from './csv.ts';

/** An anomaly as a line of signals.ndjson tells it. Times are ISO 8601 in UTC. */
export interface AnomalyLine {
  readonly id: string;
  readonly time: string;
  readonly detector: string;
  readonly entity: Entity;
  readonly title: string;
  readonly text: string;
  readonly level: Level;
  readonly tactics: readonly string[];
  readonly principal: string;
  readonly account: string;
  readonly region: string;
  readonly address: string;
  readonly eventID: string;
  /** When that event was, where it is not `time`. */
  readonly eventTime?: string;
  readonly from: string;
  readonly to: string;
  readonly observed: string;
  readonly expected: string;
  readonly score: number;
  readonly weight: number;
  readonly reasons: readonly string[];
  /** The exception for which it weighs nothing. */
  readonly excepted?: Excepted;
}

const ANOMALY = '"detector":"anomaly:';

/** The anomaly in a line of signals.ndjson; undefined when it is another's signal. */
export function parseAnomalyLine(line: string): AnomalyLine | undefined {
  // A signal of a rule may hold the text too, in quotes that are escaped.
  if (!line.includes(ANOMALY)) return undefined;
  const s = JSON.parse(line) as Omit<AnomalyLine, 'address' | 'from' | 'to' | 'observed' | 'expected'> & {
    readonly sourceIPAddress: string;
    readonly window: readonly [string, string];
    readonly evidence: readonly { readonly field: string; readonly value: string }[];
  };
  const said = (field: string): string => s.evidence.find((one) => one.field === field)?.value ?? '';
  return {
    id: s.id,
    time: s.time,
    detector: s.detector,
    entity: s.entity,
    title: s.title,
    text: s.text,
    level: s.level,
    tactics: s.tactics,
    principal: s.principal,
    account: s.account,
    region: s.region,
    address: s.sourceIPAddress,
    eventID: s.eventID,
    from: wholeSecond(s.window[0]),
    to: wholeSecond(s.window[1]),
    observed: said('observed'),
    expected: said('expected'),
    score: s.score,
    weight: s.weight,
    reasons: s.reasons,
    ...(s.eventTime !== undefined && { eventTime: s.eventTime }),
    ...(s.excepted !== undefined && { excepted: s.excepted }),
  };
}

function wholeSecond(iso: string): string {
  return iso.replace('.000Z', 'Z');
}

/** Columns of anomalies.csv. */
export const ANOMALY_COLUMNS = [
  'time',
  'detector',
  'level',
  'entityKind',
  'entity',
  'principal',
  'address',
  'from',
  'to',
  'observed',
  'expected',
  'score',
  'title',
  'text',
  'reasons',
  'account',
  'region',
  'eventID',
  'signalId',
  'excepted',
] as const;

/** A row of anomalies.csv, with its line break. */
export function anomalyRow(anomaly: AnomalyLine): string {
  const { time, detector, level, entity, principal, address, from, to, observed, expected, score, title, text, reasons } = anomaly;
  const what = [time, detector, level, entity.kind, entity.name, principal, address, from, to, observed, expected, score, title, text];
  const excepted = anomaly.excepted === undefined ? '' : exceptedText(anomaly.excepted);
  return csvRow([...what, reasons.join(' '), anomaly.account, anomaly.region, anomaly.eventID, anomaly.id, excepted]);
}

/** Why something weighs nothing, as a sentence. */
export function exceptedText({ owner, reason, expires }: Excepted): string {
  return `Excepted by ${owner} until ${expires}, weighs nothing: ${reason}`;
}

/** What the report and the terminal tell of all anomalies. */
export interface AnomalySummary {
  readonly count: number;
  /** By level, in the order of LEVELS. */
  readonly levels: readonly number[];
  /** By kind of detector: `first-seen`, `outlier`, `volume`; most first. */
  readonly kinds: readonly { readonly kind: string; readonly count: number }[];
  /** The gravest of each kind, all together gravest first: those of the wanted level. */
  readonly top: readonly AnomalyLine[];
  /** Hours of console sign-ins that were unusual, in the order of time. */
  readonly logins: readonly AnomalyLine[];
  /** The gravest outlier of each source address. */
  readonly addresses: ReadonlyMap<string, AnomalyLine>;
  /** The gravest of those that name an event. */
  readonly events: readonly AnomalyLine[];
}

export const NO_ANOMALIES: AnomalySummary = {
  count: 0,
  levels: [0, 0, 0, 0, 0],
  kinds: [],
  top: [],
  logins: [],
  addresses: new Map(),
  events: [],
};

const MOST_OF_KIND = 60;
const MOST_LOGINS = 300;
const MOST_ADDRESSES = 10_000;
const MOST_EVENTS = 5000;
const LOGINS: ReadonlySet<string> = new Set(['anomaly:volume:console-logins', 'anomaly:volume:failed-logins']);

/** Gathers anomalies, in the order of time, into their summary. What it holds is bounded, however many come. */
export class AnomalyTally {
  readonly #leastRank: number;
  #count = 0;
  readonly #levels = [0, 0, 0, 0, 0];
  readonly #kinds = new Map<string, { count: number; readonly top: Gravest }>();
  readonly #logins = new Gravest(MOST_LOGINS);
  readonly #addresses = new Map<string, AnomalyLine>();
  readonly #events = new Gravest(MOST_EVENTS);

  /** `leastRank`: place of the lowest level that is listed; counts are of all. */
  constructor(leastRank: number) {
    this.#leastRank = leastRank;
  }

  add(anomaly: AnomalyLine): void {
    const { detector, level, entity } = anomaly;
    const rank = levelRank(level);
    const name = kindOf(detector);
    let kind = this.#kinds.get(name);
    if (kind === undefined) {
      kind = { count: 0, top: new Gravest(MOST_OF_KIND) };
      this.#kinds.set(name, kind);
    }
    this.#count += 1;
    this.#levels[rank] = (this.#levels[rank] as number) + 1;
    kind.count += 1;
    if (rank < this.#leastRank) return;
    kind.top.add(anomaly);
    // What is excepted is listed, and marks nothing else as unusual.
    if (anomaly.excepted !== undefined) return;
    if (anomaly.eventID !== '') this.#events.add(anomaly);
    if (LOGINS.has(detector)) this.#logins.add(anomaly);
    if (detector === 'anomaly:outlier:address') {
      const before = this.#addresses.get(entity.name);
      if (before === undefined ? this.#addresses.size < MOST_ADDRESSES : graver(anomaly, before) < 0)
        this.#addresses.set(entity.name, anomaly);
    }
  }

  get summary(): AnomalySummary {
    const kinds = [...this.#kinds].sort(([a, x], [b, y]) => y.count - x.count || (a < b ? -1 : 1));
    return {
      count: this.#count,
      levels: this.#levels,
      kinds: kinds.map(([kind, { count }]) => ({ kind, count })),
      top: kinds.flatMap(([, { top }]) => top.list).sort(graver),
      logins: this.#logins.list.sort((a, b) => order(a.from, b.from) || order(a.id, b.id)),
      addresses: this.#addresses,
      events: this.#events.list,
    };
  }
}

/** `first-seen` of `anomaly:first-seen:region`. */
export function kindOf(detector: string): string {
  return detector.split(':')[1] ?? '';
}

/** The gravest first, what is excepted last; among equals of one detector the farther out, then the earlier. */
function graver(a: AnomalyLine, b: AnomalyLine): number {
  return (
    Number(a.excepted !== undefined) - Number(b.excepted !== undefined) ||
    levelRank(b.level) - levelRank(a.level) ||
    b.weight - a.weight ||
    order(a.detector, b.detector) ||
    b.score - a.score ||
    order(a.time, b.time) ||
    order(a.id, b.id)
  );
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The gravest of what is added. */
class Gravest {
  readonly #most: number;
  #anomalies: AnomalyLine[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  add(anomaly: AnomalyLine): void {
    this.#anomalies.push(anomaly);
    // Sorting each time would take long.
    if (this.#anomalies.length >= 2 * this.#most) this.#anomalies = this.list;
  }

  get list(): AnomalyLine[] {
    return this.#anomalies.toSorted(graver).slice(0, this.#most);
  }
}

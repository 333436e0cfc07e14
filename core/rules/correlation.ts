import type { IncidentSignal } from '../incidents/model.ts';
import { stableUuid } from '../records/identifier.ts';
import { isoTime } from '../records/time.ts';
import { detectorWeight, noisyOr } from '../risk/event-risk.ts';
import { type Exceptions, type Excepts, NO_EXCEPTIONS, namesOf } from '../risk/exceptions.ts';
import { boundedText, fieldValue } from './correlation-fields.ts';
import { type Complete, Groups } from './correlation-groups.ts';
import { type GroupState, isAllExcepted } from './correlation-window.ts';
import { LONGEST_EVIDENCE, MOST_EVIDENCE } from './evidence.ts';
import { judgesFailure } from './failure.ts';
import type { CorrelationRule, Evidence, LoadedRules } from './model.ts';

/** What a correlation says: a signal of the principal whose event completed it. */
export interface Correlated {
  readonly rule: CorrelationRule;
  readonly signal: IncidentSignal;
  /** The group, the count, and the events that made it, at most 12 entries. */
  readonly evidence: readonly Evidence[];
}

/** What correlations remember between runs. Plain JSON. */
export interface CorrelatorState {
  readonly correlations: readonly {
    readonly id: string;
    /** What the correlation asked for then: of one that was changed nothing is remembered. */
    readonly asked: string;
    readonly groups: readonly (readonly [string, GroupState])[];
  }[];
}

/** A correlation and one of its rules. */
interface Part {
  readonly one: Compiled;
  readonly position: number;
}

interface Compiled {
  readonly rule: CorrelationRule;
  readonly weight: number;
  readonly risk: number;
  readonly groups: Groups;
  readonly asked: string;
  /** Undefined where no exception names it. */
  readonly excepts: Excepts | undefined;
}

/**
 * Runs Sigma correlations over the signals of rules, which must come once each and in (time, eventID) order, behind a watermark: then the same signals give the
 * same correlations in whatever portions they come. A correlation speaks at most once a timespan for a group, and no event counts for two of its
 * signals. What a count with an upper bound comes to is known when its window is over; all others speak with the event that completes them.
 *
 * Calls that failed count only where their rule itself asks how the call ended, and what AWS does by itself does not count at all. An informational
 * correlation that others build on speaks through them alone.
 *
 * An exception of a correlation makes its signal weigh nothing. Signals that are excepted themselves do not add to a count, else the many calls that
 * somebody may make would come back as their sum. In a story they are steps like others, as a rule's exception is none of what else the principal does; but
 * a story of nothing but excepted steps is not told.
 */
export class Correlator {
  readonly #compiled: readonly Compiled[];
  readonly #closing: readonly Compiled[];
  readonly #parts = new Map<string, Part[]>();
  readonly #titles = new Map<string, string>();
  readonly #judgesFailure: ReadonlySet<string>;
  /** Those that only others build on: what they find is not told by itself. */
  readonly #silent: ReadonlySet<string>;

  readonly #pack: Pick<LoadedRules, 'rules' | 'correlations'>;

  readonly #exceptions: Exceptions;

  constructor(pack: Pick<LoadedRules, 'rules' | 'correlations'>, state?: CorrelatorState, exceptions: Exceptions = NO_EXCEPTIONS) {
    const { rules, correlations } = pack;
    this.#pack = pack;
    this.#exceptions = exceptions;
    const known = new Map(state?.correlations.map((one) => [one.id, one]));
    this.#compiled = inDepth(correlations).map((rule) => {
      const asked = askedOf(rule);
      const before = known.get(rule.id);
      const weight = detectorWeight(rule.level, rule.status);
      const { risk } = noisyOr([{ text: rule.title, weight }]);
      const excepts = exceptions.of(namesOf(detectorOf(rule.id), rule));
      return { rule, weight, risk, asked, excepts, groups: new Groups(rule, before?.asked === asked ? before.groups : []) };
    });
    this.#closing = this.#compiled.filter(({ rule }) => rule.most !== undefined);
    for (const one of this.#compiled) {
      for (const [position, id] of one.rule.rules.entries()) {
        for (const detector of [detectorOfRule(id), detectorOf(id)]) {
          this.#parts.set(detector, [...(this.#parts.get(detector) ?? []), { one, position }]);
        }
      }
    }
    const named = new Set(correlations.flatMap((one) => one.rules));
    this.#silent = new Set(correlations.filter(({ id, level }) => level === 'informational' && named.has(id)).map(({ id }) => id));
    for (const { id, title } of [...rules, ...correlations]) this.#titles.set(id, title);
    this.#judgesFailure = new Set(rules.filter(({ condition }) => judgesFailure(condition)).map(({ id }) => detectorOfRule(id)));
  }

  /** Takes the next signal: `told` is handed the correlations that end before it, `take` the signal, `told` those that it completes. */
  inTurn(signal: IncidentSignal, take: (signal: IncidentSignal) => void, told: (found: Correlated) => void): void {
    const found = this.add(signal);
    for (const one of found) if (one.signal.time < signal.time) told(one);
    take(signal);
    for (const one of found) if (one.signal.time >= signal.time) told(one);
  }

  /** Another with the same memory, to try things out. */
  copy(): Correlator {
    return new Correlator(this.#pack, structuredClone(this.state), this.#exceptions);
  }

  get state(): CorrelatorState {
    return {
      correlations: this.#compiled.flatMap(({ rule, asked, groups }) => {
        const { state } = groups;
        return state.length === 0 ? [] : [{ id: rule.id, asked, groups: state }];
      }),
    };
  }

  /** Takes the next signal; gives what has become complete, in order. */
  add(signal: IncidentSignal): Correlated[] {
    const found: Correlated[] = [];
    this.#closeUntil(signal.time - 1, found);
    if (!isByAws(signal) && (signal.errorCode === '' || this.#judgesFailure.has(signal.detector))) this.#take(signal, found);
    return found;
  }

  /** Says what is known once every event up to and with the watermark was taken, and forgets what is over. */
  advance(watermark: number): Correlated[] {
    const found: Correlated[] = [];
    this.#closeUntil(watermark, found);
    for (const { groups } of this.#compiled) groups.forget(watermark);
    return found;
  }

  /** The earliest watermark at which there may be something to say though nothing comes; undefined when there is none. */
  get due(): number | undefined {
    return this.#next()?.groups.ends;
  }

  #next(): Compiled | undefined {
    let next: Compiled | undefined;
    for (const one of this.#closing) {
      const { ends } = one.groups;
      if (ends !== undefined && ends < (next?.groups.ends ?? Number.POSITIVE_INFINITY)) next = one;
    }
    return next;
  }

  #closeUntil(time: number, found: Correlated[]): void {
    for (let next = this.#next(); next !== undefined && (next.groups.ends as number) <= time; next = this.#next()) {
      const complete = next.groups.close();
      if (complete !== undefined) this.#say(next, complete, found);
    }
  }

  #take(signal: IncidentSignal, found: Correlated[]): void {
    for (const { one, position } of this.#parts.get(signal.detector) ?? []) {
      const { groupBy, field } = one.rule;
      if (signal.excepted !== undefined && isSum(one.rule)) continue;
      const values = groupBy.map(({ of }) => fieldValue(signal, of[position] as string));
      const value = field === undefined ? '' : fieldValue(signal, field.of[position] as string);
      if (values.includes('') || (field !== undefined && value === '')) continue;
      const complete = one.groups.take(keyOf(values), value, position, signal);
      if (complete !== undefined) this.#say(one, complete, found);
    }
  }

  #say({ rule, weight, risk, excepts }: Compiled, complete: Complete, found: Correlated[]): void {
    const { id, title, level, tactics, techniques } = rule;
    const { key, time, counted } = complete;
    const isUntold = isAllExcepted(counted);
    const isSilent = isUntold || this.#silent.has(id);
    const { excepted: before, ...last } = complete.signal;
    const excepted = excepts?.(last.principal, last.address, last.account, last.time) ?? (isUntold ? before : undefined);
    const detector = detectorOf(id);
    const signal: IncidentSignal = {
      ...last,
      id: isSilent ? '' : stableUuid('signal', detector, key, String(time)),
      time,
      detector,
      title,
      level,
      tactics,
      techniques,
      weight: excepted === undefined ? weight : 0,
      risk: excepted === undefined ? risk : 0,
      ...(excepted !== undefined && { excepted }),
    };
    if (!isSilent) found.push({ rule, signal, evidence: this.#evidence(rule, complete) });
    this.#take(signal, found);
  }

  #evidence({ type, rules, groupBy, field }: CorrelationRule, { counted, full, signal, rule }: Complete): Evidence[] {
    const evidence: Evidence[] = groupBy.map(({ name, of }) => ({
      field: name,
      value: fieldValue(signal, of[rule] as string),
    }));
    const number = `${counted.length}${full ? ' or more' : ''}`;
    if (type === 'event_count') evidence.push({ field: 'events', value: number });
    if (field !== undefined) {
      const values = `${number}: ${counted.map(([value]) => value).join(', ')}`;
      evidence.push({
        field: `distinct ${field.name}`,
        value: values.length > LONGEST_EVIDENCE ? `${values.slice(0, LONGEST_EVIDENCE - 1)}…` : values,
      });
    }
    const room = MOST_EVIDENCE - evidence.length;
    const half = Math.floor(room / 2);
    const named = counted.length <= room ? counted : [...counted.slice(0, room - half), ...counted.slice(-half)];
    for (const [, time, eventID, position] of named) {
      evidence.push({ field: this.#titles.get(rules[position] as string) ?? 'event', value: `${isoTime(time)} ${eventID}` });
    }
    return evidence;
  }
}

/** Whether it asks how many there are, and not merely for one. */
function isSum({ type, least, most }: CorrelationRule): boolean {
  return (type === 'event_count' || type === 'value_count') && (least > 1 || most !== undefined);
}

/** What tells a group from the others. */
function keyOf(values: readonly string[]): string {
  return values.length === 1 ? (values[0] as string) : boundedText(JSON.stringify(values));
}

/** The name of a correlation among detectors. */
export function detectorOf(correlation: string): string {
  return `correlation:${correlation}`;
}

/** The name of a rule among detectors. */
export function detectorOfRule(rule: string): string {
  return `rule:${rule}`;
}

function askedOf({ type, rules, groupBy, field, timespan, least, most }: CorrelationRule): string {
  return stableUuid('correlation', JSON.stringify([type, rules, groupBy, field, timespan, least, most]));
}

/** Correlations, each after those that it builds on. */
function inDepth(correlations: readonly CorrelationRule[]): CorrelationRule[] {
  const byId = new Map(correlations.map((one) => [one.id, one]));
  const depths = new Map<string, number>();
  const depthOf = (id: string): number => {
    const one = byId.get(id);
    if (one === undefined) return 0;
    const known = depths.get(id);
    if (known !== undefined) return known;
    const depth = 1 + Math.max(0, ...one.rules.map(depthOf));
    depths.set(id, depth);
    return depth;
  };
  return [...correlations].sort((a, b) => depthOf(a.id) - depthOf(b.id) || (a.id < b.id ? -1 : 1));
}

/** AWS's own services and service-linked roles: what they do on the account's behalf tells no story. */
function isByAws({ principal, roleTag }: IncidentSignal): boolean {
  return (roleTag === 'service' && !principal.startsWith('arn:')) || /:role\/aws-service-role\/|\/AWSServiceRoleFor/.test(principal);
}

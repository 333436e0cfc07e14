import type { IncidentSignal } from '../incidents/model.ts';
import {
  type Counted,
  countClosing,
  countSliding,
  followOrder,
  type GroupState,
  isAllExcepted,
  newGroup,
  sizeOf,
} from './correlation-window.ts';
import type { CorrelationRule } from './model.ts';

/** Groups of one correlation that are remembered at once, and events of all of them. Beyond it the group that was quiet longest is forgotten. */
export const MOST_GROUPS = 5000;
export const MOST_EVENTS = 50_000;

/** A correlation that was found complete. */
export interface Complete {
  readonly key: string;
  /** Milliseconds since 1970. */
  readonly time: number;
  /** What was counted, oldest first. */
  readonly counted: readonly Counted[];
  /** There was more than is remembered. */
  readonly full: boolean;
  /** The last of its signals, and which of the correlation's rules that is of. */
  readonly signal: IncidentSignal;
  readonly rule: number;
}

/** A group in its place. */
interface Node {
  readonly key: string;
  readonly group: GroupState;
  before: Node | undefined;
  after: Node | undefined;
}

/** The groups of one correlation, while signals come in in the order of time. */
export class Groups {
  readonly #rule: CorrelationRule;
  readonly #nodes = new Map<string, Node>();
  /** A chain of the groups: where windows close in the order in which they began, else in that of their last events. A Map alone is slow at its front. */
  #first: Node | undefined;
  #last: Node | undefined;
  #events = 0;

  constructor(rule: CorrelationRule, groups: readonly (readonly [string, GroupState])[] = []) {
    this.#rule = rule;
    for (const [key, group] of groups) this.#append(key, structuredClone(group));
  }

  get state(): (readonly [string, GroupState])[] {
    const all: (readonly [string, GroupState])[] = [];
    for (let node = this.#first; node !== undefined; node = node.after) all.push([node.key, structuredClone(node.group)]);
    return all;
  }

  /** Takes a signal that belongs to a group and has a value; gives what it completes. Windows that are over before it must be closed. */
  take(key: string, value: string, position: number, signal: IncidentSignal): Complete | undefined {
    const { time, eventID } = signal;
    const closes = this.#rule.most !== undefined;
    this.forget(time);
    const known = this.#nodes.get(key);
    const group = known?.group ?? newGroup(time);
    const id = eventID.slice(0, LONGEST_ID);
    const event: Counted = signal.excepted === undefined ? [value, time, id, position] : [value, time, id, position, 1];
    this.#events -= known === undefined ? 0 : sizeOf(group);
    const counted = this.#count(group, event, signal);
    let complete: Complete | undefined;
    // A window that ends later than this holds nothing of what was told of.
    if (counted !== undefined && (group.fired === null || time > group.fired + this.#rule.timespan)) {
      complete = { key, time, counted, full: group.full === true, signal, rule: position };
      // What is excepted is not told, and must not stand in the way of what will be.
      if (!isAllExcepted(counted)) {
        group.fired = time;
        group.entries = [];
        delete group.chains;
        delete group.full;
      }
    }
    if (known === undefined) this.#append(key, group);
    else {
      this.#events += sizeOf(group);
      if (!closes && known !== this.#last) {
        this.#unlink(known);
        this.#link(known);
      }
    }
    while (this.#nodes.size > MOST_GROUPS || (this.#events > MOST_EVENTS && this.#nodes.size > 1)) this.#drop(this.#first as Node);
    return complete;
  }

  #count(group: GroupState, event: Counted, signal: IncidentSignal): readonly Counted[] | undefined {
    if (this.#rule.most !== undefined) {
      countClosing(group, event, signal, this.#rule);
      return undefined;
    }
    return this.#rule.type === 'temporal_ordered' ? followOrder(group, event, this.#rule) : countSliding(group, event, this.#rule);
  }

  /** When the next window is over; undefined where none closes. */
  get ends(): number | undefined {
    if (this.#rule.most === undefined || this.#first === undefined) return undefined;
    return (this.#first.group.from ?? 0) + this.#rule.timespan;
  }

  /** Ends the window that is over first; gives it when its count lies within the bounds. */
  close(): Complete | undefined {
    const { timespan, least, most = 0 } = this.#rule;
    const node = this.#first;
    if (node === undefined) return undefined;
    this.#drop(node);
    const { from = 0, entries, signal, rule = 0 } = node.group;
    if (entries.length < least || entries.length > most) return undefined;
    return { key: node.key, time: from + timespan, counted: entries, full: false, signal: signal as IncidentSignal, rule };
  }

  /** Forgets the groups that say nothing any more about events at a time or later. */
  forget(time: number): void {
    if (this.#rule.most !== undefined) return;
    while (this.#first !== undefined && this.#first.group.last + this.#rule.timespan < time) this.#drop(this.#first);
  }

  #append(key: string, group: GroupState): void {
    const node: Node = { key, group, before: undefined, after: undefined };
    this.#link(node);
    this.#nodes.set(key, node);
    this.#events += sizeOf(group);
  }

  #drop(node: Node): void {
    this.#unlink(node);
    this.#nodes.delete(node.key);
    this.#events -= sizeOf(node.group);
  }

  #link(node: Node): void {
    node.before = this.#last;
    node.after = undefined;
    if (this.#last === undefined) this.#first = node;
    else this.#last.after = node;
    this.#last = node;
  }

  #unlink({ before, after }: Node): void {
    if (before === undefined) this.#first = after;
    else before.after = after;
    if (after === undefined) this.#last = before;
    else after.before = before;
  }
}

/** Characters of an eventID that are kept: a UUID has 36, a forged one any number. */
const LONGEST_ID = 64;

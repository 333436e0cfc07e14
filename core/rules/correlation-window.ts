import type { IncidentSignal } from '../incidents/model.ts';
import type { CorrelationRule } from './model.ts';

/**
 * An event that was counted: its value where values are, when it happened, its eventID, which of the correlation's rules matched it, and 1 where its
 * signal is excepted.
 */
export type Counted = readonly [value: string, time: number, eventID: string, rule: number, excepted?: 1];

/** Whether nothing but excepted signals made it. */
export function isAllExcepted(counted: readonly Counted[]): boolean {
  return counted.length > 0 && counted.every((event) => event[4] === 1);
}

/** What is remembered of one group of a correlation. Plain JSON. */
export interface GroupState {
  /** Time of its last event, milliseconds since 1970. */
  last: number;
  /** Time when it last was complete; null before. */
  fired: number | null;
  /** What counts so far, oldest first; of `temporal_ordered` the matches of this very time. */
  entries: Counted[];
  /** There were more than are remembered. */
  full?: boolean;
  /** Of `temporal_ordered`: for each rule the matches of the rules up to it, in their order, that began last; empty when there are none. */
  chains?: Counted[][];
  /** Where the count has an upper bound: when the window began, its last signal, and which of the rules that is of. */
  from?: number;
  signal?: IncidentSignal;
  rule?: number;
}

export function newGroup(time: number): GroupState {
  return { last: time, fired: null, entries: [] };
}

/** How much is remembered of a group. */
export function sizeOf({ entries, chains = [] }: GroupState): number {
  return chains.reduce((sum, { length }) => sum + length, entries.length);
}

type Counting = Pick<CorrelationRule, 'type' | 'rules' | 'timespan' | 'least' | 'most'>;

/** Counts an event, the latest so far, in the window that ends with it; gives what the window holds when that is enough. */
export function countSliding(
  group: GroupState,
  event: Counted,
  { type, rules, timespan, least }: Counting,
): readonly Counted[] | undefined {
  const [, now] = event;
  group.last = now;
  const inTime = group.entries.filter((entry) => entry[1] >= now - timespan);
  // What fell out of the memory is older than all that is in it.
  if (inTime.length < group.entries.length) delete group.full;
  const kept = inTime.filter((entry) => !isSame(entry, event, type, rules.length));
  kept.push(event);
  if (kept.length > least) {
    group.full = true;
    kept.splice(0, kept.length - least);
  }
  group.entries = kept;
  return kept.length >= least ? kept : undefined;
}

/** Counts an event in the window that began with the group's first; it is judged when it is over. */
export function countClosing(group: GroupState, event: Counted, signal: IncidentSignal, { type, rules, most = 0 }: Counting): void {
  group.from ??= event[1];
  group.last = event[1];
  group.signal = signal;
  group.rule = event[3];
  const kept = group.entries.filter((entry) => !isSame(entry, event, type, rules.length));
  // One more than is allowed tells enough.
  if (kept.length <= most) kept.push(event);
  group.entries = kept;
}

/** Whether two events count as one: of one value, of one rule, or one event that several rules matched. */
function isSame(one: Counted, other: Counted, type: CorrelationRule['type'], rules: number): boolean {
  if (type === 'value_count') return one[0] === other[0];
  if (type === 'temporal') return one[3] === other[3];
  return rules > 1 && one[3] !== other[3] && one[1] === other[1] && one[2] === other[2];
}

/**
 * Takes a match, the latest so far; gives the matches of all rules in their order when it completes them within the timespan. CloudTrail tells times
 * in whole seconds: matches of the same time count as in order, whichever comes first.
 */
export function followOrder(group: GroupState, event: Counted, { rules, timespan }: Counting): readonly Counted[] | undefined {
  const [, now, , rule] = event;
  group.entries = [...group.entries.filter((entry) => entry[1] === now && entry[3] !== rule), event];
  group.last = now;
  const chains = rules.map((_, i) => {
    const chain = group.chains?.[i] ?? [];
    return chain[0] !== undefined && chain[0][1] >= now - timespan ? chain : [];
  });
  let isComplete = false;
  for (let i = rule; i < rules.length; i += 1) {
    const here = group.entries.find((entry) => entry[3] === i);
    const before = i === 0 ? [] : (chains[i - 1] as Counted[]);
    if (here === undefined || (i > 0 && before.length === 0)) break;
    chains[i] = [...before, here];
    isComplete = i === rules.length - 1;
  }
  group.chains = chains;
  return isComplete ? chains.at(-1) : undefined;
}

import { grouped } from '../grouped.ts';
import type { Group } from '../incidents/group.ts';
import { PrincipalIncidents, QUIET } from '../incidents/grouping.ts';
import type { IncidentItem } from '../incidents/item.ts';
import type { Incident, IncidentSignal } from '../incidents/model.ts';
import { LEVEL_FLOORS, levelRank } from '../levels.ts';
import type { Correlated } from '../rules/correlation.ts';
import type { DetectorText } from '../rules/model.ts';
import type { Memory, SignalledEvent } from '../state/memory.ts';
import type { PrincipalMemory, Shown } from '../state/principals.ts';
import { hash, itemContent, newsOf } from './item.ts';

/** Risk from which an event opens its incident before the watermark has passed it. */
const HIGH = LEVEL_FLOORS[levelRank('high')] as number;
/** Signalled events that wait at most; beyond it all are taken at once, in their order. */
const MOST_WAITING = 50_000;

export interface GroupingOptions {
  readonly run: number;
  readonly now: number;
  readonly watermark: number;
  /** By detector. */
  readonly rules: ReadonlyMap<string, DetectorText>;
  /** Told of each correlation that comes about. */
  readonly correlated: (found: Correlated) => void;
}

/**
 * Takes the signals of a run to the incidents of their principals: late ones at once, the others in (time, id) order up to the watermark; what is
 * later waits in the memory. Closes what is over, and gives an item for each incident of which something is to be told anew.
 *
 * A waiting event of high risk opens its incident on arrival: the signals that wait are tried on a copy of the principal's
 * state, and what comes out is shown. They are not tried beyond a gap that an event still to come could bridge, nor where they lie so
 * far ahead that one could come between: the incident shown would then not be the one that the watermark finds.
 */
export function groupSignals(
  memory: Memory,
  events: readonly SignalledEvent[],
  late: readonly SignalledEvent[],
  options: GroupingOptions,
): IncidentItem[] {
  const { watermark } = options;
  const waiting = [...memory.events, ...events].sort(inTime);
  const tooMany = waiting.length > MOST_WAITING;
  const due = waiting.filter(({ time }) => tooMany || time <= watermark);
  memory.events = tooMany ? [] : waiting.filter(({ time }) => time > watermark);

  // By place, not by name: principals beyond a shard's bound share one.
  const over = new Map<PrincipalMemory, Group[]>();
  const touched = new Set<PrincipalMemory>();
  const end = (principal: PrincipalMemory, group: Group | null) => {
    if (group !== null) over.set(principal, [...(over.get(principal) ?? []), group]);
  };
  const take = (signal: IncidentSignal, add: (incidents: PrincipalIncidents) => Group | null) => {
    const principal = memory.principal(signal.principal);
    principal.last = Math.max(principal.last, signal.time);
    touched.add(principal);
    end(principal, add(principal.incidents));
  };
  const takeLate = (signal: IncidentSignal) => {
    // What was shown early bears the next number already.
    const mayOpen = memory.principal(signal.principal).shown.length === 0 && signal.time + QUIET >= watermark;
    take(signal, (incidents) => incidents.addLate(signal, mayOpen));
  };
  for (const { signals } of [...late].sort(inTime)) for (const signal of signals) takeLate(signal);
  const inOrder = (signal: IncidentSignal) => take(signal, (incidents) => incidents.add(signal));
  const correlate = (found: Correlated) => {
    options.correlated(found);
    if (found.signal.principal !== '') inOrder(found.signal);
  };
  for (const { signals } of due) for (const signal of signals) memory.correlator.inTurn(signal, inOrder, correlate);
  for (const found of memory.correlator.advance(watermark)) correlate(found);
  for (const id of memory.overBefore(watermark)) {
    const principal = memory.principal(id);
    touched.add(principal);
    end(principal, principal.incidents.closeBefore(watermark));
  }
  const tried: IncidentSignal[] = [];
  if (memory.events.length > 0) {
    const correlator = memory.correlator.copy();
    const noteTried = (signal: IncidentSignal) => {
      if (signal.principal !== '') tried.push(signal);
    };
    for (const { signals } of memory.events) {
      for (const signal of signals) correlator.inTurn(signal, noteTried, (found) => noteTried(found.signal));
    }
  }
  const trials = grouped(tried, ({ principal }) => memory.principal(principal));
  for (const principal of trials.keys()) touched.add(principal);

  return [...touched].flatMap((principal) => {
    const items = (over.get(principal) ?? []).map((group) => show(principal, group, 'resolved', false, options));
    const trial = tryOut(principal, trials.get(principal) ?? [], watermark);
    const open = trial ?? principal.incidents.group;
    if (open !== null) items.push(show(principal, open, 'open', trial !== null, options));
    return items.filter((item) => item !== null);
  });
}

/** The open group as the waiting signals would make it, when they have something to say before the watermark; else null. */
function tryOut({ incidents, shown }: PrincipalMemory, waiting: readonly IncidentSignal[], watermark: number): Group | null {
  if (waiting.length === 0) return null;
  const copy = PrincipalIncidents.from(incidents.state);
  let grave = false;
  for (const signal of waiting) {
    if (signal.time > watermark + QUIET || (copy.group !== null && signal.time - copy.group.updated > QUIET)) break;
    copy.add(signal);
    grave ||= signal.risk >= HIGH;
  }
  const { group } = copy;
  if (group === null || group.key === '') return null;
  return grave || shown.some(({ key, early }) => early && key === group.key) ? group : null;
}

/** The item of a group when it is an incident that differs from what was shown of it; notes that it is shown now. */
function show(
  principal: PrincipalMemory,
  group: Group,
  status: Incident['status'],
  early: boolean,
  { run, now, rules }: GroupingOptions,
): IncidentItem | null {
  if (group.key === '') return null;
  const before = principal.shown.find(({ key }) => key === group.key);
  const content = itemContent(group, status, rules);
  const news = newsOf(content);
  const isNews = before === undefined || news !== before.news;
  const version = isNews ? (before?.version ?? 0) + 1 : before.version;
  const versionAt = isNews ? now : before.versionAt;
  const shown: Shown = { key: group.key, version, versionAt, news, content: hash(content), early };
  principal.shown = principal.shown.filter((one) => one !== before);
  if (status === 'open') principal.shown.push(shown);
  return before?.content === shown.content ? null : { ...content, version, versionAt, run };
}

function inTime(a: SignalledEvent, b: SignalledEvent): number {
  if (a.time !== b.time) return a.time - b.time;
  for (let word = 0; word < 4; word += 1) {
    const difference = (a.words[word] as number) - (b.words[word] as number);
    if (difference !== 0) return difference;
  }
  return 0;
}

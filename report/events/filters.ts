import type { Level } from '../../core/levels.ts';
import type { ReportEvent } from '../../core/outputs/report-model.ts';
import { GLOBAL, postureRegion } from '../../core/posture/compliance.ts';

/** What the table is narrowed to; an empty text or list means "any". */
export interface Filters {
  readonly levels: readonly Level[];
  readonly principal: string;
  readonly roleTag: string;
  readonly action: string;
  readonly region: string;
  readonly account: string;
  readonly address: string;
  /** First instant, inclusive: the beginning of an ISO time in UTC, as `2026-03-04T12:30`. */
  readonly from: string;
  /** Last instant, exclusive; same shape. */
  readonly to: string;
  /** Words that must all occur, in any field or in the record; `"several words"` is one. */
  readonly text: string;
}

export const NO_FILTERS: Filters = {
  levels: [],
  principal: '',
  roleTag: '',
  action: '',
  region: '',
  account: '',
  address: '',
  from: '',
  to: '',
  text: '',
};

/** The filters that name one value of an event. */
export const VALUE_FIELDS = ['principal', 'roleTag', 'action', 'region', 'account', 'address'] as const;
export type ValueField = (typeof VALUE_FIELDS)[number];

/** How often each value of each filterable field occurs, most frequent first. The regions include `global`. */
export type Facets = Readonly<Record<ValueField, ReadonlyMap<string, number>>>;

export function facetsOf(events: readonly ReportEvent[]): Facets {
  const counts = Object.fromEntries(VALUE_FIELDS.map((field) => [field, new Map<string, number>()])) as Record<
    ValueField,
    Map<string, number>
  >;
  for (const event of events) {
    for (const field of VALUE_FIELDS) counts[field].set(event[field], (counts[field].get(event[field]) ?? 0) + 1);
    if (isGlobal(event)) counts.region.set(GLOBAL, (counts.region.get(GLOBAL) ?? 0) + 1);
  }
  for (const field of VALUE_FIELDS) {
    counts[field] = new Map([...counts[field]].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)));
  }
  return counts;
}

/**
 * Positions of the events that pass, in their order.
 *
 * A value that some event has as it stands must be equal (`user/ana` leaves `user/anastasia` out); any other value may occur
 * anywhere in the field, in any case. The action also answers to its bare event name; the region `global` selects the events of
 * services without a region, as compliance counts them, whatever region their records name.
 *
 * @param textOf lower-case text of the event at a position; asked only when `filters.text` has words.
 */
export function filterEvents(
  events: readonly ReportEvent[],
  filters: Filters,
  facets: Facets,
  textOf: (position: number) => string,
): number[] {
  const tests = testsOf(events, filters, facets);
  const words = wordsOf(filters.text);
  const passing: number[] = [];
  events.forEach((event, position) => {
    if (!tests.every((test) => test(event))) return;
    if (words.length > 0) {
      const text = textOf(position);
      if (!words.every((word) => text.includes(word))) return;
    }
    passing.push(position);
  });
  return passing;
}

type Test = (event: ReportEvent) => boolean;

const isGlobal: Test = (event) => postureRegion(event.source, event.region) === GLOBAL;

function testsOf(events: readonly ReportEvent[], filters: Filters, facets: Facets): Test[] {
  const tests: Test[] = [];
  const { from, to } = filters;
  const levels = new Set(filters.levels);
  if (levels.size > 0) tests.push((event) => levels.has(event.level));
  if (from) tests.push((event) => event.time >= from);
  if (to) tests.push((event) => event.time < to);
  for (const field of VALUE_FIELDS) {
    const wanted = filters[field].trim();
    if (!wanted) continue;
    if (field === 'region' && wanted === GLOBAL) tests.push(isGlobal);
    else if (facets[field].has(wanted)) tests.push((event) => event[field] === wanted);
    else if (field === 'action' && events.some((event) => event.name === wanted)) tests.push((event) => event.name === wanted);
    else {
      const part = wanted.toLowerCase();
      tests.push((event) => event[field].toLowerCase().includes(part));
    }
  }
  return tests;
}

/** Lower-case words of a search; a quoted part is one word, an unclosed quote ends with the text. */
export function wordsOf(text: string): string[] {
  return [...text.toLowerCase().matchAll(/"([^"]*)(?:"|$)|[^\s"]+/g)]
    .map((match) => match[1] ?? match[0])
    .filter((word) => word.trim() !== '');
}

/** Everything of an event that the free text looks into, lower case, one line a part. */
export function searchText(event: ReportEvent): string {
  const parts = [
    event.action,
    event.source,
    event.name,
    event.principal,
    event.session,
    event.roleTag,
    event.level,
    event.time,
    event.region,
    event.account,
    event.address,
    event.userAgent,
    event.error,
    event.id,
    event.origin,
    ...event.tactics,
    ...event.techniques,
    ...event.controls,
    ...event.reasons.map((reason) => reason.text),
    ...event.signals.flatMap((signal) => [signal.title, signal.detector, ...signal.evidence.flatMap(({ field, value }) => [field, value])]),
    event.record ?? '',
  ];
  return parts.join('\n').toLowerCase();
}

/** Whether anything is narrowed at all. */
export function isFiltering(filters: Filters): boolean {
  return (
    filters.levels.length > 0 || [...VALUE_FIELDS, 'from' as const, 'to' as const, 'text' as const].some((field) => filters[field] !== '')
  );
}

import { LEVELS, type Level } from '../../core/levels.ts';
import { type Filters, NO_FILTERS, VALUE_FIELDS } from './filters.ts';
import { BY_RISK, SORT_KEYS, type Sorting, type SortKey } from './sorting.ts';

/** What of the table a link carries: filters, sorting, and the event that is open. */
export interface TableView {
  readonly filters: Filters;
  readonly sorting: Sorting;
  readonly eventId: string;
}

export const FIRST_VIEW: TableView = { filters: NO_FILTERS, sorting: BY_RISK, eventId: '' };

const TEXT_FIELDS = [...VALUE_FIELDS, 'from', 'to', 'text'] as const;

/** The view as the part of an address after `#`; empty for the view that the page begins with. */
export function hashOf({ filters, sorting, eventId }: TableView): string {
  const params = new URLSearchParams();
  if (filters.levels.length > 0) params.set('level', filters.levels.join(','));
  for (const field of TEXT_FIELDS) if (filters[field] !== '') params.set(field, filters[field]);
  if (sorting.key !== BY_RISK.key || sorting.descending !== BY_RISK.descending) {
    params.set('sort', `${sorting.descending ? '-' : ''}${sorting.key}`);
  }
  if (eventId) params.set('event', eventId);
  return params.toString();
}

/** Reads what {@link hashOf} wrote. A link is anybody's text: unknown names, levels and sort keys are left out. */
export function viewOfHash(hash: string): TableView {
  const params = new URLSearchParams(hash.replace(/^#/, ''));
  const wanted = new Set((params.get('level') ?? '').split(','));
  const filters: Record<string, unknown> = { levels: LEVELS.filter((level: Level) => wanted.has(level)) };
  for (const field of TEXT_FIELDS) filters[field] = params.get(field) ?? '';
  const sort = params.get('sort') ?? '';
  const key = sort.replace(/^-/, '') as SortKey;
  return {
    filters: filters as unknown as Filters,
    sorting: SORT_KEYS.includes(key) ? { key, descending: sort.startsWith('-') } : BY_RISK,
    eventId: params.get('event') ?? '',
  };
}

import { levelRank } from '../../core/levels.ts';
import type { ReportEvent } from '../../core/outputs/report-model.ts';

export const SORT_KEYS = ['time', 'level', 'risk', 'principal', 'roleTag', 'action', 'region', 'account', 'address', 'error'] as const;
export type SortKey = (typeof SORT_KEYS)[number];

export interface Sorting {
  readonly key: SortKey;
  readonly descending: boolean;
}

/** Highest risk first, the order in which the model comes. */
export const BY_RISK: Sorting = { key: 'risk', descending: true };

/**
 * The positions in the wanted order. Equal events keep the model's order (highest risk, then earliest) either way round; an
 * empty text stands last either way round, since "no error" is never what a reader sorts for.
 */
export function sortPositions(events: readonly ReportEvent[], positions: readonly number[], { key, descending }: Sorting): number[] {
  const sign = descending ? -1 : 1;
  const values = events.map((event) => valueIn(event, key));
  return [...positions].sort((a, b) => {
    const left = values[a] ?? '';
    const right = values[b] ?? '';
    if (left === right) return a - b;
    if (left === '') return 1;
    if (right === '') return -1;
    return left < right ? -sign : sign;
  });
}

function valueIn(event: ReportEvent, key: SortKey): string | number {
  if (key === 'risk') return event.risk;
  if (key === 'level') return levelRank(event.level);
  return key === 'time' ? event.time : event[key].toLowerCase();
}

/** What a click on a column's head makes of the sorting: turns it round, or begins with the more useful end. */
export function sortedBy(current: Sorting, key: SortKey): Sorting {
  if (current.key === key) return { key, descending: !current.descending };
  return { key, descending: key === 'risk' || key === 'level' || key === 'time' };
}

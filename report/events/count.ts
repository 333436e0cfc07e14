import { formatCount } from '../format.ts';

/** How many rows show, and which part of all events the table holds: `held` rows of `total` events. */
export function countText(shown: number, held: number, total: number): string {
  const showing = `Showing ${formatCount(shown)} of ${formatCount(held)}.`;
  if (held >= total) return `${showing} The table holds every event.`;
  return `${showing} The table holds the ${formatCount(held)} highest-risk of ${formatCount(total)} events.`;
}

/** The sentence in place of an empty table; says where to look when the table does not hold every event. */
export function nothingText(held: number, total: number): string {
  if (held >= total) return 'No event passes these filters.';
  const part = `the ${formatCount(held)} highest-risk of ${formatCount(total)} events`;
  return `No event of the table passes these filters. It holds only ${part}; all of them stand in annotated_events.csv.`;
}

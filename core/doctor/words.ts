const MINUTE = 60_000;

/** `12 minutes`, `3 hours`, `2 days`: a span of milliseconds, to the minute below an hour, at least `1 minute`. */
export function span(milliseconds: number): string {
  const minutes = Math.max(1, Math.round(milliseconds / MINUTE));
  if (minutes < 60) return countOf(minutes, 'minute');
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? countOf(hours, 'hour') : countOf(Math.floor(hours / 24), 'day');
}

/** `12 minutes ago`; `just now` within a minute and for what a clock ahead of ours wrote. */
export function ago(time: number, now: number): string {
  return now - time < MINUTE ? 'just now' : `${span(now - time)} ago`;
}

/** `1 event`, `1,234 events`. */
export function countOf(n: number, thing: string): string {
  return `${n.toLocaleString('en-US')} ${thing}${n === 1 ? '' : /(ch|s)$/.test(thing) ? 'es' : 's'}`;
}

/** `a`, `a and b`, `a, b and 3 more`. */
export function listed(items: readonly string[], most = 3): string {
  const shown = items.slice(0, most);
  if (items.length > most) return `${shown.join(', ')} and ${items.length - most} more`;
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`;
}

/**
 * Text of the trail, an attacker's perhaps, fit to stand in a line that people read: without control characters, line breaks, marks that turn
 * the direction of writing or cannot be seen, halves of surrogate pairs; spaces run together; at most so many characters.
 */
export function plain(text: string, most: number): string {
  // A megabyte is cut before it is looked through: what is stripped seldom makes up more than three quarters.
  const head = text.slice(0, most * 4);
  const clean = head
    .toWellFormed()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Zs}]+/gu, ' ')
    .replace(/[\p{Cf}\p{Default_Ignorable_Code_Point}]+/gu, '')
    // Piled-up accents reach into the lines above.
    .replace(/(\p{M}{3})\p{M}+/gu, '$1')
    .trim();
  return head.length < text.length ? `${cut(clean, most - 1)}…`.replace('……', '…') : cut(clean, most);
}

/** At most so many characters, an ellipsis in place of the rest; never half a surrogate pair. */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  const end = text.slice(0, most - 1);
  return `${/[\ud800-\udbff]$/.test(end) ? end.slice(0, -1) : end}…`;
}

/** 1234567 as 1,234,567. */
export function count(n: number): string {
  return n.toLocaleString('en-US');
}

/** `1 event`, `2 events`. */
export function countOf(n: number, thing: string): string {
  return `${count(n)} ${thing}${n === 1 ? '' : 's'}`;
}

/** `a, b and c`. */
export function listOf(items: readonly string[]): string {
  return items.length < 2 ? (items[0] ?? '') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}

/** `2026-11-25 09:14:05 UTC` of milliseconds since 1970. */
export function utc(time: number): string {
  return `${day(time)} ${clock(time)} UTC`;
}

/** `2026-11-25`. */
export function day(time: number): string {
  return new Date(time).toISOString().slice(0, -14);
}

/** `09:14:05`. */
export function clock(time: number): string {
  return new Date(time).toISOString().slice(-13, -5);
}

/** `3 h 10 min` of milliseconds. */
export function duration(milliseconds: number): string {
  const minutes = Math.round(milliseconds / 60_000);
  if (milliseconds < 60_000) return `${Math.max(1, Math.round(milliseconds / 1000))} s`;
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours >= 48) return `${Math.floor(hours / 24)} d ${hours % 24} h`;
  return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
}

/** `ana@example.com (ReadOnly)` of a session of Identity Center, `ana@example.com (SAML)` of a sign-in by SAML; undefined for other principals. */
export function personName(principal: string): string | undefined {
  // The role's path and its random ending say nothing that the person and the permission set do not.
  const [, set, person] = /^arn:[^:]*:iam:[^:]*:[^:]*:role\/(?:.*\/)?AWSReservedSSO_(.+)_[0-9a-f]{16}\/([^/]+)$/s.exec(principal) ?? [];
  if (person !== undefined) return `${person} (${set})`;
  const [, signedIn] = /^[A-Za-z0-9+/]{27}=\/(.+)$/s.exec(principal) ?? [];
  return signedIn === undefined ? undefined : `${signedIn} (SAML)`;
}

/** A text in which times stand as people write them: `2026-09-17 01:00 UTC` for `2026-09-17T01:00:00Z`. */
export function readableTimes(text: string): string {
  return text.replace(
    /\b(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::00(?:\.000)?|(:\d\d)(?:\.\d{3})?)Z/g,
    (_, date: string, clock: string, seconds = '') => `${date} ${clock}${seconds} UTC`,
  );
}

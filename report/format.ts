import { personName } from '../core/wording.ts';

const WHOLE = new Intl.NumberFormat('en-US');
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** A whole number with thousands separators: `12,345`. */
export function formatCount(value: number): string {
  return WHOLE.format(value);
}

/** A count with its noun, the plural made by `s` unless given: `1 event`, `2 events`. */
export function countOf(value: number, one: string, many = `${one}s`): string {
  return `${formatCount(value)} ${value === 1 ? one : many}`;
}

/**
 * A share of 0-100 with one decimal, never rounded up to a clean bill: 99.97 is `99.9 %`, and 0.02 is `0.1 %`, since only
 * none is `0 %` and only all is `100 %`. Null is `no data`.
 */
export function formatPercent(share: number | null): string {
  if (share === null || Number.isNaN(share)) return 'no data';
  if (share >= 100) return '100 %';
  if (share <= 0) return '0 %';
  const tenths = Math.max(1, Math.floor(share * 10 + 1e-9));
  return `${Math.min(tenths, 999) / 10} %`;
}

/** Points of a reason: `+12`, `+3.4`, `-2`; at most one decimal. */
export function formatPoints(points: number): string {
  const rounded = Math.round(points * 10) / 10;
  return `${rounded < 0 ? '−' : '+'}${Math.abs(rounded)}`;
}

/** Risk as a whole number, as its level was told from it: rounded down, so that 89.6 does not read as a critical 90. */
export function formatRisk(risk: number): string {
  return String(Math.floor(risk));
}

/** `2026-03-04 12:33:10` from an ISO time in UTC; a text of another shape comes back as it is. */
export function formatTime(iso: string): string {
  const parts = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d(?::\d\d)?)/.exec(iso);
  return parts ? `${parts[1]} ${parts[2]}` : iso;
}

/** `4 Mar 2026` from an ISO day or time. */
export function formatDay(iso: string): string {
  const parts = /^(\d{4})-(\d\d)-(\d\d)/.exec(iso);
  const month = parts && MONTHS[Number(parts[2]) - 1];
  return parts && month ? `${Number(parts[3])} ${month} ${parts[1]}` : iso;
}

/** A bucket's label on an axis: `4 Mar` for a day, `4 Mar 13:00` for an hour. */
export function formatBucket(bucket: string): string {
  const day = formatDay(bucket).replace(/ \d{4}$/, '');
  return bucket.length > 10 ? `${day} ${bucket.slice(11, 13)}:00` : day;
}

/** Name of a tactic or role tag for people: `defense-evasion` is `Defense evasion`. */
export function formatName(id: string): string {
  const words = id.replace(/[-_]+/g, ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/**
 * What stands behind the account in an ARN (`user/ana`), with the account where that alone would not tell whose it is (`root`); the person
 * and the permission set of an Identity Center session (`ana@example.com (ReadOnly)`), a person signed in by SAML; or the whole text when it is no ARN of a principal.
 */
export function shortPrincipal(principal: string): string {
  const [, account, rest] = /^arn:[^:]*:[^:]*:[^:]*:([^:]*):(.+)$/s.exec(principal) ?? [];
  if (rest === 'root' && account) return `root of ${account}`;
  return personName(principal) ?? rest ?? principal;
}

/** `a, b and c`; beyond `most` names it ends in `and 4 more`. */
export function listOf(names: readonly string[], most = Number.POSITIVE_INFINITY): string {
  const shown = names.length > most ? [...names.slice(0, most), `${formatCount(names.length - most)} more`] : [...names];
  const last = shown.pop();
  return shown.length > 0 ? `${shown.join(', ')} and ${last}` : (last ?? '');
}

/**
 * A text of the trail made safe to look at: control, format (bidirectional, zero-width, tag) and lone surrogate characters are
 * spelled out, so that no name can turn a line around, hide a part of itself or colour a terminal it is copied to.
 */
export function visibleText(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    if (character === '\n') return '↵';
    if (character === '\t') return '⇥';
    return `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`;
  });
}

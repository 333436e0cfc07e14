import { type Bytes, decode } from './text.ts';

const DAY = 86_400_000;
const ISO = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:?\d\d)$/;

/**
 * Milliseconds since 1970 of an ISO 8601 time with seconds and a zone (`2026-09-01T10:00:00Z`), NaN for anything else.
 * Years before 2000 and after 2199 are no times of a trail: NaN.
 */
export function parseTime(text: string): number {
  if (!ISO.test(text) || !isDay(text)) return Number.NaN;
  const time = Date.parse(text.replace(' ', 'T'));
  return time >= EARLIEST && time < LATEST ? time : Number.NaN;
}

/** Date.parse takes 30 February for 2 March. */
function isDay(text: string): boolean {
  const day = Number(text.slice(8, 10));
  return day < 29 || new Date(Date.UTC(Number(text.slice(0, 4)), Number(text.slice(5, 7)) - 1, day)).getUTCDate() === day;
}

const EARLIEST = Date.UTC(2000, 0, 1);
const LATEST = Date.UTC(2200, 0, 1);

const midnights = new Map<number, number>();

/** {@link parseTime} of the string literal whose content is bytes[from, to): the usual 20-byte form needs no string. */
export function parseTimeBytes(bytes: Bytes, from: number, to: number): number {
  if (
    to - from === 20 &&
    bytes[from + 10] === 0x54 &&
    bytes[from + 13] === 0x3a &&
    bytes[from + 16] === 0x3a &&
    bytes[from + 19] === 0x5a
  ) {
    const hour = twoDigits(bytes, from + 11);
    const minute = twoDigits(bytes, from + 14);
    const second = twoDigits(bytes, from + 17);
    const date = dateNumber(bytes, from);
    if (date >= 0 && hour >= 0 && hour < 24 && minute >= 0 && minute < 60 && second >= 0 && second < 60) {
      let midnight = midnights.get(date);
      if (midnight === undefined) {
        midnight = parseTime(`${bytes.toString('latin1', from, from + 10)}T00:00:00Z`);
        if (midnights.size > 10_000) midnights.clear();
        midnights.set(date, midnight);
      }
      return midnight + hour * 3_600_000 + minute * 60_000 + second * 1000;
    }
  }
  return parseTime(decode(bytes, from, to));
}

/** `2026-09-01` as 20260901, -1 when the ten bytes are not of that form. */
function dateNumber(bytes: Bytes, from: number): number {
  let date = 0;
  for (let i = 0; i < 10; i += 1) {
    const c = bytes[from + i] as number;
    if (i === 4 || i === 7) {
      if (c !== 0x2d) return -1;
    } else if (c < 0x30 || c > 0x39) return -1;
    else date = date * 10 + c - 0x30;
  }
  return date;
}

/** The number of two ASCII digits, or -1. */
function twoDigits(bytes: Bytes, i: number): number {
  const tens = (bytes[i] as number) - 0x30;
  const ones = (bytes[i + 1] as number) - 0x30;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : -1;
}

const dates = new Map<number, string>();

/** ISO 8601 in UTC with seconds (`2026-09-01T10:00:00Z`); milliseconds only where the time has them. */
export function isoTime(time: number): string {
  const day = Math.floor(time / DAY);
  let date = dates.get(day);
  if (date === undefined) {
    date = new Date(day * DAY).toISOString().slice(0, 11);
    if (dates.size > 10_000) dates.clear();
    dates.set(day, date);
  }
  const rest = time - day * DAY;
  const seconds = Math.floor(rest / 1000);
  const clock = `${pad2(Math.floor(seconds / 3600))}:${pad2(Math.floor(seconds / 60) % 60)}:${pad2(seconds % 60)}`;
  const millis = rest % 1000;
  return millis === 0 ? `${date}${clock}Z` : `${date}${clock}.${String(millis).padStart(3, '0')}Z`;
}

const PADDED = Array.from({ length: 100 }, (_, n) => String(n).padStart(2, '0'));

function pad2(n: number): string {
  return PADDED[n] as string;
}

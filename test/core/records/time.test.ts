import fc from 'fast-check';
import { isoTime, parseTime, parseTimeBytes } from '../../../core/records/time.ts';

const NONE = Number.NaN;

test.each<[string, number]>([
  ['2026-09-01T10:00:00Z', Date.UTC(2026, 8, 1, 10)],
  ['2026-09-01 10:00:00Z', Date.UTC(2026, 8, 1, 10)],
  ['2026-09-01T10:00:00.123Z', Date.UTC(2026, 8, 1, 10, 0, 0, 123)],
  ['2026-09-01T10:00:00.123456789Z', Date.UTC(2026, 8, 1, 10, 0, 0, 123)],
  ['2026-09-01T10:00:00+02:00', Date.UTC(2026, 8, 1, 8)],
  ['2026-09-01T10:00:00-0330', Date.UTC(2026, 8, 1, 13, 30)],
  ['2000-01-01T00:00:00Z', Date.UTC(2000, 0, 1)],
  ['2199-12-31T23:59:59Z', Date.UTC(2199, 11, 31, 23, 59, 59)],
  ['2024-02-29T12:00:00Z', Date.UTC(2024, 1, 29, 12)],
  ['1999-12-31T23:59:59Z', NONE],
  ['2200-01-01T00:00:00Z', NONE],
  ['2026-13-01T10:00:00Z', NONE],
  ['2026-09-32T10:00:00Z', NONE],
  ['2026-02-30T10:00:00Z', NONE],
  ['2026-02-29T00:00:00Z', NONE],
  ['2026-09-01T25:00:00Z', NONE],
  ['2026-09-01T10:60:00Z', NONE],
  ['2026-09-01T10:00:60Z', NONE],
  ['2026-09-01T10:00:00', NONE],
  ['2026-09-01T10:00Z', NONE],
  ['2026-09-01', NONE],
  ['2026-9-1T10:00:00Z', NONE],
  ['20260901T100000Z', NONE],
  ['+02026-09-01T10:00:00Z', NONE],
  [' 2026-09-01T10:00:00Z', NONE],
  ['2026-09-01T1é:00:0Z', NONE],
  ['1788253200', NONE],
  ['now', NONE],
  ['', NONE],
])('%s', (text, expected) => {
  expect(parseTime(text)).toBe(expected);
  const bytes = Buffer.from(`"${text}"`);
  expect(parseTimeBytes(bytes, 1, bytes.length - 1)).toBe(expected);
});

test('any 20 bytes give the time that the text gives', () => {
  const digit = fc.constantFrom(...'0123456789', '/', ':', 'a');
  const text = fc
    .array(digit, { minLength: 14, maxLength: 14 })
    .map((d) => `20${d[0]}${d[1]}-${d[2]}${d[3]}-${d[4]}${d[5]}T${d[6]}${d[7]}:${d[8]}${d[9]}:${d[10]}${d[11]}Z`);
  fc.assert(
    fc.property(text, (made) => {
      const bytes = Buffer.from(made);
      expect(parseTimeBytes(bytes, 0, bytes.length)).toBe(parseTime(made));
    }),
    { numRuns: 2000 },
  );
});

test('a time written comes back, milliseconds only where it has them', () => {
  fc.assert(
    fc.property(fc.integer({ min: Date.UTC(2000, 0, 1), max: Date.UTC(2199, 11, 31) }), (time) => {
      expect(isoTime(time)).toBe(new Date(time).toISOString().replace('.000Z', 'Z'));
      expect(parseTime(isoTime(time))).toBe(time);
    }),
    { numRuns: 500 },
  );
});

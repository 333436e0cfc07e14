import fc from 'fast-check';
import {
  countOf,
  formatBucket,
  formatCount,
  formatDay,
  formatName,
  formatPercent,
  formatPoints,
  formatRisk,
  formatTime,
  listOf,
  shortPrincipal,
  visibleText,
} from '../../report/format.ts';
import { HOSTILE_TEXTS } from './events.factory.ts';

describe('numbers', () => {
  test.each([
    [0, '0'],
    [999, '999'],
    [1_000, '1,000'],
    [12_345_678, '12,345,678'],
  ])('a count of %d reads %s', (value, text) => expect(formatCount(value)).toBe(text));

  test.each([
    [0, '0 events'],
    [1, '1 event'],
    [1_200, '1,200 events'],
  ])('%d events read %s', (value, text) => expect(countOf(value, 'event')).toBe(text));

  test('a noun may bring its own plural', () => expect(countOf(2, 'address', 'addresses')).toBe('2 addresses'));

  test.each([
    [null, 'no data'],
    [Number.NaN, 'no data'],
    [0, '0 %'],
    [0.0001, '0.1 %'],
    [57.1, '57.1 %'],
    [66.6667, '66.6 %'],
    [99.9999999999, '99.9 %'],
    [100, '100 %'],
  ])('a share of %p reads %s', (share, text) => expect(formatPercent(share)).toBe(text));

  test('only all reads as all, and only none as none', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 100, minExcluded: true, maxExcluded: true, noNaN: true }), (share) => {
        const shown = Number(formatPercent(share).replace(' %', ''));
        expect(shown).toBeGreaterThan(0);
        expect(shown).toBeLessThan(100);
        expect(Math.abs(shown - share)).toBeLessThanOrEqual(0.1 + 1e-6);
      }),
    );
  });

  test.each([
    [12, '+12'],
    [3.44, '+3.4'],
    [-2.06, '−2.1'],
    [0, '+0'],
  ])('points of %d read %s', (points, text) => expect(formatPoints(points)).toBe(text));

  test.each([
    [89.9, '89'],
    [90, '90'],
    [0.4, '0'],
  ])('a risk of %d reads %s, on its own side of the level', (risk, text) => expect(formatRisk(risk)).toBe(text));
});

describe('times', () => {
  test.each([
    ['2026-03-04T12:33:10Z', '2026-03-04 12:33:10'],
    ['2026-03-04T12:33:10.123Z', '2026-03-04 12:33:10'],
    ['2026-03-04T12:33', '2026-03-04 12:33'],
    ['not a time', 'not a time'],
  ])('%s reads %s', (iso, text) => expect(formatTime(iso)).toBe(text));

  test.each([
    ['2026-03-04', '4 Mar 2026'],
    ['2025-12-31T23:59:59Z', '31 Dec 2025'],
    ['2026-13-01', '2026-13-01'],
  ])('the day of %s reads %s', (iso, text) => expect(formatDay(iso)).toBe(text));

  test.each([
    ['2026-03-04', '4 Mar'],
    ['2026-03-04T07', '4 Mar 07:00'],
  ])('the bucket %s is labelled %s', (bucket, text) => expect(formatBucket(bucket)).toBe(text));
});

describe('names', () => {
  test.each([
    ['defense-evasion', 'Defense evasion'],
    ['missing-event-time', 'Missing event time'],
    ['', ''],
  ])('%p reads %p', (id, text) => expect(formatName(id)).toBe(text));

  test.each([
    ['arn:aws:iam::111122223333:user/ana', 'user/ana'],
    ['arn:aws:iam::111122223333:root', 'root of 111122223333'],
    ['arn:aws-cn:sts::111122223333:assumed-role/Build/a:b', 'assumed-role/Build/a:b'],
    [
      'arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_ReadOnly_0123456789abcdef/ana@example.com',
      'ana@example.com (ReadOnly)',
    ],
    ['arn:aws:iam::111122223333:role/AWSReservedSSO_ReadOnly/ana', 'role/AWSReservedSSO_ReadOnly/ana'],
    ['arn:aws:iam::111122223333:user/two\nlines', 'user/two\nlines'],
    ['cloudtrail.amazonaws.com', 'cloudtrail.amazonaws.com'],
    ['arn:aws:iam', 'arn:aws:iam'],
    ['v1qhvJO1N0HSXWV5ztX2AqEas0s=/zoe@example.com', 'zoe@example.com (SAML)'],
    ['short=/zoe', 'short=/zoe'],
  ])('%p is short for %p', (principal, text) => expect(shortPrincipal(principal)).toBe(text));

  test.each([
    [[], 9, ''],
    [['a'], 9, 'a'],
    [['a', 'b', 'c'], 9, 'a, b and c'],
    [['a', 'b', 'c', 'd'], 2, 'a, b and 2 more'],
  ])('%p, at most %d, reads %p', (names, most, text) => expect(listOf(names, most)).toBe(text));
});

describe('texts of the trail', () => {
  test.each([
    ['plain text, ünïcode and 日本語', 'plain text, ünïcode and 日本語'],
    ['user\u202Enimda\u202C', 'user⟨U+202E⟩nimda⟨U+202C⟩'],
    ['zero\u200Bwidth\uFEFF', 'zero⟨U+200B⟩width⟨U+FEFF⟩'],
    ['\u001b[31mred', '⟨U+001B⟩[31mred'],
    ['NUL \u0000, DEL \u007f, CSI \u009b', 'NUL ⟨U+0000⟩, DEL ⟨U+007F⟩, CSI ⟨U+009B⟩'],
    ['one\ntwo\tthree', 'one↵two⇥three'],
    ['tag \u{E0041}', 'tag ⟨U+E0041⟩'],
    ['lone \ud800', 'lone ⟨U+D800⟩'],
    ['<script>', '<script>'],
  ])('%j is shown as %s', (text, shown) => expect(visibleText(text)).toBe(shown));

  test('no control, format or lone surrogate character is left, whatever came', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.constantFrom(...HOSTILE_TEXTS), (text, hostile) => {
        expect(visibleText(text + hostile)).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u);
      }),
    );
  });
});

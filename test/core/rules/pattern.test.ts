import fc from 'fast-check';
import { viewOf } from '../../../core/records/view.ts';
import { fold } from '../../../core/rules/casing.ts';
import { compileLeaf } from '../../../core/rules/leaf.ts';
import { covers, formatPattern, joinTokens, MANY, ONE, type Pattern, parsePattern, patternTest } from '../../../core/rules/pattern.ts';

const token = fc.constantFrom<string | typeof MANY | typeof ONE>('a', 'b', 'ab', '*', '?', '\\', MANY, MANY, ONE);
const pattern: fc.Arbitrary<Pattern> = fc.array(token, { maxLength: 7 }).map(joinTokens);
const text = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?', '\\', '\n'), maxLength: 10 });

function regexOf(of: Pattern): RegExp {
  const body = of.map((one) => (one === MANY ? '.*' : one === ONE ? '.' : one.replace(/[\\*?]/g, '\\$&'))).join('');
  return new RegExp(`^${body}$`, 's');
}

describe('patterns', () => {
  test('fit what the same regular expression fits', () => {
    fc.assert(
      fc.property(pattern, text, (of, seen) => expect(patternTest(of)(seen)).toBe(regexOf(of).test(seen))),
      { numRuns: 5000 },
    );
  });

  test('are read as they are written', () => {
    fc.assert(fc.property(pattern, (of) => expect(parsePattern(formatPattern(of))).toEqual(of)));
  });

  test.each<[wide: string, narrow: string, expected: boolean]>([
    ['*', 'a', true],
    ['*', '', true],
    ['a*', 'ab*', true],
    ['ab*', 'a*', false],
    ['*b*', 'abc?', true],
    ['?', '*', false],
    ['?*', 'a*', true],
    ['a?c', 'abc', true],
    ['a?c', 'a*c', false],
    ['*a*b*', '*b*a*', false],
    ['a\\*', 'a*', false],
    ['a*', 'a\\*', true],
  ])('%s covers %s: %s', (wide, narrow, expected) => {
    expect(covers(parsePattern(wide), parsePattern(narrow))).toBe(expected);
  });

  test('a pattern that covers another fits every text that the other fits', () => {
    let covered = 0;
    fc.assert(
      fc.property(pattern, pattern, fc.array(text, { minLength: 20, maxLength: 20 }), (wide, narrow, texts) => {
        if (!covers(wide, narrow)) return;
        covered++;
        for (const seen of texts) expect(regexOf(narrow).test(seen) && !regexOf(wide).test(seen)).toBe(false);
      }),
      { numRuns: 2000 },
    );
    expect(covered).toBeGreaterThan(100);
  });

  test.each<[name: string, pattern: string, text: string]>([
    ['many stars before a missing end', `${'*a'.repeat(60)}*b`, 'a'.repeat(1_000_000)],
    ['many stars with single characters', `${'*a?'.repeat(60)}*bc`, 'a'.repeat(1_000_000)],
    ['question marks only', `*${'?'.repeat(500)}b*`, 'a'.repeat(1_000_000)],
  ])('take time linear in a hostile text: %s', (_, of, seen) => {
    const started = Date.now();
    expect(patternTest(parsePattern(of))(seen)).toBe(false);
    expect(Date.now() - started).toBeLessThan(2000);
  });

  test.each<[name: string, pattern: string, text: string]>([
    ['nested repetition', '^(a+)+$', `${'a'.repeat(200_000)}b`],
    ['alternatives that overlap', '^(a|aa)*$', `${'a'.repeat(200_000)}b`],
    ['a chain of wildcards', `${'.*a'.repeat(20)}b$`, 'a'.repeat(50_000)],
  ])('regular expressions take time linear in a hostile text: %s', (_, of, seen) => {
    const test = compileLeaf({ op: 'field', field: 'userAgent', test: { kind: 're', patterns: [of], flags: '' } });
    const started = Date.now();
    expect(test(viewOf({ userAgent: seen }))).toBe(false);
    expect(Date.now() - started).toBeLessThan(5000);
  });
});

describe('folding', () => {
  test('keeps the length and the places of parts', () => {
    const any = fc.string({
      unit: fc.oneof(
        fc.constantFrom('İ', 'Σ', 'ς', 'ß', 'ẞ', 'K', 'ﬁ', 'Ǆ', 'a', 'A'),
        fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
      ),
    });
    fc.assert(
      fc.property(any, any, any, (before, part, after) => {
        const whole = before + part + after;
        expect(fold(whole)).toHaveLength(whole.length);
        expect(fold(whole)).toBe(fold(before) + fold(part) + fold(after));
      }),
      { numRuns: 2000 },
    );
  });
});

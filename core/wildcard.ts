import { fold } from './rules/casing.ts';
import { parsePattern, patternTest } from './rules/pattern.ts';

/** A case-insensitive test of a pattern with `*` and `?`, as in Sigma: linear in the text, whatever the pattern. */
export function wildcardTest(pattern: string): (text: string) => boolean {
  const test = patternTest(parsePattern(fold(pattern)));
  return (text) => test(fold(text));
}

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const CORE = join(__dirname, '..', '..', 'core');
const files = readdirSync(CORE, { recursive: true })
  .map(String)
  .filter((name) => name.endsWith('.ts'));

/** What the linter's list of imports and globals cannot see. */
const IMPURE: readonly (readonly [string, RegExp])[] = [
  ['the clock', /\bDate\.now\(|\bnew Date\(\)/],
  ['chance', /\bMath\.random\(|\brandom(UUID|Bytes|Int)\b/],
  ['the environment', /\bimport\.meta\b|\bglobalThis\.process\b/],
];

test.each(IMPURE)('core does not ask %s', (_what, pattern) => {
  expect(files.length).toBeGreaterThan(30);
  expect(files.filter((file) => pattern.test(readFileSync(join(CORE, file), 'utf8')))).toEqual([]);
});

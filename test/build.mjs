import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Builds the command once before the tests, on the project's own Node: the tests run what users run. */
export default function build() {
  const root = fileURLToPath(new URL('..', import.meta.url));
  execFileSync(`${root}/node_modules/.bin/node`, ['scripts/build.ts'], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
}

// Compiles core/records/native.as.ts and writes it, as text that every bundler takes, to core/records/native-module.ts (`npm run wasm`).
// With --check it compares instead, and fails when the committed module is not what the source gives.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { main } from 'assemblyscript/asc';

const SOURCE = 'core/records/native.as.ts';
const root = fileURLToPath(new URL('..', import.meta.url));
const target = `${root}/core/records/native-module.ts`;
const PAGES = '192';

let wasm: Uint8Array | undefined;
const flags = ['-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd', '--initialMemory', PAGES, '--maximumMemory', PAGES];
const { error, stderr } = await main([SOURCE, '--baseDir', root, '-o', 'native.wasm', ...flags], {
  writeFile: (name, contents) => {
    if (name.endsWith('.wasm')) wasm = contents as Uint8Array;
  },
});
if (error !== null || wasm === undefined) throw new Error(`${SOURCE} could not be compiled: ${error?.message} ${stderr}`);

const text = `/** The WebAssembly module of native.as.ts, in base64. Made by scripts/wasm.ts: not to be edited. */
export const NATIVE_MODULE =
  '${Buffer.from(wasm).toString('base64')}';
`;
if (!process.argv.includes('--check')) writeFileSync(target, text);
else if (readFileSync(target, 'utf8') !== text) {
  console.error('core/records/native-module.ts is not what core/records/native.as.ts gives. Run `npm run wasm` and commit the result.');
  process.exitCode = 1;
}

// `node_modules/.bin/node bench/functions.ts`, after `npm run build`: how large the functions are as they are sent up, and how long each takes until it is
// ready, on the local cloud. Processes one at a time, the functions in turn, medians. It tells, and fails nothing: machines differ.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { deflateRawSync } from 'node:zlib';
import { readAssembly } from '../sandbox/assembly.ts';
import { LocalCloud } from '../sandbox/cloud.ts';
import type { Measured } from '../sandbox/invocation.ts';
import { whyNoCloud } from '../sandbox/place.ts';
import { SAMPLE_CONFIG, synthesize } from '../sandbox/synth.ts';
import { cpuMilliseconds } from './cost/watch.ts';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '9' } } });
/** Events with nothing to do. */
const EVENTS: Readonly<Record<string, unknown>> = { parse: { Records: [] }, score: { kind: 'tick' }, alert: { Records: [] } };
const BARS = { readyMilliseconds: 400, codeBytes: 1e6 } as const;
/** What a ZIP archive says of each file, without its name, twice told. */
const ZIP_HEADERS = 76;
const ZIP_END = 22;

const why = whyNoCloud();
if (why !== undefined) {
  console.log(why);
  process.exit(0);
}
const folder = mkdtempSync(join(tmpdir(), 'trailwarden-functions-'));
try {
  const cloud = await LocalCloud.start(readAssembly(await synthesize(SAMPLE_CONFIG, folder)));
  try {
    await tell(cloud);
  } finally {
    await cloud.stop();
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function tell(cloud: LocalCloud): Promise<void> {
  const names = Object.keys(EVENTS);
  const measured = new Map<string, (Measured & { readonly cpuMs: number })[]>(names.map((name) => [name, []]));
  for (let round = 0; round < Number(values.rounds); round += 1) {
    for (const name of names) {
      const host = cloud.functions.get(name);
      await host?.kill();
      await host?.warm();
      const cpuMs = cpuMilliseconds(host?.pids[0] ?? 0);
      const outcome = await cloud.invoke(name, EVENTS[name]);
      if (!outcome.ok) throw new Error(`${name} should have nothing to do, and failed: ${outcome.error.errorMessage}`);
      measured.get(name)?.push({ ...outcome.measured, cpuMs });
    }
  }
  console.log(
    `${values.rounds} cold starts each, medians; ${cpus().length} processors (${cpus()[0]?.model.trim()}), load ${loadavg()[0]?.toFixed(1)}, Node ${process.version}\n`,
  );
  console.log('             code   with data    zipped     import      ready    fastest  processor   first call   memory');
  for (const name of names) {
    const all = measured.get(name) ?? [];
    const of = (value: (one: (typeof all)[number]) => number | undefined) => median(all.map((one) => value(one) ?? Number.NaN));
    const files = filesIn(cloud.functions.get(name)?.settings.codeFolder ?? '');
    const code = files.filter((file) => file.name.endsWith('.mjs')).reduce((sum, { bytes }) => sum + bytes, 0);
    const ready = of(({ initMs }) => initMs);
    const cells = [
      [kilobytes(code), 11],
      [kilobytes(files.reduce((sum, { bytes }) => sum + bytes, 0)), 12],
      [kilobytes(files.reduce((sum, { zipped }) => sum + zipped, ZIP_END)), 10],
      [milliseconds(of(({ importMs }) => importMs)), 11],
      [milliseconds(ready), 11],
      [milliseconds(Math.min(...all.map(({ initMs = Number.NaN }) => initMs))), 11],
      [milliseconds(of(({ cpuMs }) => cpuMs)), 11],
      [milliseconds(of(({ ms }) => ms)), 13],
      [`${of(({ maxRssMb }) => maxRssMb).toFixed(0)} MB`, 9],
    ] as const;
    const holds = code < BARS.codeBytes && ready < BARS.readyMilliseconds;
    console.log(`${name.padEnd(6)}${cells.map(([text, width]) => text.padStart(width)).join('')}   ${holds ? 'ok' : 'MISSED'}`);
  }
  console.log(
    `\nBars: code below ${kilobytes(BARS.codeBytes)}, ready in less than ${BARS.readyMilliseconds} ms from the start of the process.`,
  );
}

/** The files of a function's folder; `zipped` as they lie in the archive that is sent up. */
function filesIn(codeFolder: string): { readonly name: string; readonly bytes: number; readonly zipped: number }[] {
  const files = readdirSync(codeFolder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.map(({ parentPath, name }) => {
    const content = readFileSync(join(parentPath, name));
    return { name, bytes: content.length, zipped: deflateRawSync(content, { level: 9 }).length + ZIP_HEADERS + 2 * name.length };
  });
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return ((sorted[(sorted.length - 1) >> 1] as number) + (sorted[sorted.length >> 1] as number)) / 2;
}

function kilobytes(bytes: number): string {
  return `${Math.round(bytes / 1000)} KB`;
}

function milliseconds(value: number): string {
  return `${Math.round(value)} ms`;
}

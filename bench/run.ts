// `npm run bench`: how fast the built command is beside plain gunzip + JSON.parse of the same files, how it grows with rules, what
// memory it takes. Whole processes, interleaved, medians of some rounds. It tells, and fails nothing: machines differ.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { ruleTexts } from './rules.ts';
import { COPIES, writeBenchTrail } from './trail.ts';

const { values } = parseArgs({
  options: {
    records: { type: 'string', default: '300000' },
    rounds: { type: 'string', default: '3' },
    // 2500 give 100,000 principals.
    copies: { type: 'string', default: String(COPIES) },
    keep: { type: 'boolean', default: false },
  },
});
const records = Number(values.records);
const rounds = Number(values.rounds);
const command = fileURLToPath(new URL('../dist/trailwarden.mjs', import.meta.url));
if (!existsSync(command)) throw new Error('The command is not built: run `npm run build` first.');

const folder = join(tmpdir(), `trailwarden-bench-${records}-${values.copies}`);
const trail = join(folder, 'trail');
const whole = join(folder, 'whole');
if (!existsSync(whole)) {
  rmSync(folder, { recursive: true, force: true });
  console.log(`Writing a trail of ${records.toLocaleString('en')} records …`);
  writeBenchTrail({ dir: trail, records, seed: 1, copies: Number(values.copies) });
  writeFileSync(whole, '');
}
const kinds = new Set<string>();
const files = readdirSync(trail, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
for (const { parentPath, name } of files.filter((_, i) => i % Math.ceil(files.length / 40) === 0)) {
  const { Records } = JSON.parse(gunzipSync(readFileSync(join(parentPath, name))).toString()) as { Records: Record<string, string>[] };
  for (const { eventSource, eventName } of Records) kinds.add(`${eventSource} ${eventName}`);
}
for (const count of [150, 800]) {
  const rules = join(folder, `rules-${count}`);
  rmSync(rules, { recursive: true, force: true });
  mkdirSync(rules);
  for (const [i, text] of ruleTexts(count, [...kinds].sort()).entries()) writeFileSync(join(rules, `rule-${i}.yml`), text);
}

const FLOOR = `
import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
for (const { parentPath, name } of readdirSync(process.argv[1], { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()))
  JSON.parse(gunzipSync(readFileSync(parentPath + '/' + name)).toString());
`;

/** Has a process write its peak memory in KB to file descriptor 3 when it ends. */
const TELL_MEMORY = `data:text/javascript,${encodeURIComponent(`
import { writeSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';
if (isMainThread) process.on('exit', () => writeSync(3, String(process.resourceUsage().maxRSS)));
`)}`;

interface Measured {
  readonly seconds: number;
  readonly megabytes: number;
}

/** Runs Node and measures it from start to end. */
function measure(args: readonly string[]): Promise<Measured> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(process.execPath, ['--import', TELL_MEMORY, ...args], { stdio: ['ignore', 'ignore', 'inherit', 'pipe'] });
    let told = '';
    child.stdio[3]?.on('data', (chunk) => (told += chunk));
    child.on('error', reject).on('close', (code) => {
      if (code === 0) resolve({ seconds: (performance.now() - started) / 1000, megabytes: Number(told) / 1024 });
      else reject(new Error(`${args.join(' ')} ended with ${code}.`));
    });
  });
}

const analyze = (...flags: string[]) => [command, 'analyze', trail, '--quiet', '--out', join(folder, 'out'), ...flags];
const withRules = (count: number) =>
  analyze('--events', 'risky', '--threads', '1', '--no-bundled-rules', '--rules', join(folder, `rules-${count}`));
const RUNS: Readonly<Record<string, readonly string[]>> = {
  'gunzip + JSON.parse': ['--input-type=module', '-e', FLOOR, trail],
  '--events risky --threads 1': analyze('--events', 'risky', '--threads', '1'),
  '--events risky --threads 2': analyze('--events', 'risky', '--threads', '2'),
  '--events all --threads 1': analyze('--events', 'all', '--threads', '1'),
  '150 rules': withRules(150),
  '800 rules': withRules(800),
};

const measured = new Map<string, Measured[]>(Object.keys(RUNS).map((name) => [name, []]));
for (let round = 0; round < rounds; round += 1)
  for (const [name, args] of Object.entries(RUNS)) measured.get(name)?.push(await measure(args));

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return ((sorted[(sorted.length - 1) >> 1] as number) + (sorted[sorted.length >> 1] as number)) / 2;
}

const seconds = (name: string): number => median((measured.get(name) as Measured[]).map((one) => one.seconds));
const megabytes = (name: string): number => Math.max(...(measured.get(name) as Measured[]).map((one) => one.megabytes));
const floor = seconds('gunzip + JSON.parse');

/** `1.06 of the floor (bar 0.8) ok` */
function verdict(value: number, of: string, bar: number, holds: boolean): string {
  return `${value.toFixed(2)} ${of} (bar ${bar}) ${holds ? 'ok' : 'MISSED'}`;
}

function speed(name: string, bar: number): string {
  const share = floor / seconds(name);
  return verdict(share, 'of the floor', bar, share >= bar);
}

const growth = seconds('800 rules') / seconds('150 rules');
const VERDICTS: Readonly<Record<string, string>> = {
  '--events risky --threads 1': speed('--events risky --threads 1', 0.6),
  '--events risky --threads 2': speed('--events risky --threads 2', 1.4),
  '--events all --threads 1': speed('--events all --threads 1', 0.5),
  '800 rules': verdict(growth, '× the time of 150', 1.25, growth <= 1.25),
};

console.log(`\n${records.toLocaleString('en')} records, medians of ${rounds} rounds, ${cpus().length} cores, Node ${process.version}\n`);
for (const name of Object.keys(RUNS)) {
  const rate = Math.round(records / seconds(name)).toLocaleString('en');
  const cells = [name.padEnd(28), `${seconds(name).toFixed(2)} s`.padStart(8), `${rate} events/s`.padStart(18)];
  console.log([...cells, `${megabytes(name).toFixed(0)} MB`.padStart(8), `  ${VERDICTS[name] ?? ''}`].join(''));
}
const peak = Math.max(...Object.keys(RUNS).slice(1).map(megabytes));
console.log(`\nPeak memory: ${peak.toFixed(0)} MB of the 600 MB that ten million events may take.`);
if (values.keep) console.log(`Kept: ${folder}`);
else rmSync(folder, { recursive: true });

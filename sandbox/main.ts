// `npm run sandbox`: the deployed pipeline on this machine. Drop logs into a folder, read the mails in the browser.
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readAssembly } from './assembly.ts';
import { LocalCloud } from './cloud.ts';
import { DropFolder } from './folder.ts';
import { servePage } from './page.ts';
import { ROOT } from './place.ts';
import { Session } from './session.ts';
import { SAMPLE_CONFIG, synthesize } from './synth.ts';

const USAGE = `npm run sandbox [-- --samples] [-- --config FILE] [-- --folder FOLDER]
  --samples        put the sample trail in first
  --config FILE    a configuration with a deploy section (default: a trail of its own, every alert on)
  --folder FOLDER  where logs are dropped (default: sandbox-trail)`;

const LOOK_MILLISECONDS = 500;
const TICK_MILLISECONDS = 10_000;

function options() {
  try {
    return parseArgs({
      options: { samples: { type: 'boolean' }, config: { type: 'string' }, folder: { type: 'string' }, help: { type: 'boolean' } },
    }).values;
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n${USAGE}\n`);
    process.exit(2);
  }
}

async function main({ samples, config, folder = 'sandbox-trail', help }: ReturnType<typeof options>): Promise<void> {
  if (help === true) {
    process.stdout.write(`${USAGE}\n`);
    return;
  }
  if (!existsSync(join(ROOT, 'dist', 'lambdas'))) throw new Error('The functions are not built: run "npm run build" first.');
  const work = mkdtempSync(join(tmpdir(), 'trailwarden-sandbox-'));
  let over = false;
  const ended = new Promise<void>((done) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        over = true;
        done();
      });
    }
  });
  const undo: (() => Promise<void>)[] = [];
  try {
    const cloud = await LocalCloud.start(readAssembly(await synthesize(config ?? SAMPLE_CONFIG, work)));
    undo.push(() => cloud.stop());
    const page = await servePage({
      mails: () => cloud.mails(),
      findings: () => cloud.hub.findings(),
      incidents: () => cloud.database.items(cloud.output('IncidentsTableName')),
    });
    undo.push(page.close);
    mkdirSync(folder, { recursive: true });
    const say = (line: string) => process.stdout.write(`${line}\n`);
    say(`Drop CloudTrail files into ${resolve(folder)}, open ${page.url}. Ctrl-C ends.`);
    const session = new Session(cloud, say);
    await cloud.sendTestEvents();
    if (samples === true) await session.put(new DropFolder(join(ROOT, 'samples', 'trail')).all());
    await session.run(new DropFolder(folder), { ended, lookEvery: LOOK_MILLISECONDS, tickEvery: TICK_MILLISECONDS });
  } catch (error) {
    // What a signal interrupted is no failure.
    if (!over) throw error;
  } finally {
    for (const step of undo.reverse()) await step();
    rmSync(work, { recursive: true, force: true });
  }
}

try {
  await main(options());
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}

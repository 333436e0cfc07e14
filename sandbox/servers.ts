import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { DYNAMODB, projectNode, ROOT, script, whyNoCloud } from './place.ts';

/** Base URLs of the services on 127.0.0.1. SES takes a while to load: whoever sends a mail waits for it. */
export interface Servers {
  readonly storage: string;
  readonly dynamodb: string;
  readonly mail: Promise<string>;
  stop(): Promise<void>;
}

/**
 * Starts S3 and SQS, DynamoDB and SES on free ports.
 * @throws Error with one sentence where this machine cannot run them.
 */
export async function startServers(region: string): Promise<Servers> {
  const why = whyNoCloud();
  if (why !== undefined) throw new Error(why);
  if (!existsSync(DYNAMODB)) throw new Error(`The local cloud needs ${DYNAMODB}: run npm install, without --omit=optional.`);
  const services = startChild('services.mjs', [DYNAMODB, region], ['storage', 'dynamodb']);
  const mail = startChild('mail.mjs', [], ['mail']);
  const children = [services.child, mail.child];
  const mailUrl = mail.ports.then(({ mail: port }) => `http://127.0.0.1:${port}`);
  // Its failure is told to whoever asks for it, if anybody does.
  mailUrl.catch(() => {});
  const stop = async () => {
    await Promise.all(children.map(end));
  };
  try {
    const { storage, dynamodb } = await services.ports;
    return { storage: `http://127.0.0.1:${storage}`, dynamodb: `http://127.0.0.1:${dynamodb}`, mail: mailUrl, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Started {
  readonly child: ChildProcess;
  readonly ports: Promise<Readonly<Record<string, number>>>;
}

function startChild(name: string, args: readonly string[], wanted: readonly string[]): Started {
  const child = spawn(projectNode(), ['--no-warnings', script(name), ...args], {
    cwd: ROOT,
    // A group of its own: Ctrl-C in a terminal is for the process that started it, whose end closes the input and so ends this.
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let complaints = '';
  child.stderr.on('data', (data: Buffer) => {
    complaints = (complaints + data.toString()).slice(-4000);
  });
  const ports = new Promise<Record<string, number>>((resolve, reject) => {
    const seen: Record<string, number> = {};
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('{"')) Object.assign(seen, JSON.parse(line));
      if (wanted.every((key) => seen[key] !== undefined)) resolve(seen);
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`sandbox/${name} ended with ${code} before it listened. ${complaints}`)));
  });
  return { child, ports };
}

/** Asks a child to end by closing its input, and ends it, with what it started, by the id of its group when it does not within a second. */
function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(() => process.kill(-(child.pid as number), 'SIGKILL'), 1000);
    child.once('exit', () => {
      clearTimeout(timer);
      resolve();
    });
    child.stdin?.end();
  });
}

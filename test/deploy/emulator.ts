import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { eventually } from './checks.ts';

const BINARIES = fileURLToPath(new URL('../../node_modules/.bin', import.meta.url));
const LAUNCHER = fileURLToPath(new URL('emulator.py', import.meta.url));

/** A mail as MiniStack's SES keeps it. */
export interface Mail {
  readonly Source: string;
  readonly To: readonly string[];
  readonly Subject: string;
  readonly BodyText: string;
  readonly BodyHtml: string | null;
}

/**
 * MiniStack on 127.0.0.1, over TLS and with IAM enforced: bucket and queue policies that refuse plain HTTP hold, and each function has only what
 * its role allows. It runs functions with the `node` of the path, here the one they are deployed for.
 */
export class Emulator {
  readonly account: string;
  readonly endpoint: string;
  /** Settings for the SDK and for the CDK's command line: this endpoint, its certificate, root credentials that are worth nothing elsewhere. */
  readonly environment: Readonly<Record<string, string>>;
  readonly #process: ChildProcess;
  readonly #log: string;

  private constructor(account: string, region: string, endpoint: string, certificate: string, running: ChildProcess, log: string) {
    this.account = account;
    this.endpoint = endpoint;
    this.environment = {
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: region,
      ...rootCredentials(account),
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      AWS_CA_BUNDLE: certificate,
      NODE_EXTRA_CA_CERTS: certificate,
    };
    this.#process = running;
    this.#log = log;
  }

  /**
   * @param venv folder of a virtual environment with what `requirements.txt` names
   * @param scratch empty folder for its certificate, its log and the functions' code
   * @param hub endpoint that the functions' calls of Security Hub go to: MiniStack has none
   */
  static async start(options: {
    readonly venv: string;
    readonly scratch: string;
    readonly account: string;
    readonly region: string;
    readonly hub: string;
  }): Promise<Emulator> {
    const { venv, scratch, account, region, hub } = options;
    const python = join(venv, 'bin', 'python');
    if (!existsSync(python)) throw new Error(`Expected a virtual environment in ${venv}, found no ${python}.`);
    const port = await freePort();
    const { certificate, key } = makeCertificate(scratch);
    const log = join(scratch, 'ministack.log');
    const output = openSync(log, 'w');
    const running = spawn(python, [LAUNCHER], {
      // A group of its own: the functions' processes end with it.
      detached: true,
      stdio: ['ignore', output, output],
      env: {
        PATH: [BINARIES, process.env.PATH].join(delimiter),
        HOME: scratch,
        TMPDIR: scratch,
        BIND_HOST: '127.0.0.1',
        GATEWAY_PORT: String(port),
        MINISTACK_HOST: '127.0.0.1',
        MINISTACK_REGION: region,
        MINISTACK_ACCOUNT_ID: account,
        AUTH: 'true',
        USE_SSL: '1',
        MINISTACK_SSL_CERT: certificate,
        MINISTACK_SSL_KEY: key,
        ...rootCredentials(account),
        // The functions inherit this environment.
        AWS_ENDPOINT_URL_SECURITYHUB: hub,
      },
    });
    closeSync(output);
    const emulator = new Emulator(account, region, `https://127.0.0.1:${port}`, certificate, running, log);
    process.once('exit', () => emulator.#signal('SIGKILL'));
    setDefaultCACertificates([...getCACertificates('default'), readFileSync(certificate, 'utf8')]);
    try {
      await emulator.#ready();
    } catch (error) {
      await emulator.stop();
      throw new Error(`${(error as Error).message} Its log ends with:\n${emulator.lastLines(20)}`);
    }
    return emulator;
  }

  async #ready(): Promise<void> {
    await eventually('MiniStack to answer', 60, async () => {
      const { exitCode } = this.#process;
      if (exitCode !== null) throw new Error(`MiniStack ended with code ${exitCode}.`);
      return (await this.#get('/_ministack/ready').catch(() => undefined)) === undefined ? undefined : true;
    });
    const { auth } = (await this.#get('/_ministack/health')) as { auth?: string };
    if (auth !== 'enabled') throw new Error(`Expected MiniStack to enforce IAM, but its health says that auth is ${auth}.`);
  }

  async mails(): Promise<readonly Mail[]> {
    const { messages } = (await this.#get(`/_ministack/ses/messages?account=${this.account}`)) as { messages: Record<string, Mail[]> };
    return messages[this.account] ?? [];
  }

  /** The last lines of its log and of the functions', without metrics. */
  lastLines(count: number): string {
    const lines = readFileSync(this.#log, 'utf8').trimEnd().split('\n');
    const telling = lines.filter((line) => !/"CloudWatchMetrics"|DEP0169|--trace-deprecation/.test(line));
    return telling.slice(-count).join('\n');
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const ended = once(this.#process, 'exit');
    this.#signal('SIGTERM');
    const timer = setTimeout(() => this.#signal('SIGKILL'), 5000);
    await ended;
    clearTimeout(timer);
  }

  async #get(path: string): Promise<unknown> {
    const response = await fetch(`${this.endpoint}${path}`);
    if (!response.ok) throw new Error(`MiniStack answered ${response.status} to GET ${path}.`);
    return response.json();
  }

  #signal(name: 'SIGTERM' | 'SIGKILL'): void {
    const { pid } = this.#process;
    if (pid === undefined) return;
    try {
      process.kill(-pid, name);
    } catch {
      // The group has ended.
    }
  }
}

/** MiniStack takes an account's id as the access key of its root user. */
function rootCredentials(account: string): { readonly AWS_ACCESS_KEY_ID: string; readonly AWS_SECRET_ACCESS_KEY: string } {
  return { AWS_ACCESS_KEY_ID: account, AWS_SECRET_ACCESS_KEY: 'example' };
}

function makeCertificate(folder: string): { readonly certificate: string; readonly key: string } {
  const certificate = join(folder, 'certificate.pem');
  const key = join(folder, 'key.pem');
  const names = ['subjectAltName=IP:127.0.0.1', 'basicConstraints=critical,CA:FALSE', 'extendedKeyUsage=serverAuth'];
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=emulator.example.com'],
      ...['-keyout', key, '-out', certificate],
      ...names.flatMap((name) => ['-addext', name]),
    ],
    { stdio: 'pipe' },
  );
  return { certificate, key };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('The system gave no free port on 127.0.0.1.');
  return address.port;
}

import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createInterface } from 'node:readline';
import { HttpAnswer, listen, readBody } from './http.ts';
import { type FunctionError, type FunctionSettings, INIT_LIMIT, type LogLine, type Measured, type Outcome } from './invocation.ts';
import { projectNode, script } from './place.ts';

const API = '/2018-06-01/runtime';

interface Running {
  readonly id: string;
  readonly event: string;
  readonly deadline: number;
  readonly begin: number;
  readonly end: (outcome: Ended) => void;
}

type Ended = { readonly ok: true; readonly result: unknown } | { readonly ok: false; readonly error: FunctionError };

/** One process of a function and the Runtime API that it talks to. */
export class Instance {
  /** Resolves once the process asks for work or has ended without. */
  readonly ready: Promise<void>;
  readonly #settings: FunctionSettings;
  readonly #child: ChildProcess;
  readonly #close: () => Promise<void>;
  readonly #exited: Promise<void>;
  #alive = true;
  #initMs: number | undefined;
  #importMs: number | undefined;
  #initTold = false;
  #initError: FunctionError | undefined;
  #maxRssMb: number | undefined;
  #running: Running | undefined;
  #waiting: ServerResponse | undefined;
  #markReady: () => void = () => {};

  private constructor(settings: FunctionSettings, port: number, close: () => Promise<void>, log: (line: LogLine) => void) {
    this.#settings = settings;
    this.#close = close;
    this.ready = new Promise((resolve) => {
      this.#markReady = resolve;
    });
    const begin = performance.now();
    this.#begin = begin;
    this.#child = spawn(projectNode(), [`--max-old-space-size=${Math.floor(settings.memory * 0.9)}`, script('bootstrap.mjs')], {
      cwd: settings.codeFolder,
      env: environment(settings, port),
      // A group of its own: Ctrl-C in a terminal is for the process that started it, whose end closes the input and so ends this.
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    for (const stream of ['stdout', 'stderr'] as const) {
      createInterface({ input: this.#child[stream] as NonNullable<ChildProcess['stdout']> }).on('line', (text) =>
        log({ function: settings.name, stream, text }),
      );
    }
    this.#exited = new Promise((resolve) => {
      const ended = (code: number | null, signal: string | null) => {
        this.#alive = false;
        this.#markReady();
        const how = signal === null ? `exit status ${code}` : `signal: ${signal}`;
        this.#finish({
          ok: false,
          error: this.#initError ?? { errorType: 'Runtime.ExitError', errorMessage: `Runtime exited with error: ${how}` },
        });
        resolve();
      };
      this.#child.once('exit', ended);
      this.#child.once('error', (error) => ended(null, error.message));
    });
  }

  readonly #begin: number;

  static async start(settings: FunctionSettings, log: (line: LogLine) => void): Promise<Instance> {
    let instance: Instance | undefined;
    const server = createServer((request, response) => {
      (instance as Instance).#serve(request, response).catch(() => response.destroy());
    });
    // A process that has nothing to do holds its request for as long as it lives.
    server.requestTimeout = 0;
    const { port, close } = await listen(server);
    instance = new Instance(settings, port, close, log);
    return instance;
  }

  get alive(): boolean {
    return this.#alive;
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  async invoke(event: unknown): Promise<Outcome> {
    const id = randomUUID();
    const initLimit = setTimeout(() => {
      this.#initError = { errorType: 'Sandbox.Timedout', errorMessage: `Init phase timed out after ${INIT_LIMIT / 1000} seconds` };
      this.#child.kill('SIGKILL');
    }, INIT_LIMIT);
    await this.ready;
    clearTimeout(initLimit);
    const begin = performance.now();
    const ended = await new Promise<Ended>((resolve) => {
      const { timeout } = this.#settings;
      const timer = setTimeout(() => {
        this.#finish({
          ok: false,
          error: {
            errorType: 'Sandbox.Timedout',
            errorMessage: `RequestId: ${id} Error: Task timed out after ${timeout.toFixed(2)} seconds`,
          },
        });
        this.#alive = false;
        this.#child.kill('SIGKILL');
      }, timeout * 1000);
      this.#running = {
        id,
        event: JSON.stringify(event),
        deadline: Date.now() + timeout * 1000,
        begin,
        end: (outcome) => {
          clearTimeout(timer);
          resolve(outcome);
        },
      };
      if (!this.#alive)
        this.#finish({
          ok: false,
          error: this.#initError ?? { errorType: 'Runtime.ExitError', errorMessage: 'Runtime exited before it was ready' },
        });
      else this.#give();
    });
    const measured: Measured = {
      requestId: id,
      ms: performance.now() - begin,
      ...(this.#initTold || this.#initMs === undefined ? {} : { initMs: this.#initMs, importMs: this.#importMs ?? 0 }),
      ...(this.#maxRssMb === undefined ? {} : { maxRssMb: this.#maxRssMb }),
    };
    this.#initTold = true;
    // What the process wrote before it answered is in the pipe already: let it be read first.
    for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
    return { ...ended, measured };
  }

  /** Ends the process by its id. */
  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill('SIGKILL');
    await this.#exited;
    await this.#close();
  }

  #finish(outcome: Ended): void {
    const running = this.#running;
    this.#running = undefined;
    running?.end(outcome);
  }

  /** Hands the invocation to the process if it waits for one. */
  #give(): void {
    const { id, event, deadline } = this.#running ?? {};
    const waiting = this.#waiting;
    if (id === undefined || waiting === undefined || event === undefined) return;
    this.#waiting = undefined;
    new HttpAnswer(
      200,
      {
        'content-type': 'application/json',
        'lambda-runtime-aws-request-id': id,
        'lambda-runtime-deadline-ms': String(deadline),
        'lambda-runtime-invoked-function-arn': this.#settings.arn,
        'lambda-runtime-trace-id': `Root=1-00000000-${id.replaceAll('-', '').slice(0, 24)};Sampled=0`,
      },
      Buffer.from(event),
    ).send(waiting);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
    const rss = request.headers['sandbox-max-rss'];
    if (rss !== undefined) this.#maxRssMb = Number(rss) / 1024;
    if (request.headers['sandbox-ends'] !== undefined) this.#alive = false;
    const route = `${request.method} ${(request.url ?? '').replace(API, '')}`;
    const [, id, kind] = /^POST \/invocation\/([^/]+)\/(response|error)$/.exec(route) ?? [];
    if (route === 'GET /invocation/next') {
      this.#initMs ??= performance.now() - this.#begin;
      this.#importMs ??= Number(request.headers['sandbox-import-ms'] ?? 0);
      this.#waiting = response;
      this.#markReady();
      this.#give();
      return;
    }
    if (route === 'POST /init/error') {
      this.#initError = JSON.parse(body.toString()) as FunctionError;
    } else if (id !== undefined && id === this.#running?.id) {
      const value: unknown = JSON.parse(body.toString());
      this.#finish(kind === 'response' ? { ok: true, result: value } : { ok: false, error: value as FunctionError });
    } else {
      HttpAnswer.json(400, { errorType: 'InvalidRequestID', errorMessage: `There is no such invocation: ${route}` }).send(response);
      return;
    }
    HttpAnswer.json(202, { status: 'OK' }).send(response);
  }
}

function environment(settings: FunctionSettings, port: number): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '',
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    ...settings.environment,
    LAMBDA_TASK_ROOT: settings.codeFolder,
    _HANDLER: settings.handler,
    AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${port}`,
    AWS_LAMBDA_FUNCTION_NAME: settings.functionName,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(settings.memory),
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${settings.functionName}`,
    AWS_LAMBDA_LOG_STREAM_NAME: '2026/01/01/[$LATEST]sandbox',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_REGION: settings.region,
    AWS_DEFAULT_REGION: settings.region,
    AWS_ACCESS_KEY_ID: 'sandbox',
    AWS_SECRET_ACCESS_KEY: 'sandbox',
    AWS_SESSION_TOKEN: 'sandbox',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}

import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import type { LocalCloud } from '../../sandbox/cloud.ts';
import type { AwsCall } from '../../sandbox/gateway.ts';
import { billedMilliseconds, latencyOf, type Work, waitMilliseconds } from './aws-time.ts';
import { plus, times, type Usage } from './bill.ts';
import { usageOfCalls } from './calls.ts';

/** What invocations of a function came to, on average. */
export interface Use extends Work {
  readonly invocations: number;
  /** Of one invocation: its request, its time, its calls, its log. */
  readonly usage: Usage;
  /** As it took here, with AWS's waits put in; not its start. */
  readonly milliseconds: number;
  readonly billedMilliseconds: number;
  /** GB-seconds that a new process takes to start. */
  readonly startGbSeconds: number;
  /** The most memory that its process held, MB. */
  readonly maxRssMb: number;
  /** Calls of all invocations. */
  readonly calls: readonly AwsCall[];
}

/** What CloudWatch adds to each line, and Lambda's own lines of an invocation (START, END, REPORT). */
const LINE_BYTES = 26;
const PLATFORM_BYTES = 430;
/** Logs are kept for so many months. */
const LOG_MONTHS = 3;

/** Has every call of the functions wait as long as AWS would. */
export function waitLikeAws(cloud: LocalCloud): void {
  cloud.intercept = async (call, when) => {
    if (when === 'after' && !call.caller.includes(':')) await setTimeout(latencyOf(call));
    return undefined;
  };
}

/** The mean of several. */
export function meanUse(uses: readonly Use[]): Use {
  const [first] = uses as readonly [Use, ...Use[]];
  const mean = (of: (use: Use) => number) => uses.reduce((sum, use) => sum + of(use), 0) / uses.length;
  return {
    ...first,
    invocations: uses.reduce((sum, { invocations }) => sum + invocations, 0),
    usage: times(plus(...uses.map(({ usage }) => usage)), 1 / uses.length),
    milliseconds: mean(({ milliseconds }) => milliseconds),
    waitMilliseconds: mean((use) => use.waitMilliseconds),
    cpuMilliseconds: mean(({ cpuMilliseconds }) => cpuMilliseconds),
    billedMilliseconds: mean((use) => use.billedMilliseconds),
    maxRssMb: Math.max(...uses.map(({ maxRssMb }) => maxRssMb)),
    calls: uses.flatMap(({ calls }) => calls),
  };
}

/** Looks at the invocations of one function, from now on until {@link Watch.end}. */
export class Watch {
  readonly #cloud: LocalCloud;
  readonly #name: string;
  readonly #from: { readonly calls: number; readonly logs: number; readonly measures: number; readonly cpu: number };

  constructor(cloud: LocalCloud, name: string) {
    this.#cloud = cloud;
    this.#name = name;
    this.#from = { calls: cloud.calls.length, logs: cloud.logs.length, measures: this.#host.measures.length, cpu: this.#cpu() };
  }

  /**
   * The mean of the invocations since. Where a function has no process when the watch begins, its start is work of the first invocation.
   * @throws Error when there was none.
   */
  end(): Use {
    const { calls, logs } = this.#cloud;
    const measures = this.#host.measures.slice(this.#from.measures);
    const invocations = measures.length;
    if (invocations === 0) throw new Error(`The function ${this.#name} was not invoked, so there is nothing to price.`);
    const own = calls.slice(this.#from.calls).filter(({ caller }) => caller === this.#name || caller === `mapping:${this.#name}`);
    // What the stand-in's pollers ask says nothing of how often Lambda's do.
    const billedCalls = own.filter(({ operation }) => operation !== 'ReceiveMessage');
    const mean = (sum: number) => sum / invocations;
    const work: Work = {
      waitMilliseconds: mean(waitMilliseconds(own.filter(({ caller }) => caller === this.#name))),
      cpuMilliseconds: mean(this.#cpu() - this.#from.cpu),
      bytes: mean(
        own.reduce((sum, { service, requestBytes, responseBytes }) => sum + (service === 's3' ? requestBytes + responseBytes : 0), 0),
      ),
    };
    const { memory } = this.#host.settings;
    const start = this.#host.measures.find(({ initMs }) => initMs !== undefined)?.initMs ?? 0;
    const startBilled = billedMilliseconds({ waitMilliseconds: 0, cpuMilliseconds: start, bytes: 0 }, memory);
    const billed = billedMilliseconds(work, memory);
    const lines = logs.slice(this.#from.logs).filter((line) => line.function === this.#name);
    const logged = mean(lines.reduce((sum, { text }) => sum + Buffer.byteLength(text) + LINE_BYTES, 0)) + PLATFORM_BYTES;
    return {
      invocations,
      usage: plus(times(usageOfCalls(billedCalls), 1 / invocations), {
        'lambda.requests': 1,
        'lambda.gbSeconds': gbSeconds(billed, memory),
        'logs.gbIngested': logged / 1e9,
        'logs.gbMonths': (logged / 1e9) * LOG_MONTHS,
      }),
      milliseconds: mean(measures.reduce((sum, { ms }) => sum + ms, 0)),
      ...work,
      billedMilliseconds: billed,
      startGbSeconds: gbSeconds(startBilled, memory),
      maxRssMb: Math.max(...measures.map(({ maxRssMb = 0 }) => maxRssMb)),
      calls: own,
    };
  }

  get #host() {
    const host = this.#cloud.functions.get(this.#name);
    if (host === undefined) throw new Error(`The stacks have no function ${this.#name}.`);
    return host;
  }

  /** Milliseconds that the processors spent on the function's process so far. */
  #cpu(): number {
    return this.#host.pids.reduce((sum, pid) => sum + cpuMilliseconds(pid), 0);
  }
}

function gbSeconds(milliseconds: number, memory: number): number {
  return ((milliseconds / 1000) * memory) / 1024;
}

/** Milliseconds that the processors spent on the threads of a process so far. */
export function cpuMilliseconds(pid: number): number {
  const threads = `/proc/${pid}/task`;
  return readdirSync(threads).reduce(
    (sum, thread) => sum + Number(readFileSync(`${threads}/${thread}/schedstat`, 'utf8').split(' ')[0]) / 1e6,
    0,
  );
}

/** Names of the metrics in lines that functions wrote, with their function. */
export function metricsIn(lines: readonly { readonly text: string }[]): string[] {
  const names = lines.flatMap(({ text }) => {
    if (!text.includes('"_aws"')) return [];
    const line = JSON.parse(text) as { service: string; _aws: { CloudWatchMetrics: { Metrics: { Name: string }[] }[] } };
    return line._aws.CloudWatchMetrics.flatMap(({ Metrics }) => Metrics.map(({ Name }) => `${line.service} ${Name}`));
  });
  return [...new Set(names)].sort();
}

import { Instance } from './instance.ts';
import type { FunctionSettings, LogLine, Measured, Outcome } from './invocation.ts';

/**
 * Runs a bundle as Lambda does: processes that stay warm, one invocation at a time in each, a new process when all are busy. A
 * timeout, a crash or a failed start ends the process; the next invocation starts cold.
 */
export class FunctionHost {
  readonly settings: FunctionSettings;
  /** Every invocation's measure, in order. */
  readonly measures: Measured[] = [];
  readonly #log: (line: LogLine) => void;
  readonly #idle: Instance[] = [];
  readonly #busy = new Set<Instance>();
  #stopped = false;

  constructor(settings: FunctionSettings, log: (line: LogLine) => void) {
    this.settings = settings;
    this.#log = log;
  }

  /** Ids of the function's processes that are alive. */
  get pids(): number[] {
    return [...this.#idle, ...this.#busy].map(({ pid }) => pid);
  }

  /** Starts a process ahead of the first invocation. */
  async warm(): Promise<void> {
    const instance = await this.#start();
    await instance.ready;
    if (instance.alive) this.#idle.push(instance);
  }

  async invoke(event: unknown): Promise<Outcome> {
    if (this.#stopped) throw new Error(`${this.settings.name} was invoked after the local cloud had stopped.`);
    const instance = this.#idle.pop() ?? (await this.#start());
    this.#busy.add(instance);
    const outcome = await instance.invoke(event);
    this.#busy.delete(instance);
    if (instance.alive && !this.#stopped) this.#idle.push(instance);
    else await instance.stop();
    this.measures.push(outcome.measured);
    return outcome;
  }

  /** Ends every process of the function by its id, as a crash of the machine would; what runs fails with Runtime.ExitError. */
  async kill(): Promise<void> {
    await Promise.all([...this.#idle.splice(0), ...this.#busy].map((instance) => instance.stop()));
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.kill();
  }

  #start(): Promise<Instance> {
    return Instance.start(this.settings, this.#log);
  }
}

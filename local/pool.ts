import { setImmediate as turn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { compileRules } from '../core/rules/ruleset.ts';
import type { ScoredPart } from '../core/scoring/section.ts';
import { type Task, type TaskResult, TaskRunner } from './tasks.ts';
import type { FromWorker, ToWorker, WorkerSetup } from './worker.ts';

/** Takes parts and results in the order of the tasks, whatever the threads. */
export interface Taker {
  /** A part of the task whose turn it is. */
  part(part: ScoredPart): void;
  /** The task whose turn it was is done. */
  done(task: Task, result: TaskResult): void;
  /** Promise to wait for before more is taken. */
  paused(): Promise<void> | undefined;
  /** True when the run should end early. */
  stopped(): boolean;
}

/** Scores tasks one after the other on this thread. */
export async function runHere(tasks: AsyncIterable<Task> | Iterable<Task>, setup: WorkerSetup, taker: Taker): Promise<void> {
  const runner = new TaskRunner(
    { ...setup, rules: compileRules(setup.rules) },
    (part) => taker.part(part),
    () => taker.paused(),
  );
  for await (const task of tasks) {
    if (taker.stopped()) return;
    taker.done(task, await runner.run(task));
    await taker.paused();
    // Signals and the progress bar get their turn.
    await turn();
  }
}

interface Held {
  readonly task: Task;
  readonly worker: Worker;
  readonly parts: ScoredPart[];
  result?: TaskResult;
}

/** Tasks that each worker has at hand, so that none waits for the main thread. */
const EACH = 3;

/** Scores tasks on worker threads; what finishes early waits for its turn, and no more is handed out than a bounded number ahead. */
export async function runOnWorkers(
  tasks: AsyncIterable<Task> | Iterable<Task>,
  setup: WorkerSetup,
  taker: Taker,
  threads: number,
  script: URL,
): Promise<void> {
  const workers = Array.from({ length: threads }, () => new Worker(script, { workerData: setup }));
  const load = new Map(workers.map((worker) => [worker, 0]));
  const held = new Map<number, Held>();
  let handedOut = 0;
  let turnOf = 0;
  let wake: () => void = () => {};
  let failure: Error | undefined;

  const advance = () => {
    for (let now = held.get(turnOf); now !== undefined; now = held.get(turnOf)) {
      for (const part of now.parts.splice(0)) {
        taker.part(part);
        now.worker.postMessage({ kind: 'taken' } satisfies ToWorker);
      }
      if (now.result === undefined) return;
      taker.done(now.task, now.result);
      held.delete(turnOf);
      turnOf += 1;
    }
  };
  for (const worker of workers) {
    worker.on('message', (message: FromWorker) => {
      const now = held.get(message.number);
      if (now === undefined) return;
      if (message.kind === 'part') now.parts.push(message.part);
      else {
        now.result = message.result;
        load.set(worker, (load.get(worker) as number) - 1);
      }
      try {
        if (message.number === turnOf) advance();
      } catch (error) {
        failure ??= error as Error;
      }
      wake();
    });
    worker.on('error', (error) => {
      failure ??= error as Error;
      wake();
    });
  }
  const change = () => new Promise<void>((go) => (wake = go));
  try {
    for await (const task of tasks) {
      for (;;) {
        if (failure !== undefined) throw failure;
        if (taker.stopped()) return;
        const free = workers.find((worker) => (load.get(worker) as number) < EACH);
        if (free !== undefined && handedOut - turnOf < threads * EACH * 2) {
          held.set(handedOut, { task, worker: leastLoaded(load), parts: [] });
          break;
        }
        await change();
      }
      await taker.paused();
      const { worker } = held.get(handedOut) as Held;
      load.set(worker, (load.get(worker) as number) + 1);
      worker.postMessage({ kind: 'task', number: handedOut, task } satisfies ToWorker);
      handedOut += 1;
    }
    while (turnOf < handedOut) {
      if (failure !== undefined) throw failure;
      if (taker.stopped()) return;
      await change();
    }
    if (failure !== undefined) throw failure;
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

function leastLoaded(load: ReadonlyMap<Worker, number>): Worker {
  let best: Worker | undefined;
  for (const [worker, n] of load) if (best === undefined || n < (load.get(best) as number)) best = worker;
  return best as Worker;
}

import { parentPort, workerData } from 'node:worker_threads';
import type { Config } from '../core/config/schema.ts';
import type { Limits } from '../core/records/inflate.ts';
import type { Rule } from '../core/rules/model.ts';
import { compileRules } from '../core/rules/ruleset.ts';
import type { Filters } from '../core/scoring/filters.ts';
import type { RowPlan } from '../core/scoring/model.ts';
import type { ScoredPart } from '../core/scoring/section.ts';
import { type Task, type TaskResult, TaskRunner } from './tasks.ts';

/** What a worker needs to score as its parent would. */
export interface WorkerSetup {
  readonly rules: readonly Rule[];
  readonly config: Config;
  readonly filters: Filters;
  readonly rows: RowPlan;
  readonly limits: Limits;
}

export type ToWorker = { readonly kind: 'task'; readonly number: number; readonly task: Task } | { readonly kind: 'taken' };

export type FromWorker =
  | { readonly kind: 'part'; readonly number: number; readonly part: ScoredPart }
  | { readonly kind: 'done'; readonly number: number; readonly result: TaskResult };

/** Parts that may be on their way before the worker waits. */
const AHEAD = 8;

function serve(port: NonNullable<typeof parentPort>, setup: WorkerSetup): void {
  let number = 0;
  let onTheWay = 0;
  let resume: (() => void) | undefined;
  const runner = new TaskRunner(
    { ...setup, rules: compileRules(setup.rules) },
    (part) => {
      onTheWay += 1;
      port.postMessage({ kind: 'part', number, part } satisfies FromWorker, transfers(part));
    },
    () => (onTheWay < AHEAD ? undefined : new Promise((go) => (resume = go))),
  );
  let queue: Promise<void> = Promise.resolve();
  port.on('message', (message: ToWorker) => {
    if (message.kind === 'taken') {
      onTheWay -= 1;
      if (onTheWay < AHEAD) resume?.();
      return;
    }
    queue = queue.then(async () => {
      number = message.number;
      const result = await runner.run(message.task);
      port.postMessage({ kind: 'done', number: message.number, result } satisfies FromWorker);
    });
  });
}

/** The memory of a part, handed over rather than copied. */
function transfers(part: ScoredPart): ArrayBuffer[] {
  const arrays = [
    part.ids,
    part.times,
    part.risks,
    part.flags,
    part.principals,
    part.accounts,
    part.regions,
    part.postureRegions,
    part.addresses,
  ];
  const more = [part.evaluated, part.violated, part.signalEvents, part.signalRules, part.signalWeights];
  const lines = [part.signalLines, part.csv, part.json, part.table].flatMap(({ bytes, ends }) => [bytes, ends]);
  return [...arrays, ...more, ...lines].map(({ buffer }) => buffer as ArrayBuffer);
}

if (parentPort !== null) serve(parentPort, workerData as WorkerSetup);

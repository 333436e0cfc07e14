import type { LogLine, Outcome } from '../../sandbox/invocation.ts';
import { FunctionHost } from '../../sandbox/runtime.ts';
import { functionSettings, Toys } from './toys.ts';

const SOURCE = `
let count = 0;
export async function handler(event, context) {
  count += 1;
  console.log(JSON.stringify({ level: 'INFO', message: 'event ' + event.do }));
  const is = {
    succeed: () => ({
      count,
      pid: process.pid,
      node: process.version,
      remaining: context.getRemainingTimeInMillis(),
      requestId: context.awsRequestId,
      arn: context.invokedFunctionArn,
      name: process.env.AWS_LAMBDA_FUNCTION_NAME,
      memory: context.memoryLimitInMB,
      region: process.env.AWS_REGION,
      own: process.env.OWN,
      foreign: process.env.HOME,
    }),
    nothing: () => undefined,
    throw: () => { throw new TypeError('no such thing'); },
    hang: () => new Promise((resolve) => setTimeout(resolve, 60_000)),
    spin: () => { for (;;); },
    exit: () => process.exit(3),
    reject: () => { Promise.reject(new Error('nobody waits')); return new Promise((resolve) => setTimeout(resolve, 60_000)); },
    slow: () => new Promise((resolve) => setTimeout(() => resolve(process.pid), 150)),
  };
  return is[event.do]();
}
`;

const toys = new Toys();
const hosts: FunctionHost[] = [];

afterEach(async () => {
  for (const host of hosts.splice(0)) await host.stop();
});

afterAll(() => toys.remove());

function host(
  source: string,
  more: Parameters<typeof functionSettings>[2] = {},
): { readonly host: FunctionHost; readonly lines: LogLine[] } {
  const lines: LogLine[] = [];
  const made = new FunctionHost(functionSettings('toy', toys.add(`toy-${hosts.length}`, source), more), (line) => lines.push(line));
  hosts.push(made);
  return { host: made, lines };
}

function errorOf(outcome: Outcome): unknown {
  return outcome.ok ? undefined : { errorType: outcome.error.errorType, errorMessage: outcome.error.errorMessage };
}

function resultOf<T>(outcome: Outcome): T {
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.error));
  return outcome.result as T;
}

test('a process stays warm and sees what Lambda shows it', async () => {
  const { host: toy, lines } = host(SOURCE, { environment: { OWN: 'mine' }, timeout: 3 });
  const first = await toy.invoke({ do: 'succeed' });
  const second = await toy.invoke({ do: 'succeed' });
  const { pid, remaining, ...seen } = resultOf<{ pid: number; remaining: number }>(first);
  expect(seen).toEqual({
    count: 1,
    node: expect.stringMatching(/^v24\./),
    requestId: first.measured.requestId,
    arn: 'arn:aws:lambda:eu-west-1:111122223333:function:Example-toy',
    name: 'Example-toy',
    memory: '256',
    region: 'eu-west-1',
    own: 'mine',
  });
  expect(remaining).toBeGreaterThan(2000);
  expect(remaining).toBeLessThanOrEqual(3000);
  expect(resultOf(second)).toMatchObject({ count: 2, pid });
  expect(first.measured.initMs).toBeGreaterThan(0);
  expect(first.measured.importMs).toBeLessThan(first.measured.initMs as number);
  expect(first.measured.maxRssMb).toBeGreaterThan(20);
  expect(second.measured.initMs).toBeUndefined();
  expect(lines).toEqual(Array(2).fill({ function: 'toy', stream: 'stdout', text: '{"level":"INFO","message":"event succeed"}' }));
});

test('a handler that gives nothing gives null', async () => {
  expect(resultOf(await host(SOURCE).host.invoke({ do: 'nothing' }))).toBeNull();
});

test('an error is told as Lambda tells it, and the process stays', async () => {
  const { host: toy } = host(SOURCE);
  const outcome = await toy.invoke({ do: 'throw' });
  expect(errorOf(outcome)).toEqual({ errorType: 'TypeError', errorMessage: 'no such thing' });
  expect(resultOf(await toy.invoke({ do: 'succeed' }))).toMatchObject({ count: 2 });
});

test.each(['hang', 'spin'])('a handler that would %s is ended at its time limit, and the next starts cold', async (what) => {
  const { host: toy } = host(SOURCE, { timeout: 0.3 });
  const outcome = await toy.invoke({ do: what });
  expect(errorOf(outcome)).toEqual({
    errorType: 'Sandbox.Timedout',
    errorMessage: `RequestId: ${outcome.measured.requestId} Error: Task timed out after 0.30 seconds`,
  });
  const next = await toy.invoke({ do: 'succeed' });
  expect(resultOf(next)).toMatchObject({ count: 1 });
  expect(next.measured.initMs).toBeGreaterThan(0);
});

test.each([
  ['exit', { errorType: 'Runtime.ExitError', errorMessage: 'Runtime exited with error: exit status 3' }],
  ['reject', { errorType: 'Runtime.UnhandledPromiseRejection', errorMessage: 'nobody waits' }],
])('a process that ends in between fails the invocation: %s', async (what, error) => {
  const { host: toy } = host(SOURCE);
  expect(errorOf(await toy.invoke({ do: what }))).toEqual(error);
  expect(resultOf(await toy.invoke({ do: 'succeed' }))).toMatchObject({ count: 1 });
});

test('two invocations at once run in two processes', async () => {
  const { host: toy } = host(SOURCE);
  const pids = (await Promise.all([toy.invoke({ do: 'slow' }), toy.invoke({ do: 'slow' })])).map((outcome) => resultOf<number>(outcome));
  expect(new Set(pids).size).toBe(2);
  expect(toy.pids.toSorted()).toEqual(pids.toSorted());
});

test('a process that is killed fails what it ran', async () => {
  const { host: toy } = host(SOURCE);
  await toy.warm();
  const running = toy.invoke({ do: 'hang' });
  await new Promise((resolve) => setTimeout(resolve, 50));
  await toy.kill();
  expect(errorOf(await running)).toEqual({ errorType: 'Runtime.ExitError', errorMessage: 'Runtime exited with error: signal: SIGKILL' });
  expect(toy.pids).toEqual([]);
});

test.each([
  ['throws', "throw new RangeError('BATCH_BUCKET is not set');", { errorType: 'RangeError', errorMessage: 'BATCH_BUCKET is not set' }],
  [
    'exports no handler',
    'export const other = 1;',
    { errorType: 'Runtime.HandlerNotFound', errorMessage: 'index.handler is undefined or not exported' },
  ],
  [
    'takes a callback',
    'export function handler(event, context, done) { done(); }',
    { errorType: 'Runtime.CallbackHandlerDeprecated', errorMessage: 'index.handler takes a callback; Node 24 runs async handlers only' },
  ],
])('a bundle that %s fails each invocation', async (_name, source, error) => {
  const { host: toy } = host(source);
  expect(errorOf(await toy.invoke({}))).toEqual(error);
  expect(errorOf(await toy.invoke({}))).toEqual(error);
});

test('nothing is invoked after the end, and no process is left', async () => {
  const { host: toy } = host(SOURCE);
  const { pid } = resultOf<{ pid: number }>(await toy.invoke({ do: 'succeed' }));
  await toy.stop();
  expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  await expect(toy.invoke({ do: 'succeed' })).rejects.toThrow('after the local cloud had stopped');
});

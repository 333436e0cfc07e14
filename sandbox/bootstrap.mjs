// Stands in for Lambda's own Node runtime: imports the handler and speaks the Runtime API. Ends when its standard input does.

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const api = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime`;
const { LAMBDA_TASK_ROOT: root, _HANDLER: name } = process.env;

process.stdin.resume();
process.stdin.once('close', () => process.exit(0));
process.stdin.unref?.();

function described(error) {
  if (error instanceof Error) {
    return {
      errorType: error.name,
      errorMessage: error.message,
      stackTrace: (error.stack ?? '')
        .split('\n')
        .slice(1)
        .map((line) => line.trim()),
    };
  }
  return { errorType: typeof error, errorMessage: String(error), stackTrace: [] };
}

async function post(path, body, headers = {}) {
  const response = await fetch(`${api}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'sandbox-max-rss': String(process.resourceUsage().maxRSS), ...headers },
    body,
  });
  await response.arrayBuffer();
}

async function load() {
  const [file, exported] = name.split('.');
  const begin = performance.now();
  let module;
  try {
    module = await import(pathToFileURL(join(root, `${file}.mjs`)).href);
  } catch (error) {
    if (error?.code === 'ERR_MODULE_NOT_FOUND') throw Object.assign(error, { name: 'Runtime.ImportModuleError' });
    throw error;
  }
  const handler = module[exported];
  if (typeof handler !== 'function') {
    throw Object.assign(new Error(`${name} is undefined or not exported`), { name: 'Runtime.HandlerNotFound' });
  }
  // Node 24 on Lambda takes no callbacks.
  if (handler.length > 2) {
    throw Object.assign(new Error(`${name} takes a callback; Node 24 runs async handlers only`), {
      name: 'Runtime.CallbackHandlerDeprecated',
    });
  }
  return { handler, ms: performance.now() - begin };
}

let loaded;
try {
  loaded = await load();
} catch (error) {
  await post('/init/error', JSON.stringify(described(error)));
  process.exit(1);
}

let requestId;
for (const kind of ['unhandledRejection', 'uncaughtException']) {
  process.on(kind, async (error) => {
    const failed = {
      ...described(error),
      errorType: kind === 'unhandledRejection' ? 'Runtime.UnhandledPromiseRejection' : described(error).errorType,
    };
    if (requestId !== undefined)
      await post(`/invocation/${requestId}/error`, JSON.stringify(failed), { 'sandbox-ends': '1' }).catch(() => {});
    process.exit(129);
  });
}

for (;;) {
  const next = await fetch(`${api}/invocation/next`, { headers: { 'sandbox-import-ms': String(loaded.ms) } });
  requestId = next.headers.get('lambda-runtime-aws-request-id');
  const deadline = Number(next.headers.get('lambda-runtime-deadline-ms'));
  const event = await next.json();
  const context = {
    awsRequestId: requestId,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    invokedFunctionArn: next.headers.get('lambda-runtime-invoked-function-arn'),
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
  process.env._X_AMZN_TRACE_ID = next.headers.get('lambda-runtime-trace-id') ?? '';
  let path;
  let body;
  try {
    const result = await loaded.handler(event, context);
    path = 'response';
    body = JSON.stringify(result === undefined ? null : result);
  } catch (error) {
    path = 'error';
    body = JSON.stringify(described(error));
  }
  await post(`/invocation/${requestId}/${path}`, body);
  requestId = undefined;
}

import { Agent, createServer, type IncomingMessage, request as send } from 'node:http';
import { isObject } from './finding-format.ts';
import { HttpAnswer, listen, readBody, signedFor } from './http.ts';

/** One call that somebody made to AWS. */
export interface AwsCall {
  /** Who called: a function (`parse`), an event source mapping (`mapping:parse`) or `client`. */
  readonly caller: string;
  /** As it is signed: s3, sqs, dynamodb, ses, securityhub. */
  readonly service: string;
  readonly operation: string;
  /** Table, or bucket and key; empty for other services. */
  readonly resource: string;
  readonly requestBytes: number;
  readonly responseBytes: number;
  /** Of the service's answer, or of what was sent in its place; 0 while the call is under way and when there was none. */
  readonly status: number;
  /** Capacity units of DynamoDB that the call consumed. */
  readonly capacity: number;
  /** When it began and how long it took, milliseconds. */
  readonly at: number;
  readonly ms: number;
}

/**
 * Stands between a function and the services. `before` comes before the call takes effect, `after` once it has; an answer returned is
 * sent in place of the service's own, an error thrown cuts the connection. To crash a function at a call, kill its processes and throw.
 */
export type Intercept = (call: AwsCall, when: 'before' | 'after') => undefined | HttpAnswer | Promise<undefined | HttpAnswer>;

export interface Gateway {
  readonly endpoint: string;
  close(): Promise<void>;
}

/**
 * One address for all services, as AWS_ENDPOINT_URL takes it: each request goes on to the service that it is signed for, and is told of.
 * @param targets gives the base URL of a service, or undefined where the sandbox has none.
 */
export async function startGateway(options: {
  readonly caller: string;
  readonly targets: (service: string) => undefined | string | Promise<string>;
  readonly intercept: Intercept;
  readonly record: (call: AwsCall) => void;
}): Promise<Gateway> {
  const agent = new Agent({ keepAlive: true });
  const server = createServer((incoming, outgoing) => {
    pass(incoming).then(
      (answer) => answer.send(outgoing),
      () => incoming.socket.destroy(),
    );
  });

  async function pass(incoming: IncomingMessage): Promise<HttpAnswer> {
    const at = Date.now();
    const begin = performance.now();
    const service = signedFor(incoming)?.service ?? 'unsigned';
    const body = withCapacityAsked(service, incoming, await readBody(incoming));
    const call: AwsCall = {
      caller: options.caller,
      service,
      ...describe(service, incoming, body),
      requestBytes: body.length,
      responseBytes: 0,
      status: 0,
      capacity: 0,
      at,
      ms: 0,
    };
    let answer: HttpAnswer | undefined;
    try {
      answer = await options.intercept(call, 'before');
      if (answer === undefined) {
        const target = await options.targets(service);
        answer =
          target === undefined
            ? HttpAnswer.json(
                501,
                { message: `The sandbox has no ${service} (${call.operation}).` },
                { 'x-amzn-errortype': 'NotImplemented' },
              )
            : await forward(incoming, body, target, agent);
        answer = (await options.intercept(call, 'after')) ?? answer;
      }
      return answer;
    } finally {
      options.record({
        ...call,
        responseBytes: answer?.body.length ?? 0,
        status: answer?.status ?? 0,
        capacity: service === 'dynamodb' && answer !== undefined ? consumed(answer.body) : 0,
        ms: performance.now() - begin,
      });
    }
  }

  const { endpoint, close } = await listen(server);
  return {
    endpoint,
    close: async () => {
      await close();
      agent.destroy();
    },
  };
}

function forward(incoming: IncomingMessage, body: Buffer, target: string, agent: Agent): Promise<HttpAnswer> {
  const { hostname, port, host } = new URL(target);
  // Chunks were gathered: one length stands for them.
  const { 'transfer-encoding': _chunked, connection: _connection, expect: _expect, ...headers } = incoming.headers;
  return new Promise((resolve, reject) => {
    const outgoing = send(
      { agent, hostname, port, method: incoming.method, path: incoming.url, headers: { ...headers, host, 'content-length': body.length } },
      (response) => {
        readBody(response).then((read) => {
          const { 'transfer-encoding': _, connection: __, 'keep-alive': ___, 'content-length': length, ...kept } = response.headers;
          const flat = Object.fromEntries(Object.entries(kept).map(([name, value]) => [name, String(value)]));
          // The answer to HEAD has a length and no body.
          if (incoming.method === 'HEAD' && length !== undefined) flat['content-length'] = length;
          resolve(new HttpAnswer(response.statusCode ?? 502, flat, read));
        }, reject);
      },
    );
    outgoing.once('error', reject);
    outgoing.end(body);
  });
}

/** Asks DynamoDB for what each call consumes, so that it can be counted. */
function withCapacityAsked(service: string, incoming: IncomingMessage, body: Buffer): Buffer {
  if (service !== 'dynamodb' || !/\.(Get|Put|Update|Delete|BatchGet|BatchWrite|Query|Scan|Transact)/.test(target(incoming))) return body;
  return Buffer.from(JSON.stringify({ ReturnConsumedCapacity: 'TOTAL', ...JSON.parse(body.toString()) }));
}

function consumed(body: Buffer): number {
  const { ConsumedCapacity: capacity } = parsed(body);
  const all = Array.isArray(capacity) ? capacity : capacity === undefined ? [] : [capacity];
  return all.reduce((sum: number, one) => sum + (isObject(one) ? Number(one.CapacityUnits ?? 0) : 0), 0);
}

function target(incoming: IncomingMessage): string {
  return String(incoming.headers['x-amz-target'] ?? '');
}

function parsed(body: Buffer): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body.toString());
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

const BY_PATH: Readonly<Record<string, string>> = {
  'POST /v2/email/outbound-emails': 'SendEmail',
  'GET /v2/email/account': 'GetAccount',
  'POST /findings/import': 'BatchImportFindings',
  'POST /findings': 'GetFindings',
  'GET /accounts': 'DescribeHub',
};

function describe(service: string, incoming: IncomingMessage, body: Buffer): { readonly operation: string; readonly resource: string } {
  const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://127.0.0.1');
  if (target(incoming) !== '') {
    const operation = target(incoming).replace(/^.*\./, '');
    const { TableName: table, QueueUrl: queue } = parsed(body);
    return { operation, resource: String(table ?? queue ?? '').replace(/^.*\//, '') };
  }
  if (service === 's3')
    return { operation: s3Operation(incoming.method ?? '', pathname, searchParams), resource: decoded(pathname.slice(1)) };
  const action = /(?:^|&)Action=(\w+)/.exec(body.toString('latin1'))?.[1];
  const route = `${incoming.method} ${pathname}`;
  return { operation: action ?? BY_PATH[route] ?? route, resource: '' };
}

function s3Operation(method: string, path: string, query: URLSearchParams): string {
  const named = query.get('x-id');
  if (named !== null) return named;
  if (query.has('list-type')) return 'ListObjectsV2';
  if (query.has('delete')) return 'DeleteObjects';
  const object = /^\/[^/]+\/./.test(path);
  if (method === 'GET') return object ? 'GetObject' : 'ListObjects';
  if (method === 'PUT') return object ? 'PutObject' : 'CreateBucket';
  if (method === 'HEAD') return object ? 'HeadObject' : 'HeadBucket';
  return method === 'DELETE' ? 'DeleteObject' : 'PostObject';
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

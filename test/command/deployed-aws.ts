import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, createServer as createSocketServer } from 'node:net';
import { join } from 'node:path';
import { type Answer, answers, callOf, deny, emptyWorld, json, type World } from './deployed-answers.ts';
import { ROOT } from './run.ts';

export interface DeployedAws {
  readonly world: World;
  readonly env: Readonly<Record<string, string>>;
  /** Endpoints for the tests' own clients. */
  readonly s3: string;
  readonly sqs: string;
  readonly dynamodb: string;
  readonly close: () => Promise<void>;
}

/**
 * An AWS on the loopback address: S3 and SQS by fauxqs, DynamoDB by dynoxide, and what they do not have by answers in the services' own wire
 * formats. All of it behind one server, which can deny.
 */
export async function startAws(): Promise<DeployedAws> {
  const processes: ChildProcess[] = [];
  const fauxqs = spawn(join(ROOT, 'node_modules', '.bin', 'node'), [join(__dirname, 's3-server.mjs')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  processes.push(fauxqs);
  const [printed] = (await once(fauxqs.stdout, 'data')) as [Buffer];
  const fauxqsPort = Number(printed.toString().trim());
  const dynamoPort = await freePort();
  const dynamo = spawn(
    join(ROOT, 'node_modules', '@dynoxide', 'linux-x64', 'dynoxide'),
    ['serve', '--host', '127.0.0.1', '--port', String(dynamoPort)],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  processes.push(dynamo);
  await Promise.race([once(dynamo.stdout, 'data'), once(dynamo.stderr, 'data')]);

  const world = emptyWorld();
  const server = createServer((request, response) => {
    answer(request, world, { s3: fauxqsPort, sqs: fauxqsPort, dynamodb: dynamoPort })
      .catch((error: Error) => ({ status: 500, headers: {}, body: error.stack ?? '' }))
      .then(({ status, headers, body }) => response.writeHead(status, headers).end(body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const services = ['cloudformation', 'cloudtrail', 'securityhub', 'sesv2', 's3', 'sqs', 'sts', 'dynamodb'];
  return {
    world,
    env: {
      ...Object.fromEntries(services.map((service) => [`AWS_ENDPOINT_URL_${service.toUpperCase()}`, `${base}/${service}`])),
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_EC2_METADATA_DISABLED: 'true',
    },
    s3: `http://127.0.0.1:${fauxqsPort}`,
    sqs: `http://127.0.0.1:${fauxqsPort}`,
    dynamodb: `http://127.0.0.1:${dynamoPort}`,
    close: async () => {
      for (const child of processes) child.kill();
      await closed(server);
    },
  };
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}

async function freePort(): Promise<number> {
  const socket = createSocketServer().listen(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address() as AddressInfo;
  await new Promise((resolve) => socket.close(resolve));
  return port;
}

type Ports = Readonly<Record<'s3' | 'sqs' | 'dynamodb', number>>;

async function answer(request: IncomingMessage, world: World, ports: Ports): Promise<Answer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const [, service = '', path = ''] = /^\/([a-z0-9]+)(.*)$/.exec(request.url ?? '') ?? [];
  const target =
    String(request.headers['x-amz-target'] ?? '')
      .split('.')
      .at(-1) ?? '';
  const call = callOf({ service, method: request.method ?? '', path, target, body: body.toString() });
  world.calls.push(call);
  if (world.denied.has('*') || world.denied.has(call)) return deny(service, call);
  const made = answers(call, path, body.toString(), world);
  if (made !== null) return made;
  if (call === 'sqs:SendMessageBatch' && world.refusedMessages > 0) return refuseSome(request, path, body, world, ports.sqs);
  return forward(request, path, body, ports[service as keyof Ports]);
}

async function forward(request: IncomingMessage, path: string, body: Buffer, port: number): Promise<Answer> {
  const kept = Object.entries(request.headers).filter(([name]) => !['host', 'connection', 'content-length', 'expect'].includes(name));
  const got = await fetch(`http://127.0.0.1:${port}${path || '/'}`, {
    method: request.method ?? 'GET',
    headers: kept.map(([name, value]) => [name, String(value)] as [string, string]),
    ...(body.length === 0 ? {} : { body: new Uint8Array(body) }),
  });
  const hop = ['connection', 'transfer-encoding', 'content-encoding', 'content-length'];
  const headers = Object.fromEntries([...got.headers].filter(([name]) => !hop.includes(name)));
  return { status: got.status, headers, body: Buffer.from(await got.arrayBuffer()) };
}

/** Takes a batch but for its first messages, as a queue in trouble does. */
async function refuseSome(request: IncomingMessage, path: string, body: Buffer, world: World, port: number): Promise<Answer> {
  const input = JSON.parse(body.toString()) as { Entries: { Id: string }[] };
  const refused = input.Entries.slice(0, world.refusedMessages);
  world.refusedMessages -= refused.length;
  const Entries = input.Entries.slice(refused.length);
  const Failed = refused.map(({ Id }) => ({ Id, SenderFault: false, Code: 'InternalError', Message: 'Try again.' }));
  if (Entries.length === 0) return json(200, { Successful: [], Failed });
  const taken = await forward(request, path, Buffer.from(JSON.stringify({ ...input, Entries })), port);
  return json(200, { ...(JSON.parse(taken.body.toString()) as object), Failed });
}

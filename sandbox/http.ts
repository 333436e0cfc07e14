import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An HTTP answer ready to be sent; thrown where a request cannot be served. */
export class HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;

  constructor(status: number, headers: Readonly<Record<string, string>>, body: Buffer) {
    this.status = status;
    this.headers = headers;
    this.body = body;
  }

  static json(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): HttpAnswer {
    return new HttpAnswer(status, { 'content-type': 'application/json', ...headers }, Buffer.from(JSON.stringify(value)));
  }

  send(response: ServerResponse): void {
    response.writeHead(this.status, { 'content-length': this.body.length, ...this.headers });
    response.end(this.body);
  }
}

/** Lets a server listen on a free port of 127.0.0.1. `close` ends open connections too. */
export async function listen(
  server: Server,
): Promise<{ readonly endpoint: string; readonly port: number; readonly close: () => Promise<void> }> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Service and region that an AWS request is signed for. */
export function signedFor(request: IncomingMessage): { readonly service: string; readonly region: string } | undefined {
  const [, region, service] = /Credential=[^/]+\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request/.exec(request.headers.authorization ?? '') ?? [];
  return region === undefined || service === undefined ? undefined : { region, service };
}

import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { S3Client } from '@aws-sdk/client-s3';
import { MOST_ATTEMPTS, s3Client } from '../../../lambdas/aws/clients.ts';
import { S3Batches, S3Objects } from '../../../lambdas/aws/objects.ts';
import { BUCKET } from './announcing.ts';

const OBJECT = { bucket: BUCKET, key: 'a.json' };

let server: Server;
let s3: S3Client;
let asked: string[];
let answer: (request: IncomingMessage, response: ServerResponse) => void;

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    answer(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  });
  s3 = s3Client();
});

beforeEach(() => {
  asked = [];
});

afterAll(() => {
  s3.destroy();
  server.closeAllConnections();
  server.close();
});

/** An error as S3 writes it. */
function refuse(status: number, code: string, message = 'No.') {
  return (_request: IncomingMessage, response: ServerResponse) => {
    response.writeHead(status, { 'content-type': 'application/xml' });
    response.end(`<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`);
  };
}

describe('what S3 refuses for now is thrown as a sentence', () => {
  const KMS = 'User: arn:aws:sts::111122223333:assumed-role/x/y is not authorized to perform: kms:Decrypt on this resource';
  test.each([
    [403, 'AccessDenied', 'Access Denied', "AWS denied the access: Access Denied The bucket's policy, and a key's where there is one"],
    [403, 'AccessDenied', KMS, 'AWS denied the use of the encryption key: User: arn:aws:sts::111122223333:assumed-role/x/y'],
    [400, 'KMS.DisabledException', 'key is disabled', 'The encryption key does not serve: key is disabled Enable the key'],
    [400, 'KMS.KMSInvalidStateException', 'pending deletion', 'The encryption key does not serve: pending deletion'],
    [404, 'NoSuchBucket', 'The specified bucket does not exist', 'The bucket does not exist.'],
    [403, 'InvalidObjectState', 'archived', 'The object lies in an archive (Glacier). Restore it'],
    [400, 'InvalidRequest', 'something new', 'S3 could not be asked (status 400): InvalidRequest: something new'],
  ])('%i %s %s', async (status, code, message, sentence) => {
    answer = refuse(status, code, message);
    await expect(new S3Objects(s3).open(OBJECT)).rejects.toThrow(sentence);
    expect(asked).toHaveLength(1);
  });

  test.each([
    [503, 'SlowDown', 'Please reduce your request rate.'],
    [500, 'InternalError', 'We encountered an internal error.'],
  ])('%i %s: only after all tries', async (status, code, message) => {
    answer = refuse(status, code, message);
    await expect(new S3Objects(s3).open(OBJECT)).rejects.toThrow(`S3 did not serve after all retries: ${message}`);
    expect(asked).toHaveLength(MOST_ATTEMPTS);
  });

  test('a connection that is cut', async () => {
    answer = (request) => request.socket.destroy();
    await expect(new S3Objects(s3).open(OBJECT)).rejects.toThrow(/^S3 could not be asked: .*(socket hang up|ECONNRESET)/);
    expect(asked).toHaveLength(MOST_ATTEMPTS);
  });

  test('a batch that may not be stored', async () => {
    answer = refuse(403, 'AccessDenied', 'Access Denied');
    await expect(new S3Batches(s3, 'example-batches').keep('pending/x.batch', Buffer.from('x'))).rejects.toThrow('AWS denied the access');
  });
});

test.each([
  [404, 'NoSuchKey'],
  [404, 'NoSuchVersion'],
  [405, 'MethodNotAllowed'],
])('%i %s: the object is gone', async (status, code) => {
  answer = refuse(status, code);
  expect(await new S3Objects(s3).open({ ...OBJECT, version: 'v1' })).toBeNull();
});

const serve = (headers: Record<string, string>) => (_request: IncomingMessage, response: ServerResponse) => {
  response.writeHead(200, { 'content-length': '5', 'last-modified': 'Tue, 01 Sep 2026 10:05:00 GMT', etag: '"abc"', ...headers });
  response.end('hello');
};

async function bytesOf(body: AsyncIterable<Buffer>): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of body) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

test.each([
  ['v7', 'v7'],
  ['null', 'abc'],
])('an object of version %s has the id %s', async (version, id) => {
  answer = serve({ 'x-amz-version-id': version });
  const object = await new S3Objects(s3).open({ ...OBJECT, version: 'v7' });
  expect(object).toMatchObject({ id, modified: Date.UTC(2026, 8, 1, 10, 5), size: 5 });
  expect(await bytesOf(object?.body as AsyncIterable<Buffer>)).toBe('hello');
  expect(asked).toEqual(['GET /example-trail/a.json?versionId=v7&x-id=GetObject']);
});

test('where the version may not be read, the object as it stands is', async () => {
  answer = (request, response) => (request.url?.includes('versionId') ? refuse(403, 'AccessDenied') : serve({}))(request, response);
  expect(await new S3Objects(s3).open({ ...OBJECT, version: 'v7' })).toMatchObject({ id: 'abc' });
  expect(asked).toHaveLength(2);
});

test('where neither may be read, that is said', async () => {
  answer = refuse(403, 'AccessDenied', 'Access Denied');
  await expect(new S3Objects(s3).open({ ...OBJECT, version: 'v7' })).rejects.toThrow('AWS denied the access');
});

test('a body that breaks off says so', async () => {
  answer = (_request, response) => {
    response.writeHead(200, { 'content-length': '50' });
    response.write('hello', () => response.socket?.destroy());
  };
  const object = await new S3Objects(s3).open(OBJECT);
  await expect(bytesOf(object?.body as AsyncIterable<Buffer>)).rejects.toThrow("The object's bytes broke off: ");
});

test('a body that is let go of closes its connection', async () => {
  let closed: Promise<unknown> = Promise.resolve();
  answer = (request, response) => {
    closed = once(request.socket, 'close');
    response.writeHead(200, { 'content-length': '5000000' });
    response.write('hello');
  };
  const object = await new S3Objects(s3).open(OBJECT);
  object?.close();
  await closed;
  expect(object?.size).toBe(5_000_000);
});

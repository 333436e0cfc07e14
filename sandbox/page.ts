import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { HttpAnswer, listen } from './http.ts';
import type { Mail } from './mailbox.ts';
import { ROOT } from './place.ts';

const FILES: Readonly<Record<string, readonly [file: string, type: string]>> = {
  '/': ['index.html', 'text/html; charset=utf-8'],
  '/page.js': ['page.js', 'text/javascript; charset=utf-8'],
  '/page.css': ['page.css', 'text/css; charset=utf-8'],
};

/** The page itself runs its own script only. */
const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'";
/** A mail holds texts of whoever wrote into the logs: it runs nothing, loads nothing and has no origin. */
const MAIL_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:";

/** What the page shows. */
export interface Shown {
  readonly mails: () => Promise<readonly Mail[]>;
  readonly findings: () => readonly unknown[];
  /** Items of the incidents table. */
  readonly incidents: () => Promise<readonly Readonly<Record<string, unknown>>[]>;
}

/** Serves the page that shows what was sent and found, on a free port of 127.0.0.1. */
export async function servePage(shown: Shown): Promise<{ readonly url: string; readonly close: () => Promise<void> }> {
  let host = '';
  const server = createServer((request, response) => {
    answer(shown, request, host)
      .catch((error: unknown) => HttpAnswer.json(500, { message: String(error) }))
      .then((made) => made.send(response));
  });
  const { endpoint, close } = await listen(server);
  host = new URL(endpoint).host;
  return { url: endpoint, close };
}

async function answer(shown: Shown, request: IncomingMessage, host: string): Promise<HttpAnswer> {
  // Another site could give its own name this address, and read what is shown here.
  if (request.headers.host !== host) return text(421, `This page is at http://${host} alone.`);
  const { pathname } = new URL(request.url ?? '/', `http://${host}`);
  if (request.method !== 'GET') return text(405, 'This page is only read.');
  const [file, type] = FILES[pathname] ?? [];
  if (file !== undefined && type !== undefined) {
    return new HttpAnswer(200, headers(type, PAGE_POLICY), readFileSync(join(ROOT, 'sandbox', 'page', file)));
  }
  if (pathname === '/state.json') return HttpAnswer.json(200, await state(shown), headers('application/json', PAGE_POLICY));
  const id = /^\/mail\/([\w.@-]+)$/.exec(pathname)?.[1];
  const mail = id === undefined ? undefined : (await shown.mails()).find(({ messageId }) => messageId === id);
  if (mail === undefined) return text(404, 'There is no such page.');
  return new HttpAnswer(200, headers('text/html; charset=utf-8', MAIL_POLICY), Buffer.from(mailPage(mail)));
}

async function state(shown: Shown): Promise<unknown> {
  const [mails, incidents] = await Promise.all([shown.mails(), shown.incidents()]);
  return {
    mails: mails.map(({ messageId, subject, destination, at }) => ({ id: messageId, subject, to: destination.to, at: at * 1000 })),
    findings: shown.findings(),
    incidents: incidents.filter(({ kind }) => kind === 'incident'),
  };
}

function mailPage({ body }: Mail): string {
  const escaped = (body.text ?? '').replace(/[&<>]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[c] as string);
  return body.html ?? `<!doctype html><meta charset="utf-8"><pre>${escaped}</pre>`;
}

function text(status: number, message: string): HttpAnswer {
  return new HttpAnswer(status, headers('text/plain; charset=utf-8', PAGE_POLICY), Buffer.from(`${message}\n`));
}

function headers(type: string, policy: string): Record<string, string> {
  return {
    'content-type': type,
    'content-security-policy': policy,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
  };
}

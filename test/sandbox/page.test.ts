import { request } from 'node:http';
import type { Mail } from '../../sandbox/mailbox.ts';
import { servePage } from '../../sandbox/page.ts';

function mail(messageId: string, body: Mail['body']): Mail {
  return {
    messageId,
    from: 'a@example.com',
    destination: { to: ['b@example.com'], cc: [], bcc: [] },
    subject: 'Hello',
    body,
    attachments: [],
    at: 1_788_256_800,
  };
}

const SHOWN = {
  mails: async () => [
    mail('ses-1', { html: '<p>Hello</p><script>alert(1)</script>', text: 'Hello' }),
    mail('ses-2', { text: '<b>plain</b> & simple' }),
  ],
  findings: () => [{ Id: 'example/1' }],
  incidents: async () => [
    { id: '1', kind: 'incident' },
    { id: 'backfill#1', kind: 'backfill-summary' },
  ],
};

let page: Awaited<ReturnType<typeof servePage>>;

beforeAll(async () => {
  page = await servePage(SHOWN);
});

afterAll(() => page.close());

const get = (path: string) => fetch(`${page.url}${path}`);

test('the state lists mails, findings and incidents', async () => {
  expect(await (await get('/state.json')).json()).toEqual({
    mails: [
      { id: 'ses-1', subject: 'Hello', to: ['b@example.com'], at: 1_788_256_800_000 },
      { id: 'ses-2', subject: 'Hello', to: ['b@example.com'], at: 1_788_256_800_000 },
    ],
    findings: [{ Id: 'example/1' }],
    incidents: [{ id: '1', kind: 'incident' }],
  });
});

test.each([
  ['as it is, for it can run nothing', 'ses-1', '<p>Hello</p><script>alert(1)</script>'],
  ['as text where it has no other form', 'ses-2', '<!doctype html><meta charset="utf-8"><pre>&lt;b&gt;plain&lt;/b&gt; &amp; simple</pre>'],
])('a mail is shown %s', async (_name, id, expected) => {
  const response = await get(`/mail/${id}`);
  expect(await response.text()).toBe(expected);
  expect(response.headers.get('content-security-policy')).toBe("sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:");
});

test.each([
  ['/', 'text/html', '<iframe id="mail" title="The chosen mail" sandbox hidden>'],
  ['/page.js', 'text/javascript', 'textContent'],
  ['/page.css', 'text/css', ':root'],
])('%s is of the page itself', async (path, type, part) => {
  const response = await get(path);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toContain(type);
  expect(response.headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'");
  expect(await response.text()).toContain(part);
});

test.each(['/mail/none', '/mail/../page.ts', '/other'])('there is no %s', async (path) => {
  expect((await get(path)).status).toBe(404);
});

test('another name for the same address gets nothing', async () => {
  const status = await new Promise((resolve, reject) => {
    request(`${page.url}/state.json`, { headers: { host: 'example.com' } }, (response) => resolve(response.resume().statusCode))
      .once('error', reject)
      .end();
  });
  expect(status).toBe(421);
});

test('nothing can be sent', async () => {
  expect((await fetch(page.url, { method: 'POST', body: 'x' })).status).toBe(405);
});

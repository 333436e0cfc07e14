import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import type { ReportModel } from '../../core/outputs/report-model.ts';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Runs checks one after the other, prints a line for each, and counts. */
export class Checks {
  passed = 0;
  failed = 0;

  async run(name: string, check: () => Promise<void> | void): Promise<void> {
    try {
      await check();
      this.passed++;
      console.log(`ok    ${name}`);
    } catch (error) {
      this.failed++;
      console.log(`FAIL  ${name}\n      ${error instanceof Error ? error.message.split('\n').join('\n      ') : String(error)}`);
    }
  }
}

/** A report on disk, the model that lies in it, and where its pictures go. */
export interface Report {
  readonly name: string;
  readonly path: string;
  readonly model: ReportModel;
  readonly screenshots: string | undefined;
}

export function readReport(name: string, path: string, screenshots: string | undefined): Report {
  const data = /<script type="application\/octet-stream" id="data">([^<]*)<\/script>/.exec(readFileSync(path, 'utf8'))?.[1];
  assert.ok(data, `${path} holds no data: expected a report.html made by trailwarden analyze.`);
  if (screenshots) mkdirSync(screenshots, { recursive: true });
  return { name, path, model: JSON.parse(gunzipSync(Buffer.from(data, 'base64')).toString()) as ReportModel, screenshots };
}

export function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: ARGUMENTS });
}

/** What a page must never do; every list must be empty at the end. */
export interface Faults {
  readonly console: string[];
  readonly requests: string[];
  readonly violations: () => Promise<string[]>;
}

export interface WatchedPage {
  readonly page: Page;
  readonly faults: Faults;
  close(): Promise<void>;
}

/** Opens a report in a page of its own whose console, requests and policy violations are on record. */
export async function open(browser: Browser, { path }: Report, options: BrowserContextOptions = {}, hash = ''): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, colorScheme: 'light', ...options });
  const page = await context.newPage();
  const errors: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') errors.push(`${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => errors.push(`uncaught: ${error.message}`));
  page.on('dialog', (dialog) => {
    errors.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  const address = pathToFileURL(path).href;
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(address) && !url.startsWith('data:') && !url.startsWith('about:')) requests.push(url);
  });
  await page.addInitScript(() => {
    const violations: string[] = [];
    document.addEventListener('securitypolicyviolation', (event) =>
      violations.push(`${event.violatedDirective}: ${event.blockedURI} ${event.sample}`),
    );
    Object.assign(globalThis, { reportViolations: violations });
  });
  await page.goto(`${address}${hash}`);
  if (options.javaScriptEnabled !== false) await page.waitForSelector('footer, [role=alert]', { timeout: 20_000 });
  const violations = (): Promise<string[]> =>
    page.evaluate(() => (globalThis as unknown as { reportViolations: string[] }).reportViolations);
  return { page, faults: { console: errors, requests, violations }, close: () => context.close() };
}

export async function picture(page: Page, { name, screenshots }: Report, what: string, fullPage = true): Promise<void> {
  if (screenshots) await page.screenshot({ path: join(screenshots, `${name}-${what}.png`), fullPage });
}

/** Two frames: resize observers and drawing have run. */
export function settled(page: Page): Promise<void> {
  return page.evaluate(() => new Promise<void>((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 20)))));
}

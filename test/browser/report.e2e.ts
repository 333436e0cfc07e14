/**
 * Drives the report in Debian's chromium:
 *
 *   node test/browser/report.e2e.ts [report.html] [--screenshots DIR]
 *
 * Without a path it makes three reports of its own (large and hostile, one event, nothing) and drives those.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import type { ReportModel } from '../../core/outputs/report-model.ts';
import { buildReportTemplate } from '../../report/build.ts';
import { countOf } from '../../report/format.ts';
import { renderReport } from '../../report/render.ts';
import { emptyModel, fullModel, tinyModel } from '../report/model.factory.ts';
import { barsDrawn, checkAccess, checkCharts, checkHead, checkTheme } from './parts.ts';
import { checkFilters, checkPanels, checkTable } from './table.ts';
import { Checks, launch, open, picture, type Report, readReport, settled, type WatchedPage } from './watch.ts';

const WIDTHS = [1280, 400] as const;
const SCHEMES = ['light', 'dark'] as const;

const checks = new Checks();

/** Elements that reach beyond the page's edge where nothing clips them on purpose. */
function cutOff(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    const clipped = (element: Element): boolean => {
      for (let parent = element.parentElement; parent; parent = parent.parentElement) {
        if (parent !== document.body && getComputedStyle(parent).overflowX !== 'visible') return true;
      }
      return false;
    };
    const beyond = [...document.querySelectorAll('body *')].filter((element) => {
      const { left, right, width: own } = element.getBoundingClientRect();
      return own > 1 && (right > width + 1 || left < -1) && !clipped(element);
    });
    const scroll = document.documentElement.scrollWidth;
    return [
      ...(scroll > width ? [`the page scrolls sideways: ${scroll} > ${width}`] : []),
      ...beyond.slice(0, 5).map((element) => element.outerHTML.slice(0, 120)),
    ];
  });
}

async function checkLooks(browser: Browser, report: Report): Promise<void> {
  for (const width of WIDTHS) {
    for (const colorScheme of SCHEMES) {
      const watched = await open(browser, report, { viewport: { width, height: 900 }, colorScheme });
      const { page } = watched;
      await settled(page);
      await checks.run(`${report.name}: at ${width} px, ${colorScheme}, nothing is cut off and every chart is drawn`, async () => {
        assert.deepEqual(await cutOff(page), []);
        assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), colorScheme);
        for (const bars of await barsDrawn(page)) assert.ok(bars > 0, 'a chart draws no bar');
        const charts = Number(report.model.hours.length > 0) + Number(report.model.logins.length > 0);
        assert.equal(await page.locator('.chart').count(), charts);
        await picture(page, report, `${width}-${colorScheme}`);
      });
      await checkFaults(report, watched, `at ${width} px, ${colorScheme}`);
      await watched.close();
    }
  }
}

async function checkFaults(report: Report, { page, faults }: WatchedPage, where: string): Promise<void> {
  await checks.run(`${report.name}: ${where}, no error, no violation of the policy, no request, no hostile text at work`, async () => {
    assert.deepEqual(faults.console, []);
    assert.deepEqual(await faults.violations(), []);
    assert.deepEqual(faults.requests, []);
    const alive = await page.evaluate(() => ({
      pwned: (globalThis as { __pwned?: unknown }).__pwned,
      scripts: document.scripts.length,
      foreign: document.querySelectorAll('img, iframe, object, embed, video, audio, base, a[href], form[action], link:not([rel=icon])')
        .length,
      handlers: [...document.querySelectorAll('*')].filter((element) => element.getAttributeNames().some((name) => name.startsWith('on')))
        .length,
      turned: /[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/.test(document.querySelector('#page')?.textContent ?? ''),
    }));
    assert.deepEqual(alive, { pwned: undefined, scripts: 1, foreign: 0, handlers: 0, turned: false });
  });
}

/** Browsers and files that cannot show the report say so in a sentence. */
async function checkRefusals(browser: Browser, report: Report, folder: string): Promise<void> {
  await checks.run('without scripts, the page says what to do', async () => {
    const { page, close } = await open(browser, report, { javaScriptEnabled: false });
    assert.match((await page.locator('noscript').textContent()) ?? '', /JavaScript is switched off/);
    await close();
  });
  const cases = [
    [
      'a cut file says so',
      (data: string) => data.slice(0, Math.floor(data.length / 8) * 4),
      /cannot be read .*: the file was cut or changed/,
    ],
    ['data of another version says so', () => gzipSync('{"version":2}').toString('base64'), /version 2, and its page reads version 1/],
  ] as const;
  for (const [name, change, sentence] of cases) {
    await checks.run(name, async () => {
      const template = await buildReportTemplate();
      const path = join(folder, 'damaged.html');
      writeFileSync(path, renderReport(template, change(gzipSync(JSON.stringify(report.model)).toString('base64'))));
      const { page, close } = await open(browser, { ...report, path });
      assert.match((await page.textContent('[role=alert]')) ?? '', sentence);
      await close();
    });
  }
  await checks.run('the policy is in force: no markup from text, no foreign style or picture', async () => {
    const { page, faults, close } = await open(browser, report);
    const markup = await page.evaluate(() => {
      try {
        document.body.innerHTML = '<b>markup</b>';
        return 'made';
      } catch (error) {
        return (error as Error).name;
      }
    });
    assert.equal(markup, 'TypeError');
    await page.evaluate(() => {
      const picture = document.createElement('img');
      picture.setAttribute('src', 'picture.png');
      const style = document.createElement('style');
      style.append('body { color: red }');
      document.body.append(picture, style);
    });
    await settled(page);
    const refused = (await faults.violations()).map((violation) => violation.split(':')[0]);
    assert.deepEqual(new Set(refused), new Set(['img-src', 'style-src-elem']));
    await close();
  });
  await checks.run('a browser that cannot inflate says so', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.addInitScript(() => Object.assign(globalThis, { DecompressionStream: undefined }));
    await page.goto(`file://${report.path}`);
    assert.match((await page.textContent('[role=alert]')) ?? '', /cannot inflate/);
    await context.close();
  });
}

async function drive(browser: Browser, report: Report): Promise<void> {
  console.log(`\n${report.name}: ${countOf(report.model.totals.events, 'event')}, ${countOf(report.model.events.length, 'row')}`);
  await checkLooks(browser, report);
  const watched = await open(browser, report);
  const { page } = watched;
  await checkHead(checks, report, page);
  if (report.model.events.length > 0) {
    await checkFilters(checks, report, page);
    await checkPanels(checks, report, page);
    await checkTable(checks, report, page);
  }
  await checkCharts(checks, report, page);
  await checkTheme(checks, report, page);
  await checkAccess(checks, report, page);
  await checkFaults(report, watched, 'after all of it');
  await watched.close();
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { screenshots: { type: 'string' } } });
  const folder = mkdtempSync(join(tmpdir(), 'trailwarden-report-'));
  const browser = await launch();
  try {
    const own = async (name: string, model: ReportModel): Promise<Report> => {
      const path = join(folder, `${name}.html`);
      writeFileSync(path, renderReport(await buildReportTemplate(), gzipSync(JSON.stringify(model)).toString('base64')));
      return readReport(name, path, values.screenshots);
    };
    const [path] = positionals;
    const reports = path
      ? [readReport('report', resolve(path), values.screenshots)]
      : [await own('full', fullModel()), await own('tiny', tinyModel()), await own('empty', emptyModel())];
    for (const report of reports) await drive(browser, report);
    console.log('');
    await checkRefusals(browser, await own('small', tinyModel()), folder);
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  }
  console.log(`\n${checks.passed} passed, ${checks.failed} failed`);
  if (checks.failed > 0) process.exitCode = 1;
}

await main();

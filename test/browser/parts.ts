import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { formatCount } from '../../report/format.ts';
import { clear, expectShown } from './table.ts';
import { type Checks, picture, type Report, settled } from './watch.ts';

const FIRST_PAINT_MS = 1_000;

/** For each chart, how many bars it draws: shapes with an area in the colour of a series. */
export function barsDrawn(page: Page): Promise<number[]> {
  return page.$$eval('.chart', (charts) => {
    const probe = document.body.appendChild(document.createElement('i'));
    const colors = ['informational', 'low', 'medium', 'high', 'critical', 'succeeded', 'failed'].map((name) => {
      probe.style.color = `var(--${name})`;
      return getComputedStyle(probe).color;
    });
    const drawn = charts.map(
      (chart) =>
        [...chart.querySelectorAll<SVGPathElement>('svg path')].filter((path) => {
          const { width, height } = path.getBBox();
          return width * height > 0 && colors.includes(getComputedStyle(path).fill);
        }).length,
    );
    probe.remove();
    return drawn;
  });
}

export async function checkHead(checks: Checks, report: Report, page: Page): Promise<void> {
  const { totals, incidents, levels, eventsLimit, events } = report.model;
  await checks.run(`${report.name}: first paint within ${FIRST_PAINT_MS} ms`, async () => {
    const paint = await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN);
    assert.ok(paint < FIRST_PAINT_MS, `first contentful paint after ${paint} ms`);
  });
  await checks.run(`${report.name}: the key numbers are the model's`, async () => {
    const tiles = await page.$$eval('.tile', (all) =>
      all.map((tile) => [tile.querySelector('dt')?.textContent, tile.querySelector('dd')?.textContent]),
    );
    for (const [name, text] of tiles) assert.equal(text, formatCount(totals[name as 'records' | 'events']), name ?? '');
    assert.equal(tiles.length, 6);
    assert.equal(await page.locator('.note.warning').count(), 0, 'the counts add up');
    for (const [level, count] of totals.events > 0 ? Object.entries(levels) : []) {
      assert.equal(await page.textContent(`.level-row[data-level=${level}] .number`), formatCount(count));
    }
    assert.ok(events.length <= eventsLimit);
  });
  await checks.run(`${report.name}: every incident can be reached, in the model's order`, async () => {
    if (incidents.length === 0) return assert.match((await page.textContent('#incidents .empty')) ?? '', /^No incident/);
    const more = page.locator('#incidents button.more');
    if (await more.count()) await more.click();
    const ids = await page.$$eval('.incident', (all) => all.map((incident) => (incident as HTMLElement).dataset.id));
    assert.deepEqual(
      ids,
      incidents.map(({ id }) => id),
    );
    await page.click('.advice button');
    const [first] = incidents;
    assert.equal(await page.locator('.incident[open] .reasons').first().locator('li').count(), first?.reasons.length);
  });
  await checks.run(`${report.name}: each part shows something or says why not`, async () => {
    for (const part of await page.locator('section.panel').all()) {
      const title = (await part.locator('h2').first().textContent()) ?? '';
      const text = (await part.textContent()) ?? '';
      assert.ok(text.trim().length > title.length + 10, `an empty part: ${text}`);
    }
  });
}

export async function checkCharts(checks: Checks, report: Report, page: Page): Promise<void> {
  const { hours } = report.model;
  if (hours.length === 0) return;
  const days = new Set(hours.map(({ hour }) => hour.slice(0, 10))).size;
  await checks.run(`${report.name}: the timeline zooms to hours and back`, async () => {
    const range = page.locator('#timeline .chart-range');
    const before = await range.textContent();
    for (let step = 0; step < 12 && !(await range.textContent())?.includes('by hour'); step++)
      await page.click('#timeline [aria-label="Zoom in"]');
    assert.match((await range.textContent()) ?? '', /by hour/);
    await settled(page);
    await picture(page, report, 'zoom', false);
    await page.click('#timeline .chart-tools button:text-is("All")');
    assert.equal(await range.textContent(), before);
  });
  await checks.run(`${report.name}: dragging the slider narrows the view`, async () => {
    if (days < 4) return assert.match((await page.textContent('#timeline .chart-range')) ?? '', /UTC/);
    const chart = page.locator('#timeline .chart');
    await chart.scrollIntoViewIfNeeded();
    const box = await chart.boundingBox();
    assert.ok(box);
    const y = box.y + box.height - 15;
    const before = await page.textContent('#timeline .chart-range');
    await page.mouse.move(box.x + 12, y);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 2, y, { steps: 8 });
    await page.mouse.up();
    await page.waitForFunction((text) => document.querySelector('#timeline .chart-range')?.textContent !== text, before, {
      timeout: 3_000,
    });
    await page.click('#timeline .chart-tools button:text-is("All")');
  });
  await checks.run(`${report.name}: a tooltip tells the numbers, a click on a bar narrows the table to its time`, async () => {
    const chart = page.locator('#timeline .chart');
    await chart.scrollIntoViewIfNeeded();
    const box = await chart.boundingBox();
    assert.ok(box);
    const place = { x: box.width / 2, y: box.height * 0.65 };
    // The chart may be drawn anew under a pointer that already rests on it ("All" was just pressed): like a hand, it moves on until it is told.
    let told = '';
    for (let step = 0; step < 40 && told === ''; step++) {
      await chart.hover({ position: { x: place.x + (step % 2), y: place.y } });
      await page.waitForTimeout(50);
      told = await page.evaluate(() => document.querySelector('.tooltip')?.textContent ?? '');
    }
    assert.match(told, /\d{4}.* UTC.*in all/s);
    await chart.click({ position: place });
    await page.waitForFunction(() => /from=.*to=/.test(location.hash));
    const query = new URLSearchParams(new URL(page.url()).hash.slice(1));
    const [from, to] = [query.get('from') ?? '', query.get('to') ?? ''];
    const levels = query.get('level')?.split(',');
    await expectShown(page, report.model, (event) => event.time >= from && event.time < to && (levels?.includes(event.level) ?? true));
    await clear(page);
  });
  await checks.run(`${report.name}: levels can be switched on and off, and the table under the chart adds up`, async () => {
    const toggles = page.locator('#timeline .legend button');
    for (const toggle of await toggles.all()) if ((await toggle.getAttribute('aria-pressed')) === 'false') await toggle.click();
    assert.match((await page.textContent('#timeline > .note')) ?? '', /All levels are drawn/);
    await page.click('#timeline .as-table summary');
    await page.waitForSelector('#timeline .plain td');
    const cells = await page.$$eval('#timeline .plain td', (all) => all.map((cell) => Number(cell.textContent?.replaceAll(',', ''))));
    assert.equal(
      cells.reduce((sum, count) => sum + count, 0),
      report.model.totals.events,
    );
  });
}

export async function checkTheme(checks: Checks, report: Report, page: Page): Promise<void> {
  await checks.run(`${report.name}: the theme turns round with its charts, and stays so`, async () => {
    const look = (): Promise<string> => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await look();
    await page.click('#theme');
    assert.notEqual(await look(), light);
    await settled(page);
    for (const bars of await barsDrawn(page)) assert.ok(bars > 0, 'a chart kept the colours of the other theme');
    await page.reload();
    await page.waitForSelector('footer');
    assert.notEqual(await look(), light, 'a reload keeps the choice');
    await page.click('#theme');
    assert.equal(await look(), light);
  });
}

export async function checkAccess(checks: Checks, report: Report, page: Page): Promise<void> {
  await checks.run(`${report.name}: every control has a name and every id is its own`, async () => {
    const faults = await page.evaluate(() => {
      const named = (element: Element): boolean =>
        Boolean(element.textContent?.trim() || element.getAttribute('aria-label') || (element as HTMLInputElement).labels?.length);
      const nameless = [...document.querySelectorAll('button, input, select, summary')].filter((element) => !named(element));
      const ids = [...document.querySelectorAll('[id]')].map((element) => element.id);
      return { nameless: nameless.map((element) => element.outerHTML), repeated: ids.filter((id, at) => ids.indexOf(id) !== at) };
    });
    assert.deepEqual(faults, { nameless: [], repeated: [] });
  });
  await checks.run(`${report.name}: it prints, and is as before afterwards`, async () => {
    const rows = await page.locator('.grid-space .grid-row:not([hidden])').count();
    const pdf = await page.pdf({ format: 'A4' });
    assert.ok(pdf.length > 5_000, `${pdf.length} bytes`);
    await settled(page);
    assert.equal(await page.locator('.grid-space .grid-row:not([hidden])').count(), rows);
    assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'light');
  });
}

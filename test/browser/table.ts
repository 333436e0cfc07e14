import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import type { ReportEvent, ReportModel } from '../../core/outputs/report-model.ts';
import { postureRegion } from '../../core/posture/compliance.ts';
import { formatCount, formatTime, visibleText } from '../../report/format.ts';
import { type Checks, picture, type Report, settled } from './watch.ts';

/** Rows that may exist at once, of however many the table holds. */
const MOST_ROWS = 100;

async function shownCount(page: Page): Promise<number> {
  const text = await page.textContent('#events .count');
  return Number(/Showing ([\d,]+) of/.exec(text ?? '')?.[1]?.replaceAll(',', ''));
}

/** The table shows just the events that pass the test, and stands there only when there are any. */
export async function expectShown(page: Page, model: ReportModel, test: (event: ReportEvent) => boolean): Promise<void> {
  const expected = model.events.filter(test).length;
  await page
    .waitForFunction(
      (text) => document.querySelector('#events .count')?.textContent?.startsWith(text),
      `Showing ${formatCount(expected)} of`,
      { timeout: 3_000 },
    )
    .catch(() => {});
  assert.equal(await shownCount(page), expected, `rows shown at ${new URL(page.url()).hash}`);
  assert.equal(await page.isVisible('#grid'), expected > 0, 'the table shows exactly when it has rows');
}

export async function clear(page: Page): Promise<void> {
  if (await page.isEnabled('#filter-clear')) await page.click('#filter-clear');
  await page.waitForFunction(() => location.hash === '');
}

/** Texts of one column in the rows that exist, from the top. */
function column(page: Page, key: string): Promise<string[]> {
  return page.$$eval(`.grid-space .grid-row:not([hidden]) .cell-${key}`, (cells) => cells.map((cell) => cell.textContent ?? ''));
}

export async function checkFilters(checks: Checks, report: Report, page: Page): Promise<void> {
  const { model } = report;
  const sample = model.events[Math.floor(model.events.length / 3)] as ReportEvent;
  await checks.run(`${report.name}: a level in the distribution narrows the table, and the address says so`, async () => {
    await page.click(`.level-row[data-level=${sample.level}]`);
    await expectShown(page, model, (event) => event.level === sample.level);
    assert.equal(new URL(page.url()).hash, `#level=${sample.level}`);
    await page.goBack();
    await expectShown(page, model, () => true);
  });
  await checks.run(`${report.name}: levels add up in the filter bar`, async () => {
    await page.click('.filters [data-level=high]');
    await page.click(`.filters [data-level=${sample.level}]`);
    const levels = sample.level === 'high' ? [] : ['high', sample.level];
    await expectShown(page, model, (event) => levels.length === 0 || levels.includes(event.level));
    await clear(page);
  });
  for (const [field, id] of [
    ['roleTag', 'roleTag'],
    ['region', 'region'],
    ['account', 'account'],
  ] as const) {
    await checks.run(`${report.name}: choosing a ${field} narrows the table`, async () => {
      await page.selectOption(`#filter-${id}`, sample[field]);
      await expectShown(page, model, (event) => event[field] === sample[field]);
      await clear(page);
    });
  }
  for (const field of ['principal', 'action', 'address'] as const) {
    await checks.run(`${report.name}: typing a part of the ${field} narrows the table`, async () => {
      const part = visibleText(sample[field]) === sample[field] ? sample[field].slice(1, 9) : 'arn:';
      await page.fill(`#filter-${field}`, part.toUpperCase());
      await expectShown(page, model, (event) => event[field].toLowerCase().includes(part.toLowerCase()));
      await clear(page);
    });
  }
  await checks.run(`${report.name}: a span of time narrows the table`, async () => {
    const day = sample.time.slice(0, 10);
    await page.fill('#filter-from', `${day}T00:00`);
    await page.fill('#filter-to', `${day}T23:00`);
    await expectShown(page, model, (event) => event.time >= `${day}T00:00` && event.time < `${day}T23:00`);
    await clear(page);
  });
  await checks.run(`${report.name}: free text searches reasons, user agent and record`, async () => {
    const needles = [
      sample.userAgent,
      sample.reasons[0]?.text ?? '',
      model.events.find((event) => event.record)?.record?.slice(2, 14) ?? '',
    ];
    for (const needle of needles.filter((text) => /^[^"\s\p{C}][^"\p{C}]*$/u.test(text))) {
      await page.fill('#filter-text', `"${needle}"`);
      await page.waitForFunction(() => location.hash.startsWith('#text='));
      const shown = await shownCount(page);
      assert.ok(shown > 0 && shown <= model.events.length, `${shown} rows for ${needle}`);
      await clear(page);
    }
    await page.fill('#filter-text', 'no such word anywhere 5f1d');
    await expectShown(page, model, () => false);
    assert.match((await page.textContent('#events > .empty')) ?? '', /^No event/);
    await clear(page);
    await expectShown(page, model, () => true);
  });
  await checks.run(`${report.name}: a link opens the same view`, async () => {
    await page.selectOption('#filter-region', sample.region);
    await page.click(`.filters [data-level=${sample.level}]`);
    const wanted = (event: ReportEvent): boolean => event.region === sample.region && event.level === sample.level;
    await expectShown(page, model, wanted);
    await page.reload();
    await page.waitForSelector('footer');
    await expectShown(page, model, wanted);
    assert.equal(await page.inputValue('#filter-region'), sample.region);
    await clear(page);
  });
}

export async function checkPanels(checks: Checks, report: Report, page: Page): Promise<void> {
  const { model } = report;
  await checks.run(`${report.name}: addresses, regions, rules, principals and incidents lead to their events`, async () => {
    const [address] = model.addresses;
    if (address) {
      await page.locator('#addresses [data-address]').first().click();
      await expectShown(page, model, (event) => event.address === address.address);
    }
    const region = model.regions.find(({ controlCompliance }) => controlCompliance !== null);
    if (region) {
      const name = (await page.locator('#compliance [data-region]').first().textContent()) ?? '';
      assert.equal(name, model.regions.some((one) => one.region === 'global' && one.controlCompliance !== null) ? 'global' : region.region);
      await page.locator('#compliance [data-region]').first().click();
      await page.waitForFunction((text) => location.hash === `#region=${text}`, name);
      await expectShown(page, model, (event) => (name === 'global' ? postureRegion(event.source, event.region) : event.region) === name);
    }
    if (model.rules.length > 0) {
      await page.locator('#rules tbody button').first().click();
      await page.waitForFunction(() => location.hash.startsWith('#text='));
    }
    const [principal] = model.principals;
    if (principal) {
      await page.locator('#principals summary').first().click();
      await page.locator('#principals button.primary').first().click();
      await expectShown(page, model, (event) => event.principal === principal.principal);
    }
    const [incident] = model.incidents;
    if (incident) {
      const item = page.locator('.incident').first();
      if (!(await item.evaluate((details) => (details as HTMLDetailsElement).open))) await item.locator('summary').click();
      await item.locator('button.primary').click();
      await page.waitForFunction(() => location.hash.includes('from='));
      assert.ok((await shownCount(page)) > 0, 'an incident has events in the table');
    }
    await clear(page);
  });
  await checks.run(
    `${report.name}: anomalies stand in the model's order, by kind, with their reasons, and lead to their events`,
    async () => {
      const { list, count } = model.anomalies;
      if (list.length === 0)
        return assert.match((await page.textContent('#anomalies')) ?? '', count === 0 ? /Nothing stands out/ : /None is of/);
      const more = page.locator('#anomalies button.more');
      if (await more.count()) await more.click();
      const ids = (): Promise<(string | undefined)[]> =>
        page.$$eval('.anomaly', (all) => all.map((anomaly) => (anomaly as HTMLElement).dataset.id));
      assert.deepEqual(
        await ids(),
        list.map(({ id }) => id),
      );
      const [first] = list as [(typeof list)[number]];
      const item = page.locator('.anomaly').first();
      await item.locator('summary').click();
      assert.deepEqual(
        await item.locator('.sentences li').allTextContents(),
        first.reasons.map((reason) => visibleText(reason)),
      );
      await item.locator('button.primary').click();
      await page.waitForFunction(() => location.hash.includes('from='));
      const toggle = page.locator(`#anomalies [data-kind="${first.kind}"]`);
      if (await toggle.count()) {
        await toggle.click();
        const shown = await ids();
        const ofKind = list.filter(({ kind }) => kind === first.kind).map(({ id }) => id);
        assert.deepEqual(shown, ofKind.slice(0, shown.length));
        await page.click('#anomalies [data-kind=""]');
      }
      await clear(page);
    },
  );
  await checks.run(`${report.name}: an incident tells its story in order, what to do, and its queries`, async () => {
    const [incident] = model.incidents;
    if (!incident) return;
    const item = page.locator('.incident').first();
    if (!(await item.evaluate((details) => (details as HTMLDetailsElement).open))) await item.locator('summary').first().click();
    const more = item.locator('.story-box button.more');
    if (await more.count()) await more.click();
    assert.deepEqual(
      await item.locator('.story-text > .strong').allTextContents(),
      incident.detections.map(({ title }) => visibleText(title)),
    );
    assert.equal(await item.locator('.sentences li').count(), incident.nextSteps.length);
    const queries = Object.values(incident.query).filter((query) => query !== '');
    assert.equal(await item.locator('.query').count(), queries.length);
  });
  await checks.run(`${report.name}: unusual hours of sign-ins are listed and lead to their events`, async () => {
    const shown = await page.locator('.spikes li').count();
    assert.equal(shown, Math.min(5, model.loginSpikes.length));
    if (shown === 0) return;
    await page.locator('.spikes button').first().click();
    await page.waitForFunction(() => location.hash.includes('from='));
    await clear(page);
  });
  await checks.run(`${report.name}: the sign-ins show what is usual, as far as it is known`, async () => {
    const { loginBand, loginSpikes, logins } = model;
    if (logins.length === 0) return assert.match((await page.textContent('#signins')) ?? '', /No console sign-in/);
    assert.equal(await page.locator('#signins .swatch-band').count(), loginBand === null ? 0 : 1);
    assert.equal(await page.locator('#signins .legend .mark-unusual').count(), loginSpikes.length === 0 ? 0 : 1);
    if (loginBand === null) assert.match((await page.textContent('#signins .note')) ?? '', /known after 14 days/);
  });
  await checks.run(`${report.name}: outliers among the addresses are marked, each says why`, async () => {
    const more = page.locator('#addresses button.more');
    if (await more.count()) await more.click();
    const marked = await page.$$eval('#addresses tbody', (all) =>
      all.map((row) => [row.querySelector('.mark-unusual') !== null, row.querySelectorAll('.why li').length]),
    );
    assert.deepEqual(
      marked,
      model.addresses.map(({ anomalous, why }) => [anomalous, why.length]),
    );
  });
  await checks.run(`${report.name}: an event's drawer says what is unusual about it, and only there`, async () => {
    const [marked] = model.eventAnomalies;
    const plain = model.events.find(({ id }) => model.eventAnomalies.every(({ event }) => event !== id));
    for (const id of [marked?.event, plain?.id]) {
      if (id === undefined) continue;
      const own = model.eventAnomalies.filter(({ event }) => event === id);
      await page.evaluate((event) => {
        location.hash = `event=${encodeURIComponent(event)}`;
      }, id);
      await page.waitForSelector('#detail[open]');
      assert.deepEqual(
        await page.locator('#detail [data-anomaly] strong').allTextContents(),
        own.map(({ title }) => visibleText(title)),
      );
      assert.deepEqual(
        await page.locator('#detail [data-anomaly] p:last-child').allTextContents(),
        own.map(({ text }) => visibleText(text)),
      );
      if (own.length > 0) await picture(page, report, 'unusual-event', false);
      await page.click('#detail-close');
    }
    await clear(page);
  });
  await checks.run(`${report.name}: regions without events are named as no data`, async () => {
    const silent = model.regions.filter(({ controlCompliance, eventCompliance }) => controlCompliance === null && eventCompliance === null);
    const text = (await page.textContent('#compliance')) ?? '';
    assert.match(text, /not an audit/);
    for (const { region } of silent) assert.ok(text.includes(region), region);
    if (silent.length > 0) assert.match(text, /No data/);
  });
}

export async function checkTable(checks: Checks, report: Report, page: Page): Promise<void> {
  const { model } = report;
  await checks.run(`${report.name}: sorting by a column's head, both ways`, async () => {
    const times = model.events.map((event) => formatTime(event.time)).sort();
    await page.click('[data-sort=time]');
    assert.equal((await column(page, 'time'))[0], times.at(-1));
    assert.equal(await page.getAttribute('.grid-head .cell-time', 'aria-sort'), 'descending');
    await page.click('[data-sort=time]');
    const shown = await column(page, 'time');
    assert.deepEqual(shown, times.slice(0, shown.length));
    await page.click('[data-sort=risk]');
    assert.equal(new URL(page.url()).hash, '');
  });
  await checks.run(`${report.name}: only the rows in view exist, to the very last, and scrolling stays fluid`, async () => {
    const frames = await page.$eval('#grid', async (grid) => {
      const times: number[] = [];
      const steps = 60;
      let last = performance.now();
      for (let step = 1; step <= steps; step++) {
        grid.scrollTop = ((grid.scrollHeight - grid.clientHeight) * step) / steps;
        await new Promise((done) => requestAnimationFrame(done));
        times.push(performance.now() - last);
        last = performance.now();
      }
      return times.sort((a, b) => a - b);
    });
    await settled(page);
    assert.ok((await page.locator('.grid-space .grid-row').count()) < MOST_ROWS);
    const last = model.events.at(-1);
    assert.equal(await page.locator(`#row-${model.events.length - 1} .cell-action`).textContent(), visibleText(last?.action ?? ''));
    const slow = frames[Math.floor(frames.length * 0.9)] ?? 0;
    assert.ok(slow < 100, `one frame in ten takes ${slow.toFixed(1)} ms or more`);
  });
  await checks.run(`${report.name}: the keyboard moves, opens, steps and closes`, async () => {
    await page.focus('#grid');
    await page.keyboard.press('End');
    assert.equal(await page.getAttribute('#grid', 'aria-activedescendant'), `row-${model.events.length - 1}`);
    await page.keyboard.press('Home');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#detail[open]');
    await expectDetail(page, model.events[0] as ReportEvent);
    await picture(page, report, 'detail', false);
    if (model.events.length > 1) {
      await page.click('#detail-after');
      await expectDetail(page, model.events[1] as ReportEvent);
    }
    await page.keyboard.press('Escape');
    await page.waitForFunction(() => location.hash === '' && document.activeElement?.id === 'grid');
  });
  await checks.run(`${report.name}: a click opens an event, and its address leads back to the table`, async () => {
    await page.locator('#row-0 .cell-action').click();
    const [event] = model.events as [ReportEvent];
    await expectDetail(page, event);
    await page.reload();
    await page.waitForSelector('#detail[open]');
    await expectDetail(page, event);
    await page.click('#detail [data-filter=region]');
    await expectShown(page, model, ({ region }) => region === event.region);
    assert.equal(await page.isVisible('#detail'), false);
    await clear(page);
  });
}

/** The drawer tells the event's reasons and points, each signal's evidence, and the whole record. */
async function expectDetail(page: Page, event: ReportEvent): Promise<void> {
  const detail = page.locator('#detail');
  assert.equal(await detail.locator('h2').textContent(), visibleText(event.action));
  assert.equal(new URLSearchParams(new URL(page.url()).hash.slice(1)).get('event'), event.id);
  assert.deepEqual(
    await detail.locator('.reason').allTextContents(),
    event.reasons.map(({ text }) => visibleText(text)),
  );
  assert.deepEqual(
    await detail.locator('.signals li:not([data-anomaly]) strong').allTextContents(),
    event.signals.map(({ title }) => visibleText(title)),
  );
  const evidence = event.signals.flatMap((signal) => signal.evidence.map(({ value }) => visibleText(value)));
  assert.deepEqual(await detail.locator('.evidence td').allTextContents(), evidence);
  if (event.record === null) return assert.match((await detail.textContent()) ?? '', /Left out of the report/);
  const record = (await detail.locator('.record').textContent()) ?? '';
  assert.equal(record.replace(/\s/g, ''), visibleText(event.record).replace(/\s/g, ''));
}

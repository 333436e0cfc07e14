import { LEVELS } from '../../core/levels.ts';
import type { ReportModel, ReportTotals } from '../../core/outputs/report-model.ts';
import { button, h } from '../dom.ts';
import { countOf, formatCount, formatName, formatTime, listOf, shortPrincipal } from '../format.ts';
import { levelBadge } from '../pieces.ts';
import { themeToggle } from '../theme.ts';
import { reconcile, verdictOf } from '../verdict.ts';

/** Name of the tool, links to the parts of the page, and the switch of the theme. */
export function topBar(parts: readonly { readonly id: string; readonly name: string }[]): HTMLElement {
  const go = (id: string) => (): void => {
    const target = document.getElementById(id);
    target?.scrollIntoView();
    target?.focus({ preventScroll: true });
  };
  return h(
    'header',
    { class: 'top' },
    h('div', { class: 'brand' }, mark(), h('span', { class: 'brand-name' }, 'Trailwarden')),
    h(
      'nav',
      { 'aria-label': 'Parts of the report' },
      ...parts.map(({ id, name }) => button({ class: 'link', 'data-goto': id, onclick: go(id) }, name)),
    ),
    themeToggle(),
  );
}

function mark(): SVGSVGElement {
  const make = (tag: string, attributes: Record<string, string>): SVGElement => {
    const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    return element;
  };
  const svg = make('svg', { viewBox: '0 0 24 24', class: 'mark', 'aria-hidden': 'true' }) as SVGSVGElement;
  svg.append(
    make('path', { d: 'M12 1.6 3.4 4.8v6.6c0 5.2 3.6 9 8.6 11 5-2 8.6-5.8 8.6-11V4.8z', class: 'mark-shield' }),
    make('path', { d: 'M7 15.5l3-3.6 2.6 2.2L17 8.6', class: 'mark-trail' }),
  );
  return svg;
}

/** The verdict, and which stretch of which accounts it is about. */
export function verdictPanel(model: ReportModel, onIncident: (id: string) => void): HTMLElement {
  const { totals } = model;
  const { level, headline, advice, first } = verdictOf(model);
  return h(
    'section',
    { class: `verdict edge-${level ?? 'informational'}`, id: 'verdict', 'aria-label': 'Verdict' },
    h('h1', {}, headline),
    first
      ? h(
          'p',
          { class: 'advice' },
          levelBadge(first.level),
          ' Look first at ',
          button({ class: 'link strong', onclick: () => onIncident(first.id) }, shortPrincipal(first.principal)),
          `: ${advice}`,
        )
      : h('p', { class: 'advice' }, advice),
    h(
      'dl',
      { class: 'scope' },
      ...fact('Time span', spanOf(totals)),
      ...fact(totals.accounts.length === 1 ? 'Account' : `Accounts (${formatCount(totals.accounts.length)})`, namesOf(totals.accounts, 6)),
      ...fact(totals.regions.length === 1 ? 'Region' : `Regions (${formatCount(totals.regions.length)})`, namesOf(totals.regions, 8)),
    ),
  );
}

function fact(name: string, value: string | HTMLElement): HTMLElement[] {
  return [h('dt', {}, name), h('dd', {}, value)];
}

function spanOf({ from, to }: ReportTotals): string {
  if (from === null || to === null) return 'no event';
  const days = Math.floor((Date.parse(to.slice(0, 10)) - Date.parse(from.slice(0, 10))) / 86_400_000) + 1;
  return `${formatTime(from)} to ${formatTime(to)} UTC (${countOf(days, 'day')})`;
}

/** All the names when they are few; else the first ones, the rest behind a summary. */
function namesOf(names: readonly string[], most: number): HTMLElement | string {
  if (names.length === 0) return 'none';
  if (names.length <= most) return names.join(', ');
  return h('details', { class: 'names' }, h('summary', {}, listOf(names, most)), names.join(', '));
}

/** Counts that add up, and how many events of each level there are. */
export function figuresPanel(model: ReportModel, onLevel: (level: (typeof LEVELS)[number]) => void): HTMLElement {
  return h('section', { class: 'figures', id: 'figures', 'aria-label': 'Key numbers' }, countsCard(model), levelsCard(model, onLevel));
}

function countsCard({ totals, exceptions }: ReportModel): HTMLElement {
  const { sentence, balanced } = reconcile(totals);
  const tile = (name: string, count: number): HTMLElement =>
    h('div', { class: 'tile' }, h('dt', {}, name), h('dd', {}, formatCount(count)));
  const reasons = Object.entries(totals.rejectReasons).sort((a, b) => b[1] - a[1]);
  return h(
    'div',
    { class: 'card' },
    h(
      'dl',
      { class: 'tiles' },
      tile('records', totals.records),
      tile('events', totals.events),
      tile('duplicates', totals.duplicates),
      tile('rejects', totals.rejects),
      tile('signals', totals.signals),
      tile('principals', totals.principals),
    ),
    h('p', { class: balanced ? 'note' : 'note warning' }, sentence),
    reasons.length > 0
      ? h(
          'details',
          { class: 'rejects' },
          h('summary', {}, 'Rejects by reason'),
          h(
            'table',
            {},
            ...reasons.map(([reason, count]) =>
              h('tr', {}, h('th', { scope: 'row' }, formatName(reason)), h('td', { class: 'number' }, formatCount(count))),
            ),
          ),
        )
      : null,
    exceptions.length > 0
      ? h(
          'details',
          { class: 'rejects' },
          h('summary', {}, `Exceptions to look at (${formatCount(exceptions.length)})`),
          h('ul', { class: 'sentences' }, ...exceptions.map((text) => h('li', { class: 'wrap' }, text))),
        )
      : null,
  );
}

/** Bars on a logarithmic scale: a trail has a hundred thousand informational events beside the three that matter. */
function levelsCard({ levels, totals }: ReportModel, onLevel: (level: (typeof LEVELS)[number]) => void): HTMLElement {
  const most = Math.max(...LEVELS.map((level) => levels[level]), 1);
  const rows = [...LEVELS].reverse().map((level) => {
    const count = levels[level];
    const bar = h('span', { class: `level-bar fill-${level}` });
    bar.style.setProperty('width', count === 0 ? '0' : `${(100 * Math.log10(count + 1)) / Math.log10(most + 1)}%`);
    return h(
      'li',
      {},
      button(
        { class: 'level-row', 'data-level': level, title: `Show the ${level} events`, onclick: () => onLevel(level) },
        levelBadge(level),
        h('span', { class: 'level-track', 'aria-hidden': 'true' }, bar),
        h('span', { class: 'number' }, formatCount(count)),
      ),
    );
  });
  return h(
    'div',
    { class: 'card' },
    h('h2', {}, 'Events by level'),
    totals.events === 0 ? h('p', { class: 'empty' }, 'No event to grade.') : h('ul', { class: 'levels' }, ...rows),
    totals.events === 0 ? null : h('p', { class: 'note' }, 'Bar lengths are logarithmic. A click narrows the table of events.'),
  );
}

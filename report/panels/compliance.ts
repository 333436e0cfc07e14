import type { ReportRegion } from '../../core/outputs/report-model.ts';
import { compareControls, controlTitle } from '../controls.ts';
import { button, emptyState, h, panel } from '../dom.ts';
import { countOf, formatCount, formatPercent } from '../format.ts';

const NOTE =
  'An indicator from logs, not an audit: it shows which CIS AWS Foundations v3.0 monitoring controls (4.1–4.16) saw an event they warn of. Settings that no event touched stay unseen.';

/** Compliance by region, `global` first; regions without events in one closing line. */
export function compliancePanel(regions: readonly ReportRegion[], onRegion: (region: string) => void): HTMLElement {
  const known = regions.filter((region) => region.controlCompliance !== null || region.eventCompliance !== null);
  const silent = regions.filter((region) => !known.includes(region)).map((region) => region.region);
  const noData =
    silent.length > 0 ? h('p', { class: 'note no-data' }, h('strong', {}, 'No data'), ` (no events): ${silent.join(', ')}.`) : null;
  if (known.length === 0) {
    return panel(
      'compliance',
      'Compliance by region',
      NOTE,
      emptyState('No data: no region has events that a control could judge.'),
      noData,
    );
  }
  const first = known.filter((region) => region.region === 'global');
  const rows = [...first, ...known.filter((region) => region.region !== 'global')].map((region) => regionRow(region, onRegion));
  const head = ['Region', 'Events', 'Risky', 'Controls without violation', 'Events in compliance', 'Controls failed'];
  return panel(
    'compliance',
    'Compliance by region',
    NOTE,
    h(
      'table',
      { class: 'stack' },
      h(
        'thead',
        {},
        h('tr', {}, ...head.map((name, column) => h('th', { scope: 'col', class: column === 1 || column === 2 ? 'number' : '' }, name))),
      ),
      h('tbody', {}, ...rows),
    ),
    noData,
  );
}

function regionRow(region: ReportRegion, onRegion: (region: string) => void): HTMLElement {
  const failed = Object.entries(region.violations).sort(([a], [b]) => compareControls(a, b));
  const passed = region.controlsEvaluated - region.controlsFailed;
  return h(
    'tr',
    {},
    h(
      'th',
      { scope: 'row' },
      button({ class: 'link strong', 'data-region': region.region, onclick: () => onRegion(region.region) }, region.region),
      region.region === 'global' ? h('span', { class: 'muted small' }, ' services without a region') : null,
    ),
    h('td', { class: 'number', 'data-label': 'Events' }, formatCount(region.events)),
    h('td', { class: 'number', 'data-label': 'Risky' }, formatCount(region.riskyEvents)),
    h('td', { 'data-label': 'Controls without violation' }, share(region.controlCompliance, `${passed} of ${region.controlsEvaluated}`)),
    h('td', { 'data-label': 'Events in compliance' }, share(region.eventCompliance)),
    h(
      'td',
      { 'data-label': 'Controls failed' },
      failed.length === 0
        ? h('span', { class: 'muted' }, 'none')
        : h('ul', { class: 'chips' }, ...failed.map(([control, count]) => controlChip(control, count))),
    ),
  );
}

function controlChip(control: string, count: number): HTMLElement {
  const title = controlTitle(control);
  const hint = `CIS ${control}${title ? `: ${title}` : ''}, ${countOf(count, 'violation')}`;
  return h('li', { class: 'chip', title: hint }, h('strong', {}, control), title ? ` ${title}` : '', ` × ${formatCount(count)}`);
}

function share(percent: number | null, counts = ''): HTMLElement {
  const fill = h('span', { class: 'meter-fill fill-accent' });
  fill.style.setProperty('width', `${percent ?? 0}%`);
  return h(
    'span',
    { class: 'share' },
    h('span', { class: 'share-number' }, formatPercent(percent)),
    percent === null ? null : h('span', { class: 'meter', 'aria-hidden': 'true' }, fill),
    percent === null || counts === '' ? null : h('span', { class: 'muted' }, counts),
  );
}

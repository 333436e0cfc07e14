import { LEVELS, type Level } from '../../core/levels.ts';
import type { ReportModel } from '../../core/outputs/report-model.ts';
import { timeChart } from '../charts.ts';
import { button, emptyState, h, panel } from '../dom.ts';
import { formatCount, formatDay, listOf } from '../format.ts';
import { type Bucket, bucketsOf, dwarfing, spanOf } from '../series.ts';

type OnPick = (span: { from: string; to: string }, level: Level | null) => void;

/** Events over time, stacked by level. */
export function timelinePanel({ hours }: ReportModel, onPick: OnPick): HTMLElement {
  if (hours.length === 0) return panel('timeline', 'Events over time', null, emptyState('No event, so no day to show.'));
  const days = bucketsOf(hours, 'day');
  const series = LEVELS.map((level) => ({ name: level, color: level }));
  const chart = timeChart(
    'Events over time, stacked by level; the table below the chart holds the same numbers.',
    series,
    { day: days, hour: bucketsOf(hours, 'hour') },
    (span, index) => onPick(span, index === null ? null : (LEVELS[index] ?? null)),
  );
  const totals = LEVELS.map((_, level) => days.reduce((sum, bucket) => sum + (bucket.counts[level] ?? 0), 0));
  const hidden = new Set(dwarfing(totals));
  const note = h('p', { class: 'note', role: 'status' });
  const toggles = LEVELS.map((level, index) => {
    const toggle = button({ class: 'toggle', 'data-series': level }, h('span', { class: `swatch fill-${level}` }), level);
    toggle.addEventListener('click', () => {
      if (!hidden.delete(index)) hidden.add(index);
      update();
    });
    return toggle;
  });
  const update = (): void => {
    toggles.forEach((toggle, index) => {
      toggle.setAttribute('aria-pressed', String(!hidden.has(index)));
    });
    const names = LEVELS.flatMap((level, index) => (hidden.has(index) ? [`${formatCount(totals[index] ?? 0)} ${level}`] : []));
    note.textContent = names.length > 0 ? `Not drawn, so that the rest can be seen: ${listOf(names)}.` : 'All levels are drawn.';
    chart.show(new Set([...LEVELS.keys()].filter((index) => !hidden.has(index))));
  };
  update();
  return panel(
    'timeline',
    'Events over time',
    'By day, stacked by level; zoom in to see hours. A click on a bar narrows the table to it.',
    h('div', { class: 'legend', role: 'group', 'aria-label': 'Levels drawn' }, ...[...toggles].reverse()),
    chart.element,
    note,
    dayTable(days, onPick),
  );
}

/** The chart's numbers as text, made when first opened. */
function dayTable(days: readonly Bucket[], onPick: OnPick): HTMLElement {
  const levels = [...LEVELS].reverse();
  const details = h('details', { class: 'as-table' }, h('summary', {}, 'The same as a table'));
  const fill = (): void => {
    const head = h(
      'tr',
      {},
      h('th', { scope: 'col' }, 'Day (UTC)'),
      ...levels.map((level) => h('th', { scope: 'col', class: 'number' }, level)),
    );
    const rows = [...days]
      .reverse()
      .map(({ key, counts }) =>
        h(
          'tr',
          {},
          h('th', { scope: 'row' }, button({ class: 'link', onclick: () => onPick(spanOf(key), null) }, formatDay(key))),
          ...levels.map((_, index) => h('td', { class: 'number' }, formatCount(counts[LEVELS.length - 1 - index] ?? 0))),
        ),
      );
    details.append(
      h('div', { class: 'scroll', tabindex: 0 }, h('table', { class: 'plain' }, h('thead', {}, head), h('tbody', {}, ...rows))),
    );
  };
  details.addEventListener('toggle', fill, { once: true });
  return details;
}

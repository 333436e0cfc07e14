import type { ReportModel } from '../../core/outputs/report-model.ts';
import { timeChart } from '../charts.ts';
import { button, emptyState, h, panel, withRest } from '../dom.ts';
import { countOf, formatCount, formatTime } from '../format.ts';
import { type Bucket, bandOf, bucketsOf, hoursIn, spanOf, type Unit, weekOf } from '../series.ts';

const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const SERIES = [
  { name: 'succeeded', color: 'succeeded' },
  { name: 'failed', color: 'failed' },
];

const FIRST_SPIKES = 5;

/** Console sign-ins over time with what is usual, and their rhythm over the week. */
export function signinsPanel(
  { logins, loginBand, loginSpikes }: ReportModel,
  onPick: (span: { from: string; to: string }) => void,
): HTMLElement {
  if (logins.length === 0) {
    return panel(
      'signins',
      'Console sign-ins',
      null,
      emptyState('No console sign-in in this trail. Sign-ins of IAM users are recorded in us-east-1 or in the region of the sign-in page.'),
    );
  }
  const hours = logins.map(({ hour, succeeded, failed }) => ({ hour, counts: [succeeded, failed] }));
  const [succeeded, failed] = hours.reduce(([a = 0, b = 0], { counts: [c = 0, d = 0] }) => [a + c, b + d], [0, 0]);
  const overlay = (buckets: readonly Bucket[], unit: Unit) => ({
    band: bandOf(loginBand?.[unit] ?? null, buckets, unit),
    marks: hoursIn(
      loginSpikes.map(({ hour }) => hour),
      buckets,
      unit,
    ),
  });
  const buckets = { day: bucketsOf(hours, 'day'), hour: bucketsOf(hours, 'hour') };
  const chart = timeChart(
    'Console sign-ins over time, succeeded and failed, with the band that is usual; the table of the week beside it holds their rhythm, the list below what was unusual.',
    SERIES,
    buckets,
    onPick,
    { day: overlay(buckets.day, 'day'), hour: overlay(buckets.hour, 'hour') },
  );
  const known = `${formatCount(succeeded ?? 0)} succeeded, ${formatCount(failed ?? 0)} failed.`;
  const usual =
    loginBand === null
      ? ' What is usual is known after 14 days.'
      : loginSpikes.length === 0
        ? ' No hour was unusual.'
        : ` ${countOf(new Set(loginSpikes.map(({ hour }) => hour)).size, 'hour was', 'hours were')} unusual and marked ▲.`;
  return panel(
    'signins',
    'Console sign-ins',
    known + usual,
    h(
      'div',
      { class: 'split' },
      h(
        'div',
        {},
        h(
          'ul',
          { class: 'legend' },
          ...SERIES.map(({ name, color }) => h('li', {}, h('span', { class: `swatch fill-${color}` }), name)),
          loginBand === null ? null : h('li', {}, h('span', { class: 'swatch swatch-band' }), 'usual band'),
          loginSpikes.length === 0 ? null : h('li', {}, h('span', { class: 'mark-unusual', 'aria-hidden': 'true' }, '▲'), 'unusual'),
        ),
        chart.element,
        ...spikeList(loginSpikes, onPick),
      ),
      weekTable(weekOf(hours, 2)),
    ),
  );
}

function spikeList(spikes: ReportModel['loginSpikes'], onPick: (span: { from: string; to: string }) => void): Node[] {
  if (spikes.length === 0) return [];
  const list = h('ul', { class: 'spikes' });
  const items = spikes.map(({ hour, text }) =>
    h(
      'li',
      {},
      button({ class: 'link', onclick: () => onPick(spanOf(hour.slice(0, 13))) }, formatTime(hour).slice(0, 16)),
      h('span', { class: 'wrap' }, text),
    ),
  );
  return [list, ...withRest(list, items, FIRST_SPIKES, 'findings')];
}

/** Hour of day by weekday; shade and words say how many. */
function weekTable(week: readonly (readonly (readonly number[])[])[]): HTMLElement {
  const body = h('tbody');
  const scale = h('span');
  const draw = (onlyFailed: boolean): void => {
    const countIn = (cell: readonly number[]): number => (onlyFailed ? 0 : (cell[0] ?? 0)) + (cell[1] ?? 0);
    const most = Math.max(1, ...week.flat().map(countIn));
    scale.textContent = `none to ${formatCount(most)} an hour of the week`;
    body.replaceChildren(
      ...week.map((hours, weekday) =>
        h(
          'tr',
          {},
          h('th', { scope: 'row' }, (WEEKDAYS[weekday] ?? '').slice(0, 3)),
          ...hours.map((cell, hour) => heatCell(cell, countIn(cell) / most, weekday, hour)),
        ),
      ),
    );
    body.className = onlyFailed ? 'heat-failed' : 'heat-all';
  };
  const choices = ['All', 'Failed only'].map((name, index) => {
    const choice = button({ class: 'toggle', 'aria-pressed': String(index === 0) }, name);
    choice.addEventListener('click', () => {
      for (const other of choices) other.setAttribute('aria-pressed', String(other === choice));
      draw(index === 1);
    });
    return choice;
  });
  draw(false);
  const hours = Array.from({ length: 24 }, (_, hour) => h('th', { scope: 'col' }, hour % 3 === 0 ? String(hour).padStart(2, '0') : ''));
  return h(
    'div',
    { class: 'week' },
    h('div', { class: 'legend', role: 'group', 'aria-label': 'Sign-ins shown by hour of the week' }, ...choices),
    h('table', { class: 'heat' }, h('caption', {}, 'Hour of day (UTC) by weekday'), h('thead', {}, h('tr', {}, h('td'), ...hours)), body),
    h('p', { class: 'note' }, h('span', { class: 'ramp', 'aria-hidden': 'true' }), scale),
  );
}

function heatCell([succeeded = 0, failed = 0]: readonly number[], share: number, weekday: number, hour: number): HTMLElement {
  const words = succeeded + failed === 0 ? 'none' : `${formatCount(succeeded)} succeeded, ${formatCount(failed)} failed`;
  const cell = h(
    'td',
    {
      title: `${WEEKDAYS[weekday]} ${String(hour).padStart(2, '0')}:00–${String(hour).padStart(2, '0')}:59 UTC: ${words}`,
      class: share === 0 ? 'cold' : '',
    },
    h(
      'span',
      { class: 'unseen' },
      succeeded + failed === 0 ? 'none' : `${countOf(succeeded, 'success', 'successes')}, ${countOf(failed, 'failure')}`,
    ),
  );
  // The least shade stays apart from the empty cell's.
  if (share > 0) cell.style.setProperty('--heat', `${Math.round(18 + 82 * share)}%`);
  return cell;
}

import type { ReportEvent, ReportEventAnomaly, ReportRule } from '../../core/outputs/report-model.ts';
import { button, h } from '../dom.ts';
import { formatCount, formatName, formatRisk, formatTime } from '../format.ts';
import { levelBadge, reasonList } from '../pieces.ts';
import type { ValueField } from './filters.ts';
import { layOutJson } from './json.ts';

export interface DetailPanel {
  readonly element: HTMLDialogElement;
  /** Shows an event; `row` and `rows` are its place among those the table shows. */
  open(event: ReportEvent, row: number, rows: number): void;
}

interface DetailActions {
  /** What is known of the rules, by the detector's name. */
  readonly rules: ReadonlyMap<string, ReportRule>;
  /** What anomalies say of events, by the event's id. */
  readonly anomalies: ReadonlyMap<string, readonly ReportEventAnomaly[]>;
  /** Another row was asked for: -1 for the one before, 1 for the one after. */
  readonly onStep: (step: -1 | 1) => void;
  readonly onFilter: (field: ValueField, value: string) => void;
  readonly onClose: () => void;
}

/** The drawer that explains one event: reasons, signals with evidence, and the record as it was delivered. */
export function detailPanel(actions: DetailActions): DetailPanel {
  const body = h('div', { class: 'detail-body', tabindex: 0, autofocus: true, role: 'group', 'aria-label': 'Event' });
  const place = h('span', { class: 'muted small' });
  const before = button({ class: 'quiet', id: 'detail-before', 'aria-label': 'Event before', onclick: () => actions.onStep(-1) }, '↑');
  const after = button({ class: 'quiet', id: 'detail-after', 'aria-label': 'Event after', onclick: () => actions.onStep(1) }, '↓');
  const element: HTMLDialogElement = h(
    'dialog',
    { class: 'detail', id: 'detail', 'aria-label': 'Event in detail' },
    h(
      'div',
      { class: 'detail-bar' },
      before,
      after,
      place,
      button({ class: 'quiet', id: 'detail-close', onclick: () => element.close() }, 'Close'),
    ),
    body,
  );
  element.addEventListener('close', actions.onClose);
  element.addEventListener('click', (event) => {
    if (event.target === element) element.close();
  });
  return {
    element,
    open: (event, row, rows) => {
      before.disabled = row <= 0;
      after.disabled = row >= rows - 1;
      place.textContent = row < 0 ? 'outside the filters' : `${formatCount(row + 1)} of ${formatCount(rows)}`;
      body.replaceChildren(...contentsOf(event, actions));
      body.scrollTop = 0;
      if (!element.open) element.showModal();
    },
  };
}

function contentsOf(event: ReportEvent, { rules, anomalies, onFilter }: DetailActions): HTMLElement[] {
  return [
    h(
      'p',
      { class: 'detail-level' },
      levelBadge(event.level),
      h('span', { class: 'risk-number' }, `risk ${formatRisk(event.risk)}`),
      h('span', { class: 'muted' }, `${formatTime(event.time)} UTC`),
    ),
    h('h2', { class: 'wrap' }, event.action),
    h('h3', {}, 'Why'),
    reasonList(event.reasons),
    ...signalsOf(event, rules),
    ...anomaliesOf(anomalies.get(event.id) ?? []),
    h('h3', {}, 'Event'),
    factsOf(event, onFilter),
    ...recordOf(event),
  ];
}

function factsOf(event: ReportEvent, onFilter: DetailActions['onFilter']): HTMLElement {
  const value = (field: ValueField): HTMLElement | string =>
    event[field] === ''
      ? '–'
      : button(
          { class: 'link wrap', 'data-filter': field, title: 'Narrow the table to this', onclick: () => onFilter(field, event[field]) },
          event[field],
        );
  const rows: [string, HTMLElement | string][] = [
    ['Principal', value('principal')],
    ['Session', event.session || '–'],
    ['Role tag', value('roleTag')],
    ['Action', value('action')],
    ['Source', event.source || '–'],
    ['Region', value('region')],
    ['Account', value('account')],
    ['Address', value('address')],
    ['User agent', event.userAgent || '–'],
    ['Error', event.error || '–'],
    ['Tactics', event.tactics.map(formatName).join(', ') || '–'],
    ['Techniques', event.techniques.join(', ') || '–'],
    ['CIS controls', event.controls.join(', ') || '–'],
    ['Event ID', event.id],
    ['Lies in', event.origin],
  ];
  return h('dl', { class: 'facts' }, ...rows.flatMap(([name, text]) => [h('dt', {}, name), h('dd', { class: 'wrap' }, text)]));
}

function signalsOf(event: ReportEvent, rules: DetailActions['rules']): HTMLElement[] {
  if (event.signals.length === 0) return [];
  const items = event.signals.map((signal) =>
    h(
      'li',
      {},
      h(
        'p',
        {},
        levelBadge(signal.level),
        ' ',
        h('strong', { class: 'wrap' }, signal.title),
        ' ',
        h('span', { class: 'muted small wrap' }, signal.detector),
      ),
      ...adviceOf(rules.get(signal.detector)),
      signal.evidence.length === 0
        ? null
        : h(
            'table',
            { class: 'evidence' },
            h(
              'tbody',
              {},
              ...signal.evidence.map(({ field, value }) =>
                h('tr', {}, h('th', { scope: 'row', class: 'mono wrap' }, field), h('td', { class: 'mono wrap' }, value)),
              ),
            ),
          ),
    ),
  );
  return [h('h3', {}, 'Signals'), h('ul', { class: 'signals' }, ...items)];
}

/** What is unusual about the event. */
function anomaliesOf(anomalies: readonly ReportEventAnomaly[]): HTMLElement[] {
  if (anomalies.length === 0) return [];
  const items = anomalies.map(({ level, title, detector, text }) =>
    h(
      'li',
      { 'data-anomaly': detector },
      h('p', {}, levelBadge(level), ' ', h('strong', { class: 'wrap' }, title), ' ', h('span', { class: 'muted small wrap' }, detector)),
      h('p', { class: 'wrap' }, text),
    ),
  );
  return [h('h3', {}, 'What is unusual'), h('ul', { class: 'signals' }, ...items)];
}

/** What the rule's author tells the reader. */
function adviceOf(rule: ReportRule | undefined): HTMLElement[] {
  if (rule === undefined || rule.description === '') return [];
  const harmless = rule.falsePositives.join(' ');
  return [
    h('p', { class: 'wrap' }, rule.description),
    ...(harmless === '' ? [] : [h('p', { class: 'muted small wrap' }, `Harmless when: ${harmless}`)]),
  ];
}

function recordOf(event: ReportEvent): HTMLElement[] {
  const { record } = event;
  if (record === null) {
    return [
      h('h3', {}, 'Record'),
      h('p', { class: 'muted wrap' }, `Left out of the report to keep it small, as this event is low-risk. It lies in ${event.origin}.`),
    ];
  }
  const pre = h('pre', { class: 'record', tabindex: 0, 'aria-label': 'Record as JSON' });
  for (const { kind, text } of layOutJson(record)) {
    // White space is the page's own and must stay; the rest is the trail's.
    pre.append(kind === 'space' ? text : h('span', { class: `json-${kind}` }, text));
  }
  const copy = button({ class: 'quiet', id: 'detail-copy' }, 'Copy');
  copy.addEventListener('click', () => {
    copyText(record, pre).then((copied) => {
      copy.textContent = copied ? 'Copied' : 'Selected: press Ctrl+C';
    });
  });
  return [
    h('div', { class: 'record-head' }, h('h3', {}, 'Record'), copy),
    ...(event.truncated ? [h('p', { class: 'note' }, `Cut at 16 KB; the whole record lies in ${event.origin}.`)] : []),
    pre,
  ];
}

/** Copies the record as delivered; where the browser keeps the clipboard shut, selects what is shown instead. */
async function copyText(text: string, shown: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    getSelection()?.selectAllChildren(shown);
    return false;
  }
}

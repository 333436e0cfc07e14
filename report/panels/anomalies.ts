import type { ReportAnomalies, ReportAnomaly } from '../../core/outputs/report-model.ts';
import { button, emptyState, h, panel, withRest } from '../dom.ts';
import { countOf, formatCount, formatName, formatTime, listOf, shortPrincipal } from '../format.ts';
import { levelBadge } from '../pieces.ts';

const FIRST = 10;
const BAND = /^(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)$/;

/** What stands out from what was before, gravest first; each opens to its reasons and leads to its events. */
export function anomaliesPanel({ count, kinds, list }: ReportAnomalies, onEvents: (anomaly: ReportAnomaly) => void): HTMLElement {
  const title = 'Anomalies';
  if (count === 0) {
    return panel(
      'anomalies',
      title,
      null,
      emptyState('Nothing stands out from what was before. What is usual is known after some days: 14 for what is new to a principal.'),
    );
  }
  const note = `${countOf(count, 'anomaly', 'anomalies')}: ${listOf(kinds.map((one) => `${nameOf(one.kind)} (${formatCount(one.count)})`))}. Weak ones only add up in incidents; anomalies.csv holds all.`;
  if (list.length === 0) return panel('anomalies', title, note, emptyState('None is of the lowest level that this report lists.'));
  const items = new Map(list.map((anomaly) => [anomaly, h('li', {}, anomalyItem(anomaly, onEvents))]));
  const place = h('div');
  const draw = (kind: string): void => {
    const shown = list.filter((anomaly) => kind === '' || anomaly.kind === kind);
    const container = h('ol', { class: 'anomalies' });
    const rest = withRest(
      container,
      shown.map((anomaly) => items.get(anomaly) as HTMLElement),
      FIRST,
      'anomalies listed',
    );
    place.replaceChildren(container, ...rest);
  };
  draw('');
  return panel('anomalies', title, note, kindToggles(list, draw), place);
}

function kindToggles(list: readonly ReportAnomaly[], draw: (kind: string) => void): HTMLElement | null {
  const kinds = [...new Set(list.map(({ kind }) => kind))].sort();
  if (kinds.length < 2) return null;
  const toggles = ['', ...kinds].map((kind) => {
    const toggle = button(
      { class: 'toggle', 'data-kind': kind, 'aria-pressed': String(kind === '') },
      kind === '' ? 'All' : formatName(kind),
    );
    toggle.addEventListener('click', () => {
      for (const other of toggles) other.setAttribute('aria-pressed', String(other === toggle));
      draw(kind);
    });
    return toggle;
  });
  return h('div', { class: 'legend', role: 'group', 'aria-label': 'Kinds of anomalies shown' }, ...toggles);
}

/** `first seen` of `first-seen`. */
function nameOf(kind: string): string {
  return kind.replace(/-/g, ' ');
}

function anomalyItem(anomaly: ReportAnomaly, onEvents: (anomaly: ReportAnomaly) => void): HTMLElement {
  const summary = h(
    'summary',
    {},
    levelBadge(anomaly.level),
    h(
      'span',
      { class: 'what' },
      h('span', { class: 'strong clamp' }, anomaly.title),
      h('span', { class: 'muted small clamp' }, entityName(anomaly)),
    ),
    measure(anomaly),
    h('span', { class: 'when' }, h('span', {}, formatTime(anomaly.from).slice(0, 16)), ...untilText(anomaly)),
  );
  const details = h('details', { class: `anomaly edge-${anomaly.level}`, 'data-id': anomaly.id }, summary);
  details.addEventListener('toggle', () => details.append(bodyOf(anomaly, onEvents)), { once: true });
  return details;
}

function bodyOf(anomaly: ReportAnomaly, onEvents: (anomaly: ReportAnomaly) => void): HTMLElement {
  return h(
    'div',
    { class: 'incident-body' },
    h(
      'div',
      {},
      h('p', { class: 'wrap' }, anomaly.text),
      h('h3', {}, 'Why'),
      h('ul', { class: 'sentences' }, ...anomaly.reasons.map((reason) => h('li', { class: 'reason' }, reason))),
    ),
    h(
      'dl',
      { class: 'facts' },
      ...factsOf(anomaly).flatMap(([name, value]) => [h('dt', {}, name), h('dd', { class: 'wrap' }, value)]),
      h('dt', {}, ''),
      h('dd', {}, button({ class: 'primary', onclick: () => onEvents(anomaly) }, 'Show its events')),
    ),
  );
}

/** What was seen beside what was expected: on a scale where both are numbers, else as words. */
function measure({ kind, observed, expected }: ReportAnomaly): HTMLElement {
  const words = h(
    'span',
    { class: 'measure-words' },
    h(
      'span',
      { class: 'clamp' },
      h('span', { class: 'muted' }, kind === 'outlier' ? 'isolation score ' : 'saw '),
      h('span', { class: 'strong' }, seen(observed)),
    ),
    h('span', { class: 'muted small clamp' }, expected === '' ? 'nothing of the kind before' : `expected ${expected}`),
  );
  const [, low, high] = BAND.exec(expected) ?? [];
  const value = Number(observed);
  if (low === undefined || high === undefined || observed === '' || !Number.isFinite(value)) return h('span', { class: 'measure' }, words);
  const most = Math.max(value, Number(high)) * 1.06 || 1;
  const band = h('span', { class: 'scale-band' });
  band.style.setProperty('left', `${(100 * Number(low)) / most}%`);
  band.style.setProperty('width', `${Math.max(1, (100 * (Number(high) - Number(low))) / most)}%`);
  const point = h('span', { class: 'scale-point' });
  point.style.setProperty('left', `${Math.max(0, (100 * value) / most)}%`);
  return h('span', { class: 'measure' }, words, h('span', { class: 'scale', 'aria-hidden': 'true' }, band, point));
}

/** A principal's short name; other texts stay as they are. */
function seen(observed: string): string {
  return observed === '' ? 'nothing' : shortPrincipal(observed);
}

function entityName({ entityKind, entity }: ReportAnomaly): string {
  return entityKind === 'principal' || entityKind === 'person' ? shortPrincipal(entity) : `${entityKind} ${entity}`;
}

function untilText({ from, to }: ReportAnomaly): (string | HTMLElement)[] {
  if (from === to) return [];
  const end = formatTime(to).slice(0, 16);
  return [' → ', h('span', {}, from.slice(0, 10) === to.slice(0, 10) ? end.slice(11) : end)];
}

function factsOf(anomaly: ReportAnomaly): [string, string][] {
  const facts: [string, string][] = [
    [formatName(anomaly.entityKind), anomaly.entity],
    ['Principal', anomaly.principal],
    ['From', `${formatTime(anomaly.from)} UTC`],
    ['To', anomaly.from === anomaly.to ? '' : `${formatTime(anomaly.to)} UTC`],
    ['Account', anomaly.account],
    ['Region', anomaly.region],
    ['Address', anomaly.address],
    ['Score', String(anomaly.score)],
    ['Detector', anomaly.detector],
    ['Signal', anomaly.id],
  ];
  const names = new Set<string>();
  return facts.filter(([name, value]) => value !== '' && !names.has(name) && names.add(name));
}

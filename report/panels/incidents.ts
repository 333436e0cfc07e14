import type { ReportIncident } from '../../core/outputs/report-model.ts';
import { button, emptyState, h, panel, withRest } from '../dom.ts';
import { countOf, formatTime, shortPrincipal } from '../format.ts';
import { levelBadge, reasonList, riskMeter, roleTag, tacticChips } from '../pieces.ts';

const FIRST = 8;

/** The incidents, worst first; each opens to its reasons and leads to its events. */
export function incidentsPanel(incidents: readonly ReportIncident[], onEvents: (incident: ReportIncident) => void): HTMLElement {
  if (incidents.length === 0) {
    return panel(
      'incidents',
      'Incidents',
      null,
      emptyState('No incident: no principal gathered enough risk, and no single event was high or worse.'),
    );
  }
  const list = h('ol', { class: 'incidents' });
  const items = incidents.map((incident) => incidentItem(incident, onEvents));
  openForPaper(list);
  const note = `${countOf(incidents.length, 'incident')}, highest risk first. An incident is what one principal did, up to 24 hours of quiet.`;
  return panel('incidents', 'Incidents', note, list, ...withRest(list, items, FIRST, 'incidents'));
}

/** Paper cannot be clicked: while printing, what the list shows stands open. */
function openForPaper(list: HTMLElement): void {
  let closed: HTMLDetailsElement[] = [];
  addEventListener('beforeprint', () => {
    closed = [...list.querySelectorAll<HTMLDetailsElement>('details:not([open])')];
    for (const details of closed) details.open = true;
  });
  addEventListener('afterprint', () => {
    for (const details of closed) details.open = false;
  });
}

/** Opens the incident with this id and brings it into view. */
export function openIncident(id: string): void {
  for (const item of document.querySelectorAll<HTMLDetailsElement>('.incident')) {
    if (item.dataset.id !== id) continue;
    item.open = true;
    item.scrollIntoView({ block: 'start' });
    item.querySelector('summary')?.focus({ preventScroll: true });
  }
}

function incidentItem(incident: ReportIncident, onEvents: (incident: ReportIncident) => void): HTMLElement {
  const short = shortPrincipal(incident.principal);
  const summary = h(
    'summary',
    {},
    levelBadge(incident.level),
    riskMeter(incident.risk, incident.level),
    h('span', { class: 'who' }, h('span', { class: 'strong clamp' }, short), ' ', roleTag(incident.roleTag)),
    tacticChips(incident.tactics),
    h('span', { class: 'when' }, h('span', {}, formatTime(incident.opened).slice(0, 16)), ' → ', h('span', {}, untilText(incident))),
  );
  const details = h(
    'details',
    { class: `incident edge-${incident.level}`, 'data-id': incident.id },
    summary,
    h(
      'div',
      { class: 'incident-body' },
      h('div', {}, h('h3', {}, 'Why'), reasonList(incident.reasons)),
      h(
        'dl',
        { class: 'facts' },
        ...factsOf(incident).flatMap(([name, value]) => [h('dt', {}, name), h('dd', { class: 'wrap' }, value)]),
        h('dt', {}, ''),
        h('dd', {}, button({ class: 'primary', onclick: () => onEvents(incident) }, 'Show its events')),
      ),
    ),
  );
  return h('li', {}, details);
}

/** The end of an incident, its date left out when it is that of the beginning. */
function untilText({ opened, updated }: ReportIncident): string {
  const end = formatTime(updated).slice(0, 16);
  return opened.slice(0, 10) === updated.slice(0, 10) ? end.slice(11) : end;
}

function factsOf(incident: ReportIncident): [string, string][] {
  return [
    ['Principal', incident.principal],
    ['Opened', `${formatTime(incident.opened)} UTC`],
    ['Updated', `${formatTime(incident.updated)} UTC`],
    ['Signals', countOf(incident.signals, 'signal')],
    ['Accounts', incident.accounts.join(', ') || 'none'],
    ['Regions', incident.regions.join(', ') || 'none'],
    ['Addresses', incident.addresses.join(', ') || 'none'],
    ['Incident', incident.id],
  ];
}

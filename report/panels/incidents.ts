import type { ReportIncident } from '../../core/outputs/report-model.ts';
import { button, emptyState, h, panel, withRest } from '../dom.ts';
import { countOf, formatTime, shortPrincipal } from '../format.ts';
import { levelBadge, reasonList, riskMeter, roleTag, tacticChips } from '../pieces.ts';
import { incidentStory } from './story.ts';

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
  const note = `${countOf(incidents.length, 'incident')}, highest risk first. One opens at an event of high risk or where weaker signals add up, and is over after 24 hours of quiet.`;
  return panel('incidents', 'Incidents', note, list, ...withRest(list, items, FIRST, 'incidents'));
}

/** Paper cannot be clicked: while printing, what the list shows stands open. */
function openForPaper(list: HTMLElement): void {
  let closed: HTMLDetailsElement[] = [];
  addEventListener('beforeprint', () => {
    closed = [...list.querySelectorAll<HTMLDetailsElement>('details:not([open])')];
    for (const details of closed) fillAndOpen(details);
  });
  addEventListener('afterprint', () => {
    for (const details of closed) details.open = false;
  });
}

/** What an incident opens to is made when it is first opened: two hundred of them would hold the page up. */
const FILL = 'fill';

function fillAndOpen(details: HTMLDetailsElement): void {
  details.dispatchEvent(new Event(FILL));
  details.open = true;
}

/** Opens the incident with this id and brings it into view. */
export function openIncident(id: string): void {
  for (const item of document.querySelectorAll<HTMLDetailsElement>('.incident')) {
    if (item.dataset.id !== id) continue;
    fillAndOpen(item);
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
  const details = h('details', { class: `incident edge-${incident.level}`, 'data-id': incident.id }, summary);
  details.addEventListener(FILL, () => details.append(bodyOf(incident, onEvents)), { once: true });
  details.addEventListener('toggle', () => details.dispatchEvent(new Event(FILL)), { once: true });
  return h('li', {}, details);
}

function bodyOf(incident: ReportIncident, onEvents: (incident: ReportIncident) => void): HTMLElement {
  return h(
    'div',
    { class: 'incident-body' },
    h('div', { class: 'whole' }, h('h3', {}, 'What happened'), incidentStory(incident)),
    h('div', {}, h('h3', {}, 'Why'), reasonList(incident.reasons), ...nextSteps(incident)),
    h(
      'dl',
      { class: 'facts' },
      ...factsOf(incident).flatMap(([name, value]) => [h('dt', {}, name), h('dd', { class: 'wrap' }, value)]),
      h('dt', {}, ''),
      h('dd', {}, button({ class: 'primary', onclick: () => onEvents(incident) }, 'Show its events')),
    ),
    ...queries(incident),
  );
}

function nextSteps({ nextSteps: steps }: ReportIncident): Node[] {
  if (steps.length === 0) return [];
  return [
    h('h3', { class: 'later' }, 'What to do next'),
    h('ol', { class: 'sentences' }, ...steps.map((step) => h('li', { class: 'reason' }, step))),
  ];
}

/** Queries to look further with, folded away. */
function queries({ query }: ReportIncident): Node[] {
  const named = [
    ['Athena', query.athena],
    ['CloudWatch Logs Insights', query.logsInsights],
  ] as const;
  const known = named.filter(([, text]) => text !== '');
  if (known.length === 0) return [];
  // The line breaks are the page's own; whatever else is in a line is made visible.
  const block = (text: string): HTMLElement =>
    h('pre', { class: 'query', tabindex: 0 }, ...text.split('\n').flatMap((line) => [line, h('br')]));
  return [
    h(
      'details',
      { class: 'whole queries' },
      h('summary', {}, 'Queries to look further with'),
      ...known.flatMap(([name, text]) => [h('h3', { class: 'later' }, name), block(text)]),
    ),
  ];
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
    ['Status', incident.status === 'open' ? 'open: less than 24 hours of quiet' : 'resolved after 24 hours of quiet'],
    ['Signals', countOf(incident.signals, 'signal')],
    ['Accounts', incident.accounts.join(', ') || 'none'],
    ['Regions', incident.regions.join(', ') || 'none'],
    ['Addresses', incident.addresses.join(', ') || 'none'],
    ['Resources', incident.resources.map(({ type, name }) => `${type} ${name}`).join(', ') || 'none named'],
    ['Incident', incident.id],
  ];
}

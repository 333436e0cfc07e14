import { LEVELS } from '../core/levels.ts';
import type { ReportAnomaly, ReportModel } from '../core/outputs/report-model.ts';
import { readModel } from './data.ts';
import { h } from './dom.ts';
import type { Filters } from './events/filters.ts';
import { eventsPanel } from './events/panel.ts';
import { addressesPanel } from './panels/addresses.ts';
import { anomaliesPanel } from './panels/anomalies.ts';
import { compliancePanel } from './panels/compliance.ts';
import { figuresPanel, topBar, verdictPanel } from './panels/header.ts';
import { incidentsPanel, openIncident } from './panels/incidents.ts';
import { principalsPanel, rulesPanel } from './panels/rankings.ts';
import { signinsPanel } from './panels/signins.ts';
import { timelinePanel } from './panels/timeline.ts';
import { startTheme } from './theme.ts';
import { allowOnlyEmptyMarkup } from './trusted.ts';

const PARTS = [
  { id: 'incidents', name: 'Incidents' },
  { id: 'anomalies', name: 'Anomalies' },
  { id: 'timeline', name: 'Timeline' },
  { id: 'compliance', name: 'Compliance' },
  { id: 'addresses', name: 'Addresses' },
  { id: 'rules', name: 'Rules' },
  { id: 'signins', name: 'Sign-ins' },
  { id: 'principals', name: 'Principals' },
  { id: 'events', name: 'Events' },
];

/** Puts the page together; what is chosen in any part narrows the table of events. */
function pageOf(model: ReportModel): { readonly nodes: readonly Node[]; readonly start: () => void } {
  const events = eventsPanel(model);
  const nodes = [
    topBar(PARTS),
    h(
      'main',
      {},
      verdictPanel(model, openIncident),
      figuresPanel(model, (level) => events.narrowTo({ levels: [level] })),
      incidentsPanel(model.incidents, ({ principal, opened, updated }) =>
        events.narrowTo({ principal, from: opened.slice(0, 16), to: minuteAfter(updated) }),
      ),
      anomaliesPanel(model.anomalies, (anomaly) => events.narrowTo(doingsOf(anomaly))),
      timelinePanel(model, (span, level) => events.narrowTo({ ...span, levels: LEVELS.filter((one) => one === level) })),
      compliancePanel(model.regions, (region) => events.narrowTo({ region })),
      h(
        'div',
        { class: 'columns' },
        addressesPanel(model.addresses, (address) => events.narrowTo({ address })),
        rulesPanel(model.rules, (title) =>
          events.narrowTo({
            text: title
              .split('"')
              .map((part) => `"${part}"`)
              .join(' '),
          }),
        ),
      ),
      signinsPanel(model, (span) => events.narrowTo({ ...span, action: 'ConsoleLogin' })),
      principalsPanel(model.principals, (principal) => events.narrowTo({ principal })),
      events.element,
    ),
    footer(model),
  ];
  return { nodes, start: events.followAddress };
}

/** The events that an anomaly is about: its principal's, else those from its address, in its account or region, in its window. */
function doingsOf({ entityKind, entity, principal, address, account, region, from, to }: ReportAnomaly): Partial<Filters> {
  const span = { from: from.slice(0, 16), to: from === to ? minuteAfter(to) : upTo(to) };
  if (entityKind === 'address') return { ...span, address: entity };
  if (principal !== '') return { ...span, principal };
  if (address !== '') return { ...span, address };
  return { ...span, ...(account === '' ? {} : { account }), ...(region === '' ? {} : { region }) };
}

/** A window's end, which lies outside of it, as the time filter takes it. */
function upTo(iso: string): string {
  return iso.slice(16) === ':00Z' ? iso.slice(0, 16) : minuteAfter(iso);
}

/** The first minute that lies wholly after an instant, as the time filter takes it. */
function minuteAfter(iso: string): string {
  return new Date(Date.parse(iso) + 60_000).toISOString().slice(0, 16);
}

function footer({ tool }: ReportModel): HTMLElement {
  const licences = document.getElementById('licences') as HTMLTemplateElement | null;
  return h(
    'footer',
    {},
    h(
      'p',
      {},
      `Made by ${tool.name} ${tool.version}. All times are UTC. This page loads nothing from elsewhere; texts of the trail are shown with their invisible characters spelled out.`,
    ),
    h('details', {}, h('summary', {}, 'Licences of the parts of this page'), licences?.content ?? null),
  );
}

async function start(): Promise<void> {
  const page = document.getElementById('page');
  const data = document.getElementById('data');
  if (!page || !data) return;
  allowOnlyEmptyMarkup();
  startTheme();
  try {
    const model = await readModel(data.textContent ?? '');
    data.remove();
    const { nodes, start: follow } = pageOf(model);
    page.replaceChildren(...nodes);
    follow();
    addEventListener('popstate', follow);
    document.title = `Trailwarden report${model.totals.to ? `, to ${model.totals.to.slice(0, 10)}` : ''}`;
  } catch (error) {
    page.replaceChildren(h('p', { class: 'notice', role: 'alert' }, error instanceof Error ? error.message : String(error)));
  }
}

void start();

import { levelOf } from '../../core/levels.ts';
import type { ReportAddress } from '../../core/outputs/report-model.ts';
import { button, emptyState, h, panel, withRest } from '../dom.ts';
import { countOf, formatCount } from '../format.ts';
import { riskMeter } from '../pieces.ts';

const FIRST = 10;

/** Source addresses by risk; the unusual ones say why. */
export function addressesPanel(addresses: readonly ReportAddress[], onAddress: (address: string) => void): HTMLElement {
  if (addresses.length === 0) return panel('addresses', 'Top source addresses', null, emptyState('No event names a source address.'));
  const unusual = addresses.filter((address) => address.anomalous).length;
  const rows = addresses.map((address) => addressRow(address, onAddress));
  const head = ['Address', 'Risk', 'Events', 'Risky', 'Failed', 'Principals'];
  const table = h(
    'table',
    { class: 'stack addresses' },
    h('thead', {}, h('tr', {}, ...head.map((name, column) => h('th', { scope: 'col', class: column > 1 ? 'number' : '' }, name)))),
  );
  const note = unusual > 0 ? `${countOf(unusual, 'address is', 'addresses are')} unusual and marked ▲.` : 'None of them is unusual.';
  return panel('addresses', 'Top source addresses', note, table, ...withRest(table, rows, FIRST, 'addresses'));
}

function addressRow(address: ReportAddress, onAddress: (address: string) => void): HTMLElement {
  const row = h(
    'tr',
    {},
    h(
      'th',
      { scope: 'row' },
      button(
        { class: 'link strong mono wrap', 'data-address': address.address, onclick: () => onAddress(address.address) },
        address.address || '(none)',
      ),
      ' ',
      address.anomalous ? h('span', { class: 'mark-unusual' }, '▲ unusual') : null,
    ),
    h('td', { 'data-label': 'Risk' }, riskMeter(address.risk, levelOf(address.risk))),
    h('td', { class: 'number', 'data-label': 'Events' }, formatCount(address.events)),
    h('td', { class: 'number', 'data-label': 'Risky' }, formatCount(address.riskyEvents)),
    h('td', { class: 'number', 'data-label': 'Failed' }, formatCount(address.failedEvents)),
    h('td', { class: 'number', 'data-label': 'Principals' }, formatCount(address.principals)),
  );
  const why = h('tr', { class: 'why' }, h('td', { colspan: 6 }, h('ul', {}, ...address.why.map((sentence) => h('li', {}, sentence)))));
  return h('tbody', { class: address.anomalous ? 'unusual' : '' }, row, address.why.length > 0 ? why : null);
}

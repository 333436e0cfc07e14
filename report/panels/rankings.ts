import type { ReportModel, ReportPrincipal } from '../../core/outputs/report-model.ts';
import { button, emptyState, h, panel, withRest } from '../dom.ts';
import { countOf, formatCount, shortPrincipal } from '../format.ts';
import { levelBadge, reasonList, riskMeter, roleTag, tacticChips } from '../pieces.ts';

const FIRST = 8;

/** Principals by risk; each opens to its reasons. */
export function principalsPanel(principals: readonly ReportPrincipal[], onPrincipal: (principal: string) => void): HTMLElement {
  if (principals.length === 0) return panel('principals', 'Top principals', null, emptyState('No event, so no principal.'));
  const list = h('ol', { class: 'principals' });
  const items = principals.map((principal) => h('li', {}, principalItem(principal, onPrincipal)));
  return panel('principals', 'Top principals', 'By risk, highest first.', list, ...withRest(list, items, FIRST, 'principals'));
}

function principalItem(principal: ReportPrincipal, onPrincipal: (principal: string) => void): HTMLElement {
  const events = `${countOf(principal.events, 'event')}, ${formatCount(principal.riskyEvents)} risky`;
  return h(
    'details',
    { class: 'ranked' },
    h(
      'summary',
      {},
      levelBadge(principal.level),
      riskMeter(principal.risk, principal.level),
      h(
        'span',
        { class: 'who' },
        h('span', { class: 'strong clamp' }, shortPrincipal(principal.principal)),
        ' ',
        roleTag(principal.roleTag),
      ),
      tacticChips(principal.tactics),
      h('span', { class: 'muted small events-count' }, events),
    ),
    h(
      'div',
      { class: 'ranked-body' },
      h('p', { class: 'muted small wrap' }, principal.principal),
      reasonList(principal.reasons),
      button({ class: 'primary', onclick: () => onPrincipal(principal.principal) }, 'Show its events'),
    ),
  );
}

/** The rules that spoke, gravest first, with their authors. */
export function rulesPanel(rules: ReportModel['rules'], onRule: (title: string) => void): HTMLElement {
  if (rules.length === 0) return panel('rules', 'Top rules', null, emptyState('No rule matched an event.'));
  const body = h('tbody');
  const rows = rules.map((rule) =>
    h(
      'tr',
      {},
      h('td', { 'data-label': 'Level' }, levelBadge(rule.level)),
      h(
        'th',
        { scope: 'row' },
        button({ class: 'link wrap', title: rule.id, onclick: () => onRule(rule.title) }, rule.title),
        h('span', { class: 'muted small wrap' }, ` by ${rule.author || 'an unnamed author'}`),
      ),
      h('td', { class: 'number', 'data-label': 'Signals' }, formatCount(rule.signals)),
    ),
  );
  const head = h(
    'tr',
    {},
    h('th', { scope: 'col' }, 'Level'),
    h('th', { scope: 'col' }, 'Rule'),
    h('th', { scope: 'col', class: 'number' }, 'Signals'),
  );
  return panel(
    'rules',
    'Top rules',
    'By level, then by number of signals.',
    h('table', { class: 'rules' }, h('thead', {}, head), body),
    ...withRest(body, rows, FIRST, 'rules'),
  );
}

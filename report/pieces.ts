import type { Level } from '../core/levels.ts';
import type { ReportReason } from '../core/outputs/report-model.ts';
import { h } from './dom.ts';
import { formatName, formatPoints, formatRisk } from './format.ts';

/** A level, always as a word; its colour and fill only repeat it. */
export function levelBadge(level: Level): HTMLElement {
  return h('span', { class: `badge level-${level}` }, level);
}

/** A risk of 0-100 as number and bar. */
export function riskMeter(risk: number, level: Level): HTMLElement {
  const fill = h('span', { class: `meter-fill fill-${level}` });
  fill.style.setProperty('width', `${Math.max(0, Math.min(100, risk))}%`);
  return h(
    'span',
    { class: 'risk' },
    h('span', { class: 'risk-number' }, formatRisk(risk)),
    h('span', { class: 'meter', 'aria-hidden': 'true' }, fill),
  );
}

/** Tactics in the order in which they happened. */
export function tacticChips(tactics: readonly string[]): HTMLElement {
  if (tactics.length === 0) return h('span', { class: 'tactics muted small' }, 'no tactic');
  return h(
    'ol',
    { class: 'tactics', 'aria-label': 'Tactics in order' },
    ...tactics.map((tactic) => h('li', { class: 'chip' }, formatName(tactic))),
  );
}

/** Reasons with their points, weightiest first as the model gives them. */
export function reasonList(reasons: readonly ReportReason[]): HTMLElement {
  if (reasons.length === 0) return h('p', { class: 'muted' }, 'No reason is on record: nothing adds to the risk.');
  return h(
    'ul',
    { class: 'reasons' },
    ...reasons.map((reason) =>
      h('li', {}, h('span', { class: 'points' }, formatPoints(reason.points)), h('span', { class: 'reason' }, reason.text)),
    ),
  );
}

export function roleTag(tag: string): HTMLElement {
  return h('span', { class: 'tag', title: `Role tag: ${tag}` }, tag);
}

import type { ReportDetection, ReportIncident } from '../../core/outputs/report-model.ts';
import { h, withRest } from '../dom.ts';
import { countOf, formatTime } from '../format.ts';
import { levelBadge } from '../pieces.ts';

const FIRST = 20;
/** Width of the mark of one moment, in percent of the axis. */
const LEAST_WIDTH = 1.2;

/** What each detector saw, in the order in which it began, each with its stretch on the incident's own axis of time. */
export function incidentStory({ detections, opened, updated }: ReportIncident): HTMLElement {
  if (detections.length === 0) return h('p', { class: 'muted' }, 'No detection is on record.');
  const [from, to] = [Date.parse(opened), Date.parse(updated)];
  const isOneDay = opened.slice(0, 10) === updated.slice(0, 10);
  const list = h('ol', { class: 'story' });
  const rows = detections.map((detection) => storyRow(detection, from, to, isOneDay));
  const axis = h(
    'div',
    { class: 'story-axis', 'aria-hidden': 'true' },
    h('span', {}, momentText(opened, isOneDay)),
    h('span', {}, spanText(to - from)),
    h('span', {}, momentText(updated, isOneDay)),
  );
  return h('div', { class: 'story-box' }, axis, list, ...withRest(list, rows, FIRST, 'detections'));
}

function storyRow({ title, level, first, last, text }: ReportDetection, from: number, to: number, isOneDay: boolean): HTMLElement {
  const length = Math.max(1, to - from);
  const start = Math.max(0, Math.min(100 - LEAST_WIDTH, (100 * (Date.parse(first) - from)) / length));
  const width = Math.max(LEAST_WIDTH, Math.min(100 - start, (100 * (Date.parse(last) - Date.parse(first))) / length));
  const stretch = h('span', { class: `story-stretch fill-${level}` });
  stretch.style.setProperty('left', `${start}%`);
  stretch.style.setProperty('width', `${width}%`);
  return h(
    'li',
    {},
    h('time', { class: 'story-time', datetime: first, title: `${formatTime(first)} UTC` }, momentText(first, isOneDay)),
    h('span', { class: 'story-track', 'aria-hidden': 'true' }, stretch),
    levelBadge(level),
    h('span', { class: 'story-text' }, h('span', { class: 'strong' }, title), ': ', h('span', { class: 'muted small wrap' }, text)),
  );
}

/** The time of day alone where all is of one day. */
function momentText(iso: string, isOneDay: boolean): string {
  const text = formatTime(iso);
  return isOneDay ? text.slice(11) : text.slice(5, 16);
}

function spanText(milliseconds: number): string {
  const minutes = Math.round(milliseconds / 60_000);
  if (minutes < 1) return 'within a minute';
  if (minutes < 120) return countOf(minutes, 'minute');
  const hours = Math.round(minutes / 60);
  return hours < 72 ? countOf(hours, 'hour') : countOf(Math.round(hours / 24), 'day');
}

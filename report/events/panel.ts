import type { ReportEventAnomaly, ReportModel } from '../../core/outputs/report-model.ts';
import { emptyState, h, panel } from '../dom.ts';
import { countText, nothingText } from './count.ts';
import { detailPanel } from './detail.ts';
import { filterBar } from './filterbar.ts';
import { type Filters, facetsOf, filterEvents, isFiltering, NO_FILTERS, searchText } from './filters.ts';
import { eventGrid, PRINTED_ROWS } from './grid.ts';
import { FIRST_VIEW, hashOf, type TableView, viewOfHash } from './hash.ts';
import { type Sorting, sortedBy, sortPositions } from './sorting.ts';

export interface EventsPanel {
  readonly element: HTMLElement;
  /** Narrows the table to this alone and brings it into view. */
  narrowTo(filters: Partial<Filters>): void;
  /** Follows the address: at the start, and when the reader goes back or forth. */
  followAddress(): void;
}

const TYPING_PAUSE_MS = 120;

/** The table of events with its filters and the drawer; its state and the address's hash are one. */
export function eventsPanel(model: ReportModel): EventsPanel {
  const { events } = model;
  if (events.length === 0) {
    const element = panel('events', 'Events', null, emptyState('No event to list.'));
    return { element, narrowTo: () => element.scrollIntoView(), followAddress: () => {} };
  }
  const facets = facetsOf(events);
  const texts: string[] = [];
  const textOf = (position: number): string => {
    const event = events[position];
    const text = texts[position] ?? (event ? searchText(event) : '');
    texts[position] = text;
    return text;
  };
  let view: TableView = FIRST_VIEW;
  let shown: readonly number[] = [];
  let openRow = -1;
  let typing: ReturnType<typeof setTimeout> | undefined;

  const count = h('p', { class: 'count', role: 'status' });
  const nothing = h('p', { class: 'empty', hidden: true });

  const refresh = (): void => {
    shown = sortPositions(events, filterEvents(events, view.filters, facets, textOf), view.sorting);
    grid.show(shown, view.sorting);
    bar.set(view.filters, view.sorting);
    count.textContent = countText(shown.length, events.length, model.totals.events);
    grid.element.hidden = shown.length === 0;
    nothing.hidden = shown.length > 0;
    nothing.textContent = nothingText(events.length, model.totals.events);
  };
  const keepAddress = (how: 'pushState' | 'replaceState'): void => {
    const hash = hashOf(view);
    if (location.hash.replace(/^#/, '') === hash) return;
    history[how](null, '', `#${hash}`);
  };
  const setFilters = (filters: Filters, isTyping: boolean): void => {
    view = { ...view, filters };
    clearTimeout(typing);
    const update = (): void => {
      refresh();
      keepAddress('replaceState');
    };
    if (isTyping) typing = setTimeout(update, TYPING_PAUSE_MS);
    else update();
  };
  const setSorting = (sorting: Sorting): void => {
    view = { ...view, sorting };
    refresh();
    keepAddress('replaceState');
  };
  const openEvent = (row: number): void => {
    const event = events[shown[row] ?? -1];
    if (!event) return;
    openRow = row;
    view = { ...view, eventId: event.id };
    keepAddress('replaceState');
    detail.open(event, row, shown.length);
  };
  const narrowTo = (filters: Partial<Filters>): void => {
    clearTimeout(typing);
    view = { ...view, filters: { ...NO_FILTERS, ...filters }, eventId: '' };
    if (detail.element.open) detail.element.close();
    keepAddress('pushState');
    refresh();
    element.scrollIntoView();
    element.focus({ preventScroll: true });
  };

  const grid = eventGrid(events, openEvent, (key) => setSorting(sortedBy(view.sorting, key)));
  const bar = filterBar(events, facets, setFilters, setSorting);
  const detail = detailPanel({
    anomalies: anomaliesByEvent(model),
    rules: new Map(model.rules.map((rule) => [`rule:${rule.id}`, rule])),
    onStep: (step) => {
      openEvent(openRow + step);
      grid.goTo(openRow);
    },
    onFilter: (field, value) => narrowTo({ [field]: value }),
    onClose: () => {
      view = { ...view, eventId: '' };
      keepAddress('replaceState');
      grid.focus();
    },
  });
  const element = panel(
    'events',
    'Events',
    'A click or Enter opens an event: why it is risky, what each signal saw, and the record.',
    bar.element,
    count,
    h('p', { class: 'note paper-only' }, `On paper: the first ${PRINTED_ROWS} rows.`),
    grid.element,
    nothing,
    detail.element,
  );

  return {
    element,
    narrowTo,
    followAddress: () => {
      view = viewOfHash(location.hash);
      refresh();
      const position = view.eventId ? events.findIndex((event) => event.id === view.eventId) : -1;
      const event = events[position];
      if (!event) {
        if (detail.element.open) detail.element.close();
        if (isFiltering(view.filters)) element.scrollIntoView();
        return;
      }
      openRow = shown.indexOf(position);
      if (openRow >= 0) grid.goTo(openRow);
      element.scrollIntoView();
      detail.open(event, openRow, shown.length);
    },
  };
}

/** In older browsers a Map cannot group. */
function anomaliesByEvent({ eventAnomalies }: ReportModel): Map<string, ReportEventAnomaly[]> {
  const byEvent = new Map<string, ReportEventAnomaly[]>();
  for (const anomaly of eventAnomalies) {
    const others = byEvent.get(anomaly.event);
    if (others === undefined) byEvent.set(anomaly.event, [anomaly]);
    else others.push(anomaly);
  }
  return byEvent;
}

import type { ReportEvent } from '../../core/outputs/report-model.ts';
import { button, h } from '../dom.ts';
import { formatRisk, formatTime, shortPrincipal, visibleText } from '../format.ts';
import type { Sorting, SortKey } from './sorting.ts';

interface Column {
  readonly key: SortKey;
  readonly name: string;
  readonly text: (event: ReportEvent) => string;
}

export const COLUMNS: readonly Column[] = [
  { key: 'time', name: 'Time (UTC)', text: (event) => formatTime(event.time) },
  { key: 'level', name: 'Level', text: (event) => event.level },
  { key: 'risk', name: 'Risk', text: (event) => formatRisk(event.risk) },
  { key: 'principal', name: 'Principal', text: (event) => shortPrincipal(event.principal) },
  { key: 'roleTag', name: 'Role tag', text: (event) => event.roleTag },
  { key: 'action', name: 'Action', text: (event) => event.action },
  { key: 'region', name: 'Region', text: (event) => event.region },
  { key: 'account', name: 'Account', text: (event) => event.account },
  { key: 'address', name: 'Address', text: (event) => event.address },
  { key: 'error', name: 'Error', text: (event) => event.error },
];

/** Rows drawn beyond either edge of the view, so that a scroll never shows a gap before the next frame. */
const OVERSCAN = 8;
/** Rows that go to paper, where nothing scrolls. */
export const PRINTED_ROWS = 50;

export interface Grid {
  readonly element: HTMLElement;
  /** Shows these positions of the events, from the top. */
  show(positions: readonly number[], sorting: Sorting): void;
  /** Makes a row of the shown ones the current one and brings it into view. */
  goTo(row: number): void;
  focus(): void;
}

interface Row {
  readonly element: HTMLElement;
  readonly cells: readonly HTMLElement[];
  position: number;
}

/**
 * The table of events. Only the rows in view exist; all rows are of one height (`--row-height` of the style sheet, which is
 * larger where the columns become lines), so a row's place is a product and the scroll bar is true.
 *
 * @param onOpen called with the row that was clicked or entered.
 * @param onSort called with the column whose head was clicked.
 */
export function eventGrid(events: readonly ReportEvent[], onOpen: (row: number) => void, onSort: (key: SortKey) => void): Grid {
  const heads = new Map(COLUMNS.map((column) => [column.key, headOf(column, onSort)]));
  const headRow = h('div', { class: 'grid-row grid-head', role: 'row', 'aria-rowindex': 1 }, ...heads.values());
  const space = h('div', { class: 'grid-space', role: 'rowgroup' });
  const view = h(
    'div',
    {
      class: 'grid',
      role: 'grid',
      id: 'grid',
      tabindex: 0,
      'aria-label': 'Events; arrow keys move, Enter opens',
      'aria-colcount': COLUMNS.length,
    },
    h('div', { role: 'rowgroup', class: 'grid-top' }, headRow),
    space,
  );
  const pool: Row[] = [];
  let shown: readonly number[] = [];
  let current = 0;
  let printing = false;
  let frame = 0;

  const rowHeight = (): number => Number.parseFloat(getComputedStyle(view).getPropertyValue('--row-height')) || 34;

  const draw = (): void => {
    frame = 0;
    const height = rowHeight();
    const first = printing ? 0 : Math.max(0, Math.floor(view.scrollTop / height) - OVERSCAN);
    const inView = printing ? PRINTED_ROWS : Math.ceil(view.clientHeight / height) + 2 * OVERSCAN;
    const last = Math.min(shown.length, first + inView);
    space.style.setProperty('--space-height', `${(printing ? last : shown.length) * height}px`);
    while (pool.length < last - first) {
      const row = newRow();
      pool.push(row);
      space.append(row.element);
    }
    pool.forEach((row, slot) => {
      const index = first + slot;
      const position = index < last ? shown[index] : undefined;
      row.element.hidden = position === undefined;
      if (position === undefined) return;
      fill(row, position, events[position]);
      row.element.style.setProperty('--row-top', `${index * height}px`);
      row.element.setAttribute('aria-rowindex', String(index + 2));
      row.element.id = `row-${index}`;
      row.element.classList.toggle('current', index === current);
      row.element.setAttribute('aria-selected', String(index === current));
    });
    if (shown.length > 0 && current >= first && current < last) view.setAttribute('aria-activedescendant', `row-${current}`);
    else view.removeAttribute('aria-activedescendant');
  };
  const drawSoon = (): void => {
    if (frame === 0) frame = requestAnimationFrame(draw);
  };
  const goTo = (row: number): void => {
    current = Math.max(0, Math.min(shown.length - 1, row));
    const height = rowHeight();
    const top = current * height;
    const room = view.clientHeight - headRow.offsetHeight;
    if (top < view.scrollTop) view.scrollTop = top;
    else if (top + height > view.scrollTop + room) view.scrollTop = top + height - room;
    draw();
  };

  view.addEventListener('scroll', drawSoon, { passive: true });
  view.addEventListener('keydown', (event) => {
    if (event.target !== view || shown.length === 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    const page = Math.max(1, Math.floor(view.clientHeight / rowHeight()) - 2);
    const moves: Record<string, number> = {
      ArrowDown: current + 1,
      ArrowUp: current - 1,
      PageDown: current + page,
      PageUp: current - page,
      Home: 0,
      End: shown.length - 1,
    };
    const target = moves[event.key];
    if (target !== undefined) goTo(target);
    else if (event.key === 'Enter' || event.key === ' ') onOpen(current);
    else return;
    event.preventDefault();
  });
  space.addEventListener('click', (event) => {
    const row = (event.target as HTMLElement).closest<HTMLElement>('.grid-row');
    if (!row) return;
    current = Number(row.id.slice('row-'.length));
    draw();
    onOpen(current);
  });
  new ResizeObserver(drawSoon).observe(view);
  const print = (state: boolean) => (): void => {
    printing = state;
    draw();
  };
  addEventListener('beforeprint', print(true));
  addEventListener('afterprint', print(false));

  return {
    element: view,
    show: (positions, sorting) => {
      shown = positions;
      current = 0;
      view.scrollTop = 0;
      view.setAttribute('aria-rowcount', String(positions.length + 1));
      for (const [key, head] of heads) {
        head.setAttribute('aria-sort', key === sorting.key ? (sorting.descending ? 'descending' : 'ascending') : 'none');
      }
      draw();
    },
    goTo,
    focus: () => view.focus({ preventScroll: true }),
  };
}

function headOf(column: Column, onSort: (key: SortKey) => void): HTMLElement {
  return h(
    'div',
    { role: 'columnheader', class: `cell cell-${column.key}` },
    button(
      { class: 'sort', 'data-sort': column.key, onclick: () => onSort(column.key) },
      column.name,
      h('span', { class: 'arrow', 'aria-hidden': 'true' }),
    ),
  );
}

function newRow(): Row {
  const cells = COLUMNS.map((column) => h('div', { role: 'gridcell', class: `cell cell-${column.key}` }, h('span', {})));
  return { element: h('div', { class: 'grid-row', role: 'row' }, ...cells), cells, position: -1 };
}

function fill(row: Row, position: number, event: ReportEvent | undefined): void {
  if (row.position === position || !event) return;
  row.position = position;
  row.element.dataset.level = event.level;
  COLUMNS.forEach((column, index) => {
    const span = row.cells[index]?.firstElementChild as HTMLElement | null;
    if (!span) return;
    const text = visibleText(column.text(event));
    span.textContent = text;
    span.title = column.key === 'principal' ? visibleText(event.principal) : text;
    if (column.key === 'level') span.className = `badge level-${event.level}`;
  });
}

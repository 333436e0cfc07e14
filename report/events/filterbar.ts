import { LEVELS } from '../../core/levels.ts';
import type { ReportEvent } from '../../core/outputs/report-model.ts';
import { button, h } from '../dom.ts';
import { formatCount, visibleText } from '../format.ts';
import { type Facets, type Filters, isFiltering, NO_FILTERS, type ValueField } from './filters.ts';
import { COLUMNS } from './grid.ts';
import type { Sorting, SortKey } from './sorting.ts';

const NAMES: Readonly<Record<ValueField, string>> = {
  principal: 'Principal',
  roleTag: 'Role tag',
  action: 'Event name',
  region: 'Region',
  account: 'Account',
  address: 'Address',
};
/** Values offered while typing; more would slow the browser's list down without helping anyone choose. */
const MOST_OFFERED = 300;

export interface FilterBar {
  readonly element: HTMLElement;
  /** Shows what is set, without calling back. */
  set(filters: Filters, sorting: Sorting): void;
}

/** The form over the table. `onChange` gets the new filters; `typing` says that more letters may follow. */
export function filterBar(
  events: readonly ReportEvent[],
  facets: Facets,
  onChange: (filters: Filters, typing: boolean) => void,
  onSort: (sorting: Sorting) => void,
): FilterBar {
  let filters = NO_FILTERS;
  const change = (part: Partial<Filters>, typing = false): void => {
    filters = { ...filters, ...part };
    clear.disabled = !isFiltering(filters);
    onChange(filters, typing);
  };

  const levels = LEVELS.map((level) => {
    const count = events.reduce((sum, event) => sum + (event.level === level ? 1 : 0), 0);
    const toggle = button(
      { class: 'toggle', 'data-level': level },
      h('span', { class: `swatch fill-${level}` }),
      level,
      ` ${formatCount(count)}`,
    );
    toggle.addEventListener('click', () => {
      const chosen = new Set(filters.levels);
      if (!chosen.delete(level)) chosen.add(level);
      change({ levels: LEVELS.filter((one) => chosen.has(one)) });
      showLevels();
    });
    return toggle;
  });
  const showLevels = (): void => {
    LEVELS.forEach((level, index) => {
      levels[index]?.setAttribute('aria-pressed', String(filters.levels.includes(level)));
    });
  };

  const text = input({ id: 'filter-text', type: 'search', placeholder: 'any field, reason or record', maxlength: 500 }, (value) =>
    change({ text: value }, true),
  );
  const typed = (['principal', 'action', 'address'] as const).map((field) =>
    typedFilter(field, facets, (value, typing) => change({ [field]: value }, typing)),
  );
  const chosen = (['roleTag', 'region', 'account'] as const).map((field) =>
    chosenFilter(field, facets, (value) => change({ [field]: value })),
  );
  const from = input({ id: 'filter-from', type: 'datetime-local', max: '9999-12-31T23:59' }, (value) => change({ from: value }, true));
  const to = input({ id: 'filter-to', type: 'datetime-local', max: '9999-12-31T23:59' }, (value) => change({ to: value }, true));
  const clear = button({ class: 'quiet', id: 'filter-clear' }, 'Clear filters');
  clear.addEventListener('click', () => {
    set(NO_FILTERS);
    change({});
    text.focus();
  });
  const sort = sortChoice(onSort);

  const set = (next: Filters): void => {
    filters = next;
    showLevels();
    assign(text, next.text);
    assign(from, next.from);
    assign(to, next.to);
    for (const { field, set: setField } of [...typed, ...chosen]) setField(next[field]);
    clear.disabled = !isFiltering(next);
  };
  return {
    element: h(
      'form',
      { class: 'filters', role: 'search', 'aria-label': 'Filters of the table of events' },
      h(
        'div',
        { class: 'filter filter-levels', role: 'group', 'aria-label': 'Level' },
        h('span', { class: 'muted', 'aria-hidden': 'true' }, 'Level'),
        h('div', {}, ...[...levels].reverse()),
      ),
      labelled('Search', text, 'filter-wide'),
      ...typed.map(({ field, element, list }) =>
        h('div', { class: `filter filter-${field}` }, h('label', { for: element.id }, NAMES[field]), element, list),
      ),
      ...chosen.map(({ field, element }) => labelled(NAMES[field], element, `filter-${field}`)),
      labelled('From (UTC)', from, 'filter-time'),
      labelled('Before (UTC)', to, 'filter-time'),
      labelled('Sort by', sort.element, 'filter-sort'),
      h('div', { class: 'filter filter-clear' }, clear),
    ),
    set: (next, sorting) => {
      set(next);
      sort.set(sorting);
    },
  };
}

/** A date half typed in reads as '': writing the same '' back would wipe what is there. */
function assign(element: HTMLInputElement, value: string): void {
  if (element.value !== value) element.value = value;
}

function labelled(name: string, control: HTMLElement, kind = ''): HTMLElement {
  return h('div', { class: `filter ${kind}` }, h('label', { for: control.id }, name), control);
}

function input(attributes: Record<string, string | number>, onValue: (value: string) => void): HTMLInputElement {
  const element = h('input', { ...attributes, autocomplete: 'off', spellcheck: 'false' });
  element.addEventListener('input', () => onValue(element.value));
  element.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') event.preventDefault();
  });
  return element;
}

interface FieldControl {
  readonly field: ValueField;
  set(value: string): void;
}

function typedFilter(
  field: ValueField,
  facets: Facets,
  onValue: (value: string, typing: boolean) => void,
): FieldControl & { readonly element: HTMLInputElement; readonly list: HTMLElement } {
  const list = h('datalist', { id: `values-${field}` });
  const element = input({ id: `filter-${field}`, type: 'search', list: list.id, placeholder: 'contains…' }, (value) =>
    onValue(value, !facets[field].has(value)),
  );
  for (const value of [...facets[field].keys()].slice(0, MOST_OFFERED)) {
    const option = document.createElement('option');
    option.value = value;
    list.append(option);
  }
  return {
    field,
    element,
    list,
    set: (value) => assign(element, value),
  };
}

function chosenFilter(
  field: ValueField,
  facets: Facets,
  onValue: (value: string) => void,
): FieldControl & { readonly element: HTMLSelectElement } {
  const element = h('select', { id: `filter-${field}` });
  const offer = (value: string, label: string): void => {
    const option = document.createElement('option');
    option.value = value;
    option.textContent = visibleText(label);
    element.append(option);
  };
  offer('', 'any');
  for (const [value, count] of facets[field]) if (value !== '') offer(value, `${value} (${formatCount(count)})`);
  element.addEventListener('change', () => onValue(element.value));
  return {
    field,
    element,
    // A link or a panel may name a value of which the table holds no event.
    set: (value) => {
      if (![...element.options].some((option) => option.value === value)) offer(value, `${value} (0)`);
      element.value = value;
    },
  };
}

/** Sorting for narrow pages, where the table has no heads to click. */
function sortChoice(onSort: (sorting: Sorting) => void): { readonly element: HTMLSelectElement; set(sorting: Sorting): void } {
  const element = h('select', { id: 'sort-by' });
  for (const { key, name } of COLUMNS) {
    for (const descending of [true, false]) {
      element.append(h('option', { value: `${descending ? '-' : ''}${key}` }, `${name} ${descending ? '▼' : '▲'}`));
    }
  }
  element.addEventListener('change', () => {
    onSort({ key: element.value.replace('-', '') as SortKey, descending: element.value.startsWith('-') });
  });
  return {
    element,
    set: ({ key, descending }) => {
      element.value = `${descending ? '-' : ''}${key}`;
    },
  };
}

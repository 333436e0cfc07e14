import { visibleText } from './format.ts';

type Child = Node | string | null | undefined | false;

interface Attributes {
  readonly class?: string;
  readonly onclick?: (event: MouseEvent) => void;
  readonly [attribute: string]: string | number | boolean | ((event: MouseEvent) => void) | undefined;
}

/**
 * Makes an element. Texts become text nodes with their invisible characters spelled out, so nothing that a trail says is ever
 * read as markup. Attributes come from the page's own code; values of the trail may only go into `title`, `aria-*` and `data-*`.
 */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    if (typeof value === 'function') element.addEventListener('click', value as EventListener);
    else element.setAttribute(name, value === true ? '' : typeof value === 'string' ? visibleText(value) : String(value));
  }
  element.append(...nodesOf(children));
  return element;
}

/** The children as nodes, absent ones left out. */
export function nodesOf(children: readonly Child[]): (Node | string)[] {
  return children
    .filter((child): child is Node | string => child !== null && child !== undefined && child !== false)
    .map((child) => (typeof child === 'string' ? document.createTextNode(visibleText(child)) : child));
}

/** A push button that is never a submit button. */
export function button(attributes: Attributes, ...children: Child[]): HTMLButtonElement {
  return h('button', { type: 'button', ...attributes }, ...children);
}

/** One of the page's numbered parts, found by the links at its top. */
export function panel(id: string, title: string, note: Child, ...children: Child[]): HTMLElement {
  return h(
    'section',
    { id, class: 'panel', 'aria-labelledby': `${id}-title`, tabindex: -1 },
    h('header', { class: 'panel-head' }, h('h2', { id: `${id}-title` }, title), note ? h('p', { class: 'note' }, note) : null),
    ...children,
  );
}

/** The sentence that stands where there is nothing to show. */
export function emptyState(sentence: string): HTMLElement {
  return h('p', { class: 'empty' }, sentence);
}

/** A list or table body of which only the first items show until the reader asks for all. */
export function withRest(container: HTMLElement, items: readonly HTMLElement[], first: number, what: string): Node[] {
  container.append(...items.slice(0, first));
  if (items.length <= first) return [];
  const more = button({ class: 'more' }, `Show all ${items.length} ${what}`);
  more.addEventListener('click', () => {
    const rest = items.slice(first);
    container.append(...rest);
    more.remove();
    (rest[0]?.querySelector<HTMLElement>('button, summary') ?? rest[0])?.focus();
  });
  return [more];
}

import { button } from './dom.ts';

type Theme = 'light' | 'dark';

const KEY = 'trailwarden-theme';
const listeners = new Set<() => void>();
const systemDark = matchMedia('(prefers-color-scheme: dark)');
let chosen: Theme | null = stored();

/** The page's style is `data-theme` on its root: the reader's choice, or the system's until there is one. */
function apply(theme: Theme = chosen ?? (systemDark.matches ? 'dark' : 'light')): void {
  if (document.documentElement.dataset.theme === theme) return;
  document.documentElement.dataset.theme = theme;
  for (const listener of listeners) listener();
}

/** Calls back whenever the colours change; canvas and SVG charts take theirs from {@link color}. */
export function onTheme(listener: () => void): void {
  listeners.add(listener);
}

/** A colour of the style sheet by its variable's name: `color('high')`. */
export function color(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

/** Sets the theme and keeps it true to the system; paper is always light. */
export function startTheme(): void {
  apply();
  systemDark.addEventListener('change', () => apply());
  addEventListener('beforeprint', () => apply('light'));
  addEventListener('afterprint', () => apply());
}

export function themeToggle(): HTMLElement {
  const toggle = button({ class: 'quiet', id: 'theme' });
  const tell = (): void => {
    const other = document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark';
    toggle.textContent = other === 'dark' ? 'Dark theme' : 'Light theme';
    toggle.setAttribute('aria-label', `Switch to the ${other} theme`);
  };
  toggle.addEventListener('click', () => {
    chosen = document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark';
    remember(chosen);
    apply();
  });
  onTheme(tell);
  tell();
  return toggle;
}

/** Storage may be closed to a page opened from disk; the choice then lasts as long as the page. */
function stored(): Theme | null {
  try {
    const value = localStorage.getItem(KEY);
    return value === 'light' || value === 'dark' ? value : null;
  } catch {
    return null;
  }
}

function remember(theme: Theme): void {
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // Nothing to do: see stored().
  }
}

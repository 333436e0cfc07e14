import type { Level } from '../levels.ts';

/**
 * What a mail says, before it becomes text or HTML. All strings are plain (see `plain` in core/wording.ts): one line each, no control
 * characters, bounded. Code alone may have several lines.
 */
export interface Letter {
  readonly subject: string;
  readonly level: Level;
  /** `HIGH`, or what else stands before the headline. */
  readonly badge: string;
  /** 0-100, null where no one score sums it up. */
  readonly risk: number | null;
  readonly headline: string;
  /** Whom or what it is about, under the headline. */
  readonly about: string;
  /** What it comes down to. */
  readonly verdict: readonly string[];
  readonly blocks: readonly Block[];
  readonly foot: readonly string[];
}

export type Block =
  | { readonly kind: 'news'; readonly heading: string; readonly lines: readonly string[] }
  | { readonly kind: 'facts'; readonly heading: string; readonly facts: readonly Fact[] }
  | { readonly kind: 'points'; readonly heading: string; readonly total: number; readonly points: readonly Points[] }
  | { readonly kind: 'chain'; readonly heading: string; readonly links: readonly string[] }
  | { readonly kind: 'story'; readonly heading: string; readonly days: readonly Day[]; readonly rest: string }
  | { readonly kind: 'advice'; readonly heading: string; readonly advice: readonly Advice[] }
  | { readonly kind: 'list'; readonly heading: string; readonly lines: readonly string[] }
  | { readonly kind: 'code'; readonly heading: string; readonly codes: readonly Code[] }
  | { readonly kind: 'ranking'; readonly heading: string; readonly ranks: readonly Rank[]; readonly rest: string };

export interface Fact {
  readonly label: string;
  readonly values: readonly string[];
}

export interface Points {
  readonly text: string;
  readonly points: number;
}

export interface Day {
  readonly day: string;
  readonly entries: readonly Entry[];
}

export interface Entry {
  readonly time: string;
  readonly level: Level;
  readonly title: string;
  readonly text: string;
  /** Id of the event to look at first, and the page that shows it where there is one. */
  readonly event: string;
  readonly link: string;
  /** True where the last mail did not tell of it. */
  readonly fresh: boolean;
}

export interface Advice {
  readonly title: string;
  readonly text: string;
  readonly source: string;
  /** Addresses of pages, all `https:`. */
  readonly links: readonly string[];
}

export interface Code {
  readonly intro: string;
  readonly code: string;
}

export interface Rank {
  readonly level: Level;
  readonly risk: number;
  readonly title: string;
  readonly text: string;
}

/** Distinct actions that are told apart, by entity and window: more count as so many. */
export const MOST_ACTIONS = 128;
/** Distinct services, regions, accounts, peers and agents that are told apart, of each. */
export const MOST_THINGS = 64;

/** Calls that halve what a share of them says: one failed call of one is no sign of anything. */
const FEW_CALLS = 4;

/** Scaled distance from the greatest value seen to one that was never seen. */
const FURTHER = 0.5;

/** What a text about a window needs to know beside its values. */
export interface Telling {
  readonly isAddress: boolean;
  /** The organization's quiet hours, as `22:00-06:00 UTC`. */
  readonly quietHours: string;
}

/** One number that a window is judged by. */
export interface Feature {
  readonly name: string;
  /** As the forest sees it. */
  readonly scaled: (value: number, calls: number) => number;
  /** A scaled value beyond the greatest that was seen. */
  readonly furthest: (scaled: number) => number;
  /** As a text: `41 distinct actions`. */
  readonly told: (value: number, telling: Telling) => string;
  /** The usual value beside it: `3`. */
  readonly usual: (value: number) => string;
}

type Words = (telling: Telling) => readonly [one: string, many: string];

/** Counts go by their logarithm, as a forest splits ranges evenly: from 1 to 4 is as far as from 100 to 250. */
function counted(name: string, words: Words, most = Number.POSITIVE_INFINITY): Feature {
  const number = (n: number): string => (n >= most ? `${most} or more` : n.toLocaleString('en'));
  return {
    name,
    scaled: (value) => Math.log2(1 + value),
    furthest: (scaled) => scaled + FURTHER,
    told: (value, telling) => `${number(value)} ${words(telling)[value === 1 ? 0 : 1]}`,
    usual: number,
  };
}

/** Shares of few calls are drawn towards 0. */
function share(name: string, words: (telling: Telling) => string): Feature {
  const percent = (value: number): string => `${Math.round(value * 100)} %`;
  return {
    name,
    scaled: (value, calls) => (value * calls) / (calls + FEW_CALLS),
    furthest: (scaled) => Math.min(1, scaled + FURTHER),
    told: (value, telling) => `${percent(value)} ${words(telling)}`,
    usual: percent,
  };
}

/** In the order of a vector's values. */
export const FEATURES: readonly Feature[] = [
  counted('calls', () => ['call', 'calls']),
  counted('actions', () => ['distinct action', 'distinct actions'], MOST_ACTIONS),
  counted('services', () => ['service', 'services'], MOST_THINGS),
  counted('regions', () => ['region', 'regions'], MOST_THINGS),
  counted('accounts', () => ['account', 'accounts'], MOST_THINGS),
  counted('peers', ({ isAddress }) => (isAddress ? ['principal', 'principals'] : ['network', 'networks']), MOST_THINGS),
  counted('agents', () => ['kind of client', 'kinds of clients'], MOST_THINGS),
  share('error share', () => 'of the calls failed'),
  share('write share', () => 'of the calls change something'),
  share('night share', ({ quietHours }) => `of the calls in the organization's quiet hours (${quietHours})`),
  counted('login failures', () => ['failed sign-in', 'failed sign-ins']),
  {
    name: 'action entropy',
    scaled: (value) => value,
    furthest: (scaled) => scaled + FURTHER,
    told: (value) => `a mix of actions of ${value.toFixed(1)} bits (0 is always the same)`,
    usual: (value) => value.toFixed(1),
  },
];

/** Places among the values. */
export const CALLS = 0;
export const NIGHT_SHARE = FEATURES.findIndex(({ name }) => name === 'night share');

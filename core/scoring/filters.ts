/** Which events the user wants to see; what they leave out is counted as excluded. */
export interface Filters {
  /** Milliseconds since 1970, inclusive. */
  readonly since?: number;
  /** Milliseconds since 1970, exclusive. */
  readonly until?: number;
  readonly accounts?: readonly string[];
  readonly regions?: readonly string[];
}

/** A test whether an event is wanted; null when every event is. */
export function filterTest(filters: Filters): ((time: number, account: string, region: string) => boolean) | null {
  const { since = -Infinity, until = Infinity, accounts = [], regions = [] } = filters;
  if (since === -Infinity && until === Infinity && accounts.length === 0 && regions.length === 0) return null;
  const account = new Set(accounts);
  const region = new Set(regions);
  return (time, a, r) => time >= since && time < until && (account.size === 0 || account.has(a)) && (region.size === 0 || region.has(r));
}

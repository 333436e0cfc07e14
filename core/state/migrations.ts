import { type GroupState, peakAt } from '../incidents/group.ts';

/** Turns the data of a snapshot of version n, by its kind, into that of version n + 1; one for each version there was before the present one. */
export const MIGRATIONS: Readonly<Record<number, (kind: string, data: unknown) => unknown>> = { 1: withPeaks };

/** Version 1 knew no fading: an open group had no {@link GroupState.peak}, and a copy that waits no observation. */
function withPeaks(kind: string, data: unknown): unknown {
  if (kind.startsWith('principals/')) {
    const { principals, ...rest } = data as { readonly principals: Readonly<Record<string, Version1Principal>> };
    return { ...rest, principals: mapValues(principals, withPeak) };
  }
  if (kind === 'held') {
    const { copies, ...rest } = data as { readonly copies: readonly (readonly [string, { readonly event: object }])[] };
    return { ...rest, copies: copies.map(([key, copy]) => [key, { ...copy, event: { ...copy.event, observation: null } }]) };
  }
  return data;
}

interface Version1Principal {
  readonly state: { readonly ordinal: number; readonly group: Omit<GroupState, 'peak'> | null };
}

function withPeak(principal: Version1Principal): unknown {
  const { ordinal, group } = principal.state;
  if (group === null) return principal;
  return { ...principal, state: { ordinal, group: { ...group, peak: peakAt(group.detected, group.updated) } } };
}

function mapValues<T>(from: Readonly<Record<string, T>>, change: (value: T) => unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(from).map(([key, value]) => [key, change(value)]));
}

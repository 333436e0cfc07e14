import { closest, distance } from 'fastest-levenshtein';
import { ANOMALY_DETECTORS } from '../anomalies/detectors.ts';
import { detectorOf, detectorOfRule } from '../rules/correlation.ts';
import type { LoadedRules } from '../rules/model.ts';
import { shown } from '../rules/refused.ts';
import { wildcardTest } from '../wildcard.ts';
import { type Exception, exceptionEnd, exceptionId, namesOf } from './exceptions.ts';

/** `unknown`: it names nothing that there is. `expired`: it held no longer at the end. `unused`: no signal was excepted by it. */
export type ExceptionStatus = 'used' | 'unused' | 'expired' | 'unknown';

/** How an exception fared in an analysis. */
export interface ExceptionUse extends Exception {
  readonly id: string;
  /** Signals that it made weigh nothing. */
  readonly signals: number;
  readonly status: ExceptionStatus;
  /** One sentence or two of what is wrong and what to do; '' when nothing is. */
  readonly text: string;
}

const NEAREST = 3;

/**
 * How the exceptions fared: `signals` holds by id how many signals each excepted, `end` is the end of the time that was looked at, milliseconds
 * since 1970. `loaded` holds every rule that there is, those that the configuration disables included.
 */
export function exceptionUses(
  exceptions: readonly Exception[],
  loaded: Pick<LoadedRules, 'rules' | 'correlations'>,
  signals: ReadonlyMap<string, number>,
  end: number,
): ExceptionUse[] {
  const unknown = unknownTest(exceptions, loaded);
  return exceptions.map((exception) => {
    const id = exceptionId(exception);
    const count = signals.get(id) ?? 0;
    const is = exceptionText(exception);
    const used = { ...exception, id, signals: count };
    const hint = unknown(exception);
    if (hint !== undefined) return { ...used, status: 'unknown', text: hint };
    if (exceptionEnd(exception) <= end) {
      return { ...used, status: 'expired', text: `${is} ended on ${exception.expires}. Take it out, or give it a new last day.` };
    }
    if (count > 0) return { ...used, status: 'used', text: '' };
    return { ...used, status: 'unused', text: `${is} made no difference: no signal fits it. Take it out if it is not needed any more.` };
  });
}

/** Sentences for the exceptions that name no rule, correlation or detector of anomalies, with the nearest names that there are. */
export function unknownExceptions(exceptions: readonly Exception[], loaded: Pick<LoadedRules, 'rules' | 'correlations'>): string[] {
  const unknown = unknownTest(exceptions, loaded);
  return exceptions.flatMap((exception) => unknown(exception) ?? []);
}

/** An exception as a sentence begins with it. */
export function exceptionText({ rule, principal, address, account, owner }: Exception): string {
  const terms = [
    principal === undefined ? [] : [`principal ${shown(principal)}`],
    address === undefined ? [] : [`address ${address}`],
    account === undefined ? [] : [`account ${shown(account)}`],
  ].flat();
  return `The exception of ${owner} for ${shown(rule)}${terms.length === 0 ? '' : ` (${terms.join(', ')})`}`;
}

function unknownTest(
  exceptions: readonly Exception[],
  { rules, correlations }: Pick<LoadedRules, 'rules' | 'correlations'>,
): (exception: Exception) => string | undefined {
  if (exceptions.length === 0) return () => undefined;
  const names = [
    ...rules.flatMap((rule) => namesOf(detectorOfRule(rule.id), rule)),
    ...correlations.flatMap((rule) => namesOf(detectorOf(rule.id), rule)),
    ...ANOMALY_DETECTORS,
  ];
  return (exception) => {
    const { rule } = exception;
    if (names.some(wildcardTest(rule))) return undefined;
    const near = nearest(rule, names);
    const hint = near.length === 0 ? '' : ` Did you mean ${near.map(shown).join(' or ')}?`;
    return `${exceptionText(exception)} names no rule, no correlation and no detector of anomalies.${hint}`;
  };
}

/** The names that differ least from a pattern, at most three, of which none is much farther than the first. */
function nearest(pattern: string, names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const wanted = pattern.toLowerCase();
  const least = distance(wanted, closest(wanted, names as string[]));
  return [...new Set(names)]
    .map((name) => ({ name, far: distance(wanted, name) }))
    .filter(({ far }) => far <= least + 1)
    .sort((a, b) => a.far - b.far || (a.name < b.name ? -1 : 1))
    .slice(0, NEAREST)
    .map(({ name }) => name);
}

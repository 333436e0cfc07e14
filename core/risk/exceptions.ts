import { networkMatcher, parseAddress } from '../config/network.ts';
import type { Config } from '../config/schema.ts';
import { stableUuid } from '../records/identifier.ts';
import { wildcardTest } from '../wildcard.ts';

const DAY = 86_400_000;

/** An exception as the configuration has it. */
export type Exception = Config['exceptions'][number];

/** What a signal that weighs nothing says of the exception that holds for it. */
export interface Excepted {
  readonly id: string;
  readonly owner: string;
  readonly reason: string;
  /** Its last day, `2027-03-31`. */
  readonly expires: string;
}

/** The first exception that holds for what someone did at a time, milliseconds since 1970; undefined when none does. */
export type Excepts = (principal: string, address: string, account: string, time: number) => Excepted | undefined;

interface Compiled {
  readonly names: (name: string) => boolean;
  readonly holds: (...what: Parameters<Excepts>) => boolean;
  readonly excepted: Excepted;
}

/** The exceptions of a configuration, ready to be asked. */
export class Exceptions {
  readonly #compiled: readonly Compiled[];
  /** Detectors of anomalies are few, and asked for again and again. */
  readonly #known = new Map<string, Excepts | undefined>();

  constructor(exceptions: readonly Exception[]) {
    this.#compiled = exceptions.map(compile);
  }

  /** Each one's id, in the order of the configuration. */
  get ids(): string[] {
    return this.#compiled.map(({ excepted }) => excepted.id);
  }

  /** Asks those that name a detector by one of its names; undefined where none does. */
  of(names: readonly string[]): Excepts | undefined {
    const own = this.#compiled.filter((one) => names.some(one.names));
    if (own.length === 0) return undefined;
    return (...what) => own.find(({ holds }) => holds(...what))?.excepted;
  }

  /** The same for a detector of anomalies. */
  ofAnomaly(detector: string): Excepts | undefined {
    if (!this.#known.has(detector)) this.#known.set(detector, this.of([detector]));
    return this.#known.get(detector);
  }
}

export const NO_EXCEPTIONS = new Exceptions([]);

/** What tells an exception from the others: whom and what it is about. With another owner, reason or last day it is still the same. */
export function exceptionId({ rule, principal = '', address = '', account = '' }: Exception): string {
  return stableUuid('exception', rule, principal, address, account);
}

/** When an exception holds no longer: the end of its last day, milliseconds since 1970. */
export function exceptionEnd({ expires }: Pick<Exception, 'expires'>): number {
  return Date.parse(`${expires}T00:00:00Z`) + DAY;
}

/** The names by which an exception may name a rule or a correlation: as signals call it, its id, and its file. */
export function namesOf(detector: string, { id, file }: { readonly id: string; readonly file: string }): readonly string[] {
  return [detector, id, file];
}

function compile(exception: Exception): Compiled {
  const { rule, principal, address, account, owner, reason, expires } = exception;
  const tests = [principal, account].map((pattern) => (pattern === undefined ? () => true : wildcardTest(pattern)));
  const [isPrincipal, isAccount] = tests as [(text: string) => boolean, (text: string) => boolean];
  const isThere = address === undefined ? null : networkMatcher([address]);
  const end = exceptionEnd(exception);
  const holds: Compiled['holds'] = (who, from, where, time) => {
    if (time >= end || !isPrincipal(who) || !isAccount(where)) return false;
    const parsed = isThere === null ? null : parseAddress(from);
    return isThere === null || (parsed !== null && isThere(parsed));
  };
  return { names: wildcardTest(rule), holds, excepted: { id: exceptionId(exception), owner, reason, expires } };
}

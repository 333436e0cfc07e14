import { networkMatcher, parseAddress } from '../config/network.ts';
import type { Config } from '../config/schema.ts';
import type { Rule } from '../rules/model.ts';
import { wildcardTest } from '../wildcard.ts';

const DAY = 86_400_000;

/** Whether an exception holds for a call at a time. */
type Holds = (principal: string, address: string, account: string, time: number) => boolean;

/** For each rule the exceptions that name it; undefined where none does. */
export function exceptionsOf(
  { exceptions }: Pick<Config, 'exceptions'>,
  rules: readonly Rule[],
): readonly (readonly Holds[] | undefined)[] {
  const compiled = exceptions.map(({ rule, principal, address, account, expires }) => {
    const names = wildcardTest(rule);
    const tests = [principal, account].map((pattern) => (pattern === undefined ? () => true : wildcardTest(pattern)));
    const [isPrincipal, isAccount] = tests as [(text: string) => boolean, (text: string) => boolean];
    const isThere = address === undefined ? null : networkMatcher([address]);
    const end = Date.parse(`${expires}T00:00:00Z`) + DAY;
    const holds: Holds = (who, from, where, time) => {
      if (time >= end || !isPrincipal(who) || !isAccount(where)) return false;
      const parsed = isThere === null ? null : parseAddress(from);
      return isThere === null || (parsed !== null && isThere(parsed));
    };
    return { names, holds };
  });
  return rules.map(({ id, file }) => {
    const own = compiled.filter(({ names }) => names(id) || names(file)).map(({ holds }) => holds);
    return own.length === 0 ? undefined : own;
  });
}

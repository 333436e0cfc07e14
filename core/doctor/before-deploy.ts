import { type Check, judge, type Topic } from './check.ts';
import type { DeployFacts } from './facts.ts';

const ACCOUNT: Topic = { id: 'account', group: 'Deployment', title: 'Account' };
const HISTORY: Topic = { id: 'history', group: 'Deployment', title: 'History' };

/** Whether the credentials are of the account to deploy into: only then can it be looked at. */
export function accountSeen({ caller, account, region }: DeployFacts): Check {
  return judge(ACCOUNT, caller, (found) => {
    if (found === account) return { status: 'ok', seen: `Signed in to ${account}; the deploy goes to ${region}.` };
    return {
      status: 'unknown',
      seen: `Signed in to ${found}, but the configuration names ${account}: what stands there cannot be seen from here.`,
      todo: `If ${account} was meant, sign in to it. If CDK's roles there trust ${found}, go on.`,
    };
  });
}

/** Whether a stack that is to wait for a backfill has something to wait for; null where it does not wait. */
export function historyFits({ waitForBackfill, source }: DeployFacts): Check | null {
  if (!waitForBackfill) return null;
  if (source.kind === 'create') {
    return {
      ...HISTORY,
      status: 'broken',
      seen: 'The stack is to wait for a backfill, but the trail that it creates has no history: nobody would be told of anything.',
      todo: 'Take "waitForBackfill" out of deploy, or use the bucket of a trail that exists.',
    };
  }
  return {
    ...HISTORY,
    status: 'ok',
    seen: 'The stack will wait for "npx trailwarden backfill": until that has ended, nobody is told of live events.',
  };
}

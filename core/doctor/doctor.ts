import { alertChecks } from './alerts.ts';
import { accountSeen, historyFits } from './before-deploy.ts';
import type { Check, Status } from './check.ts';
import { stackChecks } from './deployment.ts';
import { exceptionCheck } from './exceptions.ts';
import type { DeployFacts, DoctorFacts } from './facts.ts';
import { bucketNotifies, notificationsFit } from './notifications.ts';
import { queueChecks } from './queues.ts';
import { runChecks } from './runs.ts';
import { copiesBeforeDeploy, paidCopies, trailDelivery } from './trail.ts';

/** How a deployed Trailwarden is, line by line. `now` in milliseconds since 1970. */
export function doctorChecks(facts: DoctorFacts, now: number): Check[] {
  return [
    ...stackChecks(facts.stacks, now),
    trailDelivery(facts, now),
    paidCopies(facts),
    bucketNotifies(facts),
    ...queueChecks(facts),
    ...runChecks(facts, now),
    ...alertChecks(facts, now),
    exceptionCheck(facts, now),
  ].flatMap((check) => (check === null ? [] : [inRegion(check, facts.region)]));
}

/** The check with commands that go to the deployment's region, whatever the reader's own is. */
function inRegion(check: Check, region: string): Check {
  if (check.commands === undefined) return check;
  return { ...check, commands: check.commands.map((command) => command.replace(/\baws /g, `aws --region ${region} `)) };
}

/** What a deploy would meet: a second paid copy of the management events, a notification that S3 refuses, nothing to wait for. */
export function deployChecks(facts: DeployFacts): Check[] {
  return [accountSeen(facts), historyFits(facts), copiesBeforeDeploy(facts), notificationsFit(facts)].filter((check) => check !== null);
}

/** How many checks have each status. */
export function countStatuses(checks: readonly Check[]): Record<Status, number> {
  const counts = { ok: 0, look: 0, broken: 0, unknown: 0 };
  for (const { status } of checks) counts[status] += 1;
  return counts;
}

/** The gravest status: broken, then unknown, look, ok. */
export function gravest(checks: readonly Pick<Check, 'status'>[]): Status {
  const order: readonly Status[] = ['broken', 'unknown', 'look', 'ok'];
  return order.find((status) => checks.some((check) => check.status === status)) ?? 'ok';
}

import { BROWSERS } from '../agents.ts';
import { HOUR, MINUTE } from '../calendar.ts';
import * as oversight from '../calls/oversight.ts';
import type { IamUser } from '../cast.ts';
import { pipelineSession } from '../changes.ts';
import { DEVELOPMENT, MANAGEMENT, PRODUCTION } from '../estate.ts';
import { failedSignIn, signInUser } from '../people.ts';
import type { PlantedAnomaly } from '../story.ts';
import { regionOf, workloadOf } from '../workload.ts';
import { type About, type Plot, planted, times, usualAgent } from './plot.ts';

/** One password tried with everybody: no user alone has many failures. */
export function passwordSpray({ stage, random, midnight, outside }: Plot): PlantedAnomaly {
  const users = stage.cast.users.filter((user) => user.account === MANAGEMENT && user.console);
  const origin = { address: outside, agent: BROWSERS[2] };
  const about: About = {
    id: 'password-spray',
    title: 'A burst of failed sign-ins in an account',
    detector: 'anomaly:volume:failed-logins',
    entity: { kind: 'account', name: MANAGEMENT },
    account: MANAGEMENT,
  };
  const tries = times(42, (n) => (at: number) => failedSignIn(stage, users[n % users.length] as IamUser, origin, at));
  return planted(about, midnight + random.int(1, 20) * HOUR + 2 * MINUTE, () => random.int(20_000, 55_000), tries);
}

/** Somebody's script signs in again and again. */
export function signInBurst({ stage, random, midnight }: Plot): PlantedAnomaly {
  const user = stage.cast.users.find((one) => one.account === MANAGEMENT && one.mfa) as IamUser;
  const origin = { address: user.home, agent: usualAgent(stage, user.arn, 'Mozilla') };
  const about: About = {
    id: 'sign-in-burst',
    title: 'A burst of sign-ins by one user',
    detector: 'anomaly:volume:console-logins',
    entity: { kind: 'principal', name: user.arn },
    account: MANAGEMENT,
  };
  const entries = times(28, () => (at: number) => {
    const before = stage.staged.length;
    signInUser(stage, random, user, origin, at);
    return stage.staged[before]?.id as string;
  });
  return planted(about, midnight + random.int(7, 15) * HOUR + 3 * MINUTE, () => random.int(40_000, 100_000), entries);
}

/** A workload reads its own secret, as always, a hundred times as often. */
export function secretReads({ stage, random, midnight }: Plot, name: string): PlantedAnomaly {
  const region = regionOf(PRODUCTION, name);
  const start = midnight + random.int(1, 20) * HOUR + 2 * MINUTE;
  const session = workloadOf(stage, PRODUCTION, name).session(start, 0);
  const wanted = name === 'payments-task' ? 'payments/' : 'orders/';
  const secret = stage.site(session, region).secrets.find((arn) => arn.includes(wanted)) as string;
  const about: About = {
    id: 'secret-reads',
    title: 'A workload reads its secret far more often than usual',
    detector: 'anomaly:volume:secret-reads',
    entity: { kind: 'principal', name: session.principal },
    account: PRODUCTION,
  };
  const reads = times(90, () => (at: number) => stage.emit(session, oversight.getSecretValue(secret), at, region));
  return planted(about, start, () => random.int(5_000, 32_000), reads);
}

/** A pipeline that now and then removes a preview's logs removes them all. */
export function deletes({ stage, random, midnight }: Plot): PlantedAnomaly {
  const start = midnight + random.int(8, 16) * HOUR + 2 * MINUTE;
  const session = pipelineSession(stage, random, DEVELOPMENT, start - 20_000);
  const about: About = {
    id: 'deletes',
    title: 'A pipeline deletes far more than usual',
    detector: 'anomaly:volume:deletes',
    entity: { kind: 'principal', name: session.principal },
    account: DEVELOPMENT,
  };
  const gone = times(60, (n) => (at: number) => stage.emit(session, oversight.deleteLogGroup(`/preview/pr-${1100 + n}`), at, 'eu-west-1'));
  return planted(about, start, () => random.int(5_000, 45_000), gone);
}

import { BROWSERS, CLI_LINUX, CLI_MAC } from './agents.ts';
import { DAYS, dayStart, HOUR, isWeekend, MINUTE, officeCurve } from './calendar.ts';
import { type Call, denied, failed } from './call.ts';
import { assumeRoleWithSaml, consoleLogin, createAccessKey, getCallerIdentity, iamWrite, portalEvent } from './calls/identity.ts';
import type { Colleague, IamUser, Role } from './cast.ts';
import { MANAGEMENT } from './estate.ts';
import type { Random } from './random.ts';
import { colleagueSession, keySession, type Origin, type Session, userSession } from './session.ts';
import type { Stage } from './stage.ts';
import { TASKS, TASKS_OF_ADMINS, TASKS_OF_KEYS, type Task } from './tasks.ts';

/** Instants of one working day (UTC), in order: thick in the morning and afternoon, thin at lunch and in the evening. */
export function workingTimes(random: Random, day: number, zone: number, count: number): number[] {
  const times: number[] = [];
  while (times.length < count) {
    const local = 7.5 + random.unit() * 11.5;
    if (random.chance(officeCurve(local))) times.push(Math.floor(dayStart(day) + (local - zone) * HOUR));
  }
  return times.sort((a, b) => a - b);
}

/** Every few hundred calls one lacks a right or names something that is gone, as in any account. */
function everydayError(random: Random, session: Session, call: Call): Call {
  if (call.readOnly && call.category === undefined && call.service !== 'signin' && call.service !== 'sts') {
    if (random.chance(0.004)) return denied(call, session.arn);
    if (random.chance(0.003))
      return failed(call, call.service === 'ec2' ? 'Client.RequestLimitExceeded' : 'ThrottlingException', 'Rate exceeded');
  }
  return call;
}

/** A task's calls one after the other, some seconds apart. */
export function perform(stage: Stage, random: Random, session: Session, task: Task, at: number, region: string): void {
  let now = at;
  for (const call of task(stage.site(session, region), random)) {
    stage.emit(session, everydayError(random, session, call), now, region);
    now += random.int(300, session.console ? 14_000 : 4_000);
  }
}

/** The sign-in of an Identity Center user: portal, SAML, console; it leaves records in two accounts. */
export function signIn(stage: Stage, random: Random, person: Colleague, role: Role, origin: Origin, at: number): Session {
  const inPortal: Session = {
    ...origin,
    principal: person.email,
    arn: person.email,
    account: MANAGEMENT,
    console: false,
    identity: {
      type: 'IdentityCenterUser',
      accountId: MANAGEMENT,
      onBehalfOf: { userId: person.storeUser, identityStoreArn: `arn:aws:identitystore::${MANAGEMENT}:identitystore/d-9067example` },
      credentialId: random.uuid(),
    },
  };
  stage.emit(inPortal, portalEvent('Authenticate', role.account, role.name), at, 'eu-west-1');
  stage.emit(inPortal, portalEvent('Federate', role.account, role.name), at + 4_000, 'eu-west-1');
  const saml: Session = {
    ...inPortal,
    account: role.account,
    identity: {
      type: 'SAMLUser',
      principalId: `${nameQualifier(stage, role.account)}:${person.email}`,
      userName: person.email,
      identityProvider: nameQualifier(stage, role.account),
    },
  };
  stage.emit(saml, assumeRoleWithSaml(random, role, person.email, at + 5_000), at + 5_000, 'us-east-1');
  const session = colleagueSession(random, person, role, origin, at + 5_000, true);
  const provider = `arn:aws:iam::${role.account}:saml-provider/AWSSSO_4c1d2b8f0a5e7733_DO_NOT_DELETE`;
  stage.emit(
    { ...session, identity: withoutKey(session) },
    consoleLogin({ mfa: false, success: true, saml: provider }),
    at + 6_000,
    'us-east-1',
  );
  return session;
}

/** CloudTrail's hash of an account's SAML provider. */
function nameQualifier(stage: Stage, account: string): string {
  return `${stage.random.fork(`saml/${account}`).alphanumeric(27)}=`;
}

function withoutKey(session: Session): Session['identity'] {
  const { accessKeyId: _unused, ...rest } = session.identity;
  return rest;
}

/** An IAM user's sign-in with a password, with MFA where there is a device. */
export function signInUser(stage: Stage, random: Random, user: IamUser, origin: Origin, at: number): Session {
  const before: Session = {
    ...keySession(user, origin),
    identity: { type: 'IAMUser', principalId: user.id, arn: user.arn, accountId: user.account, userName: user.name },
  };
  stage.emit(before, consoleLogin({ mfa: user.mfa, success: true }), at, 'us-east-1');
  return userSession(random, user, origin, at, user.mfa);
}

/** An absent-minded failure before a sign-in: CloudTrail then knows no ARN. */
export function failedSignIn(stage: Stage, user: IamUser, origin: Origin, at: number): string {
  const before: Session = {
    ...keySession(user, origin),
    identity: { type: 'IAMUser', principalId: user.id, accountId: user.account, accessKeyId: '', userName: user.name },
  };
  return stage.emit(before, consoleLogin({ mfa: false, success: false }), at, 'us-east-1');
}

/** The command line that a person uses. */
export function terminalOf(person: Colleague): string {
  return person.storeUser < '8' ? CLI_MAC : CLI_LINUX;
}

function colleagueDay(stage: Stage, random: Random, person: Colleague, day: number, browser: string): void {
  const remote = random.chance(0.3);
  const address = remote ? person.home : person.office;
  const times = workingTimes(random, day, person.zone, random.int(5, 10));
  const role = person.roles[random.chance(0.7) ? 0 : random.int(0, person.roles.length - 1)] as Role;
  const console = signIn(stage, random, person, role, { address, agent: browser }, (times[0] as number) - random.int(1, 4) * MINUTE);
  const cli = { ...console, console: false, agent: terminalOf(person) };
  for (const at of times) {
    const inTerminal = person.job !== 'finance' && random.chance(0.35);
    const session = inTerminal ? cli : console;
    if (inTerminal && random.chance(0.2)) stage.emit(session, getCallerIdentity(), at - 2_000, person.region);
    const region = random.chance(0.85) ? person.region : 'us-east-1';
    perform(stage, random, session, random.pick(TASKS[person.job]), at, region);
  }
}

/** A person with an IAM user: a few console visits a week. */
function userDay(stage: Stage, random: Random, user: IamUser, day: number, browser: string): void {
  const times = workingTimes(random, day, 2, random.int(3, 6));
  const origin: Origin = { address: random.chance(0.4) ? user.home : '203.0.113.17', agent: browser };
  const first = (times[0] as number) - 2 * MINUTE;
  if (random.chance(0.06)) failedSignIn(stage, user, origin, first - 25_000);
  const session = signInUser(stage, random, user, origin, first);
  for (const at of times) perform(stage, random, session, random.pick(TASKS_OF_ADMINS), at, 'eu-west-1');
}

/** People work on weekdays; on weekends hardly anybody looks in. */
export function people(stage: Stage): void {
  for (const person of stage.cast.colleagues) {
    const random = stage.random.fork(person.email);
    const browser = random.pick(BROWSERS);
    const presence = person.job === 'finance' ? 0.4 : 0.9;
    for (let day = 0; day < DAYS; day++) {
      if (random.chance(isWeekend(day) ? 0.04 : presence)) colleagueDay(stage, random, person, day, browser);
    }
  }
  for (const user of stage.cast.users.filter((each) => each.console)) {
    const random = stage.random.fork(user.arn);
    const browser = random.pick(BROWSERS);
    for (let day = 0; day < DAYS; day++) {
      if (!isWeekend(day) && random.chance(user.mfa ? 0.45 : 0.06)) userDay(stage, random, user, day, browser);
    }
    commandLineDays(stage, random, user);
  }
}

/** People work with access keys from the office too; those without MFA do little else. Once in the month a key is renewed. */
function commandLineDays(stage: Stage, random: Random, user: IamUser): void {
  const origin: Origin = { address: '203.0.113.17', agent: CLI_LINUX };
  let renewal = user.mfa ? random.int(0, 20) : DAYS;
  for (let day = 0; day < DAYS; day++) {
    if (isWeekend(day) || !random.chance(user.mfa ? 0.3 : 0.5)) continue;
    const session = user.mfa ? userSession(random, user, origin, dayStart(day) + 5 * HOUR, true, false) : keySession(user, origin);
    const times = workingTimes(random, day, 2, 3);
    for (const at of times) perform(stage, random, session, random.pick(TASKS_OF_KEYS), at, 'eu-west-1');
    if (day < renewal) continue;
    renewal = DAYS;
    const at = (times[2] as number) + 20_000;
    stage.emit(session, createAccessKey(user.name, random, at), at, 'us-east-1');
    stage.emit(
      session,
      iamWrite('UpdateAccessKey', { userName: user.name, accessKeyId: user.accessKey, status: 'Inactive' }),
      at + 90_000,
      'us-east-1',
    );
  }
}

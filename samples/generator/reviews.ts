import { BOTO, BROWSERS } from './agents.ts';
import { DAYS, dayStart, HOUR, MINUTE } from './calendar.ts';
import { type Call, read } from './call.ts';
import * as ec2 from './calls/ec2.ts';
import * as identity from './calls/identity.ts';
import * as oversight from './calls/oversight.ts';
import * as storage from './calls/storage.ts';
import { type Role, roleNamed } from './cast.ts';
import { run } from './changes.ts';
import { AUDITOR, DEVELOPMENT, MANAGEMENT, PRODUCTION, type Site } from './estate.ts';
import type { Random } from './random.ts';
import { outsideSession, roleSession, rootSession, type Session } from './session.ts';
import type { Stage } from './stage.ts';
import { workloadOf } from './workload.ts';

/** One AssumeRole across accounts: each side gets a record with its own eventID; `sharedEventID` binds them. */
function across(stage: Stage, random: Random, caller: Session, role: Role, name: string, at: number): void {
  const sharedEventID = random.uuid();
  const call: Call = { ...identity.assumeRole(random, role, name, at), top: { sharedEventID } };
  stage.emit(caller, call, at, 'eu-west-1');
  const principalId = String(caller.identity.principalId);
  stage.emit(outsideSession(caller.account, role.account, principalId, caller), call, at, 'eu-west-1');
}

/** Every morning the security account's function looks at all accounts; every Tuesday the outside auditors do. */
function reviews(stage: Stage): void {
  const random = stage.random.fork('reviews');
  const tooling = workloadOf(stage, MANAGEMENT, 'security-tooling');
  const auditRole = roleNamed(stage.cast, PRODUCTION, 'ExternalAudit');
  const auditor = {
    address: '203.0.113.201',
    agent: 'Boto3/1.39.3 md/Botocore#1.39.3 ua/2.1 os/linux#6.8.0-64-generic lang/python#3.12.3',
  };
  const auditorId = `AROA${random.base32(17)}:audit-runner`;
  for (let day = 0; day < DAYS; day++) {
    const start = dayStart(day) + 4 * HOUR + random.int(0, 10 * MINUTE);
    const caller = tooling.session(start);
    for (const account of [PRODUCTION, DEVELOPMENT]) {
      const role = roleNamed(stage.cast, account, 'SecurityReadOnly');
      across(stage, random, caller, role, 'posture-check', start);
      const session = roleSession(random, role, 'posture-check', { address: caller.address, agent: BOTO }, start);
      run(stage, random, session, sweep(stage.site(session, 'eu-west-1'), random, 1), start + 5_000, 'eu-west-1');
    }
    if (day % 7 !== 0) continue;
    const at = dayStart(day) + 9 * HOUR;
    const outside = outsideSession(AUDITOR, PRODUCTION, auditorId, auditor);
    stage.emit(outside, identity.assumeRole(random, auditRole, 'q3-audit', at, { externalId: 'example-audit-2026' }), at, 'us-east-1');
    const session = roleSession(random, auditRole, 'q3-audit', auditor, at);
    run(stage, random, session, sweep(stage.site(session, 'us-east-1'), random, 3), at + 5_000, 'us-east-1');
  }
}

function sweep(site: Site, random: Random, settings: number): Call[] {
  return [
    identity.getCallerIdentity(),
    identity.iamRead('GetAccountSummary'),
    identity.iamRead('ListUsers', { maxItems: 100 }),
    identity.iamRead('GetAccountPasswordPolicy'),
    storage.listBuckets(site, random),
    ...site.buckets.flatMap(({ name }) =>
      storage.BUCKET_SETTINGS.slice(0, settings).map(([call, param]) => storage.getBucketSetting(site, random, name, call, param)),
    ),
    ec2.describeSecurityGroups(site, random),
    oversight.describeTrails(),
  ];
}

/** The root user, once in the month, with MFA, to look at the bill; and AWS Support, which acts under root's name. */
function root(stage: Stage): void {
  const random = stage.random.fork('root');
  const day = random.pick([1, 2, 7, 8, 9, 14, 15, 16]);
  const at = dayStart(day) + 9 * HOUR + random.int(0, 4 * HOUR);
  const session = rootSession(random, MANAGEMENT, { address: '203.0.113.11', agent: BROWSERS[0] }, at);
  const { accessKeyId: _none, sessionContext: _neither, ...before } = session.identity;
  stage.emit({ ...session, identity: before }, identity.consoleLogin({ mfa: true, success: true }), at, 'us-east-1');
  const support: Session = {
    ...session,
    console: false,
    address: 'trustedadvisor.amazonaws.com',
    agent: 'trustedadvisor.amazonaws.com',
    identity: { ...before, invokedBy: 'trustedadvisor.amazonaws.com' },
  };
  for (let n = 0; n < DAYS; n += 3) {
    const when = dayStart(n) + 11 * HOUR + random.int(0, HOUR);
    stage.emit(support, read('support', 'DescribeTrustedAdvisorChecks', { language: 'en' }, { global: true }), when, 'us-east-1');
  }
}

/** A data event that a VPC endpoint's policy refused: the NetworkActivity category. */
function network(stage: Stage): void {
  const random = stage.random.fork('network');
  const workload = workloadOf(stage, PRODUCTION, 'batch-workers');
  for (const day of [4, 11, 18, 25]) {
    const at = dayStart(day) + 1 * HOUR + random.int(0, 20 * MINUTE);
    const session = workload.session(at);
    const call: Call = {
      ...read('s3', 'ListBuckets'),
      category: 'NetworkActivity',
      type: 'AwsVpceEvent',
      error: { code: 'VpceAccessDenied', message: 'The request was denied due to a VPC endpoint policy' },
    };
    stage.emit(session, call, at, 'eu-west-1');
  }
}

/** Checks of the accounts by those whose job it is, and the few acts of root. */
export function reviewsOfAccounts(stage: Stage): void {
  reviews(stage);
  root(stage);
  network(stage);
}

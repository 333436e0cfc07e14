import { DAYS, dayName, dayStart, HOUR, isWeekend, START } from './calendar.ts';
import * as applications from './calls/applications.ts';
import * as ec2 from './calls/ec2.ts';
import * as oversight from './calls/oversight.ts';
import * as storage from './calls/storage.ts';
import { type Role, roleNamed } from './cast.ts';
import { ACCOUNTS, PRODUCTION, REGIONS } from './estate.ts';
import type { Random } from './random.ts';
import { daily, flow } from './rhythm.ts';
import { roleSession, type Session, serviceSession } from './session.ts';
import type { Stage } from './stage.ts';
import { RENEWAL } from './workload.ts';

/** Sessions of a role that a service uses itself, renewed like a workload's. */
function linkedSessions(random: Random, role: Role, name: string, service: string): (at: number) => Session {
  const known = new Map<number, Session>();
  return (at) => {
    const since = Math.floor(at / RENEWAL) * RENEWAL;
    const session =
      known.get(since) ?? roleSession(random, role, name, { address: service, agent: service }, since, { invokedBy: service });
    known.set(since, session);
    return session;
  };
}

/** What AWS does by itself: recorders, scaling, backups, log deliveries. */
export function services(stage: Stage): void {
  const random = stage.random.fork('services');
  for (const account of ACCOUNTS) {
    for (const region of REGIONS) {
      if (account !== PRODUCTION && region === 'ap-southeast-2') continue;
      recorder(stage, random, account, region);
    }
  }
  const scaling = roleNamed(stage.cast, PRODUCTION, 'AWSServiceRoleForAutoScaling');
  const site = stage.estate.site(PRODUCTION, 'us-east-1');
  const scaler = linkedSessions(random, scaling, 'AutoScaling', 'autoscaling.amazonaws.com');
  flow(random, 2.4, 0.6, (at) =>
    stage.emit(
      scaler(at),
      random.pick([ec2.describeInstanceStatus(site, random), ec2.describeRunning(site), applications.describeTargetHealth(site, random)]),
      at,
      'us-east-1',
    ),
  );
  for (let day = 0; day < DAYS; day++) {
    if (isWeekend(day)) continue;
    for (let n = random.int(1, 3); n > 0; n--)
      stage.emit(
        scaler(dayStart(day) + 6 * HOUR),
        ec2.runFromTemplate(site, random),
        dayStart(day) + 6 * HOUR + random.int(0, HOUR),
        'us-east-1',
      );
    for (let n = random.int(1, 3); n > 0; n--)
      stage.emit(
        scaler(dayStart(day) + 17 * HOUR),
        ec2.terminateInstances(site, random),
        dayStart(day) + 17 * HOUR + random.int(0, HOUR),
        'us-east-1',
      );
  }
  const functions = serviceSession('lambda.amazonaws.com', PRODUCTION);
  flow(random, 1, 2, (at) => stage.emit(functions, applications.invoke(site, random, random.pick(site.functions)), at, 'us-east-1'));
  flow(random, 0.5, 0.4, (at) => {
    const group = random.pick(site.logGroups);
    stage.emit(functions, oversight.createLogStream(site, random, group, dayName(Math.floor((at - START) / (24 * HOUR)))), at, 'us-east-1');
  });
  backups(stage, random);
}

function recorder(stage: Stage, random: Random, account: string, region: string): void {
  const role = roleNamed(stage.cast, account, 'AWSServiceRoleForConfig');
  const site = stage.estate.site(account, region);
  const looks = [
    ec2.describeVolumes,
    ec2.describeSecurityGroups,
    ec2.describeSubnets,
    ec2.describeRouteTables,
    ec2.describeNetworkInterfaces,
    storage.describeDatabases,
    storage.describeTable,
  ];
  const session = linkedSessions(random, role, 'AWSConfig-Describe', 'config.amazonaws.com');
  flow(random, account === PRODUCTION ? 1.8 : 0.7, 0, (at) => {
    stage.emit(session(at), random.pick(looks)(site, random), at, region);
  });
  const logs = serviceSession('cloudtrail.amazonaws.com', account);
  flow(random, 0.15, 0, (at) =>
    stage.emit(logs, storage.getBucketSetting(site, random, 'example-org-trail-logs', 'GetBucketAcl', 'acl'), at, region),
  );
}

function backups(stage: Stage, random: Random): void {
  const role = roleNamed(stage.cast, PRODUCTION, 'AWSBackupDefaultServiceRole');
  const site = stage.estate.site(PRODUCTION, 'eu-west-1');
  const sessions = linkedSessions(random, role, 'AWSBackup-AWSBackupDefaultServiceRole', 'backup.amazonaws.com');
  daily(random, 0.5, (start) => {
    const session = sessions(start);
    for (const [n, database] of site.databases.entries()) {
      const at = start + n * 40_000;
      stage.emit(
        session,
        storage.startBackup(site, random, `arn:aws:rds:eu-west-1:${PRODUCTION}:db:${database}`, role.arn, at),
        at,
        'eu-west-1',
      );
      stage.emit(session, storage.createDatabaseSnapshot(site, database, `awsbackup-job-${random.uuid()}`), at + 9_000, 'eu-west-1');
    }
    for (let n = 0; n < 3; n++) {
      const at = start + (200 + n * 30) * 1_000;
      const call = ec2.createSnapshot(site, random, `snap-0${random.hex(16)}`, 'This snapshot is created by the AWS Backup service.', at);
      stage.emit(session, call, at, 'eu-west-1');
    }
  });
}

import { BOTO_PLAIN, GO_SDK, JAVA_SDK, SSM_AGENT } from './agents.ts';
import { DAYS, dayStart, HOUR, isWeekend } from './calendar.ts';
import { type Call, failed } from './call.ts';
import * as applications from './calls/applications.ts';
import * as ec2 from './calls/ec2.ts';
import * as oversight from './calls/oversight.ts';
import * as storage from './calls/storage.ts';
import { bucketOf, DEVELOPMENT, PRODUCTION, type Site } from './estate.ts';
import type { Random } from './random.ts';
import { daily, flow } from './rhythm.ts';
import { services } from './services.ts';
import { keySession, type Session, through } from './session.ts';
import type { Stage } from './stage.ts';
import { regionOf, workloadOf } from './workload.ts';

type Job = (site: Site, random: Random, emit: (call: Call) => void, kms: (call: Call) => void) => void;

const copyObject =
  (from: string, to: string): Job =>
  (site, random, emit, kms) => {
    const source = bucketOf(site, from);
    const target = bucketOf(site, to);
    emit(storage.getObject(site, random, source.name, storage.objectKey(random, source)));
    if (random.chance(0.3)) kms(oversight.decrypt(site, random, { 'aws:s3:arn': `arn:aws:s3:::${source.name}` }));
    emit(storage.putObject(site, random, target.name, storage.objectKey(random, target)));
    if (random.chance(0.3)) kms(oversight.generateDataKey(site, random, { 'aws:s3:arn': `arn:aws:s3:::${target.name}` }));
  };

const readSecret =
  (...names: string[]): Job =>
  (site, random, emit, kms) => {
    const wanted = random.pick(names);
    const secret = site.secrets.find((arn) => arn.includes(wanted)) as string;
    emit(oversight.getSecretValue(secret));
    kms(oversight.decrypt(site, random, { SecretARN: secret, SecretVersionId: random.uuid() }));
  };

const one =
  (make: (site: Site, random: Random) => Call): Job =>
  (site, random, emit) =>
    emit(make(site, random));

/** Role, job, hourly floor, hourly swing. */
const RHYTHMS: readonly (readonly [account: string, role: string, job: Job, floor: number, swing: number])[] = [
  [PRODUCTION, 'orders-api', copyObject('orders', 'orders'), 0.5, 1.3],
  [PRODUCTION, 'orders-api', readSecret('orders/', 'auth/'), 0.3, 0.2],
  [PRODUCTION, 'orders-api', one(oversight.getParameter), 0.4, 0.3],
  [PRODUCTION, 'image-resizer', copyObject('media', 'media'), 0.4, 1.1],
  [PRODUCTION, 'invoice-worker', copyObject('orders', 'invoices'), 0.3, 0.8],
  [PRODUCTION, 'payments-task', readSecret('payments/'), 0.3, 0.3],
  [PRODUCTION, 'payments-task', one(oversight.getParameter), 1.2, 1.4],
  [PRODUCTION, 'payments-task', one(storage.describeTable), 0.9, 0.9],
  [PRODUCTION, 'web-fleet', one((site) => oversight.getParametersByPath(site)), 1, 1],
  [PRODUCTION, 'web-fleet', one((site) => ec2.describeRunning(site)), 1.4, 1],
  [PRODUCTION, 'batch-workers', one(storage.describeTable), 0.8, 0.2],
  [DEVELOPMENT, 'sandbox-runner', copyObject('sandbox', 'sandbox'), 0.1, 0.9],
  [DEVELOPMENT, 'dev-web', one(oversight.getParameter), 0.4, 0.4],
];

function rhythms(stage: Stage): void {
  for (const [index, [account, name, job, floor, swing]] of RHYTHMS.entries()) {
    const workload = workloadOf(stage, account, name);
    const region = regionOf(account, name);
    const site = stage.estate.site(account, region);
    const random = stage.random.fork(`rhythm/${index}`);
    flow(random, floor, swing, (start) => {
      const session = workload.session(start);
      let at = start;
      const emit = (call: Call): void => {
        const throttled = call.category === undefined && random.chance(0.004);
        stage.emit(session, throttled ? failed(call, 'ThrottlingException', 'Rate exceeded') : call, at, region);
        at += random.int(40, 900);
      };
      job(site, random, emit, (call) => stage.emit(through(session, 's3.amazonaws.com'), call, at, region));
    });
  }
}

/** The SSM agents of the fleets, and the nightly jobs that read and write in bulk. */
function nights(stage: Stage): void {
  for (const [account, name] of [
    [PRODUCTION, 'web-fleet'],
    [DEVELOPMENT, 'dev-web'],
  ] as const) {
    const region = regionOf(account, name);
    const site = stage.estate.site(account, region);
    const workload = workloadOf(stage, account, name);
    const random = stage.random.fork(`agent/${name}`);
    flow(random, account === PRODUCTION ? 2 : 1, 0, (at) => {
      const copy = random.int(0, 3);
      const session = workload.session(at, copy);
      stage.emit(
        { ...session, agent: SSM_AGENT },
        oversight.updateInstanceInformation(site.instances[copy] as string, session.address),
        at,
        region,
      );
    });
  }
  const etl = workloadOf(stage, PRODUCTION, 'analytics-etl');
  const batch = workloadOf(stage, PRODUCTION, 'batch-workers');
  const random = stage.random.fork('nights');
  daily(random, 2, (start) => bulk(stage, random, etl.session(start), 'us-east-1', 'datalake', start, random.int(26, 34)));
  daily(random, 1, (start) => bulk(stage, random, batch.session(start), 'eu-west-1', 'customer-exports', start, random.int(18, 26)));
}

function bulk(stage: Stage, random: Random, session: Session, region: string, part: string, start: number, count: number): void {
  const site = stage.site(session, region);
  const bucket = bucketOf(site, part);
  stage.emit(session, storage.listObjects(site, random, bucket.name, `${bucket.prefixes[0]}/`), start, region);
  for (let n = 0, at = start; n < count; n++) {
    at += random.int(800, 40_000);
    const key = storage.objectKey(random, bucket);
    stage.emit(
      session,
      random.chance(0.6)
        ? storage.getObject(stage.site(session, region), random, bucket.name, key)
        : storage.putObject(site, random, bucket.name, key),
      at,
      region,
    );
  }
}

/** Programs with an access key of their own. */
function programs(stage: Stage): void {
  const user = (name: string) => {
    const found = stage.cast.users.find((each) => each.name === name);
    if (found === undefined) throw new Error(`The cast has no user ${name}; see USERS in cast.ts.`);
    return found;
  };
  const random = stage.random.fork('programs');
  const metrics = keySession(user('svc-metrics'), { address: user('svc-metrics').home, agent: BOTO_PLAIN });
  flow(random, 3.2, 0.4, (at) => {
    const site = stage.site(metrics, 'us-east-1');
    stage.emit(
      metrics,
      random.pick([
        oversight.listMetrics(random),
        ec2.describeInstances(site, random),
        oversight.describeAlarms(),
        applications.describeTargetHealth(site, random),
      ]),
      at,
      'us-east-1',
    );
  });
  const exporter = keySession(user('svc-backup-export'), { address: user('svc-backup-export').home, agent: GO_SDK });
  daily(random, 3, (start) => bulk(stage, random, exporter, 'eu-west-1', 'backups', start, random.int(9, 12)));
  const partner = keySession(user('svc-partner-sync'), { address: user('svc-partner-sync').home, agent: JAVA_SDK });
  flow(random, 0.5, 0.7, (at) => {
    const site = stage.site(partner, 'eu-west-1');
    const bucket = bucketOf(site, 'customer-exports');
    stage.emit(partner, storage.listObjects(site, random, bucket.name, 'exports/daily/'), at, 'eu-west-1');
    stage.emit(partner, storage.getObject(site, random, bucket.name, storage.objectKey(random, bucket)), at + 900, 'eu-west-1');
  });
  const load = keySession(user('svc-load-test'), { address: user('svc-load-test').home, agent: BOTO_PLAIN });
  const legacy = keySession(user('svc-legacy-ci'), { address: user('svc-legacy-ci').home, agent: BOTO_PLAIN });
  for (let day = 0; day < DAYS; day++) {
    if (isWeekend(day)) continue;
    const site = stage.site(load, 'eu-west-1');
    const start = dayStart(day) + 13 * HOUR + random.int(0, HOUR);
    for (let n = 0; n < 14; n++) stage.emit(load, applications.invoke(site, random, 'orders-api-dev'), start + n * 9_000, 'eu-west-1');
    for (let n = random.int(1, 4); n > 0; n--)
      legacyBuild(stage, random, legacy, dayStart(day) + random.int(7, 16) * HOUR + random.int(0, HOUR));
  }
}

function legacyBuild(stage: Stage, random: Random, session: Session, at: number): void {
  const site = stage.site(session, 'eu-west-1');
  const bucket = bucketOf(site, 'artifacts');
  stage.emit(session, storage.listObjects(site, random, bucket.name, 'builds/web/'), at, 'eu-west-1');
  stage.emit(session, storage.putObject(site, random, bucket.name, storage.objectKey(random, bucket)), at + 40_000, 'eu-west-1');
  stage.emit(session, applications.updateFunctionCode(site, random, 'preview-deploy'), at + 55_000, 'eu-west-1');
}

/** Everything that works around the clock. */
export function machines(stage: Stage): void {
  rhythms(stage);
  nights(stage);
  programs(stage);
  services(stage);
}

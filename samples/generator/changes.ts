import { ACTIONS, ACTIONS_CLI, CLI_LINUX, TERRAFORM } from './agents.ts';
import { DAYS, HOUR, isWeekend, MINUTE } from './calendar.ts';
import { type Call, write } from './call.ts';
import * as applications from './calls/applications.ts';
import * as ec2 from './calls/ec2.ts';
import * as identity from './calls/identity.ts';
import * as oversight from './calls/oversight.ts';
import * as storage from './calls/storage.ts';
import { type Colleague, type Role, roleNamed } from './cast.ts';
import { DEVELOPMENT, PRODUCTION, type Site } from './estate.ts';
import { workingTimes } from './people.ts';
import type { Random } from './random.ts';
import { colleagueSession, roleSession, type Session } from './session.ts';
import type { Stage } from './stage.ts';

const SERVICES = ['orders-api', 'invoice-worker', 'image-resizer', 'webhook-relay', 'search-indexer', 'mail-sender'];
/** GitHub's hosted runners come from anywhere; the sample gives them a quarter of the documentation network for homes. */
const RUNNERS = 220;

/** The session of one pipeline run: GitHub's token is traded for the deploy role's credentials. */
export function pipelineSession(stage: Stage, random: Random, account: string, at: number): Session {
  const role = roleNamed(stage.cast, account, 'github-actions-deploy');
  const address = `198.51.100.${random.int(RUNNERS, 250)}`;
  const subject = `repo:example/shop:environment:${account === PRODUCTION ? 'production' : 'development'}`;
  const provider = `arn:aws:iam::${account}:oidc-provider/${identity.GITHUB}`;
  const before: Session = {
    principal: subject,
    arn: subject,
    account,
    address,
    agent: ACTIONS,
    console: false,
    identity: {
      type: 'WebIdentityUser',
      principalId: `${provider}:sts.amazonaws.com:${subject}`,
      userName: subject,
      identityProvider: provider,
    },
  };
  stage.emit(before, identity.assumeRoleWithWebIdentity(random, role, 'GitHubActions', subject, at), at, 'eu-west-1');
  return roleSession(random, role, 'GitHubActions', { address, agent: ACTIONS_CLI }, at, { webProvider: provider, named: true });
}

/** Calls in a row by one session, some seconds apart. */
export function run(stage: Stage, random: Random, session: Session, calls: readonly Call[], at: number, region: string): void {
  let now = at;
  for (const call of calls) {
    now += random.int(400, 9_000);
    stage.emit(session, call, now, region);
  }
}

function pipelines(stage: Stage): void {
  const random = stage.random.fork('pipelines');
  for (let day = 0; day < DAYS; day++) {
    if (isWeekend(day)) continue;
    for (const at of workingTimes(random, day, 2, random.int(1, 3))) {
      const session = pipelineSession(stage, random, PRODUCTION, at);
      const site = stage.site(session, 'us-east-1');
      const name = random.pick(SERVICES);
      const calls = random.chance(0.6)
        ? [
            identity.getCallerIdentity(),
            applications.getFunction(site, random),
            applications.updateFunctionCode(site, random, name),
            applications.getFunction(site, random),
          ]
        : [
            identity.getCallerIdentity(),
            applications.describeServices(site),
            applications.updateService(site, random),
            applications.describeServices(site),
          ];
      run(stage, random, session, calls, at + 3_000, 'us-east-1');
    }
    for (const at of workingTimes(random, day, 2, random.int(3, 6))) {
      const session = pipelineSession(stage, random, DEVELOPMENT, at);
      const site = stage.site(session, 'eu-west-1');
      const preview = `/preview/pr-${random.int(1200, 1900)}`;
      const bucket = site.buckets[0] as Site['buckets'][number];
      const calls = [
        identity.getCallerIdentity(),
        storage.putObject(site, random, bucket.name, storage.objectKey(random, bucket)),
        applications.updateFunctionCode(site, random, 'preview-deploy'),
        random.chance(0.7) ? oversight.createLogGroup(preview) : oversight.deleteLogGroup(preview),
      ];
      run(stage, random, session, calls, at + 3_000, 'eu-west-1');
    }
  }
}

/** What `terraform plan` reads. */
function plan(site: Site, random: Random, roleName: string): Call[] {
  return [
    identity.getCallerIdentity(),
    ec2.describeVpcs(site, random),
    ec2.describeSubnets(site, random),
    ec2.describeRouteTables(site, random),
    ec2.describeSecurityGroups(site, random),
    ec2.describeSecurityGroups(site, random),
    identity.iamRead('GetRole', { roleName }),
    identity.iamRead('ListRolePolicies', { roleName }),
    identity.iamRead('ListAttachedRolePolicies', { roleName }),
    applications.describeLoadBalancers(site),
    storage.describeTable(site, random),
    oversight.describeKey(site, random),
    oversight.describeLogGroups(site, random),
  ];
}

const bucketHardening = (site: Site, random: Random, bucket: string): Call[] => [
  storage.bucketWrite(site, random, bucket, 'PutBucketPublicAccessBlock', {
    publicAccessBlock: '',
    PublicAccessBlockConfiguration: { RestrictPublicBuckets: true, BlockPublicPolicy: true, BlockPublicAcls: true, IgnorePublicAcls: true },
  }),
  storage.bucketWrite(site, random, bucket, 'PutBucketPolicy', {
    policy: '',
    bucketPolicy: {
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'DenyPlainHttp',
          Effect: 'Deny',
          Principal: '*',
          Action: 's3:*',
          Resource: [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`],
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        },
      ],
    },
  }),
];

/** An ordinary change: narrow rights, private networks, closed buckets. It looks a little like an attack and is none. */
function apply(site: Site, random: Random, at: number): Call[] {
  const service = random.pick(SERVICES);
  const roleName = `${service}-${random.hex(6)}`;
  const group = random.pick(site.groups);
  const bucket = random.pick(site.buckets).name;
  const narrow = identity.policy({ Effect: 'Allow', Action: ['s3:GetObject'], Resource: `arn:aws:s3:::${bucket}/${service}/*` });
  return random.pick([
    [
      identity.createRole(site.account, roleName, identity.trustService('lambda.amazonaws.com'), random, at),
      identity.iamWrite('PutRolePolicy', { roleName, policyName: 'read-own-prefix', policyDocument: narrow }),
      oversight.createLogGroup(`/aws/lambda/${roleName}`),
    ],
    [
      ec2.authorizeIngress(
        site,
        random,
        group,
        random.pick([5432, 6379, 8080, 443]),
        `10.${random.int(16, 31)}.0.0/16`,
        `${service} from the cluster`,
      ),
    ],
    bucketHardening(site, random, bucket),
    [ec2.createTags(random, random.pick(site.instances), { CostCenter: String(random.int(100, 140)), Service: service })],
    [applications.updateService(site, random), applications.describeServices(site)],
    [
      write(
        'monitoring',
        'PutMetricAlarm',
        {
          alarmName: `${service}-errors`,
          metricName: 'Errors',
          namespace: 'AWS/Lambda',
          statistic: 'Sum',
          period: 300,
          evaluationPeriods: 2,
          threshold: 5,
          comparisonOperator: 'GreaterThanThreshold',
        },
        null,
        { apiVersion: '2010-08-01' },
      ),
      ec2.createTags(random, random.pick(site.volumes), { Service: service }),
    ],
  ]);
}

/** Platform engineers run Terraform a few times a week, through a deploy role. */
function terraform(stage: Stage): void {
  const random = stage.random.fork('terraform');
  const platform = stage.cast.colleagues.filter((person) => person.job === 'platform');
  for (let day = 0; day < DAYS; day++) {
    if (isWeekend(day)) continue;
    for (const [account, probability] of [
      [PRODUCTION, 0.45],
      [DEVELOPMENT, 0.6],
    ] as const) {
      if (!random.chance(probability)) continue;
      const person = random.pick(platform);
      const at = random.pick(workingTimes(random, day, person.zone, 3));
      const own = person.roles.find((role) => role.account === account) as Role;
      const human = colleagueSession(random, person, own, { address: person.office, agent: CLI_LINUX }, at - HOUR, false);
      const role = roleNamed(stage.cast, account, 'TerraformDeploy');
      const name = `terraform-${person.name}`;
      stage.emit(human, identity.assumeRole(random, role, name, at), at, 'eu-west-1');
      const session = roleSession(random, role, name, { address: person.office, agent: TERRAFORM }, at);
      const region = account === PRODUCTION ? random.pick(['us-east-1', 'eu-west-1']) : 'eu-west-1';
      const site = stage.site(session, region);
      run(stage, random, session, plan(site, random, 'orders-api'), at + 2_000, region);
      if (random.chance(0.6)) run(stage, random, session, apply(site, random, at + 4 * MINUTE), at + 4 * MINUTE, region);
    }
  }
}

/** Changes that real accounts see in an ordinary week. */
export function changes(stage: Stage): void {
  pipelines(stage);
  terraform(stage);
}

/** The person of a job at a place in the seeded order. */
export function colleagueOf(stage: Stage, job: Colleague['job'], index: number): Colleague {
  const found = stage.cast.colleagues.filter((person) => person.job === job);
  return found[index % found.length] as Colleague;
}

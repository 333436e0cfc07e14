import { BROWSERS } from '../agents.ts';
import { HOUR } from '../calendar.ts';
import { denied, read } from '../call.ts';
import * as ec2 from '../calls/ec2.ts';
import * as identity from '../calls/identity.ts';
import * as oversight from '../calls/oversight.ts';
import * as storage from '../calls/storage.ts';
import type { Colleague, IamUser, Role } from '../cast.ts';
import { DEVELOPMENT, OUTSIDER } from '../estate.ts';
import { failedSignIn } from '../people.ts';
import { colleagueSession, keySession, outsideSession, type Session, userSession } from '../session.ts';
import { type Scene, type Story, Storyline } from '../story.ts';

const ADMIN = 'arn:aws:iam::aws:policy/AdministratorAccess';

/** A program's access key, found in a leaked repository, is used from abroad to make a user of the thief's own. */
export function stolenKey(scene: Scene, user: IamUser): Story {
  const { random, stage } = scene;
  const line = new Storyline(scene, scene.midnight + random.int(1, 20) * HOUR);
  const thief = keySession(user, { address: scene.attacker(), agent: scene.agent });
  const site = stage.site(thief, 'us-east-1');
  const name = random.pick(['svc-backup-sync', 'aws-support-agent', 'cloudwatch-relay', 'svc-health']);
  line.step(thief, identity.getCallerIdentity(), 'us-east-1', 'discovery');
  line.step(thief, identity.iamRead('ListAttachedUserPolicies', { userName: user.name }), 'us-east-1', 'discovery');
  line.step(thief, identity.iamRead('ListUsers'), 'us-east-1').step(thief, identity.iamRead('ListRoles'), 'us-east-1');
  line
    .step(thief, identity.iamRead('GetAccountAuthorizationDetails'), 'us-east-1')
    .step(thief, storage.listBuckets(site, random), 'us-east-1');
  line
    .step(thief, denied(oversight.listSecrets(), user.arn), 'us-east-1')
    .step(thief, ec2.describeInstances(site, random), 'us-east-1')
    .wait(200, 1500);
  line.step(
    thief,
    identity.createUser(user.account, name, random, line.time),
    'us-east-1',
    'persistence',
    'A new IAM user, made with a stolen key.',
  );
  line.step(thief, identity.createAccessKey(name, random, line.time), 'us-east-1', 'persistence', 'An access key for another user.');
  line.step(thief, identity.attachUserPolicy(name, ADMIN), 'us-east-1', 'privilege-escalation', 'AdministratorAccess for the new user.');
  return line.told({
    id: 'stolen-key',
    title: 'Stolen access key makes an administrator',
    principal: user.arn,
    account: user.account,
    minLevel: 'high',
  });
}

/** A developer's session is used to widen a policy and to open a role to an outside account. */
export function privilegeEscalation(scene: Scene, person: Colleague): Story {
  const { random } = scene;
  const line = new Storyline(scene, scene.midnight + random.int(12, 18) * HOUR);
  const role = person.roles[0] as Role;
  const thief = colleagueSession(random, person, role, { address: scene.attacker(), agent: scene.agent }, line.time - 3 * HOUR, false);
  const policyArn = `arn:aws:iam::${DEVELOPMENT}:policy/developer-boundary`;
  const everything = identity.policy({ Effect: 'Allow', Action: '*', Resource: '*' });
  const region = 'eu-west-1';
  line
    .step(thief, identity.getCallerIdentity(), region, 'discovery')
    .step(thief, identity.iamRead('ListPolicies', { scope: 'Local', onlyAttached: true }), region);
  line
    .step(thief, identity.iamRead('GetPolicyVersion', { policyArn, versionId: 'v3' }), region)
    .step(thief, identity.iamRead('ListEntitiesForPolicy', { policyArn }), region);
  const version = { policyVersion: { versionId: 'v4', isDefaultVersion: false, createDate: 'Sep 1, 2026, 1:00:00 PM' } };
  line.step(
    thief,
    identity.iamWrite('CreatePolicyVersion', { policyArn, policyDocument: everything, setAsDefault: false }, version),
    region,
    'privilege-escalation',
    'A policy version that allows everything.',
  );
  line
    .step(
      thief,
      identity.iamWrite('SetDefaultPolicyVersion', { policyArn, versionId: 'v4' }),
      region,
      'privilege-escalation',
      'The wide version becomes the one in force.',
    )
    .wait(60, 900);
  line.step(thief, identity.iamRead('ListRoles'), region);
  const target = scene.stage.cast.roles.get(`${DEVELOPMENT}/TerraformDeploy`) as Role;
  const trust = identity.policy(
    { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${DEVELOPMENT}:root` }, Action: 'sts:AssumeRole' },
    { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${OUTSIDER}:root` }, Action: 'sts:AssumeRole' },
  );
  line.step(
    thief,
    identity.iamWrite('UpdateAssumeRolePolicy', { roleName: target.name, policyDocument: trust }),
    region,
    'persistence',
    'A deploy role now trusts an outside account.',
  );
  const outside = outsideSession(OUTSIDER, DEVELOPMENT, `AIDA${random.base32(17)}`, { address: scene.attacker(), agent: scene.agent });
  line.wait(300, 1800).step(outside, identity.assumeRole(random, target, 'maintenance', line.time), 'us-east-1');
  return line.told({
    id: 'privilege-escalation',
    title: 'Wide policy version, role opened to an outside account',
    principal: thief.principal,
    account: DEVELOPMENT,
    minLevel: 'high',
  });
}

/** Guessing at the console until a user without MFA gives way; then a password for somebody else. */
export function bruteForce(scene: Scene, user: IamUser, other: IamUser): Story {
  const { random, stage } = scene;
  const line = new Storyline(scene, scene.midnight + random.int(0, 19) * HOUR);
  const addresses = [scene.attacker(), scene.attacker(), scene.attacker()];
  const agent = BROWSERS[2];
  const events: string[] = [];
  const from = line.time;
  for (let n = random.int(18, 40); n > 0; n--) {
    events.push(failedSignIn(stage, user, { address: random.pick(addresses), agent }, line.time));
    line.wait(3, 50);
  }
  const origin = { address: addresses[0] as string, agent };
  const before = {
    ...keySession(user, origin),
    identity: { type: 'IAMUser', principalId: user.id, arn: user.arn, accountId: user.account, userName: user.name },
  };
  line.step(
    before,
    identity.consoleLogin({ mfa: false, success: true }),
    'us-east-1',
    'initial-access',
    'A sign-in without MFA after many failures.',
  );
  const session = userSession(random, user, origin, line.time, false);
  line
    .wait(20, 200)
    .step(session, identity.iamRead('ListUsers', { maxItems: 100 }), 'us-east-1', 'discovery')
    .step(session, identity.iamRead('GetAccountSummary'), 'us-east-1');
  line.step(session, identity.iamRead('GetLoginProfile', { userName: other.name }), 'us-east-1');
  line.step(
    session,
    identity.createLoginProfile(other.name, line.time),
    'us-east-1',
    'persistence',
    'A console password for another user.',
  );
  const story = line.told({
    id: 'brute-force',
    title: 'Console guessed open, password set for another user',
    principal: user.arn,
    account: user.account,
    minLevel: 'high',
  });
  const start = new Date(from).toISOString();
  return {
    ...story,
    from: `${start.slice(0, 19)}Z`,
    events: [...events, ...story.events],
    tactics: ['credential-access', ...story.tactics],
  };
}

/** Reads that list what an account has. */
export const SWEEP: readonly (readonly [service: string, name: string])[] = [
  ['iam', 'ListUsers'],
  ['iam', 'ListRoles'],
  ['iam', 'ListGroups'],
  ['iam', 'ListPolicies'],
  ['iam', 'GetAccountSummary'],
  ['iam', 'ListAccountAliases'],
  ['iam', 'GetCredentialReport'],
  ['iam', 'ListServerCertificates'],
  ['iam', 'ListSAMLProviders'],
  ['iam', 'ListOpenIDConnectProviders'],
  ['iam', 'ListVirtualMFADevices'],
  ['organizations', 'DescribeOrganization'],
  ['organizations', 'ListAccounts'],
  ['organizations', 'ListRoots'],
  ['ec2', 'DescribeInstances'],
  ['ec2', 'DescribeVpcs'],
  ['ec2', 'DescribeSubnets'],
  ['ec2', 'DescribeSecurityGroups'],
  ['ec2', 'DescribeSnapshots'],
  ['ec2', 'DescribeImages'],
  ['ec2', 'DescribeVolumes'],
  ['ec2', 'DescribeKeyPairs'],
  ['ec2', 'DescribeRegions'],
  ['ec2', 'DescribeVpnConnections'],
  ['ec2', 'DescribeVpcPeeringConnections'],
  ['ec2', 'DescribeLaunchTemplates'],
  ['ec2', 'DescribeFlowLogs'],
  ['ec2', 'DescribeNatGateways'],
  ['ec2', 'DescribeTransitGateways'],
  ['ec2', 'DescribeIamInstanceProfileAssociations'],
  ['rds', 'DescribeDBInstances'],
  ['rds', 'DescribeDBClusters'],
  ['rds', 'DescribeDBSnapshots'],
  ['dynamodb', 'ListTables'],
  ['dynamodb', 'ListBackups'],
  ['lambda', 'ListFunctions20150331'],
  ['lambda', 'ListLayers20181031'],
  ['lambda', 'ListEventSourceMappings20150331'],
  ['ecs', 'ListClusters'],
  ['ecs', 'ListTaskDefinitions'],
  ['eks', 'ListClusters'],
  ['ecr', 'DescribeRepositories'],
  ['kms', 'ListKeys'],
  ['kms', 'ListAliases'],
  ['secretsmanager', 'ListSecrets'],
  ['ssm', 'DescribeParameters'],
  ['ssm', 'DescribeInstanceInformation'],
  ['ssm', 'ListDocuments'],
  ['ssm', 'ListCommands'],
  ['cloudtrail', 'DescribeTrails'],
  ['cloudtrail', 'ListTrails'],
  ['cloudtrail', 'LookupEvents'],
  ['config', 'DescribeConfigurationRecorders'],
  ['guardduty', 'ListDetectors'],
  ['securityhub', 'DescribeHub'],
  ['macie2', 'GetMacieSession'],
  ['access-analyzer', 'ListAnalyzers'],
  ['logs', 'DescribeLogGroups'],
  ['monitoring', 'DescribeAlarms'],
  ['sns', 'ListTopics'],
  ['sqs', 'ListQueues'],
  ['sts', 'GetCallerIdentity'],
  ['apigateway', 'GetRestApis'],
  ['cloudfront', 'ListDistributions'],
  ['route53', 'ListHostedZones'],
  ['elasticache', 'DescribeCacheClusters'],
  ['redshift', 'DescribeClusters'],
  ['es', 'ListDomainNames'],
  ['glue', 'GetDatabases'],
  ['athena', 'ListWorkGroups'],
  ['states', 'ListStateMachines'],
  ['events', 'ListRules'],
  ['codebuild', 'ListProjects'],
  ['codecommit', 'ListRepositories'],
  ['cloudformation', 'ListStacks'],
  ['elasticfilesystem', 'DescribeFileSystems'],
  ['backup', 'ListBackupVaults'],
  ['ses', 'GetSendQuota'],
  ['acm', 'ListCertificates'],
];

/** Somebody inside a workload asks everything of everything; most of it is refused. The client names itself in hostile text. */
export function reconStorm(scene: Scene, sessionAt: (at: number) => Session, region: string): Story {
  const { random } = scene;
  const line = new Storyline(scene, scene.midnight + random.int(1, 20) * HOUR);
  const session = sessionAt(line.time);
  const agents = ['python-requests/2.32.4', 'Boto3/1.34.2 md/Botocore#1.34.2 enumerate/0.3', '<script>alert(1)</script>'];
  for (const [service, name] of random.shuffle(SWEEP)) {
    const call = read(service, name, null, ['iam', 'organizations', 'cloudfront', 'route53'].includes(service) ? { global: true } : {});
    const refused = service !== 'sts' && random.chance(0.78);
    line.step({ ...session, agent: random.pick(agents) }, refused ? denied(call, session.arn) : call, region, 'discovery');
  }
  const details = denied(identity.iamRead('GetAccountAuthorizationDetails', { maxItems: 1000 }), session.arn);
  line.step(session, details, region, 'discovery', 'The whole of IAM asked for in one call.');
  return line.told({
    id: 'recon-storm',
    title: 'A workload asks for everything and is refused',
    principal: session.principal,
    account: session.account,
    minLevel: 'medium',
  });
}

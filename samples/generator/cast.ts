import { DEVELOPMENT, MANAGEMENT, PRODUCTION } from './estate.ts';
import type { Random } from './random.ts';

export interface IamUser {
  readonly kind: 'user';
  readonly name: string;
  readonly account: string;
  readonly arn: string;
  readonly id: string;
  readonly accessKey: string;
  /** Has an MFA device, and uses it for the console. */
  readonly mfa: boolean;
  /** Has a console password: a person. Without one it is a program. */
  readonly console: boolean;
  readonly home: string;
}

export interface Role {
  readonly kind: 'role';
  readonly name: string;
  readonly account: string;
  readonly arn: string;
  readonly id: string;
  /** Who takes the role: a service's name, `sso`, `oidc` or `account`. */
  readonly trust: string;
}

export type Job = 'platform' | 'developer' | 'analyst' | 'security' | 'finance';

/** Somebody who comes through Identity Center. */
export interface Colleague {
  readonly kind: 'colleague';
  readonly name: string;
  readonly email: string;
  readonly job: Job;
  readonly storeUser: string;
  /** Hours ahead of UTC. */
  readonly zone: number;
  readonly home: string;
  readonly office: string;
  readonly region: string;
  /** Where the person works and with which role; the first is the main one. */
  readonly roles: readonly Role[];
}

/** People whose ways look odd and are their habit; see `habits.ts`. */
export interface Oddities {
  readonly traveller: Colleague;
  readonly commuter: Colleague;
  readonly nightWatch: Colleague;
  readonly newcomer: Colleague;
}

export interface Cast {
  readonly colleagues: readonly Colleague[];
  readonly oddities: Oddities;
  readonly users: readonly IamUser[];
  readonly roles: ReadonlyMap<string, Role>;
}

const GIVEN = [
  'anna',
  'ben',
  'chloe',
  'dev',
  'elena',
  'farid',
  'grace',
  'hugo',
  'ines',
  'jonas',
  'kira',
  'liam',
  'mei',
  'nora',
  'omar',
  'paula',
];
const GIVEN_TOO = [
  'quinn',
  'rosa',
  'sami',
  'tara',
  'umar',
  'vera',
  'will',
  'xenia',
  'yusuf',
  'zoe',
  'arno',
  'bela',
  'carl',
  'dina',
  'emil',
  'fay',
];
const SURNAMES = ['keller', 'okafor', 'martin', 'sharma', 'petrov', 'lindqvist', 'moreau', 'tanaka', 'silva', 'novak', 'walsh', 'haddad'];
const SURNAMES_TOO = ['brandt', 'castro', 'dumont', 'eriksen', 'fischer', 'garcia', 'holm', 'ito', 'jansen', 'kowalski', 'larsen', 'meyer'];

const PERMISSIONS: Readonly<Record<Job, readonly (readonly [account: string, permissionSet: string])[]>> = {
  platform: [
    [PRODUCTION, 'AdministratorAccess'],
    [MANAGEMENT, 'AdministratorAccess'],
    [DEVELOPMENT, 'AdministratorAccess'],
  ],
  developer: [[DEVELOPMENT, 'DeveloperAccess']],
  analyst: [[PRODUCTION, 'DataAnalyst']],
  security: [
    [MANAGEMENT, 'SecurityAudit'],
    [PRODUCTION, 'SecurityAudit'],
  ],
  finance: [[MANAGEMENT, 'Billing']],
};

const JOBS: readonly Job[] = [
  ...Array<Job>(3).fill('platform'),
  ...Array<Job>(6).fill('developer'),
  ...Array<Job>(2).fill('analyst'),
  ...Array<Job>(2).fill('security'),
  'finance',
];

/** Program and person users: account, name (null: a person's), mfa, console. */
const USERS: readonly (readonly [account: string, name: string | null, mfa: boolean, console: boolean])[] = [
  [MANAGEMENT, null, true, true],
  [MANAGEMENT, null, false, true],
  [MANAGEMENT, null, false, true],
  [PRODUCTION, null, true, true],
  [PRODUCTION, 'svc-backup-export', false, false],
  [PRODUCTION, 'svc-metrics', false, false],
  [PRODUCTION, 'svc-partner-sync', false, false],
  [DEVELOPMENT, null, true, true],
  [DEVELOPMENT, null, false, true],
  [DEVELOPMENT, 'svc-load-test', false, false],
  [DEVELOPMENT, 'svc-legacy-ci', false, false],
];

const linked = (service: string, name: string): readonly [string, string, string] => [name, service, `aws-service-role/${service}/`];

const ROLES: Readonly<Record<string, readonly (readonly [name: string, trust: string, path: string])[]>> = {
  [MANAGEMENT]: [
    ['security-tooling', 'lambda.amazonaws.com', 'service-role/'],
    linked('config.amazonaws.com', 'AWSServiceRoleForConfig'),
    ['ExternalAudit', 'account', ''],
  ],
  [PRODUCTION]: [
    ['web-fleet', 'ec2.amazonaws.com', ''],
    ['batch-workers', 'ec2.amazonaws.com', ''],
    ['orders-api', 'lambda.amazonaws.com', 'service-role/'],
    ['invoice-worker', 'lambda.amazonaws.com', 'service-role/'],
    ['image-resizer', 'lambda.amazonaws.com', 'service-role/'],
    ['payments-task', 'ecs-tasks.amazonaws.com', ''],
    ['analytics-etl', 'glue.amazonaws.com', 'service-role/'],
    ['AWSBackupDefaultServiceRole', 'backup.amazonaws.com', 'service-role/'],
    ['TerraformDeploy', 'account', ''],
    ['github-actions-deploy', 'oidc', ''],
    ['ExternalAudit', 'account', ''],
    ['SecurityReadOnly', 'account', ''],
    linked('config.amazonaws.com', 'AWSServiceRoleForConfig'),
    linked('autoscaling.amazonaws.com', 'AWSServiceRoleForAutoScaling'),
    linked('rds.amazonaws.com', 'AWSServiceRoleForRDS'),
  ],
  [DEVELOPMENT]: [
    ['sandbox-runner', 'lambda.amazonaws.com', 'service-role/'],
    ['dev-web', 'ec2.amazonaws.com', ''],
    ['TerraformDeploy', 'account', ''],
    ['github-actions-deploy', 'oidc', ''],
    ['SecurityReadOnly', 'account', ''],
    linked('config.amazonaws.com', 'AWSServiceRoleForConfig'),
  ],
};

function role(random: Random, account: string, name: string, trust: string, path: string): Role {
  return { kind: 'role', name, account, arn: `arn:aws:iam::${account}:role/${path}${name}`, id: `AROA${random.base32(17)}`, trust };
}

/** Names a role of an account within {@link Cast.roles}. */
export function roleKey(account: string, name: string): string {
  return `${account}/${name}`;
}

/** Everybody and everything that acts in the trail. Which name holds which job, and all identifiers, depend on the seed. */
export function castOf(random: Random): Cast {
  const given = random.shuffle([...GIVEN, ...GIVEN_TOO]);
  const surnames = [...random.shuffle(SURNAMES), ...random.shuffle(SURNAMES_TOO)];
  const person = (n: number): string => `${given[n]}.${surnames[n % surnames.length]}`;
  const homes = random.shuffle(Array.from({ length: 200 }, (_, n) => `198.51.100.${n + 10}`));
  const roles = new Map<string, Role>();
  for (const [account, list] of Object.entries(ROLES)) {
    for (const [name, trust, path] of list) roles.set(roleKey(account, name), role(random, account, name, trust, path));
  }
  const permissionSet = (account: string, name: string): Role => {
    const key = roleKey(account, name);
    let found = roles.get(key);
    if (found === undefined) {
      found = role(random, account, `AWSReservedSSO_${name}_${random.hex(16)}`, 'sso', 'aws-reserved/sso.amazonaws.com/eu-west-1/');
      roles.set(key, found);
    }
    return found;
  };
  const colleague = (random: Random, job: Job, n: number, abroad: boolean): Colleague => ({
    kind: 'colleague',
    name: person(n),
    email: `${person(n)}@example.com`,
    job,
    storeUser: `${random.hex(10)}-${random.uuid()}`,
    zone: abroad ? 10 : 2,
    home: abroad ? `203.0.113.${200 + n}` : (homes[n] as string),
    office: `203.0.113.${abroad ? random.int(130, 140) : random.int(10, 24)}`,
    region: abroad ? 'ap-southeast-2' : random.pick(['eu-west-1', 'eu-west-1', 'us-east-1']),
    roles: PERMISSIONS[job].map(([account, name]) => permissionSet(account, name)),
  });
  const colleagues = JOBS.map((job, n) => colleague(random, job, n, n === 2 || n === 7));
  const users = USERS.map(([account, program, mfa, console], n): IamUser => {
    const name = program ?? person(JOBS.length + n);
    const home = program === null ? (homes[JOBS.length + n] as string) : `203.0.113.${random.int(40, 60)}`;
    const id = `AIDA${random.base32(17)}`;
    const accessKey = `AKIA${random.base32(16)}`;
    return { kind: 'user', name, account, arn: `arn:aws:iam::${account}:user/${name}`, id, accessKey, mfa, console, home };
  });
  const more = random.fork('oddities');
  const odd = (job: Job, n: number): Colleague => colleague(more, job, JOBS.length + USERS.length + n, false);
  const oddities = {
    traveller: odd('developer', 0),
    commuter: odd('analyst', 1),
    nightWatch: odd('security', 2),
    newcomer: odd('developer', 3),
  };
  const close = role(more, PRODUCTION, 'month-end-close', 'glue.amazonaws.com', 'service-role/');
  roles.set(roleKey(PRODUCTION, close.name), close);
  return { colleagues, oddities, users, roles };
}

/** A role that {@link castOf} made; an unknown name is a mistake in the generator and throws. */
export function roleNamed(cast: Cast, account: string, name: string): Role {
  const found = cast.roles.get(roleKey(account, name));
  if (found === undefined) throw new Error(`The cast has no role ${name} in account ${account}; add it to ROLES in cast.ts.`);
  return found;
}

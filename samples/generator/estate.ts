import type { Random } from './random.ts';

export const MANAGEMENT = '111122223333';
export const PRODUCTION = '444455556666';
export const DEVELOPMENT = '777788889999';
export const ACCOUNTS = [MANAGEMENT, PRODUCTION, DEVELOPMENT] as const;
/** The outside firm that audits the organization through a role. */
export const AUDITOR = '123456789012';
/** The account that the attackers own. */
export const OUTSIDER = '999999999999';
export const ORGANIZATION = 'o-exampleorg1';

export const REGIONS = ['us-east-1', 'eu-west-1', 'ap-southeast-2'] as const;

export interface Bucket {
  readonly name: string;
  readonly prefixes: readonly string[];
  readonly extension: string;
}

/** What exists in one account and region. */
export interface Site {
  readonly account: string;
  readonly region: string;
  readonly vpcs: readonly string[];
  readonly subnets: readonly string[];
  readonly groups: readonly string[];
  readonly instances: readonly string[];
  readonly volumes: readonly string[];
  readonly images: readonly string[];
  readonly snapshots: readonly string[];
  readonly keys: readonly string[];
  readonly functions: readonly string[];
  readonly tables: readonly string[];
  readonly databases: readonly string[];
  readonly secrets: readonly string[];
  readonly parameters: readonly string[];
  readonly logGroups: readonly string[];
  readonly scalingGroups: readonly string[];
  readonly loadBalancers: readonly string[];
  readonly clusters: readonly string[];
  readonly endpoint: string;
  readonly buckets: readonly Bucket[];
}

const STAGE: Readonly<Record<string, string>> = { [MANAGEMENT]: 'org', [PRODUCTION]: 'prod', [DEVELOPMENT]: 'dev' };

const SECRETS = [
  'orders/db-master',
  'payments/gateway-key',
  'crm/oauth-client',
  'mailer/smtp',
  'search/api-key',
  'billing/signing-key',
  'warehouse/etl-user',
  'partners/sftp',
  'auth/session-key',
  'maps/token',
  'sms/provider',
  'invoices/pdf-license',
];

const BUCKETS: Readonly<Record<string, readonly Bucket[]>> = {
  [MANAGEMENT]: [
    { name: 'example-org-trail-logs', prefixes: ['AWSLogs/o-exampleorg1'], extension: 'json.gz' },
    { name: 'example-org-billing-reports', prefixes: ['cur/2026-09'], extension: 'parquet' },
    { name: 'example-org-config-history', prefixes: ['AWSLogs/config'], extension: 'json.gz' },
  ],
  [PRODUCTION]: [
    { name: 'example-prod-orders', prefixes: ['orders/2026/09', 'receipts/2026/09'], extension: 'json' },
    { name: 'example-prod-invoices', prefixes: ['invoices/2026/09', 'statements/2026-Q3'], extension: 'pdf' },
    { name: 'example-prod-customer-exports', prefixes: ['exports/daily', 'exports/monthly'], extension: 'csv.gz' },
    { name: 'example-prod-media', prefixes: ['originals', 'thumbnails/256', 'thumbnails/1024'], extension: 'webp' },
    { name: 'example-prod-datalake', prefixes: ['raw/clicks/dt=2026-09', 'curated/sales/dt=2026-09'], extension: 'parquet' },
    { name: 'example-prod-backups', prefixes: ['db/orders', 'db/crm'], extension: 'dump.zst' },
  ],
  [DEVELOPMENT]: [
    { name: 'example-dev-artifacts', prefixes: ['builds/web', 'builds/api'], extension: 'zip' },
    { name: 'example-dev-sandbox', prefixes: ['tmp', 'experiments'], extension: 'ndjson' },
    { name: 'example-dev-terraform-state', prefixes: ['network', 'services'], extension: 'tfstate' },
  ],
};

const FUNCTIONS: Readonly<Record<string, readonly string[]>> = {
  [MANAGEMENT]: ['security-tooling', 'cost-report'],
  [PRODUCTION]: ['orders-api', 'invoice-worker', 'image-resizer', 'webhook-relay', 'search-indexer', 'mail-sender'],
  [DEVELOPMENT]: ['orders-api-dev', 'invoice-worker-dev', 'sandbox-runner', 'preview-deploy'],
};

function site(account: string, region: string, random: Random): Site {
  const stage = STAGE[account] as string;
  const size = account === PRODUCTION ? 12 : account === DEVELOPMENT ? 7 : 3;
  const many = (count: number, prefix: string): string[] => Array.from({ length: count }, () => `${prefix}-0${random.hex(16)}`);
  const functions = FUNCTIONS[account] as readonly string[];
  const secrets = SECRETS.slice(0, account === PRODUCTION ? 12 : 5);
  return {
    account,
    region,
    vpcs: many(2, 'vpc'),
    subnets: many(6, 'subnet'),
    groups: many(6, 'sg'),
    instances: many(size, 'i'),
    volumes: many(size + 2, 'vol'),
    images: many(3, 'ami'),
    snapshots: many(size, 'snap'),
    keys: Array.from({ length: 4 }, () => `arn:aws:kms:${region}:${account}:key/${random.uuid()}`),
    functions,
    tables: ['orders', 'sessions', 'inventory', 'carts'].map((name) => `${stage}-${name}`),
    databases: ['orders', 'crm', 'warehouse'].map((name) => `${stage}-${name}-db`),
    secrets: secrets.map((name) => `arn:aws:secretsmanager:${region}:${account}:secret:${stage}/${name}-${random.alphanumeric(6)}`),
    parameters: ['db/host', 'feature-flags', 'cache/url', 'limits', 'queue/url'].map((name) => `/${stage}/${name}`),
    logGroups: [...functions.map((name) => `/aws/lambda/${name}`), `/ecs/${stage}-services`, `/vpc/${stage}-flow`],
    scalingGroups: [`${stage}-web-asg`, `${stage}-batch-asg`],
    loadBalancers: ['web', 'api'].map(
      (name) => `arn:aws:elasticloadbalancing:${region}:${account}:loadbalancer/app/${stage}-${name}/${random.hex(16)}`,
    ),
    clusters: [`${stage}-services`],
    endpoint: `vpce-0${random.hex(16)}`,
    buckets: BUCKETS[account] as readonly Bucket[],
  };
}

/** The organization's resources by account and region; identifiers depend on the seed. */
export class Estate {
  private readonly sites = new Map<string, Site>();
  private readonly random: Random;

  constructor(random: Random) {
    this.random = random;
  }

  /** The site of an account in a region; one never named before is made (an attacker may go where nobody works). */
  site(account: string, region: string): Site {
    const key = `${account}/${region}`;
    let found = this.sites.get(key);
    if (found === undefined) {
      found = site(account, region, this.random.fork(key));
      this.sites.set(key, found);
    }
    return found;
  }
}

/** The site's bucket with a text in its name; a text that fits none is a mistake in the generator and throws. */
export function bucketOf(site: Site, part: string): Bucket {
  const found = site.buckets.find((bucket) => bucket.name.includes(part));
  if (found === undefined) throw new Error(`Account ${site.account} has no bucket with "${part}" in its name; see BUCKETS in estate.ts.`);
  return found;
}

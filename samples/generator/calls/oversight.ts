import { DAY, longDate } from '../calendar.ts';
import { type Call, read, write } from '../call.ts';
import type { Site } from '../estate.ts';
import type { Random } from '../random.ts';
import type { JsonObject } from '../session.ts';

const keyResource = (site: Site, ARN: string): JsonObject[] => [{ accountId: site.account, type: 'AWS::KMS::Key', ARN }];

/** KMS decrypts for whoever reads an encrypted object, secret or table. */
export function decrypt(site: Site, random: Random, context: JsonObject): Call {
  return read(
    'kms',
    'Decrypt',
    { encryptionContext: context, encryptionAlgorithm: 'SYMMETRIC_DEFAULT' },
    { resources: keyResource(site, random.pick(site.keys)) },
  );
}

export function generateDataKey(site: Site, random: Random, context: JsonObject): Call {
  const key = random.pick(site.keys);
  return read(
    'kms',
    'GenerateDataKey',
    { keyId: key, encryptionContext: context, keySpec: 'AES_256' },
    { resources: keyResource(site, key) },
  );
}

export function listKeys(): Call {
  return read('kms', 'ListKeys', { limit: 100 });
}

export function listAliases(): Call {
  return read('kms', 'ListAliases', { limit: 100 });
}

export function describeKey(site: Site, random: Random): Call {
  const key = random.pick(site.keys);
  return read('kms', 'DescribeKey', { keyId: key }, { resources: keyResource(site, key) });
}

export function scheduleKeyDeletion(site: Site, key: string, at: number): Call {
  return write(
    'kms',
    'ScheduleKeyDeletion',
    { keyId: key, pendingWindowInDays: 7 },
    { keyId: key, deletionDate: longDate(at + 7 * DAY), keyState: 'PendingDeletion', pendingWindowInDays: 7 },
    { resources: keyResource(site, key) },
  );
}

export function getSecretValue(secret: string): Call {
  return read('secretsmanager', 'GetSecretValue', { secretId: secret });
}

export function listSecrets(): Call {
  return read('secretsmanager', 'ListSecrets', { maxResults: 100, includePlannedDeletion: false });
}

/** A program reads a parameter in the clear. */
export function getParameter(site: Site, random: Random): Call {
  return read('ssm', 'GetParameter', { name: random.pick(site.parameters), withDecryption: true });
}

/** Somebody looks at a parameter; what is secret stays encrypted. */
export function lookAtParameter(site: Site, random: Random): Call {
  return read('ssm', 'GetParameter', { name: random.pick(site.parameters), withDecryption: false });
}

export function getParametersByPath(site: Site): Call {
  return read('ssm', 'GetParametersByPath', {
    path: site.parameters[0]?.split('/').slice(0, 2).join('/') ?? '/',
    recursive: true,
    withDecryption: true,
    maxResults: 10,
  });
}

export function describeParameters(): Call {
  return read('ssm', 'DescribeParameters', { maxResults: 50 });
}

/** What the SSM agent of an instance says every few minutes. */
export function updateInstanceInformation(instance: string, address: string): Call {
  return write('ssm', 'UpdateInstanceInformation', {
    instanceId: instance,
    agentVersion: '3.3.2299.0',
    agentStatus: 'Active',
    platformType: 'Linux',
    platformName: 'Amazon Linux',
    platformVersion: '2023',
    iPAddress: address,
    computerName: `ip-${address.replaceAll('.', '-')}.ec2.internal`,
    agentName: 'amazon-ssm-agent',
    availabilityZone: 'use1-az4',
    sSMConnectionChannel: 'ssmmessages',
  });
}

export function createLogStream(site: Site, random: Random, group: string, day: string): Call {
  return write(
    'logs',
    'CreateLogStream',
    { logGroupName: group, logStreamName: `${day.replaceAll('-', '/')}/[$LATEST]${random.hex(32)}` },
    null,
    {
      apiVersion: '20140328',
      host: `logs.${site.region}.amazonaws.com`,
    },
  );
}

export function describeLogGroups(site: Site, random: Random): Call {
  return read('logs', 'DescribeLogGroups', { logGroupNamePrefix: random.pick(site.logGroups), limit: 50 }, { apiVersion: '20140328' });
}

export function startQuery(site: Site, random: Random): Call {
  return read(
    'logs',
    'StartQuery',
    {
      logGroupName: random.pick(site.logGroups),
      startTime: random.int(1_788_300_000, 1_790_000_000),
      endTime: random.int(1_790_000_000, 1_790_800_000),
      queryString: random.pick([
        'fields @timestamp, @message | sort @timestamp desc | limit 200',
        'filter level = "error" | stats count(*) by bin(5m)',
        'filter @message like /timeout/ | stats count(*) as n by route | sort n desc',
      ]),
    },
    { apiVersion: '20140328', response: { queryId: random.uuid() } },
  );
}

export function getQueryResults(random: Random): Call {
  return read('logs', 'GetQueryResults', { queryId: random.uuid() }, { apiVersion: '20140328' });
}

export function filterLogEvents(site: Site, random: Random): Call {
  return read(
    'logs',
    'FilterLogEvents',
    {
      logGroupName: random.pick(site.logGroups),
      startTime: random.int(1_788_300_000, 1_790_800_000) * 1000,
      filterPattern: 'ERROR',
      limit: 100,
    },
    {
      apiVersion: '20140328',
      category: 'Data',
      resources: [
        {
          accountId: site.account,
          type: 'AWS::Logs::LogGroup',
          ARN: `arn:aws:logs:${site.region}:${site.account}:log-group:${site.logGroups[0]}`,
        },
      ],
    },
  );
}

export function deleteLogGroup(group: string): Call {
  return write('logs', 'DeleteLogGroup', { logGroupName: group }, null, { apiVersion: '20140328' });
}

export function createLogGroup(group: string): Call {
  return write('logs', 'CreateLogGroup', { logGroupName: group, tags: { owner: 'ci' } }, null, { apiVersion: '20140328' });
}

export function describeAlarms(): Call {
  return read('monitoring', 'DescribeAlarms', { maxRecords: 100, stateValue: 'ALARM' }, { apiVersion: '2010-08-01' });
}

export function listMetrics(random: Random): Call {
  return read(
    'monitoring',
    'ListMetrics',
    { namespace: random.pick(['AWS/EC2', 'AWS/Lambda', 'AWS/RDS', 'AWS/ApplicationELB']), recentlyActive: 'PT3H' },
    { apiVersion: '2010-08-01' },
  );
}

export function getDashboard(): Call {
  return read('monitoring', 'GetDashboard', { dashboardName: 'service-health' }, { apiVersion: '2010-08-01' });
}

export function describeTrails(): Call {
  return read('cloudtrail', 'DescribeTrails', { trailNameList: [], includeShadowTrails: true });
}

export function getTrailStatus(site: Site): Call {
  return read('cloudtrail', 'GetTrailStatus', { name: `arn:aws:cloudtrail:${site.region}:${site.account}:trail/account-trail` });
}

export function lookupEvents(random: Random): Call {
  return read('cloudtrail', 'LookupEvents', {
    lookupAttributes: [
      {
        attributeKey: random.pick(['EventName', 'Username', 'ResourceName']),
        attributeValue: random.pick(['ConsoleLogin', 'RunInstances', 'UpdateService']),
      },
    ],
    maxResults: 50,
  });
}

export function describeComplianceByRule(): Call {
  return read('config', 'DescribeComplianceByConfigRule', { complianceTypes: ['NON_COMPLIANT'] });
}

export function listFindings(random: Random): Call {
  return read('guardduty', 'ListFindings', {
    detectorId: random.hex(32),
    findingCriteria: { criterion: { severity: { gte: 4 } } },
    maxResults: 50,
  });
}

export function listDetectors(): Call {
  return read('guardduty', 'ListDetectors', {});
}

export function getFindings(): Call {
  return read('securityhub', 'GetFindings', { Filters: { RecordState: [{ Value: 'ACTIVE', Comparison: 'EQUALS' }] }, MaxResults: 100 });
}

export function describeEventAggregates(): Call {
  return read(
    'health',
    'DescribeEventAggregates',
    { filter: { eventStatusCodes: ['open', 'upcoming'] }, aggregateField: 'eventTypeCategory' },
    { global: true },
  );
}

export function getCostAndUsage(): Call {
  return read(
    'ce',
    'GetCostAndUsage',
    {
      timePeriod: { start: '2026-08-01', end: '2026-09-30' },
      granularity: 'DAILY',
      metrics: ['UnblendedCost'],
      groupBy: [{ type: 'DIMENSION', key: 'SERVICE' }],
    },
    { global: true },
  );
}

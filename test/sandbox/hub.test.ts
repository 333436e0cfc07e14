import {
  BatchImportFindingsCommand,
  type BatchImportFindingsCommandInput,
  DescribeHubCommand,
  GetFindingsCommand,
  SecurityHubClient,
} from '@aws-sdk/client-securityhub';
import { incidentFinding } from '../../core/outputs/asff.ts';
import { findingFaults } from '../../sandbox/finding-format.ts';
import { HubDouble } from '../../sandbox/hub.ts';

const ACCOUNT = '111122223333';
const REGION = 'eu-west-1';
const ARN = `arn:aws:securityhub:${REGION}:${ACCOUNT}:product/${ACCOUNT}/default`;

type Json = Record<string, unknown>;

/** A finding that Security Hub takes; `more` replaces keys, one that is undefined there is left out. */
function finding(more: Json = {}): Json {
  const made: Json = {
    SchemaVersion: '2018-10-08',
    Id: 'example/1',
    ProductArn: ARN,
    GeneratorId: 'example',
    AwsAccountId: ACCOUNT,
    CreatedAt: '2026-09-01T10:00:00.000Z',
    UpdatedAt: '2026-09-01T10:00:00.000Z',
    Title: 'Logging was stopped',
    Description: 'By alice.',
    Resources: [{ Type: 'AwsIamUser', Id: `arn:aws:iam::${ACCOUNT}:user/alice`, Partition: 'aws', Region: REGION }],
    FindingProviderFields: { Severity: { Label: 'HIGH', Original: '75' }, Types: ['TTPs/Defense Evasion'] },
    ...more,
  };
  for (const [key, value] of Object.entries(made)) if (value === undefined) delete made[key];
  return made;
}

let hub: HubDouble;
let client: SecurityHubClient;

beforeEach(async () => {
  hub = await HubDouble.start(ACCOUNT, REGION);
  client = connect();
});

afterEach(async () => {
  client.destroy();
  await hub.stop();
});

function connect(region = REGION, maxAttempts = 1): SecurityHubClient {
  return new SecurityHubClient({
    endpoint: hub.endpoint,
    region,
    maxAttempts,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
}

function send(...findings: readonly unknown[]) {
  return client.send(new BatchImportFindingsCommand({ Findings: findings } as unknown as BatchImportFindingsCommandInput));
}

test('what Trailwarden writes is taken as it is', async () => {
  const time = Date.UTC(2026, 8, 1, 10);
  const made = incidentFinding(
    {
      id: '00000000-1111-4222-8333-444455556666',
      principal: `arn:aws:iam::${ACCOUNT}:user/alice`,
      roleTag: 'developer',
      status: 'open',
      level: 'high',
      risk: 75,
      opened: time,
      updated: time + 60_000,
      tactics: ['defense-evasion', 'exfiltration'],
      techniques: ['T1562.008'],
      accounts: [ACCOUNT, '444455556666'],
      regions: [REGION],
      addresses: ['198.51.100.7'],
      reasons: [{ text: 'Logging was stopped', points: 75 }],
      detections: [],
      signals: 1,
      top: { title: 'Logging was stopped', eventID: '1', time },
    },
    { partition: 'aws', account: ACCOUNT, region: REGION },
  );
  const answer = await send(made);
  expect(answer).toMatchObject({ FailedCount: 0, SuccessCount: 1, FailedFindings: [] });
  expect(hub.finding(made.Id)).toMatchObject({ Title: made.Title, Severity: { Label: 'HIGH' }, Workflow: { Status: 'NEW' } });
});

const LONG = 'x'.repeat(5000);
const RESOURCE = { Type: 'Other', Id: 'thing' };

const REFUSED: readonly (readonly [string, Json, string])[] = [
  ['no title', { Title: undefined }, "data should have required property 'Title'"],
  ['a title of 257 characters', { Title: LONG.slice(0, 257) }, 'data.Title should NOT be longer than 256 characters'],
  ['an empty title', { Title: '' }, 'data.Title should NOT be shorter than 1 characters'],
  ['a blank title', { Title: '  ' }, 'data.Title should match pattern "\\S"'],
  ['a description of 1025 characters', { Description: LONG.slice(0, 1025) }, 'data.Description should NOT be longer than 1024 characters'],
  ['no description', { Description: undefined }, "data should have required property 'Description'"],
  ['an id of 513 characters', { Id: LONG.slice(0, 513) }, 'data.Id should NOT be longer than 512 characters'],
  ['a number for an id', { Id: 7 }, 'data.Id should be string'],
  ['another schema version', { SchemaVersion: '2020-01-01' }, 'data.SchemaVersion should be equal to one of the allowed values'],
  ['a local time', { CreatedAt: '2026-09-01T10:00:00' }, 'data.CreatedAt should match pattern'],
  ['a time in seconds', { UpdatedAt: 1_788_256_800 }, 'data.UpdatedAt should be string'],
  ['a time with a far offset', { UpdatedAt: '2026-09-01T10:00:00+18:30' }, 'data.UpdatedAt should match pattern'],
  ['no resource', { Resources: [] }, 'data.Resources should NOT have fewer than 1 items'],
  ['33 resources', { Resources: Array(33).fill(RESOURCE) }, 'data.Resources should NOT have more than 32 items'],
  ['a resource without a type', { Resources: [{ Id: 'thing' }] }, "data.Resources[0] should have required property 'Type'"],
  [
    'a resource in an unknown partition',
    { Resources: [{ ...RESOURCE, Partition: 'aws-moon' }] },
    'data.Resources[0].Partition should be equal to one of the allowed values',
  ],
  ['a type of four parts', { Types: ['TTPs/a/b/c'] }, 'data.Types[0] should match pattern "^([^/]+)(\\/[^/]+){0,2}$"'],
  ['a type without a name', { Types: [''] }, 'data.Types[0] should NOT be shorter than 1 characters'],
  ['a type of another namespace', { Types: ['Tags/nist/SI-10'] }, 'data.Types[0] should begin with one of the namespaces'],
  ['51 types', { Types: Array(51).fill('TTPs/Discovery') }, 'data.Types should NOT have more than 50 items'],
  [
    '51 product fields',
    { ProductFields: Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`k${i}`, 'v'])) },
    'data.ProductFields should NOT have more than 50 properties',
  ],
  [
    'a product field of 2049 characters',
    { ProductFields: { k: LONG.slice(0, 2049) } },
    "data.ProductFields['k'] should NOT be longer than 2048 characters",
  ],
  ['an empty product field', { ProductFields: { k: '' } }, "data.ProductFields['k'] should NOT be shorter than 1 characters"],
  ['a product field that is no string', { ProductFields: { k: 1 } }, "data.ProductFields['k'] should be string"],
  [
    'a product field with a key of 129 characters',
    { ProductFields: { [LONG.slice(0, 129)]: 'v' } },
    'should NOT be longer than 128 characters',
  ],
  [
    'a severity of its own',
    { FindingProviderFields: { Severity: { Label: 'SEVERE' }, Types: ['TTPs'] } },
    'data.FindingProviderFields.Severity.Label should be equal to one of the allowed values',
  ],
  [
    'a severity without a label',
    { FindingProviderFields: { Severity: { Original: '7' }, Types: ['TTPs'] } },
    "data.FindingProviderFields.Severity should have required property 'Label'",
  ],
  ['no severity anywhere', { FindingProviderFields: { Types: ['TTPs'] } }, "data should have required property 'Severity'"],
  ['no types anywhere', { FindingProviderFields: { Severity: { Label: 'LOW' } } }, "data should have required property 'Types'"],
  ['another record state', { RecordState: 'OPEN' }, 'data.RecordState should be equal to one of the allowed values'],
  [
    'advice of 513 characters',
    { Remediation: { Recommendation: { Text: LONG.slice(0, 513) } } },
    'data.Remediation.Recommendation.Text should NOT be longer than 512 characters',
  ],
  [
    'advice with an address that is none',
    { Remediation: { Recommendation: { Text: 'see', Url: 'example.com' } } },
    'data.Remediation.Recommendation.Url should match pattern',
  ],
  [
    'more than 240 KB',
    {
      Resources: Array.from({ length: 32 }, () => ({
        ...RESOURCE,
        Details: { Other: Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`k${i}`, LONG.slice(0, 1024)])) },
      })),
    },
    'data has 3',
  ],
];

test.each(REFUSED)('a finding with %s fails and harms no neighbour', async (_name, more, sentence) => {
  const answer = await send(finding(more), finding({ Id: 'example/neighbour' }));
  expect(answer).toMatchObject({ FailedCount: 1, SuccessCount: 1 });
  const [failed] = hub.failed;
  expect(failed?.ErrorCode).toBe('InvalidInput');
  expect(failed?.ErrorMessage).toContain(sentence);
  expect(hub.findings().map(({ Id }) => Id)).toEqual(['example/neighbour']);
});

// The SDK leaves out keys that it does not know, other clients do not.
test.each([
  [
    'beside the others',
    finding({ Principal: 'alice' }),
    "data should NOT have additional properties ('Principal' is none that is known here)",
  ],
  [
    'in a resource',
    finding({ Resources: [{ ...RESOURCE, Name: 'x' }] }),
    "data.Resources[0] should NOT have additional properties ('Name' is none that is known here)",
  ],
])('a key that ASFF does not have, %s, is refused', (_name, given, sentence) => {
  expect(findingFaults(given)).toEqual([sentence]);
});

const CALLS: readonly (readonly [string, readonly unknown[], string])[] = [
  ['no finding', [], 'InvalidInputException'],
  ['101 findings', Array.from({ length: 101 }, (_, i) => finding({ Id: `example/${i}` })), 'InvalidInputException'],
  ['6 MB', Array.from({ length: 30 }, () => finding({ Description: 'x'.repeat(220_000) })), 'InvalidInputException'],
  ['a product ARN without a region', [finding({ ProductArn: 'arn:aws:securityhub:::product/example/example' })], 'InvalidInputException'],
  ['the product of another account', [finding({ ProductArn: ARN.replaceAll(ACCOUNT, '444455556666') })], 'AccessDeniedException'],
  ['the product of another region', [finding({ ProductArn: ARN.replace(REGION, 'us-east-1') })], 'AccessDeniedException'],
  ['a finding of another account', [finding({ AwsAccountId: '444455556666' })], 'AccessDeniedException'],
];

test.each(CALLS)('a call with %s is refused whole', async (_name, findings, name) => {
  await expect(send(...findings)).rejects.toMatchObject({ name });
  expect(hub.findings()).toEqual([]);
});

test('a call for another region does not reach this hub', async () => {
  client.destroy();
  client = connect('us-east-1');
  await expect(send(finding())).rejects.toMatchObject({ name: 'AccessDeniedException' });
});

const UPDATES: readonly (readonly [string, string, boolean])[] = [
  ['a newer update', '2026-09-01T10:00:00.001Z', true],
  ['the same time', '2026-09-01T10:00:00.000Z', false],
  ['the same time elsewhere', '2026-09-01T12:00:00+02:00', false],
  ['an older update', '2026-09-01T09:59:59Z', false],
];

test.each(UPDATES)('%s counts as a success', async (_name, UpdatedAt, taken) => {
  await send(finding());
  const answer = await send(finding({ UpdatedAt, Title: 'Second' }));
  expect(answer).toMatchObject({ FailedCount: 0, SuccessCount: 1 });
  expect(hub.finding('example/1')?.Title).toBe(taken ? 'Second' : 'Logging was stopped');
  expect(hub.stale).toBe(taken ? 0 : 1);
});

test('an import leaves alone what an analyst wrote, and updates the rest', async () => {
  await send(finding());
  hub.analyst('example/1', {
    Workflow: { Status: 'SUPPRESSED' },
    Note: { Text: 'known', UpdatedBy: 'analyst', UpdatedAt: '2026-09-01T11:00:00Z' },
    Severity: { Label: 'LOW' },
  });
  await send(
    finding({
      UpdatedAt: '2026-09-01T12:00:00Z',
      Workflow: { Status: 'NEW' },
      FindingProviderFields: { Severity: { Label: 'CRITICAL' }, Types: ['Effects/Data Exfiltration'] },
    }),
  );
  expect(hub.finding('example/1')).toMatchObject({
    Workflow: { Status: 'SUPPRESSED' },
    Note: { Text: 'known' },
    Severity: { Label: 'LOW' },
    Types: ['Effects/Data Exfiltration'],
    FindingProviderFields: { Severity: { Label: 'CRITICAL' } },
  });
});

test.each([
  ['RESOLVED', 'NEW'],
  ['NOTIFIED', 'NEW'],
  ['SUPPRESSED', 'SUPPRESSED'],
] as const)('a finding that comes back from the archive, %s before, is %s', async (before, after) => {
  await send(finding());
  hub.analyst('example/1', { Workflow: { Status: before } });
  await send(finding({ UpdatedAt: '2026-09-01T11:00:00Z', RecordState: 'ARCHIVED' }));
  expect(hub.finding('example/1')).toMatchObject({ RecordState: 'ARCHIVED', Workflow: { Status: before } });
  await send(finding({ UpdatedAt: '2026-09-01T12:00:00Z', RecordState: 'ACTIVE' }));
  expect(hub.finding('example/1')).toMatchObject({ RecordState: 'ACTIVE', Workflow: { Status: after } });
});

test('a throttled call is refused as often as told', async () => {
  hub.throttle(2);
  await expect(send(finding())).rejects.toMatchObject({ name: 'TooManyRequestsException', $metadata: { httpStatusCode: 429 } });
  client.destroy();
  client = connect(REGION, 3);
  expect(await send(finding())).toMatchObject({ SuccessCount: 1 });
});

test('a hub that is off fails each finding under HTTP 200, or the call', async () => {
  hub.turn('finding');
  expect(await send(finding())).toMatchObject({
    FailedCount: 1,
    FailedFindings: [
      { Id: 'example/1', ErrorCode: 'InvalidAccess', ErrorMessage: `Account ${ACCOUNT} is not subscribed to AWS Security Hub` },
    ],
  });
  await expect(client.send(new DescribeHubCommand({}))).rejects.toMatchObject({ name: 'InvalidAccessException' });
  hub.turn('call');
  await expect(send(finding())).rejects.toMatchObject({ name: 'InvalidAccessException' });
  hub.turn(undefined);
  expect(await send(finding())).toMatchObject({ SuccessCount: 1 });
});

test('GetFindings and DescribeHub answer as Security Hub does', async () => {
  await send(finding(), finding({ Id: 'example/2', RecordState: 'ARCHIVED' }), finding({ Id: 'other/1' }));
  const ids = async (Filters: object, MaxResults = 100) => {
    const { Findings, NextToken } = await client.send(new GetFindingsCommand({ Filters, MaxResults }));
    return [Findings?.map(({ Id }) => Id), NextToken];
  };
  expect(await ids({ Id: [{ Value: 'example/2', Comparison: 'EQUALS' }] })).toEqual([['example/2'], undefined]);
  expect(
    await ids({ Id: [{ Value: 'example/', Comparison: 'PREFIX' }], RecordState: [{ Value: 'ACTIVE', Comparison: 'EQUALS' }] }),
  ).toEqual([['example/1'], undefined]);
  expect(await ids({}, 2)).toEqual([['example/1', 'example/2'], '2']);
  await expect(ids({ Confidence: [{ Gte: 1 }] })).rejects.toMatchObject({ name: 'InvalidInputException' });
  const mine = `arn:aws:securityhub:${REGION}:${ACCOUNT}:hub/default`;
  expect(await client.send(new DescribeHubCommand({ HubArn: mine }))).toMatchObject({ HubArn: mine });
  await expect(client.send(new DescribeHubCommand({ HubArn: `${mine}2` }))).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});

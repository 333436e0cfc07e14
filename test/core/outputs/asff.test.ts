import type { IncidentItem } from '../../../core/incidents/item.ts';
import type { Incident } from '../../../core/incidents/model.ts';
import { type Finding, homeOf, incidentFinding } from '../../../core/outputs/asff.ts';
import { detection, HOME, intrusion, item, NOON } from '../alerts/made-item.ts';
import { HOSTILE, incidentOf } from './made-results.ts';

/** Namespaces and categories of finding types. @see https://docs.aws.amazon.com/securityhub/latest/userguide/asff-findings-types.html */
const TAXONOMY: Readonly<Record<string, readonly string[]>> = {
  TTPs: [
    'Initial Access',
    'Execution',
    'Persistence',
    'Privilege Escalation',
    'Defense Evasion',
    'Credential Access',
    'Discovery',
    'Lateral Movement',
    'Collection',
    'Command and Control',
  ],
  Effects: ['Data Exposure', 'Data Exfiltration', 'Data Destruction', 'Denial of Service', 'Resource Consumption'],
  'Unusual Behaviors': [
    'Application',
    'Network Flow',
    'IP address',
    'User',
    'VM',
    'Container',
    'Serverless',
    'Process',
    'Database',
    'Data',
  ],
};
const PARTITIONS = ['aws', 'aws-cn', 'aws-us-gov'];
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:?\d\d)$/;
const LABELS = [
  [0, 'INFORMATIONAL'],
  [1, 'LOW'],
  [40, 'MEDIUM'],
  [70, 'HIGH'],
  [90, 'CRITICAL'],
] as const;

/**
 * What is wrong with a finding by the rules of BatchImportFindings, empty when nothing is.
 * @see https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_AwsSecurityFinding.html
 */
function faults(finding: Finding): string[] {
  const found: string[] = [];
  const must = (holds: boolean, fault: string) => {
    if (!holds) found.push(fault);
  };
  const text = (name: string, value: unknown, most: number) =>
    must(
      typeof value === 'string' && value.trim().length > 0 && value.length <= most,
      `${name} should be 1 to ${most} characters, but is ${JSON.stringify(value)?.slice(0, 60)}`,
    );
  const types = (name: string, values: readonly string[]) => {
    must(values.length > 0 && values.length <= 50, `${name} should hold 1 to 50`);
    for (const value of values) {
      const [namespace = '', category, ...rest] = typeof value === 'string' ? value.split('/') : [];
      must(namespace in TAXONOMY && rest.length <= 1, `${name} holds ${value}`);
      must(category === undefined || TAXONOMY[namespace]?.includes(category) === true, `${name} holds ${value}`);
    }
    must(new Set(values).size === values.length, `${name} repeats itself`);
  };
  must(finding.SchemaVersion === '2018-10-08', 'SchemaVersion');
  text('Id', finding.Id, 512);
  text('GeneratorId', finding.GeneratorId, 512);
  text('Title', finding.Title, 256);
  text('Description', finding.Description, 1024);
  text('ProductName', finding.ProductName, 128);
  text('CompanyName', finding.CompanyName, 128);
  text('Remediation', finding.Remediation.Recommendation.Text, 512);
  must(/^\d{12}$/.test(finding.AwsAccountId), `AwsAccountId ${finding.AwsAccountId}`);
  must(/^[a-z]{2}(-[a-z]+)+-\d$/.test(finding.Region), `Region ${finding.Region}`);
  const [, partition = '', , region, account] =
    /^arn:([^:]+):(securityhub):([^:]+):(\d{12}):product\/\4\/default$/.exec(finding.ProductArn) ?? [];
  must(PARTITIONS.includes(partition), `ProductArn ${finding.ProductArn}`);
  must(region === finding.Region && account === finding.AwsAccountId, 'the product lies where the finding does');
  for (const time of [finding.CreatedAt, finding.UpdatedAt, finding.FirstObservedAt, finding.LastObservedAt])
    must(TIME.test(time), `time ${time}`);
  must(finding.CreatedAt <= finding.UpdatedAt && finding.FirstObservedAt <= finding.LastObservedAt, 'times are in order');
  types('Types', finding.Types);
  types('FindingProviderFields.Types', finding.FindingProviderFields.Types);
  for (const { Label, Original } of [finding.Severity, finding.FindingProviderFields.Severity]) {
    must(Label === LABELS.findLast(([floor]) => Number(Original) >= floor)?.[1], `Severity ${Label} for ${Original}`);
    text('Severity.Original', Original, 64);
  }
  must(Object.keys(finding.ProductFields).length <= 50, 'ProductFields are 50 at most');
  for (const [key, value] of Object.entries(finding.ProductFields)) {
    text(`the key ${key}`, key, 128);
    text(`ProductFields ${key}`, value, 2048);
    must(!key.startsWith('aws/'), `${key} belongs to AWS`);
  }
  must(finding.Resources.length >= 1 && finding.Resources.length <= 32, `${finding.Resources.length} resources`);
  for (const resource of finding.Resources) {
    text('Resource.Id', resource.Id, 512);
    must(['AwsIamUser', 'AwsIamRole', 'AwsAccount', 'Other'].includes(resource.Type), `Resource.Type ${resource.Type}`);
    must(PARTITIONS.includes(resource.Partition), `Resource.Partition ${resource.Partition}`);
    text('Resource.Region', resource.Region, 16);
  }
  must(['ACTIVE', 'ARCHIVED'].includes(finding.RecordState), `RecordState ${finding.RecordState}`);
  const { Url } = finding.Remediation.Recommendation;
  must(Url === undefined || (Url.length <= 2048 && URL.canParse(Url) && Url.startsWith('https://')), `Remediation.Url ${Url}`);
  must(Buffer.byteLength(JSON.stringify(finding)) <= 240 * 1024, 'a finding is 240 KB at most');
  must(JSON.stringify(JSON.parse(JSON.stringify(finding))) === JSON.stringify(finding), 'a finding is plain JSON');
  must(
    [finding.Title, finding.Description].every((one) => !/[\ud800-\udbff]…$/.test(one)),
    'no pair of surrogates is cut in half',
  );
  return found;
}

const finding = (incident: Incident): Finding => incidentFinding(incident, homeOf(incident));

const FIELDS = ['title', 'principal', 'account', 'region', 'address'] as const;
const CASES = FIELDS.flatMap((field) => HOSTILE.map((text): [string, string, string] => [field, JSON.stringify(text).slice(0, 40), text]));

test.each(CASES)('a finding is valid whatever its %s: %s', (field, _shown, text) => {
  expect(faults(finding(incidentOf({ [field]: text })))).toEqual([]);
});

const TACTICS = [
  'reconnaissance resource-development initial-access execution persistence privilege-escalation defense-evasion stealth defense-impairment',
  'credential-access discovery lateral-movement collection command-and-control exfiltration impact',
].flatMap((line) => line.split(' '));

test.each<[string, Incident]>([
  ['one signal', incidentOf()],
  ['ten thousand signals', incidentOf({}, 10_000)],
  ['no tactic', incidentOf({ tactics: [], techniques: [] })],
  ['every tactic', incidentOf({ tactics: TACTICS, techniques: TACTICS.map((_, i) => `T${1000 + i}`) })],
  ['a tactic that is no tactic', incidentOf({ tactics: ['constructor', '__proto__', 'toString'] })],
  ['a low risk', incidentOf({ weight: 0.01 })],
  ['the highest risk', incidentOf({ weight: 1 })],
  ['an ARN of a partition that is none', incidentOf({ principal: 'arn:aws-moon:iam::111122223333:user/x' })],
  ['a hundred accounts', { ...incidentOf(), accounts: Array.from({ length: 100 }, (_, i) => String(100_000_000_000 + i)) }],
  ['a thousand reasons', { ...incidentOf(), reasons: Array.from({ length: 1000 }, (_, i) => ({ text: `Rule ${i} 😀`, points: 1 })) }],
])('a finding is valid with %s', (_name, incident) => {
  expect(faults(finding(incident))).toEqual([]);
});

test('every tactic has a type of the taxonomy', () => {
  for (const tactic of TACTICS) expect([tactic, faults(finding(incidentOf({ tactics: [tactic] })))]).toEqual([tactic, []]);
  expect(finding(incidentOf({ tactics: ['persistence', 'exfiltration'] })).Types).toEqual([
    'TTPs/Persistence',
    'Effects/Data Exfiltration',
  ]);
});

test('a finding says who, what and where', () => {
  expect(finding(incidentOf({}, 3))).toMatchObject({
    Id: expect.stringMatching(/^trailwarden\/incident\/[0-9a-f-]{36}$/),
    Title: 'Trail stopped by arn:aws:iam::111122223333:user/alice',
    Description: expect.stringMatching(/^Risk \d+ from 3 signals\. Trail stopped \(3 times\) \(\+\d+\)$/),
    AwsAccountId: '111122223333',
    Region: 'eu-central-1',
    Severity: { Label: 'HIGH' },
    CreatedAt: '2026-09-01T00:00:00.000Z',
    UpdatedAt: '2026-09-01T00:00:00.002Z',
    Resources: [
      { Type: 'AwsIamUser', Id: 'arn:aws:iam::111122223333:user/alice', Partition: 'aws', Region: 'eu-central-1' },
      { Type: 'AwsAccount', Id: 'AWS::::Account:111122223333' },
    ],
    ProductFields: { 'trailwarden/roleTag': 'developer', 'trailwarden/addresses': '198.51.100.7' },
  });
});

test.each<[string, string, string]>([
  ['arn:aws:iam::111122223333:user/alice', 'AwsIamUser', 'aws'],
  ['arn:aws-us-gov:iam::111122223333:role/deploy', 'AwsIamRole', 'aws-us-gov'],
  ['arn:aws-cn:iam::111122223333:role/x/alice', 'AwsIamRole', 'aws-cn'],
  ['arn:aws:iam::111122223333:root', 'Other', 'aws'],
  ['account/444455556666', 'Other', 'aws'],
])('the resource of %s is %s in %s', (principal, type, partition) => {
  expect(finding(incidentOf({ principal })).Resources[0]).toMatchObject({ Type: type, Partition: partition });
});

test('the same incident gives the same finding, another incident another id', () => {
  expect(finding(incidentOf())).toEqual(finding(incidentOf()));
  expect(finding(incidentOf({ principal: 'bob' })).Id).not.toBe(finding(incidentOf()).Id);
});

const LATER = NOON + 9_000_000;
const version = (item: IncidentItem, archived = false): Finding => incidentFinding(item, HOME, { updatedAt: LATER, archived });

test('a version of an incident tells the story and what to do', () => {
  expect(version(intrusion({ version: 3 }))).toMatchObject({
    UpdatedAt: '2026-11-25T14:30:00.000Z',
    CreatedAt: '2026-11-25T12:00:00.000Z',
    LastObservedAt: '2026-11-25T13:35:00.000Z',
    RecordState: 'ACTIVE',
    Description: expect.stringMatching(
      /^Risk 93 from 31 signals\. Trail stopped or deleted \(\+34\); .*\. Story: 2026-11-25 12:00:00 Console sign-in without multi-factor authentication: signin:ConsoleLogin in us-east-1 of account 111122223333 from 198\.51\.100\.7\. 2026-11-25 12:03:00 Sweep/,
    ),
    Remediation: {
      Recommendation: {
        Text: expect.stringMatching(/^Trail stopped or deleted: A trail no longer records/),
        Url: 'https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_StopLogging.html',
      },
    },
    ProductFields: {
      'trailwarden/version': '3',
      'trailwarden/status': 'open',
      'trailwarden/accounts': '111122223333, 444455556666',
      'trailwarden/story': expect.stringContaining('ec2:ModifySnapshotAttribute in eu-central-1 of account 444455556666'),
    },
    Resources: [
      { Type: 'AwsIamUser', Id: 'arn:aws:iam::111122223333:user/alice' },
      { Type: 'AwsAccount', Id: 'AWS::::Account:111122223333' },
      { Type: 'AwsAccount', Id: 'AWS::::Account:444455556666' },
    ],
  });
});

test('a resolved incident is an archived finding of the same Id', () => {
  const resolved = version(item({ status: 'resolved', version: 2 }), true);
  expect(resolved).toMatchObject({
    RecordState: 'ARCHIVED',
    ProductFields: { 'trailwarden/status': 'resolved', 'trailwarden/version': '2' },
  });
  expect(resolved.Id).toBe(version(item()).Id);
  expect(faults(resolved)).toEqual([]);
});

test('without guidance the advice is the one that always holds, and no page is named', () => {
  const { Remediation } = version(item({ guidance: [] }));
  expect(Remediation.Recommendation).toEqual({ Text: expect.stringMatching(/^Look at what arn:aws:iam::111122223333:user\/alice did/) });
});

test.each<[string, Partial<IncidentItem>]>([
  ['a story that is too long', { detections: Array.from({ length: 60 }, (_, i) => detection(i)) }],
  ['no detection', { detections: [] }],
  ['records from the future', { opened: LATER + 1000, updated: LATER + 2000 }],
  ['a hundred accounts', { accounts: Array.from({ length: 100 }, (_, i) => String(100_000_000_000 + i)) }],
])('a version is valid with %s', (_name, more) => {
  expect(faults(version(item(more)))).toEqual([]);
});

test('a story that is too long says how much of it is left out', () => {
  const long = version(item({ detections: Array.from({ length: 60 }, (_, i) => detection(i)) }));
  const told = (text: string) => [text.match(/Detector \d+: /g)?.length ?? 0, Number(/And (\d+) more\.$/.exec(text)?.[1])] as const;
  for (const text of [long.Description, long.ProductFields['trailwarden/story'] ?? '']) {
    const [shown, left] = told(text);
    expect([shown > 3, shown + left]).toEqual([true, 60]);
  }
});

test.each(HOSTILE.map((text): [string, string] => [JSON.stringify(text).slice(0, 40), text]))(
  'a version is valid whatever it says: %s',
  (_shown, text) => {
    const made = version(
      intrusion({
        principal: text,
        tactics: [text],
        accounts: [text],
        addresses: Array.from({ length: 50 }, () => text),
        top: { title: text, eventID: text, time: NOON },
        detections: [detection(0, { title: text, action: text, account: text, region: text, address: text, errorCode: text })],
        guidance: [{ detector: text, title: text, text, falsePositives: [text], references: [text, `https://example.com/${text}`] }],
      }),
    );
    expect(faults(made)).toEqual([]);
    expect(Buffer.byteLength(JSON.stringify(made))).toBeLessThan(60_000);
  },
);

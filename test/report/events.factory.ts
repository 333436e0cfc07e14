import { levelOf } from '../../core/levels.ts';
import type { ReportEvent, ReportIncident, ReportModel, ReportReason } from '../../core/outputs/report-model.ts';

/** Texts that an attacker may leave in a trail; each must come out as text, in one piece, and must not disturb its surroundings. */
export const HOSTILE_TEXTS: readonly string[] = [
  '<script>globalThis.__pwned = 1</script>',
  '<img src=x onerror="globalThis.__pwned = 1">',
  '"\'><svg onload=globalThis.__pwned=1>',
  '</script><script>globalThis.__pwned = 1</script>',
  '{{TRAILWARDEN_DATA}}<!-- slot: SCRIPT -->',
  'user\u202Enimda\u202C',
  'zero\u200Bwidth\uFEFF',
  '\u001b[31mred\u001b[0m\u0000\u0007',
  'line one\nline two\r\ttabbed',
  '=HYPERLINK("https://example.com","x")',
  "javascript:alert('x')",
  '\ud800 lone surrogate',
  '𝕬𝖉𝖒𝖎𝖓 日本語 العربية 👩‍👩‍👧',
];

export const ACCOUNTS = ['111122223333', '444455556666', '777788889999'];
export const REGIONS = ['us-east-1', 'eu-central-1', 'eu-west-1', 'ap-southeast-2', 'us-west-2', 'sa-east-1'];
const ROLE_TAGS = ['admin', 'developer', 'external', 'service', 'root', 'unknown'];
const ACTIONS = [
  'iam:CreateAccessKey',
  'iam:AttachUserPolicy',
  'cloudtrail:StopLogging',
  's3:PutBucketPolicy',
  's3:GetObject',
  'ec2:RunInstances',
  'ec2:ModifySnapshotAttribute',
  'ec2:AuthorizeSecurityGroupIngress',
  'kms:ScheduleKeyDeletion',
  'secretsmanager:GetSecretValue',
  'signin:ConsoleLogin',
  'sts:AssumeRole',
  'organizations:LeaveOrganization',
  'resource-explorer-2:BatchGetView',
];
export const TACTICS = [
  'initial-access',
  'discovery',
  'persistence',
  'privilege-escalation',
  'defense-evasion',
  'credential-access',
  'collection',
  'exfiltration',
  'impact',
];
const AGENTS = [
  'aws-cli/2.15.0 Python/3.11',
  'Boto3/1.34 md/Botocore',
  'console.amazonaws.com',
  'Terraform/1.7',
  'Mozilla/5.0 (X11; Linux x86_64)',
];
const ERRORS = ['', '', '', '', 'AccessDenied', 'Client.UnauthorizedOperation', 'NoSuchBucketPolicy'];
export const RULES = [
  'Access key made for another user',
  'Trail logging stopped',
  'Bucket policy opened to everyone',
  'Snapshot shared outside the organization',
  'Console sign-in without MFA',
  'Security group opened to the internet',
  'KMS key scheduled for deletion',
  'Secret read by a new principal',
  'Root user in use',
  'Instances started in an unused region',
  'Member account tried to leave the organization',
];

export type Counts = ReportModel['hours'][number]['counts'];

export const FIRST_DAY = Date.UTC(2026, 2, 1);
export const DAY_MS = 86_400_000;

/** A stream of numbers in [0, 1) that is the same for the same seed (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export interface Dice {
  below(limit: number): number;
  of<Item>(items: readonly Item[]): Item;
}

export function dice(seed: number): Dice {
  const next = numbers(seed);
  const below = (limit: number): number => Math.floor(next() * limit);
  return { below, of: (items) => items[below(items.length)] as (typeof items)[number] };
}

export function principals(): readonly { readonly principal: string; readonly roleTag: string }[] {
  const names = Array.from({ length: 30 }, (_, index) => ({
    principal: `arn:aws:iam::${ACCOUNTS[index % 3]}:${index % 2 ? 'role/team' : 'user/person'}-${String(index).padStart(2, '0')}`,
    roleTag: ROLE_TAGS[index % ROLE_TAGS.length] as string,
  }));
  const hostile = HOSTILE_TEXTS.map((text) => ({ principal: `arn:aws:iam::111122223333:user/${text}`, roleTag: 'external' }));
  const long = {
    principal: `arn:aws:sts::444455556666:assumed-role/AWSReservedSSO_AdministratorAccess_0123456789abcdef/${'very-long-session-name-'.repeat(9)}`,
    roleTag: 'admin',
  };
  return [...names, ...hostile, long];
}

/** Reasons whose points add up to the risk. */
export function reasonsFor(risk: number, roll: Dice): ReportReason[] {
  const first = Math.round(risk * 7) / 10;
  const rest = Math.round((risk - first) * 10) / 10;
  if (risk === 0) return [];
  return [
    { text: `${roll.of(RULES)}: the call succeeded from an address that this principal never used before`, points: first },
    { text: 'No MFA in the session', points: rest },
  ];
}

function recordOf(event: Omit<ReportEvent, 'record'>, roll: Dice): string {
  return JSON.stringify({
    eventVersion: '1.11',
    userIdentity: {
      type: 'IAMUser',
      principalId: 'AIDAEXAMPLEEXAMPLE123',
      arn: event.principal,
      accountId: event.account,
      accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
      sessionContext: { attributes: { creationDate: event.time, mfaAuthenticated: 'false' } },
    },
    eventTime: event.time,
    eventSource: event.source,
    eventName: event.name,
    awsRegion: event.region,
    sourceIPAddress: event.address,
    userAgent: event.userAgent,
    errorCode: event.error || undefined,
    requestParameters: {
      bucketName: 'example-bucket',
      key: `reports/${roll.below(100_000)}/data.parquet`,
      note: roll.of(HOSTILE_TEXTS),
      items: Array.from({ length: 6 }, (_, item) => ({
        resourceId: `i-0${(roll.below(0xfffffff) + item).toString(16)}`,
        size: roll.below(9_999_999),
      })),
      policyDocument: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::example-bucket/${roll.below(9_999)}/*"}]}`,
    },
    responseElements: null,
    eventID: event.id,
    readOnly: false,
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: event.account,
    eventCategory: 'Management',
    tlsDetails: { tlsVersion: 'TLSv1.3', cipherSuite: 'TLS_AES_128_GCM_SHA256', clientProvidedHostHeader: 'iam.amazonaws.com' },
  });
}

const RISK_FLOORS = [0, 1, 40, 70, 90];

/** One event for every count of every hour, the highest levels first, until there are `rows`. */
export function events(
  rows: number,
  perHour: readonly { readonly hour: string; readonly counts: Counts }[],
  stories: readonly ReportIncident[],
  roll: Dice,
): ReportEvent[] {
  const who = principals();
  const made: ReportEvent[] = [];
  for (const rank of [4, 3, 2, 1, 0]) {
    for (const { hour, counts } of perHour) {
      for (let nth = 0; nth < (counts[rank] ?? 0) && made.length < rows; nth++) {
        const minute = `${String(roll.below(60)).padStart(2, '0')}:${String(roll.below(60)).padStart(2, '0')}`;
        const risk = rank === 0 ? 0 : (RISK_FLOORS[rank] ?? 0) + roll.below(10);
        const time = `${hour.slice(0, 14)}${minute}Z`;
        const story =
          rank > 0 && roll.below(2) === 0 ? stories.find(({ opened, updated }) => opened <= time && time <= updated) : undefined;
        const hostile = made.length % 40 === 5 ? who[30 + (made.length % HOSTILE_TEXTS.length)] : undefined;
        made.push(eventOf(made.length, risk, time, story ?? hostile ?? roll.of(who), roll));
      }
    }
  }
  return made.sort((a, b) => b.risk - a.risk || (a.time < b.time ? -1 : 1));
}

function eventOf(
  place: number,
  risk: number,
  time: string,
  { principal, roleTag }: { readonly principal: string; readonly roleTag: string },
  roll: Dice,
): ReportEvent {
  const action = roll.of(ACTIONS);
  const [service = '', name = ''] = action.split(':');
  const address = place % 29 === 0 ? `2001:db8:${roll.below(65_535).toString(16)}:85a3:0:8a2e:370:7334` : `203.0.113.${roll.below(60)}`;
  const signals = risk < 40 ? [] : [{ title: roll.of(RULES), detector: 'rule:6f1c9f6e-0000-4000-8000-000000000001', level: levelOf(risk) }];
  const event = {
    id: `00000000-0000-4000-8000-${String(place).padStart(12, '0')}`,
    time,
    risk,
    level: levelOf(risk),
    principal,
    session: principal.includes(':role/') ? `session-${roll.below(50)}` : '',
    roleTag,
    action,
    source: `${service}.amazonaws.com`,
    name,
    region: roll.of(REGIONS),
    account: roll.of(ACCOUNTS),
    address: place % 97 === 3 ? 'cloudformation.amazonaws.com' : address,
    userAgent: place % 50 === 0 ? roll.of(HOSTILE_TEXTS) : roll.of(AGENTS),
    error: roll.of(ERRORS),
    tactics: risk < 40 ? [] : [roll.of(TACTICS)],
    techniques: risk < 40 ? [] : ['T1078.004'],
    controls: risk < 70 ? [] : [`4.${1 + roll.below(15)}`],
    reasons: reasonsFor(risk, roll),
    signals: signals.map((signal) => ({
      ...signal,
      evidence: [
        { field: 'eventName', value: name },
        { field: 'requestParameters.note', value: roll.of(HOSTILE_TEXTS) },
      ],
    })),
    origin: `AWSLogs/o-example/111122223333/CloudTrail/us-east-1/2026/03/01/trail-${place % 400}.json.gz#${place % 53}`,
    truncated: place % 101 === 7,
  };
  const record = recordOf(event, roll);
  return { ...event, record: risk < 1 && place % 2 === 0 ? null : event.truncated ? record.slice(0, 900) : record };
}

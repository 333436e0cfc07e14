import type { Incident } from '../incidents/grouping.ts';

/** A finding in AWS Security Finding Format, the part of it that Trailwarden writes. */
export interface Finding {
  readonly SchemaVersion: '2018-10-08';
  readonly Id: string;
  readonly ProductArn: string;
  readonly ProductName: string;
  readonly CompanyName: string;
  readonly GeneratorId: string;
  readonly AwsAccountId: string;
  readonly Region: string;
  readonly CreatedAt: string;
  readonly UpdatedAt: string;
  readonly FirstObservedAt: string;
  readonly LastObservedAt: string;
  readonly Title: string;
  readonly Description: string;
  readonly Types: readonly string[];
  readonly Severity: Severity;
  readonly FindingProviderFields: { readonly Severity: Severity; readonly Types: readonly string[] };
  readonly Remediation: { readonly Recommendation: { readonly Text: string } };
  readonly ProductFields: Readonly<Record<string, string>>;
  readonly Resources: readonly { readonly Type: string; readonly Id: string; readonly Partition: string; readonly Region: string }[];
  readonly RecordState: 'ACTIVE';
}

interface Severity {
  readonly Label: 'INFORMATIONAL' | 'LOW' | 'MEDIUM' | 'HIGH' | 'CRITICAL';
  readonly Original: string;
}

const TYPES: Readonly<Record<string, string>> = {
  'initial-access': 'TTPs/Initial Access',
  execution: 'TTPs/Execution',
  persistence: 'TTPs/Persistence',
  'privilege-escalation': 'TTPs/Privilege Escalation',
  'defense-evasion': 'TTPs/Defense Evasion',
  // Newer versions of ATT&CK split defence evasion into these two.
  stealth: 'TTPs/Defense Evasion',
  'defense-impairment': 'TTPs/Defense Evasion',
  'credential-access': 'TTPs/Credential Access',
  discovery: 'TTPs/Discovery',
  reconnaissance: 'TTPs/Discovery',
  'lateral-movement': 'TTPs/Lateral Movement',
  collection: 'TTPs/Collection',
  'command-and-control': 'TTPs/Command and Control',
  exfiltration: 'Effects/Data Exfiltration',
  impact: 'Effects/Data Destruction',
};

const TITLE = 256;
const DESCRIPTION = 1024;
const ADVICE = 512;
const FIELD = 2048;
const RESOURCES = 32;

/**
 * The finding of an incident. `home` says for which hub it is made: with the default product ARN the finding's account must be the
 * importing account; accounts that are affected besides stand in Resources and ProductFields.
 * @see https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-findings-format.html
 */
export function incidentFinding(
  incident: Incident,
  home: { readonly partition: string; readonly account: string; readonly region: string },
): Finding {
  const types = [
    ...new Set(incident.tactics.map((tactic) => (Object.hasOwn(TYPES, tactic) ? (TYPES[tactic] as string) : 'Unusual Behaviors'))),
  ];
  const severity: Severity = { Label: incident.level.toUpperCase() as Severity['Label'], Original: String(incident.risk) };
  const reasons = incident.reasons.map(({ text, points }) => `${text} (+${points})`).join('; ');
  const opened = new Date(incident.opened).toISOString();
  const updated = new Date(incident.updated).toISOString();
  return {
    SchemaVersion: '2018-10-08',
    Id: `trailwarden/incident/${incident.id}`,
    ProductArn: `arn:${home.partition}:securityhub:${home.region}:${home.account}:product/${home.account}/default`,
    ProductName: 'Trailwarden',
    CompanyName: 'Trailwarden',
    GeneratorId: 'trailwarden/incident',
    AwsAccountId: home.account,
    Region: home.region,
    CreatedAt: opened,
    UpdatedAt: updated,
    FirstObservedAt: opened,
    LastObservedAt: updated,
    Title: cut(`${incident.top.title} by ${incident.principal}`, TITLE),
    Description: cut(`Risk ${incident.risk} from ${incident.signals} signals. ${reasons}`, DESCRIPTION),
    Types: types.length > 0 ? types : ['Unusual Behaviors'],
    Severity: severity,
    FindingProviderFields: { Severity: severity, Types: types.length > 0 ? types : ['Unusual Behaviors'] },
    Remediation: {
      Recommendation: {
        Text: cut(
          `Look at what ${incident.principal} did between ${opened} and ${updated}. If its owner cannot explain it, disable its credentials, revert the changes named in the description, and keep the trail.`,
          ADVICE,
        ),
      },
    },
    ProductFields: {
      'trailwarden/risk': String(incident.risk),
      'trailwarden/roleTag': incident.roleTag,
      'trailwarden/tactics': cut(incident.tactics.join(', ') || 'none', FIELD),
      'trailwarden/techniques': cut(incident.techniques.join(', ') || 'none', FIELD),
      'trailwarden/accounts': cut(incident.accounts.join(', ') || 'unknown', FIELD),
      'trailwarden/regions': cut(incident.regions.join(', ') || 'unknown', FIELD),
      'trailwarden/addresses': cut(incident.addresses.join(', ') || 'unknown', FIELD),
      'trailwarden/signals': String(incident.signals),
      'trailwarden/reasons': cut(reasons, FIELD),
    },
    Resources: resources(incident, home),
    RecordState: 'ACTIVE',
  };
}

/** The hub that a file of findings is made for when nobody says: the account and region that the incident happened in first. */
export function homeOf(incident: Incident): { partition: string; account: string; region: string } {
  return {
    partition: /^arn:(aws|aws-cn|aws-us-gov):/.exec(incident.principal)?.[1] ?? 'aws',
    account: incident.accounts.find((account) => /^\d{12}$/.test(account)) ?? '000000000000',
    region: incident.regions.find((region) => /^[a-z]{2}(-[a-z]+)+-\d$/.test(region)) ?? 'us-east-1',
  };
}

function resources(incident: Incident, home: { readonly partition: string; readonly region: string }): Finding['Resources'] {
  const principal = /^arn:aws[a-z-]*:iam::\d*:user\//.test(incident.principal)
    ? 'AwsIamUser'
    : /^arn:aws[a-z-]*:iam::\d*:role\//.test(incident.principal)
      ? 'AwsIamRole'
      : 'Other';
  const where = { Partition: home.partition, Region: home.region };
  return [
    { Type: principal, Id: cut(incident.principal.trim() || 'unknown', 512), ...where },
    ...incident.accounts
      .filter((account) => /^\d{12}$/.test(account))
      .map((account) => ({ Type: 'AwsAccount', Id: `AWS::::Account:${account}`, ...where })),
  ].slice(0, RESOURCES);
}

/** At most so many characters, an ellipsis in place of the rest; never half a surrogate pair. */
function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  const end = text.slice(0, most - 1);
  return `${/[\ud800-\udbff]$/.test(end) ? end.slice(0, -1) : end}…`;
}

import { detectionSentence, inOrder, isSilence } from '../alerts/story.ts';
import type { IncidentItem } from '../incidents/item.ts';
import type { Incident } from '../incidents/model.ts';
import { cut, plain } from '../wording.ts';

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
  readonly Remediation: { readonly Recommendation: { readonly Text: string; readonly Url?: string } };
  readonly ProductFields: Readonly<Record<string, string>>;
  readonly Resources: readonly { readonly Type: string; readonly Id: string; readonly Partition: string; readonly Region: string }[];
  readonly RecordState: 'ACTIVE' | 'ARCHIVED';
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
/** What the reasons may take of a description that tells the story too. */
const REASONS = 400;
const URL_LENGTH = 2048;

/** The hub that a finding is made for. */
export interface Home {
  readonly partition: string;
  readonly account: string;
  readonly region: string;
}

/** An incident, or one as it stands in the incidents table with what its detectors advise. */
type Told = Omit<Incident, 'signalIds'> & Partial<Pick<IncidentItem, 'version' | 'guidance'>>;

/** How a finding stands in the life of its incident. */
export interface Standing {
  /** When this version was made, milliseconds since 1970: the hub drops what is older than what it has. */
  readonly updatedAt: number;
  /** True once the incident is resolved. */
  readonly archived: boolean;
}

/**
 * The finding of an incident. `home` says for which hub it is made: with the default product ARN the finding's account must be the
 * importing account; accounts that are affected besides stand in Resources and ProductFields. With a `standing` the finding is one version
 * of many, and its description tells the story.
 * @see https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-findings-format.html
 */
export function incidentFinding(incident: Told, home: Home, standing?: Standing): Finding {
  const known = incident.tactics.map((tactic) => (Object.hasOwn(TYPES, tactic) ? (TYPES[tactic] as string) : 'Unusual Behaviors'));
  const types = known.length > 0 ? [...new Set(known)] : ['Unusual Behaviors'];
  const severity: Severity = { Label: incident.level.toUpperCase() as Severity['Label'], Original: String(incident.risk) };
  const reasons = incident.reasons.map(({ text, points }) => `${text} (+${points})`).join('; ');
  const opened = new Date(incident.opened).toISOString();
  const lastSeen = new Date(incident.updated).toISOString();
  // Records from the future must not make a finding that was updated before it was created.
  const created = standing === undefined ? opened : new Date(Math.min(incident.opened, standing.updatedAt)).toISOString();
  const sum = `Risk ${incident.risk} from ${incident.signals} signals. `;
  return {
    SchemaVersion: '2018-10-08',
    Id: `trailwarden/incident/${incident.id}`,
    ProductArn: `arn:${home.partition}:securityhub:${home.region}:${home.account}:product/${home.account}/default`,
    ProductName: 'Trailwarden',
    CompanyName: 'Trailwarden',
    GeneratorId: 'trailwarden/incident',
    AwsAccountId: home.account,
    Region: home.region,
    CreatedAt: created,
    UpdatedAt: standing === undefined ? lastSeen : new Date(standing.updatedAt).toISOString(),
    FirstObservedAt: opened,
    LastObservedAt: lastSeen,
    Title: cut(`${incident.top.title}${isSilence(incident) ? ':' : ' by'} ${incident.principal}`, TITLE),
    Description:
      standing === undefined
        ? cut(`${sum}${reasons}`, DESCRIPTION)
        : story(incident, `${sum}${cut(reasons, REASONS)}. Story: `, DESCRIPTION),
    Types: types,
    Severity: severity,
    FindingProviderFields: { Severity: severity, Types: types },
    Remediation: { Recommendation: recommendation(incident, opened, lastSeen) },
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
      ...(standing === undefined
        ? {}
        : {
            'trailwarden/version': String(incident.version ?? 1),
            'trailwarden/status': incident.status,
            'trailwarden/story': story(incident, '', FIELD),
          }),
    },
    Resources: resources(incident, home),
    RecordState: standing?.archived ? 'ARCHIVED' : 'ACTIVE',
  };
}

/** The detections in time order as sentences, as many as there is room for, the rest as a number. */
function story({ detections }: Told, start: string, most: number): string {
  const lines = inOrder(detections).map(detectionSentence);
  let text = start;
  for (const [i, line] of lines.entries()) {
    const rest = `And ${lines.length - i} more.`;
    // Room is kept for the line that says how many are left out.
    if (text.length + line.length + 1 > most - (i + 1 < lines.length ? rest.length : 0)) return cut(`${text}${rest}`, most);
    text += `${line} `;
  }
  return cut(text.trim() || 'No detection is known.', most);
}

/** What the detectors advise, else what holds for every incident. */
function recommendation({ guidance = [], principal }: Told, from: string, to: string): Finding['Remediation']['Recommendation'] {
  const advice = guidance.map(({ title, text }) => `${plain(title, 120)}: ${plain(text, ADVICE)}`).join(' ');
  const url = guidance
    .flatMap(({ references }) => references)
    .find((one) => one.length <= URL_LENGTH && /^https:\/\/[\w.-]+\/\S*$/.test(one));
  return {
    Text: cut(
      advice ||
        `Look at what ${principal} did between ${from} and ${to}. If its owner cannot explain it, disable its credentials, revert the changes named in the description, and keep the trail.`,
      ADVICE,
    ),
    ...(url === undefined ? {} : { Url: url }),
  };
}

/** The hub that a file of findings is made for when nobody says: the account and region that the incident happened in first. */
export function homeOf(incident: Pick<Incident, 'principal' | 'accounts' | 'regions'>): Home {
  return {
    partition: /^arn:(aws|aws-cn|aws-us-gov):/.exec(incident.principal)?.[1] ?? 'aws',
    account: incident.accounts.find((account) => /^\d{12}$/.test(account)) ?? '000000000000',
    region: incident.regions.find((region) => /^[a-z]{2}(-[a-z]+)+-\d$/.test(region)) ?? 'us-east-1',
  };
}

function resources(incident: Told, home: Home): Finding['Resources'] {
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

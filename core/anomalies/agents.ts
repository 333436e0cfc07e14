/** How much of a user agent is looked at: the names stand in front. */
const LOOKED_AT = 512;
/** Longest name made of a client's own words. */
const LONGEST = 32;
/** Texts whose family is kept at hand; longer ones are worked out each time. */
const MOST_KEPT = 4096;
const LONGEST_KEPT = 1024;

/** Clients by a word of their user agent. The first that fits wins: a tool stands before the SDK that it is built on. */
const CLIENTS: readonly (readonly [word: string, family: string])[] = [
  ['cloudshell', 'cloudshell'],
  ['terraform', 'terraform'],
  ['opentofu', 'terraform'],
  ['pulumi', 'pulumi'],
  ['aws-cdk', 'cdk'],
  ['ansible', 'ansible'],
  ['packer', 'packer'],
  ['crossplane', 'crossplane'],
  ['configure-aws-credentials', 'github-actions'],
  ['amazon-ssm-agent', 'ssm-agent'],
  ['prowler', 'prowler'],
  ['scoutsuite', 'scoutsuite'],
  ['scout suite', 'scoutsuite'],
  ['steampipe', 'steampipe'],
  ['cloudquery', 'cloudquery'],
  ['cloudcustodian', 'cloud-custodian'],
  ['cloudfox', 'cloudfox'],
  ['cloudmapper', 'cloudmapper'],
  ['trufflehog', 'trufflehog'],
  ['pacu', 'pacu'],
  ['s3 browser', 's3browser'],
  ['s3browser', 's3browser'],
  ['cyberduck', 'cyberduck'],
  ['winscp', 'winscp'],
  ['rclone', 'rclone'],
  ['s3cmd', 's3cmd'],
  ['s5cmd', 's5cmd'],
  ['mountpoint-s3', 'mountpoint-s3'],
  ['hadoop', 'hadoop'],
  ['awspowershell', 'powershell'],
  ['aws-tools', 'powershell'],
  ['aws-cli/', 'aws-cli'],
  ['boto3/', 'boto3'],
  ['botocore/', 'botocore'],
  ['boto/', 'boto'],
  ['aws-sdk-go', 'aws-sdk-go'],
  ['aws-sdk-java', 'aws-sdk-java'],
  ['aws-sdk-js', 'aws-sdk-js'],
  ['aws-sdk-nodejs', 'aws-sdk-js'],
  ['aws-sdk-rust', 'aws-sdk-rust'],
  ['aws-sdk-dotnet', 'aws-sdk-net'],
  ['aws-sdk-net', 'aws-sdk-net'],
  ['aws-sdk-php', 'aws-sdk-php'],
  ['aws-sdk-ruby', 'aws-sdk-ruby'],
  ['aws-sdk-cpp', 'aws-sdk-cpp'],
  ['aws-sdk-kotlin', 'aws-sdk-kotlin'],
  ['aws-sdk-swift', 'aws-sdk-swift'],
  ['aws-sdk-ios', 'aws-sdk-ios'],
  ['aws-sdk-android', 'aws-sdk-android'],
  ['postman', 'postman'],
  ['python-requests', 'python-requests'],
  ['python-urllib', 'python-urllib'],
  ['aiohttp', 'aiohttp'],
  ['go-http-client', 'go-http-client'],
  ['okhttp', 'okhttp'],
  ['httpclient', 'httpclient'],
  ['curl/', 'curl'],
  ['wget/', 'wget'],
];

const BROWSERS: readonly (readonly [word: string, family: string])[] = [
  ['edg', 'edge'],
  ['opr/', 'opera'],
  ['firefox/', 'firefox'],
  ['fxios/', 'firefox'],
  ['chrome/', 'chrome'],
  ['crios/', 'chrome'],
  ['safari/', 'safari'],
];

/** Systems made for breaking in: a client there is another than the same client elsewhere. */
const OFFENSIVE = ['kali', 'parrot', 'pentoo'];

const kept = new Map<string, string>();

/**
 * The family of a user agent: `aws-cli`, `boto3`, `console`, `terraform`, `chrome`, …; with ` on kali` behind it where the client names such
 * a system. Of an unknown client the words that it begins with, without versions and ids. '' when there is none, or when AWS itself calls.
 * Takes time linear in the text; gives at most 48 characters of a-z, digits, space and `._-`.
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
 */
export function agentFamily(userAgent: string): string {
  let family = kept.get(userAgent);
  if (family !== undefined) return family;
  family = familyOf(userAgent);
  if (userAgent.length <= LONGEST_KEPT) {
    if (kept.size >= MOST_KEPT) kept.clear();
    kept.set(userAgent, family);
  }
  return family;
}

function familyOf(userAgent: string): string {
  const text = userAgent.trimStart().slice(0, LOOKED_AT).trimEnd().toLowerCase().replace(/^\[/, '').replace(/\]$/, '');
  if (text === '' || text === '-') return '';
  const client =
    byAws(text) ?? byWord(CLIENTS, text) ?? (text.startsWith('mozilla') ? (byWord(BROWSERS, text) ?? 'browser') : ownName(text));
  const system = client === '' ? undefined : OFFENSIVE.find((word) => text.includes(word));
  return system === undefined ? client : `${client} on ${system}`;
}

/** What AWS's own clients say: a service's DNS name, or `aws-internal`, behind the name of the console's page where a person used one. */
function byAws(text: string): string | undefined {
  if (/^[a-z0-9.-]+\.amazonaws\.com(\.cn)?$/.test(text)) return text.startsWith('console.') || text.startsWith('signin.') ? 'console' : '';
  if (text.startsWith('aws internal') || text.startsWith('aws-internal/')) return '';
  return text.includes(', aws-internal/') ? 'console' : undefined;
}

function byWord(words: readonly (readonly [word: string, family: string])[], text: string): string | undefined {
  return words.find(([word]) => text.includes(word))?.[1];
}

/** The words in front; what runs into a number is an id and goes as far as the last separator. */
function ownName(text: string): string {
  const words = /^[a-z][a-z ._-]*/.exec(text.slice(0, 2 * LONGEST))?.[0] ?? '';
  const isCut = /\d/.test(text.charAt(words.length));
  const name = isCut ? (/^(.*[a-z])[ ._-]/.exec(words)?.[1] ?? words) : words;
  return name.slice(0, LONGEST).replace(/[ ._-]+$/, '') || 'other';
}

import { sampleTrail } from '../samples/generator/trail.ts';

export type HoleKind =
  | 'time'
  | 'since'
  | 'address'
  | 'accessKey'
  | 'eventID'
  | 'variant'
  | 'uuid'
  | 'resource'
  | 'object'
  | 'base64'
  | 'base32';

/** A place in a template that changes from record to record; holes of one `same` number get one value, as an ARN's id does. */
export interface Hole {
  readonly kind: HoleKind;
  readonly same: number;
  readonly length: number;
}

/** A record's JSON text with holes: `texts` has one element more than `holes`. */
export interface Template {
  readonly account: string;
  readonly region: string;
  /** Who acts; with a variant's number it makes one principal. */
  readonly actor: string;
  readonly texts: readonly string[];
  readonly holes: readonly Hole[];
}

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}';
const HOLES = new RegExp(
  [
    '(?<eventID>(?<="eventID":")[^"]+)',
    `(?<uuid>${UUID})`,
    '(?<accessKey>ASIA[A-Z2-7]{16})',
    '(?<time>(?<="eventTime":")[^"]+)',
    '(?<since>(?<="creationDate":")[^"]+)',
    '(?<address>(?<="sourceIPAddress":")[0-9.]{7,15}(?="))',
    '(?<resource>(?<=\\b(?:i|vol|sg|subnet|eni|snap|rtb)-0)[0-9a-f]{16})',
    '(?<object>(?<=/)[0-9a-f]{12}(?=\\.))',
    '(?<base64>(?<="x-amz-id-2":")[A-Za-z0-9]{75}(?==)|(?<="sessionToken":")[A-Za-z0-9]+)',
    '(?<base32>(?<="requestID":")[A-Z2-7]{16})',
    '(?<variant>\u0001)',
  ].join('|'),
  'g',
);

/** Cuts a record's text at everything that changes from call to call. `name` is the caller's, and gets a variant's number behind it. */
function templateOf(record: Readonly<Record<string, unknown>>, name: string): Template {
  let text = JSON.stringify(record);
  if (name !== '') text = text.replaceAll(name, name.includes('@') ? name.replace('@', '\u0001@') : `${name}\u0001`);
  const texts: string[] = [];
  const holes: Hole[] = [];
  const numbers = new Map<string, number>();
  let last = 0;
  for (const match of text.matchAll(HOLES)) {
    texts.push(text.slice(last, match.index));
    last = match.index + match[0].length;
    const kind = Object.entries(match.groups ?? {}).find(([, value]) => value !== undefined)?.[0] as HoleKind;
    const same = numbers.get(match[0]) ?? numbers.size;
    numbers.set(match[0], same);
    holes.push({ kind, same, length: match[0].length });
  }
  texts.push(text.slice(last));
  return { account: String(record.recipientAccountId), region: String(record.awsRegion), actor: name, texts, holes };
}

interface Identity {
  readonly userName?: string;
  readonly arn?: string;
  readonly sessionContext?: { readonly sessionIssuer?: { readonly userName?: string } };
}

/** Who acts, as a text that also stands in the record's ARNs: a person's session name, else the role's or the user's name. */
function actorOf(record: Readonly<Record<string, unknown>>): string {
  const identity = record.userIdentity as Identity;
  const session = identity.arn?.split('/').at(-1) ?? '';
  if (session.includes('@')) return session;
  return identity.sessionContext?.sessionIssuer?.userName ?? identity.userName ?? '';
}

/** Templates of ordinary records, and of the decisive steps of attacks. */
export interface Templates {
  readonly ordinary: readonly Template[];
  readonly risky: readonly Template[];
}

/** Templates from a seed's sample trail: every `stride`-th record that belongs to no attack, and every decisive step of one. */
export function templates(seed: number, stride: number): Templates {
  const { files, expected } = sampleTrail({ seed });
  const steps = new Set([...expected.stories, ...expected.anomalies].flatMap(({ events }) => events));
  const decisive = new Set(expected.stories.flatMap((story) => story.mustFind.map((each) => each.eventID)));
  const records = files.flatMap((file) => file.records).filter((record) => record.eventCategory !== 'Insight');
  const cut = (list: typeof records): Template[] => list.map((record) => templateOf(record, actorOf(record)));
  return {
    ordinary: cut(records.filter((record) => !steps.has(String(record.eventID))).filter((_, index) => index % stride === 0)),
    risky: cut(records.filter((record) => decisive.has(String(record.eventID)))),
  };
}

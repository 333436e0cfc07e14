import { day, plain } from '../alerts/wording.ts';
import type { IncidentItem } from '../incidents/item.ts';
import type { Detection } from '../incidents/model.ts';
import type { Code } from './email-letter.ts';
import { shellWord } from './shell.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const REGION = /^[a-z]{2}(-[a-z]+)+-\d$/;
const ACCOUNT = /^\d{12}$/;
const HOUR = 3_600_000;
const CONSOLES: Readonly<Record<string, string>> = {
  aws: 'console.aws.amazon.com',
  'aws-us-gov': 'console.amazonaws-us-gov.com',
  'aws-cn': 'console.amazonaws.cn',
};

/** The page of CloudTrail's event history that shows a detection's event, '' where none can be named. */
export function eventPage({ eventID, region }: Pick<Detection, 'eventID' | 'region'>, partition: string): string {
  const host = Object.hasOwn(CONSOLES, partition) ? CONSOLES[partition] : undefined;
  if (host === undefined || !UUID.test(eventID) || !REGION.test(region)) return '';
  return `https://${region}.${host}/cloudtrailv2/home?region=${region}#/events/${eventID}`;
}

/** The command that analyses the trail's logs anew, with these flags. `trail`: where they lie, if that is known. */
export function analysis(intro: string, trail: string | undefined, flags: readonly string[]): Code {
  const place = plain(trail ?? '', 1200);
  return {
    intro: place === '' ? `${intro}. Put in the name of your trail bucket:` : `${intro}:`,
    code: ['npx trailwarden analyze', place === '' ? 's3://YOUR-TRAIL-BUCKET/AWSLogs/' : shellWord(place), ...flags].join(' '),
  };
}

/** Commands and queries that show more of an incident. What the trail says goes into them only where it cannot break out. */
export function furtherLooks(item: IncidentItem, trail: string | undefined): Code[] {
  const looks: Code[] = [];
  const top = item.detections.find(({ eventID }) => eventID === item.top.eventID);
  if (UUID.test(item.top.eventID)) {
    const region = top !== undefined && REGION.test(top.region) ? ` --region ${top.region}` : '';
    looks.push({
      intro: 'The gravest event in full (management events of the last 90 days), with credentials of its account:',
      code: `aws cloudtrail lookup-events${region} --lookup-attributes AttributeKey=EventId,AttributeValue=${item.top.eventID}`,
    });
  }
  const accounts = item.accounts.filter((account) => ACCOUNT.test(account)).slice(0, 5);
  looks.push(
    analysis('A report of everything in these accounts on these days', trail, [
      `--since ${day(item.opened)} --until ${day(item.updated)}`,
      ...accounts.map((account) => `--account ${account}`),
    ]),
  );
  const who = identity(item);
  if (who !== '') {
    looks.push({
      intro: 'All calls of this principal, in Athena over the trail bucket (table made with "Create Athena table" in CloudTrail):',
      code: [
        'SELECT eventtime, eventsource, eventname, awsregion, recipientaccountid,',
        '       sourceipaddress, errorcode, eventid',
        'FROM cloudtrail_logs',
        `WHERE ${who}`,
        `  AND eventtime BETWEEN '${second(item.opened - HOUR)}' AND '${second(item.updated + HOUR)}'`,
        'ORDER BY eventtime',
      ].join('\n'),
    });
  }
  return looks;
}

/** The condition that picks the principal's events; by their ids where the principal is of no known form. */
function identity({ principal, detections }: IncidentItem): string {
  const text = plain(principal, 512);
  // In SQL a quote inside a literal is doubled, and nothing else means anything there.
  const literal = `'${text.replaceAll("'", "''")}'`;
  if (text === principal && text !== '') {
    // Behind the role's ARN the person's name may follow.
    if (/^arn:[a-z-]+:iam::\d{12}:role\//.test(text))
      return `strpos(${literal}, nullif(useridentity.sessioncontext.sessionissuer.arn, '')) = 1`;
    if (/^arn:[a-z-]+:(iam|sts)::\d{12}:(user|federated-user)\//.test(text)) return `useridentity.arn = ${literal}`;
    if (/^arn:[a-z-]+:iam::\d{12}:root$/.test(text)) return `useridentity.arn = ${literal}`;
    if (/^account\/\d{12}$/.test(text)) return `useridentity.accountid = '${text.slice(-12)}'`;
    if (/^[a-z0-9.-]+\.amazonaws\.com$/.test(text)) return `useridentity.invokedby = ${literal}`;
  }
  const ids = [...new Set(detections.map(({ eventID }) => eventID).filter((id) => UUID.test(id)))].slice(0, 20);
  return ids.length === 0 ? '' : `eventid IN (${ids.map((id) => `'${id}'`).join(', ')})`;
}

/** Clamped to what a Date can name. */
function second(time: number): string {
  return `${new Date(Math.min(Math.max(time, 0), 8.64e15)).toISOString().slice(0, -5)}Z`;
}

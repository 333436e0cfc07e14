import type { IncidentItem } from '../incidents/item.ts';
import type { Detection, Incident } from '../incidents/model.ts';
import { day, plain } from '../wording.ts';
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
  const code = athenaQuery(item);
  if (code !== '') {
    looks.push({
      intro: 'All calls of this principal, in Athena over the trail bucket (table made with "Create Athena table" in CloudTrail):',
      code,
    });
  }
  const insights = insightsQuery(item);
  if (insights !== '')
    looks.push({ intro: 'The same in CloudWatch Logs Insights, where the trail delivers to a log group as well:', code: insights });
  return looks;
}

/** What a query is made of. */
type Asked = Pick<Incident, 'principal' | 'detections' | 'opened' | 'updated'>;

/** All calls of an incident's principal in its time, for Athena; '' where neither the principal nor an event can be named. */
export function athenaQuery(incident: Asked): string {
  const who = identity(incident);
  if (who === '') return '';
  return [
    'SELECT eventtime, eventsource, eventname, awsregion, recipientaccountid,',
    '       sourceipaddress, errorcode, eventid',
    'FROM cloudtrail_logs',
    `WHERE ${who}`,
    `  AND eventtime BETWEEN '${second(incident.opened - HOUR)}' AND '${second(incident.updated + HOUR)}'`,
    'ORDER BY eventtime',
  ].join('\n');
}

/** The same for CloudWatch Logs Insights, over the log group that a trail delivers to. */
export function insightsQuery(incident: Asked): string {
  const who = insightsIdentity(incident);
  if (who === '') return '';
  const [from, to] = [Math.max(0, incident.opened - HOUR), Math.min(incident.updated + HOUR, 8.64e15)];
  return [
    'fields eventTime, eventSource, eventName, awsRegion, recipientAccountId, sourceIPAddress, errorCode, eventID',
    `| filter ${who}`,
    `| filter toMillis(@timestamp) >= ${from} and toMillis(@timestamp) <= ${to}`,
    '| sort eventTime asc',
    '| limit 10000',
  ].join('\n');
}

/** Names that stand in a query of Logs Insights as they are: what IAM allows, without quotes and backslashes. */
const INSIGHTS_NAME = /^[\w+=,.@:/-]+$/;

function insightsIdentity({ principal, detections }: Asked): string {
  if (principal.length <= 512 && INSIGHTS_NAME.test(principal)) {
    if (/^arn:[a-z-]+:iam::\d{12}:role\//.test(principal)) {
      // Behind the role's ARN the person's name may follow.
      const roles = [principal, principal.replace(/\/[^/]*$/, '')].filter((role) => /:role\/./.test(role));
      return `userIdentity.sessionContext.sessionIssuer.arn in [${roles.map((role) => `'${role}'`).join(', ')}]`;
    }
    if (/^arn:[a-z-]+:(iam|sts)::\d{12}:((user|federated-user)\/|root$)/.test(principal)) return `userIdentity.arn = '${principal}'`;
    if (/^account\/\d{12}$/.test(principal)) return `userIdentity.accountId = '${principal.slice(-12)}'`;
    if (/^[a-z0-9.-]+\.amazonaws\.com$/.test(principal)) return `userIdentity.invokedBy = '${principal}'`;
  }
  const ids = eventIds(detections);
  return ids.length === 0 ? '' : `eventID in [${ids.map((id) => `'${id}'`).join(', ')}]`;
}

function eventIds(detections: readonly Detection[]): string[] {
  return [...new Set(detections.map(({ eventID }) => eventID).filter((id) => UUID.test(id)))].slice(0, 20);
}

/** The condition that picks the principal's events; by their ids where the principal is of no known form. */
function identity({ principal, detections }: Asked): string {
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
  const ids = eventIds(detections);
  return ids.length === 0 ? '' : `eventid IN (${ids.map((id) => `'${id}'`).join(', ')})`;
}

/** Clamped to what a Date can name. */
function second(time: number): string {
  return `${new Date(Math.min(Math.max(time, 0), 8.64e15)).toISOString().slice(0, -5)}Z`;
}

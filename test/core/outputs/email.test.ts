import { alertEmail } from '../../../core/outputs/email.ts';
import type { EmailContext } from '../../../core/outputs/email-context.ts';
import { html } from '../../../core/outputs/email-markup.ts';
import { detection, HOME, intrusion, item, NOON, summary } from '../alerts/made-item.ts';
import { readHtml } from './email-tags.ts';

const CONTEXT: EmailContext = { version: '0.1.0', home: HOME };
const TOLD = {
  version: 1,
  at: NOON + 3_600_000,
  level: 'high',
  risk: 78,
  tactics: ['initial-access', 'discovery', 'persistence'],
  detectors: ['rule:0', 'rule:3', 'rule:22'],
} as const;

const mail = alertEmail(intrusion(), CONTEXT);

test.each<[string, string, ReturnType<typeof alertEmail>]>([
  ['an incident', '[Trailwarden] CRITICAL 93: Trail stopped or deleted and 4 more by user/alice in 111122223333 and 1 more account', mail],
  ['one detection', '[Trailwarden] HIGH 82: Detector 0 by user/alice in 111122223333', alertEmail(item(), CONTEXT)],
  [
    'a level that rose',
    '[Trailwarden] CRITICAL 93 (was high): Trail stopped or deleted and 4 more by user/alice in 111122223333 and 1 more account',
    alertEmail(intrusion({ version: 2 }), { ...CONTEXT, told: TOLD }),
  ],
  [
    'a new tactic',
    '[Trailwarden] HIGH 82 (now impact): Detector 0 by user/alice in 111122223333',
    alertEmail(item({ version: 2, tactics: ['persistence', 'impact'] }), { ...CONTEXT, told: TOLD }),
  ],
  [
    'no account',
    '[Trailwarden] HIGH 82: Detector 0 by role/deploy in an unknown account',
    alertEmail(item({ accounts: [], principal: 'arn:aws:iam::111122223333:role/deploy' }), CONTEXT),
  ],
  ['a backfill', '[Trailwarden] Backfill done: 2 incidents, the gravest CRITICAL 93', alertEmail(summary(), CONTEXT)],
  [
    'a backfill that found nothing',
    '[Trailwarden] Backfill done: no incident',
    alertEmail(summary({ incidents: [], incidentCount: 0 }), CONTEXT),
  ],
])('the subject of %s', (_name, subject, { subject: made }) => {
  expect(made).toBe(subject);
});

test('the plain text tells the whole story', () => {
  expect(mail.text).toBe(`CRITICAL 93 of 100: Trail stopped or deleted and 4 more
user/alice in 111122223333 and 1 more account

Look at this now. Within 1 h 35 min, 5 detectors raised 31 signals on what
this principal did, from initial access to exfiltration. Of the gravest
calls, one for each detector, 1 of 5 failed.
The incident is open. You will hear again if its level rises or it takes to
another tactic.

WHO, WHERE AND WHEN

Principal   arn:aws:iam::111122223333:user/alice
Role tag    developer
Accounts    111122223333, 444455556666
Regions     eu-central-1, us-east-1
Addresses   198.51.100.7, 203.0.113.42
First seen  2026-11-25 12:00:00 UTC
Last seen   2026-11-25 13:35:00 UTC

WHY 93 POINTS

 +34  Trail stopped or deleted
 +27  Snapshot shared with another account (2 times)
 +19  Access key created for another user
  +9  Sweep of account settings (27 times)
  +4  Console sign-in without multi-factor authentication
 =93  of 100

TACTICS IN ORDER

initial access > discovery > persistence > defense evasion > exfiltration

WHAT HAPPENED

2026-11-25 (UTC)
12:00:00  Console sign-in without multi-factor authentication (medium):
          signin:ConsoleLogin in us-east-1 of account 111122223333 from
          198.51.100.7.
          event 0f2a26f9-4f84-4d8f-9ca8-000000000000
12:03:00  Sweep of account settings (medium):
          iam:GetAccountAuthorizationDetails in eu-central-1 of account
          111122223333 from 198.51.100.7, 27 times until 12:11:00, the
          gravest call failed with AccessDenied.
          event 0f2a26f9-4f84-4d8f-9ca8-000000000003
12:22:00  Access key created for another user (high): iam:CreateAccessKey in
          eu-central-1 of account 111122223333 from 198.51.100.7.
          event 0f2a26f9-4f84-4d8f-9ca8-000000000022
12:41:00  Trail stopped or deleted (critical): cloudtrail:StopLogging in
          eu-central-1 of account 111122223333 from 203.0.113.42.
          event 0f2a26f9-4f84-4d8f-9ca8-000000000041
13:28:00  Snapshot shared with another account (high):
          ec2:ModifySnapshotAttribute in eu-central-1 of account
          444455556666 from 203.0.113.42, 2 times until 13:35:00.
          event 0f2a26f9-4f84-4d8f-9ca8-000000000088

WHAT TO DO NEXT

1. Trail stopped or deleted
   A trail no longer records, or its settings were changed so that it
   records less. Intruders do this first, so that nothing of the rest is
   seen. Start logging again, and read what the principal did in the hour
   before.
   https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_StopLogging.html
   https://attack.mitre.org/techniques/T1562/008/

2. Snapshot shared with another account
   A disk snapshot can now be copied by an account that is not yours, with
   everything on the disk. Take the permission back, and treat the data as
   copied.
   https://attack.mitre.org/techniques/T1537/
   Rule by Jane Doe, Example Security

3. Access key created for another user
   A second key lets an intruder come back after the first is disabled.
   Disable the key, and ask its user.

WHEN IT MAY BE HARMLESS

- Trail stopped or deleted: Trails that are moved to an organization trail.
- Snapshot shared with another account: Backups that are kept in an account
  of their own.
- Access key created for another user: Administrators who set up users.

HOW TO LOOK FURTHER

The gravest event in full (management events of the last 90 days), with
credentials of its account:

    aws cloudtrail lookup-events --region eu-central-1 --lookup-attributes AttributeKey=EventId,AttributeValue=0f2a26f9-4f84-4d8f-9ca8-000000000041

A report of everything in these accounts on these days. Put in the name of
your trail bucket:

    npx trailwarden analyze s3://YOUR-TRAIL-BUCKET/AWSLogs/ --since 2026-11-25 --until 2026-11-25 --account 111122223333 --account 444455556666

All calls of this principal, in Athena over the trail bucket (table made
with "Create Athena table" in CloudTrail):

    SELECT eventtime, eventsource, eventname, awsregion, recipientaccountid,
           sourceipaddress, errorcode, eventid
    FROM cloudtrail_logs
    WHERE useridentity.arn = 'arn:aws:iam::111122223333:user/alice'
      AND eventtime BETWEEN '2026-11-25T11:00:00Z' AND '2026-11-25T14:35:00Z'
    ORDER BY eventtime

The same in CloudWatch Logs Insights, where the trail delivers to a log
group as well:

    fields eventTime, eventSource, eventName, awsRegion, recipientAccountId, sourceIPAddress, errorCode, eventID
    | filter userIdentity.arn = 'arn:aws:iam::111122223333:user/alice'
    | filter toMillis(@timestamp) >= 1795604400000 and toMillis(@timestamp) <= 1795617300000
    | sort eventTime asc
    | limit 10000

-- 
Incident 7c9e6679-7425-40de-944b-e07fc1f90ae7, version 1, open. In Security
Hub: trailwarden/incident/7c9e6679-7425-40de-944b-e07fc1f90ae7.
Written by Trailwarden 0.1.0 in account 111122223333, eu-central-1.
`);
});

/** Words of a text, whatever breaks the lines. */
const words = (text: string) => text.replace(/\s+/g, ' ');

test('the HTML says what the text says', () => {
  const said = words(readHtml(mail.html).text);
  const lines = mail.text
    .split('\n\n')
    .flatMap((part) => words(part).trim())
    .filter((part) => /^(Look at|The incident|The gravest|A report|All calls|SELECT|npx|aws )/.test(part));
  expect(lines.length).toBeGreaterThan(5);
  for (const line of lines) expect(said).toContain(line);
  for (const part of [
    '27 times until 12:11:00',
    '+34',
    'Together 93 of 100',
    'Rule by Jane Doe',
    'Backups that are kept in an account of their own.',
    'arn:aws:iam::111122223333:user/alice',
  ]) {
    expect(said).toContain(part);
  }
});

test('the HTML loads nothing, runs nothing and stands by itself', () => {
  const { tags } = readHtml(mail.html);
  const names = new Set(tags.map(({ name }) => name.replace('/', '')));
  for (const name of ['script', 'style', 'link', 'img', 'iframe', 'object', 'embed', 'form', 'input', 'base', 'svg'])
    expect(names).not.toContain(name);
  const attributes = tags.flatMap((tag) => tag.attributes);
  expect(attributes.filter(([name]) => /^on|^src|^action|^background$/.test(name))).toEqual([]);
  expect(attributes.filter(([name, value]) => name === 'style' && /url|expression|import/.test(value))).toEqual([]);
  expect(mail.html).toContain(
    `<meta http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;; style-src &#39;unsafe-inline&#39;; base-uri &#39;none&#39;; form-action &#39;none&#39;">`,
  );
});

test('tags are closed in the order in which they were opened', () => {
  for (const html of [mail.html, alertEmail(summary(), CONTEXT).html]) {
    const open: string[] = [];
    for (const { name } of readHtml(html).tags) {
      if (name.startsWith('/')) expect(open.pop()).toBe(name.slice(1));
      else if (!['meta', '!doctype'].includes(name)) open.push(name);
    }
    expect(open).toEqual([]);
  }
});

test.each<[string, string, string[]]>([
  [
    'aws',
    'eu-central-1',
    ['https://eu-central-1.console.aws.amazon.com/cloudtrailv2/home?region=eu-central-1#/events/0f2a26f9-4f84-4d8f-9ca8-000000000000'],
  ],
  [
    'aws-cn',
    'cn-north-1',
    ['https://cn-north-1.console.amazonaws.cn/cloudtrailv2/home?region=cn-north-1#/events/0f2a26f9-4f84-4d8f-9ca8-000000000000'],
  ],
  [
    'aws-us-gov',
    'us-gov-west-1',
    [
      'https://us-gov-west-1.console.amazonaws-us-gov.com/cloudtrailv2/home?region=us-gov-west-1#/events/0f2a26f9-4f84-4d8f-9ca8-000000000000',
    ],
  ],
  ['aws-moon', 'eu-central-1', []],
  ['aws', 'evil.example.com/', []],
])('events of partition %s in %s link to their page in the console', (partition, region, links) => {
  const { html } = alertEmail(item({ detections: [detection(0, { region })] }), { ...CONTEXT, home: { ...HOME, partition } });
  const found = readHtml(html).tags.flatMap(({ attributes }) => attributes.filter(([name]) => name === 'href').map(([, value]) => value));
  expect(found).toEqual(links);
});

test.each(['event-1', '', '0f2a26f9-4f84-4d8f-9ca8-000000000000/../x', 'javascript:alert(1)'])(
  'the event id %j makes no link',
  (eventID) => {
    expect(alertEmail(item({ detections: [detection(0, { eventID })] }), CONTEXT).html).not.toContain('href');
  },
);

test('what goes into a template is text, in an attribute as between tags', () => {
  const text = `<b class="x" id='y'>&amp;</b>`;
  const { tags, text: said } = readHtml(html`<p title="${text}">${text}</p>${[html`<i>${1}</i>`]}`.text);
  expect(tags).toEqual([
    { name: 'p', attributes: [['title', text]] },
    { name: '/p', attributes: [] },
    { name: 'i', attributes: [] },
    { name: '/i', attributes: [] },
  ]);
  expect(said.trim().split(/ {2,}/)).toEqual([text, '1']);
});

test.each<[string, string, boolean]>([
  ['a page', 'https://attack.mitre.org/techniques/T1537/', true],
  ['a page without encryption', 'http://attack.mitre.org/', false],
  ['a script', 'javascript:alert(1)', false],
  ['data', 'data:text/html,<script>alert(1)</script>', false],
  ['a page with a user name that looks like another page', 'https://example.com@198.51.100.7/', false],
  ['a page with a quote', 'https://example.com/"onclick="x', false],
  ['an address with a line break', 'https://example.com/\r\nBcc: x', false],
  ['an address without end', `https://example.com/${'x'.repeat(1000)}`, false],
])('a reference that is %s: %s', (_name, reference, linked) => {
  const guidance = [{ detector: 'rule:0', title: 'T', text: 'Do.', falsePositives: [], references: [reference] }];
  const made = alertEmail(item({ guidance }), CONTEXT);
  expect([made.text.includes(reference), made.html.includes(`href="${reference}"`)]).toEqual([linked, linked]);
});

const ARN = 'arn:aws:iam::111122223333:';
test.each<[string, string, string]>([
  ['a user', `${ARN}user/alice`, `useridentity.arn = '${ARN}user/alice'`],
  ['the root user', `${ARN}root`, `useridentity.arn = '${ARN}root'`],
  ['a role', `${ARN}role/ci/deploy`, `strpos('${ARN}role/ci/deploy', nullif(useridentity.sessioncontext.sessionissuer.arn, '')) = 1`],
  [
    'a person behind a role, with a quote',
    `${ARN}role/Admin/o'neil`,
    `strpos('${ARN}role/Admin/o''neil', nullif(useridentity.sessioncontext.sessionissuer.arn, '')) = 1`,
  ],
  ['a service', 'cloudformation.amazonaws.com', "useridentity.invokedby = 'cloudformation.amazonaws.com'"],
  ['another account', 'account/444455556666', "useridentity.accountid = '444455556666'"],
  ['what is of no known form', "x' OR '1'='1", "eventid IN ('0f2a26f9-4f84-4d8f-9ca8-000000000000')"],
  ['an ARN with a line break', `${ARN}user/a\nOR 1=1`, "eventid IN ('0f2a26f9-4f84-4d8f-9ca8-000000000000')"],
])('the query for %s', (_name, principal, condition) => {
  expect(alertEmail(item({ principal }), CONTEXT).text).toContain(`    WHERE ${condition}\n`);
});

test('hostile event ids, regions and accounts reach no command', () => {
  const bad = '$(reboot); x';
  const { text } = alertEmail(
    item({
      accounts: [bad],
      top: { title: 'T', eventID: bad, time: NOON },
      detections: [detection(0, { eventID: bad, region: bad })],
      principal: bad,
    }),
    CONTEXT,
  );
  const commands = text.split('\n').filter((line) => line.startsWith('    '));
  expect(commands.filter((line) => line.includes('npx'))).toEqual([
    '    npx trailwarden analyze s3://YOUR-TRAIL-BUCKET/AWSLogs/ --since 2026-11-25 --until 2026-11-25',
  ]);
  expect(text).not.toMatch(/^ {4}.*lookup-events|^ {4}SELECT/m);
});

test.each([
  ['s3://example-trail/AWSLogs/', 's3://example-trail/AWSLogs/'],
  ["s3://example-trail/it's/AWSLogs/", "'s3://example-trail/it'\\''s/AWSLogs/'"],
])('where the logs are known to lie in %s, the commands are ready to be pasted', (trail, word) => {
  const commands = [intrusion(), summary()].map((one) => {
    const { text } = alertEmail(one, { ...CONTEXT, trail });
    expect(text).not.toContain('Put in the name');
    return text.split('\n').find((line) => line.includes('npx trailwarden'));
  });
  expect(commands).toEqual([
    `    npx trailwarden analyze ${word} --since 2026-11-25 --until 2026-11-25 --account 111122223333 --account 444455556666`,
    `    npx trailwarden analyze ${word} --since 2026-11-24`,
  ]);
});

test('a further mail says what is new, and marks it', () => {
  const { text, html } = alertEmail(intrusion({ version: 2 }), { ...CONTEXT, told: TOLD });
  expect(text).toContain(`NEW SINCE THE MAIL OF 2026-11-25 13:00:00 UTC

- The level went from high (78) to critical (93).
- New tactics: defense evasion and exfiltration.
- 2 new detections, marked in the story.
`);
  expect(text.match(/NEW [A-Z][a-z]+ \w+/g)).toEqual(['NEW Trail stopped', 'NEW Snapshot shared']);
  expect(readHtml(html).text).toContain('New since the mail of 2026-11-25 13:00:00 UTC');
});

test.each<[string, Parameters<typeof item>[0], RegExp]>([
  ['resolved', { status: 'resolved' }, /The incident is over: nothing more was seen for 24 h\./],
  ['that failed', { detections: [detection(0, { errorCode: 'AccessDenied' })] }, /The call failed\./],
  ['of a moment', { opened: NOON, updated: NOON }, /Look at this today\. At one moment, 1 detector raised 1 signal/],
  ['of days', { updated: NOON + 3 * 86_400_000 + 3_600_000 }, /Within 3 d 1 h,/],
  ['without guidance', { guidance: [] }, /1\. Find out who did this/],
  ['without tactics', { tactics: [] }, /what this principal did\. The/],
])('an incident %s', (_name, more, said) => {
  expect(words(alertEmail(item(more), CONTEXT).text)).toMatch(said);
});

test.each([1, 11, 12, 13, 14, 60])('the points of %i reasons add up to the risk', (n) => {
  const reasons = Array.from({ length: n }, (_, i) => ({ text: `Reason ${i}`, points: i === 0 ? 90 - n + 1 : 1 }));
  const { text } = alertEmail(item({ risk: 90, level: 'critical', reasons }), CONTEXT);
  const points = [...text.matchAll(/^ +\+(\d+) {2}\S/gm)].map(([, number]) => Number(number));
  expect([points.length, points.reduce((sum, one) => sum + one, 0)]).toEqual([Math.min(n, 13), 90]);
});

test('sixty detections: the gravest twenty in time order, the rest as a number', () => {
  const detections = Array.from({ length: 60 }, (_, i) => detection(i, { weight: i % 3 === 0 ? 0.9 : 0.1 }));
  const { text, html } = alertEmail(item({ detections }), CONTEXT);
  const times = [...text.matchAll(/^(\d\d:\d\d:\d\d) {2}Detector (\d+)/gm)].map(([, , n]) => Number(n));
  expect(times).toEqual(Array.from({ length: 20 }, (_, i) => i * 3));
  expect(text).toContain('40 lighter detections left out here');
  expect(html.length).toBeLessThan(100_000);
});

test('detections of two days stand under their days', () => {
  const detections = [detection(0), detection(1, { first: NOON + 86_400_000, last: NOON + 2 * 86_400_000, count: 4 })];
  const { text } = alertEmail(item({ detections }), CONTEXT);
  expect(text).toMatch(/^2026-11-25 \(UTC\)\n12:00:00 {2}Detector 0/m);
  expect(text).toMatch(/^2026-11-26 \(UTC\)\n12:00:00 {2}Detector 1/m);
  expect(words(text)).toContain('4 times until 2026-11-27 12:00:00');
});

test('the summary of a backfill lists its incidents, gravest first', () => {
  const { text } = alertEmail(summary({ incidentCount: 60 }), CONTEXT);
  expect(text).toContain(`INCIDENTS, GRAVEST FIRST

 93 critical      Trail stopped or deleted
                  user/alice, from 2026-11-25 12:00:00 UTC, incident
                  7c9e6679-7425-40de-944b-e07fc1f90ae7
 74 high          Policy with full administration attached
`);
  expect(text).toContain('58 more incidents');
  expect(text).toContain('Records  4,567,890');
  expect(text).toContain('--since 2026-11-24\n');
});

test('the same item gives the same mail', () => {
  expect(alertEmail(intrusion(), CONTEXT)).toEqual(mail);
});

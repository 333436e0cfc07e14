import { ConfigError, loadConfig } from '../../core/config/load.ts';
import { DeploySchema } from '../../lib/deploy-config.ts';
import { KEY, SMALLEST, SOURCES } from './synth.ts';

const load = (deploy: unknown) => loadConfig(JSON.stringify({ deploy }), 'soc.json', { deploy: DeploySchema });

/** The sentences with which a section is refused, without the file's name. */
function refusal(deploy: unknown): string[] {
  let error: unknown;
  try {
    load(deploy);
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(ConfigError);
  return (error as ConfigError).message.split('\n').map((line) => line.replace(/^soc\.json:? /, ''));
}

test('the smallest section gets its defaults', () => {
  const loaded = load(SMALLEST);
  expect(loaded.deploy).toEqual({
    account: '111122223333',
    region: 'eu-west-1',
    trail: { create: true },
    scheduleMinutes: 5,
    retentionDays: 365,
    waitForBackfill: false,
    alerts: {
      threshold: 'high',
      sender: 'trailwarden@example.com',
      recipients: ['security@example.com'],
      identity: 'create',
      securityHub: true,
    },
    memory: { parse: 1024, score: 2048, alert: 512 },
    rules: { folders: [] },
    stackPrefix: 'Trailwarden',
  });
  expect(loaded.report).toEqual({ events: 10_000 });
});

test('what is given is kept', () => {
  const given = {
    account: '012345678901',
    region: 'us-gov-west-1',
    trail: { create: true, organization: 'o-exampleorgid' },
    scheduleMinutes: 1,
    retentionDays: 90,
    waitForBackfill: true,
    alerts: {
      threshold: 'critical',
      sender: 'a+b@mail.example.com',
      recipients: ['x@example.com', 'y@example.com'],
      identity: 'existing',
      securityHub: false,
    },
    memory: { parse: 256, score: 10_240, alert: 1769 },
    rules: { folders: ['./rules', '../shared'] },
    stackPrefix: 'Sec-2',
  };
  expect(load(given).deploy).toEqual(given);
});

test.each([
  ['created', SOURCES.created, { create: true }],
  ['organization', SOURCES.organization, SOURCES.organization],
  ['bucket', { bucket: 'example-trail' }, { bucket: 'example-trail', prefix: 'AWSLogs/', notify: 'bucket' }],
  ['eventbridge', SOURCES.eventbridge, SOURCES.eventbridge],
  ['queue', SOURCES.queue, SOURCES.queue],
  ['topic', SOURCES.topic, { ...SOURCES.topic, kmsKeyArns: [] }],
])('source %s', (_name, trail, expected) => {
  expect(load({ ...SMALLEST, trail }).deploy.trail).toEqual(expected);
});

test('alerts may go to Security Hub alone', () => {
  expect(load({ ...SMALLEST, alerts: {} }).deploy.alerts).toEqual({
    threshold: 'high',
    recipients: [],
    identity: 'create',
    securityHub: true,
  });
});

const without = (key: keyof typeof SMALLEST) => Object.fromEntries(Object.entries(SMALLEST).filter(([name]) => name !== key));
const ALL = 'account, region, trail, scheduleMinutes, retentionDays, waitForBackfill, alerts, memory, rules, stackPrefix';
const ALERTS = SMALLEST.alerts;
const ABROAD = 'arn:aws:sqs:us-east-1:444455556666:trail-objects';

test.each<[string, unknown, (string | RegExp)[]]>([
  ['no section', undefined, ['"deploy" is missing.']],
  ['a list', [], ['"deploy" should be an object, but is a list.', /"deploy.account" is missing/, /region/, /trail/, /alerts/]],
  ['no account', without('account'), ['"deploy.account" is missing.']],
  ['no region', without('region'), ['"deploy.region" is missing.']],
  ['no trail', without('trail'), ['"deploy.trail" is missing.']],
  ['no alerts', without('alerts'), ['"deploy.alerts" is missing.']],
  [
    'a key not known',
    { ...SMALLEST, schedule: 5 },
    [`"deploy.schedule" is not a known key. Did you mean "scheduleMinutes"? Known there: ${ALL}.`],
  ],
  [
    'a key not known, deeper',
    { ...SMALLEST, memory: { scores: 512 } },
    ['"deploy.memory.scores" is not a known key. Did you mean "score"? Known there: parse, score, alert.'],
  ],
  ['an account without its zero', { ...SMALLEST, account: 12345678901 }, ['"deploy.account" should be a text, but is 12345678901.']],
  [
    'a short account',
    { ...SMALLEST, account: '1111' },
    ['"deploy.account" should be an account id of 12 digits, in quotes, such as "111122223333", but is "1111".'],
  ],
  ['a zone', { ...SMALLEST, region: 'eu-west-1a' }, ['"deploy.region" should be a region such as "eu-west-1", but is "eu-west-1a".']],
  ['a city', { ...SMALLEST, region: 'Ireland' }, ['"deploy.region" should be a region such as "eu-west-1", but is "Ireland".']],
  [
    'half a minute',
    { ...SMALLEST, scheduleMinutes: 0.5 },
    ['"deploy.scheduleMinutes" should be a whole number, but is 0.5.', /at least 1/],
  ],
  ['too seldom', { ...SMALLEST, scheduleMinutes: 90 }, ['"deploy.scheduleMinutes" should be at most 60, but is 90.']],
  ['too short a retention', { ...SMALLEST, retentionDays: 89 }, ['"deploy.retentionDays" should be at least 90, but is 89.']],
  ['little memory', { ...SMALLEST, memory: { parse: 128 } }, ['"deploy.memory.parse" should be at least 256, but is 128.']],
  ['much memory', { ...SMALLEST, memory: { score: 20_000 } }, ['"deploy.memory.score" should be at most 10240, but is 20000.']],
  ['an empty folder', { ...SMALLEST, rules: { folders: [''] } }, [/^"deploy\.rules\.folders\.0" should be filled/]],
  ...['-x', 'a_b', 'a--b', '1a', 'a'.repeat(21), ''].map((stackPrefix): [string, unknown, string[]] => [
    `the prefix "${stackPrefix}"`,
    { ...SMALLEST, stackPrefix },
    [`"deploy.stackPrefix" should be at most 20 letters, digits and single hyphens, beginning with a letter, but is "${stackPrefix}".`],
  ]),
  [
    'a level that is none',
    { ...SMALLEST, alerts: { ...ALERTS, threshold: 'urgent' } },
    [/^"deploy\.alerts\.threshold" should be \("informational"/],
  ],
  ...['security', 'a@b', 'a b@example.com', 'A <a@example.com>', 'a@example.com,b@example.com', '@example.com', 'a@-example.com'].map(
    (sender): [string, unknown, string[]] => [
      `the sender "${sender}"`,
      { ...SMALLEST, alerts: { ...ALERTS, sender } },
      [`"deploy.alerts.sender" should be an e-mail address such as "security@example.com", but is "${sender}".`],
    ],
  ),
  [
    'a recipient that is none',
    { ...SMALLEST, alerts: { ...ALERTS, recipients: ['a@example.com', 'b'] } },
    ['"deploy.alerts.recipients.1" should be an e-mail address such as "security@example.com", but is "b".'],
  ],
  [
    'a recipient twice',
    { ...SMALLEST, alerts: { ...ALERTS, recipients: ['a@example.com', 'A@example.com'] } },
    ['"deploy.alerts.recipients" should be a list without repetitions, but is ["a@example.com","A@example.com"].'],
  ],
  [
    'more recipients than a mail takes',
    { ...SMALLEST, alerts: { ...ALERTS, recipients: Array.from({ length: 51 }, (_, i) => `r${i}@example.com`) } },
    [/^"deploy\.alerts\.recipients" should be at most 50 addresses, but is \[/],
  ],
  [
    'a sender who writes to no one',
    { ...SMALLEST, alerts: { sender: 'a@example.com' } },
    ['"deploy.alerts" has a sender, but no recipients: name at least one address that mails go to, or take the sender out.'],
  ],
  [
    'recipients whom no one writes to',
    { ...SMALLEST, alerts: { recipients: ['a@example.com'] } },
    ['"deploy.alerts" has recipients, but no sender: name the address that mails come from.'],
  ],
  [
    'no one told',
    { ...SMALLEST, alerts: { securityHub: false } },
    ['"deploy.alerts" would tell no one: give sender and recipients, or set securityHub to true.'],
  ],
  [
    'Security Hub in words',
    { ...SMALLEST, alerts: { ...ALERTS, securityHub: 'on' } },
    ['"deploy.alerts.securityHub" should be true or false, but is "on".'],
  ],
])('%s is refused', (_name, deploy, sentences) => {
  expect(refusal(deploy)).toEqual(sentences.map((one) => (typeof one === 'string' ? one : expect.stringMatching(one))));
});

test.each<[string, Record<string, unknown>, (string | RegExp)[]]>([
  ['none', {}, ['says nothing of where the logs come from: give one of create, bucket, queueArn, topicArn.']],
  ['only what belongs to one', { prefix: 'AWSLogs/' }, [/^says nothing of where/]],
  ['two', { create: true, bucket: 'example-trail' }, ['names create and bucket, but the logs come from one place: keep one of them.']],
  [
    'three',
    { bucket: 'example-trail', ...SOURCES.queue, topicArn: SOURCES.topic.topicArn },
    ['names bucket and queueArn and topicArn, but the logs come from one place: keep one of them.'],
  ],
  [
    'what belongs to another',
    { create: true, notify: 'bucket' },
    ['has "notify", which does not belong to "create": take it out. Known beside "create": organization, kmsKeyArn.'],
  ],
  [
    'a queue without buckets',
    { queueArn: SOURCES.queue.queueArn },
    ['has "queueArn", but no "buckets": name the buckets whose objects it announces, for the functions to be let in.'],
  ],
])('a trail of %s is refused', (_name, trail, sentences) => {
  expect(refusal({ ...SMALLEST, trail })).toEqual(
    sentences.map((one) =>
      typeof one === 'string' ? `"deploy.trail" ${one}` : expect.stringMatching(new RegExp(one.source.replace('^', '^"deploy\\.trail" '))),
    ),
  );
});

test.each<[string, Record<string, unknown>, string]>([
  ['create: false', { create: false }, '"deploy.trail.create" should be true'],
  [
    'an organization that is none',
    { create: true, organization: '111122223333' },
    '"deploy.trail.organization" should be the id of an organization such as "o-exampleorgid"',
  ],
  [
    'a bucket by its ARN',
    { bucket: 'arn:aws:s3:::example-trail' },
    '"deploy.trail.bucket" should be the name of a bucket (not its ARN or address)',
  ],
  ['a bucket with capitals', { bucket: 'Example' }, '"deploy.trail.bucket" should be the name of a bucket (not its ARN or address)'],
  [
    'a prefix without an end',
    { bucket: 'example-trail', prefix: 'AWSLogs' },
    '"deploy.trail.prefix" should be the beginning of keys, ending in "/", such as "AWSLogs/"',
  ],
  [
    'a prefix from the root',
    { bucket: 'example-trail', prefix: '/AWSLogs/' },
    '"deploy.trail.prefix" should be the beginning of keys, ending in "/", such as "AWSLogs/"',
  ],
  [
    'a way to notify that is none',
    { bucket: 'example-trail', notify: 'sns' },
    '"deploy.trail.notify" should be ("bucket" | "eventbridge")',
  ],
  [
    'an alias of a key',
    { create: true, kmsKeyArn: 'arn:aws:kms:eu-west-1:111122223333:alias/trail' },
    '"deploy.trail.kmsKeyArn" should be the ARN of a KMS key (not of an alias)',
  ],
  [
    'a topic for a queue',
    { queueArn: SOURCES.topic.topicArn, buckets: ['example-archive'] },
    '"deploy.trail.queueArn" should be the ARN of a standard queue',
  ],
  [
    'a FIFO queue',
    { queueArn: `${SOURCES.queue.queueArn}.fifo`, buckets: ['example-archive'] },
    '"deploy.trail.queueArn" should be the ARN of a standard queue',
  ],
  [
    'a queue for a topic',
    { topicArn: SOURCES.queue.queueArn, buckets: ['example-archive'] },
    '"deploy.trail.topicArn" should be the ARN of a standard topic',
  ],
  ['no bucket in the list', { topicArn: SOURCES.topic.topicArn, buckets: [] }, '"deploy.trail.buckets" should be filled'],
])('%s is refused', (_name, trail, beginning) => {
  expect(refusal({ ...SMALLEST, trail })).toEqual([expect.stringContaining(beginning)]);
});

test.each<[string, Record<string, unknown>, string]>([
  ['a queue', { queueArn: ABROAD, buckets: ['example-archive'] }, 'trail.queueArn'],
  ['a topic', { topicArn: 'arn:aws:sns:us-east-1:444455556666:t', buckets: ['example-archive'] }, 'trail.topicArn'],
  ['a key of ours', { create: true, kmsKeyArn: KEY.replace('eu-west-1', 'us-east-1') }, 'trail.kmsKeyArn'],
  ['a key of theirs', { ...SOURCES.queue, kmsKeyArns: [KEY, KEY.replace('eu-west-1', 'us-east-1')] }, 'trail.kmsKeyArns.1'],
])('%s of another region is refused', (_name, trail, key) => {
  expect(refusal({ ...SMALLEST, trail })).toEqual([
    `"deploy" has the region eu-west-1, but its ${key} lies in us-east-1: deploy into the region where the logs lie.`,
  ]);
});

test('ARNs of every partition are known', () => {
  const trail = {
    queueArn: 'arn:aws-cn:sqs:cn-north-1:444455556666:q',
    buckets: ['example-archive'],
    kmsKeyArns: ['arn:aws-cn:kms:cn-north-1:444455556666:key/mrk-1'],
  };
  expect(load({ ...SMALLEST, region: 'cn-north-1', trail }).deploy.trail).toEqual(trail);
});

test('the command takes a file with this section unread, and without it', () => {
  const file = JSON.stringify({ risk: { failedShare: 0 }, deploy: { anything: [1] } });
  expect(loadConfig(file, 'soc.json')).toEqual(loadConfig('{"risk":{"failedShare":0}}', 'soc.json'));
  expect(() => loadConfig('{"deploy":[]}', 'soc.json')).toThrow('soc.json: "deploy" should be an object, but is a list.');
  expect(() => loadConfig('{"deploi":{}}', 'soc.json')).toThrow('"deploi" is not a known key. Did you mean "deploy"?');
});

import { deployChecks } from '../../../core/doctor/doctor.ts';
import { type DeployFacts, type DoctorFacts, seen, type Trail } from '../../../core/doctor/facts.ts';
import { judged } from './judged.ts';
import { DAY, denied, HOUR, intended, ledger, MINUTE, NOW, trail } from './made-facts.ts';

const bucket = (name: string): DoctorFacts['source'] => seen({ kind: 'bucket', bucket: name });

test.each<[name: string, over: Partial<DoctorFacts>, status: string, told: RegExp]>([
  ['delivered lately', {}, 'ok', /Trailwarden-trail logs; delivered 3 minutes ago/],
  ['quiet for two hours', { trails: seen([trail({ delivered: NOW - 2 * HOUR })]) }, 'look', /delivered 2 hours ago/],
  ['quiet for two days', { trails: seen([trail({ delivered: NOW - 2 * DAY })]) }, 'broken', /delivered 2 days ago/],
  ['never delivered', { trails: seen([trail({ delivered: null })]) }, 'look', /has not delivered yet/],
  ['stopped', { trails: seen([trail({ logging: false })]) }, 'broken', /does not log; it delivered 3 minutes ago/],
  ['refused by S3', { trails: seen([trail({ error: 'AccessDenied' })]) }, 'broken', /last delivery failed: AccessDenied/],
  ['deleted', { trails: seen([trail({ name: 'other' })]) }, 'broken', /does not exist any more/],
  ['status denied', { trails: seen([trail({ status: denied('cloudtrail:GetTrailStatus') } as object)]) }, 'unknown', /GetTrailStatus/],
  ['trails denied', { trails: denied('cloudtrail:DescribeTrails') }, 'unknown', /DescribeTrails/],
  ['stacks denied', { source: denied('cloudformation:DescribeStacks') }, 'unknown', /DescribeStacks/],
  ['a bucket that a trail fills', { source: bucket('example-trail') }, 'ok', /delivered 3 minutes ago/],
  [
    'a bucket that two fill, one stopped',
    { source: bucket('example-trail'), trails: seen([trail({ name: 'old', logging: false }), trail()]) },
    'ok',
    /Trailwarden-trail logs/,
  ],
  ['a bucket that another account fills', { source: bucket('elsewhere') }, 'ok', /a trail of another account or region does/],
  [
    'a bucket that nobody fills',
    { source: bucket('elsewhere'), ledger: ledger({ watermark: NOW - 3 * DAY }) },
    'look',
    /No record of the last day/,
  ],
  ['objects that another account announces', { source: seen({ kind: 'announced' }) }, 'ok', /cannot be seen from here/],
])('the trail: %s', (_name, over, status, told) => {
  const check = judged('trail-delivery', over);
  expect(check?.status).toBe(status);
  expect(`${check?.seen} ${check?.todo}`).toMatch(told);
});

const COPIES: readonly (readonly [name: string, trails: readonly Trail[], status: string, told: RegExp])[] = [
  ['none', [], 'ok', /No trail logs/],
  ['one', [trail()], 'ok', /One copy/],
  ['two', [trail(), trail({ name: 'main' })], 'look', /2 trails log management events in eu-west-1/],
  ['two, one of which stands still', [trail(), trail({ name: 'main', logging: false })], 'ok', /One copy/],
  ['one of data events beside', [trail(), trail({ name: 'data', management: seen('none') })], 'ok', /One copy/],
  ['one of reads, one of writes', [trail({ management: seen('read') }), trail({ name: 'w', management: seen('write') })], 'ok', /One copy/],
  ['one of all, one of writes', [trail(), trail({ name: 'w', management: seen('write') })], 'look', /2 trails/],
  ['two, one of which may not be looked at', [trail(), trail({ name: 'org', management: denied('x') })], 'look', /2 trails/],
];

test.each(COPIES)('copies of the management events: %s', (_name, trails, status, told) => {
  expect(judged('trail-copies', { trails: seen(trails) })).toMatchObject({ status, seen: expect.stringMatching(told) });
});

test('a second copy beside our own says whose bucket to use instead', () => {
  const trails = seen([trail(), trail({ name: 'main', bucket: 'main-logs' })]);
  expect(judged('trail-copies', { trails })?.todo).toContain('"trail": {"bucket": "main-logs"}');
  expect(judged('trail-copies', { trails, source: seen({ kind: 'bucket', bucket: 'main-logs' }) })?.todo).toBe(
    'Stop the trail that nobody needs.',
  );
});

test.each<[name: string, over: Partial<DeployFacts>, status: string]>([
  ['creates the first trail', { trails: seen([]) }, 'ok'],
  ['creates a second', { trails: seen([trail({ name: 'main' })]) }, 'look'],
  ['creates one beside a stopped one', { trails: seen([trail({ name: 'main', logging: false })]) }, 'ok'],
  ['updates its own', { trails: seen([trail()]) }, 'ok'],
  ['updates its own beside another', { trails: seen([trail(), trail({ name: 'main' })]) }, 'look'],
  [
    'creates one beside that of another region’s deployment',
    { trails: seen([trail({ arn: 'arn:aws:cloudtrail:us-east-1:111122223333:trail/Trailwarden-trail' })]) },
    'look',
  ],
  ['uses a bucket', { source: { kind: 'bucket', bucket: 'b', prefix: 'AWSLogs/', notify: 'bucket' } }, 'ok'],
  ['hears of objects', { source: { kind: 'announced' } }, 'ok'],
  ['may not look', { trails: denied('cloudtrail:DescribeTrails') }, 'unknown'],
])('before a deploy that %s', (_name, over, status) => {
  const checks = deployChecks(intended({ trails: seen([trail({ name: 'main' })]), ...over }));
  expect(checks.map((check) => [check.id, check.status])).toEqual([
    ['account', 'ok'],
    ['trail-copies', status],
  ]);
});

test('the age of a delivery is told to the minute', () => {
  expect(judged('trail-delivery', { trails: seen([trail({ delivered: NOW - 59 * MINUTE })]) })?.seen).toContain('59 minutes ago');
  expect(judged('trail-delivery', { trails: seen([trail({ delivered: NOW + 5 * MINUTE })]) })?.seen).toContain('just now');
});

import { deployChecks } from '../../../core/doctor/doctor.ts';
import { type BucketNotifications, type DoctorFacts, type NotificationTarget, seen } from '../../../core/doctor/facts.ts';
import { judged } from './judged.ts';
import { intended } from './made-facts.ts';

const ACCOUNT = 'eu-west-1:111122223333';
const queue = (name: string, prefix = 'AWSLogs/'): NotificationTarget => ({
  arn: `arn:aws:sqs:${ACCOUNT}:${name}`,
  events: ['s3:ObjectCreated:*'],
  prefix,
});
const lambda = (prefix: string, ...events: string[]): NotificationTarget => ({
  arn: `arn:aws:lambda:${ACCOUNT}:function:other`,
  events: events.length === 0 ? ['s3:ObjectCreated:Put'] : events,
  prefix,
});
const found = (eventBridge: boolean, ...targets: NotificationTarget[]): BucketNotifications => ({ eventBridge, targets });

type By = NonNullable<DoctorFacts['announced']>['by'] | null;

test.each<[name: string, notifications: BucketNotifications, by: By, status: string]>([
  ['our queue', found(false, queue('ingest')), 'bucket', 'ok'],
  ['our queue, and the configuration is not at hand', found(false, queue('ingest')), null, 'ok'],
  ['our queue beside other keys', found(false, queue('ingest'), lambda('photos/')), 'bucket', 'ok'],
  ['our queue beside other events', found(false, queue('ingest'), lambda('AWSLogs/', 's3:ObjectRemoved:*')), 'bucket', 'ok'],
  ['our queue beside overlapping keys', found(false, queue('ingest'), lambda('AWSLogs/111122223333/')), 'bucket', 'look'],
  [
    'a queue of the same name elsewhere',
    found(false, { ...queue('ingest'), arn: 'arn:aws:sqs:eu-west-1:444455556666:ingest' }),
    'bucket',
    'broken',
  ],
  ['a queue with a longer name', found(false, queue('my-ingest')), 'bucket', 'broken'],
  ['nobody', found(false), 'bucket', 'broken'],
  ['nobody, and the configuration is not at hand', found(false), null, 'broken'],
  ['EventBridge', found(true, lambda('')), 'eventbridge', 'ok'],
  ['EventBridge, and the configuration is not at hand', found(true), null, 'ok'],
  ['EventBridge alone, though the queue is configured', found(true), 'bucket', 'broken'],
  ['others, though EventBridge is configured', found(false, lambda('')), 'eventbridge', 'broken'],
])('an existing bucket that tells %s', (_name, notifications, by, status) => {
  const announced = by === null ? null : { by, prefix: 'AWSLogs/' };
  const check = judged('bucket-notifications', { notifications: seen(notifications), announced });
  expect(check?.status).toBe(status);
  expect(check?.todo === undefined).toBe(status === 'ok');
});

test('a bucket of our own is not asked', () => {
  expect(judged('bucket-notifications', {})).toBeUndefined();
});

test.each<[name: string, notifications: BucketNotifications, notify: 'bucket' | 'eventbridge', status: string]>([
  ['nothing else', found(false), 'bucket', 'ok'],
  ['what an earlier deploy asked for', found(false, queue('ingest')), 'bucket', 'ok'],
  ['other keys', found(false, lambda('photos/')), 'bucket', 'ok'],
  ['other events', found(false, lambda('', 's3:ObjectRemoved:*')), 'bucket', 'ok'],
  ['the same keys', found(false, lambda('AWSLogs/')), 'bucket', 'broken'],
  ['all keys', found(false, lambda('')), 'bucket', 'broken'],
  ['some of the keys', found(false, lambda('AWSLogs/111122223333/')), 'bucket', 'broken'],
  [
    'one of its several events',
    found(false, lambda('', 's3:ObjectRemoved:*', 's3:ObjectCreated:CompleteMultipartUpload')),
    'bucket',
    'broken',
  ],
  ['the same keys, through EventBridge', found(true, lambda('AWSLogs/')), 'eventbridge', 'ok'],
  ['nothing, EventBridge being off', found(false), 'eventbridge', 'broken'],
])('before a deploy onto a bucket that announces %s', (_name, notifications, notify, status) => {
  const source = { kind: 'bucket', bucket: 'example-trail', prefix: 'AWSLogs/', notify } as const;
  const checks = deployChecks(intended({ source, notifications: seen(notifications) }));
  expect(checks.map((check) => [check.id, check.status])).toEqual([
    ['account', 'ok'],
    ['trail-copies', 'ok'],
    ['bucket-notifications', status],
  ]);
});

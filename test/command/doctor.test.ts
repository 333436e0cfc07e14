import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PurgeQueueCommand, ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { exceptionId } from '../../core/risk/exceptions.ts';
import { cloudSuite } from '../sandbox/cloud-suite.ts';
import type { World } from './deployed-answers.ts';
import { startAws } from './deployed-aws.ts';
import { DeployedStack, TRAIL_ARN, TRAIL_BUCKET } from './deployed-stack.ts';
import { config, diagnose, nowhere, OF_EVENTBRIDGE, ofFunction, ofQueue } from './diagnosing.ts';
import { inFolder, trailwarden } from './run.ts';

const HOUR = 3_600_000;

cloudSuite('doctor', () => {
  let stack: DeployedStack;

  beforeAll(async () => {
    stack = new DeployedStack(await startAws());
    await stack.create();
  });
  beforeEach(() => stack.heal());
  afterAll(() => stack.close());
  const ask = (args: readonly string[] = [], text?: string | null) => diagnose(stack.aws.env, args, text);

  test('where everything works each line is ok, and only reads were made', async () => {
    const { code, stderr, status, checks } = await ask();
    expect(checks.filter((check) => check.status !== 'ok')).toEqual([]);
    expect({ code, stderr, status }).toEqual({ code: 0, stderr: '', status: 'ok' });
    expect(checks.map(({ id }) => id)).toEqual([
      'stack-data',
      'stack-pipeline',
      'stack-monitoring',
      'trail-delivery',
      'trail-copies',
      'ingest-queue',
      'ingest-dlq',
      'alert-dlq',
      'schedule-dlq',
      'schedule',
      'committed-runs',
      'run-failure',
      'pending-batches',
      'memory',
      'sender',
      'mail-sending',
      'recipients',
      'last-email',
      'security-hub',
      'last-finding',
    ]);
    expect([...new Set(stack.aws.world.calls)].sort()).toEqual([
      'cloudformation:DescribeStacks',
      'cloudtrail:DescribeTrails',
      'cloudtrail:GetEventSelectors',
      'cloudtrail:GetTrailStatus',
      'dynamodb:GetItem',
      's3:ListBucket',
      'securityhub:DescribeHub',
      'ses:GetAccount',
      'ses:GetEmailIdentity',
      'sqs:GetQueueAttributes',
    ]);
  });

  test('exceptions that are over, end soon or are not used are told', async () => {
    const day = (ago: number) => new Date(Date.now() - ago * 24 * HOUR).toISOString().slice(0, 10);
    const exception = (rule: string, expires: string) => ({ rule, owner: 'platform', reason: 'builds', expires });
    const far = '2999-12-31';
    const exceptions = [exception('iam/*', day(1)), exception('s3/*', day(-3)), exception('kms/*', far), exception('ec2/*', far)];
    const [, , unused, used] = exceptions.map(exceptionId) as [string, string, string, string];
    for (const ago of [0, 10, 30]) {
      await stack.put({ pk: 'rollup#day', sk: day(ago), late: 0, exceptions: { [unused]: 0, [used]: ago === 10 ? 4 : 0 } });
    }
    await stack.put({ pk: 'rollup#day', sk: day(40), exceptions: { [unused]: 7 } });
    const text = JSON.stringify({ ...JSON.parse(config({ create: true })), exceptions });
    const { check } = await ask([], text);
    expect(check('exceptions')).toMatchObject({ status: 'look', todo: expect.any(String) });
    expect(
      check('exceptions')
        ?.seen.split(' The exception')
        .map((one) => one.replace(/^.*"(.+)" (\w+).*$/, '$1 $2')),
    ).toEqual(['iam/* ended', 's3/* ends', 'kms/* made']);
    stack.aws.world.denied.add('dynamodb:Query');
    expect((await ask([], text)).check('exceptions')).toMatchObject({ status: 'unknown', seen: 'AWS denied dynamodb:Query.' });
  });

  test('people get the same as aligned lines', () =>
    inFolder(async (folder) => {
      stack.aws.world.hub = false;
      const { code, stdout, stderr } = await trailwarden(['doctor'], { cwd: folder, env: stack.aws.env });
      expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
      expect(stdout).toMatch(/^Trailwarden in 111122223333 eu-west-1, /);
      expect(stdout).toContain('\nTrail\n  ✓ ok       Trail delivers    Trailwarden logs; delivered 2 minutes ago.\n');
      expect(stdout).toContain('  ✗ broken   Security Hub      Off in this account and region');
      expect(stdout).toContain('$ aws --region eu-west-1 securityhub enable-security-hub');
      expect(stdout).toMatch(/\n18 ok, 1 broken, 1 unknown\.\nBegin with the first broken line/);
    }));

  type Expected = readonly (readonly [id: string, status: string, seen: RegExp])[];
  const worlds: readonly (readonly [name: string, change: (world: World) => unknown, expected: Expected])[] = [
    [
      'a trail that was stopped, a run that failed, SES that stopped sending, a hub that is off',
      async (world) => {
        world.trailStatus[TRAIL_ARN] = { IsLogging: false, LatestDeliveryTime: Date.now() / 1000 - 7200 };
        await stack.ledger({ failure: 'The batch pending/x.batch cannot be read.', failureAt: Date.now() });
        world.mailAccount = { SendingEnabled: false };
        world.hub = false;
      },
      [
        ['trail-delivery', 'broken', /does not log; it delivered 2 hours ago/],
        ['run-failure', 'broken', /The batch pending\/x\.batch cannot be read/],
        ['mail-sending', 'broken', /stopped the sending/],
        ['security-hub', 'broken', /Off in this account and region/],
      ],
    ],
    [
      'a second trail, records that do not come through, the sandbox, a channel that fails, a stack that is missing',
      async (world) => {
        const TrailARN = 'arn:aws:cloudtrail:us-east-1:444455556666:trail/org';
        world.trails.push({ Name: 'org', TrailARN, S3BucketName: 'org-logs', IsMultiRegionTrail: true, IsOrganizationTrail: true });
        await stack.ledger({ now: Date.now() - 5 * HOUR, watermark: Date.now() - 5 * HOUR });
        world.mailAccount = { ...world.mailAccount, ProductionAccessEnabled: false };
        world.identities = { 'warden@example.com': { VerifiedForSendingStatus: true } };
        await stack.put({ pk: 'channel', sk: 'email', status: 'failing', since: Date.now() - HOUR, detail: 'MessageRejected', lastAt: 0 });
        delete world.stacks['Trailwarden-Monitoring'];
      },
      [
        ['stack-monitoring', 'broken', /does not exist/],
        [
          'trail-copies',
          'look',
          /2 trails log management events in eu-west-1: Trailwarden \(all regions\) and org \(organization, all regions\).*\$2\.00 per 100,000/,
        ],
        ['committed-runs', 'broken', /committed 5 hours ago.*Yet the trail delivered 2 minutes ago/],
        ['sender', 'ok', /SES may send as warden@example\.com\./],
        ['mail-sending', 'look', /In the sandbox/],
        ['recipients', 'broken', /while in the sandbox: security@example\.com/],
        ['last-email', 'broken', /Failing since 1 hour ago; none was sent yet\. MessageRejected/],
      ],
    ],
    [
      'a second trail of data events alone, a delivery that S3 refuses, a sender that waits, an update that was undone',
      (world) => {
        const TrailARN = 'arn:aws:cloudtrail:eu-west-1:111122223333:trail/data';
        world.trails.push({ Name: 'data', TrailARN, S3BucketName: 'data-logs' });
        const FieldSelectors = [{ Field: 'eventCategory', Equals: ['Data'] }];
        world.eventSelectors[TrailARN] = { AdvancedEventSelectors: [{ Name: 'S3', FieldSelectors }] };
        world.trailStatus[TRAIL_ARN] = { IsLogging: true, LatestDeliveryError: 'AccessDenied' };
        world.identities = { 'warden@example.com': { VerifiedForSendingStatus: false, VerificationStatus: 'PENDING' } };
        world.stacks['Trailwarden-Monitoring'] = { status: 'UPDATE_ROLLBACK_COMPLETE', outputs: {} };
      },
      [
        ['stack-monitoring', 'look', /UPDATE_ROLLBACK_COMPLETE/],
        ['trail-copies', 'ok', /One copy/],
        ['trail-delivery', 'broken', /its last delivery failed: AccessDenied; it never delivered/],
        ['sender', 'broken', /warden@example\.com is PENDING/],
      ],
    ],
  ];

  test.each(worlds)('%s', async (_name, change, expected) => {
    await change(stack.aws.world);
    const { code, checks, check } = await ask();
    for (const [id, status, seen] of expected) expect(check(id)).toMatchObject({ id, status, seen: expect.stringMatching(seen) });
    const told = expected.filter(([, status]) => status !== 'ok').map(([id]) => id);
    expect(checks.filter(({ status }) => status !== 'ok').map(({ id }) => id)).toEqual(
      checks.map(({ id }) => id).filter((id) => told.includes(id)),
    );
    expect(checks.filter(({ status, todo }) => (status === 'ok') !== (todo === undefined))).toEqual([]);
    expect(code).toBe(1);
  });

  test('messages in a DLQ are told of and stay there to be taken', async () => {
    const QueueUrl = `${stack.aws.sqs}/000000000000/ingest-dlq`;
    await stack.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: '{}' }));
    const { code, check } = await ask();
    expect(check('ingest-dlq')).toMatchObject({ status: 'broken', seen: expect.stringMatching(/^1 message:/) });
    expect(check('ingest-dlq')?.commands?.at(-1)).toMatch(
      /^aws --region eu-west-1 sqs start-message-move-task --source-arn arn:aws:sqs:.*:ingest-dlq$/,
    );
    expect(code).toBe(1);
    const { Messages } = await stack.sqs.send(new ReceiveMessageCommand({ QueueUrl }));
    expect(Messages).toHaveLength(1);
    await stack.sqs.send(new PurgeQueueCommand({ QueueUrl }));
  });

  test.each([
    ['a queue', 'AlertDlqUrl', 'alert-dlq', (value: string) => `${value}-gone`],
    ['a table', 'StateTableName', 'schedule', () => 'Gone'],
    ['a bucket', 'BatchBucketName', 'pending-batches', () => 'gone-batches'],
  ])('%s that was deleted by hand is broken', async (_name, output, id, gone) => {
    for (const one of Object.values(stack.aws.world.stacks)) {
      const value = one.outputs[output];
      if (value !== undefined) Object.assign(one.outputs, { [output]: gone(value) });
    }
    const { code, check } = await ask();
    expect(check(id)).toMatchObject({ status: 'broken', seen: expect.stringMatching(/^It does not exist: /) });
    expect(code).toBe(1);
  });

  test('batches that wait are counted, with the age of the oldest', async () => {
    // Its name tells of a delivery long ago, as in a backfill; it waits since now.
    await stack.pending('20260901T1000Z-0a.batch');
    await stack.pending('20261125T1000Z-0b.batch');
    const { check } = await ask();
    expect(check('pending-batches')).toMatchObject({ status: 'ok', seen: '2 wait, the oldest for 1 minute.' });
  });

  describe('an existing bucket', () => {
    const trail = { bucket: TRAIL_BUCKET };
    const OWN = ofQueue('000000000000');

    beforeEach(() => {
      const { stacks } = stack.aws.world;
      const { TrailName: _, ...outputs } = stacks['Trailwarden-Data']?.outputs ?? {};
      stacks['Trailwarden-Data'] = { outputs };
    });

    test.each([
      ['its own notification', OWN, trail, 'ok', /tells the ingest queue/],
      ['its own beside one of other keys', OWN + ofFunction('photos/'), trail, 'ok', /tells the ingest queue/],
      ['none', '', trail, 'broken', /nothing arrives/],
      ['another in its place', ofFunction('AWSLogs/111122223333/'), trail, 'broken', /It tells arn:aws:lambda:.*:other/],
      ['EventBridge as configured', OF_EVENTBRIDGE, { ...trail, notify: 'eventbridge' }, 'ok', /EventBridge/],
      ['EventBridge where the queue is configured', OF_EVENTBRIDGE, trail, 'broken', /does not tell the ingest queue/],
      ['EventBridge turned off', ofFunction(''), { ...trail, notify: 'eventbridge' }, 'broken', /does not tell EventBridge/],
    ])('with %s', async (_name, notifications, section, status, seen) => {
      stack.aws.world.notifications[TRAIL_BUCKET] = notifications;
      const { check } = await ask([], config(section));
      expect(check('bucket-notifications')).toMatchObject({ status, seen: expect.stringMatching(seen) });
      expect(check('trail-delivery')).toMatchObject({ status: 'ok', seen: expect.stringMatching(/^Trailwarden logs/) });
    });
  });

  test('a stack that waits for a backfill says so until one has ended', async () => {
    Object.assign(stack.aws.world.stacks['Trailwarden-Pipeline']?.outputs ?? {}, { WaitForBackfill: 'on' });
    expect((await ask()).check('memory')).toMatchObject({ status: 'ok', seen: expect.stringMatching(/^Live/) });
    await stack.ledger({ live: false });
    expect((await ask()).check('memory')).toMatchObject({ status: 'look', seen: expect.stringMatching(/^Waits for a backfill/) });
  });

  test('what is denied is unknown, and the rest is as it is', async () => {
    const denied = {
      'cloudtrail:GetTrailStatus': ['trail-delivery'],
      'sqs:GetQueueAttributes': ['ingest-queue', 'ingest-dlq', 'alert-dlq', 'schedule-dlq'],
      'ses:GetAccount': ['mail-sending'],
      's3:ListBucket': ['pending-batches'],
    };
    for (const permission of Object.keys(denied)) stack.aws.world.denied.add(permission);
    const { code, checks, check } = await ask();
    for (const [permission, ids] of Object.entries(denied)) {
      for (const id of ids) expect(check(id)).toMatchObject({ status: 'unknown', todo: expect.stringContaining(permission) });
    }
    expect(
      checks
        .filter(({ status }) => status !== 'ok')
        .map(({ id }) => id)
        .sort(),
    ).toEqual(Object.values(denied).flat().sort());
    expect(code).toBe(0);
  });

  test('where everything is denied each line says which permission it needs', async () => {
    stack.aws.world.denied.add('*');
    const { code, status, checks, check } = await ask();
    expect(checks.map((one) => [one.id, one.status])).toEqual(checks.map(({ id }) => [id, 'unknown']));
    expect(check('stack-data')?.todo).toContain('cloudformation:DescribeStacks');
    expect({ code, status }).toEqual({ code: 0, status: 'unknown' });
  });

  test('without a configuration it looks at what AWS alone tells', async () => {
    const { code, checks, check } = await ask([], null);
    expect(check('schedule')?.seen).toMatch(/; one is due every 10 minutes\.$/);
    expect(checks.filter(({ status }) => status !== 'ok').map(({ id, status }) => [id, status])).toEqual([['recipients', 'unknown']]);
    expect(code).toBe(0);
  });

  test.each([
    [
      'there is no stack',
      ['--stack-prefix', 'Other'],
      {},
      /^There is no stack Other-Data in eu-west-1 of the account that you are signed in to: deploy first \(npm run deploy\), or name the region with --region/,
    ],
    ['the region is another', ['--region', 'us-east-2', '--stack-prefix', 'Other'], {}, /no stack Other-Data in us-east-2/],
    ['no region is known', [], { AWS_REGION: '', AWS_DEFAULT_REGION: '' }, /^No valid region was found: give it with --region/],
    [
      'nobody is signed in',
      [],
      { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_PROFILE: '' },
      /^No AWS credentials were found\. Sign in/,
    ],
    [
      'AWS does not answer',
      [],
      { AWS_ENDPOINT_URL_CLOUDFORMATION: 'http://127.0.0.1:9' },
      /^cloudformation:DescribeStacks failed: .*ECONNREFUSED/,
    ],
    [
      'a configuration is wrong',
      ['--config', 'wrong.json'],
      {},
      /wrong\.json: "deploy\.regoin" is not a known key\. Did you mean "region"/,
    ],
  ])('%s: one sentence', (_name, args, env, sentence) =>
    inFolder(async (folder) => {
      writeFileSync(join(folder, 'wrong.json'), config({ create: true }, { regoin: 'eu-west-1' }));
      const { code, stdout, stderr } = await trailwarden(['doctor', ...args], {
        cwd: folder,
        env: { ...stack.aws.env, ...nowhere(folder), ...env },
      });
      expect(stderr).toMatch(sentence);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    }),
  );
});

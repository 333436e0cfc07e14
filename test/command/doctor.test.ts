import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PurgeQueueCommand, ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import type { Check } from '../../core/doctor/check.ts';
import type { World } from './deployed-answers.ts';
import { describeWithAws, startAws } from './deployed-aws.ts';
import { DeployedStack, TRAIL_ARN, TRAIL_BUCKET } from './deployed-stack.ts';
import { inFolder, trailwarden } from './run.ts';

const HOUR = 3_600_000;

/** A configuration with a `deploy` section. */
function config(trail: unknown, over: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    deploy: {
      account: '111122223333',
      region: 'eu-west-1',
      trail,
      alerts: { sender: 'warden@example.com', recipients: ['security@example.com'] },
      ...over,
    },
  });
}

interface Diagnosis {
  readonly code: number | null;
  readonly stderr: string;
  readonly status: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly checks: readonly Check[];
  /** The check with an id. */
  readonly check: (id: string) => Check | undefined;
}

describeWithAws('doctor', () => {
  let stack: DeployedStack;

  beforeAll(async () => {
    stack = new DeployedStack(await startAws());
    await stack.create();
  });
  beforeEach(() => stack.heal());
  afterAll(() => stack.close());

  /** Runs the command with `--json` in a folder that holds the configuration. */
  function diagnose(args: readonly string[] = [], text: string | null = config({ create: true })): Promise<Diagnosis> {
    return inFolder(async (folder) => {
      if (text !== null) writeFileSync(join(folder, 'trailwarden.config.json'), text);
      const { code, stdout, stderr } = await trailwarden(['doctor', '--json', ...args], { cwd: folder, env: stack.aws.env });
      if (stdout === '') throw new Error(`doctor printed nothing but: ${stderr}`);
      const { status, counts, checks } = JSON.parse(stdout) as Omit<Diagnosis, 'code' | 'stderr' | 'check'>;
      return { code, stderr, status, counts, checks, check: (id) => checks.find((one) => one.id === id) };
    });
  }

  test('where everything works each line is ok, and only reads were made', async () => {
    const { code, stderr, status, checks } = await diagnose();
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
    const { code, checks, check } = await diagnose();
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
    const { code, check } = await diagnose();
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
    const { code, check } = await diagnose();
    expect(check(id)).toMatchObject({ status: 'broken', seen: expect.stringMatching(/^It does not exist: /) });
    expect(code).toBe(1);
  });

  test('batches that wait are counted, with the age of the oldest', async () => {
    // Its name tells of a delivery long ago, as in a backfill; it waits since now.
    await stack.pending('20260901T1000Z-0a.batch');
    await stack.pending('20261125T1000Z-0b.batch');
    const { check } = await diagnose();
    expect(check('pending-batches')).toMatchObject({ status: 'ok', seen: '2 wait, the oldest for 1 minute.' });
  });

  describe('an existing bucket', () => {
    const trail = { bucket: TRAIL_BUCKET };
    const other = (prefix: string) =>
      `<CloudFunctionConfiguration><Id>1</Id><CloudFunction>arn:aws:lambda:eu-west-1:111122223333:function:other</CloudFunction><Event>s3:ObjectCreated:Put</Event><Filter><S3Key><FilterRule><Name>Prefix</Name><Value>${prefix}</Value></FilterRule></S3Key></Filter></CloudFunctionConfiguration>`;
    const own =
      '<QueueConfiguration><Id>2</Id><Queue>arn:aws:sqs:eu-west-1:000000000000:Trailwarden-Ingest</Queue><Event>s3:ObjectCreated:*</Event><Filter><S3Key><FilterRule><Name>Prefix</Name><Value>AWSLogs/</Value></FilterRule></S3Key></Filter></QueueConfiguration>';
    const eventBridge = '<EventBridgeConfiguration></EventBridgeConfiguration>';

    beforeEach(() => {
      const { stacks } = stack.aws.world;
      const { TrailName: _, ...outputs } = stacks['Trailwarden-Data']?.outputs ?? {};
      stacks['Trailwarden-Data'] = { outputs };
    });

    test.each([
      ['its own notification', own, trail, 'ok', /tells the ingest queue/],
      ['its own beside one of other keys', own + other('photos/'), trail, 'ok', /tells the ingest queue/],
      ['none', '', trail, 'broken', /nothing arrives/],
      ['another in its place', other('AWSLogs/111122223333/'), trail, 'broken', /It tells arn:aws:lambda:.*:other/],
      ['EventBridge as configured', eventBridge, { ...trail, notify: 'eventbridge' }, 'ok', /EventBridge/],
      ['EventBridge where the queue is configured', eventBridge, trail, 'broken', /does not tell the ingest queue/],
      ['EventBridge turned off', other(''), { ...trail, notify: 'eventbridge' }, 'broken', /does not tell EventBridge/],
    ])('with %s', async (_name, notifications, section, status, seen) => {
      stack.aws.world.notifications[TRAIL_BUCKET] = notifications;
      const { check } = await diagnose([], config(section));
      expect(check('bucket-notifications')).toMatchObject({ status, seen: expect.stringMatching(seen) });
      expect(check('trail-delivery')).toMatchObject({ status: 'ok', seen: expect.stringMatching(/^Trailwarden logs/) });
    });

    test.each([
      ['a bucket with nothing', '', trail, 0, 'ok', /No notification .* overlaps/],
      ['a bucket whose notification overlaps', other('AWSLogs/'), trail, 1, 'broken', /S3 refuses a second such notification/],
      ['the same through EventBridge', other('AWSLogs/') + eventBridge, { ...trail, notify: 'eventbridge' }, 0, 'ok', /EventBridge/],
      ['EventBridge that is off', '', { ...trail, notify: 'eventbridge' }, 1, 'broken', /does not tell EventBridge/],
      ['a bucket that an earlier deploy uses', own, trail, 0, 'ok', /No notification .* overlaps/],
    ])('before a deploy: %s', async (_name, notifications, section, exit, status, seen) => {
      stack.aws.world.notifications[TRAIL_BUCKET] = notifications;
      const { code, check } = await diagnose(['--before-deploy'], config(section));
      expect(check('bucket-notifications')).toMatchObject({ status, seen: expect.stringMatching(seen) });
      expect(check('trail-copies')).toMatchObject({ status: 'ok' });
      expect(code).toBe(exit);
    });
  });

  test.each([
    ['of nothing', false, [], 'ok', /No other trail/],
    [
      'where a trail stands',
      false,
      ['main'],
      'look',
      /A trail logs management events in eu-west-1 already: main .*"trail": \{"bucket": "main-logs"\}/,
    ],
    ['a second time', true, [], 'ok', /No other trail/],
    ['a second time, where another trail came', true, ['main'], 'look', /already: main/],
  ])('before a deploy that creates a trail: %s', async (_name, deployed, others, status, told) => {
    const { world } = stack.aws;
    if (!deployed) {
      world.stacks = {};
      world.trails = [];
    }
    for (const Name of others)
      world.trails.push({ Name, TrailARN: `arn:aws:cloudtrail:eu-west-1:111122223333:trail/${Name}`, S3BucketName: `${Name}-logs` });
    const { code, checks } = await diagnose(['--before-deploy']);
    expect(checks).toHaveLength(1);
    expect(checks[0]).toMatchObject({ id: 'trail-copies', status });
    expect(`${checks[0]?.seen} ${checks[0]?.todo}`).toMatch(told);
    expect(code).toBe(0);
  });

  test('what is denied is unknown, and the rest is as it is', async () => {
    const denied = {
      'cloudtrail:GetTrailStatus': ['trail-delivery'],
      'sqs:GetQueueAttributes': ['ingest-queue', 'ingest-dlq', 'alert-dlq', 'schedule-dlq'],
      'ses:GetAccount': ['mail-sending'],
      's3:ListBucket': ['pending-batches'],
    };
    for (const permission of Object.keys(denied)) stack.aws.world.denied.add(permission);
    const { code, checks, check } = await diagnose();
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
    const { code, status, checks, check } = await diagnose();
    expect(checks.map((one) => [one.id, one.status])).toEqual(checks.map(({ id }) => [id, 'unknown']));
    expect(check('stack-data')?.todo).toContain('cloudformation:DescribeStacks');
    expect({ code, status }).toEqual({ code: 0, status: 'unknown' });
  });

  test('without a configuration it looks at what AWS alone tells', async () => {
    const { code, checks } = await diagnose([], null);
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
    ['a configuration is missing before a deploy', ['--before-deploy'], {}, /^No "deploy" section was found: give the configuration/],
    [
      'a configuration is wrong',
      ['--config', 'wrong.json'],
      {},
      /wrong\.json: "deploy\.regoin" is not a known key\. Did you mean "region"/,
    ],
  ])('%s: one sentence', (_name, args, env, sentence) =>
    inFolder(async (folder) => {
      writeFileSync(join(folder, 'wrong.json'), config({ create: true }, { regoin: 'eu-west-1' }));
      const nowhere = { HOME: folder, AWS_CONFIG_FILE: join(folder, 'none'), AWS_SHARED_CREDENTIALS_FILE: join(folder, 'none') };
      const { code, stdout, stderr } = await trailwarden(['doctor', ...args], {
        cwd: folder,
        env: { ...stack.aws.env, ...nowhere, ...env },
      });
      expect(stderr).toMatch(sentence);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    }),
  );
});

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cloudSuite } from '../sandbox/cloud-suite.ts';
import type { World } from './deployed-answers.ts';
import { startAws } from './deployed-aws.ts';
import { DeployedStack, TRAIL_BUCKET } from './deployed-stack.ts';
import { config, diagnose, nowhere, OF_EVENTBRIDGE, ofFunction, ofQueue } from './diagnosing.ts';
import { inFolder, trailwarden } from './run.ts';

const TRAIL = { bucket: TRAIL_BUCKET };

cloudSuite('doctor --before-deploy', () => {
  let stack: DeployedStack;

  beforeAll(async () => {
    stack = new DeployedStack(await startAws());
    await stack.create();
  });
  beforeEach(() => stack.heal());
  afterAll(() => stack.close());

  const ask = (text?: string) => diagnose(stack.aws.env, ['--before-deploy'], text);

  test.each([
    ['a bucket with nothing', '', TRAIL, 0, 'ok', /No notification .* overlaps/],
    ['a bucket whose notification overlaps', ofFunction('AWSLogs/'), TRAIL, 1, 'broken', /S3 refuses a second such notification/],
    ['the same through EventBridge', ofFunction('AWSLogs/') + OF_EVENTBRIDGE, { ...TRAIL, notify: 'eventbridge' }, 0, 'ok', /EventBridge/],
    ['EventBridge that is off', '', { ...TRAIL, notify: 'eventbridge' }, 1, 'broken', /does not tell EventBridge/],
    ['a bucket that an earlier deploy uses', ofQueue('111122223333'), TRAIL, 0, 'ok', /No notification .* overlaps/],
  ])('%s', async (_name, notifications, section, exit, status, seen) => {
    stack.aws.world.notifications[TRAIL_BUCKET] = notifications;
    const { code, check } = await ask(config(section));
    expect(check('bucket-notifications')).toMatchObject({ status, seen: expect.stringMatching(seen) });
    expect(check('trail-copies')).toMatchObject({ status: 'ok' });
    expect(code).toBe(exit);
    expect(stack.aws.world.calls.toSorted()).toEqual(['s3:GetBucketNotification', 'sts:GetCallerIdentity']);
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
  ])('a deploy that creates a trail: %s', async (_name, deployed, others, status, told) => {
    const { world } = stack.aws;
    if (!deployed) {
      world.stacks = {};
      world.trails = [];
    }
    for (const Name of others)
      world.trails.push({ Name, TrailARN: `arn:aws:cloudtrail:eu-west-1:111122223333:trail/${Name}`, S3BucketName: `${Name}-logs` });
    const { code, checks } = await ask();
    expect(checks.map(({ id, status: its }) => [id, its])).toEqual([
      ['account', 'ok'],
      ['trail-copies', status],
    ]);
    expect(`${checks[1]?.seen} ${checks[1]?.todo}`).toMatch(told);
    expect(code).toBe(0);
  });

  describe('what cannot be seen', () => {
    const NO_KEYS = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_PROFILE: '' };
    test.each<[string, (world: World) => unknown, Readonly<Record<string, string>>, RegExp]>([
      ['for want of credentials', () => {}, NO_KEYS, /unknown Account No AWS credentials were found\. Sign in/],
      ['for want of permissions', (world) => world.denied.add('*'), {}, /Allow s3:GetBucketNotification to the credentials/],
      ['from another account', (world) => Object.assign(world, { caller: '444455556666' }), {}, /Signed in to 444455556666, but/],
      [
        'because AWS does not answer',
        () => {},
        { AWS_ENDPOINT_URL_STS: 'http://127.0.0.1:9' },
        /sts:GetCallerIdentity failed: .*ECONNREFUSED/,
      ],
    ])('%s each line says so, and nobody is kept from deploying', (_name, change, env, told) =>
      inFolder(async (folder) => {
        change(stack.aws.world);
        writeFileSync(join(folder, 'trailwarden.config.json'), config(TRAIL));
        const { code, stdout, stderr } = await trailwarden(['doctor', '--before-deploy'], {
          cwd: folder,
          env: { ...stack.aws.env, ...nowhere(folder), ...env },
        });
        expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
        expect(stdout.replaceAll(/\s+/g, ' ')).toMatch(told);
        expect(stdout).toMatch(/ unknown\. What is unknown could not be looked at; you can deploy all the same\.\n$/);
      }),
    );
  });

  test('a stack that is to wait for a backfill needs a bucket with history', async () => {
    const text = config(TRAIL, { waitForBackfill: true });
    expect((await ask(text)).check('history')).toMatchObject({ status: 'ok' });
    const created = await ask(config({ create: true }, { waitForBackfill: true }));
    expect([created.code, created.check('history')?.status]).toEqual([1, 'broken']);
  });

  test.each([
    [
      'a configuration is missing',
      [],
      /^There is no trailwarden\.config\.json in this folder: write it as docs\/deploy\.md shows, or name another file with --config\.$/m,
    ],
    ['a configuration is nowhere', ['--config', 'none.json'], /^The configuration none\.json cannot be read/],
    [
      'a configuration deploys nothing',
      ['--config', 'plain.json'],
      /^plain\.json has no "deploy" section: docs\/deploy\.md shows what it holds\.$/m,
    ],
    ['a configuration is wrong', ['--config', 'wrong.json'], /wrong\.json: "deploy\.regoin" is not a known key\. Did you mean "region"/],
  ])('%s: one sentence', (_name, args, sentence) =>
    inFolder(async (folder) => {
      writeFileSync(join(folder, 'wrong.json'), config({ create: true }, { regoin: 'eu-west-1' }));
      writeFileSync(join(folder, 'plain.json'), '{}');
      const { code, stdout, stderr } = await trailwarden(['doctor', '--before-deploy', ...args], { cwd: folder, env: stack.aws.env });
      expect(stderr).toMatch(sentence);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stack.aws.world.calls).toEqual([]);
    }),
  );
});

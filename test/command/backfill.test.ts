import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { PurgeQueueCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { readNotification } from '../../core/records/notification.ts';
import { cloudSuite } from '../sandbox/cloud-suite.ts';
import { startAws } from './deployed-aws.ts';
import { DeployedStack, TRAIL_BUCKET } from './deployed-stack.ts';
import { type Ended, inFolder, trailwarden } from './run.ts';

const ACCOUNT = 'AWSLogs/111122223333';

/** A key as CloudTrail writes it; `day` as 2026-09-01, `time` as 1005. */
function key(region: string, day: string, time: string, folder = 'CloudTrail'): string {
  const name = `111122223333_${folder}_${region}_${day.replaceAll('-', '')}T${time}Z_AbCdEfGhIjKlMnOp.json.gz`;
  return `${ACCOUNT}/${folder}/${region}/${day.replaceAll('-', '/')}/${name}`;
}

/** In the order of delivery: regions lie in folders of their own, so that a listing has another order. */
const DELIVERED = [
  key('us-east-1', '2026-09-01', '1005'),
  key('eu-west-1', '2026-09-01', '1010'),
  key('us-east-1', '2026-09-02', '0005'),
  `${ACCOUNT}/CloudTrail/eu-west-1/2026/09/03/a + b ü.json.gz`,
  key('eu-west-1', '2026-09-03', '0005'),
  ...Array.from({ length: 25 }, (_, i) => key('eu-west-1', '2026-09-04', `10${String(i + 10)}`)),
];
const OTHERS = [
  key('eu-west-1', '2026-09-01', '1105', 'CloudTrail-Digest'),
  `${ACCOUNT}/Config/eu-west-1/2026/9/1/ConfigHistory/config.json.gz`,
  `${ACCOUNT}/CloudTrail/`,
];

interface Message {
  readonly trailwarden: string;
  readonly id: string;
  readonly of: number;
  readonly bucket: string;
  readonly key: string;
  readonly delivered: string;
}

cloudSuite('backfill', () => {
  const ADDRESS = `s3://${TRAIL_BUCKET}/AWSLogs`;
  const FAST = ['--rate', '1000', '--yes'];
  let stack: DeployedStack;

  beforeAll(async () => {
    stack = new DeployedStack(await startAws());
    await stack.create();
    for (const Key of [...DELIVERED, ...OTHERS]) {
      await stack.s3.send(new PutObjectCommand({ Bucket: TRAIL_BUCKET, Key, Body: 'x'.repeat(1500) }));
    }
  });
  beforeEach(() => stack.heal());
  afterEach(() => stack.sqs.send(new PurgeQueueCommand({ QueueUrl: `${stack.aws.sqs}/000000000000/Trailwarden-Ingest` })));
  afterAll(() => stack.close());

  function backfill(args: readonly string[], meanwhile?: Parameters<typeof trailwarden>[1]): Promise<Ended> {
    return inFolder((folder) => trailwarden(['backfill', ...args], { cwd: folder, env: stack.aws.env, ...meanwhile }));
  }

  /** What is on the queue, as sent. */
  async function queued(): Promise<Message[]> {
    const bodies: string[] = [];
    for (;;) {
      const { Messages = [] } = await stack.sqs.send(
        new ReceiveMessageCommand({
          QueueUrl: `${stack.aws.sqs}/000000000000/Trailwarden-Ingest`,
          MaxNumberOfMessages: 10,
          VisibilityTimeout: 600,
        }),
      );
      if (Messages.length === 0) return bodies.map((body) => JSON.parse(body) as Message);
      bodies.push(...Messages.map(({ Body = '' }) => Body));
    }
  }

  test('puts each object on the queue once, in the order of delivery, as the parse function understands it', async () => {
    const { code, stdout, stderr } = await backfill([ADDRESS, ...FAST]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(
      /^ {2}30 objects of 4 days \(2026-09-01 to 2026-09-04\), 45\.0 KB: about 300 events\.\n {2}2 other objects left aside: digests/,
    );
    expect(stdout).toContain('Done: 30 objects on the queue');
    const messages = await queued();
    expect(messages.map((message) => message.key)).toEqual(DELIVERED);
    const [first] = messages;
    expect(first).toEqual({
      trailwarden: 'backfill',
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      of: 30,
      bucket: TRAIL_BUCKET,
      key: DELIVERED[0],
      delivered: '2026-09-01T10:05:00.000Z',
    });
    expect(new Set(messages.map(({ id }) => id)).size).toBe(1);
    for (const message of messages) {
      expect(readNotification(JSON.stringify(message))).toEqual({
        objects: [{ bucket: TRAIL_BUCKET, key: message.key, time: Date.parse(message.delivered), backfill: { id: first?.id, of: 30 } }],
        ignored: [],
        unknown: [],
      });
    }
  });

  test.each([
    ['--since', ['--since', '2026-09-03'], DELIVERED.slice(3)],
    // A day of slack: what happened on the 2nd may be delivered on the 3rd.
    ['--since and --until', ['--since', '2026-09-02', '--until', '2026-09-02'], DELIVERED.slice(2, 5)],
  ])('%s leave out objects by the day in their key', async (_name, args, expected) => {
    await backfill([ADDRESS, ...args, ...FAST]);
    const messages = await queued();
    expect(messages.map((message) => message.key)).toEqual(expected);
    expect(new Set(messages.map(({ of }) => of))).toEqual(new Set([expected.length]));
  });

  describe('objects of the last hour', () => {
    const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
    const keyOf = (iso: string) => `recent/${key('eu-west-1', iso.slice(0, 10), iso.slice(11, 16).replace(':', ''))}`;
    const [OLD, NEW] = [keyOf(minutesAgo(90)), keyOf(minutesAgo(10))];
    const RECENT = `s3://${TRAIL_BUCKET}/recent/`;

    beforeAll(async () => {
      for (const Key of [OLD, NEW]) await stack.s3.send(new PutObjectCommand({ Bucket: TRAIL_BUCKET, Key, Body: 'x' }));
    });

    test('are left to the live pipeline', async () => {
      const { stdout } = await backfill([RECENT, ...FAST]);
      expect(stdout).toMatch(/^ {2}1 object of 1 day/);
      expect(stdout).toMatch(/What was delivered after \d{4}-\d\d-\d\d \d\d:\d\d UTC \(1 object\) is left to the live pipeline/);
      expect((await queued()).map((message) => message.key)).toEqual([OLD]);
    });

    test('are taken in with --until', async () => {
      const { stdout } = await backfill([RECENT, '--until', minutesAgo(0).slice(0, 10), ...FAST]);
      expect(stdout).not.toContain('live pipeline');
      expect((await queued()).map((message) => message.key)).toEqual([OLD, NEW]);
    });

    test('stay those of its start when a backfill goes on', async () => {
      await backfill([RECENT, '--resume', `${'0'.repeat(36)}:2:${Date.now() - 2 * 60_000}`, ...FAST]);
      expect((await queued()).map((message) => message.key)).toEqual([OLD, NEW]);
    });

    test('are told of when there is nothing else', async () => {
      const { code, stderr } = await backfill([`s3://${TRAIL_BUCKET}/${NEW}`, ...FAST]);
      expect(stderr).toMatch(
        /^There is no CloudTrail object of that time in .*, but for 1 object of the last hour, .*: --until takes them in\.\n$/,
      );
      expect(code).toBe(1);
    });
  });

  test('--dry-run tells how much it would be and sends nothing', async () => {
    const { code, stdout } = await backfill([ADDRESS, '--dry-run']);
    expect(code).toBe(0);
    expect(stdout).toContain('At 20 a second they are on the queue within 1 minute');
    expect(stdout).not.toContain('Done');
    expect(stack.aws.world.calls.filter((call) => call.startsWith('sqs:'))).toEqual([]);
  });

  test.each([
    ['live', { live: true }, 'on', /The stack is live: events of the past meet rules and counters only, not the memory\./],
    ['not live', { live: false }, 'off', /The stack has not gone live: the events warm its memory\./],
    ['waiting for it', { live: false }, 'on', /The stack waits for this: .*, and when all are read it goes live\./],
  ])('it says what a backfill does to a stack that is %s', async (_name, ledger, WaitForBackfill, sentence) => {
    Object.assign(stack.aws.world.stacks['Trailwarden-Pipeline']?.outputs ?? {}, { WaitForBackfill });
    await stack.ledger(ledger);
    const { stdout } = await backfill([ADDRESS, '--dry-run']);
    expect(stdout).toMatch(sentence);
    expect(stdout).toContain('Their incidents come in one summary mail.');
  });

  test('the rate is a bound', async () => {
    const started = performance.now();
    await backfill([ADDRESS, '--rate', '20', '--yes']);
    // Three batches of ten: the third goes a second after the first.
    expect(performance.now() - started).toBeGreaterThan(1000);
    expect(await queued()).toHaveLength(30);
  });

  test('what the queue refuses is sent again', async () => {
    stack.aws.world.refusedMessages = 13;
    const { code } = await backfill([ADDRESS, ...FAST]);
    expect(code).toBe(0);
    expect((await queued()).map((message) => message.key).sort()).toEqual([...DELIVERED].sort());
  });

  test('a queue that goes on refusing ends it with the way to go on', async () => {
    stack.aws.world.refusedMessages = 100_000;
    const { code, stderr } = await backfill([ADDRESS, ...FAST]);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^The queue did not take a message after several tries\. 0 of 30 objects are on the queue\. Go on .*\n {2}npx trailwarden backfill .* --resume/,
    );
  });

  test('Ctrl-C stops between two batches and says how to go on; that brings the rest under the same id', async () => {
    const stopped = await backfill([ADDRESS, '--rate', '5', '--yes'], {
      meanwhile: (child) => {
        const wait = setInterval(() => {
          if (!stack.aws.world.calls.includes('sqs:SendMessageBatch')) return;
          clearInterval(wait);
          child.kill('SIGINT');
        }, 20);
      },
    });
    expect(stopped.code).toBe(130);
    expect(stopped.stderr).toMatch(/^10 of 30 objects are on the queue\. Go on within six hours with\n/);
    const command = /^ {2}npx trailwarden backfill (.*)$/m.exec(stopped.stderr)?.[1]?.split(' ') ?? [];
    const resume = expect.stringMatching(/^[0-9a-f-]{36}:30:\d{13}$/);
    expect(command).toEqual([ADDRESS, '--since', '2026-09-04', '--rate', '5', '--resume', resume]);
    const rest = await backfill([...command.filter((word) => word !== '--rate' && word !== '5'), ...FAST]);
    expect(rest.code).toBe(0);
    const messages = await queued();
    expect([...new Set(messages.map((message) => message.key))]).toEqual(DELIVERED);
    expect(new Set(messages.map(({ id, of }) => `${id}:${of}`))).toEqual(new Set([command.at(-1)?.replace(/:\d{13}$/, '')]));
  });

  test.each([
    ['nobody can be asked', [ADDRESS], /^Nobody can be asked here whether to go on: say --yes/],
    ['no place in S3', ['./logs'], /^\.\/logs is no place in S3: give s3:\/\/bucket\/prefix/],
    [
      'a bucket that the pipeline does not read',
      ['s3://other-bucket/AWSLogs', '--yes'],
      /^The parse function may not read s3:\/\/other-bucket\/AWSLogs, but only s3:\/\/trailwarden-trail/,
    ],
    ['nothing there', [`s3://${TRAIL_BUCKET}/nothing`, '--yes'], /^There is no CloudTrail object of that time in/],
    ['no time between', [ADDRESS, '--since', '2026-09-05', '--until', '2026-09-01'], /^--since should be before --until/],
    ['a rate of nothing', [ADDRESS, '--rate', '0'], /Expected a whole number from 1 to 1000/],
    ['no stack', [ADDRESS, '--stack-prefix', 'Other'], /^There is no stack Other-Data/],
  ])('%s: one sentence, and nothing is sent', async (_name, args, sentence) => {
    const { code, stderr } = await backfill(args);
    expect(stderr).toMatch(sentence);
    expect(code).toBe(1);
    expect(stack.aws.world.calls).not.toContain('sqs:SendMessageBatch');
  });

  test('with a configuration only what the parse function may read is put on the queue', () =>
    inFolder(async (folder) => {
      const trail = { bucket: TRAIL_BUCKET, prefix: `${ACCOUNT}/CloudTrail/us-east-1/` };
      const deploy = { account: '111122223333', region: 'eu-west-1', trail, alerts: {} };
      writeFileSync(join(folder, 'trailwarden.config.json'), JSON.stringify({ deploy }));
      const { stderr } = await trailwarden(['backfill', ADDRESS, ...FAST], { cwd: folder, env: stack.aws.env });
      expect(stderr).toBe('');
      expect((await queued()).map((message) => message.key)).toEqual([DELIVERED[0], DELIVERED[2]]);
    }));

  test('a denied queue says which permission is missing', async () => {
    stack.aws.world.denied.add('sqs:SendMessageBatch');
    const { code, stderr } = await backfill([ADDRESS, ...FAST]);
    expect(stderr).toMatch(/^AWS denied sqs:SendMessage on .*Trailwarden-Ingest.* 0 of 30 objects are on the queue/s);
    expect(code).toBe(1);
  });
});

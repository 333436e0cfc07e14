import { gzipSync } from 'node:zlib';
import type { LocalCloud } from '../../sandbox/cloud.ts';
import { HttpAnswer } from '../../sandbox/http.ts';
import { bucketNotification, type NewObject } from '../../sandbox/notifications.ts';
import { IDENTITIES, type JsonObject, record } from '../factories/record.ts';
import { cloudSuite } from '../sandbox/cloud-suite.ts';
import { deployed } from './deployed.ts';

const PREFIX = 'AWSLogs/111122223333/CloudTrail/eu-west-1';
const GOOD = `${PREFIX}/2026/09/01/111122223333_CloudTrail_eu-west-1_20260901T1005Z_aaaaaaaaaaaaaaaa.json.gz`;
const ODD = `${PREFIX}/2026/09/01/a + b & ü – 日本.json.gz`;
const ALICE = IDENTITIES.user.arn;

function file(...records: readonly JsonObject[]): Buffer {
  return gzipSync(JSON.stringify({ Records: records }));
}

/** What happened some minutes before now, so that the watermark has not passed it. */
function ago(minutes: number): string {
  return new Date(Math.floor((Date.now() - minutes * 60_000) / 1000) * 1000).toISOString().replace('.000Z', 'Z');
}

function stopsLogging(n: number, minutes: number, more: JsonObject = {}): JsonObject {
  return record(n, {
    userIdentity: IDENTITIES.user,
    eventTime: ago(minutes),
    eventSource: 'cloudtrail.amazonaws.com',
    eventName: 'StopLogging',
    awsRegion: 'eu-west-1',
    errorCode: undefined,
    errorMessage: undefined,
    readOnly: false,
    requestParameters: { name: 'arn:aws:cloudtrail:eu-west-1:111122223333:trail/main' },
    ...more,
  });
}

function user(name: string): JsonObject {
  return {
    ...IDENTITIES.user,
    userName: name,
    arn: `arn:aws:iam::111122223333:user/${name}`,
    principalId: `AIDAEXAMPLE${name.toUpperCase()}`,
  };
}

function reads(n: number, minutes: number): JsonObject {
  return record(n, { userIdentity: IDENTITIES.user, eventTime: ago(minutes), errorCode: undefined, errorMessage: undefined });
}

cloudSuite('the deployed pipeline', () => {
  let cloud: LocalCloud;
  let end: () => Promise<void>;
  let good: NewObject;

  beforeAll(async () => {
    ({ cloud, end } = await deployed());
    await cloud.sendTestEvents();
    good = await put(GOOD, file(reads(1, 9), stopsLogging(2, 8), reads(3, 7), reads(1, 9)));
    await put(ODD, file(reads(4, 6)));
    await put(GOOD.replace('/CloudTrail/', '/CloudTrail-Digest/'), gzipSync('{"digestPublicKeyFingerprint":"00"}'));
    await put(`${PREFIX}/2026/09/01/poison.json.gz`, Buffer.concat([file(reads(5, 5)).subarray(0, 60), Buffer.alloc(40, 7)]));
    await cloud.announce(cloud.describe(cloud.output('TrailBucketName'), `${PREFIX}/2026/09/01/deleted.json.gz`));
    await cloud.send(cloud.output('IngestQueueUrl'), bucketNotification(cloud.model.home, cloud.describe('example-missing', GOOD)));
    await cloud.send(cloud.output('IngestQueueUrl'), 'hello');
    await run();
  });

  afterAll(() => end?.());

  function put(key: string, bytes: Uint8Array): Promise<NewObject> {
    return cloud.put(cloud.output('TrailBucketName'), key, bytes);
  }

  /** Lets everything arrive, makes one run and lets its alerts out. */
  async function run(): Promise<unknown> {
    await cloud.settle();
    const outcome = await cloud.tick();
    await cloud.settle();
    return outcome.ok ? outcome.result : outcome.error;
  }

  const incidents = () => cloud.database.items(cloud.output('IncidentsTableName'));
  const incidentOf = async (principal: string) =>
    (await incidents()).find((item) => item.principal === principal) as JsonObject & { id: string };

  /** Items of the state table, by partition and sort key. */
  async function state(): Promise<Record<string, JsonObject>> {
    const items = await cloud.database.items(cloud.output('StateTableName'));
    return Object.fromEntries(items.map((item) => [`${item.pk} ${item.sk}`, item]));
  }

  const subjects = async () => (await cloud.mails()).map(({ subject }) => subject);

  /** Objects and reasons that the parse function logged at a level. */
  function reasons(level: string): unknown[][] {
    const lines = cloud.logs.filter(({ function: name, text }) => name === 'parse' && text.includes(`"level":"${level}"`));
    return lines.map(({ text }) => JSON.parse(text) as JsonObject).map(({ object, reason }) => [object, reason]);
  }

  test('tells of the planted event in one mail', async () => {
    const [mail, ...others] = await cloud.mails();
    expect(others).toEqual([]);
    expect(mail).toMatchObject({
      from: expect.stringContaining('trailwarden@example.com'),
      destination: { to: ['security@example.com'] },
      subject: expect.stringMatching(/HIGH.*Trail logging stopped.*alice/),
    });
    for (const part of [mail?.body.text, mail?.body.html]) {
      expect(part).toContain('Trail logging stopped');
      expect(part).toContain('alice');
      expect(part).toContain('StopLogging');
    }
  });

  test('puts one finding into Security Hub, which takes it', async () => {
    expect(cloud.hub.failed).toEqual([]);
    const { id, versionAt } = await incidentOf(ALICE);
    expect(cloud.hub.findings()).toMatchObject([
      {
        Id: `trailwarden/incident/${id}`,
        AwsAccountId: '111122223333',
        UpdatedAt: new Date(versionAt as number).toISOString(),
        Severity: { Label: 'HIGH' },
        Types: ['TTPs/Defense Evasion'],
        RecordState: 'ACTIVE',
        Workflow: { Status: 'NEW' },
      },
    ]);
  });

  test('keeps the incident, told and no longer due, with a receipt for each channel', async () => {
    const incident = await incidentOf(ALICE);
    expect(incident).toMatchObject({
      kind: 'incident',
      status: 'open',
      level: 'high',
      version: 1,
      run: 1,
      backfill: false,
      signals: expect.any(Number),
    });
    expect(incident).not.toHaveProperty('due');
    expect(incident).not.toHaveProperty('dueAt');
    expect(await state()).toMatchObject({
      [`receipt#${incident.id} email`]: { version: 1, status: 'sent', level: 'high' },
      [`receipt#${incident.id} securityhub`]: { version: 1, status: 'sent' },
      'channel email': { status: 'ok' },
      'channel securityhub': { status: 'ok' },
    });
  });

  test('commits one run and leaves nothing waiting', async () => {
    expect((await state())['ledger ledger']).toMatchObject({ planned: 1, applied: 1 });
    const keys = await cloud.storage.keys(cloud.output('BatchBucketName'));
    expect(keys.filter((key) => key.startsWith('pending/'))).toEqual([]);
    expect(keys.filter((key) => !/^(runs|memory)\/000000000001\//.test(key))).toEqual([]);
    expect(keys.some((key) => /^runs\/000000000001\/[0-9a-f-]{36}\.json\.gz$/.test(key))).toBe(true);
  });

  test('counts every record once: seen = events + duplicates + rejects', () => {
    const counted = (name: string) => cloud.metric('score', name).reduce((sum, value) => sum + value, 0);
    expect([counted('Records'), counted('Events'), counted('Duplicates'), counted('Rejects')]).toEqual([5, 4, 1, 0]);
    // The file that is broken, the one that is gone, and the message that names none.
    expect(cloud.metric('parse', 'FileRejects').reduce((sum, value) => sum + value, 0)).toBe(3);
    expect(cloud.metric('score', 'RunFailures')).toEqual([]);
  });

  test('gives up what cannot be had, says why, and is done with the rest', async () => {
    expect(await cloud.messages(cloud.output('IngestQueueUrl'))).toEqual([]);
    expect(await cloud.messages(cloud.output('IngestDlqUrl'))).toEqual([expect.stringContaining('"example-missing"')]);
    expect(reasons('ERROR')).toEqual(Array(5).fill([`s3://example-missing/${GOOD}`, expect.stringContaining('The bucket does not exist')]));
    const warned = reasons('WARN');
    expect(warned).toHaveLength(3);
    expect(warned).toContainEqual([expect.stringContaining('poison.json.gz'), expect.stringContaining('damaged')]);
    expect(warned).toContainEqual([expect.stringContaining('deleted.json.gz'), expect.any(String)]);
    expect(warned).toContainEqual([expect.any(String), expect.stringContaining('The message is not JSON: "hello"')]);
    expect(await cloud.messages(cloud.output('AlertDlqUrl'))).toEqual([]);
    expect(await cloud.messages(cloud.output('ScheduleDlqUrl'))).toEqual([]);
  });

  test('does nothing when it is told of the same object again, or ticks again', async () => {
    const before = [await incidents(), await subjects(), cloud.hub.findings()];
    await cloud.announce(good);
    expect(await run()).toMatchObject({ sums: { records: 0, events: 0 } });
    expect(await run()).toMatchObject({ outcome: 'idle' });
    const counted = cloud.metric('score', 'Records').reduce((sum, value) => sum + value, 0);
    expect(counted).toBe(5);
    expect([await incidents(), await subjects(), cloud.hub.findings()]).toEqual(before);
  });

  test('tells once more when the incident takes to a new tactic, in the same finding', async () => {
    const [before] = cloud.hub.findings();
    const makesKeys = stopsLogging(10, 4, {
      eventSource: 'iam.amazonaws.com',
      eventName: 'AttachUserPolicy',
      awsRegion: 'us-east-1',
      requestParameters: { userName: 'alice', policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' },
    });
    await put(GOOD.replace('aaaaaaaa', 'bbbbbbbb'), file(makesKeys));
    await run();
    expect(await incidentOf(ALICE)).toMatchObject({ version: 2 });
    expect(await subjects()).toHaveLength(2);
    const findings = cloud.hub.findings();
    expect(findings).toHaveLength(1);
    expect(Date.parse(findings[0]?.UpdatedAt as string)).toBeGreaterThan(Date.parse(before?.UpdatedAt as string));
    expect(cloud.hub.stale).toBe(0);
  });

  test('goes on while Security Hub is off, and says so once', async () => {
    cloud.hub.turn('finding');
    await put(GOOD.replace('aaaaaaaa', 'cccccccc'), file(stopsLogging(20, 3, { userIdentity: user('bob') })));
    await run();
    cloud.hub.turn(undefined);
    const { id } = await incidentOf('arn:aws:iam::111122223333:user/bob');
    expect((await subjects()).filter((subject) => subject.includes('bob'))).toHaveLength(1);
    expect(await state()).toMatchObject({ [`receipt#${id} securityhub`]: { status: 'off' }, 'channel securityhub': { status: 'off' } });
    expect(cloud.metric('alert', 'HubOff').filter((value) => value > 0)).toEqual([1]);
  });

  test('waits out a throttled hub', async () => {
    cloud.hub.throttle(2);
    await put(GOOD.replace('aaaaaaaa', 'dddddddd'), file(stopsLogging(30, 3, { userIdentity: user('carol') })));
    await run();
    const { id } = await incidentOf('arn:aws:iam::111122223333:user/carol');
    expect(cloud.hub.finding(`trailwarden/incident/${id}`)).toMatchObject({ RecordState: 'ACTIVE' });
    expect(await state()).toMatchObject({ 'channel securityhub': { status: 'ok' } });
  });

  test('sends later what could not be sent: nothing is lost while the mail service is down', async () => {
    const down = HttpAnswer.json(503, { message: 'down' }, { 'x-amzn-errortype': 'ServiceUnavailable' });
    cloud.intercept = ({ service }, when) => (service === 'ses' && when === 'before' ? down : undefined);
    await put(GOOD.replace('aaaaaaaa', 'eeeeeeee'), file(stopsLogging(40, 3, { userIdentity: user('dave') })));
    await run();
    cloud.intercept = undefined;
    const dave = 'arn:aws:iam::111122223333:user/dave';
    const { id } = await incidentOf(dave);
    expect((await subjects()).filter((subject) => subject.includes('dave'))).toEqual([]);
    expect(await incidentOf(dave)).toMatchObject({ due: 'alert', dueAt: expect.any(Number) });
    // Stream records are given up after their retries; the run's own bell stays.
    expect(await cloud.messages(cloud.output('AlertDlqUrl'))).toHaveLength(1);
    await cloud.database.call('UpdateItem', {
      TableName: cloud.output('IncidentsTableName'),
      Key: { id: { S: id } },
      UpdateExpression: 'SET dueAt = :past',
      ExpressionAttributeValues: { ':past': { N: String(Date.now() - 1000) } },
    });
    expect(await run()).toMatchObject({ rung: expect.any(Number) });
    expect((await subjects()).filter((subject) => subject.includes('dave'))).toHaveLength(1);
    expect(await incidentOf(dave)).not.toHaveProperty('due');
    expect(await state()).toMatchObject({ [`receipt#${id} email`]: { status: 'sent' } });
  });
});

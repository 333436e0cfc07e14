import { gzipSync } from 'node:zlib';
import type { LocalCloud } from '../../sandbox/cloud.ts';
import type { AwsCall } from '../../sandbox/gateway.ts';
import { IDENTITIES, type JsonObject, record } from '../factories/record.ts';
import { cloudSuite } from '../sandbox/cloud-suite.ts';
import { deployed } from './deployed.ts';

type Named = 'parse' | 'score' | 'alert';

/** The end of a function's process at one of its calls to AWS in a round: before the call takes effect, or once it has. */
interface Kill {
  readonly of: Named;
  readonly at: number;
  readonly when: 'before' | 'after';
}

cloudSuite('processes that are killed at a call to AWS', () => {
  let cloud: LocalCloud;
  let end: () => Promise<void>;
  let round = 0;
  let made = 0;

  beforeAll(async () => {
    ({ cloud, end } = await deployed());
  });

  afterAll(() => end?.());

  function call(user: string, eventName: string, minutes: number, more: JsonObject = {}): JsonObject {
    made += 1;
    return record(made, {
      eventID: `${made.toString(16).padStart(8, '0')}-2222-4222-8333-444455556666`,
      userIdentity: { ...IDENTITIES.user, userName: user, arn: `arn:aws:iam::111122223333:user/${user}`, principalId: `AIDA${user}` },
      eventTime: new Date(Date.now() - minutes * 60_000).toISOString().replace(/\.\d+Z/, 'Z'),
      eventSource: 'cloudtrail.amazonaws.com',
      eventName,
      awsRegion: 'eu-west-1',
      errorCode: undefined,
      errorMessage: undefined,
      readOnly: false,
      requestParameters: { name: 'main' },
      ...more,
    });
  }

  /** One story of one user, in two deliveries, with a process killed on the way; gives what came of it, and each function's calls. */
  async function play(kill?: Kill): Promise<{ readonly outcome: JsonObject; readonly calls: Record<Named, number> }> {
    round += 1;
    const user = `user-${round}`;
    const calls: Record<Named, number> = { parse: 0, score: 0, alert: 0 };
    let killed = kill === undefined;
    cloud.intercept = async ({ caller }: AwsCall, when) => {
      if (!Object.hasOwn(calls, caller)) return undefined;
      const name = caller as Named;
      if (when === 'before') calls[name] += 1;
      if (killed || name !== kill?.of || calls[name] !== kill.at || when !== kill.when) return undefined;
      killed = true;
      await cloud.functions.get(name)?.kill();
      throw new Error('The process is gone.');
    };
    const before = await counted();
    const stop = call(user, 'StopLogging', 9);
    await deliver(`${user}-1`, [stop, call(user, 'ListTrails', 8), call(user, 'GetTrail', 7)]);
    await deliver(`${user}-2`, [
      stop,
      call(user, 'DeleteTrail', 6),
      call(user, 'CreateAccessKey', 5, { eventSource: 'iam.amazonaws.com' }),
      { broken: true },
    ]);
    cloud.intercept = undefined;
    expect([kill, killed]).toEqual([kill, true]);
    return { outcome: await outcomeOf(user, before), calls };
  }

  async function deliver(name: string, records: readonly unknown[]): Promise<void> {
    const key = `AWSLogs/111122223333/CloudTrail/eu-west-1/2026/09/01/${name}.json.gz`;
    await cloud.put(cloud.output('TrailBucketName'), key, gzipSync(JSON.stringify({ Records: records })));
    await cloud.settle();
    const run = await cloud.tick();
    if (!run.ok) {
      await cloud.settle();
      await forgetLease();
      expect(await cloud.tick()).toMatchObject({ ok: true });
    }
    await cloud.settle();
  }

  /** As if the minutes had passed after which a lease that was not given back is over. */
  async function forgetLease(): Promise<void> {
    await cloud.database.call('UpdateItem', {
      TableName: cloud.output('StateTableName'),
      Key: { pk: { S: 'ledger' }, sk: { S: 'ledger' } },
      UpdateExpression: 'SET leaseUntil = :past',
      ExpressionAttributeValues: { ':past': { N: '0' } },
    });
  }

  async function counted(): Promise<Record<string, number>> {
    const days = (await cloud.database.items(cloud.output('StateTableName'))).filter(({ pk }) => pk === 'rollup#day');
    const sum: Record<string, number> = { records: 0, events: 0, duplicates: 0, files: 0, signals: 0, late: 0 };
    for (const { counts, signals, late } of days as { counts: Record<string, number>; signals: number; late: number }[]) {
      for (const key of ['records', 'events', 'duplicates', 'files']) sum[key] = (sum[key] as number) + (counts[key] as number);
      sum.signals = (sum.signals as number) + signals;
      sum.late = (sum.late as number) + late;
    }
    return sum;
  }

  /** What came of a round, without the numbers and times of its runs and with the user's name left out. */
  async function outcomeOf(user: string, before: Record<string, number>): Promise<JsonObject> {
    const after = await counted();
    const items = (await cloud.database.items(cloud.output('IncidentsTableName'))).filter(({ principal }) =>
      String(principal).endsWith(`/${user}`),
    );
    expect(items).toHaveLength(1);
    const {
      id,
      versionAt: _at,
      run: _run,
      expires: _expires,
      opened: _opened,
      updated: _updated,
      signalIds,
      detections,
      top,
      ...rest
    } = items[0] as JsonObject;
    const state = await cloud.database.items(cloud.output('StateTableName'));
    const receipts = state
      .filter(({ pk }) => pk === `receipt#${id}`)
      .map(({ sk, version, status, level }) => ({ sk, version, status, level }));
    const finding = cloud.hub.findings().filter(({ Id }) => Id === `trailwarden/incident/${id}`);
    const mails = (await cloud.mails()).filter(({ subject }) => subject.includes(`${user} `) || subject.endsWith(user));
    const { planned, applied } = state.find(({ pk }) => pk === 'ledger') as { planned: number; applied: number };
    const pending = await cloud.storage.keys(cloud.output('BatchBucketName'), 'pending/');
    const nameless = (value: unknown) => JSON.parse(JSON.stringify(value).replaceAll(user, 'user')) as unknown;
    return {
      incident: nameless(rest),
      signals: (signalIds as string[]).length,
      detections: (detections as JsonObject[]).map(({ detector, count, action }) => [detector, count, action]),
      top: (top as JsonObject).title,
      receipts,
      finding: finding.map(({ Severity, RecordState, Title }) => nameless([Severity, RecordState, Title])),
      // At least once: a process that ends between sending and writing the receipt sends again.
      mailed: [...new Set(mails.map(({ subject }) => nameless(subject)))],
      counts: Object.fromEntries(Object.entries(after).map(([key, n]) => [key, n - (before[key] as number)])),
      ledger: planned === applied,
      pending,
      dead: await cloud.messages(cloud.output('IngestDlqUrl')),
    };
  }

  test('changes nothing of what comes out', async () => {
    const { outcome: expected, calls } = await play();
    expect(expected).toMatchObject({
      counts: { records: 7, events: 5, duplicates: 1, files: 2, late: 0 },
      receipts: [
        { sk: 'email', version: 2, status: 'sent' },
        { sk: 'securityhub', version: 2, status: 'sent' },
      ],
      mailed: [expect.any(String), expect.any(String)],
      ledger: true,
      pending: [],
      dead: [],
    });
    const kills = (Object.keys(calls) as Named[]).flatMap((of) =>
      Array.from({ length: calls[of] * 2 }, (_, i): Kill => ({ of, at: 1 + (i >> 1), when: i % 2 === 0 ? 'before' : 'after' })),
    );
    expect(kills.length).toBeGreaterThan(80);
    const chosen = process.env.CI === 'true' ? kills : kills.filter((_, i) => i % 6 === 0);
    for (const kill of chosen) expect([kill, (await play(kill)).outcome]).toEqual([kill, expected]);
    expect(cloud.hub.failed).toEqual([]);
  }, 900_000);
});

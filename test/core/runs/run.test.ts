import { QUIET } from '../../../core/incidents/grouping.ts';
import type { BackfillSummaryItem } from '../../../core/incidents/item.ts';
import { LATENESS } from '../../../core/lateness.ts';
import { loadRules } from '../../../core/rules/load.ts';
import { runOnce } from '../../../core/runs/run.ts';
import { record } from '../../factories/record.ts';
import { ruleOn } from '../scoring/scored.ts';
import { batchOf, type Delivery, engineOf, World } from './world.ts';

const START = Date.UTC(2026, 8, 1, 10);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const HIGH = ruleOn('Trail stopped', { eventName: 'StopLogging' }, { tags: ['attack.defense-evasion'] });
const LOW = ruleOn('Buckets listed', { eventName: 'ListBuckets' }, { level: 'low', tags: ['attack.discovery'] });
const NOTHING = ruleOn('Seen', { eventName: 'GetObject' }, { level: 'informational' });
const { rules } = loadRules([HIGH, LOW, NOTHING].map((text, i) => ({ file: `rule-${i}.yml`, text })));
const ENGINE = engineOf(rules);

let next = 0;
/** Alice's call so many minutes after the start. */
function call(minute: number, eventName: string, more = {}) {
  next += 3;
  return record(next, { eventTime: new Date(START + minute * MINUTE).toISOString(), eventName, errorCode: undefined, ...more });
}

function file(minute: number, records: readonly unknown[], more: Partial<Delivery> = {}): Delivery {
  next += 3;
  return {
    key: `file-${next}.json`,
    bytes: Buffer.from(JSON.stringify({ Records: records })),
    delivered: START + minute * MINUTE,
    ...more,
  };
}

/** A world in which a first run has made it live. */
async function live(): Promise<World> {
  const world = new World();
  world.deliver([file(0, [call(-1, 'Quiet')])]);
  await world.run(ENGINE, START);
  return world;
}

const at = (minute: number) => START + minute * MINUTE;
const shown = (world: World) =>
  world
    .incidentItems()
    .sort((a, b) => a.opened - b.opened)
    .map(({ level, status, signals, version }) => [level, status, signals, version]);

describe('the watermark', () => {
  test('a high event opens its incident on arrival, a low one waits for the watermark', async () => {
    const world = await live();
    world.deliver([file(6, [call(5, 'ListBuckets')])]);
    await world.run(ENGINE, at(7));
    expect(shown(world)).toEqual([]);
    world.deliver([file(8, [call(6, 'StopLogging')])]);
    await world.run(ENGINE, at(9));
    expect(shown(world)).toEqual([['high', 'open', 2, 1]]);
    await world.run(ENGINE, at(30));
    expect(shown(world)).toEqual([['high', 'open', 2, 1]]);
  });

  test('what was shown early does not shrink while its signals wait', async () => {
    const world = await live();
    world.deliver([file(6, [call(1, 'StopLogging'), call(9, 'ListBuckets')])]);
    await world.run(ENGINE, at(10));
    expect(shown(world)).toEqual([['high', 'open', 2, 1]]);
    world.deliver([file(18, [call(17, 'Quiet')])]);
    // The high event is behind the watermark now, the low one waits still.
    await world.run(ENGINE, at(18));
    expect(shown(world)).toEqual([['high', 'open', 2, 1]]);
  });

  test('the order of arrival within 15 minutes does not matter', async () => {
    const calls = [call(1, 'StopLogging'), call(3, 'ListBuckets', { awsRegion: 'eu-west-1' }), call(9, 'ListBuckets')];
    const outcomes: unknown[] = [];
    for (const order of [
      [0, 1, 2],
      [2, 1, 0],
      [1, 2, 0],
    ]) {
      const world = await live();
      for (const [i, n] of order.entries()) {
        world.deliver([file(10 + i, [calls[n]])]);
        await world.run(ENGINE, at(10 + i));
      }
      await world.run(ENGINE, at(40));
      outcomes.push(world.incidentItems().map(({ version: _v, versionAt: _a, run: _r, ...rest }) => rest));
    }
    expect(outcomes[1]).toEqual(outcomes[0]);
    expect(outcomes[2]).toEqual(outcomes[0]);
  });

  test('a later event meets the rules, is counted as late, and joins the open incident', async () => {
    const world = await live();
    world.deliver([file(60, [call(59, 'StopLogging')])]);
    await world.run(ENGINE, at(90));
    world.deliver([file(91, [call(30, 'ListBuckets')])]);
    const { sums } = await world.run(ENGINE, at(91));
    expect(sums).toMatchObject({ late: 1, signals: 1 });
    expect(shown(world)).toEqual([['high', 'open', 2, 2]]);
    expect(world.incidentItems()[0]?.opened).toBe(at(30));
    expect(world.counts().late).toBe(1);
  });

  test('a later event far from the open incident is one of its own, over at once', async () => {
    const world = await live();
    world.deliver([file(4 * 24 * 60, [call(4 * 24 * 60, 'StopLogging')])]);
    await world.run(ENGINE, at(4 * 24 * 60 + 30));
    world.deliver([file(4 * 24 * 60 + 31, [call(10, 'StopLogging')])]);
    await world.run(ENGINE, at(4 * 24 * 60 + 31));
    expect(shown(world)).toEqual([
      ['high', 'resolved', 1, 1],
      ['high', 'open', 1, 1],
    ]);
    expect(new Set(world.items().map(({ id }) => id)).size).toBe(2);
  });

  test('stays behind batches that are left for the next run: a backlog makes nothing late', async () => {
    const world = await live();
    for (const minute of [5, 65, 125]) world.deliver([file(minute, [call(minute - 1, 'StopLogging')])]);
    world.left = 1000;
    const remaining = world.ports.remaining;
    let asked = 0;
    Object.assign(world.ports, { remaining: () => (asked++ === 0 ? 1000 : 0) });
    const first = await world.run(ENGINE, at(300));
    expect(first).toMatchObject({ left: 2, sums: { records: 1 } });
    Object.assign(world.ports, { remaining });
    const second = await world.run(ENGINE, at(305));
    expect(second).toMatchObject({ left: 0, sums: { records: 2, late: 0 } });
    expect(shown(world)).toEqual([['high', 'open', 3, expect.any(Number)]]);
  });

  test('a record from the future waits and moves nothing', async () => {
    const world = await live();
    world.deliver([file(5, [call(24 * 60, 'StopLogging'), call(4, 'ListBuckets')])]);
    await world.run(ENGINE, at(6));
    expect(shown(world)).toEqual([]);
    expect(world.ledger.watermark).toBe(at(6) - LATENESS);
    await world.run(ENGINE, at(24 * 60 + 30));
    expect(shown(world)).toEqual([['high', 'open', 2, 1]]);
  });
});

describe('quiet', () => {
  test.each([
    ['24 h are one incident', QUIET, 1],
    ['a second more are two', QUIET + 1000, 2],
    ['and so they are far beyond', 3 * QUIET, 2],
  ])('%s', async (_name, gap, incidents) => {
    const world = await live();
    world.deliver([file(1, [call(0, 'StopLogging')])]);
    await world.run(ENGINE, at(2));
    const then = START + gap;
    world.deliver([{ ...file(0, [call(gap / MINUTE, 'StopLogging')]), delivered: then + MINUTE }]);
    await world.run(ENGINE, then + 2 * MINUTE);
    await world.run(ENGINE, then + LATENESS + MINUTE);
    expect(world.incidents.size).toBe(incidents);
    await world.run(ENGINE, then + QUIET + LATENESS + MINUTE);
    expect(new Set(world.incidentItems().map(({ status }) => status))).toEqual(new Set(['resolved']));
    expect(world.incidents.size).toBe(incidents);
  });

  test('between 24 h and 24 h 15 min an event that bridges the gap may still come: the incident waits for it', async () => {
    const world = await live();
    world.deliver([file(1, [call(0, 'StopLogging')])]);
    await world.run(ENGINE, at(30));
    const day = 24 * 60;
    world.deliver([file(day + 6, [call(day + 5, 'StopLogging')])]);
    await world.run(ENGINE, at(day + 7));
    expect(shown(world)).toEqual([['high', 'open', 1, 1]]);
    world.deliver([file(day + 8, [call(day - 1, 'ListBuckets')])]);
    await world.run(ENGINE, at(day + 9));
    await world.run(ENGINE, at(day + 60));
    expect(shown(world)).toEqual([['high', 'open', 3, 2]]);
  });
});

describe('versions', () => {
  test('grow with news, not with repetition', async () => {
    const world = await live();
    const versions: number[] = [];
    for (const [minute, name] of [
      [1, 'StopLogging'],
      [20, 'StopLogging'],
      [40, 'ListBuckets'],
      [60, 'StopLogging'],
    ] as const) {
      world.deliver([file(minute, [call(minute, name)])]);
      await world.run(ENGINE, at(minute + 16));
      versions.push(world.incidentItems()[0]?.version as number);
    }
    // The repetition raised the count, and the risk a little; the new tactic is news, and so is the level that it makes.
    expect(versions).toEqual([1, 1, 2, 2]);
    expect(world.incidentItems()[0]).toMatchObject({ signals: 4, guidance: [{ title: 'Trail stopped' }, { title: 'Buckets listed' }] });
  });

  test('signals that weigh nothing make no incident', async () => {
    const world = await live();
    world.deliver([file(1, [call(1, 'GetObject')])]);
    await world.run(ENGINE, at(30));
    await world.run(ENGINE, at(3 * 24 * 60));
    expect(world.items()).toEqual([]);
    expect(world.signals()).toHaveLength(1);
  });
});

describe('delivery', () => {
  test('a section that comes twice, in one run or in another, counts once', async () => {
    const world = await live();
    const one = file(1, [call(1, 'StopLogging')]);
    world.deliver([one]);
    world.deliver([one]);
    await world.run(ENGINE, at(2));
    world.deliver([one]);
    const { sums } = await world.run(ENGINE, at(3));
    expect(sums).toMatchObject({ skipped: 1, records: 0, duplicates: 0 });
    expect(world.counts()).toMatchObject({ records: 2, events: 2, duplicates: 0, files: 2 });
  });

  test('the same record in another object is a duplicate; the same key anew is another object', async () => {
    const world = await live();
    const shared = call(1, 'StopLogging');
    world.deliver([file(1, [shared]), file(2, [shared, call(2, 'ListBuckets')], { key: 'x' })]);
    await world.run(ENGINE, at(3));
    world.deliver([file(3, [shared, call(3, 'ListBuckets')], { key: 'x', id: 'v2' })]);
    await world.run(ENGINE, at(4));
    expect(world.counts()).toMatchObject({ records: 6, events: 4, duplicates: 2 });
  });

  test('another account’s copy waits for the caller’s own, and counts once the watermark has passed it', async () => {
    const outside = {
      sharedEventID: '99999999-1111-4222-8333-444455556666',
      userIdentity: { type: 'AWSAccount', accountId: '111122223333', principalId: 'AIDAEXAMPLE' },
      recipientAccountId: '444455556666',
    };
    const world = await live();
    world.deliver([file(1, [call(1, 'StopLogging', outside)])]);
    await world.run(ENGINE, at(2));
    expect(world.signals()).toEqual([]);
    const { sharedEventID } = outside;
    world.deliver([file(3, [call(1, 'StopLogging', { sharedEventID })])]);
    await world.run(ENGINE, at(4));
    await world.run(ENGINE, at(40));
    expect(world.signals().map(({ account }) => account)).toEqual(['111122223333']);
    expect(world.counts()).toMatchObject({ records: 3, events: 2, duplicates: 1 });

    world.deliver([file(50, [call(50, 'StopLogging', { ...outside, sharedEventID: '88888888-1111-4222-8333-444455556666' })])]);
    await world.run(ENGINE, at(51));
    expect(world.signals()).toHaveLength(1);
    await world.run(ENGINE, at(70));
    expect(
      world
        .signals()
        .map(({ account }) => account)
        .sort(),
    ).toEqual(['111122223333', '444455556666']);
    expect(world.counts()).toMatchObject({ records: 4, events: 3, duplicates: 1 });
  });

  test('a damaged batch harms no neighbour, is kept aside, and does not come again', async () => {
    const world = await live();
    world.deliver([file(1, [call(1, 'StopLogging')])]);
    const sound = batchOf([file(2, [call(2, 'StopLogging')])]);
    world.objects.set('pending/20260901T1000Z-a.batch', sound.subarray(0, sound.length - 30));
    const damaged = Buffer.from(sound);
    damaged.fill(0, 20, 60);
    world.objects.set('pending/20260901T1000Z-b.batch', damaged);
    const report = await world.run(ENGINE, at(3));
    expect(report.broken).toHaveLength(2);
    expect(report.sums).toMatchObject({ records: 1 });
    const keys = [...world.objects.keys()];
    expect(keys.filter((key) => key.startsWith('pending/'))).toEqual([]);
    expect(keys.filter((key) => key.startsWith('runs/broken/')).sort()).toEqual([
      'runs/broken/20260901T1000Z-a.batch',
      'runs/broken/20260901T1000Z-b.batch',
    ]);
  });

  test('roll-ups reconcile by day', async () => {
    const world = await live();
    world.deliver([file(1, [call(1, 'StopLogging'), call(-11 * 60, 'ListBuckets'), { nothing: true }])]);
    await world.run(ENGINE, at(2));
    const days = Object.fromEntries([...world.rollups].flatMap(([key, { put }]) => (put.kind === 'day' ? [[key, put.sums]] : [])));
    expect(days['2026-09-01']).toMatchObject({ counts: { records: 4, events: 3 }, levels: [1, 0, 0, 1, 0], signals: 1 });
    expect(days['2026-08-31']).toMatchObject({ counts: { records: 0 }, levels: [0, 1, 0, 0, 0], signals: 1 });
  });
});

describe('the lease', () => {
  test('another run is told that it is taken, and does nothing', async () => {
    const world = await live();
    world.lease = { owner: 'other', until: at(5) };
    world.deliver([file(1, [call(1, 'StopLogging')])]);
    expect(await world.run(ENGINE, at(2))).toMatchObject({ outcome: 'busy' });
    expect(world.items()).toEqual([]);
    expect(await world.run(ENGINE, at(6))).toMatchObject({ outcome: 'committed', incidents: 1 });
  });

  test('is given back after a failure, which the ledger tells of until a run succeeds', async () => {
    const world = await live();
    world.deliver([file(1, [call(1, 'StopLogging')])]);
    const { writeObject } = world.ports;
    Object.assign(world.ports, { writeObject: () => Promise.reject(new Error('SlowDown: reduce your request rate')) });
    await expect(world.run(ENGINE, at(2))).rejects.toThrow('SlowDown');
    expect([world.lease, world.failure]).toEqual([null, 'Error: SlowDown: reduce your request rate']);
    Object.assign(world.ports, { writeObject });
    expect(await world.run(ENGINE, at(3))).toMatchObject({ outcome: 'committed' });
    expect(world.failure).toBeNull();
  });

  test('nothing to do is no run', async () => {
    const world = await live();
    await world.run(ENGINE, at(5));
    const { planned } = world.ledger;
    const objects = world.objects.size;
    expect(await world.run(ENGINE, at(10))).toMatchObject({ outcome: 'idle', run: planned });
    expect(world.objects.size).toBe(objects);
  });
});

describe('a backfill', () => {
  const DAY = 24 * 60;
  /** So many files of one call an hour, delivered ten minutes later. */
  const history = (days: number, id: string, of = days * 24) =>
    Array.from({ length: days * 24 }, (_, hour) =>
      file(hour * 60 + 10, [call(hour * 60, hour % (3 * 24) === 5 ? 'StopLogging' : 'Quiet')], { backfill: { id, of } }),
    );
  const summaries = (world: World) => world.items().filter((item): item is BackfillSummaryItem => item.kind === 'backfill-summary');

  test('before the stack goes live warms the memory in event time, and is told once', async () => {
    const world = new World();
    const now = START + 30 * DAY * MINUTE;
    const files = history(6, 'one');
    for (let i = 0; i < files.length; i += 12) {
      world.deliver(files.slice(i, i + 12));
      await world.run(ENGINE, now + i * 1000);
    }
    expect(world.ledger).toMatchObject({ live: false, watermark: files.at(-1)?.delivered });
    expect(world.counts()).toMatchObject({ records: 144, events: 144, late: 0 });
    expect(world.incidentItems().map(({ backfill, status }) => [backfill, status])).toEqual([
      [true, 'resolved'],
      [true, 'resolved'],
    ]);
    expect(summaries(world)).toMatchObject([{ id: 'backfill#one', objects: 144, records: 144, incidentCount: 2, version: 1 }]);
    // Only the hour in hand waits for its end.
    expect(world.ledger.due).toBeGreaterThan(world.ledger.watermark);

    world.deliver([{ ...file(0, [call(30 * DAY, 'StopLogging')]), delivered: now }]);
    await world.run(ENGINE, now + HOUR);
    expect(world.ledger.live).toBe(true);
    expect(world.incidentItems().filter(({ backfill }) => !backfill)).toMatchObject([{ level: 'high' }]);
  });

  test('is waited for where the deployment says so: then it warms the memory though live events come meanwhile', async () => {
    const world = new World();
    const engine = { ...ENGINE, waitForBackfill: true };
    const files = history(4, 'one');
    const now = START + 10 * DAY * MINUTE;
    world.deliver([{ ...file(0, [call(10 * DAY - 5, 'StopLogging')]), delivered: now }]);
    await world.run(engine, now);
    world.deliver(files.slice(0, 48));
    await world.run(engine, now + MINUTE);
    expect(world.ledger.live).toBe(false);
    world.deliver(files.slice(48));
    await world.run(engine, now + 2 * MINUTE);
    expect(world.ledger.live).toBe(true);
    await world.run(engine, now + 20 * MINUTE);
    expect(world.counts().late).toBe(0);
    expect(
      world
        .incidentItems()
        .map(({ backfill, status }) => [backfill, status])
        .sort(),
    ).toEqual([
      [false, 'open'],
      [true, 'resolved'],
      [true, 'resolved'],
    ]);
  });

  test('of which batches are left does not hold up the live ones', async () => {
    const world = await live();
    world.deliver([file(100, [call(99, 'StopLogging')])]);
    world.objects.set('pending/backfill-20260801T0000Z-1.batch', batchOf(history(1, 'old')));
    let asked = 0;
    Object.assign(world.ports, { remaining: () => (asked++ === 0 ? 1000 : 0) });
    expect(await world.run(ENGINE, at(101))).toMatchObject({ left: 1, sums: { records: 1 } });
    expect(world.ledger.watermark).toBe(at(101) - LATENESS);
  });

  test('on a live stack is late: it meets the rules, joins nothing else, and is told once', async () => {
    const world = new World();
    world.deliver([file(20 * DAY, [call(20 * DAY, 'Quiet')])]);
    await world.run(ENGINE, at(20 * DAY + 30));
    world.deliver(history(3, 'two'));
    const { sums } = await world.run(ENGINE, at(20 * DAY + 60));
    expect(sums).toMatchObject({ late: 72, signals: 1 });
    expect(summaries(world)).toMatchObject([{ objects: 72, incidentCount: 1, incidents: [{ level: 'high' }] }]);
  });

  test('may be repeated: nothing counts twice, and the summary says that it was read', async () => {
    const world = new World();
    const files = history(2, 'one');
    world.deliver(files);
    await world.run(ENGINE, at(30 * DAY));
    const before = world.counts();
    world.deliver(files.map((one) => ({ ...one, backfill: { id: 'again', of: 48 } })));
    await world.run(ENGINE, at(30 * DAY + 10));
    expect(world.counts()).toEqual(before);
    expect(summaries(world).map(({ id, objects }) => [id, objects])).toEqual([
      ['backfill#one', 48],
      ['backfill#again', 48],
    ]);
  });

  test('whose objects do not all come is told after six hours', async () => {
    const world = await live();
    world.deliver(history(1, 'part', 30));
    await world.run(ENGINE, at(DAY + 60));
    expect(summaries(world)).toEqual([]);
    await world.run(ENGINE, at(DAY + 60 + 5 * 60));
    expect(summaries(world)).toEqual([]);
    await world.run(ENGINE, at(DAY + 60 + 7 * 60));
    expect(summaries(world)).toMatchObject([{ objects: 24 }]);
  });
});

test('hostile names of principals and detectors leave the memory whole', async () => {
  const world = await live();
  const names = ['__proto__', 'constructor', 'toString', '', '\u0000', 'x'.repeat(5000)];
  world.deliver([
    file(
      1,
      names.map((name, i) =>
        call(1 + i, 'StopLogging', { userIdentity: { type: 'IAMUser', arn: name, accountId: name, userName: name }, awsRegion: name }),
      ),
    ),
  ]);
  await world.run(ENGINE, at(30));
  await world.run(ENGINE, at(3 * 24 * 60));
  expect(world.incidentItems().every(({ status }) => status === 'resolved')).toBe(true);
  expect(world.incidentItems().reduce((sum, { signals }) => sum + signals, 0)).toBe(names.length);
  for (const item of world.items()) expect(JSON.stringify(item).length).toBeLessThan(64 * 1024);
});

test('two runs at once: one works, the other is told so', async () => {
  const world = await live();
  world.deliver([file(1, [call(1, 'StopLogging')])]);
  world.now = at(2);
  const [one, other] = await Promise.all([runOnce(world.ports, ENGINE, 'one'), runOnce(world.ports, ENGINE, 'other')]);
  expect([one.outcome, other.outcome].sort()).toEqual(['busy', 'committed']);
  expect(shown(world)).toEqual([['high', 'open', 1, 1]]);
});

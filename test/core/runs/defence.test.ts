import { LATENESS } from '../../../core/lateness.ts';
import { loadRules } from '../../../core/rules/load.ts';
import { MOST_TRIES } from '../../../core/runs/budget.ts';
import { ITEM_BYTES } from '../../../core/runs/item.ts';
import { shardOf } from '../../../core/state/principals.ts';
import { record } from '../../factories/record.ts';
import { ruleOn } from '../scoring/scored.ts';
import { batchOf, type Delivery, engineOf, World } from './world.ts';

const START = Date.UTC(2026, 8, 1, 10);
const MINUTE = 60_000;
const DAY = 24 * 60;
const HIGH = ruleOn('Trail stopped', { eventName: 'StopLogging' }, { tags: ['attack.defense-evasion'] });
const LOW = ruleOn('Buckets listed', { eventName: 'ListBuckets' }, { level: 'low', tags: ['attack.discovery'] });
const { rules } = loadRules([HIGH, LOW].map((text, i) => ({ file: `rule-${i}.yml`, text })));
const ENGINE = engineOf(rules);
const at = (minute: number) => START + minute * MINUTE;

let next = 0;
function call(minute: number, eventName: string, more = {}) {
  next += 3;
  return record(next, { eventTime: new Date(at(minute)).toISOString(), eventName, errorCode: undefined, ...more });
}

function file(minute: number, records: readonly unknown[], more: Partial<Delivery> = {}): Delivery {
  next += 3;
  return { key: `file-${next}.json`, bytes: Buffer.from(JSON.stringify({ Records: records })), delivered: at(minute), ...more };
}

async function live(): Promise<World> {
  const world = new World();
  world.deliver([file(0, [call(-1, 'Quiet')])]);
  await world.run(ENGINE, START);
  return world;
}

const pending = (world: World) => [...world.objects.keys()].filter((key) => key.startsWith('pending/'));

describe('what an attacker writes fits into the tables', () => {
  const long = (seed: string, length: number) => seed.repeat(Math.ceil(length / seed.length)).slice(0, length);

  test.each<[string, () => unknown[]]>([
    ['a region of a megabyte', () => [call(1, 'StopLogging', { awsRegion: long('r', 1_000_000) })]],
    [
      'sixty of everything, each of eight kilobytes',
      () =>
        Array.from({ length: 60 }, (_, i) =>
          call(1 + i / 60, 'StopLogging', {
            awsRegion: long(`region-${i}-ü`, 8000),
            sourceIPAddress: long(`address-${i}-日本`, 8000),
            recipientAccountId: long(`account-${i}`, 8000),
            eventSource: 'cloudtrail.amazonaws.com',
          }),
        ),
    ],
    ['a principal of half a megabyte', () => [call(1, 'StopLogging', { userIdentity: { type: 'IAMUser', arn: long('arn:', 500_000) } })]],
    ['regions without number', () => Array.from({ length: 500 }, (_, i) => call(1, 'StopLogging', { awsRegion: `r-${i}` }))],
  ])('%s', async (_name, records) => {
    const world = await live();
    const made = records();
    world.deliver([file(2, made)]);
    expect(await world.run(ENGINE, at(3))).toMatchObject({ outcome: 'committed', refused: [], sums: { records: made.length } });
    await world.run(ENGINE, at(40));
    expect(world.incidents.size).toBeGreaterThan(0);
    for (const item of world.items()) expect(Buffer.byteLength(JSON.stringify(item))).toBeLessThanOrEqual(ITEM_BYTES);
    for (const item of world.incidentItems()) expect(item.reasons.reduce((sum, { points }) => sum + points, 0)).toBe(item.risk);
  });

  test('names of principals without number share a place once there are too many', async () => {
    const world = await live();
    const names = Array.from({ length: 90_000 }, (_, i) => `user-${i}`).filter((name) => shardOf(name) === 3);
    const calls = names.map((name) => call(1, 'StopLogging', { userIdentity: { type: 'IAMUser', arn: name, userName: name } }));
    world.deliver([file(2, calls)]);
    await world.run(ENGINE, at(3));
    await world.run(ENGINE, at(30));
    expect(names.length).toBeGreaterThan(5500);
    expect(world.incidents.size).toBe(5001);
    expect(world.incidentItems().reduce((sum, { signals }) => sum + signals, 0)).toBe(names.length);
  });
});

test('a put that a table refuses for good is told of, and stands in nobody’s way', async () => {
  const world = await live();
  world.deliver([file(1, [call(1, 'StopLogging')])]);
  const { putIncident } = world.ports;
  Object.assign(world.ports, { putIncident: async () => 'incident x: Item size has exceeded the maximum allowed size' });
  expect(await world.run(ENGINE, at(2))).toMatchObject({ outcome: 'committed', refused: [expect.stringContaining('exceeded')] });
  Object.assign(world.ports, { putIncident });
  world.deliver([file(3, [call(3, 'ListBuckets')])]);
  expect(await world.run(ENGINE, at(20))).toMatchObject({ outcome: 'committed', refused: [] });
  expect(world.ledger.applied).toBe(world.ledger.planned);
});

describe('input that ends runs', () => {
  /** A run whose process is gone while it reads a batch: it gives nothing back. */
  async function killedBy(world: World, poison: string, now: number): Promise<void> {
    const { readObject, dropLease } = world.ports;
    const gone = new Error('out of memory');
    Object.assign(world.ports, {
      readObject: async (key: string) => {
        if (key === poison) throw gone;
        return readObject(key);
      },
      dropLease: async () => {},
    });
    await world.run(ENGINE, now).catch((error: unknown) => expect(error).toBe(gone));
    Object.assign(world.ports, { readObject, dropLease });
    world.lease = null;
  }

  test('is taken in smaller and smaller portions, and set aside at last; what is sound goes on', async () => {
    const world = await live();
    world.deliver([file(1, [call(1, 'StopLogging')])]);
    const [poison] = pending(world) as [string];
    for (let i = 0; i < 12; i += 1) world.deliver([file(2 + i, [call(2 + i, 'ListBuckets')])]);
    let now = at(20);
    let runs = 0;
    for (; pending(world).includes(poison) && runs < 30; runs += 1) {
      now += 5 * MINUTE;
      const aside = world.ledger.tries >= MOST_TRIES;
      if (aside) await world.run(ENGINE, now);
      else await killedBy(world, poison, now);
    }
    expect(runs).toBe(MOST_TRIES + 1);
    expect([...world.objects.keys()]).toContain(poison.replace('pending/', 'runs/broken/'));
    await world.run(ENGINE, now + 5 * MINUTE);
    expect(pending(world)).toEqual([]);
    expect(world.counts().records).toBe(13);
    expect(world.ledger.tries).toBe(0);
  });

  test('an outage of AWS is not to blame on the input', async () => {
    const world = await live();
    world.deliver([file(1, [call(1, 'StopLogging')])]);
    const { writeObject } = world.ports;
    Object.assign(world.ports, { writeObject: () => Promise.reject(new Error('ServiceUnavailable')) });
    for (let i = 0; i < 3 * MOST_TRIES; i += 1) await expect(world.run(ENGINE, at(2 + i))).rejects.toThrow('ServiceUnavailable');
    Object.assign(world.ports, { writeObject });
    expect(await world.run(ENGINE, at(100))).toMatchObject({ outcome: 'committed', broken: [], sums: { records: 1 } });
  });

  test('a batch that a newer Trailwarden wrote waits for it', async () => {
    const world = await live();
    const newer = Buffer.from(batchOf([file(1, [call(1, 'StopLogging')])]));
    newer[newer.length - 1] = 9;
    world.objects.set('pending/20260901T1001Z-newer.batch', newer);
    world.deliver([file(2, [call(2, 'StopLogging')])]);
    expect(await world.run(ENGINE, at(3))).toMatchObject({ broken: [], left: 1, sums: { records: 1 } });
    expect(await world.run(ENGINE, at(8))).toMatchObject({ outcome: 'idle' });
    expect(pending(world)).toEqual(['pending/20260901T1001Z-newer.batch']);
  });
});

describe('a long history', () => {
  test('of a quiet account is taken a bounded number of hours at a time', async () => {
    const world = new World();
    const hours = 2500;
    for (let hour = 0; hour < hours; hour += 10) {
      const files = Array.from({ length: 10 }, (_, i) =>
        file((hour + i) * 60 + 5, [call((hour + i) * 60, 'Quiet')], { backfill: { id: 'one', of: hours } }),
      );
      world.deliver(files);
    }
    const first = await world.run(ENGINE, at(hours * 60 + DAY));
    expect(first.sums?.records).toBeLessThan(1100);
    for (let i = 1; i < 4; i += 1) await world.run(ENGINE, at(hours * 60 + DAY + i));
    expect(world.counts()).toMatchObject({ records: hours, late: 0 });
    expect(pending(world)).toEqual([]);
  });

  test('a thousand batches and more that wait make nothing late', async () => {
    const world = await live();
    for (let minute = 1; minute <= 1300; minute += 1) world.deliver([file(minute, [call(minute - 0.5, 'ListBuckets')])]);
    let now = at(1400);
    for (; pending(world).length > 0; now += 5 * MINUTE) await world.run(ENGINE, now);
    expect(world.counts()).toMatchObject({ records: 1301, late: 0 });
  });

  test('sums of a day are not lost when one of its events comes after months', async () => {
    const world = await live();
    world.deliver([file(5, [call(1, 'ListBuckets'), call(2, 'ListBuckets')])]);
    await world.run(ENGINE, at(10));
    for (const day of [40, 80]) {
      world.deliver([file(day * DAY, [call(day * DAY - 5, 'Quiet')])]);
      await world.run(ENGINE, at(day * DAY + 1));
    }
    world.deliver([file(80 * DAY + 5, [call(3, 'ListBuckets')])]);
    await world.run(ENGINE, at(80 * DAY + 10));
    expect(world.rollups.get('2026-09-01')?.put.sums).toMatchObject({ levels: [1, 3, 0, 0, 0], signals: 3 });
  });
});

describe('late events take nobody’s name', () => {
  test('a late one, while an incident is shown early, is one of its own', async () => {
    const world = await live();
    world.deliver([file(5 * DAY, [call(5 * DAY - 1, 'StopLogging')])]);
    await world.run(ENGINE, at(5 * DAY));
    const [early] = world.incidentItems();
    world.deliver([file(5 * DAY + 1, [call(10, 'StopLogging')])]);
    await world.run(ENGINE, at(5 * DAY + 1));
    await world.run(ENGINE, at(5 * DAY + 60));
    const items = world.incidentItems();
    expect(items).toHaveLength(2);
    expect(items.find(({ id }) => id === early?.id)).toMatchObject({ status: 'open', opened: at(5 * DAY - 1), signals: 1 });
    expect(items.find(({ id }) => id !== early?.id)).toMatchObject({ status: 'resolved', opened: at(10), signals: 1 });
  });

  test('what a backfill brings joins no live incident', async () => {
    const world = await live();
    world.deliver([file(DAY, [call(DAY - 1, 'StopLogging')])]);
    await world.run(ENGINE, at(DAY + 30));
    const [before] = world.incidentItems();
    world.deliver([file(DAY - 60, [call(DAY - 70, 'StopLogging')], { backfill: { id: 'one', of: 1 } })]);
    await world.run(ENGINE, at(DAY + 40));
    expect(world.incidentItems().find(({ id }) => id === before?.id)).toEqual(before);
    expect(world.incidentItems().filter(({ backfill }) => backfill)).toMatchObject([{ status: 'resolved', level: 'high' }]);
  });
});

test('of the copies that other accounts have of an event the same one counts, in whatever order they come', async () => {
  const outcomes: unknown[] = [];
  const copy = (n: number, account: string) => ({
    ...record(n, { eventName: 'StopLogging', errorCode: undefined, eventTime: new Date(at(1)).toISOString() }),
    sharedEventID: '99999999-1111-4222-8333-444455556666',
    userIdentity: { type: 'AWSAccount', accountId: '111122223333', principalId: 'AIDAEXAMPLE' },
    recipientAccountId: account,
  });
  const copies = [copy(91, '222233334444'), copy(92, '333344445555'), copy(90, '444455556666')];
  for (const order of [
    [0, 1, 2],
    [2, 1, 0],
    [1, 2, 0],
  ]) {
    const world = await live();
    for (const n of order) {
      world.deliver([file(2, [copies[n]])]);
      await world.run(ENGINE, world.now + 1000);
    }
    await world.run(ENGINE, at(1) + LATENESS + MINUTE);
    expect(world.counts()).toMatchObject({ records: 4, events: 2, duplicates: 2 });
    outcomes.push(world.signals().map(({ account, eventID }) => [account, eventID]));
  }
  expect(outcomes).toEqual([outcomes[0], outcomes[0], outcomes[0]]);
  expect(outcomes[0]).toEqual([['444455556666', expect.any(String)]]);
});

test('correlations come about in a stack that still waits for its backfill, however much is held', async () => {
  const often = `title: Listed often
id: 5c1a7c8e-0000-4000-8000-000000000001
level: high
correlation: { type: event_count, rules: [${rules[1]?.id}], group-by: [sourceIPAddress], timespan: 1h, condition: { gte: 100 } }
`;
  const { correlations } = loadRules([
    { file: 'rule-1.yml', text: LOW },
    { file: 'often.yml', text: often },
  ]);
  const engine = { ...engineOf(rules, 'high', correlations), waitForBackfill: true };
  const world = new World();
  // One more than is held.
  world.deliver([
    file(
      2,
      Array.from({ length: 50_001 }, () => call(1, 'ListBuckets')),
    ),
  ]);
  expect(await world.run(engine, at(3))).toMatchObject({ outcome: 'committed', broken: [] });
  expect(world.signals().filter(({ detector }) => String(detector).startsWith('correlation:')).length).toBeGreaterThan(0);
});

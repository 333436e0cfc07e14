import { Unusual } from '../../../core/anomalies/unusual.ts';
import { LATENESS } from '../../../core/lateness.ts';
import { loadRules } from '../../../core/rules/load.ts';
import { ITEM_BYTES } from '../../../core/runs/item.ts';
import { decodeManifest } from '../../../core/state/memory.ts';
import { record } from '../../factories/record.ts';
import { observation } from '../anomalies/splits.ts';
import { ruleOn } from '../scoring/scored.ts';
import { type Delivery, engineOf, World } from './world.ts';

const START = Date.UTC(2026, 8, 1, 10);
const MINUTE = 60_000;
const HOUR = 60;
const DAY = 24 * HOUR;
const HIGH = ruleOn('Trail stopped', { eventName: 'StopLogging' }, { tags: ['attack.defense-evasion'] });
const ENGINE = { ...engineOf(loadRules([{ file: 'rule.yml', text: HIGH }]).rules), learningDays: 1 };
const at = (minute: number) => START + minute * MINUTE;
const iso = (time: number) => new Date(time).toISOString();

let next = 0;
function call(time: number, eventName: string, more = {}) {
  next += 3;
  return record(next, { eventTime: iso(time), eventName, errorCode: undefined, ...more });
}

function file(minute: number, records: readonly unknown[]): Delivery {
  next += 3;
  return { key: `file-${next}.json`, bytes: Buffer.from(JSON.stringify({ Records: records })), delivered: at(minute) };
}

async function live(): Promise<World> {
  const world = new World();
  world.deliver([file(0, [call(at(-1), 'Quiet')])]);
  await world.run(ENGINE, START);
  return world;
}

function partitions(world: World): string[] {
  return Object.keys(decodeManifest(world.objects.get(world.ledger.memoryKey) as Uint8Array).partitions).sort();
}

const bytesOf = (world: World) =>
  [...world.objects].filter(([key]) => key.startsWith('memory/')).reduce((sum, [, { length }]) => sum + length, 0);

describe('records from the future', () => {
  const FUTURE = Date.UTC(2099, 0, 1);

  test('one of 2099 meets its rules at its delivery, moves nothing, and holds nothing', async () => {
    const world = await live();
    world.deliver([file(5, [call(FUTURE, 'StopLogging'), call(at(4), 'Quiet')])]);
    const { sums } = await world.run(ENGINE, at(6));
    expect(sums).toMatchObject({ future: 1, late: 0, signals: 1 });
    expect(world.ledger.watermark).toBe(at(6) - LATENESS);
    expect(world.signals().map(({ time }) => time)).toEqual(['2099-01-01T00:00:00Z']);
    const shown = () => world.incidentItems().map(({ status, opened, updated }) => [status, opened, updated]);
    expect(shown()).toEqual([['open', at(5), at(5)]]);
    expect(partitions(world).filter((name) => name.includes('2099'))).toEqual([]);
    expect(
      partitions(world)
        .filter((name) => name.startsWith('ids/'))
        .map((name) => Number(name.slice(4))),
    ).toEqual([Math.floor(at(-1) / 3_600_000), Math.floor(at(5) / 3_600_000)]);
    // It ends as any other.
    await world.run(ENGINE, at(5 + DAY + 20));
    expect(shown()).toEqual([['resolved', at(5), at(5)]]);
    expect(world.ledger.due).toBe(Number.POSITIVE_INFINITY);
    const days = [...world.rollups.values()].flatMap(({ put }) => (put.kind === 'day' ? [put.sums.future] : []));
    expect(days.reduce((sum, n) => sum + n, 0)).toBe(1);
  });

  test('of every hour of two years: the memory is as large as with one', async () => {
    const sizes = await Promise.all(
      [1, 20_000].map(async (hours) => {
        const world = await live();
        const records = Array.from({ length: 20_000 }, (_, n) => call(FUTURE + (n % hours) * 3_600_000, 'Quiet', { eventName: 'Quiet' }));
        world.deliver([file(5, records)]);
        await world.run(ENGINE, at(6));
        return [partitions(world).length, Math.round(bytesOf(world) / 100_000)];
      }),
    );
    expect(sizes[1]).toEqual(sizes[0]);
  });

  test('they are not observed: what comes in its time is told as if they had not come', async () => {
    const told = async (future: boolean) => {
      const world = await live();
      for (let day = 0; day < 6; day += 1) {
        const minute = day * DAY;
        const usual = Array.from({ length: 10 }, (_, n) => call(at(minute + n), 'GetObject', { awsRegion: 'eu-central-1' }));
        const strange = call(FUTURE + day, 'GetObject', { awsRegion: 'us-west-2' });
        world.deliver([file(minute + 12, future ? [...usual, strange] : usual)]);
        await world.run(ENGINE, at(minute + 13));
      }
      world.deliver([file(6 * DAY, [call(at(6 * DAY - 1), 'GetObject', { awsRegion: 'us-west-2' })])]);
      await world.run(ENGINE, at(6 * DAY + 1));
      await world.run(ENGINE, at(8 * DAY));
      return world
        .signals()
        .map(({ detector, time, region }) => JSON.stringify([detector, time, region]))
        .sort();
    };
    const plain = await told(false);
    expect(plain.filter((line) => line.includes('anomaly:first-seen:region'))).not.toEqual([]);
    expect(await told(true)).toEqual(plain);
  });
});

test('a record that is 30 days late is counted late, meets its rules, and is not observed', async () => {
  const world = await live();
  await world.run(ENGINE, at(40 * DAY));
  world.deliver([file(40 * DAY, [call(at(40 * DAY - 1), 'Quiet')])]);
  await world.run(ENGINE, at(40 * DAY + 1));
  const before = (name: string) => partitions(world).filter((one) => one.startsWith(name));
  const baselines = before('baselines/');
  world.deliver([file(40 * DAY + 2, [call(at(10 * DAY), 'StopLogging', { awsRegion: 'us-west-2', sourceIPAddress: '203.0.113.77' })])]);
  const { sums } = await world.run(ENGINE, at(40 * DAY + 3));
  expect(sums).toMatchObject({ late: 1, future: 0, signals: 1 });
  expect(world.incidentItems()).toMatchObject([{ status: 'resolved', opened: at(10 * DAY), regions: ['us-west-2'] }]);
  expect(before('baselines/')).toEqual(baselines);
});

test('a record without a time, or with none that can be, is rejected with its reason, and the others count', async () => {
  const world = await live();
  const times = [undefined, '', 'yesterday', '1970-01-01T00:00:00Z', '9999-12-31T23:59:59Z', '2026-02-30T10:00:00Z', 1_788_000_000];
  world.deliver([file(5, [...times.map((eventTime) => call(at(4), 'StopLogging', { eventTime })), call(at(4), 'StopLogging')])]);
  const { sums } = await world.run(ENGINE, at(6));
  expect(sums).toMatchObject({ records: 8, events: 1, rejects: 7, signals: 1 });
  const counts = [...world.rollups.values()].flatMap(({ put }) => (put.kind === 'day' ? [put.sums.counts.rejects] : []));
  expect(counts.reduce((sum, rejects) => sum + Object.values(rejects).reduce((n, one) => n + one, 0), 0)).toBe(7);
  expect(counts.flatMap((rejects) => Object.keys(rejects)).every((reason) => /time/.test(reason))).toBe(true);
});

describe('a principal with everything different in each of its calls', () => {
  const ALICE = 'arn:aws:iam::111122223333:user/alice';
  const AS_MANY = 50_000;

  test('what is remembered of it and of its account is flat between 25,000 and 50,000 calls', () => {
    const unusual = new Unusual({ learningDays: 1 });
    const countries = ['DE', 'US', 'JP', 'BR', 'ZA', 'AU', 'IN', 'FR', 'CA', 'KE', 'CL', 'NO'];
    const names = [`principal:${ALICE}`, `person:${ALICE}`, 'account:111122223333'];
    const most = [0, 1].map(() => new Map<string, number>());
    for (let n = 0; n < AS_MANY; n += 1) {
      const time = START + n * 10 * MINUTE;
      unusual.observe(
        observation(time, {
          ...{ eventID: `e${n}`, principal: ALICE, person: ALICE, address: `203.0.${n >> 8}.${n & 255}`, network: `AS${n}` },
          ...{ country: countries[n % countries.length] as string, action: `s${n % 999}:Action${n}`, service: `s${n % 999}` },
          ...{ agent: `tool-${n}`, region: `r-${n}`, callerAccount: `c-${n}`, denied: n % 2 === 0, volumes: n % 128 },
        }),
        1,
      );
      if (n % 2500 !== 2499) continue;
      for (const watermark of [null, time - LATENESS]) {
        if (watermark !== null) unusual.advance(watermark);
        const half = most[Math.floor((2 * n) / AS_MANY)] as Map<string, number>;
        for (const { state } of unusual.shards) {
          for (const name of names) {
            const { length } = JSON.stringify(state[name] ?? '');
            half.set(name, Math.max(half.get(name) ?? 0, length));
          }
        }
      }
    }
    const [first, second] = most as [Map<string, number>, Map<string, number>];
    for (const name of names) {
      const [before, after] = [first.get(name) ?? 0, second.get(name) ?? 0];
      expect([name, before > 1000, after <= 1.1 * before, after < 2_000_000]).toEqual([name, true, true, true]);
    }
  });

  test('its incident stays within an item', async () => {
    const world = await live();
    const records = Array.from({ length: 5000 }, (_, n) =>
      call(at(1 + (n % 5)), 'StopLogging', {
        ...{ userAgent: `tool-${n}`.repeat(50), sourceIPAddress: `203.0.${n >> 8}.${n & 255}`, awsRegion: `r-${n}` },
        userIdentity: { type: 'IAMUser', arn: ALICE, accountId: '111122223333', userName: 'alice' },
      }),
    );
    world.deliver([file(7, records)]);
    await world.run(ENGINE, at(8));
    const items = world.incidentItems();
    expect(items).toMatchObject([{ principal: ALICE, signals: 5000 }]);
    expect(JSON.stringify(items[0]).length).toBeLessThanOrEqual(ITEM_BYTES);
  });
});

test('counters stop at their ceilings', () => {
  const unusual = new Unusual({ learningDays: 1 });
  const event = observation(START, { volumes: 127, failed: true, isWrite: true, denied: true });
  for (let i = 0; i < 3; i += 1) unusual.observe(event, 2 ** 31);
  const text = JSON.stringify(unusual.shards.map(({ state }) => state));
  const numbers = [...text.matchAll(/[:,[](-?\d+(?:\.\d+)?)(?=[,\]}])/g)].map(([, n]) => Number(n));
  expect(numbers.filter((n) => n < 0)).toEqual([]);
  // Counts by the hour, and the calls of a window; nothing comes near 2³² but times in milliseconds.
  expect(numbers).toEqual(expect.arrayContaining([1_000_000, 0x3fff_ffff]));
  expect(numbers.filter((n) => n > 2 ** 31 && Math.abs(n - START) > DAY * MINUTE)).toEqual([]);
});

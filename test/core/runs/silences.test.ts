import { Arrivals } from '../../../core/anomalies/arrivals.ts';
import type { IncidentItem } from '../../../core/incidents/item.ts';
import { LATENESS } from '../../../core/lateness.ts';
import { incidentFinding } from '../../../core/outputs/asff.ts';
import { alertEmail } from '../../../core/outputs/email.ts';
import type { Engine } from '../../../core/runs/engine.ts';
import type { RunReport } from '../../../core/runs/run.ts';
import { watchSilences } from '../../../core/runs/silences.ts';
import { NO_WATCH } from '../../../core/state/memory.ts';
import { record } from '../../factories/record.ts';
import { type Delivery, engineOf, World } from './world.ts';

const HOUR = 3_600_000;
const START = Date.UTC(2026, 8, 7);
const ENGINE: Engine = engineOf([]);
const OTHER = '444455556666';
const HOME = { partition: 'aws', account: '111122223333', region: 'eu-central-1' } as const;

let next = 0;
/** A file of one record an hour of an account, delivered when the last is there. */
function hours(from: number, to: number, account = '111122223333', more: Partial<Delivery> = {}): Delivery {
  const records = Array.from({ length: to - from }, (_, i) => {
    next += 1;
    return record(next, { eventTime: new Date(START + (from + i) * HOUR + 60_000).toISOString(), recipientAccountId: account });
  });
  next += 1;
  const delivered = START + (to - 1) * HOUR + 5 * 60_000;
  return { key: `file-${next}.json`, bytes: Buffer.from(JSON.stringify({ Records: records })), delivered, ...more };
}

const at = (hour: number, minutes = 20) => START + hour * HOUR + minutes * 60_000;
const silencesOf = (world: World) =>
  world
    .signals()
    .filter(({ detector }) => String(detector).startsWith('anomaly:silence:'))
    .map(({ detector, entity, time }) => [detector, (entity as { name: string }).name, time]);
const incidentsOf = (world: World) =>
  world.incidentItems().map(({ principal, status, level, version }) => [principal, status, level, version]);

/** A stack that has seen records of accounts in every hour, run every hour. */
async function watched(accounts: readonly string[], until: number): Promise<World> {
  const world = new World();
  for (let hour = 8; hour <= until; hour += 8) {
    world.deliver(accounts.map((account) => hours(hour - 8, hour, account)));
    await world.run(ENGINE, at(hour - 1, 10));
  }
  return world;
}

/** Runs every five minutes from an hour on, as the schedule does; gives the reports. */
async function ticks(world: World, from: number, to: number): Promise<RunReport[]> {
  const reports: RunReport[] = [];
  for (let minute = 0; minute < (to - from) * 60; minute += 5) reports.push(await world.run(ENGINE, at(from, minute)));
  return reports;
}

describe('a trail that falls silent', () => {
  test('is told once, as an incident of level high, and is over when records come again', async () => {
    const world = await watched(['111122223333'], 240);
    const reports = await ticks(world, 240, 246);
    // One run an hour looks; the others have nothing to do, and none has after it is told.
    expect(reports.filter(({ outcome }) => outcome === 'committed').length).toBeLessThanOrEqual(4);
    expect(new Set(reports.slice(3 * 12).map(({ outcome }) => outcome))).toEqual(new Set(['idle']));
    expect(silencesOf(world)).toEqual([
      ['anomaly:silence:trail', '111122223333', new Date(START + 242 * HOUR).toISOString().replace('.000Z', 'Z')],
    ]);
    expect(incidentsOf(world)).toEqual([['trail of account 111122223333', 'open', 'high', 1]]);
    expect([...world.incidents.values()].map(({ alert }) => alert)).toEqual([true]);
    // Two days of silence do not resolve it.
    await ticks(world, 290, 291);
    expect(incidentsOf(world)).toEqual([['trail of account 111122223333', 'open', 'high', 1]]);
    world.deliver([hours(291, 292)]);
    await world.run(ENGINE, at(291));
    expect(incidentsOf(world)).toEqual([['trail of account 111122223333', 'resolved', 'high', 2]]);
    expect(silencesOf(world)).toHaveLength(1);
  });

  test('it is evident only when the hours have passed and delivery has had its time', async () => {
    const world = await watched(['111122223333'], 240);
    await world.run(ENGINE, at(242, 14));
    expect(silencesOf(world)).toEqual([]);
    await world.run(ENGINE, at(242, 16));
    expect(silencesOf(world)).toHaveLength(1);
  });

  test('records that come late end it', async () => {
    const world = await watched(['111122223333'], 240);
    await ticks(world, 242, 243);
    expect(incidentsOf(world)).toEqual([['trail of account 111122223333', 'open', 'high', 1]]);
    world.deliver([hours(240, 243, undefined, { delivered: at(243, 5) })]);
    await world.run(ENGINE, at(243));
    expect(incidentsOf(world)).toEqual([['trail of account 111122223333', 'resolved', 'high', 2]]);
  });
});

test('an account that falls silent while another delivers', async () => {
  const world = await watched(['111122223333', OTHER], 240);
  for (let hour = 240; hour < 246; hour += 1) {
    world.deliver([hours(hour, hour + 1)]);
    await world.run(ENGINE, at(hour));
  }
  expect(silencesOf(world)).toEqual([['anomaly:silence:account', OTHER, new Date(START + 242 * HOUR).toISOString().replace('.000Z', 'Z')]]);
  expect(incidentsOf(world)).toEqual([[`trail of account ${OTHER}`, 'open', 'medium', 1]]);
});

test('an account that may well be silent is listed and opens no incident', async () => {
  const exceptions = [{ rule: 'anomaly:silence:account', account: OTHER, owner: 'platform', reason: 'closed', expires: '2030-01-01' }];
  const engine = { ...ENGINE, config: { ...ENGINE.config, exceptions } };
  const world = await watched(['111122223333', OTHER], 240);
  for (let hour = 240; hour < 246; hour += 1) {
    world.deliver([hours(hour, hour + 1)]);
    await world.run(engine, at(hour));
  }
  expect(world.signals().filter(({ detector }) => detector === 'anomaly:silence:account')).toMatchObject([
    { account: OTHER, weight: 0, risk: 0, excepted: { owner: 'platform' } },
  ]);
  expect(incidentsOf(world)).toEqual([]);
});

test('an incident that was shown ends, though the account has been excepted since', async () => {
  const world = await watched(['111122223333', OTHER], 240);
  for (let hour = 240; hour < 246; hour += 1) {
    world.deliver([hours(hour, hour + 1)]);
    await world.run(ENGINE, at(hour));
  }
  expect(incidentsOf(world)).toEqual([[`trail of account ${OTHER}`, 'open', 'medium', 1]]);
  const exceptions = [{ rule: 'anomaly:silence:*', owner: 'platform', reason: 'moved', expires: '2030-01-01' }];
  world.deliver([hours(246, 247), hours(246, 247, OTHER)]);
  await world.run({ ...ENGINE, config: { ...ENGINE.config, exceptions } }, at(246));
  expect(incidentsOf(world)).toEqual([[`trail of account ${OTHER}`, 'resolved', 'medium', 2]]);
});

describe('what is no silence', () => {
  test('batches that are left for the next run', async () => {
    const world = await watched(['111122223333'], 240);
    // Each run takes one batch of a backlog of a day.
    for (let hour = 240; hour < 264; hour += 1) world.deliver([hours(hour, hour + 1)]);
    let asked = 0;
    Object.assign(world.ports, { remaining: () => (asked++ % 2 === 0 ? 100 : 0) });
    for (let i = 0; i < 20; i += 1) await world.run(ENGINE, at(264, i * 5));
    expect([...world.objects.keys()].filter((key) => key.startsWith('pending/')).length).toBeGreaterThan(0);
    expect(silencesOf(world)).toEqual([]);
  });

  test('a stack that has just begun, after a backfill that ended days before', async () => {
    const world = new World();
    world.deliver([
      hours(0, 240, '111122223333', { backfill: { id: 'b', of: 2 } }),
      hours(0, 240, OTHER, { backfill: { id: 'b', of: 2 } }),
    ]);
    await world.run(ENGINE, at(300));
    world.deliver([hours(300, 301)]);
    await world.run(ENGINE, at(300, 30));
    await ticks(world, 300, 301);
    expect(silencesOf(world)).toEqual([]);
    // But what stays away from then on is told, by a longer wait than ever before.
    for (let hour = 301; hour < 420; hour += 1) {
      world.deliver([hours(hour, hour + 1)]);
      await world.run(ENGINE, at(hour));
    }
    expect(silencesOf(world).map(([detector, name]) => [detector, name])).toEqual([['anomaly:silence:account', OTHER]]);
  });

  test('a backfill under way, behind which what is live may wait', async () => {
    const world = await watched(['111122223333'], 240);
    world.deliver([hours(100, 110, undefined, { backfill: { id: 'b', of: 1000 }, delivered: at(240, 1) })]);
    await world.run(ENGINE, at(240));
    await ticks(world, 241, 244);
    expect(silencesOf(world)).toEqual([]);
    // Six hours later it is taken for finished.
    await ticks(world, 247, 249);
    expect(silencesOf(world)).toHaveLength(1);
  });

  test('a record of tomorrow is no sign of life, and hides nothing', async () => {
    const world = await watched(['111122223333'], 240);
    world.deliver([hours(262, 263, undefined, { delivered: at(240, 1) })]);
    await ticks(world, 240, 246);
    expect(silencesOf(world)).toHaveLength(1);
    expect(incidentsOf(world)).toEqual([['trail of account 111122223333', 'open', 'high', 1]]);
  });
});

test('an account or region that was told is not told again while the whole trail is silent, and the other way round', () => {
  const arrivals = new Arrivals();
  const add = (account: string, to: number) => {
    for (let hour = 0; hour < to; hour += 1) arrivals.add(account, 'eu-central-1', START / HOUR + hour, 5);
  };
  add('111122223333', 300);
  add(OTHER, 290);
  let watch = NO_WATCH;
  const told: string[][] = [];
  for (let hour = 280; hour < 320; hour += 1) {
    if (hour === 310) arrivals.add('111122223333', 'eu-central-1', START / HOUR + 310, 5);
    const now = START + hour * HOUR + LATENESS;
    const said = watchSilences(arrivals, watch, { run: 1, now, watermark: now - LATENESS, live: true, backfilling: false });
    watch = JSON.parse(JSON.stringify(said.watch)) as typeof watch;
    for (const { signal } of said.lines) told.push([String(hour), signal.detector]);
    for (const { principal, status } of said.items) told.push([String(hour), principal, status]);
  }
  expect(told).toEqual([
    ['292', 'anomaly:silence:account'],
    ['292', `trail of account ${OTHER}`, 'open'],
    ['302', 'anomaly:silence:trail'],
    ['302', 'trail of all accounts', 'open'],
    ['310', 'trail of all accounts', 'resolved'],
  ]);
});

describe('what people read of a silence', () => {
  const opened = async () => {
    const world = await watched(['111122223333'], 240);
    await ticks(world, 240, 244);
    return world.incidentItems()[0] as IncidentItem;
  };
  const context = { home: HOME, version: '1.0.0', trail: 's3://example-trail/AWSLogs', told: undefined };

  test('the mail names the trail, the hours and what to look at, and speaks of no principal, address or event', async () => {
    const { subject, text, html } = alertEmail(await opened(), context as never);
    expect(subject).toBe('[Trailwarden] HIGH 74: No records arrive, trail of account 111122223333');
    expect(text.replaceAll(/\s+/g, ' ')).toContain(
      'The trail of account 111122223333 delivered nothing for 2 hours from 2026-09-17 00:00 UTC, where about 2 records are usual',
    );
    expect(text.replaceAll(/\s+/g, ' ')).toContain('npx trailwarden doctor');
    expect(text).toContain('The incident is open until records come again.');
    for (const wrong of ['principal', 'unknown', 'The call', 'credentials', 'undefined', 'NaN', 'lookup-events']) {
      expect([wrong, text.includes(wrong), html.includes(wrong)]).toEqual([wrong, false, false]);
    }
  });

  test('the finding', async () => {
    const item = await opened();
    const finding = incidentFinding(item, HOME, { updatedAt: item.versionAt, archived: false });
    expect(finding.Title).toBe('No records arrive: trail of account 111122223333');
    expect(finding.Description).toBe(
      'Risk 74 from 1 signals. No records arrive (+74). Story: 2026-09-17 02:00:00 No records arrive: it delivered nothing for 2 hours from 2026-09-17 00:00 UTC, where about 2 records are usual and 0 hours were the longest pause.',
    );
    expect(finding.Remediation.Recommendation.Text).toContain('delivered nothing for 2 hours');
    expect(finding.Resources.map(({ Type, Id }) => [Type, Id])).toEqual([
      ['Other', 'trail of account 111122223333'],
      ['AwsAccount', 'AWS::::Account:111122223333'],
    ]);
  });
});

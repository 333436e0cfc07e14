import { QUIET } from '../../../core/incidents/grouping.ts';
import { LATENESS } from '../../../core/lateness.ts';
import { loadRules } from '../../../core/rules/load.ts';
import type { Engine } from '../../../core/runs/engine.ts';
import type { RunPorts } from '../../../core/runs/ports.ts';
import { runOnce } from '../../../core/runs/run.ts';
import { record } from '../../factories/record.ts';
import { ruleOn } from '../scoring/scored.ts';
import { engineOf, World } from './world.ts';

const START = Date.UTC(2026, 8, 1, 10);
const MINUTE = 60_000;

function rulesOf(...texts: readonly string[]) {
  const { rules, refusals } = loadRules(texts.map((text, i) => ({ file: `rule-${i}.yml`, text })));
  expect(refusals).toEqual([]);
  return rules;
}

const STOPPED = ruleOn('Trail stopped', { eventName: 'StopLogging' }, { tags: ['attack.defense-evasion'] });
const KEY_MADE = ruleOn('Key made', { eventName: 'CreateAccessKey' });
const LISTED = ruleOn('Buckets listed', { eventName: 'ListBuckets' }, { level: 'low', tags: ['attack.discovery'] });
/** A lease of a minute: what is delivered meanwhile must not come late. */
const ENGINE = { ...engineOf(rulesOf(STOPPED, KEY_MADE, LISTED)), leaseMilliseconds: MINUTE };
const OTHER_RULES = engineOf(rulesOf(ruleOn('Anything', { eventSource: 's3.amazonaws.com' }, { level: 'critical' })));

const call = (n: number, eventName: string) => record(n, { eventName, errorCode: undefined });
const file = (key: string, minute: number, records: readonly unknown[]) => ({
  key,
  bytes: Buffer.from(JSON.stringify({ Records: records })),
  delivered: START + minute * MINUTE,
});

const A = file('a.json', 5, [call(0, 'StopLogging'), call(2, 'ListBuckets'), call(4, 'ListBuckets'), call(5, 'GetObject')]);
const B = file('b.json', 7, [call(0, 'StopLogging'), call(60, 'CreateAccessKey'), { broken: true }]);
const C = file('c.json', 12, [call(300, 'ListBuckets'), call(302, 'ListBuckets'), call(305, 'StopLogging')]);
const END = START + QUIET + 2 * LATENESS;

/** What happens, step by step: deliveries, and ticks of the schedule at their times. */
const STEPS: readonly ({ readonly deliver: readonly (typeof A)[] } | { readonly tick: number })[] = [
  { deliver: [A] },
  { tick: START + 6 * MINUTE },
  { deliver: [B, A] },
  { deliver: [C] },
  { tick: START + 14 * MINUTE },
  { deliver: [B] },
  { tick: START + 40 * MINUTE },
  { tick: END },
  { tick: END + 8 * 60 * MINUTE },
];

class Killed extends Error {}

/** The ports of one process: every call is counted, and at the `at`th the process is gone, before the call or after its effect. */
function mortal(ports: RunPorts, at: number, after: boolean): { ports: RunPorts; calls: () => number } {
  let calls = 0;
  let dead = false;
  const wrapped = Object.fromEntries(
    Object.entries(ports).map(([name, verb]) => [
      name,
      name === 'clock' || name === 'remaining'
        ? verb
        : async (...args: unknown[]) => {
            if (dead) throw new Killed();
            calls += 1;
            if (calls === at && !after) dead = true;
            if (dead) throw new Killed();
            const given = await (verb as (...args: unknown[]) => Promise<unknown>)(...args);
            if (calls === at) dead = true;
            if (dead) throw new Killed();
            return given;
          },
    ]),
  );
  return { ports: wrapped as unknown as RunPorts, calls: () => calls };
}

/** What is compared: everything but the numbers of runs and their times; versions where the runs saw the same at the same times. */
function outcome(world: World, withVersions = true): unknown {
  const items = world.items().map(({ run: _run, versionAt: _at, version, ...rest }) => ({ ...rest, version: withVersions ? version : 0 }));
  const manifest = [...world.objects.keys()].filter((key) => key.startsWith('memory/')).map((key) => key.split('/').slice(3).join('/'));
  return {
    incidents: items.sort((a, b) => (a.id < b.id ? -1 : 1)),
    rollups: [...world.rollups].map(([key, { put }]) => [key, put]).sort(([a], [b]) => ((a as string) < (b as string) ? -1 : 1)),
    signals: world.signals().sort((a, b) => (String(a.id) < String(b.id) ? -1 : 1)),
    pending: [...world.objects.keys()].filter((key) => key.startsWith('pending/')),
    memory: manifest.sort(),
  };
}

interface Fault {
  /** Which tick, and at which of its calls. */
  readonly tick: number;
  readonly at: number;
  readonly after: boolean;
  /** A second end, in the call that takes up the work. */
  readonly again?: { readonly at: number; readonly after: boolean };
  readonly engineAfter?: Engine;
  readonly clockAfter?: number;
}

/** Plays the steps. At the fault's tick the process ends; the schedule calls again once the lease is over. */
async function play(fault?: Fault, onCalls: (tick: number, calls: number) => void = () => {}): Promise<World> {
  const world = new World();
  let tick = 0;
  for (const step of STEPS) {
    if ('deliver' in step) {
      world.deliver(step.deliver);
      continue;
    }
    world.now = Math.max(world.now, step.tick);
    const first = fault?.tick === tick ? fault : undefined;
    const process = mortal(world.ports, first?.at ?? 0, first?.after ?? false);
    await runOnce(process.ports, ENGINE, `first-${tick}`).catch(ignoreKilled);
    onCalls(tick, process.calls());
    if (first !== undefined) {
      const engine = first.engineAfter ?? ENGINE;
      const lease = world.lease?.until ?? 0;
      world.now += first.clockAfter ?? 0;
      const busy = await runOnce(world.ports, engine, `early-${tick}`);
      if (lease >= world.now) expect(busy.outcome).toBe('busy');
      world.now = Math.max(world.now, lease + 1);
      if (first.again !== undefined) {
        await runOnce(mortal(world.ports, first.again.at, first.again.after).ports, engine, `second-${tick}`).catch(ignoreKilled);
        world.now = Math.max(world.now, (world.lease?.until ?? 0) + 1);
      }
      await runOnce(world.ports, engine, `third-${tick}`);
    }
    tick += 1;
  }
  return world;
}

function ignoreKilled(error: unknown): void {
  if (!(error instanceof Killed)) throw error;
}

async function callsOf(): Promise<number[]> {
  const calls: number[] = [];
  await play(undefined, (tick, count) => {
    calls[tick] = count;
  });
  return calls;
}

const points = (calls: readonly number[]) =>
  calls.flatMap((count, tick) => Array.from({ length: count * 2 }, (_, i) => ({ tick, at: 1 + (i >> 1), after: i % 2 === 1 })));

test('the scenario has something to lose', async () => {
  const world = await play();
  expect(world.incidentItems().map(({ level, status, version, tactics }) => [level, status, version, tactics])).toEqual([
    ['critical', 'resolved', expect.any(Number), ['defense-evasion', 'discovery', 'persistence']],
    ['high', 'resolved', expect.any(Number), ['discovery', 'defense-evasion']],
  ]);
  expect(world.counts()).toMatchObject({ records: 10, events: 8, duplicates: 1, excluded: 1, files: 3, signals: 7 });
});

test('a run killed at any call, before or after its effect, changes nothing', async () => {
  const expected = outcome(await play());
  const all = points(await callsOf());
  expect(all.length).toBeGreaterThan(150);
  for (const fault of all) expect([fault, outcome(await play(fault))]).toEqual([fault, expected]);
});

test('nor does a second kill, in the run that takes up the work', async () => {
  const expected = outcome(await play(), false);
  const calls = await callsOf();
  let tried = 0;
  // Every point of the first kill with every point of the second would be tens of thousands: each first one meets some of the second ones, others each time.
  for (const [i, fault] of points(calls).entries()) {
    for (const [j, { at, after }] of points([(calls[fault.tick] as number) + 8]).entries()) {
      if ((i + j) % (process.env.CI === 'true' ? 7 : 29) !== 0) continue;
      const twice = { ...fault, again: { at, after } };
      tried += 1;
      expect([twice, outcome(await play(twice), false)]).toEqual([twice, expected]);
    }
  }
  expect(tried).toBeGreaterThan(200);
});

test('nor does a clock that was set back', async () => {
  const expected = outcome(await play(), false);
  for (const fault of points(await callsOf())) {
    const back = { ...fault, clockAfter: -3 * 3_600_000 };
    expect([back, outcome(await play(back), false)]).toEqual([back, expected]);
  }
});

test('what was committed is replayed, never scored again, even with other rules', async () => {
  const world = new World();
  world.deliver([A]);
  world.now = START + 6 * MINUTE;
  const calls = mortal(world.ports, 0, false);
  await runOnce(calls.ports, ENGINE, 'whole');
  const expected = outcome(world);
  let replayed = 0;
  for (let at = 1; at <= calls.calls(); at += 1) {
    const again = new World();
    again.deliver([A]);
    again.now = world.now;
    await runOnce(mortal(again.ports, at, true).ports, ENGINE, 'killed').catch(ignoreKilled);
    const committed = again.ledger.planned === 1;
    again.now += 400_000;
    const report = await runOnce(again.ports, OTHER_RULES, 'next');
    if (committed) expect([at, outcome(again)]).toEqual([at, expected]);
    else expect([at, again.incidentItems().map(({ level }) => level)]).toEqual([at, ['critical', 'critical']]);
    if (report.replayed) replayed += 1;
  }
  expect(replayed).toBeGreaterThan(3);
});

test('a twin that resumes after its lease is over loses, and spoils nothing', async () => {
  const expected = outcome(await play());
  const calls = await callsOf();
  let lost = 0;
  for (const { tick, at } of points(calls).filter(({ after }) => !after)) {
    const world = new World();
    let now = 0;
    for (const step of STEPS) {
      if ('deliver' in step) {
        world.deliver(step.deliver);
        continue;
      }
      world.now = Math.max(world.now, step.tick);
      if (now === tick) lost += await withTwin(world, at);
      else await runOnce(world.ports, ENGINE, `one-${now}`);
      now += 1;
    }
    expect([tick, at, outcome(world)]).toEqual([tick, at, expected]);
  }
  expect(lost).toBeGreaterThan(20);
});

/** A run that stops at one of its calls while another does the work, and then goes on as if nothing had been. 1 when it found out. */
async function withTwin(world: World, at: number): Promise<number> {
  let calls = 0;
  const slow = Object.fromEntries(
    Object.entries(world.ports).map(([name, verb]) => [
      name,
      name === 'clock' || name === 'remaining'
        ? verb
        : async (...args: unknown[]) => {
            calls += 1;
            if (calls === at) {
              world.now = Math.max(world.now, (world.lease?.until ?? 0) + 1);
              await runOnce(world.ports, ENGINE, 'quick');
            }
            return (verb as (...args: unknown[]) => Promise<unknown>)(...args);
          },
    ]),
  ) as unknown as RunPorts;
  // What the quick one deleted is gone for the slow one: it ends with an error, or loses at the ledger.
  const ended = await runOnce(slow, ENGINE, 'slow').catch(() => ({ outcome: 'lost' }) as const);
  return ended.outcome === 'lost' ? 1 : 0;
}

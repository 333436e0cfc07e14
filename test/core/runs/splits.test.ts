import fc from 'fast-check';
import type { GeoDatabase } from '../../../core/anomalies/geo.ts';
import { Observer } from '../../../core/anomalies/observe.ts';
import { QUIET } from '../../../core/incidents/grouping.ts';
import { LATENESS } from '../../../core/lateness.ts';
import { detectorOf } from '../../../core/rules/correlation.ts';
import { loadRules } from '../../../core/rules/load.ts';
import type { Engine } from '../../../core/runs/engine.ts';
import { type JsonObject, record } from '../../factories/record.ts';
import { ruleOn } from '../scoring/scored.ts';
import { engineOf, World } from './world.ts';

const START = Date.UTC(2026, 8, 1, 10);
const HOUR = 3_600_000;
const RULES = [
  ruleOn('Trail stopped', { eventName: 'StopLogging' }, { tags: ['attack.defense-evasion'] }),
  ruleOn('Buckets listed', { eventName: 'ListBuckets' }, { level: 'low', tags: ['attack.discovery'] }),
  ruleOn('Key made', { eventName: 'CreateAccessKey' }, { level: 'medium', tags: ['attack.persistence'] }),
  ruleOn('Seen', { eventName: 'GetObject' }, { level: 'informational' }),
];
const correlation = (n: number, title: string, type: string, more: string) => `title: ${title}
id: 5c1a7c8e-0000-4000-8000-00000000000${n}
status: test
level: high
tags: [attack.impact]
correlation: { type: ${type}, group-by: [userIdentity.arn], ${more} }
`;
const TEXTS = RULES.map((text, i) => ({ file: `rule-${i}.yml`, text }));
const ids = loadRules(TEXTS).rules.map(({ id }) => id);
const LOADED = loadRules([
  ...TEXTS,
  { file: 'often.yml', text: correlation(1, 'Listed often', 'event_count', `rules: [${ids[1]}], timespan: 1h, condition: { gte: 3 }`) },
  { file: 'then.yml', text: correlation(2, 'Key, then a look round', 'temporal_ordered', `rules: [${ids[2]}, ${ids[1]}], timespan: 2d`) },
]);
/** Where the two addresses are said to be. */
const GEO: GeoDatabase = {
  name: 'of the test',
  locate: (address) => ({ country: address === '198.51.100.7' ? 'DE' : 'BR', city: '' }),
};
/** A day of learning, so that something is unusual soon. */
const ENGINE: Engine = {
  ...engineOf(LOADED.rules, 'high', LOADED.correlations),
  learningDays: 1,
  geo: GEO,
  observer: new Observer(GEO.locate, () => false),
};

/** Gaps between events: small ones, and half of them within the lateness of a boundary: closing, decay, learning, edges of hours and days. */
const gap = fc.oneof(
  fc.integer({ min: 0, max: 300_000 }),
  fc
    .tuple(fc.constantFrom(HOUR, QUIET, QUIET, QUIET + LATENESS, 2 * QUIET), fc.integer({ min: -LATENESS, max: LATENESS }))
    .map(([near, off]) => near + off),
);
const event = fc.record({
  gap,
  name: fc.constantFrom(
    'StopLogging',
    'ListBuckets',
    'ListBuckets',
    'CreateAccessKey',
    'GetObject',
    'DescribeRegions',
    'ConsoleLogin',
    'Probe',
  ),
  address: fc.constantFrom('198.51.100.7', '198.51.100.7', '192.0.2.99'),
  /** How many calls come at once: of `Probe` each another. */
  burst: fc.constantFrom(1, 1, 1, 20),
  who: fc.constantFrom('alice', 'bob'),
  region: fc.constantFrom('eu-west-1', 'us-east-1'),
  failed: fc.boolean(),
  copies: fc.constantFrom(1, 1, 1, 2),
  again: fc.constantFrom(0, 0, 0, 1),
});
type Made = typeof event extends fc.Arbitrary<infer T> ? T : never;

interface Timed {
  readonly time: number;
  readonly json: JsonObject;
}

function stream(made: readonly Made[]): Timed[] {
  let time = START;
  let number = 0;
  return made.flatMap(({ gap: wait, name, who, region, failed, copies, address, burst }) => {
    time += wait;
    return Array.from({ length: burst }, (_, i) => {
      const whole = Math.floor(time / 1000) * 1000 + i * 1000;
      number += 1;
      const json = record(number, {
        eventTime: new Date(whole).toISOString().replace('.000Z', 'Z'),
        eventName: name === 'Probe' ? `Describe${i}` : name,
        ...(name === 'ConsoleLogin' && { eventSource: 'signin.amazonaws.com', errorMessage: failed ? 'Failed authentication' : undefined }),
        awsRegion: region,
        sourceIPAddress: address,
        errorCode: failed && name !== 'ConsoleLogin' ? 'AccessDenied' : undefined,
        userIdentity: { type: 'IAMUser', arn: `arn:aws:iam::111122223333:user/${who}`, accountId: '111122223333', userName: who },
      });
      return Array.from({ length: copies }, () => ({ time: whole, json }));
    }).flat();
  });
}

/** Delivers the events in these runs, as far ahead with the clock as none is late, and ticks until all is over. */
async function outcome(events: readonly Timed[], runs: readonly (readonly number[])[]): Promise<unknown> {
  const world = new World();
  const left = new Set(events.keys());
  const end = Math.max(...events.map(({ time }) => time));
  for (const [i, run] of runs.entries()) {
    if (run.length === 0) continue;
    const bytes = Buffer.from(JSON.stringify({ Records: run.map((n) => events[n]?.json) }));
    const delivered = Math.max(...run.map((n) => events[n]?.time as number));
    world.deliver([{ key: `file-${i}`, bytes, delivered }]);
    for (const n of run) left.delete(n);
    const earliest = [...left].reduce((least, n) => Math.min(least, events[n]?.time as number), end);
    await world.run(ENGINE, earliest + LATENESS - 500);
  }
  for (const later of [LATENESS + 1000, QUIET + LATENESS + 2000, 2 * QUIET + 3000]) await world.run(ENGINE, end + later);
  const items = world.incidentItems().map(({ version: _v, versionAt: _a, run: _r, ...rest }) => rest);
  expect(world.counts().late).toBe(0);
  return {
    incidents: items.sort((a, b) => (a.id < b.id ? -1 : 1)),
    signals: world
      .signals()
      .map(({ id, detector, time }) => [id, detector, time])
      .sort(),
    counts: world.counts(),
  };
}

test('the same records in one run or in many, in any order and split, give the same signals and incidents', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(event, { minLength: 1, maxLength: 14 }), fc.infiniteStream(fc.nat(1000)), async (made, choices) => {
      const events = stream(made);
      const next = () => choices.next().value as number;
      const order = [...events.keys()].sort(() => (next() % 2) - 0.5);
      const runs: number[][] = Array.from({ length: next() % 200 === 0 ? 100 : 1 + (next() % 5) }, () => []);
      for (const n of order) runs[next() % runs.length]?.push(n);
      const whole = (await outcome(events, [[...events.keys()]])) as { counts: { files: number } };
      const split = (await outcome(events, runs)) as { counts: { files: number } };
      whole.counts.files = 0;
      split.counts.files = 0;
      expect(split).toEqual(whole);
    }),
    { numRuns: process.env.CI === 'true' ? 10_000 : 150 },
  );
}, 1_800_000);

test('the streams make every kind of detector speak', async () => {
  const seen = new Set<string>();
  for (const made of fc.sample(fc.array(event, { minLength: 14, maxLength: 14 }), { numRuns: 60, seed: 7 })) {
    const events = stream(made);
    const { signals } = (await outcome(events, [[...events.keys()]])) as { signals: [id: string, detector: string][] };
    for (const [, detector] of signals) seen.add(detector.startsWith('anomaly:') ? detector.split(':').slice(0, 2).join(':') : detector);
  }
  const kinds = ['first-seen', 'new-country', 'probing', 'travel', 'volume'].map((kind) => `anomaly:${kind}`);
  const detectors = [...ids.map((id) => `rule:${id}`), ...LOADED.correlations.map(({ id }) => detectorOf(id))];
  expect([...seen].sort()).toEqual([...kinds, ...detectors].sort());
});

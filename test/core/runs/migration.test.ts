import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { IncidentItem } from '../../../core/incidents/item.ts';
import { loadRules } from '../../../core/rules/load.ts';
import type { LedgerState } from '../../../core/runs/ports.ts';
import { record } from '../../factories/record.ts';
import { ruleOn } from '../scoring/scored.ts';
import { engineOf, World } from './world.ts';

/** What a deployment of version 1 of the memory left: an incident that is open, and another account's copy that waits. */
const LEFT = JSON.parse(readFileSync(join(__dirname, 'memory-version-1.json'), 'utf8')) as {
  readonly ledger: LedgerState;
  readonly memory: Readonly<Record<string, unknown>>;
  readonly incidents: readonly IncidentItem[];
};

const MINUTE = 60_000;
const STOPPED = ruleOn('Trail stopped', { eventName: 'StopLogging' }, { tags: ['attack.defense-evasion'] });
const LISTED = ruleOn('Buckets listed', { eventName: 'ListBuckets' }, { level: 'low', tags: ['attack.discovery'] });
const ENGINE = engineOf(loadRules([STOPPED, LISTED].map((text, i) => ({ file: `rule-${i}.yml`, text }))).rules);

function leftWorld(): World {
  const world = new World();
  world.ledger = LEFT.ledger;
  for (const [key, content] of Object.entries(LEFT.memory)) {
    const bytes = typeof content === 'string' ? Buffer.from(content.slice('b64:'.length), 'base64') : gzipSync(JSON.stringify(content));
    world.objects.set(key, bytes);
  }
  return world;
}

test('a memory of version 1 is gone on with: the open incident keeps its id and grows, the copy that waits comes to count', async () => {
  const world = leftWorld();
  const { now } = LEFT.ledger;
  const listed = record(9, { eventTime: new Date(now).toISOString(), eventName: 'ListBuckets', errorCode: undefined });
  world.deliver([{ key: 'c.json', bytes: Buffer.from(JSON.stringify({ Records: [listed] })), delivered: now + MINUTE }]);
  expect(await world.run(ENGINE, now + 2 * MINUTE)).toMatchObject({ outcome: 'committed', broken: [], refused: [] });
  expect(await world.run(ENGINE, now + 40 * MINUTE)).toMatchObject({ outcome: 'committed' });
  const [before] = LEFT.incidents;
  expect(world.incidentItems().find(({ id }) => id === before?.id)).toMatchObject({
    opened: before?.opened,
    signals: 2,
    tactics: ['defense-evasion', 'discovery'],
    risk: expect.any(Number),
  });
  expect(world.incidentItems().every(({ risk }) => risk >= 70)).toBe(true);
  expect(world.counts()).toMatchObject({ events: 3 });
  expect(world.incidentItems()).toHaveLength(2);
});

import { BaselineShard } from '../../../core/anomalies/baselines.ts';
import type { EntityDetector } from '../../../core/anomalies/detector.ts';
import { observation } from './splits.ts';

const HOUR = 3_600_000;
const START = Date.UTC(2026, 8, 1);

/** Remembers how often an entity was seen, and a text of some length; nothing of it is ever due. */
const seen = (length = 0): EntityDetector<unknown, never> => ({
  kinds: ['address'],
  empty: () => ({ times: 0, text: 'x'.repeat(length) }),
  observe: (state, _entity, _event, times) => {
    (state as { times: number }).times += times;
  },
  due: () => undefined,
  advance: () => [],
});

const shardOf = (length?: number, state = {}) => new BaselineShard({ seen: seen(length) }, state);
const see = (shard: BaselineShard<never>, name: string, time: number) => shard.observe('address', name, observation(time), 1);
const names = (shard: BaselineShard<never>) => Object.keys(shard.state);

test('what is packed is as it was, also through JSON', () => {
  const shard = shardOf();
  for (const hour of [0, 1, 50]) see(shard, '192.0.2.1', START + hour * HOUR);
  shard.advance(START + 51 * HOUR);
  shard.advance(START + 52 * HOUR);
  const again = shardOf(0, JSON.parse(JSON.stringify(shard.state)));
  expect(again.hasChanged).toBe(false);
  see(again, '192.0.2.1', START + 53 * HOUR);
  expect(again.hasChanged).toBe(true);
  expect(again.state).toEqual({
    'address:192.0.2.1': [JSON.stringify({ seen: { times: 4, text: '' } }), null, START, START + 53 * HOUR],
  });
});

test('names that are seen once do not keep others out for long, and what is seen for longer stays', () => {
  const shard = shardOf();
  for (const hour of [0, 30]) see(shard, '198.51.100.7', START + hour * HOUR);
  for (let i = 0; i < 40_000; i += 1) see(shard, `2001:db8::${i.toString(16)}`, START + 31 * HOUR);
  expect(names(shard)).toHaveLength(32_000);
  see(shard, '203.0.113.9', START + 32 * HOUR);
  expect(names(shard)).not.toContain('address:203.0.113.9');
  shard.advance(START + 56 * HOUR);
  see(shard, '203.0.113.9', START + 57 * HOUR);
  expect(names(shard)).toEqual(['address:198.51.100.7', 'address:203.0.113.9']);
});

test('what a shard keeps is bounded in characters, too', () => {
  const shard = shardOf(10_000);
  for (let i = 0; i < 10_000; i += 1) {
    see(shard, `2001:db8::${i.toString(16)}`, START);
    if (i % 500 === 499) JSON.stringify(shard.state);
  }
  const { length } = JSON.stringify(shard.state);
  expect(length).toBeGreaterThan(60_000_000);
  expect(length).toBeLessThan(75_000_000);
});

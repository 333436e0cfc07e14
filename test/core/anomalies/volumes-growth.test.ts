import { growthOf } from '../../../core/anomalies/growth.ts';
import { type Entity, VOLUMES } from '../../../core/anomalies/observation.ts';
import { Volumes } from '../../../core/anomalies/volumes.ts';
import { judgedAtOnce, observation } from './splits.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** A Monday. */
const START = Date.UTC(2026, 8, 7);
const ACCOUNT: Entity = { kind: 'account', name: '111122223333' };

const noise = (day: number) => ((Math.imul(day + 1, 2654435761) >>> 8) % 21) - 10;
const stable = (day: number) => 100 + noise(day);
const workdays = (day: number) => (day % 7 < 5 ? 100 + noise(day) : 0);
const days = (length: number, total: (day: number) => number) => Array.from({ length }, (_, day) => total(day));

/** The days on which growth is told. */
function told(all: readonly number[]): number[] {
  return all.flatMap((_, day) =>
    growthOf(all.slice(Math.max(0, day - 55), day + 1), { threshold: 5, ratio: 1.5, least: 0 }) === null ? [] : [day],
  );
}

test.each<[name: string, total: (day: number) => number, from: number, to: number]>([
  ['five percent a day', (day) => stable(day) * 1.05 ** Math.max(0, day - 28), 36, 44],
  ['five percent a day, on workdays', (day) => workdays(day) * 1.05 ** Math.max(0, day - 28), 36, 46],
  ['twice as much from one day on', (day) => stable(day) * (day < 28 ? 1 : 2), 30, 33],
])('growth is told once: %s', (_name, total, from, to) => {
  const found = told(days(48, total));
  expect(found).toHaveLength(1);
  expect(found[0]).toBeGreaterThanOrEqual(from);
  expect(found[0]).toBeLessThanOrEqual(to);
});

test.each<[name: string, total: (day: number) => number]>([
  ['what stays as it is', stable],
  ['weekends', workdays],
  ['one wild day', (day) => (day === 30 ? 5000 : stable(day))],
  ['three wild days in a week', (day) => (day >= 30 && day < 33 ? 5000 : stable(day))],
  ['a third more', (day) => stable(day) * (day < 28 ? 1 : 1.33)],
  ['less and less', (day) => stable(day) * 0.95 ** day],
  ['next to nothing', (day) => (day < 28 ? 0 : 1)],
  ['nothing', () => 0],
  ['all new', (day) => (day < 20 ? stable(day) : 0)],
])('nothing is told of %s', (_name, total) => {
  expect(told(days(60, total))).toEqual([]);
});

test('days without data are left out, not counted as zero', () => {
  const growing = (missing: number) => (day: number) => (day >= 8 && day < 24 ? missing : stable(day) * (day < 40 ? 1 : 2));
  expect(told(days(48, growing(Number.NaN)))).toEqual(told(days(48, (day) => stable(day) * (day < 40 ? 1 : 2))));
  expect(told(days(48, growing(0)))).not.toEqual(told(days(48, growing(Number.NaN))));
  expect(told(days(48, (day) => (day % 2 === 0 ? stable(day) * (day < 28 ? 1 : 2) : Number.NaN)))).toEqual([]);
});

test('slow growth of which no hour stands out becomes an anomaly at the end of its day', () => {
  const volumes = 1 << VOLUMES.indexOf('assume-role');
  const events = Array.from({ length: 48 * 24 }, (_, hour) => {
    const count = Math.round((10 + (hour % 3)) * 1.04 ** Math.max(0, Math.floor(hour / 24) - 28));
    return Array.from({ length: count }, (__, i) => observation(START + hour * HOUR + i * 1000, { volumes }));
  }).flat();
  const [anomaly, ...others] = judgedAtOnce(new Volumes(), ACCOUNT, events);
  expect(others).toEqual([]);
  expect(anomaly).toMatchObject({
    detector: 'anomaly:growth:assume-role',
    title: 'More and more assumed roles',
    level: 'low',
    tactics: ['lateral-movement'],
    principal: '',
    account: '111122223333',
    cause: ['assume-role', 'account', '111122223333', new Date((anomaly?.time as number) - DAY).toISOString().slice(0, 10)],
  });
  const [from, to] = anomaly?.window ?? [0, 0];
  expect(to - from).toBe(7 * DAY);
  expect(to % DAY).toBe(0);
  expect(anomaly?.text).toMatch(
    /^In account 111122223333 there were [\d.]+ assumed roles on the median day of the week up to 2026-10-\d\d; \d+-\d+ a day are usual\.$/,
  );
});

import { type ExceptionDay, seen } from '../../../core/doctor/facts.ts';
import { type Exception, exceptionId } from '../../../core/risk/exceptions.ts';
import { dayOf } from '../../../core/scoring/rollups.ts';
import { judged } from './judged.ts';
import { DAY, denied, NOW } from './made-facts.ts';

const BASE: Exception = {
  rule: 'anomaly:volume:*',
  principal: '*:role/scanner',
  owner: 'platform',
  reason: 'scans',
  expires: '2027-03-31',
};
const ID = exceptionId(BASE);

/** The last days, so many, on which the exception was in force, with its signals by how many days ago. */
function days(count: number, signals: Readonly<Record<number, number>> = {}): ExceptionDay[] {
  return Array.from({ length: count }, (_, i) => ({ day: dayOf(NOW - i * DAY), signals: { [ID]: signals[i] ?? 0, other: 5 } })).reverse();
}

test('without exceptions there is no line', () => {
  expect(judged('exceptions', {})).toBeUndefined();
});

test.each<[string, Partial<Exception>, ExceptionDay[], 'ok' | 'look', RegExp]>([
  ['used', {}, days(31, { 20: 1 }), 'ok', /^1 exception of the configuration, none over\.$/],
  [
    'unused for a month',
    {},
    days(31),
    'look',
    /^The exception of platform for "anomaly:volume:\*" \(principal .+\) made no difference in the last 30 days\.$/,
  ],
  ['unused since it was made', {}, days(12), 'ok', /none over/],
  ['not deployed yet', {}, [], 'ok', /none over/],
  ['on its last day', { expires: '2026-11-25' }, days(31, { 1: 1 }), 'look', /ends soon: its last day is 2026-11-25\.$/],
  ['a week before', { expires: '2026-12-01' }, days(31, { 1: 1 }), 'look', /ends soon: its last day is 2026-12-01/],
  ['more than a week before', { expires: '2026-12-02' }, days(31, { 1: 1 }), 'ok', /none over/],
  ['over', { expires: '2026-11-24' }, days(31, { 1: 1 }), 'look', /ended on 2026-11-24\.$/],
])('an exception that is %s', (_name, more, seenDays, status, sentence) => {
  const check = judged('exceptions', { exceptions: { configured: [{ ...BASE, ...more }], days: seen(seenDays) } });
  expect(check).toMatchObject({ status, seen: expect.stringMatching(sentence) });
  expect(check?.todo !== undefined).toBe(status === 'look');
});

test('of many exceptions ten are told', () => {
  const configured = Array.from({ length: 12 }, (_, i) => ({ ...BASE, rule: `iam/${i}.yml`, expires: '2026-11-01' }));
  const check = judged('exceptions', { exceptions: { configured, days: seen([]) } });
  expect(check?.seen.match(/ended on/g)).toHaveLength(10);
  expect(check?.seen).toMatch(/ And 2 more\.$/);
});

test('without the permission the line says so', () => {
  const check = judged('exceptions', { exceptions: { configured: [BASE], days: denied('dynamodb:Query') } });
  expect(check).toMatchObject({ status: 'unknown', seen: 'AWS denied dynamodb:Query.' });
});

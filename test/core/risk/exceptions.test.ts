import type { Anomaly } from '../../../core/anomalies/anomaly.ts';
import { anomalyLine, anomalySignal } from '../../../core/anomalies/unusual.ts';
import { defaultConfig, loadConfig } from '../../../core/config/load.ts';
import type { Config } from '../../../core/config/schema.ts';
import { parseSignalLine } from '../../../core/outputs/signals.ts';
import { Exceptions, exceptionId } from '../../../core/risk/exceptions.ts';
import { IDENTITIES, record } from '../../factories/record.ts';
import { anomaly } from '../outputs/made-anomaly.ts';
import { jsonLines, ruleOn, score } from '../scoring/scored.ts';

const RULES = [
  ruleOn('Trail stopped', { eventName: 'StopLogging' }),
  ruleOn('Trail touched', { eventSource: 'cloudtrail.amazonaws.com' }, { level: 'medium' }),
];
const CALL = record(0, {
  eventSource: 'cloudtrail.amazonaws.com',
  eventName: 'StopLogging',
  errorCode: undefined,
  eventTime: '2026-09-01T10:00:00Z',
});
const BASE = { rule: 'rule-0.yml', owner: 'platform', reason: 'rebuilt each night', expires: '2026-09-01' };

const riskWith = (more: Partial<Config['exceptions'][number]>) =>
  score([CALL], { rules: RULES, config: { ...defaultConfig(), exceptions: [{ ...BASE, ...more }] } }).parts[0]?.risks[0];

test.each<[string, Partial<Config['exceptions'][number]>, boolean]>([
  ['of the rule alone', {}, true],
  ['of the principal', { principal: '*:user/alice' }, true],
  ['of another principal', { principal: '*:user/bob' }, false],
  ['of the network', { address: '198.51.100.0/24' }, true],
  ['of another network', { address: '203.0.113.0/24' }, false],
  ['of the account', { account: '1111*' }, true],
  ['of another account', { account: '4444*' }, false],
  ['all of them', { principal: IDENTITIES.user.arn, address: '198.51.100.7', account: '111122223333' }, true],
  ['that expired the day before', { expires: '2026-08-31' }, false],
  ['of another rule', { rule: 'rule-7.yml' }, false],
  ['of anomalies', { rule: 'anomaly:*' }, false],
])('an exception %s', (_name, more, mutes) => {
  expect(riskWith({ rule: 'none' })).toBeGreaterThanOrEqual(78);
  // The other rule speaks on.
  if (mutes) expect(riskWith(more)).toBe(50);
  else expect(riskWith(more)).toBeGreaterThanOrEqual(78);
});

test.each<[string, object, RegExp]>([
  ['without an owner', { owner: undefined }, /owner" is missing/],
  ['without a day', { expires: 'soon' }, /a day such as 2027-03-31/],
  ['with an unknown key', { user: 'x' }, /not a known key/],
])('%s it is refused', (_name, more, sentence) => {
  expect(() => loadConfig(JSON.stringify({ exceptions: [{ ...BASE, ...more }] }), 'x.json')).toThrow(sentence);
});

test('a signal says what it is excepted by, and its line brings that back', () => {
  const lines = (more: Partial<Config['exceptions'][number]>) =>
    jsonLines(score([CALL], { rules: RULES, config: { exceptions: [{ ...BASE, ...more }] } }).parts, 'signalLines');
  const [stopped, touched] = lines({});
  const excepted = { id: exceptionId(BASE), owner: 'platform', reason: 'rebuilt each night', expires: '2026-09-01' };
  expect(stopped).toMatchObject({ weight: 0, excepted });
  expect(touched).not.toHaveProperty('excepted');
  expect(parseSignalLine(JSON.stringify(stopped)).excepted).toEqual(excepted);
  expect(lines({ rule: 'none' })[0]).not.toHaveProperty('excepted');
});

test('the first exception that holds is the one that counts', () => {
  const config = { exceptions: [{ ...BASE, principal: 'nobody' }, { ...BASE, account: '1111*' }, BASE] };
  const [line] = jsonLines(score([CALL], { rules: RULES, config }).parts, 'signalLines');
  expect(line).toMatchObject({ excepted: { id: exceptionId({ ...BASE, account: '1111*' }) } });
});

test('an exception is the same with another owner, reason and last day, and another with other terms', () => {
  const id = exceptionId(BASE);
  expect(exceptionId({ ...BASE, owner: 'x', reason: 'y', expires: '2030-01-01' })).toBe(id);
  for (const more of [{ rule: 'a' }, { principal: 'a' }, { address: '192.0.2.1' }, { account: 'a' }])
    expect(exceptionId({ ...BASE, ...more })).not.toBe(id);
});

const NOON = Date.UTC(2026, 8, 1, 12);
const MIDNIGHT = Date.UTC(2026, 8, 2);
const AT_NOON: Partial<Anomaly> = { time: NOON, window: [NOON, NOON] };

test.each<[string, Partial<Config['exceptions'][number]>, Partial<Anomaly>, boolean]>([
  ['of the detector', { rule: 'anomaly:first-seen:region' }, AT_NOON, true],
  ['of its kind', { rule: 'anomaly:first-seen:*' }, AT_NOON, true],
  ['of all anomalies', { rule: 'anomaly:*' }, AT_NOON, true],
  ['in capitals', { rule: 'ANOMALY:*' }, AT_NOON, true],
  ['of another detector', { rule: 'anomaly:volume:*' }, AT_NOON, false],
  ['of another feature', { rule: 'anomaly:first-seen:action' }, AT_NOON, false],
  ['of the principal', { rule: 'anomaly:*', principal: '*:user/alice' }, AT_NOON, true],
  ['of another principal', { rule: 'anomaly:*', principal: '*:user/bob' }, AT_NOON, false],
  ['of a principal, where it is of nobody', { rule: 'anomaly:*', principal: '*:user/*' }, { ...AT_NOON, principal: '' }, false],
  ['of the network', { rule: 'anomaly:*', address: '198.51.100.0/24' }, AT_NOON, true],
  ['of a network, where it is of several', { rule: 'anomaly:*', address: '0.0.0.0/0' }, { ...AT_NOON, address: '' }, false],
  ['of the account', { rule: 'anomaly:*', account: '111122223333' }, AT_NOON, true],
  ['of another account', { rule: 'anomaly:*', account: '444455556666' }, AT_NOON, false],
  ['that ended the day before', { rule: 'anomaly:*', expires: '2026-08-31' }, AT_NOON, false],
  ['for the last hour of its last day', { rule: 'anomaly:*' }, { time: MIDNIGHT, window: [MIDNIGHT - 3_600_000, MIDNIGHT] }, true],
  ['for the first event after it', { rule: 'anomaly:*' }, { time: MIDNIGHT, window: [MIDNIGHT, MIDNIGHT] }, false],
])('an exception for anomalies, %s', (_name, more, seen, mutes) => {
  const exceptions = new Exceptions([{ ...BASE, ...more }]);
  const { signal } = anomalySignal(anomaly(seen), exceptions);
  const plain = anomalySignal(anomaly(seen)).signal;
  expect(plain.weight).toBeGreaterThan(0);
  const excepted = {
    id: exceptionId({ ...BASE, ...more }),
    owner: 'platform',
    reason: 'rebuilt each night',
    expires: more.expires ?? '2026-09-01',
  };
  expect(signal).toEqual(mutes ? { ...plain, weight: 0, risk: 0, excepted } : plain);
  expect(parseSignalLine(anomalyLine(anomaly(seen), exceptions))).toEqual(signal);
});

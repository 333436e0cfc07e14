import { defaultConfig, loadConfig } from '../../../core/config/load.ts';
import type { Config } from '../../../core/config/schema.ts';
import { IDENTITIES, record } from '../../factories/record.ts';
import { ruleOn, score } from '../scoring/scored.ts';

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

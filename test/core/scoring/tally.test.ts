import fc from 'fast-check';
import { loadRules } from '../../../core/rules/load.ts';
import { MARK } from '../../../core/scoring/duplicates.ts';
import { RiskTable } from '../../../core/scoring/table.ts';
import { Tally } from '../../../core/scoring/tally.ts';
import { IDENTITIES, type JsonObject, record } from '../../factories/record.ts';
import { ruleOn, score } from './scored.ts';

describe('the table of the events of highest risk', () => {
  const text = (rows: readonly Uint8Array[]) => rows.map((row) => Buffer.from(row).toString());

  test('keeps the highest risks, of equal ones the earliest, whatever the order', () => {
    const risks = fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 200 });
    fc.assert(
      fc.property(risks, fc.integer({ min: 0, max: 40 }), (given, limit) => {
        const table = new RiskTable(limit);
        for (const [i, risk] of given.entries()) {
          const kept = table.wouldKeep(risk);
          table.add(risk, Buffer.from(`${risk}#${i}`));
          expect(text(table.rows()).includes(`${risk}#${i}`)).toBe(kept);
        }
        const expected = given.map((risk, i) => ({ risk, i })).sort((a, b) => b.risk - a.risk || a.i - b.i);
        expect(text(table.rows())).toEqual(expected.slice(0, limit).map(({ risk, i }) => `${risk}#${i}`));
        expect(table.hasRoom).toBe(given.length < limit);
      }),
      { numRuns: 150 },
    );
  });
});

const RULES = [
  ruleOn('Bucket policy read', { eventName: 'GetBucketPolicy' }),
  ruleOn('Silent', { eventName: 'Nothing' }, { level: 'low' }),
];
const { rules } = loadRules(RULES.map((text, i) => ({ file: `${i}.yml`, text })));
const OK = { errorCode: undefined };

function tallyOf(records: readonly JsonObject[], marks: Uint8Array | null = null): Tally {
  const tally = new Tally(rules, 10);
  for (const part of score(records, { rules: RULES }).parts) tally.add(part, marks);
  return tally;
}

const MADE = [
  record(0, OK),
  record(1, { ...OK, eventName: 'ListBuckets', awsRegion: 'us-east-1', sourceIPAddress: '203.0.113.1' }),
  record(3600, {
    userIdentity: IDENTITIES.service,
    eventName: 'X',
    sourceIPAddress: 'config.amazonaws.com',
    recipientAccountId: '444455556666',
  }),
  record(3601, { eventSource: 'signin.amazonaws.com', eventName: 'ConsoleLogin', responseElements: { ConsoleLogin: 'Failure' } }),
  record(7200, { ...OK, eventSource: 'signin.amazonaws.com', eventName: 'ConsoleLogin', responseElements: { ConsoleLogin: 'Success' } }),
];

test('sums per level, hour, principal, address, region and rule agree with the events', () => {
  const tally = tallyOf(MADE);
  const hour = Date.UTC(2026, 8, 1, 10) / 3_600_000;
  expect(tally).toMatchObject({
    events: 5,
    signals: 1,
    levels: [4, 0, 0, 1, 0],
    ruleSignals: [1, 0],
    from: Date.UTC(2026, 8, 1, 10),
    to: Date.UTC(2026, 8, 1, 12),
  });
  expect([...tally.hours]).toEqual([
    [hour, [1, 0, 0, 1, 0]],
    [hour + 1, [2, 0, 0, 0, 0]],
    [hour + 2, [1, 0, 0, 0, 0]],
  ]);
  expect([...tally.logins]).toEqual([
    [hour + 1, { succeeded: 0, failed: 1 }],
    [hour + 2, { succeeded: 1, failed: 0 }],
  ]);
  expect([...tally.accounts].sort()).toEqual(['111122223333', '444455556666']);
  expect([...tally.awsRegions].sort()).toEqual(['eu-central-1', 'us-east-1']);
  expect([...tally.regions].map(([region, { events, riskyEvents }]) => [region, events, riskyEvents]).sort()).toEqual([
    ['eu-central-1', 2, 1],
    ['global', 2, 0],
    ['us-east-1', 1, 0],
  ]);
  expect(
    [...tally.addresses.values()].map(({ address, events, riskyEvents, failedEvents }) => [address, events, riskyEvents, failedEvents]),
  ).toEqual([
    ['198.51.100.7', 3, 1, 1],
    ['203.0.113.1', 1, 0, 0],
    ['config.amazonaws.com', 1, 0, 1],
  ]);
  for (const map of [tally.principals, tally.addresses, tally.regions]) {
    const sum = [...map.values()].reduce((all, one) => all + ('levels' in one ? one.levels.reduce((a, b) => a + b, 0) : one.events), 0);
    expect(sum).toBe(5);
  }
  expect(tally.table.rows()).toHaveLength(5);
});

test('events that are duplicates or held do not count anywhere', () => {
  const marks = Uint8Array.from([MARK.duplicate, MARK.counts, MARK.held, MARK.counts, MARK.duplicate]);
  const tally = tallyOf(MADE, marks);
  const expected = tallyOf([MADE[1] as JsonObject, MADE[3] as JsonObject]);
  expect(tally).toMatchObject({ events: 2, signals: 0, levels: [2, 0, 0, 0, 0], ruleSignals: [0, 0] });
  for (const key of ['hours', 'logins', 'regions', 'accounts', 'awsRegions', 'from', 'to'] as const)
    expect([key, tally[key]]).toEqual([key, expected[key]]);
  expect([...tally.principals.keys()]).toEqual([...expected.principals.keys()]);
  expect([...tally.addresses.keys()]).toEqual([...expected.addresses.keys()]);
  expect(tally.table.rows()).toHaveLength(2);
});

test('parts in turn give what one part gives', () => {
  const whole = tallyOf(MADE);
  const tally = new Tally(rules, 10);
  for (const one of MADE) for (const part of score([one], { rules: RULES }).parts) tally.add(part, null);
  for (const key of [
    'hours',
    'logins',
    'regions',
    'accounts',
    'awsRegions',
    'from',
    'to',
    'levels',
    'events',
    'signals',
    'ruleSignals',
    'principals',
    'addresses',
  ] as const) {
    expect([key, tally[key]]).toEqual([key, whole[key]]);
  }
});

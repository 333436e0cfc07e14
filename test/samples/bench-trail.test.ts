import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeBenchTrail } from '../../bench/trail.ts';
import { principalOf } from '../../core/records/principal.ts';
import { type Fields, inflated, keysBelow } from './read.ts';

const COUNT = 12_000;
/** Steps of attacks that ordinary records never hold. */
const DECISIVE = new Set([
  'StopLogging',
  'DeleteFlowLogs',
  'CreateUser',
  'AttachUserPolicy',
  'CreateLoginProfile',
  'CreatePolicyVersion',
  'UpdateAssumeRolePolicy',
  'ModifySnapshotAttribute',
  'DeleteRecoveryPoint',
  'ScheduleKeyDeletion',
  'SendCommand',
  'BatchGetSecretValue',
  'DeleteBucketPublicAccessBlock',
]);

describe('the benchmark trail', () => {
  const dir = mkdtempSync(join(tmpdir(), 'trailwarden-bench-'));
  const made = writeBenchTrail({ dir, records: COUNT, seed: 3 });
  const keys = keysBelow(dir);
  const lists = keys.map((key) => (JSON.parse(inflated(join(dir, key))) as { Records: Fields[] }).Records);
  const records = lists.flat();

  afterAll(() => rmSync(dir, { recursive: true }));

  test('holds the records asked for, each with an eventID of its own', () => {
    expect(records.length).toBe(COUNT);
    expect(new Set(records.map((record) => record.eventID)).size).toBe(COUNT);
    expect(made).toMatchObject({ records: COUNT, files: keys.length });
  });

  test('has at most 500 records a file, in the layout of an organization trail', () => {
    expect(Math.max(...lists.map((list) => list.length))).toBe(500);
    const odd = keys.filter(
      (key) => !/^AWSLogs\/o-exampleorg1\/\d{12}\/CloudTrail\/[a-z0-9-]+\/2026\/09\/\d\d\/\d{12}_CloudTrail_/.test(key),
    );
    expect(odd).toEqual([]);
  });

  test.each([
    ['mean bytes of a record', made.inflated / COUNT, 1250, 1600],
    ['inflated to stored', made.inflated / made.stored, 8, 15],
    [
      'principals',
      new Set(records.map((record) => principalOf(record.userIdentity, String(record.recipientAccountId)).id)).size,
      200,
      1500,
    ],
    ['share of decisive steps of attacks', records.filter((record) => DECISIVE.has(String(record.eventName))).length / COUNT, 0.004, 0.02],
  ])('%s', (_name, value, low, high) => {
    expect(value).toBeGreaterThanOrEqual(low);
    expect(value).toBeLessThanOrEqual(high);
  });

  test('the same seed gives the same records', () => {
    const again = mkdtempSync(join(tmpdir(), 'trailwarden-bench-'));
    writeBenchTrail({ dir: again, records: COUNT, seed: 3 });
    const differing = keysBelow(again).filter((key) => !keys.includes(key) || inflated(join(again, key)) !== inflated(join(dir, key)));
    expect(differing).toEqual([]);
    rmSync(again, { recursive: true });
  });
});

import { controlBit } from '../../../core/posture/controls.ts';
import { CONTEXT } from '../../../core/risk/event-risk.ts';
import { FLAG } from '../../../core/scoring/section.ts';
import { eventID, IDENTITIES, type JsonObject, record, records } from '../../factories/record.ts';
import { jsonLines, linesOf, ruleOn, type ScoreOptions, score } from './scored.ts';

const ON_BUCKET = ruleOn('Bucket policy read', { eventName: 'GetBucketPolicy' });
const OK = { errorCode: undefined, errorMessage: undefined };

/** Risk and reasons of one record. */
function riskOf(more: JsonObject, options: ScoreOptions = {}) {
  const { parts } = score([record(0, { ...OK, ...more })], { rules: [ON_BUCKET], ...options });
  const [line] = jsonLines(parts, 'json');
  const reasons = (line?.reasons as { text: string; points: number }[] | undefined) ?? [];
  return {
    risk: line?.risk as number,
    texts: reasons.map(({ text }) => text),
    points: reasons.reduce((sum, { points }) => sum + points, 0),
  };
}

const unprotected = (identity: JsonObject, mfa: unknown = 'false') => ({
  ...identity,
  sessionContext: { attributes: { mfaAuthenticated: mfa } },
});
const trusting = (...trustedNetworks: string[]): ScoreOptions => ({ config: { trustedNetworks } });

describe('circumstances', () => {
  const alone = 78;
  test.each<[string, JsonObject, ScoreOptions, string[], number]>([
    ['a user alone', {}, {}, [], alone],
    ['root', { userIdentity: IDENTITIES.root }, {}, [CONTEXT.root.text], 81],
    ['root without MFA', { userIdentity: unprotected(IDENTITIES.root) }, {}, [CONTEXT.root.text, CONTEXT.noMfa.text], 83],
    ['a user without MFA', { userIdentity: unprotected(IDENTITIES.user) }, {}, [CONTEXT.noMfa.text], 80],
    ['a user without MFA, as a boolean', { userIdentity: unprotected(IDENTITIES.user, false) }, {}, [CONTEXT.noMfa.text], 80],
    ['a user with MFA', { userIdentity: unprotected(IDENTITIES.user, 'true') }, {}, [], alone],
    ['a user with an access key: MFA is not told', { userIdentity: IDENTITIES.user }, {}, [], alone],
    ['a role’s session has no MFA of its own', { userIdentity: IDENTITIES.role }, {}, [], alone],
    ['another account', { userIdentity: { type: 'AWSAccount', accountId: '444455556666' } }, {}, [CONTEXT.external.text], 80],
    ['outside the trusted networks', {}, trusting('203.0.113.0/24'), [CONTEXT.outside.text], 80],
    ['inside the trusted networks', {}, trusting('203.0.113.0/24', '198.51.100.0/24'), [], alone],
    ['a private address is not outside', { sourceIPAddress: '10.0.0.9' }, trusting('203.0.113.0/24'), [], alone],
    ['a service’s name is not outside', { sourceIPAddress: 'config.amazonaws.com' }, trusting('203.0.113.0/24'), [], alone],
    ['an address that is none is not outside', { sourceIPAddress: 'AWS Internal' }, trusting('203.0.113.0/24'), [], alone],
    ['without trusted networks nothing is outside', {}, trusting(), [], alone],
  ])('%s', (_name, more, options, texts, risk) => {
    const found = riskOf(more, options);
    expect(found.texts).toEqual(['Bucket policy read', ...texts]);
    expect([found.risk, found.points]).toEqual([risk, risk]);
  });

  test('circumstances without a signal are no risk', () => {
    const result = riskOf({ userIdentity: unprotected(IDENTITIES.root), eventName: 'ListBuckets' }, trusting('203.0.113.0/24'));
    expect(result).toEqual({ risk: 0, texts: [], points: 0 });
  });
});

describe('what AWS does on the account’s behalf is shown and weighs nothing', () => {
  test.each<[string, JsonObject]>([
    ['a service', IDENTITIES.service],
    ['a service-linked role', { type: 'AssumedRole', arn: 'arn:aws:sts::111122223333:assumed-role/AWSServiceRoleForConfig/x' }],
  ])('%s', (_name, userIdentity) => {
    const { parts } = score([record(0, { ...OK, userIdentity })], {
      rules: [ruleOn('x', { eventName: 'GetBucketPolicy' }, { level: 'critical' })],
    });
    expect(jsonLines(parts, 'signalLines')).toMatchObject([{ weight: 0, risk: 0, level: 'critical' }]);
    expect(jsonLines(parts, 'json')).toMatchObject([{ risk: 0, level: 'informational', roleTag: 'service' }]);
  });
});

describe('a failed call', () => {
  const share = (failedShare: number): ScoreOptions => ({ config: { risk: { failedShare } } });
  test.each<[string, JsonObject, ScoreOptions, number, string]>([
    ['keeps 60 % of its weight', { errorCode: 'AccessDenied' }, {}, 47, 'Bucket policy read (failed: AccessDenied)'],
    ['keeps what the configuration says', { errorCode: 'AccessDenied' }, share(1), 78, 'Bucket policy read (failed: AccessDenied)'],
    ['an empty errorCode is no failure', { errorCode: '' }, {}, 78, 'Bucket policy read'],
    ['an errorCode that is no text is no failure', { errorCode: { a: 1 } }, {}, 78, 'Bucket policy read'],
  ])('%s', (_name, more, options, risk, text) => {
    expect(riskOf(more, options)).toMatchObject({ risk, texts: [text] });
  });

  test('may be worth nothing', () => {
    expect(riskOf({ errorCode: 'AccessDenied' }, share(0))).toMatchObject({ risk: 0, texts: [] });
  });

  test.each<[string, JsonObject, number]>([
    ['a rule that asks for the error keeps its weight', { eventName: 'GetBucketPolicy', errorCode: 'AccessDenied' }, 78],
    [
      'a rule that asks for no error at all would not fire; one that filters another does not ask',
      { eventName: 'GetBucketPolicy', 'requestParameters.bucketName': 'bucket-0' },
      47,
    ],
  ])('%s', (_name, selection, risk) => {
    expect(riskOf({ errorCode: 'AccessDenied' }, { rules: [ruleOn('x', selection)] }).risk).toBe(risk);
  });

  test.each<[string, JsonObject, number, number]>([
    ['a sign-in that succeeds', { ConsoleLogin: 'Success' }, FLAG.loginSucceeded, 78],
    ['a sign-in that fails', { ConsoleLogin: 'Failure' }, FLAG.failed | FLAG.loginFailed, 47],
    ['a sign-in that does not say', {}, FLAG.loginSucceeded, 78],
  ])('%s', (_name, responseElements, flags, risk) => {
    const login = record(0, { ...OK, eventSource: 'signin.amazonaws.com', eventName: 'ConsoleLogin', responseElements });
    const { parts } = score([login], { rules: [ruleOn('x', { eventName: 'ConsoleLogin' })] });
    expect([parts[0]?.flags[0], parts[0]?.risks[0]]).toEqual([flags, risk]);
  });
});

test('columns hold what the records say', () => {
  const made = [
    record(0),
    record(1, { ...OK, awsRegion: 'us-east-1', eventSource: 'iam.amazonaws.com', sourceIPAddress: '203.0.113.1' }),
    record(2),
  ];
  const { parts } = score(made);
  const [part] = parts;
  const text = (column: ArrayLike<number> | undefined, i: number) => part?.strings[column?.[i] as number];
  expect(part?.count).toBe(3);
  expect([...(part?.times ?? [])]).toEqual([0, 1, 2].map((n) => Date.UTC(2026, 8, 1, 10, 0, n)));
  expect([...(part?.flags ?? [])]).toEqual([FLAG.failed, 0, FLAG.failed]);
  expect([0, 1, 2].map((i) => text(part?.regions, i))).toEqual(['eu-central-1', 'us-east-1', 'eu-central-1']);
  expect([0, 1, 2].map((i) => text(part?.postureRegions, i))).toEqual(['eu-central-1', 'global', 'eu-central-1']);
  expect([0, 1, 2].map((i) => text(part?.addresses, i))).toEqual(['198.51.100.7', '203.0.113.1', '198.51.100.7']);
  expect([0, 1, 2].map((i) => part?.actors[part.principals[i] as number]?.id)).toEqual([
    'arn:aws:iam::111122223333:user/alice',
    'arn:aws:iam::111122223333:user/alice',
    'arn:aws:iam::111122223333:role/deploy',
  ]);
  expect([...(part?.ids.slice(4, 5) ?? [])]).toEqual([1]);
});

describe('controls', () => {
  const control = (id: string, selection: JsonObject) =>
    ruleOn(`Control ${id}`, selection, { level: 'informational', tags: [`cis.${id}`] });
  const rules = [
    control('4.4', { eventSource: 'iam.amazonaws.com', eventName: 'PutUserPolicy' }),
    control('4.5', { eventSource: 'cloudtrail.amazonaws.com', eventName: ['StopLogging', 'DeleteTrail'] }),
    control('4.1', { errorCode: 'AccessDenied' }),
  ];
  test.each<[string, JsonObject, string[], string[]]>([
    ['an event of IAM is judged by 4.4 and 4.1', { eventSource: 'iam.amazonaws.com', eventName: 'GetUser' }, ['4.4', '4.1'], []],
    ['and violates it', { eventSource: 'iam.amazonaws.com', eventName: 'PutUserPolicy' }, ['4.4', '4.1'], ['4.4']],
    ['whatever the case of its source', { eventSource: 'IAM.amazonaws.com', eventName: 'putuserpolicy' }, ['4.4', '4.1'], ['4.4']],
    ['another service is judged by the control of every event', { eventSource: 's3.amazonaws.com' }, ['4.1'], []],
    [
      'two at once',
      { eventSource: 'cloudtrail.amazonaws.com', eventName: 'StopLogging', errorCode: 'AccessDenied' },
      ['4.5', '4.1'],
      ['4.5', '4.1'],
    ],
  ])('%s', (_name, more, evaluated, violated) => {
    const { parts } = score([record(0, { ...OK, ...more })], { rules });
    const mask = (ids: readonly string[]) => ids.reduce((sum, id) => sum | controlBit(id), 0);
    expect([parts[0]?.evaluated[0], parts[0]?.violated[0]]).toEqual([mask(evaluated), mask(violated)]);
  });
});

describe('rows', () => {
  const rules = [ON_BUCKET];
  const plain = record(1, { ...OK, eventName: 'ListBuckets' });
  const risky = record(0, OK);
  const rowCounts = (options: ScoreOptions) => {
    const { parts } = score([plain, risky], { rules, ...options });
    return (['csv', 'json', 'table', 'signalLines'] as const).map((of) => parts.flatMap((part) => linesOf(part[of])).length);
  };

  test.each<[string, ScoreOptions, number[]]>([
    ['all events', {}, [2, 2, 2, 1]],
    ['risky events only', { rows: { events: 'risky' } }, [1, 1, 2, 1]],
    ['from medium on', { rows: { minRank: 2 } }, [1, 1, 1, 1]],
    ['from critical on (signals are always told: incidents are made of them)', { rows: { minRank: 4 } }, [0, 0, 0, 1]],
    ['no table', { rows: { table: false } }, [2, 2, 0, 1]],
    ['a table that is full of risky events', { wantsPlain: false }, [2, 2, 1, 1]],
  ])('%s', (_name, options, expected) => {
    expect(rowCounts(options)).toEqual(expected);
  });

  test('every column has one line an event, in the order of the records', () => {
    const { parts } = score(records(9000), { rules });
    expect(parts.map(({ count }) => count)).toEqual([8192, 808]);
    for (const part of parts) for (const rows of [part.csv, part.json, part.table]) expect(rows.ends).toHaveLength(part.count);
    expect(jsonLines(parts, 'json').map(({ eventID: id }) => id)).toEqual(Array.from({ length: 9000 }, (_, n) => eventID(n)));
  });

  test('signals name their event, ascending', () => {
    const { parts } = score([plain, risky, plain, record(3, OK)], {
      rules: [ON_BUCKET, ruleOn('Second', { eventSource: 's3.amazonaws.com' })],
    });
    expect([...(parts[0]?.signalEvents ?? [])]).toEqual([0, 1, 1, 2, 3, 3]);
    expect(jsonLines(parts, 'signalLines').map(({ eventID: id }) => id)).toEqual([1, 0, 0, 1, 3, 3].map(eventID));
  });
});

test('filters leave events out and count them', () => {
  const made = [record(0), record(1, { awsRegion: 'us-east-1' }), record(2, { recipientAccountId: '444455556666' }), record(3)];
  const at = (n: number) => Date.UTC(2026, 8, 1, 10, 0, n);
  const cases: [ScoreOptions['filters'], number[]][] = [
    [{}, [0, 1, 2, 3]],
    [{ accounts: [], regions: [] }, [0, 1, 2, 3]],
    [{ regions: ['us-east-1'] }, [1]],
    [{ accounts: ['444455556666', '777788889999'] }, [2]],
    [{ since: at(1) }, [1, 2, 3]],
    [{ until: at(1) }, [0]],
    [{ since: at(1), until: at(3), regions: ['eu-central-1'] }, [2]],
  ];
  for (const [filters, kept] of cases) {
    const { parts, counts } = score(made, { filters: filters as object });
    expect(jsonLines(parts, 'json').map(({ eventID: id }) => id)).toEqual(kept.map(eventID));
    expect(counts).toMatchObject({ records: 4, events: kept.length, excluded: 4 - kept.length });
  }
});

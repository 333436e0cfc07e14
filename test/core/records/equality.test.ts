import fc from 'fast-check';
import { principalOf } from '../../../core/records/principal.ts';
import { TrailRecord } from '../../../core/records/record.ts';
import { parseTime } from '../../../core/records/time.ts';
import { CHEAP_KEYS } from '../../../core/records/view.ts';
import { IDENTITIES, type JsonObject, record } from '../../factories/record.ts';
import { keyText, membersText, stringText, valueText } from './json-text.ts';

const RUNS = process.env.CI === 'true' ? 3000 : 500;

/** One flyweight for all cases, as a run has: what it remembers of a record must not show in the next. */
const flyweight = new TrailRecord();

const KEYS = [...CHEAP_KEYS, ...Object.keys(record()), 'detail', 'message', 'insightDetails', 'timeWindow', 'eventId', 'accountId'];
const HOSTILE_KEYS = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'Records', 'eventname', 'eventName ', 'eventNam', 'x'];
/** Around 64 and 256 bytes the ways to look a key or a text up change. */
const LONG_KEYS = ['k'.repeat(63), 'k'.repeat(64), 'k'.repeat(300)];

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** What a record of that text must be, by JSON.parse alone. */
function expectedOf(json: string) {
  const plain = JSON.parse(json) as JsonObject;
  const own = (key: string): unknown => (Object.hasOwn(plain, key) ? plain[key] : undefined);
  const recipient = text(own('recipientAccountId')) || text(own('accountId'));
  const principal = principalOf(own('userIdentity'), recipient);
  return {
    plain,
    fields: {
      region: text(own('awsRegion')),
      address: text(own('sourceIPAddress')),
      userAgent: text(own('userAgent')),
      errorCode: text(own('errorCode')),
      sharedEventID: text(own('sharedEventID')),
      account: recipient || principal.account,
      principal,
    },
  };
}

function compare(json: string): void {
  const bytes = Buffer.from(`xx${json}yy`);
  expect(flyweight.scan(bytes, 2, bytes.length - 2)).toBe(bytes.length - 2);
  const refused = flyweight.read();
  const { plain, fields } = expectedOf(json);
  const { region, address, userAgent, errorCode, sharedEventID, account, principal } = flyweight;
  expect({ region, address, userAgent, errorCode, sharedEventID, account, principal }).toEqual(fields);
  if (refused === null && (flyweight.category === 'Management' || flyweight.category === 'Data')) {
    expect([flyweight.eventSource, flyweight.eventName]).toEqual([plain.eventSource, plain.eventName]);
    if (Object.hasOwn(plain, 'eventTime')) expect(flyweight.time).toBe(parseTime(plain.eventTime as string));
  }
  const keys = [...Object.keys(plain), ...KEYS, ...HOSTILE_KEYS];
  const told = keys.map((key) => `${key}: ${JSON.stringify(flyweight.top(key))}`);
  expect(told).toEqual(keys.map((key) => `${key}: ${JSON.stringify(Object.hasOwn(plain, key) ? plain[key] : undefined)}`));
  expect(JSON.stringify(flyweight.full)).toBe(JSON.stringify(plain));
  expect(flyweight.raw.toString()).toBe(Buffer.from(json).toString());
}

test('a record of any JSON text has the fields that JSON.parse gives', () => {
  const member = fc.tuple(keyText(fc.constantFrom(...KEYS, ...KEYS, ...HOSTILE_KEYS, ...LONG_KEYS)), valueText);
  const known = Object.entries(record(1)).map(([key, value]): [string, string] => [JSON.stringify(key), JSON.stringify(value)]);
  const hostile = fc
    .tuple(fc.shuffledSubarray(known), fc.array(member, { maxLength: 8 }))
    .chain(([some, more]) => fc.shuffledSubarray([...some, ...more], { minLength: some.length + more.length }).chain(membersText));
  fc.assert(fc.property(hostile, compare), { numRuns: RUNS });
});

test('texts of every length around the limits of what is remembered', () => {
  for (const length of [0, 1, 2, 35, 36, 37, 63, 64, 255, 256, 257, 1000]) {
    for (const letter of ['a', 'b', 'é', '\\n']) {
      compare(`{"userAgent":"${letter.repeat(length)}","eventName":"${letter.repeat(length)}","eventID":"${letter.repeat(length)}"}`);
    }
  }
});

describe('userIdentity', () => {
  const within = (identity: string): string => `{"eventName":"A","recipientAccountId":"111122223333","userIdentity":${identity}}`;

  test('sessions of one principal that differ in access key and creation date alone, in any order', () => {
    const key = fc.constantFrom(
      'ASIAEXAMPLE000000001',
      'ASIAEXAMPLE000000002',
      'ASIA"',
      'ASIA\\',
      'é',
      'ASIA short',
      '',
      'accessKeyId',
      'arn',
    );
    const date = fc.constantFrom('2026-09-01T08:00:00Z', '2026-09-01T09:30:00Z', '2026-09-01t09:30:00z', '', 'creationDate');
    const session = fc
      .tuple(key, date, fc.boolean(), fc.constantFrom('{', '{"accessKeyId":"ASIAEXAMPLE000000001",', '{"x":"accessKeyId",', '{ '))
      .map(([accessKeyId, creationDate, inOrder, prefix]) => {
        const { sessionContext, ...role } = IDENTITIES.role;
        const context = { ...sessionContext, attributes: { ...sessionContext.attributes, creationDate } };
        const identity = inOrder ? { ...role, accessKeyId, sessionContext: context } : { sessionContext: context, ...role, accessKeyId };
        return within(JSON.stringify(identity).replace('{', prefix));
      });
    fc.assert(
      fc.property(fc.array(session, { minLength: 2, maxLength: 8 }), (sessions) => sessions.forEach(compare)),
      { numRuns: RUNS / 4 },
    );
  });

  test('sessions of one role that differ in their name, wherever it stands', () => {
    const name = fc.constantFrom(
      's1',
      's2',
      'alice@example.com',
      'carol@example.com',
      'run-1234567890',
      'é',
      'a"b',
      'a\\b',
      'a/b',
      '',
      'deploy',
      '2026-09-01T08:00:00Z',
    );
    const role = fc.constantFrom('deploy', 'AWSReservedSSO_Admin_0123456789abcdef', 'AWSServiceRoleForConfig', 's1');
    const context = fc.constantFrom(
      {},
      { sourceIdentity: 's1' },
      { sourceIdentity: 'alice' },
      { webIdFederationData: { federatedProvider: 'accounts.google.com' } },
    );
    const session = fc
      .record({
        name,
        other: name,
        role,
        context,
        hasIssuer: fc.boolean(),
        agree: fc.boolean(),
        userName: fc.option(name, { nil: undefined }),
      })
      .map(({ name: made, other, role: of, context: around, hasIssuer, agree, userName }) =>
        within(
          JSON.stringify({
            type: 'AssumedRole',
            principalId: `AROAEXAMPLE:${agree ? made : other}`,
            arn: `arn:aws:sts::111122223333:assumed-role/${of}/${made}`,
            accountId: '111122223333',
            userName,
            sessionContext: { ...(hasIssuer ? { sessionIssuer: { arn: `arn:aws:iam::111122223333:role/${of}` } } : {}), ...around },
          }),
        ),
      );
    fc.assert(
      fc.property(fc.array(session, { minLength: 2, maxLength: 6 }), (sessions) => sessions.forEach(compare)),
      { numRuns: RUNS / 4 },
    );
  });

  test('identities of the same members in any nesting, any order of records', () => {
    const leaf = fc.oneof(stringText, fc.constantFrom('"ASIA1"', '"ASIA2"', '"2026-09-01T08:00:00Z"', 'null', '1'));
    const name = keyText(fc.constantFrom('accessKeyId', 'creationDate', 'type', 'arn', 'userName', 'accountId', 'principalId'));
    const inner = fc.array(fc.tuple(name, leaf), { maxLength: 3 }).chain(membersText);
    const attributes = inner.chain((made) => membersText([['"attributes"', made]]));
    const outer = fc
      .tuple(
        fc.array(fc.tuple(name, leaf), { maxLength: 4 }),
        fc.array(fc.tuple(fc.constantFrom('"sessionContext"', '"other"'), fc.oneof(attributes, inner)), { maxLength: 2 }),
      )
      .chain(([plain, nested]) =>
        fc.shuffledSubarray([...plain, ...nested], { minLength: plain.length + nested.length }).chain(membersText),
      );
    fc.assert(
      fc.property(fc.array(outer, { minLength: 2, maxLength: 6 }), (identities) => identities.map(within).forEach(compare)),
      { numRuns: RUNS / 4 },
    );
  });

  test('the value last asked for is not changed by the principal of the next record', () => {
    const json = (accessKeyId: string) => within(JSON.stringify({ ...IDENTITIES.role, accessKeyId }));
    for (const key of ['ASIAEXAMPLE00000000A', 'ASIAEXAMPLE00000000B', 'ASIAEXAMPLE00000000A']) {
      const bytes = Buffer.from(json(key));
      flyweight.scan(bytes, 0, bytes.length);
      expect(flyweight.principal.id).toBe('arn:aws:iam::111122223333:role/deploy');
      expect((flyweight.top('userIdentity') as JsonObject).accessKeyId).toBe(key);
    }
  });

  test('two principals whose parts run together alike are two', () => {
    const user = (arn: string, accountId: string) => within(JSON.stringify({ type: 'IAMUser', arn, accountId }));
    compare(user('a\nb', 'c'));
    compare(user('a', 'b\nc'));
  });

  test('forty thousand identities in turn are told apart', () => {
    for (let i = 0; i < 40_000; i += 1) {
      const name = `user-${(i * 7919) % 39_989}`;
      const bytes = Buffer.from(within(`{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/${name}"}`));
      flyweight.scan(bytes, 0, bytes.length);
      if (flyweight.principal.id !== `arn:aws:iam::111122223333:user/${name}`) throw new Error(`${flyweight.principal.id} is not ${name}`);
    }
    compare(within(JSON.stringify(IDENTITIES.user)));
  });
});

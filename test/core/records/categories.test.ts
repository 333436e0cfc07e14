import { eventID, type JsonObject, record } from '../../factories/record.ts';
import { readText } from './reading.ts';

function readOne(of: JsonObject): Record<string, unknown> {
  const { events, counts } = readText(JSON.stringify(of));
  expect(counts).toMatchObject({ records: 1, events: 1, rejects: {}, fileRejects: {} });
  return events[0] as Record<string, unknown>;
}

const INSIGHT = {
  eventVersion: '1.09',
  eventTime: '2026-09-01T10:00:00Z',
  awsRegion: 'us-east-1',
  eventID: eventID(7),
  eventType: 'AwsCloudTrailInsight',
  recipientAccountId: '111122223333',
  sharedEventID: eventID(8),
  insightDetails: { state: 'Start', eventSource: 'iam.amazonaws.com', eventName: 'ListUsers', insightType: 'ApiCallRateInsight' },
  eventCategory: 'Insight',
};

/** Fields as AWS documents them for aggregated events: other spellings, no eventName, no eventTime. */
const AGGREGATED = {
  eventVersion: '1.0',
  accountId: '444455556666',
  eventId: eventID(9),
  eventCategory: 'Aggregated',
  eventType: 'AwsAggregatedEvent',
  awsRegion: 'ap-northeast-1',
  eventSource: 's3.amazonaws.com',
  timeWindow: { windowStart: '2026-09-01T10:05:00Z', windowEnd: '2026-09-01T10:10:00Z', windowSize: 'PT5M' },
  summary: { primaryDimension: { dimension: 'eventName', statistics: [{ name: 'GetObject', value: 12 }] }, details: [] },
};

const NETWORK = {
  ...record(3, { eventName: undefined, requestParameters: undefined, responseElements: undefined, managementEvent: undefined }),
  eventName: 'PutObject',
  eventType: 'AwsVpceEvents',
  vpcEndpointId: 'vpce-0000aaaa',
  vpcEndpointAccountId: '111122223333',
  eventCategory: 'NetworkActivity',
  errorCode: 'VpceAccessDenied',
};

test.each<[string, JsonObject, JsonObject]>([
  ['a management event', record(), { category: 'Management', eventName: 'GetBucketPolicy' }],
  ['an event of the time before categories', record(0, { eventCategory: undefined, eventVersion: '1.05' }), { category: 'Management' }],
  ['a category that is not known', record(0, { eventCategory: 'Novel' }), { category: 'Management' }],
  ['a category that is no text', record(0, { eventCategory: { a: 1 } }), { category: 'Management' }],
  ['a data event', record(0, { eventCategory: 'Data', eventName: 'GetObject' }), { category: 'Data', eventName: 'GetObject' }],
  ['a network activity event', NETWORK, { category: 'NetworkActivity', eventName: 'PutObject', errorCode: 'VpceAccessDenied' }],
  ['an insight', INSIGHT, { category: 'Insight', eventSource: 'iam.amazonaws.com', eventName: 'ListUsers', account: '111122223333' }],
  [
    'an insight of the time before categories',
    { ...INSIGHT, eventCategory: undefined },
    { category: 'Insight', eventSource: 'iam.amazonaws.com', eventName: 'ListUsers' },
  ],
  [
    'aggregated data events',
    AGGREGATED,
    {
      category: 'Aggregated',
      eventSource: 's3.amazonaws.com',
      eventName: 'AggregatedActivity',
      eventID: eventID(9),
      account: '444455556666',
      region: 'ap-northeast-1',
      time: Date.UTC(2026, 8, 1, 10, 5),
      hasWeakId: false,
    },
  ],
])('%s', (_name, of, expected) => {
  expect(readOne(of)).toMatchObject(expected);
});

test.each<[string, JsonObject, string]>([
  ['an insight without details', { ...INSIGHT, insightDetails: undefined }, 'no-event-source'],
  ['an insight whose details are a list', { ...INSIGHT, insightDetails: [1] }, 'no-event-source'],
  ['an insight whose details name nothing', { ...INSIGHT, insightDetails: { eventSource: 'iam.amazonaws.com' } }, 'no-event-name'],
  ['aggregated events without a window', { ...AGGREGATED, timeWindow: undefined }, 'no-event-time'],
  ['aggregated events with a window of numbers', { ...AGGREGATED, timeWindow: { windowStart: 5 } }, 'no-event-time'],
  ['aggregated events with a window in words', { ...AGGREGATED, timeWindow: { windowStart: 'noon' } }, 'bad-event-time'],
])('%s: %s', (_name, of, reason) => {
  expect(readText(JSON.stringify(of)).counts).toMatchObject({ records: 1, events: 0, rejects: { [reason]: 1 } });
});

describe('the identity of an event', () => {
  const words = (id: string) => Array.from({ length: 4 }, (_, i) => Number.parseInt(id.replaceAll('-', '').slice(i * 8, i * 8 + 8), 16));

  test('is its eventID where that is a UUID, whatever its case', () => {
    const id = 'DEADBEEF-0000-4abc-8def-FFFFFFFFFFFF';
    for (const text of [id, id.toLowerCase()]) {
      expect(readOne(record(0, { eventID: text }))).toMatchObject({ id: words(id), eventID: text, hasWeakId: false });
    }
  });

  test('is weak where eventID is a placeholder: the same for all who have it', () => {
    const a = readOne(record(1, { eventID: 'redacted' }));
    const b = readOne(record(2, { eventID: 'redacted' }));
    expect(a).toMatchObject({ hasWeakId: true, eventID: 'redacted' });
    expect(b.id).toEqual(a.id);
    expect(readOne(record(1, { eventID: 'other' })).id).not.toEqual(a.id);
  });

  test.each([undefined, null, '', 7, ['x'], {}])('is made of the content where eventID is %p', (id) => {
    const a = readOne(record(1, { eventID: id }));
    const b = readOne(record(2, { eventID: id }));
    expect(a.hasWeakId).toBe(false);
    expect(a.eventID).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/);
    expect(words(a.eventID as string)).toEqual(a.id);
    expect(readOne(record(1, { eventID: id }))).toEqual(a);
    expect(b.id).not.toEqual(a.id);
  });

  test.each([
    'deadbeef-0000-4abc-8def-fffffffffff',
    'deadbeef-0000-4abc-8def-fffffffffffff',
    'deadbeef_0000-4abc-8def-ffffffffffff',
    'geadbeef-0000-4abc-8def-ffffffffffff',
    'deadbeef-0000-4abc-8def-fffffffffff`',
    '{eadbeef-0000-4abc-8def-ffffffffffff',
  ])('%s is no UUID', (id) => {
    expect(readOne(record(0, { eventID: id }))).toMatchObject({ hasWeakId: true, eventID: id });
  });

  test('sharedEventID is told beside', () => {
    expect(readOne(record(0, { sharedEventID: eventID(5) })).sharedEventID).toBe(eventID(5));
    expect(readOne(record(0, { sharedEventID: 5 })).sharedEventID).toBe('');
  });
});

test.each(['1.0', '1.02', '1.08', '1.9', '1.10', '1.11', '2.0', 1.1, null])('eventVersion %p is read like any other', (eventVersion) => {
  expect(readOne(record(0, { eventVersion }))).toMatchObject({ eventName: 'GetBucketPolicy' });
});

test('the account is the recipient’s, else the aggregated event’s, else the caller’s', () => {
  const made = record(0, { recipientAccountId: '777788889999', accountId: '444455556666' });
  expect(readOne(made).account).toBe('777788889999');
  expect(readOne({ ...made, recipientAccountId: undefined }).account).toBe('444455556666');
  expect(readOne({ ...made, recipientAccountId: undefined, accountId: undefined }).account).toBe('111122223333');
  expect(readOne({ ...made, recipientAccountId: undefined, accountId: undefined, userIdentity: undefined }).account).toBe('');
});

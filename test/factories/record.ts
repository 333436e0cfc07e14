/** CloudTrail records for tests: each call gives the same record for the same arguments. */

export type JsonObject = Record<string, unknown>;

/** A UUID that is the same for the same number. */
export function eventID(n: number): string {
  return `${n.toString(16).padStart(8, '0')}-1111-4222-8333-444455556666`;
}

const ACCOUNT = '111122223333';

/** One `userIdentity` of each kind that people meet most. */
export const IDENTITIES = {
  user: {
    type: 'IAMUser',
    principalId: 'AIDAEXAMPLE00000001',
    arn: `arn:aws:iam::${ACCOUNT}:user/alice`,
    accountId: ACCOUNT,
    accessKeyId: 'AKIAEXAMPLE000000001',
    userName: 'alice',
  },
  role: {
    type: 'AssumedRole',
    principalId: 'AROAEXAMPLE00000002:deploy-session',
    arn: `arn:aws:sts::${ACCOUNT}:assumed-role/deploy/deploy-session`,
    accountId: ACCOUNT,
    accessKeyId: 'ASIAEXAMPLE000000002',
    sessionContext: {
      sessionIssuer: {
        type: 'Role',
        principalId: 'AROAEXAMPLE00000002',
        arn: `arn:aws:iam::${ACCOUNT}:role/deploy`,
        accountId: ACCOUNT,
        userName: 'deploy',
      },
      attributes: { creationDate: '2026-09-01T08:00:00Z', mfaAuthenticated: 'false' },
    },
  },
  root: {
    type: 'Root',
    principalId: ACCOUNT,
    arn: `arn:aws:iam::${ACCOUNT}:root`,
    accountId: ACCOUNT,
    sessionContext: { attributes: { creationDate: '2026-09-01T08:00:00Z', mfaAuthenticated: 'true' } },
  },
  service: { type: 'AWSService', invokedBy: 'cloudtrail.amazonaws.com' },
} as const satisfies Record<string, JsonObject>;

/** A management event as CloudTrail delivers it; `more` replaces keys, a key that is undefined there is left out. */
export function record(n = 0, more: Readonly<JsonObject> = {}): JsonObject {
  const made: JsonObject = {
    eventVersion: '1.10',
    userIdentity: n % 3 === 2 ? IDENTITIES.role : IDENTITIES.user,
    eventTime: new Date(Date.UTC(2026, 8, 1, 10) + n * 1000).toISOString().replace('.000Z', 'Z'),
    eventSource: 's3.amazonaws.com',
    eventName: 'GetBucketPolicy',
    awsRegion: 'eu-central-1',
    sourceIPAddress: '198.51.100.7',
    userAgent: 'aws-cli/2.31.0 Python/3.13 "größe" \\ – 日本',
    errorCode: 'AccessDenied',
    errorMessage: 'User is not authorized',
    requestParameters: { bucketName: `bucket-${n}`, tags: [{ key: 'a', value: '{"eventVersion":1}' }] },
    responseElements: null,
    requestID: `REQUEST${n}`,
    eventID: eventID(n),
    readOnly: true,
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: ACCOUNT,
    eventCategory: 'Management',
    tlsDetails: { tlsVersion: 'TLSv1.3', clientProvidedHostHeader: 's3.example.com' },
    ...more,
  };
  for (const [key, value] of Object.entries(made)) if (value === undefined) delete made[key];
  return made;
}

/** The first `count` records, each with the same `more`. */
export function records(count: number, more: Readonly<JsonObject> = {}): JsonObject[] {
  return Array.from({ length: count }, (_, n) => record(n, more));
}

const COLUMNS = [
  'eventID',
  'eventTime',
  'sourceIPAddress',
  'userAgent',
  'eventName',
  'eventSource',
  'awsRegion',
  'eventVersion',
  'userIdentitytype',
  'eventType',
  'requestID',
  'userIdentityaccountId',
  'userIdentityprincipalId',
  'userIdentityarn',
  'userIdentityaccessKeyId',
  'userIdentityuserName',
  'errorCode',
  'errorMessage',
  'requestParametersinstanceType',
];

/** The flaws.cloud CSV of records: 19 columns, or 18 without `requestID`. */
export function flawsCsv(of: readonly JsonObject[], columns: 18 | 19): string {
  const names = columns === 19 ? COLUMNS : COLUMNS.filter((name) => name !== 'requestID');
  const cell = (from: JsonObject, name: string): string => {
    const part = /^(userIdentity|requestParameters)(.+)$/.exec(name);
    const value = part === null ? from[name] : (from[part[1] as string] as JsonObject)[part[2] as string];
    const text = typeof value === 'string' ? value : name === 'errorCode' ? 'NoError' : 'NoData';
    return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [names.join(','), ...of.map((from) => names.map((name) => cell(from, name)).join(','))].map((line) => `${line}\n`).join('');
}

const json = (value: unknown): string => JSON.stringify(value);

function lookedUp(of: JsonObject): JsonObject {
  return { EventId: of.eventID, EventName: of.eventName, ReadOnly: 'true', Resources: [], CloudTrailEvent: json(of) };
}

function envelope(of: JsonObject): JsonObject {
  const bus = { version: '0', id: eventID(0xbeef), 'detail-type': 'AWS API Call via CloudTrail', source: 'aws.s3', account: ACCOUNT };
  return { ...bus, time: of.eventTime, region: of.awsRegion, resources: [], detail: of };
}

function logged(of: JsonObject, i: number): JsonObject {
  return { logStreamName: 'trail', timestamp: 1_788_253_200_000, message: json(of), ingestionTime: 1_788_253_260_000, eventId: `3776${i}` };
}

/** Every shape in which people have records on disk, the CSV aside (it holds fewer fields). */
export const SHAPES: Readonly<Record<string, (of: readonly JsonObject[]) => string>> = {
  'trail file': (of) => json({ Records: of }),
  'trail file, pretty-printed': (of) => JSON.stringify({ Records: of }, null, 2),
  'trail file with a byte order mark': (of) => `\ufeff${json({ Records: of })}`,
  'trail file with keys around the records': (of) => `{"a":{"b":[1]},"Records":${json(of)},"c":"d"}\n`,
  'two trail files behind each other': (of) => `${json({ Records: of.slice(0, 1) })}\n${json({ Records: of.slice(1) })}`,
  'bare array': json,
  'bare array, pretty-printed with CRLF': (of) => JSON.stringify(of, null, 1).replaceAll('\n', '\r\n'),
  NDJSON: (of) => of.map((one) => `${json(one)}\n`).join(''),
  'NDJSON with CRLF and no end of line': (of) => of.map(json).join('\r\n'),
  'NDJSON with empty lines and a byte order mark': (of) => `\ufeff${of.map((one) => `\n${json(one)}\n\n`).join('')}`,
  'objects behind each other': (of) => of.map(json).join(''),
  'objects behind each other, pretty-printed': (of) => of.map((one) => JSON.stringify(one, null, 4)).join('\n'),
  'objects with commas between them': (of) => of.map(json).join(',\n'),
  'lookup-events output': (of) => JSON.stringify({ NextToken: 'abc', Events: of.map(lookedUp) }, null, 4),
  'lookup-events output, one a line': (of) => of.map((one) => `${json(lookedUp(one))}\n`).join(''),
  'EventBridge envelopes, one a line': (of) => of.map((one) => `${json(envelope(one))}\n`).join(''),
  'EventBridge envelopes in an array': (of) => json(of.map(envelope)),
  'CloudWatch Logs filter-log-events': (of) => json({ events: of.map(logged), searchedLogStreams: [] }),
  'CloudWatch Logs subscription': (of) => json({ messageType: 'DATA_MESSAGE', owner: ACCOUNT, logEvents: of.map(logged) }),
  'CloudWatch Logs Insights': (of) => of.map((one) => `${json({ '@timestamp': one.eventTime, '@message': json(one) })}\n`).join(''),
  'an envelope in a log message': (of) => of.map((one) => `${json({ message: json(envelope(one)) })}\n`).join(''),
};

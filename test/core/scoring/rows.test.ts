import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { EVENT_COLUMNS } from '../../../core/outputs/rows.ts';
import { parseSignalLine } from '../../../core/outputs/signals.ts';
import { record } from '../../factories/record.ts';
import { HOSTILE } from '../outputs/made-results.ts';
import { jsonLines, linesOf, ruleOn, score, scoreText } from './scored.ts';

const OK = { errorCode: undefined, errorMessage: undefined };
const RULE = ruleOn('Bucket policy read', { eventSource: 's3.amazonaws.com' });

/** The CSV rows of parts by column. */
function csvRows(parts: ReturnType<typeof score>['parts']): Record<string, string>[] {
  const lines = parts.flatMap((part) => linesOf(part.csv));
  return parse(`${EVENT_COLUMNS.join(',')}\n${lines.join('')}`, { columns: true }) as Record<string, string>[];
}

test('an event’s row, object and entry of the table say the same', () => {
  const { parts } = score([record(2, OK)], { rules: [RULE] });
  const common = {
    time: '2026-09-01T10:00:02Z',
    principal: 'arn:aws:iam::111122223333:role/deploy',
    session: 'deploy-session',
    roleTag: 'developer',
  };
  expect(csvRows(parts)).toEqual([
    {
      ...common,
      eventID: '00000002-1111-4222-8333-444455556666',
      level: 'high',
      risk: '78',
      eventSource: 's3.amazonaws.com',
      eventName: 'GetBucketPolicy',
      region: 'eu-central-1',
      account: '111122223333',
      sourceIPAddress: '198.51.100.7',
      userAgent: 'aws-cli/2.31.0 Python/3.13 "größe" \\ – 日本',
      errorCode: '',
      category: 'Management',
      reasons: 'Bucket policy read (+78)',
      tactics: 'persistence',
      techniques: 'T1098',
      controls: '',
      rules: expect.stringMatching(/^[0-9a-f-]{36}$/),
      origin: 'logs/a.json#0',
      anomalies: '',
    },
  ]);
  expect(jsonLines(parts, 'json')).toMatchObject([
    { ...common, risk: 78, level: 'high', reasons: [{ text: 'Bucket policy read', points: 78 }], record: record(2, OK) },
  ]);
  const [row] = jsonLines(parts, 'table');
  expect(row).toMatchObject({
    ...common,
    action: 's3:GetBucketPolicy',
    risk: 78,
    signals: [{ title: 'Bucket policy read', level: 'high' }],
    truncated: false,
  });
  expect(JSON.parse(row?.record as string)).toEqual(record(2, OK));
});

test('a line of signals is what incidents are made of', () => {
  const { parts } = score([record(2, OK)], { rules: [RULE] });
  const [line] = parts.flatMap((part) => linesOf(part.signalLines));
  expect(parseSignalLine(line as string)).toMatchObject({
    time: Date.UTC(2026, 8, 1, 10, 0, 2),
    address: '198.51.100.7',
    detector: expect.stringMatching(/^rule:/),
    level: 'high',
    tactics: ['persistence'],
    principal: 'arn:aws:iam::111122223333:role/deploy',
    weight: 0.78,
    risk: 78,
  });
});

test.each(HOSTILE.map((text): [string, string] => [JSON.stringify(text).slice(0, 40), text]))(
  'hostile text %s stays in its place',
  (_shown, text) => {
    const fields = ['userAgent', 'awsRegion', 'sourceIPAddress', 'errorCode', 'recipientAccountId'];
    const identity = { type: 'AssumedRole', arn: `arn:aws:sts::111122223333:assumed-role/deploy/${text.replaceAll('/', '')}` };
    const made = record(0, {
      ...Object.fromEntries(fields.map((field) => [field, text])),
      userIdentity: identity,
      eventName: text || 'x',
      eventID: text || 'x',
    });
    const { parts } = score([made], { rules: [RULE] });
    for (const kind of ['csv', 'json', 'table', 'signalLines'] as const) {
      const lines = parts.flatMap((part) => linesOf(part[kind]));
      expect(lines).toHaveLength(1);
      expect(lines[0]?.slice(0, -1)).not.toMatch(/[\n\r]/);
    }
    for (const [column, cell] of Object.entries(csvRows(parts)[0] as object))
      expect([column, cell]).not.toEqual([column, expect.stringMatching(/^\s*[=+\-@]/)]);
    expect(jsonLines(parts, 'json')[0]).toMatchObject({
      userAgent: text,
      region: text,
      sourceIPAddress: text,
      errorCode: text,
      record: made,
    });
  },
);

test('a pretty-printed record is put on one line', () => {
  const { parts } = scoreText(JSON.stringify([record(0, OK)], null, 2), { rules: [RULE] });
  const [line, ...more] = parts.flatMap((part) => linesOf(part.json));
  expect(more).toEqual([]);
  expect(line?.slice(0, -1)).not.toMatch(/[\n\r]/);
  expect(jsonLines(parts, 'json')[0]?.record).toEqual(record(0, OK));
});

test('a large record is cut in the table, and says so', () => {
  const { parts } = score([record(0, { ...OK, requestParameters: { a: 'x'.repeat(50_000) } })], { rules: [RULE] });
  const [row] = jsonLines(parts, 'table');
  expect(row?.record).toHaveLength(16 * 1024);
  expect(row?.truncated).toBe(true);
  expect(jsonLines(parts, 'json')[0]).toMatchObject({ record: { requestParameters: { a: 'x'.repeat(50_000) } } });
});

test('any texts: one line of valid JSON and of CSV an event', () => {
  const text = fc.string({ unit: 'binary', maxLength: 20 });
  fc.assert(
    fc.property(fc.array(fc.tuple(text, text, text), { minLength: 1, maxLength: 4 }), (triples) => {
      const made = triples.map(([userAgent, errorCode, session], n) =>
        record(n, { userAgent, errorCode, userIdentity: { type: 'AssumedRole', arn: `arn:aws:sts::1:assumed-role/r/${session}` } }),
      );
      const { parts } = score(made, { rules: [RULE] });
      expect(csvRows(parts)).toHaveLength(made.length);
      const rows = jsonLines(parts, 'json');
      expect(rows.map(({ userAgent }) => (userAgent as string).toWellFormed())).toEqual(triples.map(([agent]) => agent.toWellFormed()));
      expect(jsonLines(parts, 'table')).toHaveLength(made.length);
    }),
    { numRuns: 60 },
  );
});

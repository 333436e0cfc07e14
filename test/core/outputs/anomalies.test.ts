import { parse } from 'csv-parse/sync';
import type { Anomaly } from '../../../core/anomalies/anomaly.ts';
import { anomalyLine } from '../../../core/anomalies/unusual.ts';
import { ANOMALY_COLUMNS, type AnomalyLine, AnomalyTally, anomalyRow, parseAnomalyLine } from '../../../core/outputs/anomalies.ts';
import { csvRow } from '../../../core/outputs/csv.ts';
import { Exceptions } from '../../../core/risk/exceptions.ts';
import { anomaly } from './made-anomaly.ts';
import { HOSTILE } from './made-results.ts';

const told = (more: Partial<Anomaly> = {}): AnomalyLine => parseAnomalyLine(anomalyLine(anomaly(more)).trimEnd()) as AnomalyLine;
const rows = (...lines: AnomalyLine[]) =>
  parse(csvRow(ANOMALY_COLUMNS) + lines.map(anomalyRow).join(''), { columns: true }) as Record<string, string>[];

test('a row of anomalies.csv says what the anomaly says', () => {
  expect(rows(told())).toEqual([
    {
      time: '2026-09-15T07:32:23Z',
      detector: 'anomaly:first-seen:region',
      level: 'low',
      entityKind: 'principal',
      entity: 'arn:aws:iam::111122223333:user/alice',
      principal: 'arn:aws:iam::111122223333:user/alice',
      address: '198.51.100.7',
      from: '2026-09-15T07:32:23Z',
      to: '2026-09-15T07:32:23Z',
      observed: 'us-east-1',
      expected: 'eu-west-1',
      score: '18',
      title: 'New region for a principal',
      text: anomaly().text,
      reasons: 'Known are eu-west-1. The call succeeded.',
      account: '111122223333',
      region: 'us-east-1',
      eventID: '00000002-1111-4222-8333-444455556666',
      excepted: '',
      signalId: told().id,
    },
  ]);
});

const EXCEPTIONS = new Exceptions([{ rule: 'anomaly:*', owner: 'platform', reason: 'scans', expires: '2026-09-30' }]);
const excepted = (more: Partial<Anomaly> = {}): AnomalyLine =>
  parseAnomalyLine(anomalyLine(anomaly(more), EXCEPTIONS).trimEnd()) as AnomalyLine;

test('the row of one that is excepted says by whom and why', () => {
  expect(rows(excepted())).toEqual([{ ...rows(told())[0], excepted: 'Excepted by platform until 2026-09-30, weighs nothing: scans' }]);
});

test.each(HOSTILE.map((word): [string, string] => [JSON.stringify(word).slice(0, 40), word]))(
  'hostile text %s is one row that runs nothing',
  (_shown, word) => {
    const hostile = told({
      entity: { kind: 'principal', name: word },
      title: word,
      text: word,
      observed: word,
      expected: word,
      reasons: [word, word],
      principal: word,
      account: word,
      region: word,
      address: word,
    });
    expect(anomalyRow(hostile).trimEnd().split('\n')).toHaveLength(1);
    for (const cell of Object.values(rows(hostile)[0] as object)) expect(cell).not.toMatch(/^\s*[=+\-@\uff1d]/);
  },
);

test('a rule’s signal is none, whatever it holds', () => {
  expect(parseAnomalyLine('{"detector":"rule:a","title":"x"}')).toBeUndefined();
  expect(
    parseAnomalyLine(JSON.stringify({ detector: 'rule:a', evidence: [{ field: 'x', value: '"detector":"anomaly:travel"' }] })),
  ).toBeUndefined();
});

describe('the summary', () => {
  const summaryOf = (lines: readonly AnomalyLine[], least = 0) => {
    const tally = new AnomalyTally(least);
    for (const line of lines) tally.add(line);
    return tally.summary;
  };
  const many = (count: number, more: (n: number) => Partial<Anomaly>): AnomalyLine[] =>
    Array.from({ length: count }, (_, n) => told({ cause: [String(n)], ...more(n) }));

  test('counts all and keeps the gravest of each kind, the gravest first', () => {
    const lines = [
      ...many(500, (n) => ({ score: n })),
      ...many(3, () => ({ detector: 'anomaly:travel', level: 'medium' })),
      ...many(2, () => ({ detector: 'anomaly:outlier:address', entity: { kind: 'address', name: '192.0.2.1' }, level: 'informational' })),
    ];
    const { count, levels, kinds, top, addresses } = summaryOf(lines);
    expect([count, levels]).toEqual([505, [2, 500, 3, 0, 0]]);
    expect(kinds).toEqual([
      { kind: 'first-seen', count: 500 },
      { kind: 'travel', count: 3 },
      { kind: 'outlier', count: 2 },
    ]);
    expect(top).toHaveLength(60 + 3 + 2);
    expect(top.slice(0, 5).map(({ level, score }) => [level, score])).toEqual([
      ['medium', 18],
      ['medium', 18],
      ['medium', 18],
      ['low', 499],
      ['low', 498],
    ]);
    expect([...addresses.keys()]).toEqual(['192.0.2.1']);
  });

  test('lists what is excepted last, counts it, and marks nothing by it', () => {
    const address: Partial<Anomaly> = {
      detector: 'anomaly:outlier:address',
      entity: { kind: 'address', name: '192.0.2.1' },
      level: 'high',
    };
    const logins: Partial<Anomaly> = { detector: 'anomaly:volume:failed-logins', level: 'high' };
    const { count, top, addresses, logins: spikes } = summaryOf([excepted(address), excepted(logins), told()]);
    expect([count, top.map(({ level }) => level), addresses.size, spikes]).toEqual([3, ['low', 'high', 'high'], 0, []]);
    const plain = summaryOf([told(address), told(logins)]);
    expect([plain.addresses.size, plain.logins.length]).toEqual([1, 1]);
  });

  test('lists only the wanted level, and counts all the same', () => {
    const { count, top } = summaryOf([...many(4, () => ({})), ...many(1, () => ({ level: 'medium' }))], 2);
    expect([count, top.length]).toEqual([5, 1]);
  });

  test('is the same in whatever order equals come', () => {
    const lines = many(200, (n) => ({ score: n % 3 }));
    expect(summaryOf(lines.toReversed()).top).toEqual(summaryOf(lines).top);
  });

  test('unusual hours of sign-ins stand in the order of time', () => {
    const hour = (n: number): readonly [number, number] => [Date.UTC(2026, 8, n), Date.UTC(2026, 8, n, 1)];
    const lines = [4, 2, 3].map((n) => told({ detector: 'anomaly:volume:failed-logins', window: hour(n), observed: n, expected: '0-1' }));
    expect(summaryOf(lines).logins.map(({ observed }) => observed)).toEqual(['2', '3', '4']);
  });
});

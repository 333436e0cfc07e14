import type { Anomaly } from '../../../core/anomalies/anomaly.ts';
import { anomalyLine } from '../../../core/anomalies/unusual.ts';
import { type AnomalyLine, AnomalyTally, parseAnomalyLine } from '../../../core/outputs/anomalies.ts';
import type { Results } from '../../../core/outputs/results.ts';
import { printable, summaryText } from '../../../core/outputs/terminal.ts';
import { RECORD_REJECTS } from '../../../core/records/rejects.ts';
import { anomaly } from './made-anomaly.ts';
import { HOSTILE, incidentOf, madeResults, rule } from './made-results.ts';

const text = (results: Results, width = 80) => summaryText(results, { color: false, width });
const lines = (results: Results, width = 80) => text(results, width).split('\n');

/** What a terminal obeys: C0 and C1 control characters (line breaks apart), marks of writing direction, other line breaks. */
const OBEYED = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;

function exceptionUse(more: Partial<Results['exceptions'][number]> = {}): Results['exceptions'][number] {
  return {
    rule: 'iam/*',
    owner: 'platform',
    reason: 'builds',
    expires: '2026-09-30',
    id: 'e',
    signals: 0,
    status: 'unused',
    text: '',
    ...more,
  };
}

test('exceptions are spoken of only where they want to be looked at', () => {
  const shown = (exceptions: Results['exceptions']) => lines(madeResults([], { exceptions }));
  expect(shown([]).join('\n')).not.toMatch(/Exceptions/);
  expect(shown([exceptionUse({ status: 'used' })]).join('\n')).not.toMatch(/Exceptions/);
  const many = [exceptionUse(), ...Array.from({ length: 6 }, (_, i) => exceptionUse({ status: 'expired', text: `Number ${i} ended.` }))];
  const all = shown(many);
  const at = all.indexOf('Exceptions to look at');
  expect(all.slice(at + 1, at + 7)).toEqual([
    ...[0, 1, 2, 3, 4].map((i) => `  expired       Number ${i} ended.`),
    '  and 1 more: see summary.json',
  ]);
});

/** Results in which every text that comes from outside is hostile. */
function hostile(word: string): Results {
  return madeResults(
    [
      { principal: word, risk: 95, address: word, region: word, account: word, weights: [0.9] },
      { principal: `${word}2`, risk: 0, events: 1_234_567_890, region: `${word}2`, account: `${word}2` },
      { principal: `${word}3`, risk: 45, account: `${word}3` },
    ],
    {
      incidents: [
        incidentOf({ principal: word, title: word, tactics: [word, `${word}x`], weight: 0.9 }),
        { ...incidentOf({ principal: `${word}3` }), reasons: Array.from({ length: 9 }, () => ({ text: word, points: 5 })) },
      ],
      rules: [rule(1, { title: word }), rule(2, { title: word })],
      problems: Array.from({ length: 7 }, () => ({ file: word, reason: `the file could not be opened or read: ${word}` })),
      refusals: Array.from({ length: 7 }, () => ({ file: word, line: 1, reason: word })),
      exceptions: Array.from({ length: 7 }, () => exceptionUse({ text: word || 'ended' })),
      expectedRegions: [word, `${word}4`, ...Array.from({ length: 40 }, (_, i) => `region-${i}`)],
    },
  );
}

const withRejects = (results: Results): Results => {
  const rejects = Object.fromEntries(Object.keys(RECORD_REJECTS).map((reason) => [reason, 1000]));
  Object.assign(results.counts, {
    rejects,
    records: results.counts.records + 1000 * Object.keys(rejects).length,
    digests: 12,
    fileRejects: { unreadable: 7 },
  });
  return results;
};

test.each(HOSTILE.map((word): [string, string] => [JSON.stringify(word).slice(0, 50), word]))('hostile text %s', (_shown, word) => {
  const results = withRejects(hostile(word));
  for (const width of [80, 100]) {
    expect(text(results, width)).not.toMatch(OBEYED);
    expect(lines(results, width).filter((line) => line.length > width)).toEqual([]);
    expect(text(results, width).isWellFormed()).toBe(true);
  }
  const colored = summaryText(results, { color: true, width: 80 }).replace(/\u001b\[\d+m/g, '');
  expect(colored).toBe(text(results));
});

test('colour is codes around the same text, and only where it is wanted', () => {
  const results = madeResults([{ principal: 'arn:aws:iam::111122223333:user/alice', risk: 95 }]);
  expect(text(results)).not.toContain('\u001b');
  const colored = summaryText(results, { color: true, width: 80 });
  expect(colored).toContain('\u001b[');
  expect(colored.replace(/\u001b\[\d+m/g, '')).toBe(text(results));
});

test('the counts of what was read add up in the text', () => {
  const results = madeResults([{ principal: 'alice', risk: 0, events: 1500 }]);
  Object.assign(results.counts, {
    records: 1500 + 20 + 3 + 2 + 7,
    duplicates: 20,
    excluded: 7,
    rejects: { 'broken-json': 3, 'too-deep': 2 },
    files: 12,
  });
  const said = text(results).replaceAll(/\s+/g, ' ');
  expect(said).toContain(
    '1,532 records in 12 files = 1,500 events + 20 duplicates + 5 rejects + 7 left out by your filters (broken-json 3, too-deep 2)',
  );
  const [, records, ...parts] =
    /([\d,]+) records in [\d,]+ files = ([\d,]+) events \+ ([\d,]+) duplicates \+ ([\d,]+) rejects \+ ([\d,]+) left/.exec(said) ?? [];
  const number = (word: string) => Number(word.replaceAll(',', ''));
  expect(parts.map(number).reduce((sum, n) => sum + n, 0)).toBe(number(records as string));
});

test('the events by level add up to the events', () => {
  const risks = [0, 0, 0, 20, 45, 45, 75, 95];
  const said = lines(madeResults(risks.map((risk, i) => ({ principal: `p${i}`, risk, events: 1000 }))));
  const level = (name: string) =>
    said
      .find((line) => line.startsWith(`  ${name}`))
      ?.trim()
      .split(/\s+/);
  const counts = ['critical', 'high', 'medium', 'low', 'informational'].map((name) => Number(level(name)?.[1]?.replaceAll(',', '')));
  expect(counts).toEqual([1000, 1000, 2000, 1000, 3000]);
});

test('one critical event among a million has a bar, none has not', () => {
  const said = lines(
    madeResults([
      { principal: 'a', risk: 95 },
      { principal: 'b', risk: 0, events: 1_000_000 },
    ]),
  );
  const bar = (name: string) => (said.find((line) => line.startsWith(`  ${name}`))?.match(/█/g) ?? []).length;
  expect(bar('critical')).toBeGreaterThanOrEqual(1);
  expect(bar('high')).toBe(0);
  expect(bar('informational')).toBe(24);
});

test('reasons beyond the fourth are summed, so that the points still add up to the risk', () => {
  const incident = {
    ...incidentOf({ principal: 'alice' }),
    risk: 90,
    reasons: [40, 20, 10, 8, 7, 5].map((points, i) => ({ text: `Reason ${i}`, points })),
  };
  const said = text(madeResults([{ principal: 'alice', risk: 50 }], { incidents: [incident] }));
  const points = [...said.matchAll(/^ {6,}\+(\d+) {2}/gm)].map(([, n]) => Number(n));
  expect(points).toEqual([40, 20, 10, 8, 12]);
  expect(said).toContain('from 2 more reasons');
  expect(said).toMatch(/ 90 critical {2}alice/);
});

test.each<[string, Results, string[], string[]]>([
  [
    'nothing risky',
    madeResults([{ principal: 'alice', risk: 0 }]),
    ['None did anything that a rule calls risky.', 'No rule matched.', 'Principals 1, signals 0, incidents 0'],
    ['refused', 'not read whole'],
  ],
  [
    'no event at all',
    madeResults([]),
    ['0 records in 3 files = 0 events', 'Accounts 0: none', 'No data: global, '],
    ['From ', 'NaN', 'Infinity', 'undefined'],
  ],
  [
    'one refused rule and one unread file',
    Object.assign(
      madeResults([], {
        refusals: [{ file: 'a.yml', line: 3, reason: 'It cannot fire.' }],
        problems: [{ file: 'x.gz', reason: 'the file is empty' }],
      }),
      {},
    ),
    ['1 rule refused:', 'a.yml:3 It cannot fire.'],
    ['rules refused'],
  ],
])('%s', (_name, results, present, absent) => {
  const said = text(results);
  for (const part of present) expect(said).toContain(part);
  for (const part of absent) expect(said).not.toContain(part);
});

test('a region without events says so, below those with events', () => {
  const said = text(
    madeResults([{ principal: 'a', risk: 0, region: 'eu-west-1' }], { expectedRegions: ['eu-west-1', 'us-east-1', 'us-west-2'] }),
  );
  expect(said).toMatch(/eu-west-1 +1 +0 +100\.0 % +no data/);
  expect(said).toContain('No data: global, us-east-1, us-west-2');
});

test('the middle of a long name gives way, its ends stay', () => {
  const principal = `arn:aws:iam::111122223333:role/${'very-'.repeat(30)}long/session`;
  expect(text(madeResults([{ principal, risk: 95 }]))).toMatch(/95 critical {2}arn:aws:iam::1.*….*long\/session\n/);
});

test('printable keeps text of any language', () => {
  expect(printable('größe 日本語 العربية 😀 <b>')).toBe('größe 日本語 العربية 😀 <b>');
  expect(printable('a\u001b[31mb\u0000\u009b')).toBe('a\ufffd[31mb\ufffd\ufffd');
});

describe('what is unusual', () => {
  const unusual = (anomalies: readonly Partial<Anomaly>[]) => {
    const tally = new AnomalyTally(0);
    for (const [i, more] of anomalies.entries())
      tally.add(parseAnomalyLine(anomalyLine(anomaly({ cause: [String(i)], ...more })).trimEnd()) as AnomalyLine);
    const all = lines(madeResults([], { anomalies: tally.summary }));
    return all.slice(all.indexOf('What is unusual') + 1, all.indexOf('Rules by level and signals') - 1);
  };

  test('nothing', () => {
    expect(unusual([])).toEqual(['  Nothing that stands out from what was before.']);
  });

  test('the gravest of each kind, with what was seen and expected', () => {
    const probing = { detector: 'anomaly:probing', title: 'Many different actions denied', level: 'medium', expected: '0-7' } as const;
    const outlier = { detector: 'anomaly:outlier:address', title: 'Unusual hour of an address', level: 'informational' } as const;
    expect(
      unusual([
        {},
        { ...outlier, entity: { kind: 'address', name: '192.0.2.7' }, observed: 0.7, expected: '0-0.6' },
        { ...probing, observed: 24, score: 24 },
        { ...probing, observed: 31, score: 31 },
      ]),
    ).toEqual([
      '  4 anomalies: probing 2, first seen 1, outlier 1; see anomalies.csv',
      '  medium        Many different actions denied',
      '      user/alice',
      '      saw 31, expected 0-7',
      '  low           New region for a principal',
      '      user/alice',
      '      saw us-east-1, expected eu-west-1',
      '  informational Unusual hour of an address',
      '      address 192.0.2.7',
      '      isolation score 0.7, expected 0-0.6',
    ]);
  });

  test.each(HOSTILE.map((word): [string, string] => [JSON.stringify(word).slice(0, 50), word]))('hostile text %s', (_shown, word) => {
    const told = unusual([{ title: word, entity: { kind: 'principal', name: word }, observed: word, expected: word }]);
    expect(told.join('\n')).not.toMatch(OBEYED);
    expect(told.filter((line) => line.length > 80)).toEqual([]);
  });
});

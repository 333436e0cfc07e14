import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { STATUSES } from '../../../core/doctor/check.ts';
import { countStatuses, doctorChecks, gravest } from '../../../core/doctor/doctor.ts';
import { seen } from '../../../core/doctor/facts.ts';
import { ago, countOf, listed, span } from '../../../core/doctor/words.ts';
import { doctorJson, doctorText } from '../../../core/outputs/doctor.ts';
import { judged } from './judged.ts';
import { DAY, facts, HOUR, ledger, MINUTE, NOW, queue, stack } from './made-facts.ts';

const SUBJECT = { prefix: 'Trailwarden', account: '111122223333', region: 'eu-west-1', at: NOW };

test.each([
  ['CREATE_COMPLETE', 'ok'],
  ['UPDATE_COMPLETE', 'ok'],
  ['UPDATE_IN_PROGRESS', 'look'],
  ['UPDATE_ROLLBACK_COMPLETE', 'look'],
  ['ROLLBACK_COMPLETE', 'broken'],
  ['UPDATE_ROLLBACK_FAILED', 'broken'],
  ['DELETE_FAILED', 'broken'],
])('a stack in the state %s is %s', (state, status) => {
  const stacks = { ...facts().stacks, pipeline: seen(stack('Pipeline', { status: state })) };
  expect(judged('stack-pipeline', { stacks })).toMatchObject({ status, seen: `Trailwarden-Pipeline: ${state}, 3 days ago.` });
});

test('a stack that is missing is broken', () => {
  expect(judged('stack-monitoring', { stacks: { ...facts().stacks, monitoring: seen(null) } })?.status).toBe('broken');
});

test('where everything works no line asks for anything', () => {
  const checks = doctorChecks(facts(), NOW);
  expect(checks.filter(({ status, todo }) => status !== 'ok' || todo !== undefined)).toEqual([]);
  expect(countStatuses(checks)).toEqual({ ok: checks.length, look: 0, broken: 0, unknown: 0 });
  expect(new Set(checks.map(({ id }) => id)).size).toBe(checks.length);
});

test.each([
  [[], 'ok'],
  [['ok', 'look'], 'look'],
  [['look', 'unknown'], 'unknown'],
  [['unknown', 'broken', 'ok'], 'broken'],
] as const)('the gravest of %j is %s', (statuses, expected) => {
  expect(gravest(statuses.map((status) => ({ status })))).toBe(expected);
});

const TROUBLED = facts({
  ingestDlq: queue('ingest-dlq', { waiting: 3 }),
  ledger: ledger({ failure: { text: `The batch \u001b[31mred\u001b[0m ${'very '.repeat(30)}long.`, at: NOW } }),
  hub: seen(false),
  recipients: null,
});

describe('the text', () => {
  const checks = doctorChecks(TROUBLED, NOW);
  const text = (width: number, color = false) => doctorText(checks, SUBJECT, { color, width });

  test.each([60, 75, 76, 80, 100])('fits %i columns but for commands and names', (width) => {
    const tooLong = text(width)
      .split('\n')
      .filter((line) => line.length > width && !line.includes('$ '));
    expect(tooLong.filter((line) => line.trim().includes(' '))).toEqual([]);
  });

  test('a line for each check, with its status as a symbol and a word', () => {
    const heads = text(100)
      .split('\n')
      .filter((line) => /^ {2}[✓!✗?] (ok|look|broken|unknown) /.test(line));
    expect(heads.map((line) => line.slice(13, 31).trim())).toEqual(checks.map(({ title }) => title));
    for (const status of STATUSES.filter((one) => one !== 'look'))
      expect(heads.some((line) => line.slice(4).startsWith(status))).toBe(true);
  });

  test('commands stand whole', () => {
    for (const { commands = [] } of checks) for (const command of commands) expect(text(60)).toContain(`$ ${command}\n`);
  });

  test('colour adds nothing but colour, and what a terminal would obey is taken out', () => {
    // biome-ignore lint/complexity/useRegexLiterals: the escape character would stand in the literal.
    expect(text(80, true).replace(new RegExp('\\u001b\\[\\d+m', 'g'), '')).toBe(text(80));
    expect(text(80)).not.toContain('\u001b');
    expect(text(80)).toContain('The batch \ufffd[31mred');
  });

  test('the end sums up', () => {
    expect(text(80)).toMatch(/\n16 ok, 3 broken, 1 unknown\.\nBegin with the first broken line: .*\n$/);
    expect(doctorText(doctorChecks(facts(), NOW), SUBJECT, { color: false, width: 80 })).toMatch(/\n20 ok\. It works\.\n$/);
  });

  test('programs get the same', () => {
    expect(doctorJson(checks, SUBJECT)).toEqual({
      schemaVersion: 1,
      stackPrefix: 'Trailwarden',
      account: '111122223333',
      region: 'eu-west-1',
      at: '2026-11-25T10:00:00Z',
      status: 'broken',
      counts: { ok: 16, look: 0, broken: 3, unknown: 1 },
      checks,
    });
  });
});

test.each([
  [0, '1 minute'],
  [90_000, '2 minutes'],
  [HOUR - 1, '1 hour'],
  [HOUR - MINUTE, '59 minutes'],
  [119 * MINUTE, '1 hour'],
  [47 * HOUR, '47 hours'],
  [2 * DAY, '2 days'],
  [400 * DAY, '400 days'],
])('a span of %i ms is %s', (milliseconds, words) => {
  expect(span(milliseconds)).toBe(words);
});

test('words', () => {
  expect([ago(NOW - 30_000, NOW), ago(NOW + DAY, NOW), ago(NOW - HOUR, NOW)]).toEqual(['just now', 'just now', '1 hour ago']);
  expect([countOf(1, 'message'), countOf(1234, 'batch')]).toEqual(['1 message', '1,234 batches']);
  expect([listed([]), listed(['a']), listed(['a', 'b']), listed(['a', 'b', 'c']), listed(['a', 'b', 'c', 'd'])]).toEqual([
    '',
    'a',
    'a and b',
    'a, b and c',
    'a, b, c and 1 more',
  ]);
});

test('docs/operations.md explains each check, and no other', () => {
  const docs = readFileSync(join(__dirname, '..', '..', '..', 'docs', 'operations.md'), 'utf8');
  const section = docs.split(/^## /m).find((part) => part.startsWith('Doctor')) ?? '';
  const explained = [...section.matchAll(/^\| `([a-z-]+)`/gm)].map(([, id]) => id);
  const exceptions = { configured: [], days: seen([]) };
  const all = doctorChecks(facts({ notifications: seen({ eventBridge: true, targets: [] }), exceptions }), NOW).map(({ id }) => id);
  expect(explained).toEqual(all);
});

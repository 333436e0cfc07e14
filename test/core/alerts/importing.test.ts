import { importAll } from '../../../core/alerts/importing.ts';
import type { Outcome } from '../../../core/alerts/outcome.ts';
import type { ImportAnswer } from '../../../core/alerts/ports.ts';
import { type Finding, incidentFinding } from '../../../core/outputs/asff.ts';
import { HOME, item } from './made-item.ts';

const finding = (id: string, more: Partial<Finding> = {}): Finding => ({ ...incidentFinding(item({ id }), HOME), ...more });
const many = (n: number, more: Partial<Finding> = {}) => Array.from({ length: n }, (_, i) => finding(String(i), more));

async function run(
  findings: readonly Finding[],
  answers: (findings: readonly Finding[], call: number) => ImportAnswer,
  remaining = 60_000,
) {
  const calls: (readonly Finding[])[] = [];
  const waits: number[] = [];
  const outcomes = await importAll(findings, {
    importFindings: async (asked) => {
      calls.push(asked);
      return answers(asked, calls.length);
    },
    wait: async (milliseconds) => void waits.push(milliseconds),
    remaining: () => remaining,
  });
  const statuses = findings.map(({ Id }) => outcomes.get(Id)?.status);
  return { calls: calls.map((call) => call.length), waits, statuses, outcomes };
}

const taken = (): ImportAnswer => ({ failures: [] });

test.each<[string, readonly Finding[], number[]]>([
  ['nothing: no call', [], []],
  ['one', many(1), [1]],
  ['a hundred: one call', many(100), [100]],
  ['two hundred and one: three calls', many(201), [100, 100, 1]],
  ['what is large: calls of at most 6 MB', many(60, { Description: 'x'.repeat(200_000) }), [29, 29, 2]],
])('%s', async (_name, findings, calls) => {
  const run_ = await run(findings, taken);
  expect(run_.calls).toEqual(calls);
  expect(run_.statuses).toEqual(findings.map(() => 'sent'));
});

test('only what was throttled is asked for again', async () => {
  const { calls, waits, statuses } = await run(many(5), (asked, call) => ({
    failures: call === 1 ? asked.slice(3).map(({ Id }) => ({ id: Id, code: 'Throttled', message: 'slow down' })) : [],
  }));
  expect([calls, waits, statuses]).toEqual([[5, 2], [250], Array(5).fill('sent')]);
});

test('a call that is refused as a whole is made again for each finding alone', async () => {
  const { calls, statuses } = await run(many(3), (asked) =>
    asked.some(({ Id }) => Id.endsWith('/1')) ? { error: { code: 'InvalidInputException', message: 'Invalid parameter' } } : taken(),
  );
  expect([calls, statuses]).toEqual([
    [3, 1, 1, 1],
    ['sent', 'refused', 'sent'],
  ]);
});

test.each<[string, Outcome['status'], Outcome['status']]>([
  ['InvalidAccessException', 'off', 'off'],
  ['InvalidInputException', 'refused', 'refused'],
  ['ValidationException', 'refused', 'refused'],
  ['LimitExceededException', 'failed', 'failed'],
  ['ThrottlingException', 'failed', 'failed'],
  ['TooManyRequestsException', 'failed', 'failed'],
  ['InternalException', 'failed', 'failed'],
  ['ServiceUnavailable', 'failed', 'failed'],
  ['TimeoutError', 'failed', 'failed'],
  // What is denied may be allowed some day; a finding that is refused for reasons unknown will be refused again.
  ['AccessDeniedException', 'blocked', 'blocked'],
  ['SomethingNew', 'failed', 'refused'],
])('%s ends a call as %s and a finding as %s', async (code, ofCall, ofFinding) => {
  const whole = await run(many(1), () => ({ error: { code, message: 'why' } }));
  const single = await run(many(1), ([only]) => ({ failures: [{ id: only?.Id ?? '', code, message: 'why' }] }));
  expect([whole.statuses, single.statuses]).toEqual([[ofCall], [ofFinding]]);
  expect(whole.outcomes.values().next().value?.detail).toContain(`${code}: why`);
});

test('a hub that is off is asked once, however many findings wait', async () => {
  const { calls, statuses } = await run(many(250), () => ({ error: { code: 'InvalidAccessException', message: 'not subscribed' } }));
  expect([calls, new Set(statuses)]).toEqual([[100], new Set(['off'])]);
});

test('without time nothing is asked', async () => {
  const { calls, statuses } = await run(many(2), taken, 3000);
  expect([calls, statuses]).toEqual([[], ['failed', 'failed']]);
});

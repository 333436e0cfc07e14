import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { IDENTITIES, record } from '../factories/record.ts';
import { inFolder, trailwarden } from './run.ts';

const OWNED = { owner: 'platform', reason: 'rebuilt each night', expires: '2026-09-30' };
const ALICE = IDENTITIES.user.arn;

/** A week of calls in one region, then one in another, and a trail that is stopped. */
function calls(): unknown[] {
  const call = (n: number, at: string, more: object = {}) =>
    record(n, {
      eventTime: at,
      userIdentity: IDENTITIES.user,
      errorCode: undefined,
      eventSource: 'ec2.amazonaws.com',
      eventName: 'DescribeInstances',
      awsRegion: 'eu-west-1',
      ...more,
    });
  const week = Array.from({ length: 7 * 8 }, (_, i) =>
    call(i, `2026-09-${String(1 + Math.floor(i / 8)).padStart(2, '0')}T${String(8 + (i % 8)).padStart(2, '0')}:00:00Z`),
  );
  return [
    ...week,
    call(100, '2026-09-08T10:00:00Z', { awsRegion: 'ap-east-1' }),
    call(101, '2026-09-08T11:00:00Z', { eventSource: 'cloudtrail.amazonaws.com', eventName: 'StopLogging' }),
  ];
}

interface Told {
  readonly stdout: string;
  readonly stderr: string;
  readonly signals: Record<string, unknown>[];
  readonly anomalies: string;
  readonly report: string;
  readonly summary: {
    readonly rulesHash: string;
    readonly incidents: number;
    readonly rules: { readonly loaded: number; readonly correlations: number; readonly refused: { readonly reason: string }[] };
    readonly exceptions: { readonly rule: string; readonly status: string; readonly signals: number; readonly text: string }[];
  };
}

/** Runs the command with a configuration and rules of one's own. */
function analysed(config: object, rules?: string, args: readonly string[] = []): Promise<Told> {
  return inFolder(async (folder) => {
    const file = (name: string, text: string) => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    const trail = file('trail.json', JSON.stringify({ Records: calls() }));
    const own = rules === undefined ? [] : ['--rules', file('own.yml', rules)];
    const flags = ['--config', file('config.json', JSON.stringify({ anomalies: { learningDays: 3 }, ...config })), '--out', folder];
    const { code, stdout, stderr } = await trailwarden(['analyze', trail, '--threads', '1', ...own, ...flags, ...args]);
    expect([code, stderr]).toEqual([0, expect.any(String)]);
    const read = (name: string) => readFileSync(join(folder, name), 'utf8');
    return {
      stdout,
      stderr,
      signals: read('signals.ndjson')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>),
      anomalies: read('anomalies.csv'),
      report: read('report.html'),
      summary: JSON.parse(read('summary.json')) as Told['summary'],
    };
  });
}

describe('exceptions', () => {
  test('used, unused, expired and misspelt ones are told, each once', async () => {
    const exceptions = [
      { ...OWNED, rule: 'anomaly:first-seen:*', principal: ALICE },
      { ...OWNED, rule: 'anomaly:volume:*', principal: ALICE },
      { ...OWNED, rule: 'iam/*', expires: '2026-09-07' },
      { ...OWNED, rule: 'anomaly:first-sene:region' },
    ];
    const { stdout, stderr, summary, signals, anomalies } = await analysed({ exceptions });
    const first = signals.filter(({ detector }) => String(detector).startsWith('anomaly:first-seen:'));
    expect(first.length).toBeGreaterThan(0);
    for (const signal of first) expect(signal).toMatchObject({ weight: 0, risk: 0, excepted: OWNED });
    expect(anomalies.match(/Excepted by platform until 2026-09-30, weighs nothing: rebuilt each night/g)).toHaveLength(first.length);
    expect(summary.exceptions.map(({ rule, status, signals: count }) => [rule, status, count])).toEqual([
      ['anomaly:first-seen:*', 'used', first.length],
      ['anomaly:volume:*', 'unused', 0],
      ['iam/*', 'expired', 0],
      ['anomaly:first-sene:region', 'unknown', 0],
    ]);
    expect(stderr).toMatch(
      /^The exception of platform for "anomaly:first-sene:region" names no .+ Did you mean "anomaly:first-seen:region"\?\n$/,
    );
    const section = stdout.slice(stdout.indexOf('Exceptions to look at')).split('\n\n')[0] ?? '';
    expect(section.replace(/\s+/g, ' ')).toMatch(/ unused .+ expired .+ unknown /);
  });

  test('where there is nothing to say nothing is said', async () => {
    const { stdout, stderr, summary } = await analysed({});
    expect([stderr, summary.exceptions, stdout.includes('Exceptions to look at')]).toEqual(['', [], false]);
  });
});

const CORRELATION = (rule: string) => `title: A trail is stopped
id: 0b1e6d3c-5a44-4c35-9a8f-2f6f5d1c7e02
name: own_story
status: stable
level: critical
correlation:
  type: event_count
  rules: [${rule}]
  group-by: [principal]
  timespan: 1h
  condition: { gte: 1 }
`;
const DETECTOR = 'correlation:0b1e6d3c-5a44-4c35-9a8f-2f6f5d1c7e02';

describe('correlations of one’s own', () => {
  let rule: { readonly id: string; readonly file: string };
  let plain: Told;

  beforeAll(async () => {
    plain = await analysed({});
    const signal = plain.signals.find(({ eventName }) => eventName === 'StopLogging');
    rule = { id: String(signal?.detector).slice('rule:'.length), file: String(signal?.ruleFile) };
  });
  const spoke = ({ signals }: Told) => signals.filter(({ detector }) => detector === DETECTOR);

  test('build on bundled rules, and are counted', async () => {
    const told = await analysed({}, CORRELATION(rule.id));
    expect(told.summary.rules.refused).toEqual([]);
    expect(spoke(told)).toMatchObject([{ level: 'critical', eventName: 'StopLogging' }]);
    expect(told.summary.rules.correlations).toBe(plain.summary.rules.correlations + 1);
    expect(told.summary.rules.loaded).toBe(plain.summary.rules.loaded);
    expect(told.summary.rulesHash).not.toBe(plain.summary.rulesHash);
  });

  test('find no bundled rule where those are left out', async () => {
    const { summary } = await analysed({}, CORRELATION(rule.id), ['--no-bundled-rules']);
    expect(summary.rules).toMatchObject({
      loaded: 0,
      correlations: 0,
      refused: [{ reason: expect.stringMatching(/^The correlation names the rule/) }],
    });
  });

  test('are disabled and given another level by id or file', async () => {
    const id = DETECTOR.slice('correlation:'.length);
    const disabled = await analysed({ rules: { disabled: ['*own.yml'] } }, CORRELATION(rule.id));
    expect([spoke(disabled), disabled.summary.rules.refused]).toEqual([[], []]);
    const lowered = await analysed({ rules: { levels: { [id]: 'low' } } }, CORRELATION(rule.id));
    expect(spoke(lowered)).toMatchObject([{ level: 'low', weight: 0.2 }]);
  });

  test('say nothing when all their rules are disabled, which is told', async () => {
    const told = await analysed({ rules: { disabled: [rule.file] } }, CORRELATION(rule.id));
    expect(spoke(told)).toEqual([]);
    expect(told.summary.rules.refused).toContainEqual(
      expect.objectContaining({ title: 'A trail is stopped', reason: expect.stringMatching(/which the configuration disables/) }),
    );
  });

  test('weigh nothing where they are excepted', async () => {
    const exceptions = [{ ...OWNED, rule: '*own.yml', principal: ALICE }];
    const told = await analysed({ exceptions }, CORRELATION(rule.id));
    expect(spoke(told)).toMatchObject([{ weight: 0, risk: 0, excepted: OWNED }]);
    expect(told.summary.exceptions).toMatchObject([{ status: 'used', signals: 1 }]);
  });

  test('do not bring back what the exception of a rule took out', async () => {
    const exceptions = [{ ...OWNED, rule: rule.file, principal: ALICE }];
    const told = await analysed({ exceptions }, CORRELATION(rule.id));
    expect(spoke(told)).toEqual([]);
    expect(told.signals.find(({ eventName }) => eventName === 'StopLogging')).toMatchObject({ weight: 0, excepted: OWNED });
  });
});

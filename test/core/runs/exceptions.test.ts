import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultConfig, loadConfig } from '../../../core/config/load.ts';
import { LATENESS } from '../../../core/lateness.ts';
import { exceptionId } from '../../../core/risk/exceptions.ts';
import { loadRules } from '../../../core/rules/load.ts';
import { inFolder, trailwarden } from '../../command/run.ts';
import { IDENTITIES, type JsonObject, record } from '../../factories/record.ts';
import { correlationText, namedRule } from '../rules/correlation-text.ts';
import { engineOf, World } from './world.ts';

const HOUR = 3_600_000;
const START = Date.UTC(2026, 8, 1);
const OWNED = { owner: 'platform', reason: 'scans', expires: '2026-09-30' };
const CONFIG = {
  anomalies: { learningDays: 3 },
  exceptions: [
    { ...OWNED, rule: 'anomaly:first-seen:region', principal: '*:user/alice' },
    { ...OWNED, rule: 'correlation:*', account: '111122223333' },
    { ...OWNED, rule: 'anomaly:travel' },
  ],
};
const [ALICES = '', STORY = '', TRAVEL = ''] = CONFIG.exceptions.map(exceptionId);
const RULES = [
  namedRule('StopLogging', { level: 'medium' }),
  correlationText('twice', {
    type: 'event_count',
    rules: ['StopLogging'],
    'group-by': ['principal'],
    timespan: '1h',
    condition: { gte: 2 },
    generate: true,
  }),
].join('\n---\n');

/** Days of calls in one region, a day a file, and on the last one in another region, with a trail that is stopped twice. */
const DAYS: readonly JsonObject[][] = Array.from({ length: 8 }, (_, day) => {
  const call = (n: number, hour: number, more: JsonObject = {}) =>
    record(day * 100 + n, {
      eventTime: new Date(START + day * 24 * HOUR + hour * HOUR).toISOString().replace('.000Z', 'Z'),
      userIdentity: IDENTITIES.user,
      errorCode: undefined,
      eventSource: 'ec2.amazonaws.com',
      eventName: 'DescribeInstances',
      awsRegion: 'eu-west-1',
      ...more,
    });
  if (day < 7) return Array.from({ length: 8 }, (_one, n) => call(n, 8 + n));
  const stop = { eventSource: 'cloudtrail.amazonaws.com', eventName: 'StopLogging' };
  return [call(0, 9, { awsRegion: 'ap-east-1' }), call(1, 10, stop), call(2, 10.5, stop)];
});

const sorted = (signals: readonly Record<string, unknown>[]) => [...signals].sort((a, b) => (String(a.id) < String(b.id) ? -1 : 1));

test('both homes except the same anomalies and correlations, and the day counts what each exception did', () =>
  inFolder(async (folder) => {
    const rules = join(folder, 'own.yml');
    writeFileSync(rules, RULES);
    writeFileSync(join(folder, 'config.json'), JSON.stringify(CONFIG));
    writeFileSync(join(folder, 'trail.json'), JSON.stringify({ Records: DAYS.flat() }));
    const flags = ['--rules', rules, '--no-bundled-rules', '--config', join(folder, 'config.json'), '--out', folder];
    const { code, stderr } = await trailwarden(['analyze', join(folder, 'trail.json'), '--threads', '1', '--quiet', ...flags]);
    expect([code, stderr]).toEqual([0, '']);
    const lines = readFileSync(join(folder, 'signals.ndjson'), 'utf8').trimEnd().split('\n');
    const expected = lines.map((line) => JSON.parse(line) as Record<string, unknown>);

    const loaded = loadRules([{ file: rules, text: RULES }]);
    const config = { ...defaultConfig(), ...loadConfig(JSON.stringify(CONFIG), 'x.json') };
    const engine = { ...engineOf(loaded.rules, 'high', loaded.correlations), config, learningDays: 3 };
    const world = new World();
    for (const [day, records] of DAYS.entries()) {
      const delivered = START + day * 24 * HOUR + 20 * HOUR;
      world.deliver([{ key: `day-${day}.json`, bytes: Buffer.from(JSON.stringify({ Records: records })), delivered }]);
      await world.run(engine, START + (day + 1) * 24 * HOUR + LATENESS - 500);
    }
    await world.run(engine, START + 12 * 24 * HOUR);

    // Of silence the two homes do not speak alike.
    const isHeard = ({ detector }: Record<string, unknown>) => !String(detector).startsWith('anomaly:silence:');
    expect(sorted(world.signals().filter(isHeard))).toEqual(sorted(expected.filter(isHeard)));
    const of = (id: string) => expected.filter(({ excepted }) => (excepted as { id?: string } | undefined)?.id === id);
    expect(of(ALICES)).toMatchObject([{ detector: 'anomaly:first-seen:region', weight: 0, risk: 0 }]);
    expect(of(STORY).map(({ title, weight }) => [title, weight])).toEqual([['Correlation twice', 0]]);
    const uses = (id: string) =>
      [...world.rollups.values()]
        .map(({ put }) => (put.kind === 'day' ? put.sums.exceptions?.[id] : undefined))
        .filter((n) => n !== undefined);
    const sum = (id: string) => uses(id).reduce((all, n) => all + n, 0);
    expect([sum(ALICES), sum(STORY), sum(TRAVEL)]).toEqual([1, 1, 0]);
    // A day without a signal still tells that the exception was in force.
    expect(uses(TRAVEL).length).toBeGreaterThanOrEqual(8);
  }));

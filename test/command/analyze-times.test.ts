import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type JsonObject, record } from '../factories/record.ts';
import { inFolder, trailwarden } from './run.ts';

const HOUR = 3_600_000;
const START = Date.UTC(2026, 8, 1);
const iso = (time: number) => new Date(time).toISOString().replace('.000Z', 'Z');

let next = 0;
function call(hour: number, more: JsonObject = {}): JsonObject {
  next += 3;
  return record(next, { eventTime: iso(START + hour * HOUR + 1000), errorCode: undefined, ...more });
}

/** A file a day, `hours` of each day with records; the last day has a call in a region of its own. */
function writeDays(folder: string, days: number, has: (hour: number) => boolean): void {
  for (let day = 0; day < days; day += 1) {
    const records = Array.from({ length: 24 }, (_, hour) => day * 24 + hour).flatMap((hour) => (has(hour) ? [call(hour)] : []));
    if (day === days - 1)
      records.push(
        call(day * 24 + 23, { awsRegion: 'us-west-2' }),
        call(day * 24 + 23, { eventName: 'StopLogging', eventSource: 'cloudtrail.amazonaws.com' }),
      );
    writeFileSync(join(folder, `${iso(START + day * 24 * HOUR).slice(0, 10)}.json`), JSON.stringify({ Records: records }));
  }
}

async function analysed(folder: string, ...more: string[]) {
  return inFolder(async (out) => {
    const { stderr } = await trailwarden(['analyze', folder, '--quiet', '--threads', '1', '--out', out, ...more]);
    expect(stderr).toBe('');
    const signals = readFileSync(join(out, 'signals.ndjson'), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as { detector: string; time: string; text?: string; principal: string });
    const incidents = JSON.parse(readFileSync(join(out, 'incidents.json'), 'utf8')) as { id: string; status: string }[];
    const anomalies = readFileSync(join(out, 'anomalies.csv'), 'utf8');
    return { signals, incidents, anomalies };
  });
}

const gapsOf = ({ signals }: Awaited<ReturnType<typeof analysed>>) =>
  signals
    .filter(({ detector }) => detector.startsWith('anomaly:silence:'))
    .map(({ detector, principal, text }) => [detector, principal, text]);

test(
  'files with wrong clocks among the others change nothing that is said of these',
  () =>
    inFolder(async (folder) => {
      writeDays(folder, 20, () => true);
      const before = await analysed(folder);
      expect(before.signals.map(({ detector }) => detector)).toContain('anomaly:first-seen:region');
      expect(before.incidents).toMatchObject([{ status: 'open' }]);
      const many = (times: readonly string[]) =>
        JSON.stringify({
          Records: times.map((eventTime) =>
            call(0, { eventTime, eventName: 'Quiet', userIdentity: { type: 'AWSService', invokedBy: 'x.amazonaws.com' } }),
          ),
        });
      writeFileSync(join(folder, '2026-09-03-a.json'), many(['2099-01-01T00:00:00Z']));
      writeFileSync(join(folder, '2026-09-03-b.json'), many(Array.from({ length: 9000 }, () => '2099-06-01T00:00:00Z')));
      writeFileSync(join(folder, '2026-09-04-a.json'), many(['1970-01-01T00:00:00Z', '2000-01-01T00:00:00Z']));
      const after = await analysed(folder);
      const old = ({ time }: { readonly time: string }) => time.startsWith('2026');
      expect(after.signals.filter(old)).toEqual(before.signals);
      expect(after.incidents.map(({ id, status }) => [id, status])).toEqual(before.incidents.map(({ id, status }) => [id, status]));
      expect(gapsOf(after)).toEqual([]);
    }),
  120_000,
);

describe('gaps in the files', () => {
  const lacks = (hour: number) => hour < 300 || hour >= 320;

  test(
    'are anomalies as others, and nobody’s',
    () =>
      inFolder(async (folder) => {
        writeDays(folder, 20, lacks);
        const told = await analysed(folder);
        const text =
          'The trail of account 111122223333 delivered nothing for 20 hours from 2026-09-13 12:00 UTC, where about 20 records are usual and 0 hours were the longest pause.';
        expect(gapsOf(told)).toEqual([['anomaly:silence:trail', '', text]]);
        expect(told.anomalies).toContain(text);
        expect(told.incidents).toHaveLength(1);
      }),
    60_000,
  );

  test.each<[name: string, filters: readonly string[]]>([
    ['a beginning', ['--since', '2026-09-10T15:00:00Z']],
    ['an end', ['--until', '2026-09-12T15:00:00Z']],
    ['an account', ['--account', '111122223333']],
    ['a region', ['--region', 'eu-central-1']],
  ])(
    '%s that is chosen makes none',
    (_name, filters) =>
      inFolder(async (folder) => {
        writeDays(folder, 20, () => true);
        expect(gapsOf(await analysed(folder, ...filters))).toEqual([]);
      }),
    60_000,
  );
});

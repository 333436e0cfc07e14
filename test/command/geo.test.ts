import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { mmdb } from '../../samples/generator/mmdb.ts';
import { record } from '../factories/record.ts';
import { inFolder, trailwarden } from './run.ts';

const DAY = 86_400_000;
const START = Date.UTC(2026, 8, 1, 9);

/** A person's twenty days at one address, and half an hour after the last call one from another, by another client. */
function trail(home: string, away: string): string {
  const call = (n: number, time: number, sourceIPAddress: string, userAgent: string) =>
    record(n, {
      eventTime: new Date(time).toISOString().replace('.000Z', 'Z'),
      sourceIPAddress,
      userAgent,
      errorCode: undefined,
      userIdentity: {
        type: 'IAMUser',
        principalId: 'AIDAEXAMPLE',
        arn: 'arn:aws:iam::111122223333:user/alice',
        accountId: '111122223333',
        userName: 'alice',
      },
    });
  const calls = Array.from({ length: 20 }, (_, day) => call(day, START + day * DAY, home, 'aws-cli/2.17.0'));
  return JSON.stringify({ Records: [...calls, call(20, START + 19 * DAY + 30 * 60_000, away, 'curl/8.14.1')] });
}

/** Analyses a trail in a folder, from that folder; gives what is said of travel. */
async function travelIn(folder: string, args: readonly string[] = []) {
  const { code, stderr } = await trailwarden(['analyze', 'trail.json', '--quiet', ...args], { cwd: folder });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const rows = parse(readFileSync(join(folder, 'trailwarden-out', 'anomalies.csv')), { columns: true, bom: true }) as Record<
    string,
    string
  >[];
  return rows.filter(({ detector }) => detector === 'anomaly:travel').map(({ text }) => text);
}

const CITY = (country: string, city: string, latitude: number, longitude: number) => ({
  ...{ country: { iso_code: country }, city: { names: { en: city } }, location: { latitude, longitude } },
});
const OWN = mmdb({ '198.51.100.0/24': CITY('DE', 'Berlin', 52.52, 13.4), '192.0.2.0/24': CITY('AU', 'Sydney', -33.87, 151.21) });

test('the bundled database knows countries of real addresses, and nothing of documentation', () =>
  inFolder(async (folder) => {
    writeFileSync(join(folder, 'trail.json'), trail('193.0.6.139', '200.160.2.3'));
    expect(await travelIn(folder)).toEqual([
      expect.stringMatching(/alice was seen in Netherlands and at most 31 minutes later in Brazil, at least \d+ km away \(only countries/),
    ]);
    writeFileSync(join(folder, 'none.json'), '{"anomalies":{"geo":{"bundled":false}}}');
    expect(await travelIn(folder, ['--config', 'none.json'])).toEqual([]);
    writeFileSync(join(folder, 'trail.json'), trail('198.51.100.7', '192.0.2.7'));
    expect(await travelIn(folder)).toEqual([]);
  }));

test('an own database is found from the folder of the configuration, and its cities are told', () =>
  inFolder(async (folder) => {
    mkdirSync(join(folder, 'soc', 'geo'), { recursive: true });
    writeFileSync(join(folder, 'soc', 'geo', 'places.mmdb'), OWN);
    writeFileSync(join(folder, 'soc', 'config.json'), '{"anomalies":{"geo":{"databases":["geo/places.mmdb"]}}}');
    writeFileSync(join(folder, 'trail.json'), trail('198.51.100.7', '192.0.2.7'));
    const [text, ...more] = await travelIn(folder, ['--config', 'soc/config.json']);
    expect(more).toEqual([]);
    expect(text).toMatch(
      /alice was seen in Berlin, Germany and at most 31 minutes later in Sydney, Australia, at least 15\d{3} km away\.$/,
    );
    // The bundled one is still asked for what the own one does not know.
    writeFileSync(join(folder, 'trail.json'), trail('198.51.100.7', '200.160.2.3'));
    expect(await travelIn(folder, ['--config', 'soc/config.json'])).toEqual([
      expect.stringMatching(/in Berlin, Germany and .+ in Brazil, .+\(only countries are known/),
    ]);
  }));

test.each<[name: string, bytes: Buffer | null, why: string]>([
  ['missing', null, 'it does not exist'],
  ['a text', Buffer.from('{"Records":[]}'), 'it is no MMDB file: '],
  ['damaged', Buffer.from(OWN).fill(0xff, 0, 600), 'the MMDB file is damaged: '],
])('a database that is %s is refused in a sentence, and nothing is written', (_name, bytes, why) =>
  inFolder(async (folder) => {
    if (bytes !== null) writeFileSync(join(folder, 'places.mmdb'), bytes);
    writeFileSync(join(folder, 'trailwarden.config.json'), '{"anomalies":{"geo":{"databases":["places.mmdb"]}}}');
    writeFileSync(join(folder, 'trail.json'), trail('198.51.100.7', '192.0.2.7'));
    const { code, stdout, stderr } = await trailwarden(['analyze', 'trail.json'], { cwd: folder });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(`places.mmdb cannot be used as a geolocation database: ${why}`);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(readdirSync(folder)).not.toContain('trailwarden-out');
  }),
);

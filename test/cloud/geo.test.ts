import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { placesDatabase } from '../../samples/generator/places.ts';
import type { LocalCloud } from '../../sandbox/cloud.ts';
import { SAMPLE_CONFIG } from '../../sandbox/synth.ts';
import { IDENTITIES, type JsonObject, record } from '../factories/record.ts';
import { cloudSuite } from '../sandbox/cloud-suite.ts';
import { deployed } from './deployed.ts';

const KEY =
  'AWSLogs/111122223333/CloudTrail/eu-west-1/2026/09/01/111122223333_CloudTrail_eu-west-1_20260901T1005Z_aaaaaaaaaaaaaaaa.json.gz';

/** A call of Alice's some minutes ago: the watermark has passed it by then. */
function call(n: number, minutes: number, sourceIPAddress: string, userAgent: string): JsonObject {
  const eventTime = new Date(Math.floor((Date.now() - minutes * 60_000) / 1000) * 1000).toISOString().replace('.000Z', 'Z');
  return record(n, { userIdentity: IDENTITIES.user, eventTime, sourceIPAddress, userAgent, errorCode: undefined, errorMessage: undefined });
}

cloudSuite('a deployment with a geolocation database of its own', () => {
  const folder = mkdtempSync(join(tmpdir(), 'trailwarden-geo-'));
  let cloud: LocalCloud;
  let end: () => Promise<void>;

  beforeAll(async () => {
    writeFileSync(join(folder, 'places.mmdb'), placesDatabase());
    const file = join(folder, 'trailwarden.config.json');
    writeFileSync(file, JSON.stringify({ ...SAMPLE_CONFIG, anomalies: { geo: { databases: ['places.mmdb'] } } }));
    ({ cloud, end } = await deployed(file));
  });

  afterAll(async () => {
    await end?.();
    rmSync(folder, { recursive: true });
  });

  test('tells of travel between its cities, and of countries that the bundled one knows', async () => {
    const records = [
      call(1, 50, '203.0.113.10', 'aws-cli/2.17.0'),
      call(2, 40, '192.0.2.7', 'curl/8.14.1'),
      call(3, 30, '193.0.6.139', 'aws-cli/2.17.0'),
    ];
    await cloud.put(cloud.output('TrailBucketName'), KEY, gzipSync(JSON.stringify({ Records: records })));
    await cloud.settle();
    expect(await cloud.tick()).toMatchObject({ ok: true, result: { outcome: 'committed' } });
    const bucket = cloud.output('BatchBucketName');
    const [key, ...others] = (await cloud.storage.keys(bucket, 'runs/')).filter((name) => name.endsWith('.signals.ndjson.gz'));
    expect(others).toEqual([]);
    const lines = gunzipSync((await cloud.storage.get(bucket, key as string)) as Buffer)
      .toString()
      .trimEnd()
      .split('\n');
    const texts = lines.map((line) => JSON.parse(line) as JsonObject).filter(({ detector }) => detector === 'anomaly:travel');
    expect(texts.map(({ text }) => text)).toEqual([
      expect.stringMatching(/alice was seen in Frankfurt am Main, Germany and .+ in São Paulo, Brazil, at least 9601 km away\.$/),
      expect.stringMatching(/alice was seen in São Paulo, Brazil and .+ in Netherlands, .+\(only countries are known, not cities\)\.$/),
    ]);
  });
});

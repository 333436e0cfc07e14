import type { Filters } from '../../core/scoring/filters.ts';
import { fetchInOrder, keyInTime, parseS3, type S3Source } from '../../local/s3.ts';
import type { Source } from '../../local/sources.ts';

test.each<[string, ReturnType<typeof parseS3>]>([
  ['s3://bucket', { bucket: 'bucket', prefix: '' }],
  ['s3://bucket/', { bucket: 'bucket', prefix: '' }],
  ['s3://bucket/AWSLogs/111122223333', { bucket: 'bucket', prefix: 'AWSLogs/111122223333' }],
  ['s3://bucket/a//b/', { bucket: 'bucket', prefix: 'a//b/' }],
  ['s3://my.bucket-1/a b+c=d', { bucket: 'my.bucket-1', prefix: 'a b+c=d' }],
  ['s3:///key', null],
  ['s3://', null],
  ['s3:/bucket/key', null],
  ['./s3://bucket', null],
  ['https://bucket.s3.amazonaws.com/key', null],
  ['logs', null],
  ['', null],
])('%s', (text, expected) => {
  expect(parseS3(text)).toEqual(expected);
});

const key = (day: string) => `AWSLogs/111122223333/CloudTrail/us-east-1/${day}/111122223333_CloudTrail_us-east-1_x.json.gz`;
const at = (text: string) => Date.parse(text);

test.each<[string, string, Filters, boolean]>([
  ['no filter', key('2026/09/10'), {}, true],
  ['no date in the key', 'logs/a.json.gz', { since: at('2026-09-10T00:00:00Z'), until: at('2026-09-11T00:00:00Z') }, true],
  ['a date that is no folder of its own', 'x2026/09/10x/a', { since: at('2027-01-01T00:00:00Z') }, true],
  ['the day before since', key('2026/09/09'), { since: at('2026-09-10T00:00:00Z') }, false],
  ['the day of since', key('2026/09/10'), { since: at('2026-09-10T00:00:00Z') }, true],
  ['the day of since, whose hour is late', key('2026/09/10'), { since: at('2026-09-10T23:59:59Z') }, true],
  ['the day before since, whose hour is late', key('2026/09/09'), { since: at('2026-09-10T23:59:59Z') }, false],
  ['the day after since', key('2026/09/11'), { since: at('2026-09-10T00:00:00Z') }, true],
  ['the day before until', key('2026/09/09'), { until: at('2026-09-10T00:00:00Z') }, true],
  ['the day of until: delivered late', key('2026/09/10'), { until: at('2026-09-10T00:00:00Z') }, true],
  ['the day after until, a whole day late', key('2026/09/11'), { until: at('2026-09-10T00:00:00Z') }, false],
  ['the day after an until in the afternoon', key('2026/09/11'), { until: at('2026-09-10T15:00:00Z') }, true],
  ['between both', key('2026/09/10'), { since: at('2026-09-01T00:00:00Z'), until: at('2026-09-30T00:00:00Z') }, true],
  ['accounts and regions do not matter', key('2026/09/10'), { accounts: ['x'], regions: ['y'] }, true],
])('%s: %s with %p: %p', (_name, object, filters, expected) => {
  expect(keyInTime(object, filters)).toBe(expected);
});

describe('fetching ahead', () => {
  const sources = Array.from({ length: 60 }, (_, i): Source => {
    const source = { label: `${i}`, size: i, time: i };
    return i % 10 === 3 ? source : { ...source, object: { bucket: 'b', key: `${i}` } };
  });

  test('yields the sources in order though they arrive in any, a bounded number at once', async () => {
    let under = 0;
    let most = 0;
    const s3 = {
      fetch: async ({ key: name }: { key: string }, size: number) => {
        under += 1;
        most = Math.max(most, under);
        for (let turns = (Number(name) * 7) % 11; turns > 0; turns -= 1) await Promise.resolve();
        under -= 1;
        return size % 4 === 0 ? { error: `no ${name}` } : { bytes: Buffer.from(name) };
      },
    } as unknown as S3Source;
    const got: [string, string][] = [];
    for await (const { source, fetched } of fetchInOrder(sources, s3)) {
      got.push([source.label, fetched === null ? 'a file' : 'error' in fetched ? fetched.error : Buffer.from(fetched.bytes).toString()]);
    }
    expect(got).toEqual(
      sources.map(({ label, size, object }) => [label, object === undefined ? 'a file' : size % 4 === 0 ? `no ${label}` : label]),
    );
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(16);
  });
});

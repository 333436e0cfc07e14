import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { inFolder, ROOT, trailwarden } from './run.ts';

const OUTPUTS = [
  'annotated_events.csv',
  'anomalies.csv',
  'events.ndjson.gz',
  'findings.asff.json',
  'incidents.json',
  'region_summary.csv',
  'report.html',
  'risk_summary.csv',
  'signals.ndjson',
  'summary.json',
];

/** A record of an ordinary call; `over` replaces top-level keys. */
function record(n: number, over: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    eventVersion: '1.11',
    userIdentity: {
      type: 'IAMUser',
      principalId: 'AIDAEXAMPLE',
      arn: 'arn:aws:iam::111122223333:user/alice',
      accountId: '111122223333',
      accessKeyId: 'AKIAEXAMPLE',
      userName: 'alice',
    },
    eventTime: `2026-09-01T10:${String(n % 60).padStart(2, '0')}:00Z`,
    eventSource: 'ec2.amazonaws.com',
    eventName: 'DescribeInstances',
    awsRegion: 'eu-west-1',
    sourceIPAddress: '203.0.113.10',
    userAgent: 'aws-cli/2.17.0',
    requestParameters: null,
    responseElements: null,
    requestID: `r-${n}`,
    eventID: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
    readOnly: true,
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: '111122223333',
    eventCategory: 'Management',
    ...over,
  };
}

const stopLogging = (n: number) =>
  record(n, {
    eventSource: 'cloudtrail.amazonaws.com',
    eventName: 'StopLogging',
    readOnly: false,
    requestParameters: { name: 'arn:aws:cloudtrail:eu-west-1:111122223333:trail/main' },
  });

function trail(...records: readonly unknown[]): string {
  return JSON.stringify({ Records: records });
}

/** Every output, the compressed inflated, by name. */
function outputs(folder: string): Record<string, string> {
  const inflated = (name: string) =>
    name.endsWith('.gz') ? gunzipSync(readFileSync(join(folder, name))) : readFileSync(join(folder, name));
  return Object.fromEntries(
    readdirSync(folder)
      .sort()
      .map((name) => [name, inflated(name).toString('utf8')]),
  );
}

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}

describe('analyze as a user runs it', () => {
  test('writes every output, and each event stands in them once', () =>
    inFolder(async (folder) => {
      writeFileSync(join(folder, 'trail.json'), trail(record(1), stopLogging(2), record(3), record(3)));
      const { code, stdout, stderr } = await trailwarden(['analyze', 'trail.json'], { cwd: folder });
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toContain('4 records in 1 file = 3 events + 1 duplicate + 0 rejects');
      expect(stdout).toContain('Trail logging stopped');
      expect(stdout).toContain(join('trailwarden-out', 'report.html'));
      const out = outputs(join(folder, 'trailwarden-out'));
      expect(Object.keys(out)).toEqual(OUTPUTS);
      expect(lines(out['annotated_events.csv'] as string)).toHaveLength(1 + 3);
      expect(lines(out['events.ndjson.gz'] as string).map((line) => (JSON.parse(line) as { eventName: string }).eventName)).toEqual([
        'DescribeInstances',
        'StopLogging',
        'DescribeInstances',
      ]);
      const signals = lines(out['signals.ndjson'] as string).map((line) => JSON.parse(line) as Record<string, unknown>);
      expect(signals).toContainEqual(
        expect.objectContaining({
          eventID: '00000000-0000-4000-8000-000000000002',
          title: 'Trail logging stopped',
          level: 'high',
          tactics: expect.arrayContaining(['defense-evasion']),
          principal: 'arn:aws:iam::111122223333:user/alice',
          author: 'Trailwarden',
          detector: expect.stringMatching(/^rule:[0-9a-f-]{36}$/),
          evidence: expect.arrayContaining([{ field: 'eventName', value: 'StopLogging' }]),
        }),
      );
      const incidents = JSON.parse(out['incidents.json'] as string) as {
        level: string;
        signalIds: string[];
        risk: number;
        reasons: { points: number }[];
      }[];
      expect(incidents).toHaveLength(1);
      expect(incidents[0]?.level).toBe('high');
      expect(incidents[0]?.reasons.reduce((sum, { points }) => sum + points, 0)).toBe(incidents[0]?.risk);
      expect(signals.map(({ id }) => id)).toEqual(expect.arrayContaining(incidents[0]?.signalIds ?? []));
    }));

  test('--json prints the summary and nothing else; --quiet prints nothing', () =>
    inFolder(async (folder) => {
      writeFileSync(join(folder, 'trail.json'), trail(record(1)));
      const json = await trailwarden(['analyze', 'trail.json', '--json', '--out', 'o'], { cwd: folder });
      expect(JSON.parse(json.stdout)).toEqual(JSON.parse(readFileSync(join(folder, 'o', 'summary.json'), 'utf8')));
      expect(json.stderr).toBe('');
      const quiet = await trailwarden(['analyze', 'trail.json', '--quiet', '--out', 'o'], { cwd: folder });
      expect(quiet).toEqual({ code: 0, stdout: '', stderr: '' });
    }));

  test('the outputs are the same for any number of threads and any order of the arguments', () =>
    inFolder(async (folder) => {
      cpSync(join(ROOT, 'samples', 'trail'), join(folder, 'logs'), { recursive: true });
      const years = join('logs', 'AWSLogs', 'o-exampleorg1');
      const accounts = readdirSync(join(folder, years)).map((account) => join(years, account));
      const run = async (name: string, args: readonly string[]) => {
        const { code, stderr } = await trailwarden(['analyze', ...args, '--quiet', '--out', name], { cwd: folder });
        expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
        return outputs(join(folder, name));
      };
      const one = await run('one', [...accounts, '--threads', '1']);
      expect(await run('two', [...[...accounts].reverse(), '--threads', '2'])).toEqual(one);
      expect(await run('three', ['logs', accounts[0] as string, '--threads', '3'])).toEqual(one);
      const times = lines(one['annotated_events.csv'] as string)
        .slice(1)
        .map((line) => line.slice(0, 20));
      expect(times).toEqual([...times].sort());
    }));

  test.each([
    ['nothing is reached', trail(record(1)), 'low', 0],
    ['an event reaches it', trail(stopLogging(1)), 'high', 2],
    ['an event stays below', trail(stopLogging(1)), 'critical', 0],
  ])('--fail-on: %s', (_name, text, level, expected) =>
    inFolder(async (folder) => {
      writeFileSync(join(folder, 'trail.json'), text);
      const { code } = await trailwarden(['analyze', 'trail.json', '--quiet', '--fail-on', level], { cwd: folder });
      expect(code).toBe(expected);
    }),
  );

  test('filters are counted, not lost', () =>
    inFolder(async (folder) => {
      writeFileSync(
        join(folder, 'trail.json'),
        trail(
          record(1),
          record(2, { eventTime: '2026-09-02T00:00:00Z' }),
          record(3, { awsRegion: 'us-east-1' }),
          record(4, { recipientAccountId: '444455556666' }),
          record(5, { eventTime: '2026-08-31T23:59:59Z' }),
        ),
      );
      const filters = ['--since', '2026-09-01', '--until', '2026-09-01', '--region', 'eu-west-1', '--account', '111122223333'];
      const { stdout } = await trailwarden(['analyze', 'trail.json', '--json', ...filters], { cwd: folder });
      expect(JSON.parse(stdout)).toMatchObject({ records: 5, events: 1, excluded: 4, duplicates: 0, rejects: 0 });
    }));

  test('--events risky and --min-level list less and count the same', () =>
    inFolder(async (folder) => {
      writeFileSync(
        join(folder, 'trail.json'),
        trail(
          record(1),
          stopLogging(2),
          record(3, { eventSource: 'iam.amazonaws.com', eventName: 'CreateUser', readOnly: false, requestParameters: { userName: 'bob' } }),
        ),
      );
      const listed = async (...args: string[]) => {
        const { stdout } = await trailwarden(['analyze', 'trail.json', '--json', '--out', 'o', ...args], { cwd: folder });
        expect(JSON.parse(stdout)).toMatchObject({ events: 3, levels: { high: 1, low: 1, informational: 1 } });
        return lines(readFileSync(join(folder, 'o', 'annotated_events.csv'), 'utf8')).length - 1;
      };
      expect(await listed()).toBe(3);
      expect(await listed('--events', 'risky')).toBe(2);
      expect(await listed('--min-level', 'high')).toBe(1);
    }));

  test('--min-level lists some of the same incidents, and --fail-on sees them all', () =>
    inFolder(async (folder) => {
      const run = async (...args: string[]) => {
        const { code } = await trailwarden(
          ['analyze', join(ROOT, 'samples', 'trail'), '--since', '2026-09-13', '--until', '2026-09-16', '--quiet', '--out', 'o', ...args],
          { cwd: folder },
        );
        const read = (name: string) => readFileSync(join(folder, 'o', name), 'utf8');
        return { code, incidents: JSON.parse(read('incidents.json')) as { level: string }[], signals: read('signals.ndjson') };
      };
      const all = await run('--fail-on', 'critical');
      const some = await run('--fail-on', 'critical', '--min-level', 'critical');
      expect(some.incidents).toEqual(all.incidents.filter(({ level }) => level === 'critical'));
      expect(some.incidents.length).toBeLessThan(all.incidents.length);
      expect(some.signals).toBe(all.signals);
      expect([all.code, some.code]).toEqual([2, 2]);
    }));

  test('a time without a zone is UTC, whatever the clock of the machine', () =>
    inFolder(async (folder) => {
      writeFileSync(join(folder, 'trail.json'), trail(record(10), record(20), record(30)));
      const span = ['--since', '2026-09-01T10:15:00', '--until', '2026-09-01T10:25:00'];
      const { stdout } = await trailwarden(['analyze', 'trail.json', '--json', ...span], { cwd: folder, env: { TZ: 'America/New_York' } });
      expect(JSON.parse(stdout)).toMatchObject({ events: 1, excluded: 2, from: '2026-09-01T10:20:00Z' });
    }));

  test('different events with the same placeholder for an id have signals of their own', () =>
    inFolder(async (folder) => {
      writeFileSync(
        join(folder, 'trail.json'),
        trail({ ...stopLogging(1), eventID: 'redacted' }, { ...stopLogging(2), eventID: 'redacted' }),
      );
      await trailwarden(['analyze', 'trail.json', '--quiet'], { cwd: folder });
      const ids = lines(readFileSync(join(folder, 'trailwarden-out', 'signals.ndjson'), 'utf8')).map(
        (line) => (JSON.parse(line) as { id: string }).id,
      );
      expect(ids.length).toBeGreaterThan(1);
      expect(new Set(ids).size).toBe(ids.length);
    }));

  test('hostile text is plain JSON on a terminal', () =>
    inFolder(async (folder) => {
      writeFileSync(join(folder, 'trail.json'), trail(record(1, { awsRegion: 'x\u009b31m\u202ey' })));
      const { stdout } = await trailwarden(['analyze', 'trail.json', '--json'], { cwd: folder });
      expect(stdout).not.toMatch(/[\u007f-\u009f\u202a-\u202e]/);
      expect(JSON.parse(stdout)).toMatchObject({ regions: ['x\u009b31m\u202ey'] });
    }));

  test('a report over events with huge texts is still made', () =>
    inFolder(async (folder) => {
      const huge = Array.from({ length: 300 }, (_, n) => ({ ...stopLogging(n), userAgent: '"'.repeat(60_000) }));
      writeFileSync(join(folder, 'trail.json.gz'), gzipSync(trail(...huge)));
      const { code } = await trailwarden(['analyze', 'trail.json.gz', '--quiet', '--events', 'risky'], { cwd: folder });
      expect(code).toBe(0);
      expect(readFileSync(join(folder, 'trailwarden-out', 'report.html')).length).toBeLessThan(2 * 1024 ** 2);
    }));

  test('one’s own version of a bundled rule takes its place', () =>
    inFolder(async (folder) => {
      cpSync(join(ROOT, 'rules', 'detection'), join(folder, 'detection'), { recursive: true });
      writeFileSync(join(folder, 'trail.json'), trail(stopLogging(1)));
      const { stdout } = await trailwarden(['analyze', 'trail.json', '--json', '--rules', 'detection'], { cwd: folder });
      const summary = JSON.parse(stdout) as Summary;
      expect(summary.rules.refused).toEqual([]);
      expect(summary.topRules.filter(({ title }) => title === 'Trail logging stopped')).toHaveLength(1);
      expect(readFileSync(join(folder, 'trailwarden-out', 'signals.ndjson'), 'utf8')).toContain(
        `"ruleFile":"detection/trail_logging_stopped.yml"`,
      );
    }));

  test('rules of one’s own are added, or stand alone; a bad one is named and the rest of its pack stays', () =>
    inFolder(async (folder) => {
      mkdirSync(join(folder, 'rules'));
      const rule = (title: string, id: string, condition: string) =>
        `title: ${title}\nid: ${id}\nlogsource: {product: aws, service: cloudtrail}\ndetection:\n  sel: {eventName: DescribeInstances}\n  condition: ${condition}\nlevel: medium\n`;
      writeFileSync(join(folder, 'rules', 'good.yml'), rule('Mine', '11111111-1111-4111-8111-111111111111', 'sel'));
      writeFileSync(join(folder, 'rules', 'bad.yml'), rule('Broken', '22222222-2222-4222-8222-222222222222', 'selection'));
      writeFileSync(join(folder, 'trail.json'), trail(record(1), stopLogging(2)));
      const run = async (...args: string[]) =>
        JSON.parse(
          (await trailwarden(['analyze', 'trail.json', '--json', '--rules', 'rules', ...args], { cwd: folder })).stdout,
        ) as Summary;
      const alone = await run('--no-bundled-rules');
      expect(alone.rules.loaded).toBe(1);
      expect(alone.signals).toBe(1);
      expect(alone.rules.refused).toEqual([
        expect.objectContaining({ file: join('rules', 'bad.yml'), line: 6, reason: expect.stringContaining('selection') }),
      ]);
      const added = await run();
      expect(added.rules.loaded).toBeGreaterThan(60);
      expect(added.topRules.map(({ title }) => title)).toEqual(expect.arrayContaining(['Mine', 'Trail logging stopped']));
    }));

  test('the configuration overrides levels, disables rules and names role tags', () =>
    inFolder(async (folder) => {
      writeFileSync(join(folder, 'trail.json'), trail(stopLogging(1)));
      writeFileSync(
        join(folder, 'trailwarden.config.json'),
        JSON.stringify({ rules: { levels: { 'detection/*': 'low' } }, roleTags: [{ tag: 'admin', principals: ['*:user/alice'] }] }),
      );
      const { stdout } = await trailwarden(['analyze', 'trail.json', '--json'], { cwd: folder });
      const summary = JSON.parse(stdout) as Summary;
      expect(summary.levels).toMatchObject({ high: 0, low: 1 });
      expect(summary.topPrincipals[0]?.roleTag).toBe('admin');
      writeFileSync(join(folder, 'other.json'), JSON.stringify({ rules: { disabled: ['*'] } }));
      const disabled = await trailwarden(['analyze', 'trail.json', '--json', '--config', 'other.json'], { cwd: folder });
      expect(JSON.parse(disabled.stdout)).toMatchObject({ signals: 0, rules: { loaded: 0 } });
    }));
});

interface Summary {
  readonly signals: number;
  readonly levels: Readonly<Record<string, number>>;
  readonly rules: { readonly loaded: number; readonly refused: readonly unknown[] };
  readonly topRules: readonly { readonly title: string }[];
  readonly topPrincipals: readonly { readonly roleTag: string }[];
}

describe('what cannot be done is said in a sentence, with exit code 1', () => {
  const cases: readonly (readonly [string, readonly string[], RegExp])[] = [
    ['a path that does not exist', ['analyze', 'nowhere'], /nowhere cannot be read: it does not exist\. Give a file or a folder/],
    ['an empty folder', ['analyze', 'empty'], /There is no file to analyse in empty\./],
    ['a folder without a trail', ['analyze', 'notes'], /No CloudTrail record was found: the file was refused/],
    ['no path', ['analyze'], /missing required argument 'path'/],
    ['a level that is none', ['analyze', 'notes', '--fail-on', 'grave'], /Allowed choices are informational, low, medium, high, critical/],
    ['a time that is none', ['analyze', 'notes', '--since', 'yesterday'], /Expected a day such as 2026-09-01/],
    ['a day that is none', ['analyze', 'notes', '--since', '2026-02-30'], /Expected a day such as 2026-09-01/],
    [
      'an end before the beginning',
      ['analyze', 'notes', '--since', '2026-09-20', '--until', '2026-09-10'],
      /--since should be before --until/,
    ],
    ['no threads', ['analyze', 'notes', '--threads', '0'], /Expected a whole number from 1 to 64/],
    [
      'a configuration with an unknown key',
      ['analyze', 'notes', '--config', 'bad.json'],
      /"rule" is not a known key\. Did you mean "rules"\?/,
    ],
    [
      'a configuration that is not there',
      ['analyze', 'notes', '--config', 'none.json'],
      /The configuration none\.json cannot be read: it does not exist/,
    ],
    ['rules that are not there', ['analyze', 'notes', '--rules', 'none'], /The rules in none cannot be read: it does not exist/],
    ['a folder without rules', ['analyze', 'notes', '--rules', 'empty'], /empty holds no Sigma rule/],
    [
      'a folder to write into that is a file',
      ['analyze', 'notes', '--out', 'bad.json'],
      /The outputs cannot be written into bad\.json: a file has that name\. Give another folder/,
    ],
    ['an unknown command', ['analise'], /Did you mean analyze\?/],
  ];
  test.each(cases)('%s', (_name, args, sentence) =>
    inFolder(async (folder) => {
      mkdirSync(join(folder, 'empty'));
      mkdirSync(join(folder, 'notes'));
      writeFileSync(join(folder, 'notes', 'readme.txt'), 'no trail here');
      writeFileSync(join(folder, 'bad.json'), '{"rule":{}}');
      const { code, stderr } = await trailwarden(args, { cwd: folder });
      expect(stderr).toMatch(sentence);
      expect(stderr).not.toMatch(/^\s+at /m);
      expect(code).toBe(1);
    }),
  );
});

describe('bad input among good costs what it costs and no more', () => {
  const good = trail(record(1), stopLogging(2));
  const bomb = gzipSync(Buffer.alloc(64 * 1024 ** 2, ' '), { level: 9 });
  const cases: readonly (readonly [string, string, Buffer, Readonly<Record<string, unknown>>])[] = [
    [
      'a truncated gzip',
      'b.json.gz',
      gzipSync(trail(record(10), record(11))).subarray(0, 300),
      { fileRejectReasons: { 'gzip-truncated': 1 } },
    ],
    [
      'a damaged gzip',
      'b.json.gz',
      Buffer.concat([gzipSync('x').subarray(0, 10), Buffer.from('no deflate at all')]),
      { fileRejectReasons: { 'gzip-broken': 1 } },
    ],
    ['a gzip bomb', 'b.json.gz', bomb, { fileRejectReasons: { 'gzip-bomb': 1 } }],
    ['an empty file', 'b.json', Buffer.alloc(0), { fileRejectReasons: { empty: 1 } }],
    ['a picture', 'b.png', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 0]), { fileRejectReasons: { 'not-cloudtrail': 1 } }],
    [
      'a record of bytes that are no UTF-8',
      'b.json',
      Buffer.from(trail(record(10, { userAgent: 'X' })).replace('"X"', '"\xff\xfe"'), 'latin1'),
      { rejectReasons: { 'invalid-utf8': 1 } },
    ],
    [
      'deep nesting',
      'b.json',
      Buffer.from(trail(record(10)).replace('"requestParameters":null', `"requestParameters":${'['.repeat(5000)}${']'.repeat(5000)}`)),
      { rejectReasons: { 'too-deep': 1 } },
    ],
    [
      'a broken record before a good one',
      'b.json',
      Buffer.from(trail(record(10), record(11)).replace('"readOnly":true', '"readOnly":truth')),
      { events: 3, rejectReasons: { 'broken-json': 1 } },
    ],
  ];
  test.each(cases)('%s', (_name, file, bytes, expected) =>
    inFolder(async (folder) => {
      writeFileSync(join(folder, 'a.json'), good);
      writeFileSync(join(folder, file), bytes);
      const { code, stdout } = await trailwarden(['analyze', '.', '--json', '--out', '../out-of-sight'], { cwd: folder });
      const summary = JSON.parse(stdout) as Summary & { records: number; events: number; duplicates: number; rejects: number };
      expect(code).toBe(0);
      expect(summary.events).toBeGreaterThanOrEqual(2);
      expect(summary).toMatchObject(expected);
      expect(summary.records).toBe(summary.events + summary.duplicates + summary.rejects);
    }),
  );

  test('a file that may not be read is named, and the rest is read', () =>
    inFolder(async (folder) => {
      writeFileSync(join(folder, 'a.json'), good);
      writeFileSync(join(folder, 'b.json'), good);
      chmodSync(join(folder, 'b.json'), 0o000);
      const isRoot = process.getuid?.() === 0;
      const { stdout } = await trailwarden(['analyze', '.', '--json', '--out', 'o'], { cwd: folder });
      // Root reads everything: the copy's two events are then duplicates.
      expect(JSON.parse(stdout)).toMatchObject(isRoot ? { events: 2, duplicates: 2 } : { events: 2, fileRejectReasons: { unreadable: 1 } });
    }));
});

test('Ctrl-C leaves the outputs of before, and no half-written file', () =>
  inFolder(async (folder) => {
    writeFileSync(join(folder, 'small.json'), trail(record(1)));
    await trailwarden(['analyze', 'small.json', '--quiet', '--out', 'o'], { cwd: folder });
    const before = outputs(join(folder, 'o'));
    mkdirSync(join(folder, 'logs'));
    const many = gzipSync(trail(...Array.from({ length: 2000 }, (_, n) => record(n))), { level: 1 });
    for (let i = 0; i < 200; i += 1) writeFileSync(join(folder, 'logs', `${i}.json.gz`), many);
    const { code, stderr } = await trailwarden(['analyze', 'logs', '--quiet', '--threads', '1', '--out', 'o'], {
      cwd: folder,
      meanwhile: (child) => {
        const watch = setInterval(() => {
          if (readdirSync(join(folder, 'o')).some((name) => name.startsWith('.partial'))) {
            clearInterval(watch);
            child.kill('SIGINT');
          }
        }, 10);
      },
    });
    expect(stderr).toContain('The run was stopped; no output was written.');
    expect(code).toBe(130);
    expect(outputs(join(folder, 'o'))).toEqual(before);
  }));

test('a reader that closes the pipe early is no failure', () =>
  inFolder(async (folder) => {
    writeFileSync(join(folder, 'trail.json'), trail(record(1), stopLogging(2)));
    const { code, stderr } = await trailwarden(['analyze', 'trail.json', '--json'], {
      cwd: folder,
      meanwhile: (child) => child.stdout?.destroy(),
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(readdirSync(join(folder, 'trailwarden-out'))).toEqual(expect.arrayContaining(OUTPUTS));
  }));

test('the command starts from a plain shell, with help and version', () => {
  const help = execFileSync(join(ROOT, 'dist', 'trailwarden.mjs'), ['analyze', '--help'], {
    env: { ...process.env, PATH: `${join(ROOT, 'node_modules', '.bin')}:${process.env.PATH}` },
  }).toString();
  for (const flag of [
    '--out',
    '--rules',
    '--no-bundled-rules',
    '--config',
    '--since',
    '--until',
    '--account',
    '--region',
    '--threads',
    '--min-level',
    '--fail-on',
    '--quiet',
    '--json',
    '--events',
  ]) {
    expect(help).toContain(flag);
  }
  expect(help.split('\n').filter((line) => line.length > 100)).toEqual([]);
});

test.each(['--help', 'doctor --help', 'backfill --help'])('%s fits into a window, with examples to be pasted', async (words) => {
  const { stdout } = await trailwarden(words.split(' '));
  expect(stdout).toContain('\n  $ npx trailwarden ');
  expect(stdout.split('\n').filter((line) => line.length > 100)).toEqual([]);
});

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { inFolder, ROOT, trailwarden } from '../command/run.ts';

/** Recorded logs of others, to check against: not part of the project, looked for beside it. */
const CORPUS = process.env.TRAILWARDEN_CORPUS ?? join(ROOT, '..', 'shared', 'data');

interface Signal {
  readonly eventID: string;
  readonly ruleFile: string;
  readonly level: string;
  readonly tactics: readonly string[];
  readonly origin?: string;
}

interface Analysis {
  readonly code: number | null;
  readonly summary: Readonly<Record<string, unknown>> & {
    readonly topPrincipals: readonly {
      readonly principal: string;
      readonly roleTag: string;
      readonly risk: number;
      readonly level: string;
      readonly tactics: readonly string[];
    }[];
    readonly rules: { readonly loaded: number; readonly refused: readonly unknown[] };
  };
  readonly signals: readonly Signal[];
  readonly incidents: readonly { readonly principal: string; readonly tactics: readonly string[]; readonly story: readonly string[] }[];
}

function analysed(path: string, ...args: string[]): Promise<Analysis> {
  return inFolder(async (folder) => {
    const { code } = await trailwarden(['analyze', path, '--quiet', '--out', folder, ...args]);
    const lines = readFileSync(join(folder, 'signals.ndjson'), 'utf8')
      .split('\n')
      .filter((line) => line !== '');
    const summary = JSON.parse(readFileSync(join(folder, 'summary.json'), 'utf8')) as Analysis['summary'];
    const incidents = JSON.parse(readFileSync(join(folder, 'incidents.json'), 'utf8')) as Analysis['incidents'];
    return { code, summary, incidents, signals: lines.map((line) => JSON.parse(line) as Signal) };
  });
}

if (existsSync(CORPUS)) {
  // Records, events, rejects by reason, files refused by reason, exit code.
  const folders: readonly (readonly [
    string,
    number,
    number,
    Readonly<Record<string, number>>,
    Readonly<Record<string, number>>,
    number,
  ])[] = [
    ['invictus', 2900, 2900, {}, {}, 0],
    ['stratus', 176, 160, { 'not-cloudtrail': 16 }, {}, 0],
    ['traildiscover', 502, 251, { 'not-cloudtrail': 251 }, {}, 0],
    ['otrf', 103, 103, {}, { 'not-cloudtrail': 1 }, 0],
    ['plaso', 6, 6, {}, {}, 0],
    ['panther', 315, 0, { 'not-cloudtrail': 315 }, {}, 0],
    ['streamalert', 55, 0, { 'not-cloudtrail': 55 }, {}, 0],
    ['iforest', 5, 0, { 'not-cloudtrail': 5 }, { 'not-cloudtrail': 5 }, 0],
    ['sigma', 1, 0, { 'not-cloudtrail': 1 }, { 'not-cloudtrail': 57 }, 0],
  ];
  test.each(folders)('%s is parsed or refused cleanly', async (folder, records, events, rejectReasons, fileRejectReasons, expected) => {
    const { code, summary } = await analysed(join(CORPUS, folder));
    expect(summary).toMatchObject({ records, rejectReasons, fileRejectReasons });
    expect((summary.events as number) + (summary.duplicates as number)).toBe(events);
    expect(code).toBe(expected);
  });

  test('invictus: the attacker is the one incident and leads with twelve tactics in their order, and AWS services stay below low', async () => {
    const { summary, incidents } = await analysed(join(CORPUS, 'invictus'));
    expect(incidents.map(({ principal }) => principal)).toEqual([expect.stringMatching(/:user\/bert-jan$/)]);
    // In the order in which they were first seen: defences are switched off before anything is destroyed.
    expect(incidents[0]?.tactics).toEqual([
      ...['persistence', 'privilege-escalation', 'lateral-movement', 'exfiltration', 'defense-evasion', 'execution'],
      ...['credential-access', 'collection', 'impact', 'initial-access', 'resource-development', 'discovery'],
    ]);
    expect(incidents[0]?.story).toEqual(
      incidents[0]?.story.toSorted((a, b) => (a.slice(0, 19) < b.slice(0, 19) ? -1 : a.slice(0, 19) > b.slice(0, 19) ? 1 : 0)),
    );
    const [first, second] = summary.topPrincipals;
    expect(first?.principal).toMatch(/:user\/bert-jan$/);
    expect(first?.level).toBe('critical');
    expect(first?.tactics).toEqual(incidents[0]?.tactics);
    expect(second?.risk).toBeLessThan(first?.risk ?? 0);
    expect(
      summary.topPrincipals.filter(
        ({ roleTag, principal, risk }) => roleTag === 'service' && principal.endsWith('.amazonaws.com') && risk > 0,
      ),
    ).toEqual([]);
  });

  describe('stratus: each technique raises a signal with its tactic', () => {
    const labels = JSON.parse(readFileSync(join(CORPUS, 'stratus', 'labels.json'), 'utf8')) as { technique: string; tactics: string[] }[];
    test.each(labels.map(({ technique, tactics }) => [technique, tactics] as const))('%s', async (technique, tactics) => {
      const { signals } = await analysed(join(CORPUS, 'stratus', `${technique}.json.gz`));
      const told = new Set(signals.filter(({ level }) => level !== 'informational').flatMap((signal) => signal.tactics));
      for (const tactic of tactics) expect([...told]).toContain(tactic.toLowerCase().replaceAll(' ', '-'));
    });
  });

  describe('the Sigma engine against an independent matcher', () => {
    const reference = JSON.parse(readFileSync(join(CORPUS, 'sigma', 'reference_matches.json'), 'utf8')) as Record<
      string,
      Record<string, string[]>
    >;
    const rules = readdirSync(join(CORPUS, 'sigma')).filter((name) => name.endsWith('.yml')).length;
    test.each(Object.keys(reference))('%s', async (corpus) => {
      const { summary, signals } = await analysed(join(CORPUS, corpus), '--no-bundled-rules', '--rules', join(CORPUS, 'sigma'));
      expect(summary.rules).toMatchObject({ loaded: rules, refused: [] });
      const found: Record<string, string[]> = {};
      for (const { ruleFile, eventID } of signals) found[basename(ruleFile)] = [...(found[basename(ruleFile)] ?? []), eventID];
      const inOrder = (matches: Record<string, string[]>) =>
        Object.fromEntries(Object.entries(matches).map(([rule, ids]) => [rule, [...new Set(ids)].sort()]));
      expect(inOrder(found)).toEqual(inOrder(reference[corpus] as Record<string, string[]>));
    });
  });
} else {
  test('the recorded logs are not here: what they would show was not checked', () => {
    console.log(`No recorded logs at ${CORPUS}; set TRAILWARDEN_CORPUS to their folder to check against them.`);
    expect(existsSync(CORPUS)).toBe(false);
  });
}

import { loadRules } from '../../../core/rules/load.ts';
import type { Refusal } from '../../../core/rules/model.ts';
import { loaded, ruleText } from './rule-text.ts';

const GOOD = `title: A good rule
id: 3f0c9a52-7d1e-4b6a-8c55-0e2f1d3c4b5a
logsource:
  product: aws
  service: cloudtrail
detection:
  selection:
    eventName: CreateUser
  condition: selection
`;

/** The refusals of one file, as `line: reason`. */
function refused(text: string): string[] {
  return loadRules([{ file: 'pack/rule.yml', text }]).refusals.map(({ line, reason }) => `${line}: ${reason}`);
}

/** The good rule with one line, or several, in place of another. */
function withLine(old: string, line: string): string {
  expect(GOOD).toContain(old);
  return GOOD.replace(old, line);
}

const EXPECTED_SOURCE = 'expected is "product: aws" with "service: cloudtrail", as Trailwarden reads CloudTrail logs only.';

describe('what is refused, at which line and why', () => {
  test.each<[name: string, text: string, expected: string]>([
    ['no title', withLine('title: A good rule\n', ''), '1: The rule has no title; it needs a short text that says what it detects.'],
    [
      'an empty title',
      withLine('title: A good rule', 'status: test\ntitle: ""'),
      '2: The rule has no title; it needs a short text that says what it detects.',
    ],
    [
      'a mapping for a title',
      withLine('A good rule', '{a: b}'),
      '1: The rule has no title; it needs a short text that says what it detects.',
    ],
    [
      'no detection',
      GOOD.slice(0, GOOD.indexOf('detection:')),
      '1: The rule has no detection; it needs a mapping with selections and a condition.',
    ],
    [
      'a list for a detection',
      withLine('detection:\n  selection:\n    eventName: CreateUser\n  condition: selection', 'detection: [a]'),
      '6: The rule has no detection; it needs a mapping with selections and a condition.',
    ],
    [
      'no condition',
      withLine('  condition: selection\n', ''),
      '6: The detection has no condition; it needs one that names its selections, as "condition: selection".',
    ],
    [
      'a missing selection',
      withLine('condition: selection', 'condition: selektion'),
      '9: The condition names the selection "selektion", which the detection does not hold, so the rule can never fire as it is meant. It holds "selection". Did you mean "selection"?',
    ],
    [
      'a contradiction',
      withLine('    eventName: CreateUser', '    eventName|all: [a, b]'),
      '9: The rule can never fire: eventName would have to be "a", and at the same time "b".',
    ],
    [
      'an unknown modifier',
      withLine('eventName: CreateUser', 'awsRegion: r\n    eventName|like: x'),
      '9: The field "eventName|like" has the modifier "like", which is not supported; the nearest is lte. Supported are contains, startswith, endswith, re, cidr, lt, lte, gt, gte, exists, fieldref, all, cased, windash, base64, base64offset, wide, utf16le, utf16be, utf16, and after re also i, m and s.',
    ],
    [
      'a bad value in a list',
      withLine('eventName: CreateUser', 'sourceIPAddress|cidr:\n      - 192.0.2.0/24\n      - nowhere'),
      '10: The field "sourceIPAddress" with cidr takes a CIDR range such as 192.0.2.0/24 or 2001:db8::/32; here stands "nowhere".',
    ],
    [
      'a timeframe',
      withLine('  condition', '  timeframe: 5m\n  condition'),
      '9: The detection has a timeframe, which belongs to aggregations; they are not supported, a rule looks at one event.',
    ],
    [
      'an unknown level',
      `${GOOD}level: severe\n`,
      '10: The level must be one of informational, low, medium, high, critical; here stands "severe".',
    ],
    [
      'a level that is no text',
      `${GOOD}level: [high]\n`,
      '10: The level must be one of informational, low, medium, high, critical; here stands null.',
    ],
    [
      'no logsource',
      withLine('logsource:\n  product: aws\n  service: cloudtrail\n', ''),
      `1: The rule has no logsource; ${EXPECTED_SOURCE}`,
    ],
    [
      'another service',
      withLine('service: cloudtrail', 'service: guardduty'),
      `3: The rule's logsource is not CloudTrail: here stands "product: aws, service: guardduty", ${EXPECTED_SOURCE}`,
    ],
    [
      'another product',
      withLine('product: aws', 'product: azure'),
      `3: The rule's logsource is not CloudTrail: here stands "product: azure, service: cloudtrail", ${EXPECTED_SOURCE}`,
    ],
    [
      'a category alone',
      withLine('  product: aws\n  service: cloudtrail', '  category: process_creation'),
      `3: The rule's logsource is not CloudTrail: here stands "category: process_creation", ${EXPECTED_SOURCE}`,
    ],
    [
      'an empty logsource',
      withLine('  product: aws\n  service: cloudtrail', '  definition: x'),
      `3: The rule's logsource is not CloudTrail: here stands "", ${EXPECTED_SOURCE}`,
    ],
    [
      'a filter',
      'title: Filter\nlogsource: {}\nfilter:\n  rules: []\n',
      '3: Sigma filters are not supported; put the exclusion into the rule itself, as "selection and not filter".',
    ],
    [
      'an old collection',
      `action: global\n${GOOD}`,
      '1: Rule collections with "action" are not supported; write each rule in full, separated by "---".',
    ],
    ['a list', '- a\n- b\n', '1: A rule is a mapping with title, logsource and detection; here stands something else.'],
    ['a word', 'hello\n', '1: A rule is a mapping with title, logsource and detection; here stands something else.'],
    ['an empty file', '', '1: The file holds no rule; it was expected to hold at least one YAML document.'],
    ['a file of comments', '# nothing\n---\n# here\n', '1: The file holds no rule; it was expected to hold at least one YAML document.'],
    [
      'a key twice',
      withLine('    eventName: CreateUser', '    eventName: CreateUser\n    awsRegion: r\n    eventName: DeleteUser'),
      '10: The key "eventName" stands twice in one mapping, and only one of them could count: keep one.',
    ],
    [
      'a quoted key twice',
      withLine('    eventName: CreateUser', '    "event Name": A\n    \'event Name\': B'),
      '9: The key "event Name" stands twice in one mapping, and only one of them could count: keep one.',
    ],
    [
      'broken YAML',
      `${GOOD}tags: [a, b\n`,
      '11: This is not valid YAML: Flow sequence in block collection must be sufficiently indented and end with a ].',
    ],
    ['a tab for indentation', 'title: a\ndetection:\n\tselection: b\n', '3: This is not valid YAML: Tabs are not allowed as indentation.'],
    ['an unknown alias', withLine('CreateUser', '*nobody'), '8: The alias *nobody names no anchor that stands before it.'],
    [
      'a key that is a list',
      withLine('    eventName', '    ? [a, b]\n    : c\n    eventName'),
      '8: A key must be text; here stands something else.',
    ],
  ])('%s', (_, text, expected) => {
    expect(refused(text)).toEqual([expected]);
  });

  test.each<[name: string, text: string, reason: RegExp]>([
    ['nested too deep', `a: ${'['.repeat(100)}${']'.repeat(100)}`, /^A rule may nest 64 levels deep; this one goes deeper\.$/],
    ['nested beyond the parser', '['.repeat(100_000), /^This is not valid YAML: /],
    [
      'aliases that multiply',
      [
        'a0: &a0 [x, x, x, x, x, x, x, x, x, x]',
        ...Array.from({ length: 12 }, (_, i) => `a${i + 1}: &a${i + 1} [${Array.from({ length: 10 }, () => `*a${i}`).join(', ')}]`),
      ].join('\n'),
      /^A rule may hold 50000 values, aliases counted wherever they are used; this one holds more\.$/,
    ],
    ['an alias inside its own anchor', 'a: &a [*a]', /^A rule may nest 64 levels deep/],
    [
      'a file that is too long',
      `title: ${'x'.repeat(1_000_001)}`,
      /^A rule file may hold 1000000 characters; this one holds 1000008\. Split it\.$/,
    ],
  ])('a hostile file, %s, is refused within the time of a test', (_, text, reason) => {
    const { rules, refusals } = loadRules([{ file: 'rule.yml', text }]);
    expect(rules).toEqual([]);
    expect(refusals).toHaveLength(1);
    expect(refusals[0]?.reason).toMatch(reason);
  });

  test('anchors and aliases of ordinary use are read', () => {
    expect(loaded(withLine('eventName: CreateUser', 'eventName: &names [A, B]\n  again:\n    eventName: *names')).names).toEqual([
      'a',
      'b',
    ]);
  });
});

describe('a refused rule never takes its pack along', () => {
  test('good documents around bad ones are loaded, in their order', () => {
    const second = GOOD.replace('A good rule', 'Another').replace('3f0c9a52', '4f0c9a52');
    const files = [
      { file: 'one.yml', text: `${GOOD}---\ntitle: Bad\n---\n${second}---\n` },
      { file: 'two.yml', text: ']' },
      { file: 'three.yml', text: GOOD.replace('A good rule', 'A third').replace('3f0c9a52', '5f0c9a52') },
    ];
    const { rules, refusals } = loadRules(files);
    expect(rules.map(({ title, file }) => [title, file])).toEqual([
      ['A good rule', 'one.yml'],
      ['Another', 'one.yml'],
      ['A third', 'three.yml'],
    ]);
    expect(refusals).toEqual<Refusal[]>([
      { file: 'one.yml', line: 11, title: 'Bad', reason: `The rule has no logsource; ${EXPECTED_SOURCE}` },
      { file: 'two.yml', line: 1, reason: expect.stringMatching(/^This is not valid YAML: /) as string },
    ]);
  });

  test('of two rules with one id the second is refused, and told where the first is', () => {
    const { rules, refusals } = loadRules([
      { file: 'a/one.yml', text: GOOD },
      { file: 'b/two.yml', text: GOOD.replace('A good rule', 'A copy').replace('3f0c9a52', '3F0C9A52') },
    ]);
    expect(rules.map(({ file }) => file)).toEqual(['a/one.yml']);
    expect(refusals).toEqual([
      {
        file: 'b/two.yml',
        line: 2,
        title: 'A copy',
        reason:
          'The id 3f0c9a52-7d1e-4b6a-8c55-0e2f1d3c4b5a is already that of "A good rule" in a/one.yml; give this rule an id of its own.',
      },
    ]);
  });

  test('a refused rule does not hold its id', () => {
    const { rules } = loadRules([
      { file: 'one.yml', text: GOOD.replace('condition: selection', 'condition: x') },
      { file: 'two.yml', text: GOOD },
    ]);
    expect(rules.map(({ file }) => file)).toEqual(['two.yml']);
  });
});

describe('what a rule carries', () => {
  test('everything it says, as plain JSON', () => {
    const text = `${GOOD}status: test
description: |
  Says what to do.
license: DRL-1.1
author: [Alice Example, Bob Example]
references: https://example.com/a
falsepositives:
  - Backups
  - 2024
tags:
  - attack.defense_evasion
  - attack.Stealth
  - attack.t1562.008
  - attack.t1078
  - attack.t1078
  - attack.g0016
  - cis.4.5
  - cve.2024-0001
level: HIGH
fields: [eventName]
`;
    const rule = loaded(text);
    expect(rule).toEqual({
      id: '3f0c9a52-7d1e-4b6a-8c55-0e2f1d3c4b5a',
      title: 'A good rule',
      file: 'rule.yml',
      level: 'high',
      status: 'test',
      description: 'Says what to do.',
      author: 'Alice Example, Bob Example',
      license: 'DRL-1.1',
      falsePositives: ['Backups', '2024'],
      references: ['https://example.com/a'],
      tags: [
        'attack.defense_evasion',
        'attack.stealth',
        'attack.t1562.008',
        'attack.t1078',
        'attack.t1078',
        'attack.g0016',
        'cis.4.5',
        'cve.2024-0001',
      ],
      tactics: ['defense-evasion', 'stealth'],
      techniques: ['T1562.008', 'T1078'],
      controls: ['4.5'],
      condition: { op: 'field', field: 'eventName', test: { kind: 'in', values: ['CreateUser'] } },
      names: ['createuser'],
    });
    expect(JSON.parse(JSON.stringify(rule))).toEqual(rule);
  });

  test('what it leaves out is empty, and its level is medium', () => {
    expect(loaded(GOOD)).toMatchObject({
      level: 'medium',
      description: '',
      author: '',
      falsePositives: [],
      references: [],
      tags: [],
      tactics: [],
      techniques: [],
      controls: [],
    });
  });

  test.each([
    ['none', ''],
    ['no UUID', 'id: aws-1\n'],
    ['a number', 'id: 5\n'],
  ])('with %s for an id it is given a UUID made of file name and title, the same in any folder', (_, line) => {
    const text = GOOD.replace(/^id: .*\n/m, line);
    const idOf = (file: string, title = 'A good rule'): string | undefined =>
      loadRules([{ file, text: text.replace('A good rule', title) }]).rules[0]?.id;
    expect(idOf('one/rule.yml')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(idOf('C:\\two\\rule.yml')).toBe(idOf('one/rule.yml'));
    expect(idOf('one/other.yml')).not.toBe(idOf('one/rule.yml'));
    expect(idOf('one/rule.yml', 'Another')).not.toBe(idOf('one/rule.yml'));
  });

  test.each<[name: string, detection: unknown, sources: readonly string[] | undefined, names: readonly string[] | undefined]>([
    ['values of both', { s: { eventSource: 'A.com', eventName: ['X', 'Y'] }, condition: 's' }, ['a.com'], ['x', 'y']],
    ['alternatives', { s: { eventName: 'X' }, t: { eventName: 'Y', awsRegion: 'r' }, condition: 's or t' }, undefined, ['x', 'y']],
    ['an alternative without', { s: { eventName: 'X' }, t: { awsRegion: 'r' }, condition: 's or t' }, undefined, undefined],
    ['two lists', { s: { eventName: ['X', 'Y'] }, t: { eventName: ['y', 'Z'] }, condition: 's and t' }, undefined, ['y']],
    ['a filter', { s: { eventName: 'X' }, t: { eventName: 'Y' }, condition: 'not t and s' }, undefined, ['x']],
    ['a negated filter', { s: { eventName: 'X' }, t: { awsRegion: 'r' }, condition: 'not (t or not s)' }, undefined, ['x']],
    ['a pattern', { s: { 'eventName|startswith': 'X' }, condition: 's' }, undefined, undefined],
    ['absence', { s: { eventName: null }, condition: 's' }, undefined, ['']],
  ])('the index keys of %s', (_, detection, sources, names) => {
    const rule = loaded(ruleText(detection));
    expect([rule.sources, rule.names]).toEqual([sources, names]);
  });
});

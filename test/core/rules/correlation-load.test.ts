import { chooseRules, joinRules } from '../../../core/rules/choose.ts';
import { loadRules } from '../../../core/rules/load.ts';
import { correlationText, idOf, loadedAll, namedRule } from './correlation-text.ts';

const RULES = [namedRule('one'), namedRule('two'), namedRule('three')].join('\n---\n');
const GOOD = `title: Many
id: 5f0f3a0e-7d1e-4b6a-8c55-0e2f1d3c4b5a
correlation:
  type: event_count
  rules:
    - one
  group-by:
    - principal
  timespan: 15m
  condition:
    gte: 10
level: high
`;

/** The refusals of a correlation beside three rules, as `line: reason`. */
function refused(text: string): string[] {
  const { rules, refusals } = loadRules([
    { file: 'rules.yml', text: RULES },
    { file: 'many.yml', text },
  ]);
  expect(rules).toHaveLength(3);
  return refusals.map(({ line, reason }) => `${line}: ${reason}`);
}

/** The good correlation with one text in place of another. */
function withText(old: string, text: string): string {
  expect(GOOD).toContain(old);
  return GOOD.replace(old, text);
}

const AVAILABLE =
  'available are principal, roleTag, account, region, address, eventSource, eventName, errorCode, eventID, and every field of a CloudTrail record by its path, as userIdentity.userName or requestParameters.bucketName.';

describe('what is refused of a correlation, at which line and why', () => {
  test.each<[name: string, text: string, expected: string]>([
    [
      'a list',
      'title: Many\ncorrelation: [a]\n',
      '2: A correlation is a mapping with type, rules, group-by, timespan and condition; here stands something else.',
    ],
    ['no title', withText('title: Many\n', ''), '1: The rule has no title; it needs a short text that says what it detects.'],
    [
      'a detection beside it',
      `${GOOD}detection: {}\n`,
      '13: A document holds a detection or a correlation, not both; part them with "---".',
    ],
    [
      'an unknown key',
      withText('  type', '  window: 5m\n  type'),
      '4: The correlation has the key "window", which is unknown; known are type, rules, group-by, timespan, condition, aliases, generate.',
    ],
    [
      'no type',
      withText('  type: event_count\n', ''),
      '3: The type of a correlation must be one of event_count, value_count, temporal, temporal_ordered; it is missing.',
    ],
    [
      'an unknown type',
      withText('event_count', 'value_sum'),
      '4: The type of a correlation must be one of event_count, value_count, temporal, temporal_ordered; here stands "value_sum".',
    ],
    ['no rules', withText('  rules:\n    - one\n', ''), '3: The correlation names no rules; it needs a list of their names or ids.'],
    ['an empty list of rules', withText('\n    - one', ' []'), '5: The correlation names no rules; it needs a list of their names or ids.'],
    ['a mapping among the rules', withText('- one', '- { a: b }'), '6: "rules" takes a list of texts; here stands something else.'],
    [
      'too many rules',
      withText('- one', Array.from({ length: 33 }, (_, i) => `- r${i}`).join('\n    ')),
      '5: "rules" may have 32 entries; here stand 33.',
    ],
    ['a rule twice', withText('- one', '- one\n    - one'), '7: "rules" has "one" twice; once is enough.'],
    [
      'a rule by name and by id',
      withText('- one', `- one\n    - ${idOf('one')}`),
      '7: The rule "Rule one" is named twice; once is enough.',
    ],
    [
      'an unknown rule',
      withText('- one', '- onne'),
      '6: The correlation names the rule "onne", but no rule that was loaded has this name or id; a rule that was refused does not count. Did you mean "one"?',
    ],
    ['no timespan', withText('  timespan: 15m\n', ''), '3: The timespan is a number with s, m, h or d behind it, as 15m; it is missing.'],
    ['a bare number', withText('15m', '15'), '9: The timespan is a number with s, m, h or d behind it, as 15m; here stands "15".'],
    ['another unit', withText('15m', '1w'), '9: The timespan is a number with s, m, h or d behind it, as 15m; here stands "1w".'],
    ['no time at all', withText('15m', '0s'), '9: The timespan is a number with s, m, h or d behind it, as 15m; here stands "0s".'],
    [
      'a timespan too long',
      withText('15m', '31d'),
      '9: The timespan may be 30d at most, as matches are remembered so long; here stands "31d".',
    ],
    [
      'no condition',
      withText('  condition:\n    gte: 10\n', ''),
      '3: A correlation of the type event_count needs a condition, as "condition: { gte: 10 }".',
    ],
    [
      'a text for a condition',
      withText('\n    gte: 10', ' one and two'),
      '10: The condition of a correlation is a mapping such as "gte: 10"; here stands something else.',
    ],
    [
      'an unknown comparison',
      withText('gte', 'min'),
      '11: The condition has the key "min", which is unknown here; known are gt, gte, lt, lte, eq.',
    ],
    [
      'a field where events are counted',
      withText('gte: 10', 'field: eventName\n    gte: 10'),
      '11: The condition has the key "field", which is unknown here; known are gt, gte, lt, lte, eq.',
    ],
    ['no number', withText('gte: 10', 'gte: ten'), '11: "gte" takes a whole number; here stands "ten".'],
    ['half a number', withText('gte: 10', 'gte: 1.5'), '11: "gte" takes a whole number; here stands 1.5.'],
    ['a number too large', withText('gte: 10', 'gte: 5000'), '11: "gte" may be 1000 at most, as no more are remembered; here stands 5000.'],
    ['an empty condition', withText('\n    gte: 10', ' {}'), '10: The condition needs one of gt, gte, lt, lte, eq, as "gte: 10".'],
    [
      'bounds that cross',
      withText('gte: 10', 'gte: 10\n    lt: 10'),
      '10: The condition can never hold: what is looked at has at least one event, and each rule counts once where rules are counted.',
    ],
    [
      'a count of none',
      withText('gte: 10', 'lt: 1'),
      '10: The condition can never hold: what is looked at has at least one event, and each rule counts once where rules are counted.',
    ],
    [
      'values without a field',
      withText('event_count', 'value_count'),
      '10: A value_count needs the field whose values it counts, as "field: eventName" in its condition.',
    ],
    [
      'a list of fields',
      withText('event_count', 'value_count').replace('gte: 10', 'gte: 10\n    field: [a, b]'),
      '12: The field whose values are counted must be one field; here stands something else.',
    ],
    [
      'more rules than there are',
      withText('event_count', 'temporal'),
      '10: The condition can never hold: what is looked at has at least one event, and each rule counts once where rules are counted.',
    ],
    [
      'few rules at most',
      withText('event_count', 'temporal').replace('- one', '- one\n    - two').replace('gte: 10', 'lt: 2'),
      '11: A temporal asks how many of its 2 rules match; an upper bound is not supported there.',
    ],
    [
      'some rules in order',
      withText('event_count', 'temporal_ordered').replace('- one', '- one\n    - two\n    - three').replace('gte: 10', 'gte: 2'),
      '12: A temporal_ordered asks for all of its 3 rules in their order; leave the condition out.',
    ],
    [
      'a field of another world',
      withText('- principal', '- ComputerName'),
      `8: The field "ComputerName" is none that CloudTrail events have; ${AVAILABLE}`,
    ],
    [
      'aliases that are a list',
      withText('  timespan', '  aliases: [a]\n  timespan'),
      '9: Aliases are a mapping from a name to a mapping from rules to fields; here stands something else.',
    ],
    [
      'an alias without rules',
      withText('  timespan', '  aliases:\n    who: principal\n  timespan'),
      '10: Aliases are a mapping from a name to a mapping from rules to fields; here stands something else.',
    ],
    [
      'an alias for another rule',
      withText('  timespan', '  aliases:\n    who:\n      two: principal\n  timespan'),
      '11: The alias "who" speaks of "two", which is not among the correlation\'s rules.',
    ],
    [
      'an alias that leaves a rule out',
      withText('- one', '- one\n    - two')
        .replace('- principal', '- who')
        .replace('  timespan', '  aliases:\n    who:\n      two: principal\n  timespan'),
      '9: The alias "who" says no field for the rule "one"; it needs one for each rule.',
    ],
    [
      'an alias for a field of another world',
      withText('- principal', '- who').replace('  timespan', '  aliases:\n    who:\n      one: User\n  timespan'),
      `11: The field "User" is none that CloudTrail events have; ${AVAILABLE}`,
    ],
    [
      'generate with a text',
      withText('  timespan', '  generate: maybe\n  timespan'),
      '9: "generate" must be true or false; here stands something else.',
    ],
    [
      'one that names itself',
      withText('title: Many', 'title: Many\nname: many').replace('- one', '- many'),
      '4: The rules of this correlation lead back to itself, so that it could never begin.',
    ],
  ])('%s', (_, text, expected) => {
    expect(refused(text)).toEqual([expected]);
  });

  test('two that lead to each other are both refused', () => {
    const count = (rule: string) => ({ type: 'event_count', rules: [rule], timespan: '1h', condition: { gte: 1 } });
    expect(refused(`${correlationText('a', count('b'))}\n---\n${correlationText('b', count('a'))}`)).toEqual([
      '1: The rules of this correlation lead back to itself, so that it could never begin.',
      '3: The rules of this correlation lead back to itself, so that it could never begin.',
    ]);
  });

  test('a bad one takes along what is built on it, and nothing else', () => {
    const count = (rule: string, gte = 1) => ({ type: 'event_count', rules: [rule], timespan: '1h', condition: { gte } });
    const texts = [
      correlationText('above', count('below')),
      correlationText('below', count('nobody')),
      correlationText('beside', count('one')),
    ];
    const { correlations, refusals } = loadRules([
      { file: 'rules.yml', text: RULES },
      ...texts.map((text, i) => ({ file: `${i}.yml`, text })),
    ]);
    expect(correlations.map(({ name }) => name)).toEqual(['beside']);
    expect(refusals.map(({ file, title, reason }) => [file, title, reason])).toEqual([
      ['0.yml', 'Correlation above', 'The correlation names "below", which was refused itself.'],
      [
        '1.yml',
        'Correlation below',
        'The correlation names the rule "nobody", but no rule that was loaded has this name or id; a rule that was refused does not count.',
      ],
    ]);
  });

  test('they build on each other eight deep and no deeper', () => {
    const texts = Array.from({ length: 9 }, (_, i) =>
      correlationText(`c${i + 1}`, { type: 'event_count', rules: [i === 0 ? 'one' : `c${i}`], timespan: '1h', condition: { gte: 1 } }),
    ).reverse();
    expect(refused(texts.join('\n---\n'))).toEqual(['1: Correlations may build on each other 8 deep; this one goes deeper.']);
  });

  test('a chain of thousands that ends nowhere is refused link by link', () => {
    const link = (i: number) =>
      correlationText(`c${i}`, { type: 'event_count', rules: [`c${i + 1}`], timespan: '1h', condition: { gte: 1 } });
    const reasons = refused(Array.from({ length: 3000 }, (_, i) => link(i)).join('\n---\n'));
    expect(reasons).toHaveLength(3000);
    expect(reasons[0]).toBe('1: The correlation names "c1", which was refused itself.');
    expect(reasons[2999]).toMatch(/^5999: The correlation names the rule "c3000", but no rule/);
  });

  test('a name that two rules have must be told apart by the id', () => {
    const twin = namedRule('one', { title: 'A twin', id: idOf('twin') });
    const count = { type: 'event_count', rules: ['one'], timespan: '1h', condition: { gte: 1 } };
    expect(refused(GOOD)).toEqual([]);
    const { refusals } = loadRules([
      { file: 'a.yml', text: namedRule('one') },
      { file: 'b.yml', text: twin },
      { file: 'c.yml', text: correlationText('many', count) },
      { file: 'd.yml', text: correlationText('few', { ...count, rules: [idOf('twin')] }) },
    ]);
    expect(refusals.map(({ file, reason }) => [file, reason])).toEqual([
      ['c.yml', 'The name "one" is that of several rules, in a.yml and b.yml; name the one that is meant by its id.'],
    ]);
  });

  test('a rule and a correlation cannot have the same id', () => {
    expect(refused(correlationText('one', { type: 'event_count', rules: ['two'], timespan: '1h', condition: { gte: 1 } }))).toEqual([
      `1: The id ${idOf('one')} is already that of "Rule one" in rules.yml; give this rule an id of its own.`,
    ]);
  });
});

describe('what a correlation carries', () => {
  test('all that it says, as plain JSON, with what its rules must carry', () => {
    const text = correlationText(
      'sweep',
      {
        type: 'value_count',
        rules: ['one', idOf('two').toUpperCase()],
        'group-by': ['userIdentity.arn', 'sourceIPAddress', 'requestParameters.bucketName'],
        timespan: '2h',
        condition: { field: 'thing', gt: 4, lte: 9 },
        aliases: { thing: { one: 'requestParameters.key', two: 'awsRegion' } },
      },
      {
        tags: ['attack.collection', 'attack.t1530'],
        description: 'Says what to do.',
        author: 'Alice',
        falsepositives: ['None.'],
        references: ['https://example.com/a'],
      },
    );
    const { rules, correlations } = loadedAll(RULES, text);
    expect(correlations).toEqual([
      {
        id: idOf('sweep'),
        name: 'sweep',
        title: 'Correlation sweep',
        file: '1.yml',
        level: 'high',
        status: 'stable',
        description: 'Says what to do.',
        author: 'Alice',
        falsePositives: ['None.'],
        references: ['https://example.com/a'],
        tags: ['attack.collection', 'attack.t1530'],
        tactics: ['collection'],
        techniques: ['T1530'],
        controls: [],
        type: 'value_count',
        rules: [idOf('one'), idOf('two')],
        groupBy: [
          { name: 'userIdentity.arn', of: ['principal', 'principal'] },
          { name: 'sourceIPAddress', of: ['address', 'address'] },
          { name: 'requestParameters.bucketName', of: ['requestParameters.bucketName', 'requestParameters.bucketName'] },
        ],
        field: { name: 'thing', of: ['requestParameters.key', 'region'] },
        timespan: 7_200_000,
        least: 5,
        most: 9,
      },
    ]);
    expect(JSON.parse(JSON.stringify(correlations))).toEqual(correlations);
    expect(rules.map(({ name, carries }) => [name, carries])).toEqual([
      ['one', ['requestParameters.bucketName', 'requestParameters.key']],
      ['two', ['requestParameters.bucketName']],
      ['three', undefined],
    ]);
  });

  test.each<[condition: Readonly<Record<string, number>>, least: number, most: number | undefined]>([
    [{ gte: 3 }, 3, undefined],
    [{ gt: 3 }, 4, undefined],
    [{ eq: 3 }, 3, 3],
    [{ lt: 3 }, 1, 2],
    [{ lte: 3 }, 1, 3],
    [{ gt: 100, lte: 200 }, 101, 200],
    [{ gte: 0 }, 1, undefined],
  ])('the bounds of %j', (condition, least, most) => {
    const { correlations } = loadedAll(RULES, correlationText('many', { type: 'event_count', rules: 'one', timespan: '90s', condition }));
    expect(correlations[0]).toMatchObject({ least, timespan: 90_000, groupBy: [] });
    expect(correlations[0]?.most).toBe(most);
  });

  test('the fields that a correlation of correlations needs are carried by the rules beneath', () => {
    const inner = correlationText('inner', {
      type: 'event_count',
      rules: ['one'],
      'group-by': ['principal'],
      timespan: '1h',
      condition: { gte: 2 },
    });
    const outer = correlationText('outer', {
      type: 'temporal',
      rules: ['inner', 'two'],
      'group-by': ['requestParameters.userName'],
      timespan: '1h',
    });
    const { rules, correlations } = loadedAll(outer, inner, RULES);
    expect(correlations.map(({ name, least }) => [name, least])).toEqual([
      ['outer', 2],
      ['inner', 2],
    ]);
    expect(rules.map(({ carries }) => carries)).toEqual([['requestParameters.userName'], ['requestParameters.userName'], undefined]);
  });

  test.each<[name: string, generate: Readonly<Record<string, unknown>>, level: string]>([
    ['left out, its own file holds the rule', {}, 'informational'],
    ['false', { generate: false }, 'informational'],
    ['true', { generate: true }, 'medium'],
  ])('generate is %s', (_, generate, level) => {
    const count = { type: 'event_count', rules: ['one'], timespan: '1h', condition: { gte: 2 }, ...generate };
    const { rules } = loadedAll(`${correlationText('many', count)}\n---\n${namedRule('one')}\n---\n${namedRule('two')}`);
    expect(rules.map((rule) => rule.level)).toEqual([level, 'medium']);
  });

  test('generate may stand beside the correlation, and does not silence the rules of other files', () => {
    const count = { type: 'event_count', rules: ['one'], timespan: '1h', condition: { gte: 2 } };
    expect(loadedAll(`${correlationText('many', count, { generate: true })}\n---\n${namedRule('one')}`).rules[0]?.level).toBe('medium');
    expect(loadedAll(correlationText('many', count), namedRule('one')).rules[0]?.level).toBe('medium');
  });
});

describe('packs together', () => {
  const count = (...rules: string[]) => ({
    type: 'event_count',
    rules,
    'group-by': ['requestParameters.a'],
    timespan: '1h',
    condition: { gte: 2 },
  });
  const ordered = (...rules: string[]) => ({ type: 'temporal_ordered', rules, timespan: '1h' });

  test('a pack may build on those before it; joined, their rules carry what it needs', () => {
    const bundled = loadedAll(RULES);
    const own = loadRules([{ file: 'own.yml', text: correlationText('many', count('one')) }], [bundled]);
    expect(own.refusals).toEqual([]);
    const { rules, correlations } = joinRules([bundled, own]);
    expect(correlations.map(({ name }) => name)).toEqual(['many']);
    expect(rules.map(({ carries }) => carries)).toEqual([['requestParameters.a'], undefined, undefined]);
  });

  test('its own rule comes before one of the same name, and takes the place of one of the same id', () => {
    const bundled = loadedAll(RULES, correlationText('many', count('one')));
    const own = loadRules(
      [
        { file: 'own.yml', text: namedRule('one', { title: 'My one', level: 'low' }) },
        { file: 'mine.yml', text: correlationText('mine', { ...count('one'), 'group-by': ['principal'] }) },
        { file: 'many.yml', text: correlationText('many', count('two')) },
      ],
      [bundled],
    );
    const { rules, correlations, refusals } = joinRules([bundled, own]);
    expect(refusals).toEqual([]);
    expect(rules.map(({ title, carries }) => [title, carries])).toEqual([
      ['My one', undefined],
      ['Rule two', ['requestParameters.a']],
      ['Rule three', undefined],
    ]);
    expect(correlations.map(({ name, rules: named }) => [name, named])).toEqual([
      ['many', [idOf('two')]],
      ['mine', [idOf('one')]],
    ]);
  });

  test('the configuration leaves correlations out and changes their levels, by id or file', () => {
    const loaded = loadedAll(RULES, correlationText('a', count('one')), correlationText('b', count('two')));
    const { correlations } = chooseRules(loaded, { disabled: ['1.yml'], levels: { [idOf('b')]: 'low' } });
    expect(correlations.map(({ name, level }) => [name, level])).toEqual([['b', 'low']]);
  });

  test('without a disabled rule a count goes on, an order is refused, and what is built on it too', () => {
    const loaded = loadedAll(
      namedRule('one'),
      namedRule('two'),
      correlationText('counts', { ...count('one', 'two'), type: 'value_count', condition: { field: 'eventName', gte: 1 } }),
      correlationText('orders', ordered('one', 'two')),
      correlationText('builds', ordered('orders', 'two')),
      correlationText('alone', count('one')),
    );
    const { rules, correlations, refusals } = chooseRules(loaded, { disabled: ['0.yml'], levels: {} });
    expect(rules.map(({ name, carries }) => [name, carries])).toEqual([['two', ['requestParameters.a']]]);
    expect(correlations.map(({ name, rules: named, groupBy, field }) => [name, named, groupBy[0]?.of, field?.of])).toEqual([
      ['counts', [idOf('two')], ['requestParameters.a'], ['eventName']],
    ]);
    const reason = (title: string) =>
      `It needs the rule "${title}", which the configuration disables, so it could never fire; disable it too, or enable that rule.`;
    expect(refusals.map(({ file, title, reason: why }) => [file, title, why])).toEqual([
      ['3.yml', 'Correlation orders', reason('Rule one')],
      ['5.yml', 'Correlation alone', reason('Rule one')],
      ['4.yml', 'Correlation builds', reason('Correlation orders')],
    ]);
    expect(chooseRules(loaded, { disabled: ['0.yml', '3.yml', '4.yml', '5.yml'], levels: {} }).refusals).toEqual([]);
  });
});

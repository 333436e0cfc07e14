import fc from 'fast-check';
import type { IncidentSignal } from '../../../core/incidents/model.ts';
import { type Correlated, Correlator, type CorrelatorState } from '../../../core/rules/correlation.ts';
import { MOST_EVENTS, MOST_GROUPS } from '../../../core/rules/correlation-groups.ts';
import type { CorrelationRule, LoadedRules } from '../../../core/rules/model.ts';
import { correlationText, idOf, loadedAll, MINUTE, namedRule, START, signalAt } from './correlation-text.ts';

const RULES = [namedRule('A'), namedRule('B'), namedRule('C')].join('\n---\n');

/** Correlates signals in one go, to the end. */
function found(loaded: LoadedRules, signals: readonly IncidentSignal[]): Correlated[] {
  const correlator = new Correlator(loaded);
  return [...signals.flatMap((signal) => correlator.add(signal)), ...correlator.advance(Number.POSITIVE_INFINITY)];
}

/** Minutes after the start at which a correlation speaks. */
function minutes(correlation: Readonly<Record<string, unknown>>, signals: readonly IncidentSignal[]): number[] {
  const loaded = loadedAll(RULES, correlationText('it', { timespan: '10m', ...correlation }));
  return found(loaded, signals).map(({ signal }) => (signal.time - START) / MINUTE);
}

/** Signals from a text: `A0 B3 B3.5` are matches of rules at minutes; `A0@bob` of another principal; `A0=x` with a value; `A0!` that failed. */
function story(text: string): IncidentSignal[] {
  return text.split(' ').map((word, i) => {
    const [, rule = '', at = '', failed, principal, value] = /^([A-Z])([\d.]+)(!)?(?:@(\w+))?(?:=(\w+))?$/.exec(word) ?? [];
    return signalAt(Number(at), rule, {
      eventID: `event-${String(i).padStart(4, '0')}`,
      ...(principal !== undefined && { principal }),
      ...(failed !== undefined && { errorCode: 'AccessDenied' }),
      ...(value !== undefined && { region: value }),
    });
  });
}

describe('when a correlation speaks', () => {
  const three = { type: 'event_count', rules: ['A'], 'group-by': ['principal'], condition: { gte: 3 } };
  const regions = { type: 'value_count', rules: ['A'], 'group-by': ['principal'], condition: { field: 'region', gte: 3 } };
  const both = { type: 'temporal', rules: ['A', 'B'], 'group-by': ['principal'] };
  const order = { type: 'temporal_ordered', rules: ['A', 'B', 'C'], 'group-by': ['principal'] };
  const few = { type: 'event_count', rules: ['A'], 'group-by': ['principal'], condition: { gte: 2, lte: 3 } };

  test.each<[name: string, correlation: Readonly<Record<string, unknown>>, signals: string, expected: readonly number[]]>([
    ['with the third event', three, 'A0 A1 A2', [2]],
    ['not with the second', three, 'A0 A1', []],
    ['when the first is just as old as the timespan', three, 'A0 A5 A10', [10]],
    ['not when it is older', three, 'A0 A5 A10.5', []],
    ['when later ones are near enough', three, 'A0 A9 A11 A12', [12]],
    ['not for events of two principals', three, 'A0 A1@bob A2', []],
    ['for each principal', three, 'A0 A0@bob A1 A1@bob A2 A2@bob', [2, 2]],
    ['once, though more come', three, 'A0 A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11', [2]],
    ['again when the timespan has passed, for events that were not told of', three, 'A0 A1 A2 A10 A11 A12 A13', [2, 13]],
    ['again in a new window', three, 'A0 A1 A2 A30 A31 A32', [2, 32]],
    ['not for rules that it does not name', three, 'A0 A1 B2', []],
    ['with events of any of its rules', { ...three, rules: ['A', 'B'] }, 'A0 B1 A2', [2]],
    ['not with calls that failed', three, 'A0 A1! A2', []],
    ['without a group, with events of all', { ...three, 'group-by': [] }, 'A0 A1@bob A2@carol', [2]],
    ['above a number', { ...three, condition: { gt: 3 } }, 'A0 A1 A2 A3', [3]],

    ['with the third value', regions, 'A0=x A1=y A2=z', [2]],
    ['not with one value again and again', regions, 'A0=x A1=x A2=x A3=y A4=y', []],
    ['by the last time of each value', regions, 'A0=x A5=y A8=x A12=z', [12]],
    ['not when a value is too old', regions, 'A0=x A5=y A12=z', []],

    ['with the second rule', both, 'A0 B4', [4]],
    ['in any order', both, 'B0 A4', [4]],
    ['not with one rule twice', both, 'A0 A4', []],
    ['not across principals', both, 'A0 B4@bob', []],
    ['not beyond the timespan', both, 'A0 B11', []],
    ['by the last match of each rule', both, 'A0 A8 B12', [12]],
    ['with enough of the rules', { ...both, rules: ['A', 'B', 'C'], condition: { gte: 2 } }, 'A0 C4', [4]],

    ['with the last of the order', order, 'A0 B1 C2', [2]],
    ['not in another order', order, 'A0 C1 B2', []],
    ['whatever lies between', order, 'C0 A1 C2 B3 A4 B5 C6', [6]],
    ['of the latest beginning in time', order, 'A0 A5 B6 B9 C14', [14]],
    ['not when the beginning is too old', order, 'A0 B6 C11', []],
    ['not when only a beginning without the rest is in time', order, 'A0 B6 A7 C11', []],
    ['in the same second, whichever came first', order, 'C3 B3 A3', [3]],
    ['in the same second in part', order, 'A0 C3 B3', [3]],
    ['once', order, 'A0 B1 C2 C3 C4', [2]],
    ['again for a new story', order, 'A0 B1 C2 A13 B14 C15', [2, 15]],

    ['when its window is over, between the bounds', few, 'A0 A3', [10]],
    ['not below', few, 'A0', []],
    ['not above', few, 'A0 A1 A2 A3', []],
    ['at its upper bound', few, 'A0 A1 A10', [10]],
    ['window after window', few, 'A0 A1 A12 A13 A30 A31 A32 A33', [10, 22]],
    ['below a number, with what there was', { ...few, condition: { lt: 2 } }, 'A0 A11 A12', [10]],
    ['with a number of values', { ...regions, condition: { field: 'region', eq: 2 } }, 'A0=x A1=y A2=y A3=x', [10]],
    ['not with one value more', { ...regions, condition: { field: 'region', eq: 2 } }, 'A0=x A1=y A2=z', []],
  ])('%s', (_, correlation, signals, expected) => {
    expect(minutes(correlation, story(signals))).toEqual(expected);
  });

  test('an event that several of its rules match counts once; one of each rule stands for itself where rules are counted', () => {
    const twice = [signalAt(0, 'A', { eventID: 'e1' }), signalAt(0, 'B', { eventID: 'e1' }), signalAt(1, 'A', { eventID: 'e2' })];
    expect(minutes({ ...three, rules: ['A', 'B'] }, twice)).toEqual([]);
    expect(minutes({ ...three, rules: ['A', 'B'], condition: { gte: 2 } }, twice)).toEqual([1]);
    expect(minutes(both, twice)).toEqual([0]);
  });

  test('a failed call counts where the rule itself asks how the call ended', () => {
    const denied = namedRule('D', { detection: { selection: { eventName: 'D', errorCode: 'AccessDenied' }, condition: 'selection' } });
    const loaded = loadedAll(RULES, denied, correlationText('it', { ...three, rules: ['D'], timespan: '10m' }));
    expect(found(loaded, story('D0! D1! D2!'))).toHaveLength(1);
  });

  test.each([
    ['a service', 'ec2.amazonaws.com', 0],
    ['a service without a name', 'aws-service', 0],
    ['a service-linked role', 'arn:aws:iam::111122223333:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig', 0],
    ['a role of a function', 'arn:aws:iam::111122223333:role/service-role/orders-lambda', 1],
  ])('what %s does counts or does not', (_, principal, expected) => {
    const signals = [0, 1, 2].map((at) => signalAt(at, 'A', { principal, roleTag: 'service' }));
    expect(minutes(three, signals)).toHaveLength(expected);
  });

  test('an event without a value for its group or its count does not count', () => {
    const signals = [0, 1, 2].map((at) => signalAt(at, 'A', { region: '' }));
    expect(minutes({ ...three, 'group-by': ['region'] }, signals)).toEqual([]);
    expect(minutes({ ...regions, condition: { field: 'region', gte: 1 } }, signals)).toEqual([]);
    expect(minutes({ ...three, 'group-by': ['requestParameters.bucketName'] }, signals)).toEqual([]);
  });

  test('fields of the record group and count, under an alias by another path for each rule', () => {
    const alias = { aliases: { bucket: { A: 'requestParameters.bucketName', B: 'requestParameters.destination' } } };
    const both = { type: 'temporal', rules: ['A', 'B'], 'group-by': ['bucket'], ...alias };
    const fields = (path: string, value: string) => ({ fields: { [`requestParameters.${path}`]: value } });
    expect(minutes(both, [signalAt(0, 'A', fields('bucketName', 'x')), signalAt(1, 'B', fields('destination', 'x'))])).toEqual([1]);
    expect(minutes(both, [signalAt(0, 'A', fields('bucketName', 'x')), signalAt(1, 'B', fields('destination', 'y'))])).toEqual([]);
    expect(minutes(both, [signalAt(0, 'A', fields('bucketName', 'x')), signalAt(1, 'B', fields('bucketName', 'x'))])).toEqual([]);
  });
});

describe('correlations of correlations', () => {
  const burst = (level = 'medium') =>
    correlationText(
      'burst',
      { type: 'event_count', rules: ['A'], 'group-by': ['principal'], timespan: '10m', condition: { gte: 3 } },
      { level },
    );
  const then = correlationText('then', { type: 'temporal_ordered', rules: ['burst', 'B'], 'group-by': ['principal'], timespan: '1h' });
  const titles = (loaded: LoadedRules, text: string) =>
    found(loaded, story(text)).map(({ rule, signal }) => [rule.name, (signal.time - START) / MINUTE]);

  test('a burst and what follows it', () => {
    expect(titles(loadedAll(then, burst(), RULES), 'A0 A1 A2 B30 B40')).toEqual([
      ['burst', 2],
      ['then', 30],
    ]);
    expect(titles(loadedAll(then, burst(), RULES), 'A0 A1 B30')).toEqual([]);
    expect(titles(loadedAll(then, burst(), RULES), 'A0 A1 A2 B30@bob')).toEqual([['burst', 2]]);
  });

  test('one that is informational and built on speaks through the other alone', () => {
    expect(titles(loadedAll(then, burst('informational'), RULES), 'A0 A1 A2 B30')).toEqual([['then', 30]]);
    expect(titles(loadedAll(burst('informational'), RULES), 'A0 A1 A2 B30')).toEqual([['burst', 2]]);
  });

  test('one that speaks when its window is over comes at its time before what is later', () => {
    const few = correlationText('few', {
      type: 'event_count',
      rules: ['A'],
      'group-by': ['principal'],
      timespan: '10m',
      condition: { lte: 2 },
    });
    const next = correlationText('next', { type: 'temporal_ordered', rules: ['few', 'B'], 'group-by': ['principal'], timespan: '10m' });
    expect(titles(loadedAll(few, next, RULES), 'A0 B15')).toEqual([
      ['few', 10],
      ['next', 15],
    ]);
    expect(titles(loadedAll(few, next, RULES), 'A0 B9')).toEqual([['few', 10]]);
    expect(titles(loadedAll(few, next, RULES), 'A0 B10')).toEqual([
      ['few', 10],
      ['next', 10],
    ]);
  });
});

describe('what a correlation says', () => {
  test('a signal of the principal whose event completed it, and what it is made of', () => {
    const loaded = loadedAll(
      RULES,
      correlationText(
        'both',
        { type: 'temporal', rules: ['A', 'B'], 'group-by': ['address', 'requestParameters.userName'], timespan: '1h' },
        { tags: ['attack.persistence', 'attack.t1098'], author: 'Alice' },
      ),
    );
    const fields = { 'requestParameters.userName': 'bob' };
    const last = signalAt(5, 'B', { principal: 'bob', roleTag: 'admin', eventID: 'e2', errorCode: '', fields, backfill: true });
    const [said, ...others] = found(loaded, [signalAt(0, 'A', { eventID: 'e1', fields }), last]);
    expect(others).toEqual([]);
    expect(said?.signal).toEqual({
      ...last,
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      detector: `correlation:${idOf('both')}`,
      title: 'Correlation both',
      level: 'high',
      tactics: ['persistence'],
      techniques: ['T1098'],
      weight: 0.78,
      risk: 78,
    });
    expect(said?.rule).toMatchObject({ name: 'both', author: 'Alice' });
    expect(said?.evidence).toEqual([
      { field: 'address', value: '203.0.113.10' },
      { field: 'requestParameters.userName', value: 'bob' },
      { field: 'Rule A', value: '2026-09-01T10:00:00Z e1' },
      { field: 'Rule B', value: '2026-09-01T10:05:00Z e2' },
    ]);
  });

  test.each<
    [name: string, condition: Readonly<Record<string, unknown>>, signals: string, expected: readonly (readonly [string, string])[]]
  >([
    ['a count', { gte: 3 }, 'A0 A1 A2', [['events', '3']]],
    ['a count that is over the top when it may speak again', { gte: 3 }, 'A0 A1 A2 A10 A10.1 A10.2 A11 A13', [['events', '3 or more']]],
    ['values', { gte: 3, field: 'region' }, 'A0=x A1=y A2=z', [['distinct region', '3: x, y, z']]],
  ])('the evidence of %s', (_, condition, signals, expected) => {
    const type = 'field' in condition ? 'value_count' : 'event_count';
    const loaded = loadedAll(RULES, correlationText('it', { type, rules: ['A'], timespan: '10m', condition }));
    const { evidence } = found(loaded, story(signals)).at(-1) as Correlated;
    expect(evidence.slice(0, expected.length).map(({ field, value }) => [field, value])).toEqual(expected);
    expect(evidence.slice(expected.length).map(({ field }) => field)).toEqual(['Rule A', 'Rule A', 'Rule A']);
  });

  test('of many events the first and the last are named, in twelve entries of bounded length', () => {
    const loaded = loadedAll(
      RULES,
      correlationText('it', {
        type: 'value_count',
        rules: ['A'],
        'group-by': ['principal'],
        timespan: '1h',
        condition: { field: 'region', gte: 40 },
      }),
    );
    const signals = Array.from({ length: 40 }, (_, i) =>
      signalAt(i, 'A', { region: `${i}-${'x'.repeat(300)}`, eventID: `${i} ${'e'.repeat(500)}` }),
    );
    const { evidence } = found(loaded, signals)[0] as Correlated;
    expect(evidence).toHaveLength(12);
    for (const { value } of evidence) expect(value.length).toBeLessThanOrEqual(200);
    expect(evidence.slice(2).map(({ value }) => value.split(' ')[1])).toEqual(['0', '1', '2', '3', '4', '35', '36', '37', '38', '39']);
  });

  test('the id is made of the group and the time, so that it is the same in any run', () => {
    const loaded = loadedAll(
      RULES,
      correlationText('it', { type: 'event_count', rules: ['A'], 'group-by': ['principal'], timespan: '10m', condition: { gte: 2 } }),
    );
    const [one, other] = [found(loaded, story('A0 A1')), found(loaded, story('B0 A0 A0.5@bob A1'))];
    expect(one.map(({ signal }) => signal.id)).toEqual(other.map(({ signal }) => signal.id));
    const ids = found(loaded, story('A0 A0@bob A1 A1@bob A20 A21')).map(({ signal }) => signal.id);
    expect(new Set(ids).size).toBe(3);
  });
});

describe('what is remembered', () => {
  const few = correlationText('few', {
    type: 'event_count',
    rules: ['A'],
    'group-by': ['principal'],
    timespan: '10m',
    condition: { eq: 2 },
  });
  const many = (gte: number) =>
    correlationText('many', { type: 'event_count', rules: ['A'], 'group-by': ['principal'], timespan: '10m', condition: { gte } });

  test('is plain JSON, and nothing once it is over', () => {
    const correlator = new Correlator(loadedAll(RULES, few, many(3)));
    for (const signal of story('A0 A1')) correlator.add(signal);
    expect(JSON.parse(JSON.stringify(correlator.state))).toEqual(correlator.state);
    expect(correlator.state.correlations).toHaveLength(2);
    expect(correlator.due).toBe(START + 10 * MINUTE);
    expect(correlator.advance(START + 10 * MINUTE - 1)).toEqual([]);
    expect(correlator.advance(START + 10 * MINUTE).map(({ rule }) => rule.name)).toEqual(['few']);
    expect(correlator.due).toBeUndefined();
    correlator.advance(START + 12 * MINUTE);
    expect(correlator.state).toEqual({ correlations: [] });
  });

  test('a correlation that asks for something else than before starts anew', () => {
    const before = new Correlator(loadedAll(RULES, many(3)));
    for (const signal of story('A0 A1')) before.add(signal);
    const [third] = story('A2');
    const completes = (loaded: LoadedRules) => new Correlator(loaded, before.state).add(third as IncidentSignal).length;
    expect(completes(loadedAll(RULES, many(3)))).toBe(1);
    expect(completes(loadedAll(RULES, many(2)))).toBe(0);
  });

  test('a state is not changed by the correlator that was made of it', () => {
    const before = new Correlator(loadedAll(RULES, many(3)));
    for (const signal of story('A0 A1')) before.add(signal);
    const { state } = before;
    const written = JSON.stringify(state);
    new Correlator(loadedAll(RULES, many(3)), state).add(story('A2')[0] as IncidentSignal);
    expect(JSON.stringify(state)).toBe(written);
  });

  test('groups are bounded: the quietest is forgotten', () => {
    const correlator = new Correlator(loadedAll(RULES, many(2), few));
    for (let i = 0; i <= MOST_GROUPS; i += 1) correlator.add(signalAt(i / 1000, 'A', { principal: `user-${i}` }));
    for (const { groups } of correlator.state.correlations) expect(groups).toHaveLength(MOST_GROUPS);
    expect(correlator.add(signalAt(6, 'A', { principal: 'user-0' }))).toEqual([]);
    expect(correlator.add(signalAt(6, 'A', { principal: `user-${MOST_GROUPS}` }))).toHaveLength(1);
  });

  test('events are bounded over all groups, and texts in length', () => {
    const correlator = new Correlator(
      loadedAll(
        RULES,
        correlationText('it', {
          type: 'value_count',
          rules: ['A'],
          'group-by': ['principal'],
          timespan: '1d',
          condition: { field: 'region', gte: 1000 },
        }),
      ),
    );
    for (let i = 0; i < MOST_EVENTS + 5000; i += 1) {
      correlator.add(
        signalAt(i / 1000, 'A', {
          principal: `${'p'.repeat(300)}${i % 100}`,
          region: `${'r'.repeat(300)}${i}`,
          eventID: 'e'.repeat(300),
        }),
      );
    }
    const groups = correlator.state.correlations[0]?.groups ?? [];
    expect(groups.reduce((sum, [, { entries }]) => sum + entries.length, 0)).toBeLessThanOrEqual(MOST_EVENTS);
    expect(groups.length).toBeGreaterThan(85);
    expect(JSON.stringify(correlator.state).length).toBeLessThan(15_000_000);
    for (const [key, { entries }] of groups) {
      expect(key.length).toBeLessThanOrEqual(200);
      for (const [value, , id] of entries.slice(0, 3)) expect([value.length <= 200, id.length <= 64]).toEqual([true, true]);
    }
  });
});

/** Rules of all types over one stream, some built on others. */
const MIXED = loadedAll(
  RULES,
  correlationText('count', { type: 'event_count', rules: ['A'], 'group-by': ['principal'], timespan: '10m', condition: { gte: 3 } }),
  correlationText('either', { type: 'event_count', rules: ['A', 'B'], 'group-by': ['region'], timespan: '7m', condition: { gt: 3 } }),
  correlationText('values', {
    type: 'value_count',
    rules: ['A', 'B'],
    'group-by': ['principal'],
    timespan: '10m',
    condition: { field: 'region', gte: 3 },
  }),
  correlationText('both', { type: 'temporal', rules: ['A', 'B'], 'group-by': ['principal'], timespan: '5m' }),
  correlationText('two', { type: 'temporal', rules: ['A', 'B', 'C'], 'group-by': [], timespan: '2m', condition: { gte: 2 } }),
  correlationText('order', { type: 'temporal_ordered', rules: ['A', 'B', 'C'], 'group-by': ['principal'], timespan: '10m' }),
  correlationText('few', {
    type: 'event_count',
    rules: ['B', 'C'],
    'group-by': ['principal'],
    timespan: '6m',
    condition: { gte: 2, lte: 3 },
  }),
  correlationText('one', {
    type: 'value_count',
    rules: ['C'],
    'group-by': ['principal'],
    timespan: '10m',
    condition: { field: 'region', lt: 2 },
  }),
  correlationText('deep', { type: 'temporal_ordered', rules: ['count', 'few', 'C'], 'group-by': ['principal'], timespan: '30m' }),
  correlationText('deeper', { type: 'event_count', rules: ['deep', 'order', 'one'], timespan: '20m', condition: { gte: 2, lte: 4 } }),
);

const SIGNAL = fc.record({
  gap: fc.oneof(
    { weight: 1, arbitrary: fc.constantFrom(299, 300, 301, 359, 360, 361, 599, 600, 601) },
    { weight: 6, arbitrary: fc.constantFrom(0, 0, 1, 20, 60, 90) },
  ),
  rule: fc.constantFrom('A', 'B', 'C'),
  principal: fc.constantFrom('alice', 'alice', 'bob'),
  region: fc.constantFrom('x', 'y', 'z'),
  failed: fc.nat(9).map((n) => n === 0),
});

function stream(made: readonly { gap: number; rule: string; principal: string; region: string; failed: boolean }[]): IncidentSignal[] {
  let seconds = 0;
  return made.map(({ gap, rule, principal, region, failed }, i) => {
    seconds += gap;
    return signalAt(seconds / 60, rule, {
      principal,
      region,
      errorCode: failed ? 'AccessDenied' : '',
      eventID: `event-${String(i).padStart(4, '0')}`,
    });
  });
}

const told = (all: readonly Correlated[]) =>
  all.map(({ rule, signal, evidence }) => [rule.name, signal.time - START, signal.id, signal.eventID, evidence]);

test('the same signals in one run or in many, at any watermarks, through JSON, give the same correlations', () => {
  let spoke = 0;
  fc.assert(
    fc.property(fc.array(SIGNAL, { maxLength: 60, size: 'max' }), fc.array(fc.nat(), { maxLength: 60, size: 'max' }), (made, cuts) => {
      const signals = stream(made);
      const whole = found(MIXED, signals);
      let state: CorrelatorState | undefined;
      const parts: Correlated[] = [];
      let correlator = new Correlator(MIXED, state);
      for (const [i, signal] of signals.entries()) {
        parts.push(...correlator.add(signal));
        const next = signals[i + 1]?.time ?? signal.time;
        const cut = cuts[i] ?? 0;
        if (cut % 2 === 0 || next === signal.time) continue;
        // Somewhere from this signal's time to just before the next one's.
        parts.push(...correlator.advance(signal.time + (cut % (next - signal.time))));
        state = JSON.parse(JSON.stringify(correlator.state)) as CorrelatorState;
        correlator = new Correlator(MIXED, state);
      }
      parts.push(...correlator.advance(Number.POSITIVE_INFINITY));
      expect(told(parts)).toEqual(told(whole));
      expect(whole.map(({ signal }) => signal.time)).toEqual(whole.map(({ signal }) => signal.time).sort((a, b) => a - b));
      spoke += whole.length;
    }),
    { numRuns: 500 },
  );
  expect(spoke).toBeGreaterThan(1000);
});

/** When a correlation of rules speaks, worked out from its definition over all events, without any memory to bound. */
function byDefinition(rule: CorrelationRule, signals: readonly IncidentSignal[]): string[] {
  const usable = signals.filter(({ detector, errorCode }) => errorCode === '' && rule.rules.some((id) => detector === `rule:${id}`));
  const keyOf = (signal: IncidentSignal) => JSON.stringify(rule.groupBy.map(({ of }) => signal[of[0] as 'principal' | 'region']));
  const spoken: string[] = [];
  for (const [key, events] of Map.groupBy(usable, keyOf)) {
    const number = (window: readonly IncidentSignal[]) => {
      if (rule.type === 'value_count') return new Set(window.map(({ region }) => region)).size;
      return rule.type === 'temporal'
        ? new Set(window.map(({ detector }) => detector)).size
        : new Set(window.map(({ eventID }) => eventID)).size;
    };
    const isOrdered = (window: readonly IncidentSignal[]): boolean => {
      let ends = window.filter(({ detector }) => detector === `rule:${rule.rules[0]}`).map(({ time }) => time);
      for (const id of rule.rules.slice(1)) {
        const matches = window.filter(({ detector }) => detector === `rule:${id}`).map(({ time }) => time);
        ends = matches.filter((time) => ends.some((before) => before <= time));
      }
      return ends.includes(window.at(-1)?.time as number);
    };
    let fired = Number.NEGATIVE_INFINITY;
    let from = Number.NEGATIVE_INFINITY;
    for (const [i, { time }] of events.entries()) {
      if (rule.most !== undefined) {
        if (time <= from + rule.timespan) continue;
        from = time;
        const count = number(events.filter((event) => event.time >= from && event.time <= from + rule.timespan));
        if (count >= rule.least && count <= rule.most) spoken.push(`${key} ${from + rule.timespan}`);
        continue;
      }
      const window = events.slice(0, i + 1).filter((event) => event.time >= time - rule.timespan);
      const isComplete = rule.type === 'temporal_ordered' ? isOrdered(window) : number(window) >= rule.least;
      if (!isComplete || time <= fired + rule.timespan) continue;
      fired = time;
      spoken.push(`${key} ${time}`);
    }
  }
  return spoken.sort();
}

test.each(['count', 'either', 'values', 'both', 'two', 'order', 'few', 'one'])('"%s" speaks when its definition says so', (name) => {
  const rule = MIXED.correlations.find((one) => one.name === name) as CorrelationRule;
  let spoke = 0;
  fc.assert(
    fc.property(fc.array(SIGNAL, { maxLength: 50, size: 'max' }), (made) => {
      const signals = stream(made);
      const all = found({ rules: MIXED.rules, correlations: [rule], refusals: [] }, signals);
      const keyOf = ({ signal }: Correlated) => JSON.stringify(rule.groupBy.map(({ of }) => signal[of[0] as 'principal' | 'region']));
      const expected = byDefinition(rule, signals);
      expect(all.map((one) => `${keyOf(one)} ${one.signal.time}`).sort()).toEqual(expected);
      spoke += expected.length;
    }),
    { numRuns: 500 },
  );
  expect(spoke).toBeGreaterThan(250);
});

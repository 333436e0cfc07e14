import type { IncidentSignal } from '../../../core/incidents/model.ts';
import { correlationLine } from '../../../core/outputs/correlation-line.ts';
import { parseSignalLine } from '../../../core/outputs/signals.ts';
import { type Exception, Exceptions } from '../../../core/risk/exceptions.ts';
import { type Correlated, Correlator } from '../../../core/rules/correlation.ts';
import { correlationText, idOf, loadedAll, MINUTE, namedRule, START, signalAt } from './correlation-text.ts';

const RULES = [namedRule('A'), namedRule('B')].join('\n---\n');
const EXCEPTED = { id: 'e', owner: 'platform', reason: 'scans', expires: '2026-09-30' };
const BASE: Exception = { rule: '1.yml', owner: 'platform', reason: 'scans', expires: '2026-09-01' };

/** Signals: `A0 B3~` are matches of rules at minutes, `~` those that are excepted. */
function story(text: string): IncidentSignal[] {
  return text.split(' ').map((word) => {
    const [, rule = '', at = '', mark] = /^([A-Z])([\d.]+)(~)?$/.exec(word) ?? [];
    return signalAt(Number(at), rule, mark === undefined ? {} : { weight: 0, excepted: EXCEPTED });
  });
}

/** What is told, in one go or with the memory written down after each signal. */
function told(correlations: readonly string[], text: string, exceptions: readonly Exception[], isSplit: boolean): Correlated[] {
  const loaded = loadedAll(RULES, ...correlations);
  const compiled = new Exceptions(exceptions);
  let correlator = new Correlator(loaded, undefined, compiled);
  const found = story(text).flatMap((signal) => {
    if (isSplit) correlator = new Correlator(loaded, JSON.parse(JSON.stringify(correlator.state)), compiled);
    return correlator.add(signal);
  });
  return [...found, ...correlator.copy().advance(Number.POSITIVE_INFINITY)];
}

const group = { timespan: '10m', 'group-by': ['principal'] };
const three = correlationText('three', { ...group, type: 'event_count', rules: ['A'], condition: { gte: 3 } });
const few = correlationText('few', { ...group, type: 'event_count', rules: ['A'], condition: { gte: 1, lte: 2 } });
const both = correlationText('both', { ...group, type: 'temporal', rules: ['A', 'B'] });
const order = correlationText('order', { ...group, type: 'temporal_ordered', rules: ['A', 'B'] });
const any = correlationText(
  'any',
  { ...group, timespan: '1s', type: 'event_count', rules: ['A'], condition: { gte: 1 } },
  { level: 'informational' },
);
const after = correlationText('after', { ...group, type: 'temporal_ordered', rules: ['any', 'B'] });

describe('signals that are excepted', () => {
  test.each<[string, readonly string[], string, readonly number[]]>([
    ['add to no count', [three], 'A0 A1~ A2', []],
    ['leave the others to a count', [three], 'A0 A1~ A2 A3', [3]],
    ['add to no count with an upper bound', [few], 'A0~', []],
    ['do not lift a count above its upper bound', [few], 'A0 A1 A2~ A3~', [10]],
    ['are steps of a story', [both], 'A0~ B1', [1]],
    ['are steps of a story in an order', [order], 'A0~ B1', [1]],
    ['are the last step of a story', [order], 'A0 B1~', [1]],
    ['make no story alone', [both], 'A0~ B1~', []],
    ['make no story in an order alone', [order], 'A0~ B1~', []],
    ['do not keep a story from being told', [both], 'A0~ B1~ B2', [2]],
    ['do not keep a story in an order from being told', [order], 'A0~ B1~ B2', [2]],
    ['are a step by way of a building block', [any, after], 'A0~ B1', [1]],
    ['make no story alone by way of a building block', [any, after], 'A0~ B1~', []],
    ['do not hide one of the same second from a building block', [any, after], 'A0~ A0 B1~', [1]],
  ])('%s', (_name, correlations, text, minutes) => {
    for (const isSplit of [false, true]) {
      const found = told(correlations, text, [], isSplit);
      expect(found.map(({ signal }) => (signal.time - START) / MINUTE)).toEqual(minutes);
      for (const { signal } of found) {
        expect(signal.weight).toBeGreaterThan(0);
        expect(signal).not.toHaveProperty('excepted');
      }
    }
  });
});

describe('a correlation that is excepted', () => {
  test.each<[string, Partial<Exception>, boolean]>([
    ['by its file', {}, true],
    ['by its id', { rule: idOf('both') }, true],
    ['by the name of its detector', { rule: 'correlation:*' }, true],
    ['for the principal', { principal: '*:user/alice' }, true],
    ['for another principal', { principal: '*:user/bob' }, false],
    ['from the network', { address: '203.0.113.0/24' }, true],
    ['from another network', { address: '192.0.2.0/24' }, false],
    ['in another account', { account: '444455556666' }, false],
    ['until the day before', { expires: '2026-08-31' }, false],
    ['by the file of its rules', { rule: '0.yml' }, false],
  ])('%s', (_name, more, mutes) => {
    const [found] = told([both], 'A0 B1', [{ ...BASE, ...more }], false) as [Correlated];
    expect([found.signal.weight > 0, found.signal.risk > 0, found.signal.excepted?.owner]).toEqual(
      mutes ? [false, false, 'platform'] : [true, true, undefined],
    );
    expect(parseSignalLine(correlationLine(found))).toEqual(found.signal);
  });

  test('is a step of others like an excepted rule', () => {
    const outer = correlationText('outer', { ...group, type: 'temporal_ordered', rules: ['both', 'A'] });
    const found = told([both, outer], 'A0 B1 A2', [BASE], false);
    expect(found.map(({ rule, signal }) => [rule.name, signal.weight > 0])).toEqual([
      ['both', false],
      ['outer', true],
    ]);
  });
});

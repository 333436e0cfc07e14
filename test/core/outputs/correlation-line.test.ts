import type { IncidentSignal } from '../../../core/incidents/model.ts';
import { correlationLine } from '../../../core/outputs/correlation-line.ts';
import { parseSignalLine } from '../../../core/outputs/signals.ts';
import { type Correlated, Correlator } from '../../../core/rules/correlation.ts';
import { loadRules } from '../../../core/rules/load.ts';
import { eventID, record } from '../../factories/record.ts';
import { correlationText, namedRule } from '../rules/correlation-text.ts';
import { jsonLines, score } from '../scoring/scored.ts';

const RULE = namedRule('CreateUser', { author: 'Alice', license: 'DRL-1.1' });
const CORRELATION = correlationText(
  'twice',
  {
    type: 'event_count',
    rules: ['CreateUser'],
    'group-by': ['requestParameters.userName'],
    timespan: '1h',
    condition: { gte: 2 },
    generate: true,
  },
  { author: 'Bob', license: 'DRL-1.1', tags: ['attack.persistence', 'cis.4.4'] },
);

/** The lines of the rule's signals for two calls that make bob. */
function ruleLines() {
  const records = ['2026-09-01T10:00:00Z', '2026-09-01T10:20:00Z'].map((eventTime, i) =>
    record(i, { eventTime, eventID: eventID(i), eventName: 'CreateUser', errorCode: undefined, requestParameters: { userName: 'bob' } }),
  );
  return jsonLines(score(records, { rules: [RULE, CORRELATION] }).parts, 'signalLines');
}

function correlated(): Correlated {
  const correlator = new Correlator(loadRules([RULE, CORRELATION].map((text, i) => ({ file: `${i}.yml`, text }))));
  const found = ruleLines().flatMap((line) => correlator.add(parseSignalLine(JSON.stringify(line))));
  expect(found).toHaveLength(1);
  return found[0] as Correlated;
}

test('a signal carries the fields that a correlation asks for, and brings them back when its line is read', () => {
  const [line] = ruleLines();
  expect(line).toMatchObject({ fields: { 'requestParameters.userName': 'bob' }, author: 'Alice' });
  expect(parseSignalLine(JSON.stringify(line)).fields).toEqual({ 'requestParameters.userName': 'bob' });
});

test('a rule that no correlation asks anything of carries nothing', () => {
  const [line] = jsonLines(score([record(0, { eventName: 'CreateUser' })], { rules: [RULE] }).parts, 'signalLines');
  expect(line).not.toHaveProperty('fields');
});

test("a correlation's line has the keys of a rule's, in the same order, and is read as its signal", () => {
  const found = correlated();
  const text = correlationLine(found);
  expect(text.endsWith('}\n')).toBe(true);
  const line = JSON.parse(text) as Record<string, unknown>;
  // What a call touched is told with the call.
  expect(Object.keys(line)).toEqual(Object.keys(ruleLines()[0] as object).filter((key) => key !== 'resources'));
  expect(line).toMatchObject({
    time: '2026-09-01T10:20:00Z',
    eventID: eventID(1),
    detector: found.signal.detector,
    ruleFile: '1.yml',
    level: 'high',
    controls: ['4.4'],
    evidence: found.evidence,
    author: 'Bob',
  });
  expect(parseSignalLine(text)).toEqual<IncidentSignal>(found.signal);
});

import { ANOMALY_DETECTORS } from '../../../core/anomalies/detectors.ts';
import { exceptionUses, unknownExceptions } from '../../../core/risk/exception-use.ts';
import { type Exception, exceptionId } from '../../../core/risk/exceptions.ts';
import { detectorOf } from '../../../core/rules/correlation.ts';
import { correlationText, idOf, loadedAll, namedRule } from '../rules/correlation-text.ts';

const MANY = { type: 'event_count', rules: ['A'], timespan: '1h', condition: { gte: 3 } };
const LOADED = loadedAll(namedRule('A'), correlationText('many', MANY));
const BASE: Exception = { rule: '0.yml', owner: 'platform', reason: 'builds', expires: '2026-09-30' };
const END = Date.parse('2026-09-15T10:00:00Z');

test.each<[string, Exception, number, string, RegExp]>([
  ['that muted something', BASE, 3, 'used', /^$/],
  ['that muted nothing', BASE, 0, 'unused', /^The exception of platform for "0\.yml" made no difference: no signal fits it\. Take it out/],
  ['that ended', { ...BASE, expires: '2026-09-14' }, 0, 'expired', /ended on 2026-09-14\. Take it out, or give it a new last day\.$/],
  ['that ended after it was used', { ...BASE, expires: '2026-09-14' }, 2, 'expired', /ended on 2026-09-14/],
  ['on its last day', { ...BASE, expires: '2026-09-15' }, 2, 'used', /^$/],
  ['that names nothing', { ...BASE, rule: '0.yaml' }, 0, 'unknown', /names no rule, no correlation .+ Did you mean "0\.yml"/],
  [
    'told with its terms',
    { ...BASE, principal: '*:user/bob', address: '192.0.2.0/24', account: '1111*' },
    0,
    'unused',
    /for "0\.yml" \(principal "\*:user\/bob", address 192\.0\.2\.0\/24, account "1111\*"\) made/,
  ],
])('an exception %s', (_name, exception, signals, status, text) => {
  const id = exceptionId(exception);
  const [use] = exceptionUses([exception], LOADED, new Map([[id, signals]]), END);
  expect(use).toEqual({ ...exception, id, signals, status, text: expect.stringMatching(text) });
});

test.each(['0.yml', '1.YML', '?.yml', '*', idOf('A'), idOf('many'), detectorOf(idOf('many')), 'anomaly:*', ...ANOMALY_DETECTORS])(
  '%s names something',
  (rule) => {
    expect(unknownExceptions([{ ...BASE, rule }], LOADED)).toEqual([]);
  },
);

test.each([
  ['anomaly:volume:denied-call', /Did you mean "anomaly:volume:denied-calls"\?$/],
  ['anomaly:volumes:*', /Did you mean "anomaly:/],
  ['anomaly:trave', /Did you mean "anomaly:travel"\?$/],
  [idOf('A').slice(1), new RegExp(`Did you mean "${idOf('A')}"`)],
])('%s names nothing, and the nearest names are told', (rule, sentence) => {
  expect(unknownExceptions([BASE, { ...BASE, rule }], LOADED)).toEqual([expect.stringMatching(sentence)]);
});

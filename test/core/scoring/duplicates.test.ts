import { Duplicates, MARK, type Marked } from '../../../core/scoring/duplicates.ts';
import { eventID, type JsonObject, record } from '../../factories/record.ts';
import { jsonLines, score } from './scored.ts';

/** requestID of the events that count, file by file, and how many were duplicates. */
function counted(...files: readonly (readonly JsonObject[])[]): { kept: string[]; duplicates: number } {
  const duplicates = new Duplicates();
  const kept: string[] = [];
  const take = (marked: readonly Marked[]) => {
    for (const { part, marks } of marked) {
      const origins = jsonLines([part], 'json').map(({ userAgent }) => userAgent as string);
      for (let event = 0; event < part.count; event += 1)
        if (marks === null || marks[event] === MARK.counts) kept.push(origins[event] as string);
    }
  };
  for (const file of files) for (const part of score(file).parts) take(duplicates.mark(part));
  take(duplicates.finish());
  return { kept, duplicates: duplicates.count };
}

const of = (name: string, n: number, more: JsonObject = {}) => record(n, { userAgent: name, ...more });
const HOUR = 3600;
/** The copy of an event in the trail of another account than the caller's: it says of him only where he comes from. */
const OUTSIDE = {
  userIdentity: { type: 'AWSAccount', accountId: '111122223333', principalId: 'AIDAEXAMPLE' },
  recipientAccountId: '444455556666',
};
const shared = (name: string, n: number, more: JsonObject = {}) => of(name, n, { sharedEventID: eventID(999), ...more });

/** An event in each of 25 hours, the middle one at that second. */
const aDay = (middle: number) => Array.from({ length: 25 }, (_, i) => of('x', middle + (i - 12) * HOUR));
const A_DAY = Array.from({ length: 25 }, () => 'x');

test.each<[string, (readonly JsonObject[])[], string[]]>([
  ['different events', [[of('a', 1), of('b', 2)], [of('c', 3)]], ['a', 'b', 'c']],
  ['the first copy of an eventID wins, in one file', [[of('a', 1), of('b', 1), of('c', 2)]], ['a', 'c']],
  ['and across files', [[of('a', 1)], [of('b', 1)], [of('c', 1)]], ['a']],
  ['an eventID in other letters is the same', [[of('a', 0xabc), of('b', 0xabc, { eventID: eventID(0xabc).toUpperCase() })]], ['a']],
  ['a placeholder id tells no events apart', [[of('a', 1, { eventID: 'x' }), of('b', 2, { eventID: 'x' })]], ['a', 'b']],
  ['but the same content is the same event', [[of('a', 1, { eventID: 'x' })], [of('a', 1, { eventID: 'x' })]], ['a']],
  [
    'so it is without an eventID',
    [[of('a', 1, { eventID: undefined }), of('b', 1, { eventID: undefined })], [of('a', 1, { eventID: undefined })]],
    ['a', 'b'],
  ],
  ['copies that share an id count once: the first of the caller’s', [[shared('own', 1), shared('again', 2)]], ['own']],
  ['another account’s copy after the caller’s own', [[shared('own', 1)], [shared('outside', 2, OUTSIDE)]], ['own']],
  ['another account’s copy before the caller’s own', [[shared('outside', 1, OUTSIDE)], [shared('own', 2)]], ['own']],
  ['the same in one file', [[shared('outside', 1, OUTSIDE), of('x', 3), shared('own', 2)]], ['x', 'own']],
  [
    'other accounts’ copies without the caller’s own: the first',
    [[shared('one', 1, OUTSIDE)], [shared('two', 2, OUTSIDE), of('x', 5)]],
    ['x', 'one'],
  ],
  [
    'another account’s copy waits for two hours of event time',
    [
      [shared('outside', 12 * HOUR, { ...OUTSIDE, eventID: eventID(7) })],
      aDay(14 * HOUR + 1),
      [shared('own', 12 * HOUR, { eventID: eventID(8) })],
    ],
    ['outside', ...A_DAY],
  ],
  [
    'and not a second less',
    [
      [shared('outside', 12 * HOUR, { ...OUTSIDE, eventID: eventID(7) })],
      aDay(14 * HOUR),
      [shared('own', 12 * HOUR, { eventID: eventID(8) })],
    ],
    ['own', ...A_DAY],
  ],
  [
    'a record from the future does not shorten that',
    [[shared('outside', 1, OUTSIDE)], [of('future', 5, { eventTime: '2099-01-01T00:00:00Z' })], [shared('own', 2)]],
    ['future', 'own'],
  ],
  [
    'a sharedEventID that is no UUID tells nothing',
    [[shared('a', 1, { sharedEventID: 'x' }), shared('b', 2, { sharedEventID: 'x' })]],
    ['a', 'b'],
  ],
  [
    'the start and the end of an insight are two',
    [
      ['Start', 'End'].map((state, n) =>
        shared(state, n, { eventCategory: 'Insight', eventType: 'AwsCloudTrailInsight', insightDetails: { state } }),
      ),
    ],
    ['Start', 'End'],
  ],
])('%s', (_name, files, kept) => {
  const all = files.flat().length;
  const result = counted(...files);
  expect(result.kept.sort()).toEqual([...kept].sort());
  expect(result.duplicates).toBe(all - kept.length);
});

test('events and duplicates add up to what was read, whatever comes', () => {
  let seed = 1;
  const roll = (n: number) => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (seed >>> 8) % n;
  };
  const files = Array.from({ length: 40 }, () =>
    Array.from({ length: 25 }, () =>
      of('x', roll(400), {
        eventTime: new Date(Date.UTC(2026, 8, 1) + roll(20) * HOUR * 1000).toISOString(),
        ...(roll(4) === 0 ? { eventID: 'placeholder' } : {}),
        ...(roll(3) === 0 ? { sharedEventID: eventID(roll(50)) } : {}),
        ...(roll(3) === 0 ? OUTSIDE : {}),
      }),
    ),
  );
  const { kept, duplicates } = counted(...files);
  expect(kept.length + duplicates).toBe(1000);
  expect(duplicates).toBeGreaterThan(100);
  expect(kept.length).toBeGreaterThan(100);
});

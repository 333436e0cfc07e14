import fc from 'fast-check';
import type { ReportEvent } from '../../core/outputs/report-model.ts';
import { countText, nothingText } from '../../report/events/count.ts';
import { type Filters, facetsOf, filterEvents, isFiltering, NO_FILTERS, searchText, wordsOf } from '../../report/events/filters.ts';
import { FIRST_VIEW, hashOf, viewOfHash } from '../../report/events/hash.ts';
import { BY_RISK, SORT_KEYS, type SortKey, sortedBy, sortPositions } from '../../report/events/sorting.ts';
import { HOSTILE_TEXTS } from './events.factory.ts';
import { fullModel, tinyModel } from './model.factory.ts';

const [QUIET] = tinyModel().events as [ReportEvent];

const EVENTS: ReportEvent[] = [
  {
    ...QUIET,
    id: 'a',
    time: '2026-03-04T12:00:00Z',
    risk: 95,
    level: 'critical',
    principal: 'arn:aws:iam::111122223333:user/ana',
    roleTag: 'admin',
    action: 'iam:CreateUser',
    source: 'iam.amazonaws.com',
    name: 'CreateUser',
    region: 'us-east-1',
    account: '111122223333',
    address: '192.0.2.1',
    error: '',
    userAgent: 'Boto3/1.34',
    reasons: [{ text: 'No MFA in the session', points: 95 }],
    record: '{"requestParameters":{"userName":"Backdoor"}}',
  },
  {
    ...QUIET,
    id: 'b',
    time: '2026-03-04T23:59:59Z',
    risk: 75,
    level: 'high',
    principal: 'arn:aws:iam::111122223333:user/anastasia',
    roleTag: 'developer',
    action: 'iam:CreateUserProfile',
    source: 'iam.amazonaws.com',
    name: 'CreateUserProfile',
    region: 'eu-west-1',
    account: '444455556666',
    address: '192.0.2.11',
    error: 'AccessDenied',
    userAgent: 'console.amazonaws.com',
  },
  {
    ...QUIET,
    id: 'c',
    time: '2026-03-05T00:00:00Z',
    risk: 75,
    level: 'high',
    principal: 'root',
    roleTag: 'root',
    action: 's3:GetObject',
    source: 's3.amazonaws.com',
    name: 'GetObject',
    region: 'us-east-1',
    account: '111122223333',
    address: '2001:db8::1',
    error: 'NoSuchKey',
    userAgent: 'Terraform',
  },
];
const FACETS = facetsOf(EVENTS);
const idsOf = (positions: readonly number[]): string => positions.map((position) => EVENTS[position]?.id).join('');
const narrowed = (filters: Partial<Filters>): string =>
  idsOf(filterEvents(EVENTS, { ...NO_FILTERS, ...filters }, FACETS, (position) => searchText(EVENTS[position] as ReportEvent)));

describe('filters', () => {
  test.each<[string, Partial<Filters>, string]>([
    ['nothing set', {}, 'abc'],
    ['one level', { levels: ['high'] }, 'bc'],
    ['two levels', { levels: ['high', 'critical'] }, 'abc'],
    ['a level without events', { levels: ['low'] }, ''],
    ['a whole principal leaves longer names out', { principal: 'arn:aws:iam::111122223333:user/ana' }, 'a'],
    ['a part of a principal, in any case', { principal: 'USER/ANA' }, 'ab'],
    ['a whole event name', { action: 'CreateUser' }, 'a'],
    ['a whole action', { action: 'iam:CreateUserProfile' }, 'b'],
    ['a part of an action', { action: 'createuser' }, 'ab'],
    ['a whole address leaves longer ones out', { address: '192.0.2.1' }, 'a'],
    ['a part of an address', { address: '192.0.' }, 'ab'],
    ['space around a value', { address: ' 192.0.2.1 ' }, 'a'],
    ['role tag', { roleTag: 'root' }, 'c'],
    ['region', { region: 'us-east-1' }, 'ac'],
    ['the region global: services without one', { region: 'global' }, 'ab'],
    ['account', { account: '444455556666' }, 'b'],
    ['from is inclusive', { from: '2026-03-05T00:00' }, 'c'],
    ['to is exclusive', { to: '2026-03-05T00:00' }, 'ab'],
    ['a span', { from: '2026-03-04T12:01', to: '2026-03-05T00:00' }, 'b'],
    ['text in the user agent', { text: 'boto3' }, 'a'],
    ['text in a reason', { text: '"no mfa"' }, 'a'],
    ['text in the record', { text: 'backdoor' }, 'a'],
    ['text in the error', { text: 'accessdenied' }, 'b'],
    ['every word must occur', { text: 'createuser backdoor' }, 'a'],
    ['a word that occurs nowhere', { text: 'createuser nowhere' }, ''],
    ['all filters hold together', { levels: ['high'], region: 'us-east-1', text: 'terraform' }, 'c'],
  ])('%s', (_name, filters, expected) => expect(narrowed(filters)).toBe(expected));

  test.each([
    ['one two', ['one', 'two']],
    ['"one two" Three', ['one two', 'three']],
    ['"never closed', ['never closed']],
    ['a"b c"d', ['a', 'b c', 'd']],
    ['  "" " " ', []],
  ])('the words of %p', (text, words) => expect(wordsOf(text)).toEqual(words));

  test('the search text is asked for only when there is a word to look for', () => {
    const textOf = jest.fn(() => '');
    filterEvents(EVENTS, { ...NO_FILTERS, levels: ['critical'], text: '  ' }, FACETS, textOf);
    expect(textOf).not.toHaveBeenCalled();
    filterEvents(EVENTS, { ...NO_FILTERS, levels: ['critical'], text: 'x' }, FACETS, textOf);
    expect(textOf.mock.calls).toEqual([[0]]);
  });

  test('facets count values, most frequent first', () => {
    expect([...FACETS.region]).toEqual([
      ['global', 2],
      ['us-east-1', 2],
      ['eu-west-1', 1],
    ]);
    expect([...FACETS.account][0]).toEqual(['111122223333', 2]);
  });

  test('says whether anything is narrowed', () => {
    expect(isFiltering(NO_FILTERS)).toBe(false);
    expect(isFiltering({ ...NO_FILTERS, levels: ['low'] })).toBe(true);
    expect(isFiltering({ ...NO_FILTERS, to: '2026-03-05T00:00' })).toBe(true);
    expect(isFiltering({ ...NO_FILTERS, region: 'us-east-1' })).toBe(true);
  });
});

describe('sorting', () => {
  test.each<[SortKey, boolean, string]>([
    ['risk', true, 'abc'],
    ['risk', false, 'bca'],
    ['level', true, 'abc'],
    ['time', true, 'cba'],
    ['time', false, 'abc'],
    ['principal', false, 'abc'],
    ['region', false, 'bac'],
    ['error', false, 'bca'],
    ['error', true, 'cba'],
  ])('by %s, descending %p', (key, descending, expected) => {
    expect(idsOf(sortPositions(EVENTS, [0, 1, 2], { key, descending }))).toBe(expected);
  });

  test('keeps the positions that were given, and no others', () => expect(idsOf(sortPositions(EVENTS, [2, 0], BY_RISK))).toBe('ac'));

  test('a click turns the column round, or begins with its more useful end', () => {
    expect(sortedBy(BY_RISK, 'risk')).toEqual({ key: 'risk', descending: false });
    expect(sortedBy(BY_RISK, 'time')).toEqual({ key: 'time', descending: true });
    expect(sortedBy(BY_RISK, 'address')).toEqual({ key: 'address', descending: false });
  });

  test('is a permutation in which neighbours are in order, for every column', () => {
    const { events } = fullModel({ rows: 400, seed: 5 });
    const all = events.map((_, position) => position);
    for (const key of SORT_KEYS) {
      const up = sortPositions(events, all, { key, descending: false });
      expect([...up].sort((a, b) => a - b)).toEqual(all);
    }
    const times = sortPositions(events, all, { key: 'time', descending: false }).map((position) => events[position]?.time ?? '');
    expect(times).toEqual([...times].sort());
  });
});

describe('the address', () => {
  test('of the first view is empty', () => {
    expect(hashOf(FIRST_VIEW)).toBe('');
    expect(viewOfHash('')).toEqual(FIRST_VIEW);
    expect(viewOfHash('#')).toEqual(FIRST_VIEW);
  });

  test('reads as what is set', () => {
    const view = {
      filters: { ...NO_FILTERS, levels: ['high' as const, 'critical' as const], region: 'us-east-1' },
      sorting: { key: 'time' as const, descending: true },
      eventId: 'b',
    };
    expect(hashOf(view)).toBe('level=high%2Ccritical&region=us-east-1&sort=-time&event=b');
  });

  test.each([
    ['an unknown level', '#level=high,sideways', { ...FIRST_VIEW, filters: { ...NO_FILTERS, levels: ['high'] } }],
    ['an unknown sort', '#sort=-__proto__', FIRST_VIEW],
    ['an unknown name', '#incidents&constructor=1', FIRST_VIEW],
  ])('%s in it is left out', (_name, hash, view) => expect(viewOfHash(hash)).toEqual(view));

  test('carries every view there and back', () => {
    const text = fc.oneof(fc.string(), fc.constantFrom(...HOSTILE_TEXTS.filter((hostile) => !hostile.includes('\ud800'))));
    const filters = fc.record({
      levels: fc.subarray(['informational', 'low', 'medium', 'high', 'critical'] as const),
      principal: text,
      roleTag: text,
      action: text,
      region: text,
      account: text,
      address: text,
      from: text,
      to: text,
      text,
    });
    const sorting = fc.record({ key: fc.constantFrom(...SORT_KEYS), descending: fc.boolean() });
    fc.assert(
      fc.property(fc.record({ filters, sorting, eventId: text }), (view) => {
        expect(viewOfHash(`#${hashOf(view)}`)).toEqual(view);
      }),
    );
  });
});

describe('the count', () => {
  test.each([
    [312, 10_000, 402_113, 'Showing 312 of 10,000. The table holds the 10,000 highest-risk of 402,113 events.'],
    [1, 1, 1, 'Showing 1 of 1. The table holds every event.'],
  ])('%d of %d of %d', (shown, held, total, text) => expect(countText(shown, held, total)).toBe(text));

  test('an empty table says what it does not hold', () => {
    expect(nothingText(5, 5)).toBe('No event passes these filters.');
    expect(nothingText(10_000, 402_113)).toContain('only the 10,000 highest-risk of 402,113 events');
  });
});

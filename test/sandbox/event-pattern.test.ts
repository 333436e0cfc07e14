import { fits, type Pattern } from '../../sandbox/event-pattern.ts';

const EVENT = {
  source: 'aws.s3',
  count: 5,
  tags: ['a', 'b'],
  none: null,
  detail: { key: 'AWSLogs/x.json.gz', 'nested-key': { on: true } },
};

const CASES: readonly (readonly [string, Pattern, boolean])[] = [
  ['nothing asked', {}, true],
  ['one of the values', { source: ['aws.ec2', 'aws.s3'] }, true],
  ['none of the values', { source: ['aws.ec2'] }, false],
  ['another case', { source: ['AWS.S3'] }, false],
  ['two keys, one that does not hold', { source: ['aws.s3'], count: [6] }, false],
  ['a nested key', { detail: { 'nested-key': { on: [true] } } }, true],
  ['a nested key that is not there', { detail: { other: { on: [true] } } }, false],
  ['one element of a list', { tags: ['b'] }, true],
  ['null', { none: [null] }, true],
  ['a beginning', { detail: { key: [{ prefix: 'AWSLogs/' }] } }, true],
  ['another beginning', { detail: { key: [{ prefix: 'Other/' }] } }, false],
  ['an end', { detail: { key: [{ suffix: '.gz' }] } }, true],
  ['a wildcard', { detail: { key: [{ wildcard: 'AWSLogs/*.json.gz' }] } }, true],
  ['a wildcard whose dots are dots', { detail: { key: [{ wildcard: 'AWSLogs/*json?gz' }] } }, false],
  ['no regard of case', { source: [{ 'equals-ignore-case': 'AWS.S3' }] }, true],
  ['anything but this', { source: [{ 'anything-but': ['aws.s3'] }] }, false],
  ['anything but another', { source: [{ 'anything-but': 'aws.ec2' }] }, true],
  ['anything but a beginning', { source: [{ 'anything-but': { prefix: 'aws.' } }] }, false],
  ['anything but this where nothing is', { other: [{ 'anything-but': 'x' }] }, false],
  ['a number in a range', { count: [{ numeric: ['>', 4, '<=', 5] }] }, true],
  ['a number out of it', { count: [{ numeric: ['>', 5] }] }, false],
  ['a number where text is', { source: [{ numeric: ['>', 5] }] }, false],
  ['being there', { count: [{ exists: true }] }, true],
  ['not being there', { other: [{ exists: false }] }, true],
  ['being there where nothing is', { other: [{ exists: true }] }, false],
  ['one of two patterns', { $or: [{ source: ['x'] }, { count: [5] }] }, true],
];

test.each(CASES)('%s', (_name, pattern, expected) => {
  expect(fits(pattern, EVENT)).toBe(expected);
});

test('an unknown comparison is told of', () => {
  expect(() => fits({ source: [{ cidr: '10.0.0.0/8' }] }, EVENT)).toThrow(
    'An event pattern compares by cidr, which the sandbox does not know.',
  );
});

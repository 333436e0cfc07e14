import { doorbell, failures } from '../../../lambdas/alert/doorbell.ts';

const record = (id: string, sequence: string, more: object = {}, image: object = {}) => ({
  eventID: sequence,
  eventName: 'MODIFY',
  eventSource: 'aws:dynamodb',
  dynamodb: { Keys: { id: { S: id } }, NewImage: { id: { S: id }, due: { S: 'alert' }, ...image }, SequenceNumber: sequence },
  ...more,
});

test.each<[string, unknown, Record<string, string[]>, number]>([
  ['an insert and a change', { Records: [record('a', '1', { eventName: 'INSERT' }), record('b', '2')] }, { a: ['1'], b: ['2'] }, 0],
  ['one item twice', { Records: [record('a', '1'), record('b', '2'), record('a', '3')] }, { a: ['1', '3'], b: ['2'] }, 0],
  ['an item without an image', { Records: [record('a', '1', { dynamodb: { Keys: { id: { S: 'a' } }, SequenceNumber: '1' } })] }, {}, 0],
  [
    'an item that the TTL took',
    { Records: [record('a', '1', { eventName: 'REMOVE', userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' } })] },
    {},
    0,
  ],
  ['an item that somebody removed', { Records: [record('a', '1', { eventName: 'REMOVE' })] }, {}, 0],
  ['an item with nothing left to tell', { Records: [record('a', '1', {}, { due: undefined })] }, {}, 0],
  ['an item that is due for something else', { Records: [record('a', '1', {}, { due: { S: 'later' } })] }, {}, 0],
  ['a change of a kind that nobody knows', { Records: [record('a', '1', { eventName: 'MERGE' }), record('b', '2')] }, { b: ['2'] }, 1],
  [
    'a record without a sequence number',
    { Records: [record('a', '1', { dynamodb: { NewImage: { id: { S: 'a' }, due: { S: 'alert' } } } })] },
    {},
    1,
  ],
  [
    'an id that is a number',
    { Records: [record('a', '1', { dynamodb: { NewImage: { id: { N: '1' }, due: { S: 'alert' } }, SequenceNumber: '1' } })] },
    {},
    1,
  ],
  ['records that are none', { Records: [null, 'text', 7, {}] }, {}, 4],
  ['no records', { Records: [] }, {}, 0],
  ['another event', { kind: 'tick' }, {}, 1],
  ['nothing', null, {}, 1],
])('%s', (_name, event, rings, unknown) => {
  const bell = doorbell(event);
  expect([Object.fromEntries(bell.rings), bell.unknown]).toEqual([rings, unknown]);
});

test('all records of an item that failed are delivered again, and no others', () => {
  const bell = doorbell({ Records: [record('a', '1'), record('b', '2'), record('a', '3')] });
  expect(failures(bell, new Set(['a', 'gone']))).toEqual([{ itemIdentifier: '1' }, { itemIdentifier: '3' }]);
  expect(failures(bell, new Set())).toEqual([]);
});

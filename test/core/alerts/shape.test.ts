import fc from 'fast-check';
import { readAlertItem, readReceipt } from '../../../core/alerts/shape.ts';
import { intrusion, item, NOON, summary } from './made-item.ts';

test.each([
  ['an incident', item()],
  ['a long incident', intrusion()],
  ['a summary', summary()],
])('%s is read as it is', (_name, made) => {
  expect(readAlertItem(structuredClone(made))).toEqual(made);
});

test('attributes of the table are left out', () => {
  expect(readAlertItem({ ...item(), due: 'alert', dueAt: 1, expires: 2, rings: 3 })).toEqual(item());
});

test.each<[string, unknown, RegExp]>([
  ['a kind that nobody knows', { ...item(), kind: 'incident-2' }, /at kind, /],
  ['a detection without a time', { ...item(), detections: [{ ...item().detections[0], first: undefined }] }, /at detections\.0\.first, /],
  ['a time that no calendar has', { ...item(), updated: 9e15 }, /at updated, /],
  ['a number as text', { ...item(), version: '3' }, /at version, /],
  ['text', 'text', /at the row, /],
  ['nothing', undefined, /at the row, /],
])('%s is refused with its place', (_name, row, place) => {
  expect(readAlertItem(row)).toMatch(place);
});

test('whatever is left out or put in is an item or a sentence, and never throws', () => {
  const keys = Object.keys(item());
  fc.assert(
    fc.property(fc.constantFrom(...keys), fc.anything(), (key, value) => {
      const read = readAlertItem({ ...item(), [key]: value });
      expect(typeof read === 'string' ? read.startsWith('The item cannot be told of') : read.kind).toBeTruthy();
    }),
  );
});

const RECEIPT = {
  version: 2,
  at: NOON,
  status: 'sent',
  level: 'high',
  tactics: ['impact'],
  detail: 'Sent.',
  told: { version: 2, at: NOON, level: 'high', risk: 80, tactics: [], detectors: [] },
};

test.each<[string, unknown, unknown]>([
  ['a receipt', { pk: 'receipt#x', sk: 'email', expires: 1, ...RECEIPT }, RECEIPT],
  [
    'a receipt of a summary',
    { ...RECEIPT, level: '', told: { ...RECEIPT.told, level: '' } },
    { ...RECEIPT, level: '', told: { ...RECEIPT.told, level: '' } },
  ],
  ['a receipt of another shape', { ...RECEIPT, told: 'yes' }, undefined],
  ['no receipt', {}, undefined],
])('%s', (_name, row, expected) => {
  expect(readReceipt(row)).toEqual(expected);
});

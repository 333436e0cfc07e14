import { TouchedResources } from '../../../core/outputs/resources.ts';

const HOUR = 3_600_000;
const bucket = (name: string) => ({ type: 'bucket', name });
const at = (opened: number, updated: number, principal = 'alice') => ({ principal, opened: opened * HOUR, updated: updated * HOUR });

test('an incident is told what its principal touched in its time', () => {
  const touched = new TouchedResources();
  touched.add('alice', HOUR, [bucket('a'), bucket('b')]);
  touched.add('bob', HOUR, [bucket('c')]);
  touched.add('alice', 3 * HOUR, [bucket('a')]);
  touched.add('alice', 60 * HOUR, [bucket('d'), { type: 'user', name: 'd' }]);
  expect(touched.of(at(0, 4))).toEqual([bucket('a'), bucket('b')]);
  expect(touched.of(at(50, 70))).toEqual([bucket('d'), { type: 'user', name: 'd' }]);
  expect(touched.of(at(0, 70))).toEqual([bucket('a'), bucket('b'), bucket('d'), { type: 'user', name: 'd' }]);
  expect(touched.of(at(0, 70, 'carol'))).toEqual([]);
});

test('is bounded, whatever is touched', () => {
  const touched = new TouchedResources();
  for (let n = 0; n < 1000; n += 1) touched.add('alice', HOUR, [bucket(`b${n}`)]);
  expect(touched.of(at(0, 4))).toHaveLength(50);
});

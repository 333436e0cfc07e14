import { compareControls, controlTitle } from '../../report/controls.ts';

test('every control from 4.1 to 4.16 has a title, and no other text has', () => {
  const controls = Array.from({ length: 16 }, (_, index) => `4.${index + 1}`);
  expect(controls.filter((control) => controlTitle(control) === '')).toEqual([]);
  expect(['4.17', '', 'constructor', '__proto__'].map(controlTitle)).toEqual(['', '', '', '']);
});

test('controls stand in the order of the benchmark, unknown ones last', () => {
  expect(['4.10', 'x', '4.2', '4.16', '4.1'].sort(compareControls)).toEqual(['4.1', '4.2', '4.10', '4.16', 'x']);
});

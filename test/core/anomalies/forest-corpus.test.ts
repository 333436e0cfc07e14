import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { areaUnderCurve, forestAreas, mean, outlierSets, SEEDS } from '../../../bench/outlier-sets.ts';
import { ROOT } from '../../command/run.ts';

/** Labelled sets of others, to check against: not part of the project, looked for beside it. */
const SETS = join(process.env.TRAILWARDEN_CORPUS ?? join(ROOT, '..', 'shared', 'data'), 'iforest');

test.each([
  ['all outliers above the rest', [1, 2, 3, 9], [false, false, false, true], 1],
  ['all below', [5, 6, 1], [false, false, true], 0],
  ['one of three below', [1, 2, 3, 4], [false, false, true, false], 2 / 3],
  ['ties count half', [1, 1, 1, 1], [true, false, true, false], 0.5],
])('area under the curve: %s', (_what, scores, isOutlier, area) => {
  expect(areaUnderCurve(scores, isOutlier)).toBeCloseTo(area, 12);
});

if (existsSync(SETS)) {
  const sets = outlierSets(SETS);

  test('there are sets to check against', () => {
    expect(sets.length).toBeGreaterThanOrEqual(5);
  });

  test.each(sets.map((set) => [set.name, set] as const))('%s: the area is within 0.02 of scikit-learn', (_name, set) => {
    expect(Math.abs(mean(forestAreas(set, SEEDS)) - set.reference)).toBeLessThanOrEqual(0.02);
  });
} else {
  test('the labelled sets are not here: what they would show was not checked', () => {
    console.log(`No labelled sets at ${SETS}; set TRAILWARDEN_CORPUS to the folder above them to check against them.`);
    expect(existsSync(SETS)).toBe(false);
  });
}

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { baselineDetector, bestThreshold, findings, globalZ, type LabelledSeries, nabScore, readNab } from '../../bench/nab-score.ts';
import { ROOT } from '../command/run.ts';

const HOUR = 3_600_000;

/** A hundred rows of which the first fifteen are for learning, with one window from 40 to 49. */
const made: LabelledSeries = {
  name: 'made',
  rows: Array.from({ length: 100 }, (_, row) => ({ time: row * HOUR, value: row === 45 ? 50 : row % 2 })),
  windows: [[40, 49]],
  probation: 15,
};

const alarms = (...rows: readonly number[]) => [Float64Array.from(made.rows, (_, row) => (rows.includes(row) ? 1 : 0))];
const sigma = (place: number) => 2 / (1 + Math.exp(5 * place)) - 1;
const score = (raw: number) => (100 * (raw + 1)) / 2;

describe('the scores', () => {
  test.each<[name: string, rows: readonly number[], expected: number]>([
    ['no alarm', [], 0],
    ['one at the beginning of the window', [40], 100],
    ['a late one', [49], score(sigma(-0.1) / sigma(-1))],
    ['an early and a late one', [40, 49], 100],
    ['one while it learns', [3], 0],
    ['one long before', [20], score(-1 - 0.11)],
    ['one soon after', [40, 52], score(1 + 0.11 * sigma(3 / 9))],
    ['one long after', [40, 99], score(1 - 0.11)],
  ])('of the benchmark: %s', (_name, rows, expected) => {
    expect(nabScore([made], alarms(...rows), 0.5)).toBeCloseTo(expected, 9);
  });

  test('of windows and alarms', () => {
    expect(findings([made], alarms(3, 20, 21, 23, 41, 42), 0.5)).toEqual({
      ...{ found: 1, missed: 0, falseAlarms: 2, falseRows: 3 },
      ...{ precision: 1 / 3, recall: 1, f1: 0.5 },
    });
  });

  test('the global z-score and the baseline see the one wild row', () => {
    for (const detector of [globalZ, baselineDetector(3.5)]) {
      expect(findings([made], [detector(made)], 3)).toMatchObject({ found: 1, falseAlarms: 0 });
    }
  });
});

const FOLDER = join(process.env.TRAILWARDEN_CORPUS ?? join(ROOT, '..', 'shared', 'data'), 'nab');

if (existsSync(FOLDER)) {
  test('on the labelled series the baseline is clearly better than a global z-score', () => {
    const all = readNab(FOLDER) as LabelledSeries[];
    expect(all).toHaveLength(24);
    const [ours, plain] = [baselineDetector(3.5), globalZ].map((detector) => all.map(detector)) as [Float64Array[], Float64Array[]];
    const found = findings(all, ours, 3.5);
    expect(found.f1).toBeGreaterThan(1.8 * findings(all, plain, 3).f1);
    expect(found.f1).toBeGreaterThan(0.48);
    expect(nabScore(all, ours, 3.5)).toBeGreaterThan(57);
    expect(nabScore(all, ours, 3.5)).toBeGreaterThan(nabScore(all, plain, bestThreshold(all, plain)));
  });
} else {
  test(`there is no ${FOLDER}: only what is made up was checked`, () => {
    expect(readNab(FOLDER)).toBeNull();
  });
}

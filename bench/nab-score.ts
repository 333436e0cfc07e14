// The labelled series of the Numenta Anomaly Benchmark, and what detectors make of them.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Baseline } from '../core/anomalies/series.ts';
import { DAY } from '../core/anomalies/spells.ts';

interface Row {
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly value: number;
}

/** A labelled stretch, as first and last row. */
type Stretch = readonly [from: number, to: number];

export interface LabelledSeries {
  readonly name: string;
  readonly rows: readonly Row[];
  readonly windows: readonly Stretch[];
  /** Rows at the beginning that are for learning, and not scored: 15 %, at most 750. */
  readonly probation: number;
}

/** Gives each row a score: the farther out, the higher; 0 for a row that is as usual. */
export type Detector = (series: LabelledSeries) => Float64Array;

/** The labelled series below a folder with `windows.json`; null when there is no such folder. */
export function readNab(folder: string): LabelledSeries[] | null {
  const labels = join(folder, 'windows.json');
  if (!existsSync(labels)) return null;
  const windows = JSON.parse(readFileSync(labels, 'utf8')) as Record<string, readonly (readonly [string, string])[]>;
  return Object.entries(windows).map(([name, stretches]) => {
    const lines = readFileSync(join(folder, name), 'utf8').trim().split(/\r?\n/).slice(1);
    const rows = lines.map((line) => {
      const [time, value] = line.split(',') as [string, string];
      return { time: timeOf(time), value: Number(value) };
    });
    return {
      name,
      rows,
      windows: stretches.map(([from, to]) => [
        rows.findIndex(({ time }) => time >= timeOf(from)),
        rows.findLastIndex(({ time }) => time <= timeOf(to)),
      ]),
      probation: Math.min(Math.floor(0.15 * rows.length), 750),
    };
  });
}

function timeOf(text: string): number {
  return Date.parse(`${text.slice(0, 19).replace(' ', 'T')}Z`);
}

/** Trailwarden's own, with the series' own interval; the rows of probation are its learning period. */
export function baselineDetector(threshold: number): Detector {
  return ({ rows, probation }) => {
    const steps = rows.slice(1).map(({ time }, i) => time - (rows[i] as Row).time);
    const interval = steps.filter((step) => step > 0).sort((a, b) => a - b)[steps.length >> 1] as number;
    const first = Math.floor((rows[0] as Row).time / interval);
    const length = Math.floor((rows.at(-1) as Row).time / interval) - first + 1;
    const span = Math.round((56 * DAY) / interval);
    const values = new Float64Array(length).fill(Number.NaN);
    return Float64Array.from(rows, ({ time, value }, row) => {
      const at = Math.floor(time / interval) - first;
      const from = Math.max(0, at - span);
      const shape = { of: 'values', interval, learning: 0, threshold, rarity: 0, burst: 0 } as const;
      const found = row < probation ? null : new Baseline(values.subarray(from, at), first + from, shape).judge(value);
      values[at] = value;
      return Math.abs(found?.z ?? 0);
    });
  };
}

/** |x − mean| / standard deviation over the whole series, the future included. */
export const globalZ: Detector = ({ rows }) => {
  const mean = rows.reduce((sum, { value }) => sum + value, 0) / rows.length;
  const deviation = Math.sqrt(rows.reduce((sum, { value }) => sum + (value - mean) ** 2, 0) / rows.length);
  return Float64Array.from(rows, ({ value }) => (deviation === 0 ? 0 : Math.abs(value - mean) / deviation));
};

export interface Found {
  /** Windows with an alarm in them, and without. */
  readonly found: number;
  readonly missed: number;
  /** False alarms: runs of rows above the threshold outside the windows. */
  readonly falseAlarms: number;
  /** The rows of those. */
  readonly falseRows: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

/** Which windows a threshold finds, and at what price. */
export function findings(all: readonly LabelledSeries[], scores: readonly Float64Array[], threshold: number): Found {
  let [found, missed, falseAlarms, falseRows] = [0, 0, 0, 0];
  for (const [i, { rows, windows, probation }] of all.entries()) {
    const hit = new Set<Stretch>();
    let before = false;
    for (let row = probation; row < rows.length; row += 1) {
      const isAlarm = ((scores[i] as Float64Array)[row] as number) > threshold;
      const window = windows.find(([from, to]) => row >= from && row <= to);
      if (isAlarm && window !== undefined) hit.add(window);
      if (isAlarm && window === undefined) {
        falseRows += 1;
        if (!before) falseAlarms += 1;
      }
      before = isAlarm && window === undefined;
    }
    found += hit.size;
    missed += windows.length - hit.size;
  }
  const precision = found / Math.max(1, found + falseAlarms);
  const recall = found / (found + missed);
  return { found, missed, falseAlarms, falseRows, precision, recall, f1: (2 * found) / (2 * found + falseAlarms + missed) };
}

const WEIGHTS = { found: 1, falseAlarm: 0.11, missed: 1 } as const;

/**
 * The benchmark's score with its standard profile: a window gives σ(y) of its first alarm at relative place y (−1 its left, 0 its right edge), or
 * −1 when missed; every row above the threshold outside costs 0.11 · σ(y), y counted in windows from the end of the last one; 0 is
 * the score of no alarm at all, 100 that of an alarm at the very beginning of each window and nowhere else.
 * @see Lavin and Ahmad, Evaluating Real-time Anomaly Detection Algorithms: the Numenta Anomaly Benchmark, 2015, section II.C
 */
export function nabScore(all: readonly LabelledSeries[], scores: readonly Float64Array[], threshold: number): number {
  let raw = 0;
  let count = 0;
  for (const [i, { rows, windows, probation }] of all.entries()) {
    const best = windows.map(() => -WEIGHTS.missed);
    count += windows.length;
    for (let row = probation; row < rows.length; row += 1) {
      if (!(((scores[i] as Float64Array)[row] as number) > threshold)) continue;
      const inside = windows.findIndex(([from, to]) => row >= from && row <= to);
      const [from, to] = windows[inside] ?? windows.findLast(([, end]) => end < row) ?? [0, 0];
      if (inside >= 0) {
        const score = (WEIGHTS.found * sigma(-(to - row + 1) / (to - from + 1))) / sigma(-1);
        best[inside] = Math.max(best[inside] as number, score);
      } else raw += WEIGHTS.falseAlarm * (to === 0 ? -1 : sigma((row - to) / (to - from)));
    }
    raw += best.reduce((sum, one) => sum + one, 0);
  }
  return (100 * (raw + count * WEIGHTS.missed)) / (count * (WEIGHTS.found + WEIGHTS.missed));
}

function sigma(place: number): number {
  return place > 3 ? -1 : 2 / (1 + Math.exp(5 * place)) - 1;
}

/** The threshold with the highest {@link nabScore}: the benchmark chooses one for each detector, over all series. */
export function bestThreshold(all: readonly LabelledSeries[], scores: readonly Float64Array[]): number {
  const tried = [...new Set(scores.flatMap((one) => [...one].map((score) => Math.round(score * 10) / 10)))].filter((score) => score <= 200);
  return tried.reduce((best, one) => (nabScore(all, scores, one) > nabScore(all, scores, best) ? one : best), 3);
}

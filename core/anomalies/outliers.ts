import type { Anomaly } from './anomaly.ts';
import { rounded } from './behaviour.ts';
import { CALLS, FEATURES, NIGHT_SHARE } from './outlier-features.ts';
import { OutlierForest, type Remembered } from './outlier-forest.ts';
import { outlierAnomaly } from './outlier-text.ts';
import type { OutlierVector } from './outlier-windows.ts';
import { type QuietHours, quietHours } from './quiet-hours.ts';
import { DAY } from './spells.ts';
import { textHash } from './text-hash.ts';

export interface OutlierOptions {
  /** Days before the one judged that a forest is trained on. @default 14 */
  readonly days: number;
  /** Windows of a day that are remembered, of each kind and length. @default 128 */
  readonly perDay: number;
  /** Windows without which nothing is judged. @default 256 */
  readonly leastWindows: number;
  /** Days without which nothing is judged. @default 3 */
  readonly leastDays: number;
  /** Share of the history that lies at or below the threshold. @default 0.995 */
  readonly quantile: number;
  /** Isolation score that an outlier is above in any case. @default 0.6 */
  readonly leastScore: number;
}

export const OUTLIER_OPTIONS: OutlierOptions = { days: 14, perDay: 128, leastWindows: 256, leastDays: 3, quantile: 0.995, leastScore: 0.6 };

/** What is compared with each other, each with a history and a forest of its own. */
const SLOTS = ['principal-hour', 'principal-day', 'address-hour', 'address-day'] as const;

/** By number of the UTC day since 1970, ascending. */
type ByDay<T> = readonly (readonly [day: number, T])[];

/** The memory of an {@link OutlierModel} as JSON. */
export interface OutlierModelState {
  /** By kind and length, as `principal-hour`: of each day the windows with the smallest hashes. */
  readonly history: Readonly<Record<string, ByDay<readonly Remembered[]>>>;
  /** How many principals' hours there were, by hour of the UTC day. */
  readonly activity: ByDay<readonly number[]>;
}

/**
 * Judges closed windows of principals and of addresses against those of the days before, each kind and length by an isolation forest of its
 * own that is new at each UTC midnight. A forest follows from the history alone and is grown where it is needed, not kept. What
 * closed in a day changes nothing for that day: any order and any split of its windows give the same.
 */
export class OutlierModel {
  readonly #options: OutlierOptions;
  readonly #history = new Map<string, Map<number, Remembered[]>>(SLOTS.map((slot) => [slot, new Map()]));
  readonly #activity = new Map<number, number[]>();
  /** The last forest of each slot; null where the history of its day is too short. */
  readonly #forests = new Map<string, { readonly day: number; readonly forest: OutlierForest | null }>();

  constructor(options: Partial<OutlierOptions> = {}) {
    this.#options = { ...OUTLIER_OPTIONS, ...options };
  }

  /** Windows of other features, as another version remembers them, are left out. */
  static from(state: OutlierModelState, options: Partial<OutlierOptions> = {}): OutlierModel {
    const model = new OutlierModel(options);
    for (const slot of SLOTS) {
      const days = state.history[slot] ?? [];
      const known = days.map(([day, all]) => [day, all.filter((window) => window.length === FEATURES.length + 1)] as const);
      model.#history.set(slot, new Map(known));
    }
    for (const [day, hours] of state.activity) model.#activity.set(day, [...hours]);
    return model;
  }

  get state(): OutlierModelState {
    return {
      history: Object.fromEntries([...this.#history].map(([slot, days]) => [slot, [...days].sort(byDay)])),
      activity: [...this.#activity].sort(byDay),
    };
  }

  /**
   * Takes the windows that closed since the last time, in any order, and gives the outliers among them by time, kind and name. All
   * windows of a day must have been given before, or together with, the first of a later day.
   */
  take(vectors: readonly OutlierVector[]): Anomaly[] {
    const days = new Map<number, OutlierVector[]>();
    for (const vector of vectors) {
      const day = Math.floor(vector.from / DAY);
      const same = days.get(day);
      if (same === undefined) days.set(day, [vector]);
      else same.push(vector);
    }
    const anomalies: Anomaly[] = [];
    for (const [day, all] of [...days].sort(byDay)) {
      this.#forget(day);
      const quiet = this.#quietHours(day);
      for (const vector of all) {
        const values = withNightShare(vector, quiet);
        const anomaly = this.#judge(vector, values, day, quiet);
        if (anomaly !== null) anomalies.push(anomaly);
        this.#remember(vector, values, day);
      }
    }
    return anomalies.sort((a, b) => a.time - b.time || (a.cause.join('\n') < b.cause.join('\n') ? -1 : 1));
  }

  #judge(vector: OutlierVector, values: readonly number[], day: number, quiet: QuietHours): Anomaly | null {
    const { quantile, leastScore } = this.#options;
    const forest = this.#forest(slotOf(vector), day);
    if (forest === null) return null;
    const score = forest.score(values);
    // The threshold takes a walk of the whole history through the forest: only for what may be an outlier.
    if (score <= leastScore || score <= forest.threshold(quantile)) return null;
    const threshold = Math.max(leastScore, forest.threshold(quantile));
    return outlierAnomaly(vector, { values, score, threshold, quantile, forest, quiet });
  }

  #forest(slot: string, day: number): OutlierForest | null {
    const known = this.#forests.get(slot);
    if (known?.day === day) return known.forest;
    const { days, leastWindows, leastDays } = this.#options;
    const past = [...(this.#history.get(slot) as Map<number, Remembered[]>)].filter(([one]) => one < day && one >= day - days).sort(byDay);
    const windows = past.flatMap(([, all]) => all);
    const forest = past.length < leastDays || windows.length < leastWindows ? null : new OutlierForest(windows, past.length, day);
    this.#forests.set(slot, { day, forest });
    return forest;
  }

  /** Keeps of each day the windows with the smallest hashes: a fair sample, and the same in whatever order they come. */
  #remember({ entity, length, from, clock }: OutlierVector, values: readonly number[], day: number): void {
    if (entity.kind === 'principal' && length === 'hour') {
      const activity = this.#activity.get(day) ?? Array.from({ length: 24 }, () => 0);
      this.#activity.set(day, activity);
      activity[clock[0] as number] = (activity[clock[0] as number] as number) + 1;
    }
    const history = this.#history.get(slotOf({ entity, length })) as Map<number, Remembered[]>;
    const sample = history.get(day) ?? [];
    history.set(day, sample);
    const key = `${from} ${entity.name}`;
    const window: Remembered = [textHash(key) * 0x10_0000 + (textHash(key, 1) >>> 12), ...values];
    let i = sample.length;
    while (i > 0 && inOrder(window, sample[i - 1] as Remembered) < 0) i -= 1;
    if (i >= this.#options.perDay) return;
    sample.splice(i, 0, window);
    if (sample.length > this.#options.perDay) sample.pop();
  }

  #quietHours(day: number): QuietHours {
    const past = [...this.#activity].filter(([one]) => one < day && one >= day - this.#options.days);
    if (past.length < this.#options.leastDays) return quietHours(null);
    return quietHours(Array.from({ length: 24 }, (_, hour) => past.reduce((sum, [, hours]) => sum + (hours[hour] as number), 0)));
  }

  #forget(day: number): void {
    for (const days of [...this.#history.values(), this.#activity]) {
      for (const past of days.keys()) if (past < day - this.#options.days) days.delete(past);
    }
  }
}

function slotOf({ entity, length }: Pick<OutlierVector, 'entity' | 'length'>): string {
  return `${entity.kind}-${length}`;
}

function withNightShare({ values, clock }: OutlierVector, quiet: QuietHours): number[] {
  let calls = 0;
  for (let i = 0; i < clock.length; i += 2) if ((quiet.bits & (1 << (clock[i] as number))) !== 0) calls += clock[i + 1] as number;
  return values.with(NIGHT_SHARE, rounded(calls / (values[CALLS] as number)));
}

function byDay([a]: readonly [number, unknown], [b]: readonly [number, unknown]): number {
  return a - b;
}

/** By hash; windows whose hashes are the same by their values. */
function inOrder(a: Remembered, b: Remembered): number {
  const differs = a.findIndex((value, i) => value !== b[i]);
  return differs < 0 ? 0 : (a[differs] as number) - (b[differs] as number);
}

import { fitCounts, tailOf, usualMost, zOfTail } from './count-model.ts';
import { ALL_HOURS, RUNGS, type Rung, type SlotName, WEEK } from './hour-slots.ts';
import { type Usual, usualOf } from './robust.ts';
import { DAY, HOUR } from './spells.ts';

/** What a series consists of, and when an interval of it is unusual. */
export interface SeriesShape {
  /** Counts of events, of which only more than usual is unusual; or values of a metric, which can be too low as well. */
  readonly of: 'counts' | 'values';
  /** Length of an interval, milliseconds, at most an hour. Intervals are numbered from 1970 on. */
  readonly interval: number;
  /** How many intervals with data must have been seen before one is judged. */
  readonly learning: number;
  /** Robust z above which an interval is unusual; for 3.5 see Iglewicz and Hoaglin, How to Detect and Handle Outliers, 1993. */
  readonly threshold: number;
  /** Of counts in hours that are mostly zero: the probability below which one is unusual. */
  readonly rarity: number;
  /** Of such counts: what may come in one interval without being a surprise, even where there was never anything. */
  readonly burst: number;
}

/** What is usual in a slot. */
export interface SlotUsual extends Usual {
  readonly slot: SlotName;
  readonly observations: number;
}

/** How an unusual interval stands out. */
export interface Judgement extends SlotUsual {
  readonly model: 'robust z' | 'counts';
  /** The band that is usual. */
  readonly low: number;
  readonly high: number;
  /** (x − median) / spread; of a count in hours that are mostly zero the z that is as improbable. */
  readonly z: number;
}

const LEAST_OBSERVATIONS = 6;
/** Days that a slot's observations must come from besides the one in hand: where an hour has many intervals, no day vouches for itself. */
const LEAST_DAYS = 2;
/** What was as far out more often than once in this time is no surprise, however far it is. */
const RARE = 14 * DAY;
/** Of a metric, which may have no noise at all: its least spread, as a share of the median. */
const LEAST_OF_MEDIAN = 0.02;
/** Counters stop here. */
export const MOST_COUNTED = 1_000_000;

/** The observations of an hour of the week. */
interface Group {
  readonly values: number[];
  zeros: number;
  /** Days that they are of, besides the one in hand. */
  days: number;
  lastDay: number;
  /** The values, ascending, once they were asked for. */
  sorted?: Float64Array;
}

interface Slot extends SlotUsual {
  /** Ascending. */
  readonly values: Float64Array;
}

/**
 * What is usual in a series, learned from the intervals before the one to be judged: median and spread of its hour of the week; with fewer
 * than six observations there of that hour on workdays or on weekends, then of that hour on any day, then of all. Hours are in UTC.
 */
export class Baseline {
  readonly #shape: SeriesShape;
  readonly #end: number;
  readonly #observations: number;
  /** By hour of the week. */
  readonly #groups: (Group | undefined)[] = new Array(WEEK).fill(undefined);
  readonly #rungs: (Rung | undefined)[] = new Array(WEEK).fill(undefined);
  readonly #slots = new Map<Rung, Slot>();
  #typicalSpread: number | undefined;

  /** `values` are those of the intervals from `first` on up to the one to be judged, NaN where there is no data. */
  constructor(values: ArrayLike<number>, first: number, shape: SeriesShape) {
    this.#shape = shape;
    this.#end = first + values.length;
    const { interval } = shape;
    const today = Math.floor((this.#end * interval) / DAY);
    let observations = 0;
    let group: Group | undefined;
    let hour = Math.floor((first * interval) / HOUR);
    let hourEnds = hour * HOUR;
    hour -= 1;
    for (let i = 0; i < values.length; i += 1) {
      // An interval is at most an hour: it is the next hour that begins.
      if ((first + i) * interval >= hourEnds) {
        hour += 1;
        hourEnds += HOUR;
        group = this.#groups[hour % WEEK];
        if (group === undefined) {
          group = { values: [], zeros: 0, days: 0, lastDay: today };
          this.#groups[hour % WEEK] = group;
        }
      }
      const value = values[i] as number;
      // NaN is neither.
      if (!(value >= 0 || value < 0) || group === undefined) continue;
      observations += 1;
      group.values.push(value);
      if (value === 0) group.zeros += 1;
      const day = (hour - (hour % 24)) / 24;
      if (day !== group.lastDay && day !== today) group.days += 1;
      group.lastDay = day;
    }
    this.#observations = observations;
  }

  /** What is usual in an interval; null while it learns. */
  usual(index: number): (SlotUsual & Pick<Judgement, 'low' | 'high'>) | null {
    if (this.#isLearning) return null;
    const hour = this.#hourOfWeek(index);
    const slot = this.#slot(hour);
    if (this.#isQuiet(hour)) return { ...named(slot), low: 0, high: usualMost(this.#quietModel().model, this.#shape.rarity, MOST_COUNTED) };
    const spread = this.#least(slot, slot.slot);
    return { ...named(slot), spread, ...this.#band(slot.median, spread) };
  }

  /** How the value of the interval that follows those learned from stands out; null when it does not, or while it learns. */
  judge(value: number): Judgement | null {
    if (this.#isLearning) return null;
    const hour = this.#hourOfWeek(this.#end);
    return this.#isQuiet(hour) ? this.#judgeCount(value, hour) : this.#judgeValue(value, this.#slot(hour));
  }

  get #isLearning(): boolean {
    return this.#observations === 0 || this.#observations < this.#shape.learning;
  }

  #judgeValue(value: number, slot: Slot): Judgement | null {
    const { threshold } = this.#shape;
    const isFar = (spread: number): boolean => Math.abs(value - slot.median) > threshold * spread;
    // The typical spread takes a look at all slots: only for what may be unusual.
    if ((this.#shape.of === 'counts' && value < slot.median) || !isFar(slot.spread)) return null;
    const spread = this.#least(slot, slot.slot);
    const z = (value - slot.median) / spread;
    if (!isFar(spread) || !this.#isRare(z)) return null;
    return { ...named(slot), spread, model: 'robust z', ...this.#band(slot.median, spread), z };
  }

  #judgeCount(count: number, hour: number): Judgement | null {
    const { rarity, burst } = this.#shape;
    if (count <= burst) return null;
    const { model, counts, observations } = this.#quietModel();
    const tail = tailOf(model, count);
    const asMany = counts.findIndex((other) => other < count);
    if (tail >= rarity || (asMany < 0 ? counts.length : asMany) > this.#allowed) return null;
    const slot = named(this.#slot(hour));
    return { ...slot, observations, model: 'counts', low: 0, high: usualMost(model, rarity, MOST_COUNTED), z: zOfTail(tail) };
  }

  /** The hours that are quiet as a rule are one set: in each of them alone there is next to nothing to learn from. */
  #quietModel() {
    const counts: number[] = [];
    let observations = 0;
    for (let hour = 0; hour < WEEK; hour += 1) {
      const group = this.#groups[hour];
      if (group === undefined || !this.#isQuiet(hour)) continue;
      observations += group.values.length;
      if (group.zeros < group.values.length) for (const value of group.values) if (value > 0) counts.push(value);
    }
    counts.sort((a, b) => b - a);
    // The rarest hours are what is looked for: were they learned from, the second would be no surprise.
    return { model: fitCounts(observations, counts.slice(this.#allowed), this.#shape.burst), counts, observations };
  }

  /** Whether few enough intervals were as far, on the same side, from what the others of their slot were. */
  #isRare(z: number): boolean {
    const allowed = this.#allowed;
    let times = 0;
    for (let hour = 0; hour < WEEK; hour += 1) {
      const group = this.#groups[hour];
      if (group === undefined || group.values.length === 0 || this.#isQuiet(hour)) continue;
      const slot = this.#slot(hour);
      if (slot.values.length < 2) continue;
      const values = sortedOf(group);
      // The farther out a value is, the less of the spread is left without it: after the first that is nearer, all are.
      for (let i = 0; i < values.length; i += 1) {
        const value = values[z > 0 ? values.length - 1 - i : i] as number;
        const others = usualOf(slot.values, positionOf(slot.values, value));
        const far = (value - others.median) / this.#least(others, slot.slot);
        if (z > 0 ? far < z : far > z) break;
        times += 1;
        if (times > allowed) return false;
      }
    }
    return true;
  }

  /** How often in the time learned from something may have been as far out, for it to be rare. */
  get #allowed(): number {
    return Math.floor((this.#observations * this.#shape.interval) / RARE);
  }

  /** Whether the median of an hour of the week's slot is 0: known without putting it in order. */
  #isQuiet(hour: number): boolean {
    if (this.#shape.of === 'values') return false;
    let [observations, zeros] = [0, 0];
    for (const one of this.#rung(hour)[1]) {
      observations += this.#groups[one]?.values.length ?? 0;
      zeros += this.#groups[one]?.zeros ?? 0;
    }
    return 2 * zeros > observations;
  }

  #band(median: number, spread: number): Pick<Judgement, 'low' | 'high'> {
    const { of, threshold } = this.#shape;
    const [low, high] = [median - threshold * spread, median + threshold * spread];
    return of === 'counts' ? { low: Math.max(0, Math.ceil(low)), high: Math.floor(high) } : { low, high };
  }

  #rung(hour: number): Rung {
    const known = this.#rungs[hour];
    if (known !== undefined) return known;
    const found = (RUNGS[hour] as readonly Rung[]).find(([, hours]) => {
      let [observations, days] = [0, 0];
      for (const one of hours) {
        observations += this.#groups[one]?.values.length ?? 0;
        days += this.#groups[one]?.days ?? 0;
      }
      return observations >= LEAST_OBSERVATIONS && days >= LEAST_DAYS;
    });
    const rung = found ?? ALL_HOURS;
    this.#rungs[hour] = rung;
    return rung;
  }

  #slot(hour: number): Slot {
    const rung = this.#rung(hour);
    const known = this.#slots.get(rung);
    if (known !== undefined) return known;
    const [slot, hours] = rung;
    const groups = hours.map((one) => this.#groups[one]).filter((group) => group !== undefined);
    const values = groups.length === 1 ? sortedOf(groups[0] as Group) : new Float64Array(groups.flatMap((group) => group.values)).sort();
    const { median, spread } = usualOf(values);
    const made: Slot = { slot, observations: values.length, median, spread: Math.max(spread, this.#chance(median)), values };
    this.#slots.set(rung, made);
    return made;
  }

  /** The spread, not below the typical one: that of a few observations can be small by chance. */
  #least({ median, spread }: Usual, name: SlotName): number {
    const typical = name === 'all hours' ? 0 : this.#typical * (this.#shape.of === 'counts' ? Math.sqrt(median) : 1);
    return Math.max(spread, typical, this.#chance(median));
  }

  /** What there is in any case: counts scatter at least as a Poisson's do, by √median. */
  #chance(median: number): number {
    if (this.#shape.of === 'counts') return Math.max(Math.sqrt(median), 1);
    return Math.max(LEAST_OF_MEDIAN * Math.abs(median), Number.MIN_VALUE);
  }

  /** The median of the spreads of all hours of the week; of counts in units of √median, as large ones scatter more. */
  get #typical(): number {
    if (this.#typicalSpread !== undefined) return this.#typicalSpread;
    const spreads: number[] = [];
    for (let hour = 0; hour < WEEK; hour += 1) {
      if ((this.#groups[hour]?.values.length ?? 0) === 0 || this.#isQuiet(hour)) continue;
      const slot = this.#slot(hour);
      spreads.push(this.#shape.of === 'counts' ? slot.spread / Math.sqrt(slot.median) : slot.spread);
    }
    this.#typicalSpread = spreads.length === 0 ? 0 : usualOf(Float64Array.from(spreads).sort()).median;
    return this.#typicalSpread;
  }

  #hourOfWeek(index: number): number {
    return Math.floor((index * this.#shape.interval) / HOUR) % WEEK;
  }
}

function sortedOf(group: Group): Float64Array {
  group.sorted ??= new Float64Array(group.values).sort();
  return group.sorted;
}

/** Where a number stands among others in ascending order. */
function positionOf(sorted: Float64Array, value: number): number {
  let from = 0;
  let to = sorted.length;
  while (from < to) {
    const half = (from + to) >> 1;
    if ((sorted[half] as number) < value) from = half + 1;
    else to = half;
  }
  return from;
}

function named({ slot, observations, median, spread }: Slot): SlotUsual {
  return { slot, observations, median, spread };
}

import type { RoleTag } from '../config/schema.ts';
import type { Anomaly } from './anomaly.ts';
import { growthOf } from './growth.ts';
import { close, countIn, countsOf, forget, type HourCounts, noCounts, REMEMBERED } from './hour-counts.ts';
import { type Entity, type EntityKind, type Observation, VOLUMES, type Volume } from './observation.ts';
import { Baseline, type SeriesShape } from './series.ts';
import { DAY, FORGOTTEN, HOUR, hourOf, type Spell, spellAt, touch } from './spells.ts';
import { VOLUME_BARS } from './volume-bars.ts';
import { growthAnomaly, VOLUME_KINDS, volumeAnomaly } from './volume-text.ts';

export interface VolumeOptions {
  /** Days with data before an hour is judged. @default as {@link VOLUME_BARS}, like all below */
  readonly days?: number;
  /** Robust z above which an hour, or growth, is unusual: thousands of series are watched at once. */
  readonly threshold?: number;
  /** Probability of a count, in hours that are mostly zero, below which it is unusual. */
  readonly rarity?: number;
  /** How many times the median is unusual at least, whatever the spread. */
  readonly ratio?: number;
  /**
   * When nothing was delivered of an entity, [from, to) in milliseconds since 1970: an hour in it without a count is no zero. Only what has
   * ended before that which is judged is looked at: what is not over yet is not known in every split. @default none
   */
  readonly gaps?: (entity: Entity) => readonly (readonly [from: number, to: number])[];
}

/** One of the volumes of an entity, as JSON. */
export interface VolumeSeries extends HourCounts {
  /** The day of the last hour that is over, as long as it is not judged as a whole: days since 1970. */
  day?: number;
}

/** What is remembered of an entity, as JSON. */
export interface VolumeState {
  /** When it was there: what it did not do in that time are zeros. */
  spells: Spell[];
  series: Partial<Record<Volume, VolumeSeries>>;
  roleTag?: RoleTag;
}

/**
 * Console sign-ins, failed sign-ins, roles assumed, denied calls, secrets read, deletions and reads of data of principals, addresses, accounts and
 * regions, counted by the hour: hours with unusually many, and weeks with more and more. An hour is judged when it is over, from the
 * eight weeks before it.
 */
export class Volumes {
  readonly kinds: readonly EntityKind[] = ['principal', 'address', 'account', 'region'];
  readonly #options: Required<VolumeOptions>;

  constructor({
    days = VOLUME_BARS.days,
    threshold = VOLUME_BARS.threshold,
    rarity = VOLUME_BARS.rarity,
    ratio = VOLUME_BARS.ratio,
    gaps = () => [],
  }: VolumeOptions = {}) {
    this.#options = { days, threshold, rarity, ratio, gaps };
  }

  /** False for what AWS itself calls. An address is watched only for its volumes: most are seen once. */
  wants(kind: EntityKind, { agent, network, volumes }: Observation): boolean {
    return (agent !== '' || network !== '') && (kind !== 'address' || volumes !== 0);
  }

  empty(): VolumeState {
    return { spells: [], series: {} };
  }

  observe(state: VolumeState, { kind }: Pick<Entity, 'kind'>, { time, roleTag, volumes }: Observation, times = 1): void {
    touch(state, time, 0);
    if (volumes === 0) return;
    if (kind === 'principal') state.roleTag = roleTag;
    for (const [bit, volume] of VOLUMES.entries()) {
      if ((volumes & (1 << bit)) === 0) continue;
      state.series[volume] ??= noCounts();
      countIn(state.series[volume], hourOf(time), times);
    }
  }

  /** The end of the first hour that waits, or of the day whose hours are over. */
  due({ series }: VolumeState): number | undefined {
    let due: number | undefined;
    for (const { waiting, day } of Object.values(series)) {
      const end = Math.min(
        waiting.length === 0 ? Number.POSITIVE_INFINITY : ((waiting[0] as number) + 1) * HOUR,
        day === undefined ? Number.POSITIVE_INFINITY : (day + 1) * DAY,
      );
      if (end < (due ?? Number.POSITIVE_INFINITY)) due = end;
    }
    return due;
  }

  /** Judges the hours and the days that are over at the watermark. */
  advance(state: VolumeState, entity: Entity, watermark: number): Anomaly[] {
    const anomalies: Anomaly[] = [];
    for (const volume of VOLUMES) {
      const series = state.series[volume];
      if (series === undefined) continue;
      for (;;) {
        const hour = series.waiting[0];
        const { day } = series;
        if (day !== undefined && (day + 1) * DAY <= watermark && (hour === undefined || hour >= (day + 1) * 24)) {
          anomalies.push(...this.#judgeDay(state, entity, volume, series, day));
          delete series.day;
          continue;
        }
        if (hour === undefined || (hour + 1) * HOUR > watermark) break;
        anomalies.push(...this.#judgeHour(state, entity, volume, series));
        series.day = Math.floor(hour / 24);
        close(series);
      }
      if (watermark !== Number.POSITIVE_INFINITY) forget(series, hourOf(watermark));
      if (series.past.length === 0 && series.waiting.length === 0) delete state.series[volume];
    }
    const until = Math.min(hourOf(watermark), state.spells.at(-1)?.last ?? 0);
    state.spells = state.spells.filter(({ last }) => until - last <= FORGOTTEN);
    return anomalies.sort((a, b) => a.time - b.time);
  }

  /** Whether it did nothing for 90 days, and nothing waits. */
  isOver({ spells, series }: VolumeState, watermark: number): boolean {
    if (watermark === Number.POSITIVE_INFINITY) return false;
    if (Object.values(series).some(({ waiting, day }) => waiting.length > 0 || day !== undefined)) return false;
    return spells.every(({ last }) => hourOf(watermark) - last > FORGOTTEN);
  }

  /** Judges the first hour that waits. */
  #judgeHour(state: VolumeState, entity: Entity, volume: Volume, series: VolumeSeries): Anomaly[] {
    const [hour, count] = series.waiting as [number, number];
    if (count <= VOLUME_BARS.leastBursts * VOLUME_KINDS[volume].burst) return [];
    const { from, counts } = this.#counts(state, entity, series, hour, hour);
    const found = new Baseline(counts, from, this.#shape(volume)).judge(count);
    if (found === null || count < this.#options.ratio * found.median) return [];
    return [withTag(volumeAnomaly(entity, volume, hour, count, found, this.#options), state)];
  }

  #judgeDay(state: VolumeState, entity: Entity, volume: Volume, series: VolumeSeries, day: number): Anomaly[] {
    const end = (day + 1) * 24;
    const { from, counts } = this.#counts(state, entity, series, series.to - 1, end);
    const first = Math.ceil(from / 24);
    const days = Array.from({ length: Math.max(0, day + 1 - first) }, (_, i) => dayTotal(counts, (first + i) * 24 - from));
    if (days.length < this.#options.days) return [];
    const { threshold, ratio } = this.#options;
    const found = growthOf(days, { threshold, ratio, least: VOLUME_BARS.leastBursts * VOLUME_KINDS[volume].burst });
    if (found === null) return [];
    return [withTag(growthAnomaly(entity, volume, day, found, this.#options), state)];
  }

  /** What was counted before an hour, from when the entity appeared; `seen` is an hour in which it was there. */
  #counts({ spells }: VolumeState, entity: Entity, series: VolumeSeries, seen: number, to: number) {
    const since = spellAt(spells, (seen + 1) * HOUR - 1)?.start;
    const from = Math.min(to, Math.max(to - REMEMBERED, since === undefined ? to : hourOf(since)));
    const counts = countsOf(series, from, to);
    for (const [start, end] of this.#options.gaps(entity)) {
      if (end > to * HOUR) continue;
      for (let hour = Math.max(from, hourOf(start)); hour * HOUR < end; hour += 1) {
        if (counts[hour - from] === 0) counts[hour - from] = Number.NaN;
      }
    }
    return { from, counts };
  }

  #shape(volume: Volume): SeriesShape {
    const { days, threshold, rarity } = this.#options;
    return { of: 'counts', interval: HOUR, learning: days * 24, threshold, rarity, burst: VOLUME_KINDS[volume].burst };
  }
}

/** What a day's hours add up to, in proportion where some are without data; NaN where more than half are. */
function dayTotal(counts: Float64Array, at: number): number {
  let sum = 0;
  let hours = 0;
  for (let hour = at; hour < at + 24; hour += 1) {
    const count = counts[hour] as number;
    // NaN is not.
    if (!(count >= 0)) continue;
    sum += count;
    hours += 1;
  }
  return hours < 12 ? Number.NaN : (sum * 24) / hours;
}

function withTag(anomaly: Anomaly, { roleTag }: VolumeState): Anomaly {
  return roleTag === undefined ? anomaly : { ...anomaly, roleTag };
}

/** Time in hours: whether something is forgotten is judged by whole hours since 1970. */
export const HOUR = 3_600_000;
export const DAY = 86_400_000;
/** Hours after which what was not seen is forgotten: 90 days. */
export const FORGOTTEN = 90 * 24;

export function hourOf(time: number): number {
  return Math.floor(time / HOUR);
}

export function dayOf(time: number): number {
  return Math.floor(time / DAY);
}

/** How long something is watched before its detector speaks. */
export interface Learning {
  /** Days since its first event. @default 14 */
  readonly days?: number;
  /** Days on which it did something, before the day in hand. @default 5 */
  readonly activeDays?: number;
}

/** Activity with at most 90 days of quiet inside, as JSON. */
export interface Spell {
  /** Its first event, milliseconds since 1970. */
  start: number;
  /** Hour of its last event. */
  last: number;
  /** Its first days with events, days since 1970, ascending; as many as learning asks for. */
  days: number[];
}

/** Spells kept of one entity: 16 years of coming back after 90 days. */
const MOST_SPELLS = 64;

/**
 * Adds an event to the spells, which are in ascending order, and gives the spell that it belongs to. What it makes of all events does not depend on their order,
 * and neither does, once the watermark has passed a time, what is told of a spell up to that time.
 */
export function touch(of: { spells: Spell[] }, time: number, activeDays: number): Spell {
  const { spells } = of;
  const hour = hourOf(time);
  const latest = spells.at(-1);
  // Nearly always.
  if (latest !== undefined && time >= latest.start && hour - latest.last <= FORGOTTEN) {
    if (hour > latest.last) latest.last = hour;
    addDay(latest, Math.floor(hour / 24), activeDays);
    return latest;
  }
  let at = spells.length - 1;
  while (at >= 0 && hourOf((spells[at] as Spell).start) - hour > FORGOTTEN) at -= 1;
  const spell = spells[at];
  if (spell === undefined || hour - spell.last > FORGOTTEN) {
    const own: Spell = { start: time, last: hour, days: [dayOf(time)].slice(0, activeDays) };
    of.spells = spells.toSpliced(at + 1, 0, own).slice(0, MOST_SPELLS);
    return own;
  }
  if (time < spell.start) spell.start = time;
  if (hour > spell.last) spell.last = hour;
  addDay(spell, dayOf(time), activeDays);
  const before = spells[at - 1];
  if (before === undefined || hourOf(spell.start) - before.last > FORGOTTEN) return spell;
  before.last = Math.max(before.last, spell.last);
  for (const day of spell.days) addDay(before, day, activeDays);
  spells.splice(at, 1);
  return before;
}

function addDay(spell: Spell, day: number, most: number): void {
  const { days } = spell;
  let at = days.length;
  if (at >= most && (most === 0 || day >= (days[most - 1] as number))) return;
  while (at > 0 && (days[at - 1] as number) > day) at -= 1;
  if (at >= most || days[at - 1] === day) return;
  spell.days = days.toSpliced(at, 0, day).slice(0, most);
}

/** The spell that a time lies in. */
export function spellAt(spells: readonly Spell[], time: number): Spell | undefined {
  return spells.findLast(({ start, last }) => start <= time && last >= hourOf(time));
}

/** When a spell is known well enough to speak of what is new in it, milliseconds since 1970; Infinity while it is not. */
export function learnedAt({ start, days }: Spell, { days: watched = 14, activeDays = 5 }: Learning): number {
  const last = activeDays === 0 ? dayOf(start) - 1 : days[activeDays - 1];
  return last === undefined ? Number.POSITIVE_INFINITY : Math.max(start + watched * DAY, (last + 1) * DAY);
}

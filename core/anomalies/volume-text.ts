import { isoTime } from '../records/time.ts';
import type { Anomaly } from './anomaly.ts';
import { type Growth, LEVEL_DAYS } from './growth.ts';
import type { SlotName } from './hour-slots.ts';
import type { Entity, Volume } from './observation.ts';
import type { Judgement } from './series.ts';
import { DAY, HOUR } from './spells.ts';

interface VolumeKind {
  readonly title: string;
  readonly growing: string;
  /** One of them, and several. */
  readonly things: readonly [string, string];
  readonly tactics: readonly string[];
  readonly techniques: readonly string[];
  /** What may come in one hour without being a surprise, even where there was never any. */
  readonly burst: number;
  /** From how many in an hour on a principal's are grave, if they are far above what is usual; never without. */
  readonly grave?: number;
}

export const VOLUME_KINDS: Readonly<Record<Volume, VolumeKind>> = {
  'console-logins': {
    title: 'Unusually many console sign-ins',
    growing: 'More and more console sign-ins',
    things: ['console sign-in', 'console sign-ins'],
    tactics: ['initial-access'],
    techniques: ['T1078.004'],
    burst: 3,
  },
  'failed-logins': {
    title: 'Unusually many failed sign-ins',
    growing: 'More and more failed sign-ins',
    things: ['failed sign-in', 'failed sign-ins'],
    tactics: ['credential-access'],
    techniques: ['T1110'],
    burst: 3,
    grave: 30,
  },
  'assume-role': {
    title: 'Unusually many roles assumed',
    growing: 'More and more assumed roles',
    things: ['assumed role', 'assumed roles'],
    tactics: ['lateral-movement'],
    techniques: ['T1550.001'],
    burst: 5,
  },
  'denied-calls': {
    title: 'Unusually many denied calls',
    growing: 'More and more denied calls',
    things: ['denied call', 'denied calls'],
    tactics: ['discovery'],
    techniques: ['T1580'],
    burst: 5,
  },
  'secret-reads': {
    title: 'Unusually many secrets read',
    growing: 'More and more secrets read',
    things: ['read of a secret', 'reads of secrets'],
    tactics: ['credential-access'],
    techniques: ['T1555.006'],
    burst: 3,
    grave: 30,
  },
  deletes: {
    title: 'Unusually many deletions',
    growing: 'More and more deletions',
    things: ['deletion', 'deletions'],
    tactics: ['impact'],
    techniques: ['T1485'],
    burst: 5,
    grave: 50,
  },
  'data-reads': {
    title: 'Unusually many reads of data',
    growing: 'More and more reads of data',
    things: ['read of data', 'reads of data'],
    tactics: ['collection', 'exfiltration'],
    techniques: ['T1530'],
    burst: 20,
    grave: 500,
  },
};

/** How sure it is, by how much alike the hours are that it is compared with. */
const CONFIDENCE: Readonly<Record<SlotName, number>> = {
  'hour of the week': 0.8,
  'hour of workdays': 0.75,
  'hour of weekends': 0.75,
  'hour of the day': 0.7,
  'all hours': 0.6,
};
const CONFIDENCE_OF_GROWTH = 0.6;

/** How many times what is usual at most makes many grave. */
const FAR_ABOVE = 3;
const LONGEST_NAME = 200;

/** What the thresholds were that something lies above. */
export interface Bars {
  readonly threshold: number;
  readonly rarity: number;
}

/** The anomaly of an hour that is over. */
export function volumeAnomaly(entity: Entity, volume: Volume, hour: number, count: number, found: Judgement, bars: Bars): Anomaly {
  const { title, things, grave } = VOLUME_KINDS[volume];
  const { slot, observations, median, spread, low, high, z, model } = found;
  const [from, to] = [hour * HOUR, (hour + 1) * HOUR];
  const isGrave = entity.kind === 'principal' && grave !== undefined && count >= grave && count > FAR_ABOVE * high;
  const when = model === 'counts' ? 'in hours that are mostly without any' : slotText(slot, hour);
  return {
    ...aboutOf(entity),
    detector: `anomaly:volume:${volume}`,
    title,
    text: `${subject(entity)} ${plural(things, count)} in the hour from ${isoTime(from)}; ${band(low, high)} are usual ${when}.`,
    level: isGrave ? 'medium' : 'low',
    confidence: CONFIDENCE[slot],
    tactics: VOLUME_KINDS[volume].tactics,
    techniques: VOLUME_KINDS[volume].techniques,
    time: to,
    window: [from, to],
    observed: count,
    expected: band(low, high),
    score: rounded(z),
    reasons:
      model === 'counts'
        ? [
            `So many in one hour have a probability below ${bars.rarity} after the ${observations} such hours before, as rare as a z of ${rounded(z, 1)}.`,
          ]
        : [
            `The median of the ${observations} hours compared with is ${rounded(median, 1)}, their spread ${rounded(spread, 1)}.`,
            `The robust z is ${rounded(z, 1)}; above ${bars.threshold} is unusual.`,
          ],
    cause: [volume, entity.kind, entity.name, isoTime(from)],
  };
}

/** The anomaly of a week whose days lie above those before. */
export function growthAnomaly(entity: Entity, volume: Volume, day: number, found: Growth, bars: Bars): Anomaly {
  const { growing, things, tactics, techniques } = VOLUME_KINDS[volume];
  const { level, median, low, high, z, observations } = found;
  const to = (day + 1) * DAY;
  return {
    ...aboutOf(entity),
    detector: `anomaly:growth:${volume}`,
    title: growing,
    text: `${subject(entity)} ${plural(things, rounded(level, 1))} on the median day of the week up to ${isoTime(to - DAY).slice(0, 10)}; ${band(low, high)} a day are usual.`,
    level: 'low',
    confidence: CONFIDENCE_OF_GROWTH,
    tactics,
    techniques,
    time: to,
    window: [to - LEVEL_DAYS * DAY, to],
    observed: rounded(level),
    expected: band(low, high),
    score: rounded(z),
    reasons: [
      `The median of the ${observations} such weeks that ended before is ${rounded(median, 1)} a day.`,
      `The robust z is ${rounded(z, 1)}; above ${bars.threshold} is unusual.`,
    ],
    cause: [volume, entity.kind, entity.name, isoTime(to - DAY).slice(0, 10)],
  };
}

const ARN_ACCOUNT = /^arn:[^:]*:[^:]*:[^:]*:(\d{12}):/;

/** Whom it is about; an account's, an address's or a region's volume is of nobody in particular. */
export function aboutOf({ kind, name }: Entity) {
  return {
    entity: { kind, name },
    principal: kind === 'principal' ? name : '',
    roleTag: 'unknown' as Anomaly['roleTag'],
    account: kind === 'account' ? name : kind === 'principal' ? (ARN_ACCOUNT.exec(name)?.[1] ?? '') : '',
    region: kind === 'region' ? name : '',
    address: kind === 'address' ? name : '',
    eventID: '',
  };
}

function subject({ kind, name }: Entity): string {
  const shown = name.slice(0, LONGEST_NAME);
  switch (kind) {
    case 'account':
      return `In account ${shown} there were`;
    case 'region':
      return `In region ${shown} there were`;
    case 'address':
      return `From ${shown} there were`;
    default:
      return `${shown} had`;
  }
}

const WEEKDAYS = ['Thursdays', 'Fridays', 'Saturdays', 'Sundays', 'Mondays', 'Tuesdays', 'Wednesdays'] as const;

function slotText(slot: SlotName, hour: number): string {
  switch (slot) {
    case 'hour of the week':
      return `at that hour on ${WEEKDAYS[Math.floor(hour / 24) % 7]}`;
    case 'hour of workdays':
      return 'at that hour of workdays';
    case 'hour of weekends':
      return 'at that hour of weekends';
    case 'hour of the day':
      return 'at that hour of the day';
    case 'all hours':
      return 'in an hour';
  }
}

function plural([one, several]: readonly [string, string], count: number): string {
  return `${count} ${count === 1 ? one : several}`;
}

function band(low: number, high: number): string {
  return `${low}-${high}`;
}

function rounded(value: number, decimals = 3): number {
  const factor = 10 ** decimals;
  return Math.round(value * factor) / factor;
}

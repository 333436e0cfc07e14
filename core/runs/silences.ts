import type { Arrivals } from '../anomalies/arrivals.ts';
import { type Silence, silenceAnomaly, silences } from '../anomalies/silence.ts';
import { FORGOTTEN, HOUR, hourOf } from '../anomalies/spells.ts';
import { anomalyLine, anomalySignal } from '../anomalies/unusual.ts';
import { Group } from '../incidents/group.ts';
import type { IncidentItem } from '../incidents/item.ts';
import type { Incident, IncidentSignal } from '../incidents/model.ts';
import { type Exceptions, NO_EXCEPTIONS } from '../risk/exceptions.ts';
import type { SilenceWatch } from '../state/memory.ts';
import { itemContent } from './item.ts';

export interface SilenceOptions {
  readonly run: number;
  readonly now: number;
  readonly watermark: number;
  readonly live: boolean;
  /** Whether a backfill is under way: what is live may have to wait behind it, and its absence says nothing. */
  readonly backfilling: boolean;
  /** What makes a silence weigh nothing: an account that may well be silent. @default none */
  readonly exceptions?: Exceptions;
}

/** What a run says of silences. */
export interface SaidOfSilences {
  readonly watch: SilenceWatch;
  /** A signal for each that is told now, with its line. */
  readonly lines: readonly { readonly signal: Pick<IncidentSignal, 'detector' | 'excepted'>; readonly line: string }[];
  /** Incidents that open, and those that are over. */
  readonly items: readonly IncidentItem[];
}

/**
 * Looks for silences, once for each hour that the watermark has passed. Each is told once. That of a trail or an account is an incident, open until records come
 * again; that of a region is a signal only.
 */
export function watchSilences(
  arrivals: Arrivals,
  before: SilenceWatch,
  { run, now, watermark, live, backfilling, exceptions = NO_EXCEPTIONS }: SilenceOptions,
): SaidOfSilences {
  if (!live || watermark === Number.NEGATIVE_INFINITY) return { watch: before, lines: [], items: [] };
  const since = before.since ?? now;
  const hour = hourOf(watermark);
  const goesOn = ({ scope, account, region, since: from }: Silence) =>
    !arrivals.hasCome(scope === 'trail' ? null : account, scope === 'region' ? region : null, from / HOUR, hourOf(now));
  const looks = before.looked !== hour && !backfilling;
  const found = looks ? silences(arrivals.deliveries, watermark, { since, latest: now }) : [];
  const known = new Set(before.told.map(nameOf));
  const fresh = found.filter((silence) => !known.has(nameOf(silence)));
  // A region that is forgotten itself can neither be told again nor end anything.
  const isForgotten = ({ scope, since: from }: Silence) => scope === 'region' && hour - from / HOUR > FORGOTTEN + 48;
  const opened = fresh.map((silence) => incidentOf(silence, 'open', exceptions, { version: 1, versionAt: now, run }));
  const told = [
    ...before.told.filter((silence) => goesOn(silence) && !isForgotten(silence)),
    ...fresh.map((silence, i) => ({ ...silence, isShown: opened[i]?.length === 1 })),
  ];
  const over = before.told.filter((silence) => !goesOn(silence));
  const canTell = arrivals.isKnown && !told.some(({ scope }) => scope === 'trail');
  return {
    watch: { since, looked: looks ? hour : before.looked, told, due: canTell ? (hour + 1) * HOUR : null },
    lines: fresh.map((silence) => {
      const anomaly = silenceAnomaly(silence);
      return { signal: anomalySignal(anomaly, exceptions).signal, line: anomalyLine(anomaly, exceptions) };
    }),
    items: [
      // What was shown ends, whatever has been excepted since.
      ...over
        .filter(({ isShown }) => isShown)
        .flatMap((silence) => incidentOf(silence, 'resolved', NO_EXCEPTIONS, { version: 2, versionAt: now, run })),
      ...opened.flat(),
    ],
  };
}

function nameOf({ scope, account, region, since }: Silence): string {
  return JSON.stringify([scope, account, region, since]);
}

/** Who is silent, where an incident names its principal. */
export function silentName({ account }: Silence): string {
  return `trail of ${account === '' ? 'all accounts' : `account ${account}`}`;
}

const ADVICE =
  'See whether logging was stopped or the trail deleted (StopLogging, DeleteTrail), whether the bucket’s policy or its key still lets CloudTrail write, and whether the pipeline reads what comes: npx trailwarden doctor.';
const HARMLESS = ['An account that is closed, or has nothing to do for longer than ever in the four weeks before.'];

/** The incident of a silence; none of a region's. */
function incidentOf(
  silence: Silence,
  status: Incident['status'],
  exceptions: Exceptions,
  version: Pick<IncidentItem, 'version' | 'versionAt' | 'run'>,
): IncidentItem[] {
  const anomaly = silenceAnomaly(silence);
  if (silence.scope === 'region' || anomalySignal(anomaly, exceptions).signal.excepted !== undefined) return [];
  const { signal } = anomalySignal({ ...anomaly, principal: silentName(silence) });
  const group = new Group(signal);
  group.add(signal);
  // Named by its signal: it is no further one of a principal's.
  group.lateId = signal.id;
  const { detector, title, text } = anomaly;
  const guidance = [{ detector, title, text: `${text} ${ADVICE}`, falsePositives: HARMLESS, references: [] }];
  return [{ ...itemContent(group, status, new Map()), guidance, ...version }];
}

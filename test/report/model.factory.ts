import { LEVELS, type Level, levelOf } from '../../core/levels.ts';
import type { ReportAnomaly, ReportEvent, ReportIncident, ReportModel, ReportPrincipal } from '../../core/outputs/report-model.ts';
import {
  ACCOUNTS,
  type Counts,
  DAY_MS,
  type Dice,
  dice,
  events,
  FIRST_DAY,
  HOSTILE_TEXTS,
  principals,
  REGIONS,
  RULES,
  reasonsFor,
  TACTICS,
} from './events.factory.ts';

const SILENT_REGIONS = ['af-south-1', 'ap-northeast-1', 'ap-northeast-2', 'ca-central-1', 'eu-north-1', 'eu-south-1', 'me-south-1'];

function incidents(count: number, roll: Dice): ReportIncident[] {
  const who = principals();
  return Array.from({ length: count }, (_, place) => {
    const risk = Math.max(41, 99 - place * 5);
    const { principal, roleTag } = place === 3 ? who.at(-1)! : place === 5 ? who[30]! : who[place % who.length]!;
    const opened = FIRST_DAY + roll.below(28 * DAY_MS);
    const length = place === 0 ? 9 : 1 + roll.below(5);
    return {
      id: `incident-${place}`,
      principal,
      roleTag,
      level: levelOf(risk),
      risk,
      opened: new Date(opened).toISOString(),
      updated: new Date(opened + (place % 3 === 0 ? DAY_MS : 0) + roll.below(5) * 3_600_000).toISOString(),
      tactics: TACTICS.slice(0, length),
      accounts: ACCOUNTS.slice(0, 1 + roll.below(3)),
      regions: REGIONS.slice(0, 1 + roll.below(6)),
      addresses: place === 0 ? Array.from({ length: 30 }, (_one, host) => `203.0.113.${host}`) : [`198.51.100.${place}`, '2001:db8::5'],
      signals: 3 + roll.below(90),
      status: place === 0 ? 'open' : 'resolved',
      detections: Array.from({ length: place === 0 ? 60 : 1 + roll.below(6) }, (_one, n) => ({
        title: n === 1 ? (HOSTILE_TEXTS[place % HOSTILE_TEXTS.length] as string) : (RULES[n % RULES.length] as string),
        level: levelOf(95 - n * 7),
        first: new Date(opened + n * 60_000).toISOString(),
        last: new Date(opened + n * 90_000).toISOString(),
        count: 1 + (n % 4) * 400,
        text: `iam:CreateUser in us-east-1 of 111122223333 from ${HOSTILE_TEXTS[n % HOSTILE_TEXTS.length]}`,
      })),
      resources: [
        { type: 'bucket', name: HOSTILE_TEXTS[place % HOSTILE_TEXTS.length] as string },
        { type: 'user', name: 'ana' },
      ],
      nextSteps: [`${HOSTILE_TEXTS[1]}: look who did it, and undo it.`, 'Ask the owner.'],
      query: {
        athena: `SELECT eventtime\nFROM cloudtrail_logs\nWHERE useridentity.arn = '${HOSTILE_TEXTS[0]}'`,
        logsInsights: place % 2 === 0 ? '' : "fields eventTime\n| filter userIdentity.arn = 'x'",
      },
      reasons: [
        ...reasonsFor(risk - 3, roll),
        { text: `Session name ${HOSTILE_TEXTS[place % HOSTILE_TEXTS.length]} seen for the first time`, points: 3 },
      ],
    };
  });
}

const KINDS = ['first-seen', 'outlier', 'volume', 'travel'];

function anomalies(count: number, roll: Dice): ReportAnomaly[] {
  const who = principals();
  return Array.from({ length: count }, (_, place) => {
    const kind = KINDS[place % KINDS.length] as string;
    const hostile = HOSTILE_TEXTS[place % HOSTILE_TEXTS.length] as string;
    const isWindow = kind === 'outlier' || kind === 'volume';
    const from = FIRST_DAY + roll.below(700) * 3_600_000;
    return {
      id: `anomaly-${place}`,
      kind,
      detector: `anomaly:${kind}:${place}`,
      entityKind: place % 3 === 0 ? 'address' : 'principal',
      entity: place % 5 === 0 ? hostile : place % 3 === 0 ? `203.0.113.${place}` : (who[place % who.length]?.principal ?? ''),
      title: place % 7 === 0 ? hostile : 'Something new',
      text: `${hostile} was seen, which it had not been in the 14 days before.`,
      level: levelOf(Math.max(0, 75 - place * 4)),
      from: new Date(from).toISOString(),
      to: new Date(from + (isWindow ? 3_600_000 : 0)).toISOString(),
      observed: isWindow ? String(place * 3 + 7) : hostile,
      expected: isWindow ? `${place % 3}-${place + 2}` : place % 2 === 0 ? '' : `${hostile} and 43 more`,
      score: place + 0.123,
      reasons: ['It had been watched for 14 days.', `Known are ${hostile}.`],
      principal: who[place % who.length]?.principal ?? '',
      account: ACCOUNTS[0] as string,
      region: REGIONS[place % REGIONS.length] as string,
      address: `203.0.113.${place}`,
    };
  });
}

function ranked(roll: Dice): ReportPrincipal[] {
  return principals()
    .map(({ principal, roleTag }, place) => {
      const risk = Math.max(0, 99 - place * 2.3);
      const reasons = reasonsFor(Math.round(risk), roll);
      return {
        principal,
        roleTag,
        risk,
        level: levelOf(risk),
        events: 90_000 - place * 1_900,
        riskyEvents: 120 - place * 2,
        tactics: TACTICS.slice(0, place % 6),
        reasons,
      };
    })
    .slice(0, 50);
}

function hours(roll: Dice): { readonly hour: string; readonly counts: Counts }[] {
  return Array.from({ length: 720 }, (_, hour) => {
    const day = (hour % 24) / 24;
    const rhythm = 0.35 + 0.65 * Math.sin(Math.PI * day) ** 2;
    const counts: Counts = [
      Math.round(700 * rhythm + roll.below(80)),
      roll.below(14),
      roll.below(4),
      roll.below(30) === 0 ? 1 + roll.below(3) : 0,
      hour > 400 && hour < 430 ? roll.below(2) : 0,
    ];
    return { hour: `${new Date(FIRST_DAY + hour * 3_600_000).toISOString().slice(0, 13)}:00:00Z`, counts };
  });
}

function levelSums(perHour: readonly { readonly counts: Counts }[]): Record<Level, number> {
  return Object.fromEntries(
    LEVELS.map((level, rank) => [level, perHour.reduce((sum, { counts }) => sum + (counts[rank] ?? 0), 0)]),
  ) as Record<Level, number>;
}

/** A large and hostile trail of thirty days: `rows` events in the table, some 380,000 in all. */
export function fullModel({ rows = 10_000, seed = 1 }: { readonly rows?: number; readonly seed?: number } = {}): ReportModel {
  const roll = dice(seed);
  const perHour = hours(roll);
  const stories = incidents(14, roll);
  const levels = levelSums(perHour);
  const total = LEVELS.reduce((sum, level) => sum + levels[level], 0);
  const listed = events(rows, perHour, stories, roll);
  const withData = ['us-east-1', 'global', ...REGIONS.slice(1)];
  return {
    version: 1,
    tool: { name: 'Trailwarden', version: '0.1.0' },
    totals: {
      files: 8_412,
      filesRejected: 2,
      records: total + 4_120 + 37,
      events: total,
      duplicates: 4_120,
      rejects: 37,
      excluded: 0,
      rejectReasons: { 'invalid-json': 21, 'missing-event-time': 9, 'truncated-gzip': 7 },
      signals: 9_214,
      from: '2026-03-01T00:03:12Z',
      to: '2026-03-30T23:58:41Z',
      accounts: ACCOUNTS,
      regions: [...withData.filter((region) => region !== 'global'), ...SILENT_REGIONS],
      principals: 412,
    },
    levels,
    hours: perHour,
    regions: [
      ...withData.map((region, place) => ({
        region,
        events: Math.floor(total / (place + 2)),
        riskyEvents: 900 - place * 90,
        controlsEvaluated: region === 'global' ? 7 : 16,
        controlsFailed: Math.max(0, 6 - place),
        controlCompliance: (100 * ((region === 'global' ? 7 : 16) - Math.max(0, 6 - place))) / (region === 'global' ? 7 : 16),
        eventCompliance: place > 5 ? 100 : 99.97 - place,
        violations: Object.fromEntries(
          Array.from({ length: Math.max(0, 6 - place) }, (_, control) => [`4.${control * 3 + 1}`, 1_200 - 190 * control]),
        ),
      })),
      ...SILENT_REGIONS.map((region) => ({
        region,
        events: 0,
        riskyEvents: 0,
        controlsEvaluated: 0,
        controlsFailed: 0,
        controlCompliance: null,
        eventCompliance: null,
        violations: {},
      })),
    ],
    addresses: Array.from({ length: 25 }, (_, place) => ({
      address: place === 4 ? '2001:db8:85a3:8d3:1319:8a2e:370:7348' : place === 7 ? (HOSTILE_TEXTS[1] as string) : `203.0.113.${place}`,
      risk: Math.max(0, 98 - place * 6),
      events: 40_000 - place * 1_500,
      riskyEvents: 300 - place * 12,
      failedEvents: 120 - place * 4,
      principals: 1 + (place % 7),
      anomalous: place < 5 && place !== 2,
      why:
        place < 5 && place !== 2
          ? ['9 principals used it, where an address here has 1.', `First seen together with ${HOSTILE_TEXTS[place]}.`]
          : [],
    })),
    logins: perHour
      .filter(({ hour }) => Number(hour.slice(11, 13)) > 6 && Number(hour.slice(11, 13)) < 20)
      .filter(() => roll.below(3) > 0)
      .map(({ hour }) => ({ hour, succeeded: roll.below(6), failed: hour.startsWith('2026-03-18') ? 20 + roll.below(30) : roll.below(2) })),
    loginBand: {
      hour: {
        from: perHour[336]?.hour ?? '',
        low: perHour.slice(336).map(() => 0),
        usual: perHour.slice(336).map((_, hour) => (hour % 24 > 6 && hour % 24 < 20 ? 3 : 0)),
        high: perHour.slice(336).map((_, hour) => (hour % 24 > 6 && hour % 24 < 20 ? 9 : 4)),
      },
      day: {
        from: perHour[336]?.hour ?? '',
        low: Array.from({ length: 16 }, () => 12),
        usual: Array.from({ length: 16 }, () => 28),
        high: Array.from({ length: 16 }, () => 44),
      },
    },
    loginSpikes: Array.from({ length: 9 }, (_, place) => ({
      hour: `2026-03-18T${String(9 + place).padStart(2, '0')}:00:00Z`,
      text: `${HOSTILE_TEXTS[place % HOSTILE_TEXTS.length]}: 40 sign-ins, usually 0 to 9 in this hour.`,
    })),
    exceptions: HOSTILE_TEXTS.slice(0, 2).map((text) => `The exception of ${text} ended on 2026-08-31.`),
    anomalies: {
      count: 1_204,
      kinds: KINDS.map((kind, place) => ({ kind, count: 1_000 - place * 266 })),
      list: anomalies(40, dice(seed + 7)),
    },
    principals: ranked(roll),
    rules: RULES.map((title, place) => ({
      title: place === 6 ? (HOSTILE_TEXTS[2] as string) : title,
      id: `6f1c9f6e-0000-4000-8000-0000000000${String(place).padStart(2, '0')}`,
      level: levelOf(95 - place * 9),
      signals: 3_000 - place * 250,
      author: place % 4 === 3 ? `${HOSTILE_TEXTS[0]}, Example Author` : 'Trailwarden',
      description: `${HOSTILE_TEXTS[1]} Something happened. Look who did it, and undo it.`,
      falsePositives: ['Planned maintenance.'],
    })),
    incidents: stories,
    events: listed,
    eventAnomalies: listed.slice(0, 12).flatMap(({ id }, place) =>
      Array.from({ length: 1 + (place % 3) }, (_, n) => ({
        event: id,
        detector: `anomaly:first-seen:${['region', 'network', 'agent'][n]}`,
        level: levelOf(20 + n * 30),
        title: n === 0 ? 'New region for a principal' : (HOSTILE_TEXTS[place % HOSTILE_TEXTS.length] as string),
        text: `${HOSTILE_TEXTS[(place + n) % HOSTILE_TEXTS.length]} called ec2:RunInstances in a region that it had not used in the 14 days before.`,
      })),
    ),
    eventsLimit: 10_000,
  };
}

/** A run that read nothing at all. */
export function emptyModel(): ReportModel {
  return {
    version: 1,
    tool: { name: 'Trailwarden', version: '0.1.0' },
    totals: {
      files: 0,
      filesRejected: 0,
      records: 0,
      events: 0,
      duplicates: 0,
      rejects: 0,
      excluded: 0,
      rejectReasons: {},
      signals: 0,
      from: null,
      to: null,
      accounts: [],
      regions: [],
      principals: 0,
    },
    levels: { informational: 0, low: 0, medium: 0, high: 0, critical: 0 },
    hours: [],
    regions: [],
    addresses: [],
    logins: [],
    loginBand: null,
    loginSpikes: [],
    anomalies: { count: 0, kinds: [], list: [] },
    exceptions: [],
    eventAnomalies: [],
    principals: [],
    rules: [],
    incidents: [],
    events: [],
    eventsLimit: 10_000,
  };
}

/** One quiet event in one hour of one region. */
export function tinyModel(): ReportModel {
  const [event] = fullModel({ rows: 1, seed: 2 }).events;
  if (!event) throw new Error('The factory made no event.');
  const quiet: ReportEvent = {
    ...event,
    time: '2026-03-04T12:30:00Z',
    risk: 0,
    level: 'informational',
    reasons: [],
    signals: [],
    tactics: [],
    controls: [],
    techniques: [],
    record: null,
  };
  return {
    ...emptyModel(),
    totals: {
      ...emptyModel().totals,
      files: 1,
      records: 1,
      events: 1,
      from: quiet.time,
      to: quiet.time,
      accounts: [quiet.account],
      regions: [quiet.region],
      principals: 1,
    },
    levels: { informational: 1, low: 0, medium: 0, high: 0, critical: 0 },
    hours: [{ hour: '2026-03-04T12:00:00Z', counts: [1, 0, 0, 0, 0] }],
    logins: [{ hour: '2026-03-04T12:00:00Z', succeeded: 1, failed: 0 }],
    principals: [
      {
        principal: quiet.principal,
        roleTag: quiet.roleTag,
        risk: 0,
        level: 'informational',
        events: 1,
        riskyEvents: 0,
        tactics: [],
        reasons: [],
      },
    ],
    events: [quiet],
  };
}

import { CLI_KALI } from '../agents.ts';
import { dayName, dayStart, HOUR, iso, isWeekend, MINUTE } from '../calendar.ts';
import { type Call, denied, read } from '../call.ts';
import * as applications from '../calls/applications.ts';
import * as ec2 from '../calls/ec2.ts';
import * as identity from '../calls/identity.ts';
import * as oversight from '../calls/oversight.ts';
import * as storage from '../calls/storage.ts';
import type { Colleague, IamUser, Role } from '../cast.ts';
import { bucketOf, DEVELOPMENT, PRODUCTION } from '../estate.ts';
import { signIn, terminalOf } from '../people.ts';
import type { Random } from '../random.ts';
import { colleagueSession, keySession, type Session } from '../session.ts';
import type { Stage } from '../stage.ts';
import type { PlantedAnomaly, Story } from '../story.ts';
import { SWEEP } from './accounts.ts';
import { deletes, passwordSpray, secretReads, signInBurst } from './bursts.ts';
import { type About, type Emit, type Plot, planted, times, usualAgent } from './plot.ts';

/** Detectors learn for two weeks of activity: what they must find lies behind them. The last day may not be delivered whole. */
const FIRST = 16;
const LAST = 28;
/** Days that the anomalies share: the others stay quiet. */
const MOST_DAYS = 5;

/** An analyst's session tries doors, one after the other, and all are shut. */
function probing({ stage, random, midnight }: Plot, person: Colleague): PlantedAnomaly {
  const start = midnight + random.int(8, 13) * HOUR + 2 * MINUTE;
  const role = person.roles[0] as Role;
  const session = colleagueSession(random, person, role, { address: person.office, agent: terminalOf(person) }, start - HOUR, false);
  const about: About = {
    id: 'probing',
    title: 'A person is refused two dozen different calls in half an hour',
    detector: 'anomaly:probing',
    entity: { kind: 'principal', name: session.principal },
    account: role.account,
  };
  return planted(about, start, () => random.int(20_000, 80_000), refusals(stage, random, session, 24, person.region));
}

/** Different reads that are all refused. */
function refusals(stage: Stage, random: Random, session: Session, count: number, region: string): Emit[] {
  const wanted = random.shuffle(SWEEP.filter(([service]) => service !== 'sts')).slice(0, count);
  return wanted.map(([service, name]) => (at) => {
    const isGlobal = ['iam', 'organizations', 'cloudfront', 'route53'].includes(service);
    return stage.emit(session, denied(read(service, name, null, isGlobal ? { global: true } : {}), session.arn), at, region);
  });
}

/** The same Identity Center user in the office, and half an hour later on another continent. */
function impossibleTravel({ stage, random, midnight, outside }: Plot, person: Colleague): PlantedAnomaly {
  const start = midnight + random.int(7, 13) * HOUR;
  const role = person.roles[0] as Role;
  const agent = usualAgent(stage, `arn:aws:sts::${role.account}:assumed-role/${role.name}/${person.email}`, 'Mozilla');
  const here = signIn(stage, random, person, role, { address: person.office, agent }, start - 5 * MINUTE);
  const there = { ...here, address: outside, agent: CLI_KALI, console: false };
  const about: About = {
    id: 'impossible-travel',
    title: 'One person in two countries within an hour',
    detector: 'anomaly:travel',
    entity: { kind: 'person', name: here.principal },
    account: role.account,
  };
  const looks: [Session, Call][] = [
    [here, oversight.describeAlarms()],
    [here, applications.listFunctions()],
    [there, identity.getCallerIdentity()],
    [there, applications.listFunctions()],
  ];
  const gap = () => random.int(8, 14) * MINUTE;
  return planted(
    about,
    start,
    gap,
    looks.map(
      ([session, call]) =>
        (at) =>
          stage.emit(session, call, at, person.region),
    ),
  );
}

/** A developer goes where nobody of the organization works. */
function newRegion({ stage, random, midnight }: Plot, person: Colleague): PlantedAnomaly {
  const region = 'ap-northeast-1';
  const start = midnight + random.int(8, 14) * HOUR;
  const role = person.roles[0] as Role;
  const session = colleagueSession(random, person, role, { address: person.office, agent: terminalOf(person) }, start - HOUR, false);
  const site = stage.site(session, region);
  const about: About = {
    id: 'new-region',
    title: 'A person works in a region for the first time',
    detector: 'anomaly:first-seen:region',
    entity: { kind: 'principal', name: session.principal },
    account: role.account,
  };
  const calls = [ec2.describeVpcs(site, random), oversight.createLogGroup('/trial/queue'), oversight.describeLogGroups(site, random)];
  return planted(
    about,
    start,
    () => random.int(20_000, 60_000),
    calls.map((call) => (at) => stage.emit(session, call, at, region)),
  );
}

/** What each program does in its ordinary run, some calls of it. */
function usualCalls(stage: Stage, random: Random, user: IamUser): readonly [region: string, calls: readonly Call[]] {
  const region = user.name === 'svc-metrics' ? 'us-east-1' : 'eu-west-1';
  const site = stage.estate.site(user.account, region);
  if (user.name === 'svc-metrics') return [region, [oversight.listMetrics(random), oversight.describeAlarms()]];
  const bucket = bucketOf(site, user.name === 'svc-partner-sync' ? 'customer-exports' : 'backups');
  return [region, times(4, () => storage.getObject(site, random, bucket.name, storage.objectKey(random, bucket)))];
}

/** A program's key does what it always does, from elsewhere. */
function newNetwork({ stage, random, midnight, outside }: Plot, user: IamUser, agent: string): PlantedAnomaly {
  const session = keySession(user, { address: outside, agent });
  const [region, calls] = usualCalls(stage, random, user);
  const about: About = {
    id: 'new-network',
    title: "A program's key is used from a new network",
    detector: 'anomaly:first-seen:network',
    entity: { kind: 'principal', name: user.arn },
    account: user.account,
  };
  const emits = calls.map((call) => (at: number) => stage.emit(session, call, at, region));
  return planted(about, midnight + random.int(1, 20) * HOUR, () => random.int(20_000, 60_000), emits);
}

/** A program's key does what it always does, by a client made for people. */
function newAgent({ stage, random, midnight }: Plot, user: IamUser): PlantedAnomaly {
  const session = keySession(user, { address: user.home, agent: 'rclone/v1.71.0' });
  const [region, calls] = usualCalls(stage, random, user);
  const about: About = {
    id: 'new-agent',
    title: "A program's key is used with another client",
    detector: 'anomaly:first-seen:agent',
    entity: { kind: 'principal', name: user.arn },
    account: user.account,
  };
  const emits = calls.map((call) => (at: number) => stage.emit(session, call, at, region));
  return planted(about, midnight + random.int(1, 20) * HOUR, () => random.int(20_000, 60_000), emits);
}

/** One address with the keys of several programs asks a little of everything, in several regions. */
function oddAddress({ stage, random, midnight, outside }: Plot): PlantedAnomaly {
  const users = stage.cast.users.filter((user) => !user.console);
  const regions = ['us-east-1', 'eu-west-1', 'eu-central-1'];
  const about: About = {
    id: 'odd-address',
    title: 'An address that behaves like no other',
    detector: 'anomaly:outlier:address',
    entity: { kind: 'address', name: outside },
    account: DEVELOPMENT,
  };
  const emits = users.flatMap((user, n) => {
    const session = keySession(user, { address: outside, agent: n % 2 === 0 ? 'curl/8.14.1' : 'python-requests/2.32.4' });
    return refusals(stage, random, session, 12, regions[n % regions.length] as string);
  });
  return planted(about, midnight + random.int(1, 20) * HOUR + MINUTE, () => random.int(10_000, 40_000), random.shuffle(emits));
}

/** A region of an account delivers nothing for a day; its records are taken out by {@link isSilenced}. */
function silence(midnight: number): PlantedAnomaly {
  return {
    id: 'silence',
    title: 'A region stops delivering for a day',
    detector: 'anomaly:silence:region',
    entity: { kind: 'region', name: `${PRODUCTION}/ap-southeast-2` },
    account: PRODUCTION,
    from: iso(midnight),
    to: iso(midnight + 24 * HOUR - 1000),
    events: [],
  };
}

/** Plants what detectors with a memory must find, on a few late days that carry no story. */
export function unusual(stage: Stage, told: readonly Story[]): PlantedAnomaly[] {
  const random = stage.random.fork('unusual');
  const storied = new Set(told.map((story) => story.from.slice(0, 10)));
  const workdays = times(LAST - FIRST + 1, (n) => FIRST + n).filter((day) => !isWeekend(day));
  const free = workdays.filter((day) => !storied.has(dayName(day)));
  const days = random.shuffle(free.length > 0 ? free : workdays).slice(0, MOST_DAYS);
  const attackers = new Set(told.map((story) => story.principal));
  const isFree = (person: Colleague): boolean => person.zone === 2 && !attackers.has(`${(person.roles[0] as Role).arn}/${person.email}`);
  const developers = random.shuffle(stage.cast.colleagues.filter((person) => person.job === 'developer' && isFree(person)));
  const analysts = stage.cast.colleagues.filter((person) => person.job === 'analyst' && isFree(person));
  const programs = random.shuffle(
    stage.cast.users.filter((user) => user.account === PRODUCTION && !user.console && !attackers.has(user.arn)),
  );
  const reader = random.pick(
    ['orders-api', 'payments-task'].filter((name) => !told.some(({ principal }) => principal.endsWith(`/${name}`))),
  );
  const [moved, changed] = programs as [IamUser, IamUser];
  const plots: ((plot: Plot) => PlantedAnomaly)[] = random.shuffle([
    passwordSpray,
    signInBurst,
    (plot) => secretReads(plot, reader),
    deletes,
    (plot) => probing(plot, random.pick(analysts)),
    (plot) => impossibleTravel(plot, developers[0] as Colleague),
    (plot) => newRegion(plot, developers[1] as Colleague),
    (plot) => newNetwork(plot, moved, usualAgent(stage, moved.arn)),
    (plot) => newAgent(plot, changed),
    oddAddress,
    ({ midnight }) => silence(midnight),
  ]);
  const anomalies = plots.map((plot, n) => {
    const own = random.fork(`plot/${n}`);
    const outside = `192.0.2.${own.int(2, 254)}`;
    return plot({ stage, random: own, midnight: dayStart(days[n % days.length] as number), outside });
  });
  return anomalies.sort((a, b) => (a.from < b.from ? -1 : 1));
}

/** Whether a record is one that the silent region never delivered. */
export function isSilenced(anomalies: readonly PlantedAnomaly[], account: string, region: string, at: number): boolean {
  return anomalies.some(
    ({ detector, entity, from, to }) =>
      detector === 'anomaly:silence:region' &&
      entity.name === `${account}/${region}` &&
      at >= Date.parse(from) &&
      at <= Date.parse(to) + 999,
  );
}

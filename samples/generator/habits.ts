import { BROWSERS, CLI_LINUX, PHONE } from './agents.ts';
import { DAYS, dayStart, HOUR, isWeekend, MINUTE } from './calendar.ts';
import { denied } from './call.ts';
import * as identity from './calls/identity.ts';
import * as oversight from './calls/oversight.ts';
import * as storage from './calls/storage.ts';
import { type Colleague, type Role, roleNamed } from './cast.ts';
import { bucketOf, PRODUCTION } from './estate.ts';
import { perform, signIn, workingTimes } from './people.ts';
import type { Random } from './random.ts';
import type { Session } from './session.ts';
import type { Stage } from './stage.ts';
import type { Habit } from './story.ts';
import { TASKS } from './tasks.ts';
import { workloadOf } from './workload.ts';

/** Exit of the overseas VPN, and the phone network whose gateway stands in the country next door. */
const VPN = '2001:db8:9a';
const CARRIER = '2001:db8:7e';
/** The newcomer's first day: a Monday. */
const FIRST_DAY = 20;

function roleOf(person: Colleague): Role {
  return person.roles[0] as Role;
}

/** Who the person is to Trailwarden. */
function principalOf(person: Colleague): string {
  return `${roleOf(person).arn}/${person.email}`;
}

function work(stage: Stage, random: Random, person: Colleague, times: readonly number[], sessionAt: (at: number) => Session): void {
  for (const at of times) perform(stage, random, sessionAt(at), random.pick(TASKS[person.job]), at, person.region);
}

/** At home by day, and every few minutes behind a VPN whose exit is another continent. */
function overseasVpn(stage: Stage, person: Colleague): Habit {
  const random = stage.random.fork('vpn');
  for (let day = 0; day < DAYS; day++) {
    if (isWeekend(day) || random.chance(0.1)) continue;
    const times = workingTimes(random, day, person.zone, random.int(4, 7));
    const exit = `${VPN}:${random.int(1, 9)}::${random.int(1, 99)}`;
    const origin = { address: person.home, agent: BROWSERS[0] };
    const session = signIn(stage, random, person, roleOf(person), origin, (times[0] as number) - 2 * MINUTE);
    work(stage, random, person, times, () => (random.chance(0.5) ? { ...session, address: exit } : session));
  }
  return { id: 'overseas-vpn', title: 'A VPN with an exit overseas, used every day', principal: principalOf(person), silent: TRAVEL };
}

/** A look at the phone on the train, whose addresses change by the minute, then the office. */
function roamingPhone(stage: Stage, person: Colleague): Habit {
  const random = stage.random.fork('phone');
  for (let day = 0; day < DAYS; day++) {
    if (isWeekend(day) || random.chance(0.1)) continue;
    const times = workingTimes(random, day, person.zone, random.int(3, 5));
    const first = times[0] as number;
    const roaming = (): string => `${CARRIER}:${random.int(1, 9)}${random.hex(2)}::${random.int(1, 99)}`;
    const onPhone = signIn(stage, random, person, roleOf(person), { address: roaming(), agent: PHONE }, first - 40 * MINUTE);
    for (let n = random.int(2, 3); n > 0; n--) {
      stage.emit({ ...onPhone, address: roaming() }, oversight.describeAlarms(), first - (10 + n * 8) * MINUTE, person.region);
    }
    const session = signIn(stage, random, person, roleOf(person), { address: person.office, agent: BROWSERS[3] }, first - 3 * MINUTE);
    work(stage, random, person, times, () => session);
  }
  return { id: 'roaming-phone', title: 'A phone whose network changes its addresses', principal: principalOf(person), silent: TRAVEL };
}

/** Works from nine in the evening to five in the morning (UTC), on workdays. */
function nightShift(stage: Stage, person: Colleague): Habit {
  const random = stage.random.fork('night shift');
  for (let day = 0; day < DAYS - 1; day++) {
    if (isWeekend(day) || random.chance(0.1)) continue;
    const start = dayStart(day) + 21 * HOUR;
    const times = Array.from({ length: random.int(5, 8) }, () => start + random.int(5 * MINUTE, 8 * HOUR)).sort((a, b) => a - b);
    const session = signIn(stage, random, person, roleOf(person), { address: person.office, agent: BROWSERS[2] }, start);
    work(stage, random, person, times, () => session);
  }
  return { id: 'night-shift', title: 'A watch that works at night', principal: principalOf(person), silent: ['anomaly:outlier:principal'] };
}

/** Comes in the middle of the month, tries what there is, and meets a few refusals. */
function newcomer(stage: Stage, person: Colleague): Habit {
  const random = stage.random.fork('newcomer');
  for (let day = FIRST_DAY; day < DAYS; day++) {
    if (isWeekend(day)) continue;
    const times = workingTimes(random, day, person.zone, random.int(6, 9));
    const origin = { address: person.office, agent: BROWSERS[1] };
    const session = signIn(stage, random, person, roleOf(person), origin, (times[0] as number) - 5 * MINUTE);
    work(stage, random, person, times, () => (random.chance(0.3) ? { ...session, console: false, agent: CLI_LINUX } : session));
    const site = stage.site(session, person.region);
    const curious = [
      oversight.listKeys(),
      oversight.describeTrails(),
      identity.iamRead('ListUsers'),
      storage.describeBackups(site, random),
    ];
    for (const call of random.shuffle(curious).slice(0, random.int(1, 2))) {
      stage.emit(session, denied(call, session.arn), random.pick(times) + random.int(1, 5) * MINUTE, person.region);
    }
  }
  return { id: 'new-employee', title: "A new employee's first days", principal: principalOf(person), silent: ['anomaly:probing'] };
}

/** The books are closed in the first and in the last night of the month: nothing in between. */
function monthEnd(stage: Stage): Habit {
  const random = stage.random.fork('month end');
  const region = 'eu-west-1';
  for (const day of [0, DAYS - 1]) {
    let at = dayStart(day) + 3 * HOUR + random.int(0, 20) * MINUTE;
    const session = workloadOf(stage, PRODUCTION, 'month-end-close').session(at, 0);
    const site = stage.site(session, region);
    const bucket = bucketOf(site, 'invoices');
    stage.emit(session, storage.listObjects(site, random, bucket.name, 'invoices/2026/'), at, region);
    for (let n = random.int(50, 70); n > 0; n--) {
      at += random.int(2_000, 30_000);
      const key = storage.objectKey(random, bucket);
      const call = n % 4 === 0 ? storage.putObject(site, random, bucket.name, key) : storage.getObject(site, random, bucket.name, key);
      stage.emit(session, call, at, region);
    }
  }
  return {
    id: 'monthly-batch',
    title: 'A batch that runs once a month',
    principal: roleNamed(stage.cast, PRODUCTION, 'month-end-close').arn,
    silent: [],
  };
}

const TRAVEL = ['anomaly:travel', 'anomaly:new-country'];

/** Plants what looks odd and is a habit. */
export function habits(stage: Stage): Habit[] {
  const { traveller, commuter, nightWatch, newcomer: beginner } = stage.cast.oddities;
  return [
    overseasVpn(stage, traveller),
    roamingPhone(stage, commuter),
    nightShift(stage, nightWatch),
    newcomer(stage, beginner),
    monthEnd(stage),
  ];
}

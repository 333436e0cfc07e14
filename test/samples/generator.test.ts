import { createHash } from 'node:crypto';
import { principalOf } from '../../core/records/principal.ts';
import { DAYS, HOUR, isWeekend, MINUTE } from '../../samples/generator/calendar.ts';
import { windowHours } from '../../samples/generator/delivery.ts';
import { pack, textOf } from '../../samples/generator/extras.ts';
import { ESCAPES, FORMULA, LOOKALIKE } from '../../samples/generator/hostile.ts';
import { generate, type SampleTrail, sampleTrail } from '../../samples/generator/trail.ts';
import { at, type Fields } from './read.ts';

const KEY =
  /^AWSLogs\/o-exampleorg1\/(\d{12})\/CloudTrail\/([a-z0-9-]+)\/(\d{4})\/(\d{2})\/(\d{2})\/\1_CloudTrail_\2_(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})Z_[A-Za-z0-9]{16}\.json\.gz$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const LATE = 15 * MINUTE;

const one = sampleTrail({ seed: 1 });
const other = sampleTrail({ seed: 2 });
const logFiles = one.files.filter((file) => file.key.includes('/CloudTrail/'));
const records = logFiles.flatMap((file) => file.records);
const all = one.files.flatMap((file) => file.records);

function fingerprint(trail: SampleTrail): string {
  const hash = createHash('sha256');
  for (const { key, records: list } of trail.files) hash.update(key).update(textOf(list));
  for (const { key, bytes } of [...trail.digests, ...trail.damaged]) hash.update(key).update(bytes);
  return hash.update(JSON.stringify(trail.expected)).digest('hex');
}

describe('the same seed gives the same trail', () => {
  test('byte for byte', () => {
    expect(fingerprint(sampleTrail({ seed: 1 }))).toBe(fingerprint(one));
  });

  test('generate gives the sound files of the sample trail', () => {
    expect([...generate({ seed: 1 })].map((file) => file.key)).toEqual(one.files.map((file) => file.key));
  });

  test('another seed gives other days, principals, order and addresses of the stories', () => {
    const two = other.expected.stories;
    const mine = one.expected.stories;
    expect(two.map((story) => story.id)).not.toEqual(mine.map((story) => story.id));
    expect(two.map((story) => story.id).sort()).toEqual(mine.map((story) => story.id).sort());
    expect(two.map((story) => story.from.slice(0, 10))).not.toEqual(mine.map((story) => story.from.slice(0, 10)));
    const named = new Set(mine.map((story) => `${story.id} ${story.principal}`));
    expect(two.filter((story) => named.has(`${story.id} ${story.principal}`)).length).toBeLessThan(mine.length / 2);
  });
});

describe('files', () => {
  test('keys are those of an organization trail, and a file holds its own account and region only', () => {
    for (const { key, records: list } of logFiles) {
      const [, account, region] = KEY.exec(key) ?? [];
      expect(key).toMatch(KEY);
      expect(list.length).toBeGreaterThan(0);
      expect(list.filter((record) => record.recipientAccountId !== account || record.awsRegion !== region)).toEqual([]);
    }
  });

  test('a record lies in the window of its file or at most 15 minutes before it; a few come hours late', () => {
    let late = 0;
    let early = 0;
    const ids = new Set<unknown>();
    for (const { key, records: list } of logFiles) {
      const [, account = '', region = '', , , , year, month, day, hour, minute] = KEY.exec(key) ?? [];
      const end = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute) + 1);
      const begin = end - windowHours(account, region) * HOUR - LATE;
      for (const record of list) {
        const time = Date.parse(String(record.eventTime));
        if (time >= end) early++;
        if (time < begin) late++;
        ids.add(record.eventID);
      }
    }
    expect(early).toBe(0);
    expect(late).toBeGreaterThan(0);
    expect(late).toBeLessThan(60);
    expect(records.length - ids.size + one.expected.sharedCopies).toBe(one.expected.duplicates);
  });

  test('within a file times go back and forth, by minutes', () => {
    const back = logFiles.flatMap(({ records: list }) =>
      list.slice(1).filter((record, index) => String(record.eventTime) < String(list[index]?.eventTime)),
    );
    expect(back.length).toBeGreaterThan(records.length / 10);
  });

  test.each([
    ['log files', () => logFiles.length, 100, 1500],
    ['records', () => records.length, 40_000, 90_000],
    ['bytes of all files', () => one.files.reduce((sum, file) => sum + pack(textOf(file.records)).length, 0), 2_000_000, 8_000_000],
    ['mean bytes of a record', () => records.reduce((sum, record) => sum + JSON.stringify(record).length, 0) / records.length, 1200, 1536],
  ])('%s', (_name, measure, low, high) => {
    expect(measure()).toBeGreaterThanOrEqual(low);
    expect(measure()).toBeLessThanOrEqual(high);
  });

  test('digests and an insight lie in their own folders', () => {
    expect(one.digests.length).toBe(one.expected.digests);
    for (const { key } of one.digests) expect(key).toContain('/CloudTrail-Digest/');
    const insight = one.files.filter((file) => file.key.includes('/CloudTrail-Insight/'));
    expect(insight.map((file) => file.records.map((record) => at(record, 'insightDetails.state')))).toEqual([['Start', 'End']]);
  });
});

describe('records', () => {
  test.each<[string, (value: unknown, record: Fields) => boolean]>([
    ['eventVersion', (value) => /^1\.(08|09|10|11)$/.test(String(value))],
    ['userIdentity.type', (value) => typeof value === 'string' && value !== ''],
    ['eventTime', (value) => /^2026-09-\d\dT\d\d:\d\d:\d\dZ$/.test(String(value))],
    ['eventSource', (value) => /^[a-z0-9-]+\.amazonaws\.com$/.test(String(value))],
    ['eventName', (value) => /^[A-Z][A-Za-z0-9]+$/.test(String(value))],
    ['awsRegion', (value) => /^[a-z]{2}-[a-z]+-\d$/.test(String(value))],
    ['sourceIPAddress', (value) => typeof value === 'string' && value !== ''],
    ['userAgent', (value) => typeof value === 'string' && value !== ''],
    ['eventID', (value) => UUID.test(String(value))],
    ['requestID', (value, record) => (record.eventSource === 'signin.amazonaws.com' ? value === undefined : typeof value === 'string')],
    ['requestParameters', (value) => value === null || typeof value === 'object'],
    ['responseElements', (value) => value === null || typeof value === 'object'],
    ['readOnly', (value) => typeof value === 'boolean'],
    ['managementEvent', (value, record) => value === (record.eventCategory === 'Management')],
    ['eventType', (value) => ['AwsApiCall', 'AwsConsoleSignIn', 'AwsServiceEvent', 'AwsVpceEvent'].includes(String(value))],
    ['eventCategory', (value) => ['Management', 'Data', 'NetworkActivity'].includes(String(value))],
    ['recipientAccountId', (value) => one.expected.accounts.includes(String(value))],
    ['resources', (value, record) => record.eventCategory !== 'Data' || (Array.isArray(value) && value.length > 0)],
    ['errorCode', (value) => value === undefined || (typeof value === 'string' && value !== '')],
  ])('every record has a sound %s', (path, sound) => {
    expect(records.filter((record) => !sound(at(record, path), record)).slice(0, 3)).toEqual([]);
  });

  test('records that share an eventID are the same record', () => {
    const byId = new Map<unknown, string>();
    const unlike = all.filter((record) => {
      const text = JSON.stringify(record);
      const first = byId.get(record.eventID) ?? text;
      byId.set(record.eventID, first);
      return first !== text;
    });
    expect(unlike).toEqual([]);
  });

  test('only documentation addresses, AWS names and private networks call', () => {
    const known =
      /^(203\.0\.113\.\d+|198\.51\.100\.\d+|192\.0\.2\.\d+|10\.\d+\.\d+\.\d+|2001:db8:(?:bad|9a|7e):[0-9a-f]{1,4}::\d+|[a-z0-9-]+\.amazonaws\.com)$/;
    const addresses = new Set(records.map((record) => String(record.sourceIPAddress)));
    expect([...addresses].filter((address) => !known.test(address))).toEqual([]);
  });

  test('only the made-up accounts are named', () => {
    const known = new Set([...one.expected.accounts, '123456789012', '999999999999', '000011112222']);
    const named = new Set(all.flatMap((record) => JSON.stringify(record).match(/(?<![0-9a-f.-])\d{12}(?![0-9a-f.])/g) ?? []));
    expect([...named].filter((account) => !known.has(account))).toEqual([]);
  });

  test('some forty people and programs act under a hundred names or so, and each kind of identity is there', () => {
    const principals = new Set(records.map((record) => principalOf(record.userIdentity, String(record.recipientAccountId)).id));
    expect(principals.size).toBeGreaterThan(40);
    expect(principals.size).toBeLessThan(120);
    const kinds = new Set(records.map((record) => at(record, 'userIdentity.type')));
    expect([...kinds].sort()).toEqual(
      ['AWSAccount', 'AWSService', 'AssumedRole', 'IAMUser', 'IdentityCenterUser', 'Root', 'SAMLUser', 'WebIdentityUser'].sort(),
    );
  });

  test('people rest at weekends and at lunch, machines do not', () => {
    const hours = (wanted: (record: Fields) => boolean): number[][] => {
      const counts = Array.from({ length: DAYS }, () => Array<number>(24).fill(0));
      for (const record of records.filter(wanted)) {
        const [, day, hour] = /-(\d\d)T(\d\d)/.exec(String(record.eventTime)) ?? [];
        (counts[Number(day) - 1] as number[])[Number(hour)]! += 1;
      }
      return counts;
    };
    const mean = (list: readonly number[]): number => list.reduce((sum, value) => sum + value, 0) / list.length;
    const person = hours((record) => String(at(record, 'userIdentity.arn')).includes('AWSReservedSSO_DeveloperAccess'));
    const byDay = person.map((day) => day.reduce((sum, value) => sum + value, 0));
    expect(mean(byDay.filter((_, day) => isWeekend(day)))).toBeLessThan(mean(byDay.filter((_, day) => !isWeekend(day))) / 5);
    const byHour = Array.from({ length: 24 }, (_, hour) => mean(person.map((day) => day[hour] as number)));
    expect(byHour[10]).toBeLessThan((byHour[8] as number) * 0.75);
    const machine = hours((record) => String(at(record, 'userIdentity.arn')).includes('/web-fleet/'));
    expect(machine.every((day) => day.some((count) => count > 0))).toBe(true);
  });
});

describe.each([1, 2])('stories of seed %i', (seed) => {
  const { files, damaged, expected } = seed === 1 ? one : other;
  const byId = new Map(files.flatMap((file) => file.records).map((record) => [String(record.eventID), record]));

  test('at least ten, each on a day and by a principal of its own', () => {
    expect(expected.stories.length).toBeGreaterThanOrEqual(10);
    expect(new Set(expected.stories.map((story) => story.id)).size).toBe(expected.stories.length);
    expect(new Set(expected.stories.map((story) => story.principal)).size).toBe(expected.stories.length);
    expect(new Set(expected.stories.map((story) => story.from.slice(0, 10))).size).toBe(expected.stories.length);
  });

  test('steps are in the trail, within the story, and the decisive ones are by its principal', () => {
    for (const story of expected.stories) {
      expect(story.events.filter((id) => !byId.has(id))).toEqual([]);
      const times = story.events.map((id) => String(byId.get(id)?.eventTime)).sort();
      expect([times[0], times.at(-1)]).toEqual([story.from, story.to]);
      expect(story.mustFind.length).toBeGreaterThan(0);
      for (const { eventID, eventName } of story.mustFind) {
        const record = byId.get(eventID) as Fields;
        expect(story.events).toContain(eventID);
        expect(record.eventName).toBe(eventName);
        expect(principalOf(record.userIdentity, story.account).id).toBe(story.principal);
      }
    }
  });

  test('events of anomalies are in the trail, within their times; where a region is silent there are none', () => {
    for (const { id, events, entity, from, to } of expected.anomalies) {
      const times = events.map((event) => String(byId.get(event)?.eventTime)).sort();
      if (id !== 'silence') {
        expect([times[0], times.at(-1)]).toEqual([from, to]);
        continue;
      }
      const [account, region] = entity.name.split('/');
      const inside = [...byId.values()].filter(
        ({ recipientAccountId, awsRegion, eventTime }) =>
          recipientAccountId === account && awsRegion === region && String(eventTime) >= from && String(eventTime) <= to,
      );
      expect(inside).toEqual([]);
    }
  });

  test('the principal works as usual in the same month', () => {
    for (const story of expected.stories) {
      const steps = new Set(story.events);
      const usual = [...byId].filter(
        ([id, record]) => !steps.has(id) && principalOf(record.userIdentity, story.account).id === story.principal,
      );
      expect({ id: story.id, enough: usual.length >= 10 }).toEqual({ id: story.id, enough: true });
    }
  });

  test('quiet days carry no step', () => {
    const quiet = new Set(expected.quietDays);
    const steps = [...expected.stories, ...expected.anomalies].flatMap(({ events }) => events);
    const days = steps.map((id) => String(byId.get(id)?.eventTime).slice(0, 10));
    const silent = expected.anomalies.filter(({ events }) => events.length === 0).map(({ from }) => from.slice(0, 10));
    expect([...days, ...silent].filter((day) => quiet.has(day))).toEqual([]);
    expect(quiet.size + new Set([...days, ...silent]).size).toBe(DAYS);
  });

  test('counts add up', () => {
    expect(expected.events + expected.duplicates + expected.rejects).toBe(expected.records);
    const whole = expected.hostile.reduce((sum, each) => sum + each.recordsWhole + each.recordsBroken, 0);
    expect(files.reduce((sum, file) => sum + file.records.length, 0) + whole).toBe(expected.records);
    expect(damaged.map((file) => file.key)).toEqual(expected.hostile.map((each) => each.key));
    expect(expected.hostile.map((each) => each.recordsWhole > 0 && each.recordsWhole < each.recordsBefore)).toEqual([true, true]);
  });
});

describe('hostile text', () => {
  const having = (wanted: (record: Fields) => boolean): number => records.filter(wanted).length;

  test.each<[string, (record: Fields) => boolean]>([
    ['a script as user agent', (record) => record.userAgent === '<script>alert(1)</script>'],
    ['a formula as session name', (record) => String(at(record, 'userIdentity.arn')).endsWith(`/${FORMULA}`)],
    ['a formula in a request', (record) => at(record, 'requestParameters.roleSessionName') === FORMULA],
    ['terminal escapes in a key', (record) => at(record, 'requestParameters.key') === ESCAPES],
    [
      'a field that is none inside a string',
      (record) => JSON.stringify(record.requestParameters).includes(JSON.stringify(LOOKALIKE).slice(1, -1)),
    ],
    ['a __proto__ key of its own', (record) => Object.hasOwn((record.requestParameters ?? {}) as object, '__proto__')],
  ])('%s', (_name, wanted) => {
    expect(having(wanted)).toBeGreaterThan(0);
  });
});

import type { Anomaly } from '../../../core/anomalies/anomaly.ts';
import type { GeoDatabase } from '../../../core/anomalies/geo.ts';
import { type Entity, type Observation, VOLUMES } from '../../../core/anomalies/observation.ts';
import { Travel } from '../../../core/anomalies/travel.ts';
import { judgedAtOnce, judgedOneByOne, Kept, observation } from './splits.ts';

const START = Date.UTC(2026, 8, 1, 9);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const ALICE: Entity = { kind: 'person', name: 'arn:aws:iam::111122223333:user/alice' };

/** Where the cities of these tests are, by address. */
const CITIES: Readonly<Record<string, readonly [country: string, city: string, latitude: number, longitude: number]>> = {
  '198.51.100.7': ['DE', 'Berlin', 52.5, 13.4],
  '198.51.100.8': ['DE', 'Munich', 48.1, 11.6],
  '198.51.100.9': ['DE', 'Cologne', 50.9, 7],
  '203.0.113.4': ['US', 'New York', 40.7, -74],
  '203.0.113.5': ['US', 'Los Angeles', 34.1, -118.2],
};
const cities: GeoDatabase = {
  name: 'cities 2026-09-01',
  locate: (address) => {
    const [country, city, latitude, longitude] = CITIES[address] ?? ['', '', 0, 0];
    return country === '' ? null : { country, city, latitude, longitude };
  },
};

let count = 0;
const at = (time: number, country: string, more: Partial<Observation> = {}): Observation => {
  count += 1;
  const address = `${country === 'DE' ? '198.51.100' : '203.0.113'}.${country.charCodeAt(1)}`;
  return observation(time, { country, address, eventID: `event-${count}`, ...more });
};
/** A morning's and an afternoon's call of each of 20 days. */
const routine = (country = 'DE', more: Partial<Observation> = {}, days = 20) =>
  Array.from({ length: 2 * days }, (_, half) => at(START + (half >> 1) * DAY + (half % 2) * 6 * HOUR, country, more));
const THEN = START + 20 * DAY;
const said = (events: readonly Observation[], detector = new Travel()): Anomaly[] => judgedAtOnce(detector, ALICE, events);
const brief = ({ detector, text, level, confidence }: Anomaly) => [detector, /seen in (.+?) (and|for)/.exec(text)?.[1], level, confidence];

test('an impossible travel is told in full', () => {
  const events = [
    ...routine(),
    ...routine('BR', {}, 2),
    at(THEN + 5000, 'DE'),
    at(THEN + 10 * MINUTE, 'BR', { agent: 'boto3', region: 'sa-east-1', eventID: 'there' }),
  ];
  expect(said(events.filter(({ country, time }) => country === 'DE' || time >= THEN))).toEqual([
    expect.objectContaining({ detector: 'anomaly:new-country' }),
    {
      detector: 'anomaly:travel',
      entity: ALICE,
      title: 'Impossible travel',
      text: 'arn:aws:iam::111122223333:user/alice was seen in Germany and at most 11 minutes later in Brazil, at least 6332 km away (only countries are known, not cities).',
      level: 'medium',
      confidence: 0.5,
      tactics: ['initial-access'],
      techniques: ['T1078.004'],
      time: THEN + 11 * MINUTE - 1,
      window: [THEN, THEN + 11 * MINUTE - 1],
      observed: 34_536,
      expected: '0-900',
      score: expect.closeTo(34_536, -1),
      reasons: [
        'At least 6332 km in at most 11 minutes are 34536 km/h.',
        'Only the countries are known: their nearest parts were taken, and the signal weighs less.',
        'The address was 198.51.100.69 before and is 203.0.113.82.',
        'The client changed from aws-cli to boto3.',
        'The person does not usually change between the two.',
      ],
      principal: 'arn:aws:iam::111122223333:user/alice',
      roleTag: 'developer',
      account: '111122223333',
      region: 'sa-east-1',
      address: '203.0.113.82',
      eventID: 'there',
      eventTime: THEN + 10 * MINUTE,
      cause: ['person', 'arn:aws:iam::111122223333:user/alice', 'DE', 'BR', String(THEN / MINUTE + 10)],
    },
  ]);
});

test('a new country is told in full', () => {
  const events = [...routine(), ...routine('FR', {}, 3), at(THEN + 2 * DAY, 'BR', { eventID: 'there' })];
  expect(said(events)).toEqual([
    {
      detector: 'anomaly:new-country',
      entity: ALICE,
      title: 'New country for a person',
      text: 'arn:aws:iam::111122223333:user/alice was seen in Brazil for the first time; known are Germany and France.',
      level: 'low',
      confidence: 0.7,
      tactics: ['initial-access'],
      techniques: ['T1078.004'],
      time: THEN + 2 * DAY + MINUTE - 1,
      window: [THEN + 2 * DAY, THEN + 2 * DAY + MINUTE - 1],
      observed: 'Brazil',
      expected: 'Germany and France',
      score: 2,
      reasons: ['2 other countries were known from the 90 days before.', 'The first call there succeeded.'],
      principal: 'arn:aws:iam::111122223333:user/alice',
      roleTag: 'developer',
      account: '111122223333',
      region: 'eu-central-1',
      address: '203.0.113.82',
      eventID: 'there',
      eventTime: THEN + 2 * DAY,
      cause: ['person', 'arn:aws:iam::111122223333:user/alice', 'BR', String((THEN + 2 * DAY) / MINUTE)],
    },
  ]);
});

describe('travels', () => {
  const here = at(THEN, 'DE');
  const known = [...routine(), ...routine('US', {}, 1)].map((event) => ({
    ...event,
    time: event.time - (event.country === 'US' ? 3 * HOUR + 30 * DAY : 0),
  }));
  test.each<[name: string, events: readonly Observation[], told: unknown[]]>([
    ['within a minute', [here, at(THEN + 30_000, 'US')], [['anomaly:travel', 'Germany', 'medium', 0.35]]],
    ['another client makes it surer', [here, at(THEN + 30_000, 'US', { agent: 'boto3' })], [['anomaly:travel', 'Germany', 'medium', 0.5]]],
    ['an unknown client does not', [here, at(THEN + 30_000, 'US', { agent: '' })], [['anomaly:travel', 'Germany', 'medium', 0.35]]],
    ['an airliner is as fast', [here, at(THEN + 8 * HOUR, 'US')], []],
    ['five hours are not enough', [here, at(THEN + 5 * HOUR, 'US')], [['anomaly:travel', 'Germany', 'medium', 0.35]]],
    [
      'there and back is told once',
      [here, at(THEN + MINUTE, 'US'), at(THEN + 2 * MINUTE, 'DE'), at(THEN + 3 * MINUTE, 'US')],
      [['anomaly:travel', 'Germany', 'medium', 0.35]],
    ],
    [
      'the next day again',
      [here, at(THEN + MINUTE, 'US'), at(THEN + DAY, 'DE'), at(THEN + DAY + MINUTE, 'US')],
      [
        ['anomaly:travel', 'Germany', 'medium', 0.35],
        ['anomaly:travel', 'Germany', 'medium', 0.35],
      ],
    ],
    [
      'a neighbour country',
      [here, at(THEN + MINUTE, 'FR'), at(THEN + 2 * MINUTE, 'AT')],
      [
        ['anomaly:new-country', 'France', 'low', 0.7],
        ['anomaly:new-country', 'Austria', 'low', 0.7],
      ],
    ],
    [
      'whoever fails to sign in is not the person',
      [here, at(THEN + MINUTE, 'US', { volumes: 1 << VOLUMES.indexOf('failed-logins'), failed: true })],
      [],
    ],
    [
      'a call that is refused is',
      [here, at(THEN + MINUTE, 'US', { failed: true, denied: true })],
      [['anomaly:travel', 'Germany', 'medium', 0.35]],
    ],
    ['a trusted network or a service has no country', [here, at(THEN + MINUTE, '', { address: '203.0.113.1' })], []],
    ['a machine is no person', [here, at(THEN + MINUTE, 'US', { person: '' })], []],
    ['a country that the table does not know', [here, at(THEN + MINUTE, 'ZZ')], []],
    [
      'a failed call from a new country',
      [here, at(THEN + DAY, 'JP', { failed: true, denied: true })],
      [['anomaly:new-country', 'Japan', 'low', 0.4]],
    ],
  ])('%s', (_name, events, told) => {
    expect(said([...known, ...events]).map(brief)).toEqual(told);
  });
});

describe('with cities', () => {
  const from = (time: number, address: string, more: Partial<Observation> = {}) =>
    at(time, CITIES[address]?.[0] ?? 'DE', { address, ...more });
  const home = routine('DE', { address: '198.51.100.7' });
  const seen = (...events: readonly Observation[]) =>
    said([...home, ...events], new Travel({ geo: cities })).map(({ text, confidence }) => [text, confidence]);
  test('a travel within a country is told, and surer', () => {
    const away = [...home, from(THEN - 9 * DAY + 2 * HOUR, '203.0.113.4'), from(THEN - 9 * DAY + 5 * HOUR, '203.0.113.4')];
    const events = [from(THEN, '203.0.113.4', { agent: 'chrome' }), from(THEN + 30 * MINUTE, '203.0.113.5', { agent: 'boto3' })];
    const told = said(
      [...away.filter(({ time }) => time < THEN - 10 * DAY), ...events],
      new Travel({ geo: cities, days: 0, activeDays: 0 }),
    );
    expect(told.filter(({ detector }) => detector === 'anomaly:travel').map(({ text, confidence }) => [text, confidence])).toEqual([
      [
        expect.stringMatching(
          /was seen in New York, United States and at most 31 minutes later in Los Angeles, United States, at least 36\d\d km away\.$/,
        ),
        0.8,
      ],
    ]);
  });
  test('what the database may get wrong is no travel', () => {
    expect(seen(from(THEN, '198.51.100.7'), from(THEN + MINUTE, '198.51.100.8'), from(THEN + 2 * MINUTE, '198.51.100.9'))).toEqual([]);
  });
  test('an address whose country the caller sees otherwise counts by that', () => {
    expect(seen(from(THEN, '198.51.100.7'), at(THEN + MINUTE, 'FR', { address: '203.0.113.5' }))).toEqual([
      [expect.stringContaining('seen in France for the first time'), 0.7],
    ]);
  });
});

describe('stays quiet for', () => {
  const vpn = (days: number, agents: readonly [string, string] = ['aws-cli', 'aws-cli']) =>
    Array.from({ length: days }, (_, day) => [
      at(START + day * DAY, 'DE', { agent: agents[0] }),
      at(START + day * DAY + 5 * MINUTE, 'US', { agent: agents[1] }),
      at(START + day * DAY + 2 * HOUR, 'DE', { agent: agents[0] }),
    ]).flat();

  test('an overseas VPN that is used from the first day', () => {
    expect(said(vpn(60))).toEqual([]);
  });

  test('one with another client behind it: a weak word once while it is learned', () => {
    expect(
      said(vpn(60, ['chrome', 'aws-cli'])).map(({ detector, level, confidence, reasons }) => [detector, level, confidence, reasons.at(-1)]),
    ).toEqual([['anomaly:travel', 'low', 0.3, 'The habits of the person are not known yet.']]);
  });

  test('one whose exits are in many cities', () => {
    const exits = ['203.0.113.4', '203.0.113.5'];
    const events = Array.from({ length: 60 }, (_, day) => [
      at(START + day * DAY, 'DE', { address: '198.51.100.7' }),
      at(START + day * DAY + MINUTE, 'US', { address: exits[day < 20 ? 0 : day % 2] as string }),
    ]);
    expect(said(events.flat(), new Travel({ geo: cities }))).toEqual([]);
  });

  test('one that is new, after the third day', () => {
    const events = [...routine('DE', {}, 20), ...vpn(15).map((event) => ({ ...event, time: event.time + 20 * DAY }))];
    const days = said(events)
      .filter(({ detector }) => detector === 'anomaly:travel')
      .map(({ time }) => Math.floor((time - THEN) / DAY));
    expect(days).toEqual([0, 1, 2]);
  });

  test('but not for another country all the same', () => {
    const events = [...vpn(20), at(THEN, 'DE'), at(THEN + MINUTE, 'US'), at(THEN + 2 * MINUTE, 'BR')];
    expect(said(events).map(({ detector, observed }) => [detector, typeof observed])).toEqual([
      ['anomaly:new-country', 'string'],
      ['anomaly:travel', 'number'],
    ]);
  });

  test('a roaming phone at a border, in one session with one client', () => {
    const events = Array.from({ length: 400 }, (_, i) =>
      at(START + Math.floor(i / 10) * DAY + (i % 10) * 3 * MINUTE, ['DE', 'FR', 'CH', 'DE'][i % 4] as string, { agent: 'safari' }),
    );
    expect(said(events)).toEqual([]);
  });

  test('a phone that is roaming at home and abroad while it learns', () => {
    const events = Array.from({ length: 20 }, (_, day) => [
      at(START + day * DAY, 'DE'),
      at(START + day * DAY + HOUR, 'PL'),
      at(START + day * DAY + 2 * HOUR, 'DE'),
    ]);
    expect(said([...events.flat(), at(THEN, 'PL'), at(THEN + MINUTE, 'DE')])).toEqual([]);
  });

  test('one by day and none by night, without a jump at first', () => {
    const daily = Array.from({ length: 30 }, (_, day) => [at(START + day * DAY, 'US'), at(START + day * DAY + 10 * HOUR, 'DE')]).flat();
    expect(said([...daily, at(THEN + MINUTE, 'DE')])).toEqual([]);
  });

  test('a business trip by air, but for the country', () => {
    const trip = [at(THEN, 'DE'), at(THEN + 12 * HOUR, 'US'), at(THEN + 4 * DAY, 'US'), at(THEN + 4 * DAY + 10 * HOUR, 'DE')];
    expect(said([...routine(), ...trip]).map(({ detector }) => detector)).toEqual(['anomaly:new-country']);
  });
});

describe('another database', () => {
  /** Before, the home network is in Germany; after, the same network is in the United States. */
  const database = (name: string, home: string): GeoDatabase => ({ name, locate: () => ({ country: home, city: '' }) });
  const change = (events: readonly Observation[]) => {
    const before = new Kept(new Travel({ geo: database('a 2026-09-01', 'DE') }), ALICE);
    for (const event of routine()) before.observe(event);
    before.advance(THEN - 1);
    const detector = new Travel({ geo: database('a 2026-10-01', 'US') });
    const state = JSON.parse(JSON.stringify(before.state));
    for (const event of events) detector.observe(state, ALICE, event);
    return [...before.anomalies, ...detector.advance(state, ALICE, Number.POSITIVE_INFINITY)].map(({ detector: name, confidence }) => [
      name,
      confidence,
    ]);
  };
  const renamed = (time: number) => at(time, 'US', { address: '198.51.100.200' });

  test('does not make new what the person used before', () => {
    expect(change([renamed(THEN), renamed(THEN + DAY), renamed(THEN + 20 * DAY)])).toEqual([]);
  });

  test('nor a jump between what was renamed and what was not', () => {
    expect(change([renamed(THEN), at(THEN + MINUTE, 'DE', { address: '203.0.113.9' }), renamed(THEN + 2 * MINUTE)])).toEqual([]);
  });

  test('makes what is new elsewhere less sure for a fortnight', () => {
    const elsewhere = (time: number) => at(time, 'JP', { address: '203.0.113.200' });
    expect(change([renamed(THEN), elsewhere(THEN + 3 * DAY)])).toEqual([['anomaly:new-country', 0.35]]);
    expect(change([renamed(THEN), elsewhere(THEN + 20 * DAY)])).toEqual([['anomaly:new-country', 0.7]]);
  });
});

test('who is everywhere on one day is told so, and not pair by pair', () => {
  const countries = [
    'US',
    'BR',
    'JP',
    'AU',
    'ZA',
    'IN',
    'CN',
    'AR',
    'CA',
    'MX',
    'EG',
    'KE',
    'RU',
    'SG',
    'KR',
    'TH',
    'VN',
    'NZ',
    'CL',
    'PE',
  ];
  const told = said([...routine(), ...countries.map((country, i) => at(THEN + i * MINUTE, country))]);
  expect(told.filter(({ title }) => title === 'Impossible travel')).toHaveLength(3);
  expect(told.filter(({ title }) => title === 'Seen in too many places in one day').map(({ time, observed }) => [time, observed])).toEqual([
    [THEN + 17 * MINUTE - 1, 17],
  ]);
  expect(told.filter(({ detector }) => detector === 'anomaly:new-country')).toHaveLength(16);
});

describe('the watermark', () => {
  test('passes minutes, not parts of them', () => {
    const detector = new Travel({ days: 0, activeDays: 0 });
    const kept = new Kept(detector, ALICE);
    expect(detector.due(kept.state)).toBeUndefined();
    kept.observe(at(THEN + 30_000, 'DE'));
    kept.observe(at(THEN + 10, 'FR'));
    expect(detector.due(kept.state)).toBe(THEN + MINUTE - 1);
    kept.advance(THEN + MINUTE - 2);
    expect(kept.anomalies).toEqual([]);
    kept.advance(THEN + MINUTE - 1);
    expect(kept.anomalies.map(({ observed, time }) => [observed, time])).toEqual([
      ['France', THEN + MINUTE - 1],
      ['Germany', THEN + MINUTE - 1],
    ]);
    expect(detector.due(kept.state)).toBeUndefined();
  });

  test('one by one is as at once', () => {
    const events = [...routine(), at(THEN, 'US'), at(THEN + MINUTE, 'DE'), at(THEN + 40 * DAY, 'BR')];
    const kept = judgedOneByOne(new Travel(), ALICE, events);
    kept.advance(THEN + 41 * DAY);
    expect(kept.anomalies).toEqual(said(events));
    expect(kept.anomalies.length).toBe(3);
  });

  test('after 90 days without a sighting all is over', () => {
    const detector = new Travel();
    const state = detector.empty();
    detector.observe(state, ALICE, at(START, 'DE'));
    expect(detector.isOver(state, START + 200 * DAY)).toBe(false);
    detector.advance(state, ALICE, START + DAY);
    expect([90, 90.05, Number.POSITIVE_INFINITY].map((days) => detector.isOver(state, START + days * DAY))).toEqual([false, true, false]);
    const again = [...routine(), at(THEN + 100 * DAY, 'BR'), at(THEN + 101 * DAY, 'JP')];
    expect(said(again)).toEqual([]);
  });
});

import { ConfigError, defaultConfig, loadConfig } from '../../../core/config/load.ts';

const FILE = 'soc.json';

/** The sentences with which a text is refused, without the file's name. */
function refusal(text: string): string[] {
  let error: unknown;
  try {
    loadConfig(text, FILE);
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(ConfigError);
  return (error as ConfigError).message.split('\n').map((line) => line.replace(/^soc\.json:? /, ''));
}

test('an empty file of configuration gives the defaults', () => {
  const defaults = {
    rules: { disabled: [], levels: {} },
    roleTags: [],
    trustedNetworks: [],
    exceptions: [],
    risk: { failedShare: 0.6 },
    anomalies: { learningDays: 14, geo: { databases: [], bundled: true } },
    posture: {},
    report: { events: 10_000 },
    limits: { inflatedMegabytes: 16_384, inflateRatio: 400, recordMegabytes: 16 },
  };
  expect(defaultConfig()).toEqual(defaults);
  expect(loadConfig('{}', FILE)).toEqual(defaults);
  expect(loadConfig('{"rules":{},"risk":{},"anomalies":{"geo":{}},"posture":{},"report":{},"limits":{}}', FILE)).toEqual(defaults);
});

test('what is given is kept, the rest has its default', () => {
  const given = {
    $schema: './trailwarden.config.schema.json',
    rules: { disabled: ['discovery/*'], levels: { 'iam/create-user.yml': 'high' } },
    roleTags: [{ tag: 'admin', principals: ['*:user/alice'] }],
    trustedNetworks: ['203.0.113.0/24', '2001:db8::/32', '198.51.100.7'],
    exceptions: [{ rule: 'iam/*', principal: '*:role/deploy', owner: 'platform', reason: 'deploys', expires: '2027-03-31' }],
    risk: { failedShare: 0 },
    anomalies: { learningDays: 7, geo: { databases: ['geo/GeoLite2-City.mmdb', '/data/asn.mmdb'], bundled: false } },
    posture: { regions: ['eu-west-1'] },
    report: { events: 0 },
    limits: { inflatedMegabytes: 1, inflateRatio: 2, recordMegabytes: 256 },
  };
  expect(loadConfig(JSON.stringify(given), FILE)).toEqual(given);
});

const ALL = '$schema, rules, roleTags, trustedNetworks, exceptions, risk, anomalies, posture, report, limits, deploy';

test.each<[string, string, string[]]>([
  ['a key not known', '{"rule":{}}', [`"rule" is not a known key. Did you mean "rules"? Known there: ${ALL}.`]],
  [
    'a key of another case',
    '{"trustednetworks":[]}',
    [`"trustednetworks" is not a known key. Did you mean "trustedNetworks"? Known there: ${ALL}.`],
  ],
  [
    'a key one level down',
    '{"rules":{"disable":[]}}',
    ['"rules.disable" is not a known key. Did you mean "disabled"? Known there: disabled, levels.'],
  ],
  [
    'a key under risk',
    '{"risk":{"failShare":1}}',
    ['"risk.failShare" is not a known key. Did you mean "failedShare"? Known there: failedShare.'],
  ],
  [
    'a key under posture',
    '{"posture":{"region":[]}}',
    ['"posture.region" is not a known key. Did you mean "regions"? Known there: regions.'],
  ],
  ['a key under report', '{"report":{"rows":1}}', ['"report.rows" is not a known key. Did you mean "events"? Known there: events.']],
  [
    'a key under limits',
    '{"limits":{"ratio":1}}',
    ['"limits.ratio" is not a known key. Did you mean "inflateRatio"? Known there: inflatedMegabytes, inflateRatio, recordMegabytes.'],
  ],
  [
    'a key inside a list',
    '{"roleTags":[{"tag":"admin","principals":["x"]},{"tag":"admin","principals":["x"],"tags":1}]}',
    ['"roleTags.1.tags" is not a known key. Did you mean "tag"? Known there: tag, principals.'],
  ],
  [
    'two things at once',
    '{"rules":{"a":1},"risk":5}',
    [expect.stringContaining('"rules.a" is not a known key'), expect.stringContaining('"risk" should be')],
  ],
  ['a key that every object has', '{"constructor":1}', [expect.stringMatching(/^"constructor" is not a known key\. Did you mean "/)]],
  ['a prototype', '{"__proto__":{"rules":1}}', [expect.stringMatching(/^"__proto__" is not a known key\. Did you mean "/)]],
  ['a key that is missing', '{"roleTags":[{"tag":"admin"}]}', ['"roleTags.0.principals" is missing.']],
  ['a number for a section', '{"rules":5}', ['"rules" should be an object, but is 5.']],
  ['null for a section', '{"limits":null}', ['"limits" should be an object, but is null.']],
  ['a list for a section', '{"rules":[]}', ['"rules" should be an object, but is a list.']],
  ['a list of levels', '{"rules":{"levels":["high"]}}', ['"rules.levels" should be an object, but is a list.']],
  ['a list in a list of objects', '{"roleTags":[[]]}', expect.arrayContaining(['"roleTags.0" should be an object, but is a list.'])],
  ['an object for a list', '{"trustedNetworks":{}}', ['"trustedNetworks" should be a list, but is {}.']],
  ['a number for a text', '{"rules":{"disabled":[7]}}', ['"rules.disabled.0" should be a text, but is 7.']],
  [
    'an empty pattern',
    '{"rules":{"disabled":[""]}}',
    ['"rules.disabled.0" should be filled (at least one entry or character), but is "".'],
  ],
  [
    'no patterns',
    '{"roleTags":[{"tag":"root","principals":[]}]}',
    ['"roleTags.0.principals" should be filled (at least one entry or character), but is [].'],
  ],
  [
    'a level that is none',
    '{"rules":{"levels":{"a":"severe"}}}',
    ['"rules.levels.a" should be ("informational" | "low" | "medium" | "high" | "critical"), but is "severe".'],
  ],
  [
    'a role tag that is none',
    '{"roleTags":[{"tag":"boss","principals":["x"]}]}',
    ['"roleTags.0.tag" should be ("admin" | "developer" | "external" | "service" | "root" | "unknown"), but is "boss".'],
  ],
  [
    'a network that is none',
    '{"trustedNetworks":["10.1/16"]}',
    ['"trustedNetworks.0" should be a network such as "203.0.113.0/24" or an address, but is "10.1/16".'],
  ],
  ['a share too large', '{"risk":{"failedShare":1.5}}', ['"risk.failedShare" should be at most 1, but is 1.5.']],
  ['a share below zero', '{"risk":{"failedShare":-0.1}}', ['"risk.failedShare" should be at least 0, but is -0.1.']],
  ['a share in words', '{"risk":{"failedShare":"half"}}', ['"risk.failedShare" should be a number, but is "half".']],
  ['half a row', '{"report":{"events":0.5}}', ['"report.events" should be a whole number, but is 0.5.']],
  ['too many rows', '{"report":{"events":100001}}', ['"report.events" should be at most 100000, but is 100001.']],
  ['a limit of nothing', '{"limits":{"recordMegabytes":0}}', ['"limits.recordMegabytes" should be at least 1, but is 0.']],
  ['a long value is cut', `{"risk":"${'x'.repeat(200)}"}`, [`"risk" should be an object, but is "${'x'.repeat(79)}….`]],
  ['no JSON', '{"rules":', [expect.stringMatching(/^is not JSON: .+\. Mend the text, or start anew from \{\}\.$/)]],
  ['an empty file', '', [expect.stringMatching(/^is not JSON: /)]],
  ['a list', '[1]', ['should hold a JSON object such as {}, but holds [1].']],
  [
    'a database by a name that is none',
    '{"anomalies":{"geo":{"databases":[""]}}}',
    ['"anomalies.geo.databases.0" should be filled (at least one entry or character), but is "".'],
  ],
  [
    'more databases than are opened',
    JSON.stringify({ anomalies: { geo: { databases: Array.from({ length: 9 }, () => 'x') } } }),
    ['"anomalies.geo.databases" should be at most 8 files, but is ["x","x","x","x","x","x","x","x","x"].'],
  ],
  [
    'a key of the databases not known',
    '{"anomalies":{"geo":{"database":["x.mmdb"]}}}',
    ['"anomalies.geo.database" is not a known key. Did you mean "databases"? Known there: databases, bundled.'],
  ],
  ['null', 'null', ['should hold a JSON object such as {}, but holds null.']],
])('%s is refused', (_name, text, sentences) => {
  expect(refusal(text)).toEqual(sentences);
});

test('a refusal names the file in every line', () => {
  expect(() => loadConfig('{"rules":5,"risk":5}', 'x/y.json')).toThrow(/^x\/y\.json: "rules".*\nx\/y\.json: "risk"/);
  expect(() => loadConfig('7', 'x/y.json')).toThrow(/^x\/y\.json should hold/);
});

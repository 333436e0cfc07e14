import { BASE_RECORD } from '../../../core/rules/case.ts';
import { testRules } from '../../../core/rules/testing.ts';
import { selectionText } from './rule-text.ts';

const RULE = selectionText({ eventName: 'CreateUser', 'requestParameters.userName': 'bob' });
const FIRES = `cases:
  - name: bob is made
    fires: true
    record:
      eventName: CreateUser
      requestParameters: { userName: bob }
`;
const SILENT = `  - name: somebody else is made
    fires: false
    record:
      eventName: CreateUser
      requestParameters: { userName: carol }
`;

function problems(tests: string | undefined, rule = RULE): readonly string[] {
  const files = tests === undefined ? [] : [{ file: 'iam/a.test.yml', text: tests }];
  return testRules([{ file: 'iam/a.yml', text: rule }], files).flatMap((result) => result.problems);
}

describe('the tests of a rule pack', () => {
  test('pass without a problem', () => {
    const [result] = testRules([{ file: 'iam/a.yml', text: RULE }], [{ file: 'iam/a.test.yml', text: FIRES + SILENT }]);
    expect(result).toMatchObject({ file: 'iam/a.yml', rule: { title: 'A rule' }, cases: 2, problems: [] });
  });

  test.each<[name: string, tests: string | undefined, expected: readonly string[]]>([
    ['no test file', undefined, ['iam/a.yml: The rule has no tests; write iam/a.test.yml.']],
    ['no silent case', FIRES, ['iam/a.test.yml:1: The tests have no case in which the rule stays silent; write one.']],
    ['no firing case', `cases:\n${SILENT}`, ['iam/a.test.yml:1: The tests have no case in which the rule fires; write one.']],
    [
      'a case that should fire',
      FIRES.replace('userName: bob', 'userName: carol') + SILENT,
      [
        'iam/a.test.yml:2: The case "bob is made" should fire but stays silent, as requestParameters.userName is "carol" where it must be "bob".',
      ],
    ],
    [
      'a case that should stay silent',
      FIRES + SILENT.replace('carol', 'bob'),
      [
        'iam/a.test.yml:7: The case "somebody else is made" should stay silent but fires, as eventName is "CreateUser" and requestParameters.userName is "bob".',
      ],
    ],
    ['an unknown key', `${FIRES}${SILENT}extra: 1\n`, ['iam/a.test.yml:12: The key "extra" is unknown here; known are cases.']],
    [
      'an unknown key of a case',
      `${FIRES}    because: x\n${SILENT}`,
      ['iam/a.test.yml:7: The key "because" is unknown here; known are name, fires, record.'],
    ],
    ['no cases', 'other: 1\n', ['iam/a.test.yml:1: The key "other" is unknown here; known are cases.']],
    ['cases that are no list', 'cases: 1\n', ['iam/a.test.yml:1: "cases" must be a list; each case has name, fires and record.']],
    ['a case that is no mapping', 'cases: [a]\n', ['iam/a.test.yml:1: A case is a mapping with name, fires and record.']],
    ['a case without a name', 'cases:\n  - fires: true\n', ['iam/a.test.yml:2: A case needs a name that says what happens in it.']],
    [
      'a case that does not say whether it fires',
      'cases:\n  - name: a\n    fires: maybe\n',
      ['iam/a.test.yml:3: The case "a" needs "fires: true" or "fires: false".'],
    ],
    [
      'a case without a record',
      'cases:\n  - name: a\n    fires: true\n',
      ['iam/a.test.yml:2: The case "a" needs a record, a mapping of top-level keys.'],
    ],
    [
      'two cases of one name',
      FIRES + SILENT.replace('somebody else is made', 'bob is made'),
      ['iam/a.test.yml:7: Two cases are named "bob is made"; give each its own name.'],
    ],
    ['two documents', `${FIRES}---\n${FIRES}`, ['iam/a.test.yml:1: A test file is one mapping with the key "cases".']],
    ['an empty file', '', ['iam/a.test.yml:1: A test file is one mapping with the key "cases".']],
    [
      'broken YAML',
      'cases: [\n',
      ['iam/a.test.yml:2: This is not valid YAML: Flow sequence in block collection must be sufficiently indented and end with a ].'],
    ],
  ])('%s', (_, tests, expected) => {
    expect(problems(tests)).toEqual(expected);
  });

  test('a refused rule is a problem of its file', () => {
    expect(problems(FIRES + SILENT, selectionText({ 'a|like': 1 }))).toEqual([
      expect.stringMatching(/^iam\/a\.yml:1: The field "a\|like" has the modifier "like"/),
    ]);
  });

  test('two rules in a file are a problem', () => {
    const second = RULE.replace('A rule', 'A second rule');
    expect(problems(FIRES + SILENT, `${RULE}\n---\n${second}`)).toEqual([
      'iam/a.yml: The file holds 2 rules; a pack keeps one rule a file, with its tests beside it.',
    ]);
  });

  test('tests without a rule are a result of their own', () => {
    expect(testRules([], [{ file: 'iam/b.test.yml', text: FIRES }])).toEqual([
      { file: 'iam/b.test.yml', cases: 0, problems: ['iam/b.test.yml: The tests have no rule; expected is one in iam/b.yml.'] },
    ]);
  });

  test.each<[name: string, selection: unknown, expected: string]>([
    [
      'each alternative that is missed',
      [{ awsRegion: 'x' }, { userAgent: 'y*' }],
      'awsRegion is "us-east-1" where it must be "x", and userAgent is "aws-cli/2.15.40 md/awscrt#0.19.19 ua/2.0 os/linux#6.1 md/a… where it must be like "y*"',
    ],
    ['a keyword that is missed', ['needle'], 'no text in the record is like "*needle*"'],
    ['what is absent', { errorCode: 'AccessDenied' }, 'errorCode is "(absent)" where it must be "AccessDenied"'],
    [
      'many values',
      { awsRegion: ['a', 'b', 'c', 'd', 'e', 'f'] },
      'awsRegion is "us-east-1" where it must be "a" or "b" or "c" or "d" or 2 more',
    ],
  ])('a silent case names %s', (_, selection, expected) => {
    expect(problems(FIRES + SILENT, selectionText(selection))).toEqual([
      `iam/a.test.yml:2: The case "bob is made" should fire but stays silent, as ${expected}.`,
    ]);
  });

  test('a silent case names the filter that takes it away', () => {
    const rule = RULE.replace('"condition":"selection"', '"filter":{"awsRegion":"us-east-1"},"condition":"selection and not filter"');
    expect(problems(FIRES + SILENT, rule)).toEqual([
      'iam/a.test.yml:2: The case "bob is made" should fire but stays silent, as awsRegion is "us-east-1" where it must not be "us-east-1".',
    ]);
  });

  test('a record is laid over an ordinary call; ~absent takes a key out, null stays null', () => {
    const rule = selectionText({ 'userAgent|exists': false, 'awsRegion|exists': true, awsRegion: null, 'userIdentity.userName': 'alice' });
    const tests = `cases:
  - { name: one, fires: true, record: { userAgent: ~absent, awsRegion: null } }
  - { name: two, fires: false, record: { awsRegion: null } }
`;
    expect(problems(tests, rule)).toEqual([]);
    expect(BASE_RECORD).toMatchObject({
      userAgent: expect.any(String),
      awsRegion: 'us-east-1',
      requestParameters: null,
      userIdentity: { type: 'IAMUser', accountId: '111122223333' },
    });
  });
});

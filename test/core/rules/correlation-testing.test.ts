import { testRules } from '../../../core/rules/testing.ts';
import { correlationText, namedRule } from './correlation-text.ts';

const RULE = namedRule('CreateUser');
const CORRELATION = correlationText('many_users', {
  type: 'value_count',
  rules: ['CreateUser'],
  'group-by': ['principal'],
  timespan: '10m',
  condition: { field: 'requestParameters.userName', gte: 3 },
});
const USER = 'eventName: CreateUser, requestParameters: { userName: ';
const FIRES = `cases:
  - name: three users
    fires: true
    records:
      - { at: 0m, ${USER} a } }
      - { at: 1m, ${USER} b } }
      - { at: 10m, ${USER} c } }
`;
const SILENT = `  - name: one user, many times
    fires: false
    records:
      - { at: 0m, times: 30, ${USER} a } }
`;

function problems(tests: string, correlation = CORRELATION): readonly string[] {
  const rules = [
    { file: 'iam/user.yml', text: RULE },
    { file: 'correlation/users.yml', text: correlation },
  ];
  const files = [
    {
      file: 'iam/user.test.yml',
      text: 'cases: [{ name: a, fires: true, record: { eventName: CreateUser } }, { name: b, fires: false, record: {} }]',
    },
    { file: 'correlation/users.test.yml', text: tests },
  ];
  return testRules(rules, files).flatMap((result) => result.problems);
}

const AT = 'correlation/users.test.yml';

describe('the tests of a correlation', () => {
  test('pass without a problem, beside those of the rules', () => {
    expect(problems(FIRES + SILENT)).toEqual([]);
  });

  test.each<[name: string, tests: string, expected: string]>([
    [
      'a case that should fire',
      FIRES.replace('at: 10m', 'at: 11m') + SILENT,
      `${AT}:2: The case "three users" should fire but stays silent, as "Rule CreateUser" matched 3 times.`,
    ],
    [
      'a case that should fire without anything that matches',
      `cases:\n  - { name: nothing, fires: true, records: [{ at: 0s }] }\n${SILENT}`,
      `${AT}:2: The case "nothing" should fire but stays silent, as "Rule CreateUser" matched never.`,
    ],
    [
      'a case that should stay silent',
      `${FIRES}${SILENT}      - { at: 2m, ${USER} b } }\n      - { at: 3m, ${USER} c } }\n`,
      `${AT}:8: The case "one user, many times" should stay silent but fires, as principal is "arn:aws:iam::111122223333:user/alice" and distinct requestParameters.userName is "3: a, b, c" and Rule CreateUser is "2024-05-14T09:13:00Z 0b7e2f64-3c1a-4d58-8e27-000000000029" and Rule CreateUser is "2024-05-14T09:14:31Z 0b7e2f64-3c1a-4d58-8e27-000000000030" and Rule CreateUser is "2024-05-14T09:15:31Z 0b7e2f64-3c1a-4d58-8e27-000000000031".`,
    ],
    [
      'a record instead of records',
      'cases:\n  - { name: a, fires: true, record: {} }\n',
      `${AT}:2: The key "record" is unknown here; known are name, fires, records.`,
    ],
    [
      'no records',
      'cases:\n  - { name: a, fires: true }\n',
      `${AT}:2: The case "a" needs records, a list of mappings of top-level keys, each with "at".`,
    ],
    [
      'an empty list',
      'cases:\n  - { name: a, fires: true, records: [] }\n',
      `${AT}:2: The case "a" needs records, a list of mappings of top-level keys, each with "at".`,
    ],
    [
      'a text among the records',
      'cases:\n  - { name: a, fires: true, records: [b] }\n',
      `${AT}:2: A record is a mapping of top-level keys, with "at"; here stands something else.`,
    ],
    [
      'a record without a time',
      'cases:\n  - { name: a, fires: true, records: [{ eventName: A }] }\n',
      `${AT}:2: A record needs "at", its time after the first as 0s, 15m or 2h; here stands null.`,
    ],
    [
      'a time that is none',
      'cases:\n  - { name: a, fires: true, records: [{ at: soon }] }\n',
      `${AT}:2: A record needs "at", its time after the first as 0s, 15m or 2h; here stands "soon".`,
    ],
    [
      'a record too often',
      'cases:\n  - { name: a, fires: true, records: [{ at: 0s, times: 5000 }] }\n',
      `${AT}:2: "times" says how often the record happens, a second apart, from 1 to 1000; here stands 5000.`,
    ],
    ['no silent case', FIRES, `${AT}:1: The tests have no case in which the rule stays silent; write one.`],
  ])('%s', (_, tests, expected) => {
    expect(problems(tests)).toEqual([expected]);
  });

  test('records of a case come in the order of their times, however they are written', () => {
    const shuffled = `cases:
  - name: three users
    fires: true
    records:
      - { at: 10m, ${USER} c } }
      - { at: 0m, ${USER} a } }
      - { at: 5m, ${USER} b } }
`;
    expect(problems(shuffled + SILENT)).toEqual([]);
  });

  test('the cases of a refused correlation are not run', () => {
    expect(problems(FIRES + SILENT, CORRELATION.replace('"CreateUser"', '"Nobody"'))).toEqual([
      expect.stringMatching(/^correlation\/users\.yml:1: The correlation names the rule "Nobody"/),
      expect.stringMatching(/^correlation\/users\.test\.yml:4: The key "records" is unknown here/),
    ]);
  });
});

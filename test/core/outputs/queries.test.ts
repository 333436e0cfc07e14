import { athenaQuery, insightsQuery } from '../../../core/outputs/email-queries.ts';
import { HOSTILE, incidentOf } from './made-results.ts';

const UUID = '00000002-1111-4222-8333-444455556666';

test.each<[string, string, string]>([
  ['a user', 'arn:aws:iam::111122223333:user/alice', "userIdentity.arn = 'arn:aws:iam::111122223333:user/alice'"],
  [
    'a role',
    'arn:aws:iam::111122223333:role/deploy',
    "userIdentity.sessionContext.sessionIssuer.arn in ['arn:aws:iam::111122223333:role/deploy']",
  ],
  [
    'a person behind a role',
    'arn:aws:iam::111122223333:role/x/admin/ana@example.com',
    "userIdentity.sessionContext.sessionIssuer.arn in ['arn:aws:iam::111122223333:role/x/admin/ana@example.com', 'arn:aws:iam::111122223333:role/x/admin']",
  ],
  ['another account', 'account/444455556666', "userIdentity.accountId = '444455556666'"],
  ['a service', 'ec2.amazonaws.com', "userIdentity.invokedBy = 'ec2.amazonaws.com'"],
  ['a name that could break out', "arn:aws:iam::111122223333:user/a' or 1 = 1", `eventID in ['${UUID}']`],
])('Logs Insights is asked for %s', (_name, principal, filter) => {
  const lines = insightsQuery(incidentOf({ principal, eventID: UUID })).split('\n');
  expect(lines[1]).toBe(`| filter ${filter}`);
  expect(lines[2]).toMatch(/^\| filter toMillis\(@timestamp\) >= \d+ and toMillis\(@timestamp\) <= \d+$/);
  expect(lines).toHaveLength(5);
});

test.each(HOSTILE.map((word): [string, string] => [JSON.stringify(word).slice(0, 40), word]))(
  'hostile name %s asks for events by their ids, or nothing',
  (_shown, word) => {
    expect(insightsQuery(incidentOf({ principal: word, eventID: UUID }))).toContain(`eventID in ['${UUID}']`);
    expect(athenaQuery(incidentOf({ principal: word, eventID: UUID }))).toContain(`eventid IN ('${UUID}')`);
    expect(insightsQuery(incidentOf({ principal: word, eventID: word }))).toBe('');
    expect(athenaQuery(incidentOf({ principal: word, eventID: word }))).toBe('');
  },
);

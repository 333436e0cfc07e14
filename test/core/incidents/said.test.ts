import { saidOf } from '../../../core/incidents/said.ts';

const ALICE = 'arn:aws:iam::111122223333:user/alice';

test.each<[string, string, string, string]>([
  [
    'who did it needs no name',
    `${ALICE} called iam:CreateUser, which it had not done in the 14 days before.`,
    ALICE,
    'it called iam:CreateUser, which it had not done in the 14 days before',
  ],
  [
    'a window first',
    `In the hour from 2026-09-04T07:00:00Z ${ALICE} was unlike the others: 2 regions, usually 1.`,
    ALICE,
    'in the hour from 2026-09-04 07:00 UTC it was unlike the others: 2 regions, usually 1',
  ],
  [
    'about something else',
    'From 198.51.100.7 there were 60 deletions in the hour from 2026-09-17T15:00:00Z.',
    ALICE,
    'from 198.51.100.7 there were 60 deletions in the hour from 2026-09-17 15:00 UTC',
  ],
  [
    'the account stays beside its principal',
    'account/444455556666 of account 444455556666 called sts:AssumeRole.',
    'account/444455556666',
    'account/444455556666 of account 444455556666 called sts:AssumeRole',
  ],
  ['a name that begins like another', `${ALICE}2 called iam:CreateUser.`, ALICE, `${ALICE}2 called iam:CreateUser`],
  ['nobody', 'Something happened.', '', 'Something happened'],
  ['seconds stay', 'Seen at 2026-09-04T07:00:11Z.', ALICE, 'Seen at 2026-09-04 07:00:11 UTC'],
])('%s', (_name, text, principal, expected) => {
  expect(saidOf(text, principal)).toBe(expected);
});

test('what an attacker names at length is cut', () => {
  expect(saidOf(`it called ${'x'.repeat(5000)}`, ALICE)).toHaveLength(400);
});

import { mailError } from '../../../lambdas/aws/mail-errors.ts';

const SENDER = 'trailwarden@example.com';
const UNVERIFIED = 'Email address is not verified. The following identities failed the check in region EU-WEST-1: ';
const DENIED = 'User `arn:aws:sts::111122223333:assumed-role/alert/alert` is not authorized to perform `ses:SendEmail` on resource ';

const error = (name: string, status: number | undefined, message = 'why') =>
  Object.assign(new Error(message), { name }, status === undefined ? {} : { $metadata: { httpStatusCode: status } });

test.each<[string, unknown, RegExp]>([
  [
    'the content is not accepted',
    error('MessageRejected', 400, 'Content contains a virus.'),
    /SES refused the mail \(MessageRejected: Cont/,
  ],
  ['the mail is too large', error('MessageRejected', 400, 'Message length is more than 10485760 bytes long.'), /SES refused the mail/],
  ['an address is malformed', error('BadRequestException', 400, "Missing final '@domain'"), /SES refused the mail/],
  ['a parameter is bad', error('InvalidParameterValue', 400), /SES refused the mail/],
  ['the request is too large', error('UnknownError', 413), /SES refused the mail/],
])('when %s it is for good', (_name, thrown, reason) => {
  expect(mailError(thrown, SENDER)).toEqual({ outcome: 'refused', reason: expect.stringMatching(reason) });
});

test.each<[string, unknown, boolean, RegExp]>([
  ['the sender is not verified', error('MessageRejected', 400, UNVERIFIED + SENDER), false, /not verified.+\)\. Verify the sender in SES/],
  ['sender and recipient are not', error('MessageRejected', 400, `${UNVERIFIED}soc@example.com, ${SENDER}`), false, /Verify the sender/],
  ['a recipient is not verified in the sandbox', error('MessageRejected', 400, `${UNVERIFIED}soc@example.com`), true, /each recipient too/],
  ['a recipient who is called almost like the sender', error('MessageRejected', 400, `${UNVERIFIED}a-${SENDER}`), true, /Verify/],
  ['the mail is rejected for reasons unknown', error('MessageRejected', 400), true, /Verify/],
  ['the MAIL FROM domain is not set up', error('MailFromDomainNotVerifiedException', 400), false, /MAIL FROM domain/],
  ['the account is suspended', error('AccountSuspendedException', 400), false, /suspended/],
  ['sending is paused', error('SendingPausedException', 400), false, /account dashboard/],
  ['a configuration set is missing', error('NotFoundException', 404), false, /configuration set/],
  [
    'a configuration set is bad',
    error('BadRequestException', 400, 'Configuration set is of another region'),
    false,
    /npx trailwarden doctor/,
  ],
  ['the role may not', error('AccessDeniedException', 403, `${DENIED}x:identity/${SENDER}`), false, /A policy denies the sending/],
  ['the role may not send to one', error('AccessDeniedException', 403, `${DENIED}x:identity/example.org`), true, /A policy denies/],
  ['the quota of SES is used up', error('LimitExceededException', 400), false, /ask for a higher one/],
  ['the quota of the day is used up', error('TooManyRequestsException', 429, 'Daily message quota exceeded.'), false, /ask for a higher/],
  ['some other fault', error('UnknownError', 400), false, /npx trailwarden doctor/],
])('when %s it waits until somebody acts', (_name, thrown, byRecipient, reason) => {
  expect(mailError(thrown, SENDER)).toEqual({ outcome: 'blocked', byRecipient, reason: expect.stringMatching(reason) });
});

test.each<[string, unknown]>([
  ['too many come at once', error('TooManyRequestsException', 429, 'Maximum sending rate exceeded.')],
  ['it is throttled', error('ThrottlingException', 400)],
  ['the token is old', error('ExpiredTokenException', 400)],
  ['the signature is wrong', error('SignatureDoesNotMatch', 403)],
  ['SES is down', error('InternalServiceErrorException', 500)],
  ['nobody answers', error('TimeoutError', undefined)],
  ['what was thrown is no error', 'socket hang up'],
  ['what was thrown is nothing', undefined],
])('when %s it passes by itself', (_name, thrown) => {
  expect(mailError(thrown, SENDER)).toEqual({ outcome: 'failed', reason: expect.stringMatching(/^SES could not take the mail now \(/) });
});

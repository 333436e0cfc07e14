import { mailError } from '../../../lambdas/aws/mail.ts';

const error = (name: string, status: number | undefined, message = 'why') =>
  Object.assign(new Error(message), { name }, status === undefined ? {} : { $metadata: { httpStatusCode: status } });

test.each<[string, unknown, 'refused' | 'failed', RegExp]>([
  [
    'an address is not verified',
    error('MessageRejected', 400, 'Email address is not verified.'),
    'refused',
    /Email address is not verified\.\)\. Verify the sender/,
  ],
  ['the MAIL FROM domain is not set up', error('MailFromDomainNotVerifiedException', 400), 'refused', /MAIL FROM domain/],
  ['the account is suspended', error('AccountSuspendedException', 400), 'refused', /suspended/],
  ['a parameter is bad', error('BadRequestException', 400), 'refused', /Check the addresses/],
  ['a configuration set is missing', error('NotFoundException', 404), 'refused', /configuration set/],
  ['some other fault of ours', error('UnknownError', 400), 'refused', /SES refused the mail/],
  ['too many at once', error('TooManyRequestsException', 429), 'failed', /tried again/],
  ['the day’s quota is used up', error('LimitExceededException', 400), 'failed', /tried again/],
  ['sending is paused', error('SendingPausedException', 400), 'failed', /tried again/],
  ['the role may not', error('AccessDeniedException', 403), 'failed', /tried again/],
  ['the token is old', error('ExpiredTokenException', 400), 'failed', /tried again/],
  ['SES is down', error('InternalServiceErrorException', 500), 'failed', /tried again/],
  ['nobody answers', error('TimeoutError', undefined), 'failed', /TimeoutError/],
  ['what was thrown is no error', 'socket hang up', 'failed', /tried again/],
  ['what was thrown is nothing', undefined, 'failed', /tried again/],
])('when %s', (_name, thrown, outcome, reason) => {
  expect(mailError(thrown)).toEqual({ outcome, reason: expect.stringMatching(reason) });
});

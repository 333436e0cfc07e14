import type { MailAnswer } from '../../core/alerts/ports.ts';

/** What to do about errors that last until somebody acts. */
const ADVICE: Readonly<Record<string, string>> = {
  MessageRejected: 'Verify the sender in SES and, while SES is in its sandbox, each recipient too, or have AWS lift the sandbox.',
  MailFromDomainNotVerifiedException: 'Set up the MAIL FROM domain of the sender in SES.',
  AccountSuspendedException: 'AWS has suspended sending for this account: see its Support Center.',
  SendingPausedException: 'Sending is paused: see the account dashboard of SES, and the configuration set of the sender if it has one.',
  LimitExceededException: 'The quota of SES is used up: ask for a higher one, or find out who else sends.',
  NotFoundException: 'Something that the sender names, such as its configuration set, does not exist in SES.',
  AccessDeniedException: 'A policy denies the sending: that of the organization, of the identity in SES, or of the alert function.',
};
const OTHER_ADVICE = '"npx trailwarden doctor" looks at the sender, the account and the recipients.';

/** Of the account, its identities or its settings: the very same mail goes through once that is mended. */
const MENDABLE = /verif|identit|sandbox|paused|suspend|configuration set|permission|not authorized/i;
/** Of the mail itself: it would be refused again, and again. */
const OF_THE_MAIL = /\b(too (large|long|big)|longer than|more than \d+ bytes|exceeds?|virus|malware|content|headers?|boundary|mime)\b/i;
/** May concern one recipient alone. */
const BY_RECIPIENT = /^(MessageRejected|AccessDenied)/;

/** What an error of SES means: for good, until somebody acts, or for now. `sender`: the address that the mail would have come from. */
export function mailError(error: unknown, sender: string): MailAnswer {
  const {
    name = 'Error',
    message = '',
    $metadata,
  } = (error ?? {}) as { name?: string; message?: string; $metadata?: { httpStatusCode?: number } };
  const said = `${name}: ${message || 'no message'}`.slice(0, 400);
  switch (outcomeOf(name, message, $metadata?.httpStatusCode ?? 0)) {
    case 'refused':
      return { outcome: 'refused', reason: `SES refused the mail (${said}).` };
    case 'failed':
      return { outcome: 'failed', reason: `SES could not take the mail now (${said}).` };
    default: {
      const known = isOfQuota(message) ? 'LimitExceededException' : name;
      const advice = Object.hasOwn(ADVICE, known) ? ADVICE[known] : OTHER_ADVICE;
      const byRecipient = BY_RECIPIENT.test(name) && !isNamed(sender, message);
      return { outcome: 'blocked', byRecipient, reason: `SES does not take the mail yet (${said}). ${advice}` };
    }
  }
}

function outcomeOf(name: string, message: string, status: number): 'refused' | 'blocked' | 'failed' {
  // The quota of a day comes as an error of too many requests, which would pass in a moment.
  if (status !== 0 && isOfQuota(message)) return 'blocked';
  if (status < 400 || status >= 500 || status === 408 || status === 429 || /thrott|too ?many|expired/i.test(name)) return 'failed';
  if (name.startsWith('AccessDenied')) return 'blocked';
  // Credentials and signatures are made anew before the next try.
  if (status === 401 || status === 403) return 'failed';
  if (MENDABLE.test(message)) return 'blocked';
  if (status === 413 || /^(BadRequest|InvalidParameter|Validation|Serialization)/.test(name)) return 'refused';
  return name === 'MessageRejected' && OF_THE_MAIL.test(message) ? 'refused' : 'blocked';
}

function isOfQuota(message: string): boolean {
  return /\bquota\b/i.test(message);
}

/** Whether a message names this very address, not one that ends like it. */
function isNamed(address: string, message: string): boolean {
  const words = message.toLowerCase().split(/[^\w.@+-]+/);
  return words.some((word) => word.replace(/\.$/, '') === address.toLowerCase());
}

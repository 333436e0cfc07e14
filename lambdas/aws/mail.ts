import type { SESv2Client } from '@aws-sdk/client-sesv2';
import type { AlertPorts, MailAnswer, OutgoingMail } from '../../core/alerts/ports.ts';
import { MOST_ATTEMPTS, TIMEOUTS } from './clients.ts';

/** Sends from this address through SES. Its SDK is loaded with the first mail: most cold starts send none. */
export function mailSender(sender: string): AlertPorts['sendMail'] {
  let loading: Promise<{ sdk: typeof import('@aws-sdk/client-sesv2'); client: SESv2Client }> | undefined;
  const load = async () => {
    const sdk = await import('@aws-sdk/client-sesv2');
    return { sdk, client: new sdk.SESv2Client({ maxAttempts: MOST_ATTEMPTS, requestHandler: TIMEOUTS }) };
  };
  return async (mail, recipients) => {
    loading ??= load();
    const { sdk, client } = await loading;
    try {
      const { MessageId = 'unknown' } = await client.send(
        new sdk.SendEmailCommand({
          FromEmailAddress: sender,
          Destination: { ToAddresses: [...recipients] },
          Content: {
            Simple: {
              Subject: { Data: mail.subject, Charset: 'UTF-8' },
              Body: { Text: { Data: mail.text, Charset: 'UTF-8' }, Html: { Data: mail.html, Charset: 'UTF-8' } },
              Headers: headers(mail, sender),
            },
          },
          EmailTags: [
            { Name: 'trailwarden', Value: 'alert' },
            { Name: 'level', Value: mail.tag.replace(/[^\w-]/g, '-') },
          ],
        }),
      );
      return { outcome: 'sent', reference: MessageId };
    } catch (error) {
      return mailError(error);
    }
  };
}

/** Headers by which mail programs sort and thread, and by which out-of-office notices keep quiet. */
function headers({ about, version, tag }: OutgoingMail, sender: string): { Name: string; Value: string }[] {
  const domain = /@([a-z0-9.-]+)>?$/i.exec(sender)?.[1] ?? 'localhost';
  const id = about.replace(/[^\w.-]/g, '-').slice(0, 200);
  return [
    { Name: 'List-Id', Value: `Trailwarden alerts <trailwarden.${domain}>` },
    { Name: 'Auto-Submitted', Value: 'auto-generated' },
    { Name: 'References', Value: `<${id}@trailwarden.${domain}>` },
    { Name: 'X-Trailwarden-Incident', Value: id },
    { Name: 'X-Trailwarden-Version', Value: String(version) },
    { Name: 'X-Trailwarden-Level', Value: tag },
  ];
}

/** Errors that the same mail would meet again, with what to do about them. */
const REFUSALS: Readonly<Record<string, string>> = {
  MessageRejected: 'Verify the sender in SES and, while SES is in its sandbox, each recipient too, or have AWS lift the sandbox.',
  MailFromDomainNotVerifiedException: 'Set up the MAIL FROM domain of the sender in SES.',
  AccountSuspendedException: 'AWS has suspended sending for this account: see its Support Center.',
  NotFoundException: 'Something that the sender names, such as its configuration set, does not exist in SES.',
  BadRequestException: 'Check the addresses of sender and recipients.',
};

/** What an error of SES means: for good, or for now. */
export function mailError(error: unknown): MailAnswer {
  const {
    name = 'Error',
    message = '',
    $metadata,
  } = (error ?? {}) as { name?: string; message?: string; $metadata?: { httpStatusCode?: number } };
  const said = `${name}: ${message || 'no message'}`.slice(0, 400);
  const advice = Object.hasOwn(REFUSALS, name) ? REFUSALS[name] : undefined;
  if (advice !== undefined) return { outcome: 'refused', reason: `SES refused the mail (${said}). ${advice}` };
  const status = $metadata?.httpStatusCode ?? 0;
  // What is denied or throttled now may be allowed later, without another mail being made.
  const passes =
    status < 400 || status >= 500 || [401, 403, 408, 429].includes(status) || /thrott|too ?many|limit|expired|paused/i.test(name);
  if (passes) return { outcome: 'failed', reason: `SES could not take the mail now (${said}); it is tried again.` };
  return { outcome: 'refused', reason: `SES refused the mail (${said}).` };
}

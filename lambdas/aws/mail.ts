import type { SESv2Client } from '@aws-sdk/client-sesv2';
import type { AlertPorts, OutgoingMail } from '../../core/alerts/ports.ts';
import { MOST_ATTEMPTS, TIMEOUTS } from './clients.ts';
import { mailError } from './mail-errors.ts';

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
      return mailError(error, sender);
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

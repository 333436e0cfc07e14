import type { Outcome } from './outcome.ts';
import type { AlertPorts, OutgoingMail } from './ports.ts';

/**
 * Sends a mail to all recipients at once. Where that is refused, each gets a mail of their own: one address that SES does not accept must not
 * keep the alert from the others.
 */
export async function mailTo(
  mail: OutgoingMail,
  recipients: readonly string[],
  { sendMail }: Pick<AlertPorts, 'sendMail'>,
): Promise<Outcome> {
  const together = await sendMail(mail, recipients);
  if (together.outcome === 'sent') return { status: 'sent', detail: `Sent as ${together.reference}.` };
  if (together.outcome === 'failed' || recipients.length === 1) return { status: together.outcome, detail: together.reason };
  const refused: string[] = [];
  let reason = together.reason;
  let reference = '';
  for (const recipient of recipients) {
    const alone = await sendMail(mail, [recipient]);
    // The retry sends to some a second time; not to retry would leave others without.
    if (alone.outcome === 'failed') return { status: 'failed', detail: alone.reason };
    if (alone.outcome === 'sent') reference = alone.reference;
    else {
      refused.push(recipient);
      reason = alone.reason;
    }
  }
  if (refused.length === recipients.length) return { status: 'refused', detail: reason };
  if (refused.length === 0) return { status: 'sent', detail: `Sent as ${reference} and others, one for each recipient.` };
  return { status: 'sent', partly: true, detail: `Sent, but not to ${refused.join(', ')}: ${reason}` };
}

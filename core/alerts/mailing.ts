import { ENOUGH_TIME, type Outcome } from './outcome.ts';
import type { AlertPorts, MailAnswer, OutgoingMail } from './ports.ts';

/** Tries of the mail of one recipient, and the wait after the first: in its sandbox SES takes one mail a second. */
const TRIES = 3;
const FIRST_WAIT = 1000;

type Ports = Pick<AlertPorts, 'sendMail' | 'wait' | 'remaining'>;

/**
 * Sends a mail to all recipients at once. Where that cannot be, each gets a mail of their own: one address that SES does not accept must not
 * keep the alert from the others. Once one of them has it, it counts as sent, and the detail names who has not: to try them again would
 * send it to the others each time.
 */
export async function mailTo(mail: OutgoingMail, recipients: readonly string[], ports: Ports): Promise<Outcome> {
  const together = await ports.sendMail(mail, recipients);
  if (together.outcome === 'sent') return { status: 'sent', detail: `Sent as ${together.reference}.` };
  const mayReachSome = together.outcome === 'refused' || (together.outcome === 'blocked' && together.byRecipient);
  if (mayReachSome && recipients.length > 1) return await mailEach(mail, recipients, ports);
  return { status: together.outcome, detail: together.reason };
}

async function mailEach(mail: OutgoingMail, recipients: readonly string[], ports: Ports): Promise<Outcome> {
  const reached: string[] = [];
  const missed: { readonly recipient: string; readonly answer: Exclude<MailAnswer, { outcome: 'sent' }> }[] = [];
  for (const recipient of recipients) {
    const answer = await mailOne(mail, recipient, ports);
    if (answer.outcome === 'sent') reached.push(answer.reference);
    else missed.push({ recipient, answer });
  }
  const [first] = missed;
  if (first === undefined) return { status: 'sent', detail: `Sent as ${reached.at(-1)} and others, one for each recipient.` };
  if (reached.length > 0) {
    const who = missed.map(({ recipient }) => recipient).join(', ');
    return { status: 'sent', partly: true, detail: `Sent, but not to ${who}: ${first.answer.reason}` };
  }
  // What gives most hope decides: nobody has it, so that another try sends nothing twice.
  for (const status of ['failed', 'blocked'] as const) {
    const found = missed.find(({ answer }) => answer.outcome === status);
    if (found !== undefined) return { status, detail: found.answer.reason };
  }
  return { status: 'refused', detail: first.answer.reason };
}

async function mailOne(mail: OutgoingMail, recipient: string, { sendMail, wait, remaining }: Ports): Promise<MailAnswer> {
  let answer: MailAnswer = { outcome: 'failed', reason: 'No time was left to send the mail.' };
  for (let attempt = 0; attempt < TRIES && answer.outcome === 'failed' && remaining() >= ENOUGH_TIME; attempt += 1) {
    if (attempt > 0) await wait(FIRST_WAIT * 2 ** (attempt - 1));
    answer = await sendMail(mail, [recipient]);
  }
  return answer;
}

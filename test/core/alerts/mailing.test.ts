import { mailTo } from '../../../core/alerts/mailing.ts';
import type { MailAnswer, OutgoingMail } from '../../../core/alerts/ports.ts';

const MAIL: OutgoingMail = { subject: 'A', text: 'B', html: 'C', about: 'one', version: 1, tag: 'high' };
const THREE: readonly string[] = ['soc@example.com', 'ops@example.com', 'new@example.com'];
const [SOC, OPS, NEW] = THREE;
const FAILED: MailAnswer = { outcome: 'failed', reason: 'Too many at once.' };
const REFUSED: MailAnswer = { outcome: 'refused', reason: 'No address.' };
const blocked = (byRecipient: boolean): MailAnswer => ({ outcome: 'blocked', reason: 'Not verified.', byRecipient });

/** Sends to three; `answer` is asked with the recipients and how often they were asked for before, undefined is `sent`. */
async function send(answer: (to: string, before: number) => MailAnswer | undefined, recipients = THREE) {
  const asked: string[] = [];
  const sent: string[] = [];
  const waits: number[] = [];
  let left = 120_000;
  const outcome = await mailTo(MAIL, recipients, {
    sendMail: async (_mail, to) => {
      const who = to.length === recipients.length ? 'all' : String(to);
      const said = answer(who, asked.filter((one) => one === who).length) ?? { outcome: 'sent', reference: `mail-${asked.length}` };
      asked.push(who);
      if (said.outcome === 'sent') sent.push(who);
      left -= 5000;
      return said;
    },
    wait: async (milliseconds) => {
      waits.push(milliseconds);
      left -= milliseconds;
    },
    remaining: () => left,
  });
  return { outcome, asked, sent, waits };
}

test.each<[string, MailAnswer, string]>([
  ['fails', FAILED, 'failed'],
  ['is blocked whoever it goes to', blocked(false), 'blocked'],
])('what %s is not sent to each instead', async (_name, answer, status) => {
  const { outcome, asked } = await send(() => answer);
  expect([outcome.status, asked]).toEqual([status, ['all']]);
});

test('one recipient is asked for once', async () => {
  const { outcome, asked } = await send(() => blocked(true), THREE.slice(0, 1));
  expect([outcome, asked]).toEqual([{ status: 'blocked', detail: 'Not verified.' }, ['all']]);
});

test.each<[string, MailAnswer]>([
  ['is not verified', blocked(true)],
  ['is none', REFUSED],
])('who %s does not keep the mail from the others, and is named', async (_name, answer) => {
  const { outcome, sent } = await send((to) => (to === 'all' || to === NEW ? answer : undefined));
  const reason = answer.outcome === 'sent' ? '' : answer.reason;
  expect(outcome).toEqual({ status: 'sent', partly: true, detail: `Sent, but not to ${NEW}: ${reason}` });
  expect(sent).toEqual([SOC, OPS]);
});

test('a rate of one mail a second is waited for', async () => {
  const { outcome, sent, waits } = await send((to, before) => {
    if (to === 'all') return blocked(true);
    return to !== SOC && before < 2 ? FAILED : undefined;
  });
  expect(outcome).toEqual({ status: 'sent', detail: 'Sent as mail-7 and others, one for each recipient.' });
  expect([sent, waits]).toEqual([THREE, [1000, 2000, 1000, 2000]]);
});

test('who cannot be reached for now, once another was, is named and not tried again: the other would get it twice', async () => {
  const { outcome, asked } = await send((to) => (to === 'all' ? blocked(true) : to === OPS ? FAILED : undefined));
  expect(outcome).toEqual({ status: 'sent', partly: true, detail: `Sent, but not to ${OPS}: Too many at once.` });
  expect(asked).toEqual(['all', SOC, OPS, OPS, OPS, NEW]);
});

test.each<[string, MailAnswer[], string]>([
  ['one fails for now: tried again soon', [REFUSED, FAILED, blocked(true)], 'failed'],
  ['one waits to be verified: tried again later', [REFUSED, blocked(true), REFUSED], 'blocked'],
  ['none can ever get it: never again', [REFUSED, REFUSED, REFUSED], 'refused'],
])('where nobody was reached and %s', async (_name, answers, status) => {
  const { outcome } = await send((to) => (to === 'all' ? REFUSED : answers[THREE.indexOf(to)]));
  expect(outcome.status).toBe(status);
});

test('ends in time, with the receipt still to be written', async () => {
  const many = Array.from({ length: 50 }, (_, i) => `a${i}@example.com`);
  const { outcome, sent } = await send((to) => (to === 'all' ? REFUSED : undefined), many);
  expect(sent).toHaveLength(20);
  expect(outcome.detail).toMatch(/^Sent, but not to a20@example\.com, .+, a49@example\.com: No time was left to send the mail\.$/);
});

import { type Check, judge, seenIn, type Topic, unseen, type Verdict } from './check.ts';
import type { Channel, DoctorFacts, Identity, MailAccount, Recipient } from './facts.ts';
import { logOf } from './queues.ts';
import { ago, countOf, listed } from './words.ts';

const SENDER: Topic = { id: 'sender', group: 'Alerts', title: 'Sender' };
const SENDING: Topic = { id: 'mail-sending', group: 'Alerts', title: 'Mail sending' };
const RECIPIENTS: Topic = { id: 'recipients', group: 'Alerts', title: 'Recipients' };
const HUB: Topic = { id: 'security-hub', group: 'Alerts', title: 'Security Hub' };
const EMAIL: Topic = { id: 'last-email', group: 'Alerts', title: 'Last e-mail' };
const FINDING: Topic = { id: 'last-finding', group: 'Alerts', title: 'Last finding' };

/** Whether what is found reaches people. */
export function alertChecks(facts: DoctorFacts, now: number): Check[] {
  const { sender, mailAccount, hub, channels, functions } = facts;
  const checks: Check[] = [];
  if (sender === null) checks.push({ ...SENDER, ...withoutSender(hub !== null) });
  else {
    checks.push(
      judge(SENDER, sender.identity, (identity) => verified(sender.address, identity)),
      judge(SENDING, mailAccount, (account) => sending(account, facts.recipients)),
      recipientsCheck(facts),
      judge(EMAIL, channels, ({ email }) => lastSent(email, 'e-mail', functions.alert, now)),
    );
  }
  if (hub === null) checks.push({ ...HUB, status: 'ok', seen: 'Off by configuration: no finding is sent.' });
  else {
    checks.push(
      judge(HUB, hub, hubOn),
      judge(FINDING, channels, ({ securityhub }) => lastSent(securityhub, 'finding', functions.alert, now)),
    );
  }
  return checks;
}

function withoutSender(findings: boolean): Verdict {
  const seen = 'No sender is configured: no e-mail is sent.';
  if (findings) return { status: 'look', seen, todo: 'If mails are wanted, set deploy.alerts.sender and recipients, and deploy again.' };
  return {
    status: 'broken',
    seen: `${seen} Findings are off too: nobody is told of anything.`,
    todo: 'Set deploy.alerts.sender and recipients, or deploy.alerts.securityHub, and deploy again.',
  };
}

function verified(address: string, identity: Identity): Verdict {
  if (identity.verified)
    return { status: 'ok', seen: `SES may send as ${address}${identity.by === address ? '' : ` (by ${identity.by})`}.` };
  if (identity.known.length === 0) {
    return {
      status: 'broken',
      seen: `SES knows neither ${address} nor its domain in this region.`,
      todo: 'Make the identity and open the link in the mail that AWS sends to it.',
      commands: [`aws sesv2 create-email-identity --email-identity ${address}`],
    };
  }
  return {
    status: 'broken',
    seen: `SES may not send as ${address}: ${identity.known.map((one) => `${one.identity} is ${one.status}`).join(', ')}.`,
    todo: 'For an address, open the link in the mail that AWS sent to it (it ends after 24 hours: delete and make the identity again). For a domain, publish its DKIM records.',
  };
}

function sending({ sandbox, sendingEnabled, enforcement, most, sent }: MailAccount, recipients: readonly Recipient[] | null): Verdict {
  const quota =
    most < 0 ? `${countOf(sent, 'mail')} in 24 hours` : `${sent.toLocaleString('en-US')} of ${countOf(most, 'mail')} in 24 hours`;
  if (!sendingEnabled || enforcement === 'SHUTDOWN') {
    return {
      status: 'broken',
      seen: 'SES has stopped the sending of this account.',
      todo: 'The SES console, Account dashboard, tells the reason and takes the appeal.',
    };
  }
  if (most >= 0 && sent >= most) {
    return {
      status: 'broken',
      seen: `The quota is used up: ${quota}.`,
      todo: 'Who else sends from this account and region? Ask for a higher quota (Service Quotas, SES).',
    };
  }
  if (enforcement === 'PROBATION') {
    return {
      status: 'look',
      seen: `SES has the account on probation; ${quota}.`,
      todo: 'Bounces or complaints: the SES console, Account dashboard, tells what it wants.',
    };
  }
  if (sandbox) {
    const seen = `In the sandbox, where only verified recipients get mails; ${quota}.`;
    if (recipients !== null && recipients.length > 0 && recipients.every(({ identity }) => seenIn(identity)?.verified))
      return { status: 'ok', seen };
    return { status: 'look', seen, todo: 'Verify each recipient, or ask for production access (SES console, Account dashboard).' };
  }
  if (most >= 0 && sent >= 0.8 * most)
    return { status: 'look', seen: `Near the quota: ${quota}.`, todo: 'Ask for a higher quota (Service Quotas, SES).' };
  return { status: 'ok', seen: `Out of the sandbox; ${quota}.` };
}

function recipientsCheck({ recipients, mailAccount }: DoctorFacts): Check {
  if (recipients === null) {
    return {
      ...RECIPIENTS,
      status: 'unknown',
      seen: 'They stand in the configuration, which was not given.',
      todo: 'Give it with --config.',
    };
  }
  if (recipients.length === 0) {
    return {
      ...RECIPIENTS,
      status: 'broken',
      seen: 'None is configured: no e-mail is sent.',
      todo: 'Set deploy.alerts.recipients, and deploy again.',
    };
  }
  const sandbox = seenIn(mailAccount)?.sandbox;
  if (sandbox === false) return { ...RECIPIENTS, status: 'ok', seen: `${countOf(recipients.length, 'recipient')}.` };
  return { ...RECIPIENTS, ...inSandbox(recipients, sandbox === undefined) };
}

/** Whether recipients would get mails while the sandbox lasts. `perhaps`: whether it lasts is not known. */
function inSandbox(recipients: readonly Recipient[], perhaps: boolean): Verdict {
  const unasked = recipients.map(({ identity }) => identity).find((identity) => identity.kind !== 'seen');
  const unverified = recipients.filter(({ identity }) => seenIn(identity)?.verified === false).map(({ address }) => address);
  if (unverified.length > 0) {
    return {
      status: perhaps ? 'look' : unverified.length === recipients.length ? 'broken' : 'look',
      seen: `Not verified, and so without mail ${perhaps ? 'if the account is in the sandbox' : 'while in the sandbox'}: ${listed(unverified)}.`,
      todo: 'Verify each: AWS sends a mail with a link.',
      commands: unverified.map((address) => `aws sesv2 create-email-identity --email-identity ${address}`),
    };
  }
  if (unasked !== undefined) return unseen(unasked);
  return { status: 'ok', seen: `${countOf(recipients.length, 'recipient')}, all verified.` };
}

function hubOn(on: boolean): Verdict {
  if (on) return { status: 'ok', seen: 'On in this region.' };
  return {
    status: 'broken',
    seen: 'Off in this account and region: findings have nowhere to go.',
    todo: 'Turn it on (it is billed by AWS), or set "securityHub": false under deploy.alerts and deploy again.',
    commands: ['aws securityhub enable-security-hub --no-enable-default-standards'],
  };
}

function lastSent(channel: Channel | null, thing: 'e-mail' | 'finding', alert: string, now: number): Verdict {
  if (channel === null) return { status: 'ok', seen: `No ${thing} yet: no incident has reached the threshold.` };
  const { status, since, detail, lastAt } = channel;
  if (status === 'ok') return { status: 'ok', seen: lastAt === 0 ? 'None yet.' : `Sent ${ago(lastAt, now)}.` };
  const last = lastAt === 0 ? 'none was sent yet' : `the last was sent ${ago(lastAt, now)}`;
  const why = detail === '' ? '' : ` ${detail}`;
  if (status === 'off')
    return {
      status: 'broken',
      seen: `Off since ${ago(since, now)}; ${last}.${why}`,
      todo: 'Once it is on again, what was not sent goes out with the next version of its incident; an incident without further news stays unsent.',
    };
  return {
    status: 'broken',
    seen: `Failing since ${ago(since, now)}; ${last}.${why}`,
    todo: 'What failed for now is tried again, at first after 15 minutes. What was refused is not: it goes out with the next version of its incident. The log of the alert function tells which.',
    commands: logOf(alert),
  };
}

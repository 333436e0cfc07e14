import { type Channel, type DoctorFacts, type Identity, type MailAccount, seen } from '../../../core/doctor/facts.ts';
import { judged } from './judged.ts';
import { denied, facts, HOUR, NOW } from './made-facts.ts';

const account = (over: Partial<MailAccount>) =>
  seen({ sandbox: false, sendingEnabled: true, enforcement: 'HEALTHY', most: 200, sent: 1, ...over });
const unknownTo: Identity = { verified: false, known: [] };
const sender = (identity: Identity) => ({ address: 'warden@example.com', identity: seen(identity) });
const to = (name: string, verified: boolean) => ({
  address: `${name}@example.com`,
  identity: seen<Identity>(verified ? { verified, by: `${name}@example.com` } : unknownTo),
});
const channel = (over: Partial<Channel>) =>
  seen({ email: { status: 'ok' as const, since: NOW - 2 * HOUR, detail: '', lastAt: 0, ...over }, securityhub: null });
const sandbox = account({ sandbox: true });

test.each<[id: string, name: string, over: Partial<DoctorFacts>, status: string, told: RegExp]>([
  ['sender', 'verified by its domain', {}, 'ok', /may send as warden@example\.com \(by example\.com\)/],
  [
    'sender',
    'pending',
    { sender: sender({ verified: false, known: [{ identity: 'example.com', status: 'PENDING' }] }) },
    'broken',
    /example\.com is PENDING/,
  ],
  ['sender', 'unknown to SES', { sender: sender(unknownTo) }, 'broken', /knows neither/],
  ['sender', 'none, findings on', { sender: null }, 'look', /no e-mail is sent/],
  ['sender', 'none, findings off', { sender: null, hub: null }, 'broken', /nobody is told of anything/],
  [
    'sender',
    'denied',
    { sender: { address: 'a@example.com', identity: denied('ses:GetEmailIdentity') } },
    'unknown',
    /ses:GetEmailIdentity/,
  ],
  ['mail-sending', 'free', {}, 'ok', /Out of the sandbox; 12 of 50,000 mails/],
  ['mail-sending', 'without a limit', { mailAccount: account({ most: -1 }) }, 'ok', /1 mail in 24 hours/],
  ['mail-sending', 'near the quota', { mailAccount: account({ sent: 160 }) }, 'look', /Near the quota: 160 of 200 mails/],
  ['mail-sending', 'quota used up', { mailAccount: account({ sent: 200 }) }, 'broken', /used up/],
  ['mail-sending', 'stopped', { mailAccount: account({ sendingEnabled: false }) }, 'broken', /stopped/],
  ['mail-sending', 'shut down', { mailAccount: account({ enforcement: 'SHUTDOWN' }) }, 'broken', /stopped/],
  ['mail-sending', 'on probation', { mailAccount: account({ enforcement: 'PROBATION' }) }, 'look', /probation/],
  ['mail-sending', 'sandbox, all verified', { mailAccount: sandbox, recipients: [to('a', true)] }, 'ok', /In the sandbox/],
  [
    'mail-sending',
    'sandbox, one not verified',
    { mailAccount: sandbox, recipients: [to('a', true), to('b', false)] },
    'look',
    /Verify each/,
  ],
  ['mail-sending', 'sandbox, recipients not known', { mailAccount: sandbox, recipients: null }, 'look', /Verify each/],
  ['recipients', 'out of the sandbox', { recipients: [to('a', false)] }, 'ok', /1 recipient\./],
  [
    'recipients',
    'sandbox, verified',
    { mailAccount: sandbox, recipients: [to('a', true), to('b', true)] },
    'ok',
    /2 recipients, all verified/,
  ],
  [
    'recipients',
    'sandbox, some not',
    { mailAccount: sandbox, recipients: [to('a', true), to('b', false)] },
    'look',
    /in the sandbox: b@example\.com/,
  ],
  ['recipients', 'sandbox, none', { mailAccount: sandbox, recipients: [to('a', false)] }, 'broken', /in the sandbox: a@example\.com/],
  [
    'recipients',
    'perhaps sandbox',
    { mailAccount: denied('ses:GetAccount'), recipients: [to('a', false)] },
    'look',
    /if the account is in the sandbox/,
  ],
  ['recipients', 'no configuration', { recipients: null }, 'unknown', /--config/],
  ['recipients', 'none', { recipients: [] }, 'broken', /None is configured/],
  ['security-hub', 'on', {}, 'ok', /On in this region/],
  ['security-hub', 'off by configuration', { hub: null }, 'ok', /Off by configuration/],
  ['security-hub', 'off', { hub: seen(false) }, 'broken', /findings have nowhere to go/],
  ['last-email', 'sent', {}, 'ok', /Sent 5 hours ago/],
  ['last-email', 'never needed', { channels: seen({ email: null, securityhub: null }) }, 'ok', /no incident has reached the threshold/],
  [
    'last-email',
    'failing',
    { channels: channel({ status: 'failing', detail: 'Rejected.', lastAt: NOW - 3 * HOUR }) },
    'broken',
    /Failing since 2 hours ago; the last was sent 3 hours ago\. Rejected\. What failed for now is tried again.* What was refused is not/,
  ],
  [
    'last-email',
    'off',
    { channels: channel({ status: 'off' }) },
    'broken',
    /Off since 2 hours ago; none was sent yet\. Once it is on again, .* next version/,
  ],
  ['last-finding', 'sent', {}, 'ok', /Sent 5 hours ago/],
])('%s: %s', (id, _name, over, status, told) => {
  const check = judged(id, over);
  expect(check?.status).toBe(status);
  expect(`${check?.seen} ${check?.todo}`).toMatch(told);
});

test('what is not sent is not asked of', () => {
  for (const id of ['mail-sending', 'recipients', 'last-email']) expect(judged(id, { sender: null })).toBeUndefined();
  expect(judged('last-finding', { hub: null })).toBeUndefined();
  expect(facts().hub).not.toBeNull();
});

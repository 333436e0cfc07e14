import type { Delivered } from '../../../core/alerts/deliver.ts';
import { detection, item, NOON, summary } from './made-item.ts';
import { Killed, World } from './world.ts';

const ID = item().id;
const FINDING = `trailwarden/incident/${ID}`;
const counts = ({ mails, findings, failures, hubOff, failed }: Delivered) => ({ mails, findings, failures, hubOff, failed: [...failed] });
const sentTo = (world: World) => world.mails.map(({ to }) => to.join());
const text = (world: World) => world.logs.map(({ message, more }) => `${message} ${more.detail ?? more.error ?? ''}`).join('\n');

describe('an incident', () => {
  test('is told of once, by mail and as a finding, and is due no longer', async () => {
    const world = new World().put(item());
    expect(counts(await world.tell())).toEqual({ mails: 1, findings: 1, failures: 0, hubOff: false, failed: [] });
    expect(world.mails[0]).toMatchObject({
      mail: { about: ID, version: 1, tag: 'high', subject: '[Trailwarden] HIGH 82: Detector 0 by user/alice in 111122223333' },
      to: ['soc@example.com'],
    });
    expect(world.hub.get(FINDING)).toMatchObject({ RecordState: 'ACTIVE', UpdatedAt: new Date(item().versionAt).toISOString() });
    expect(world.receipt(ID, 'email')).toEqual({
      version: 1,
      at: NOON + 1,
      status: 'sent',
      level: 'high',
      tactics: ['persistence'],
      detail: 'Sent as mail-1.',
      told: { version: 1, at: NOON + 1, level: 'high', risk: 82, tactics: ['persistence'], detectors: ['rule:0'] },
    });
    expect(world.receipt(ID, 'securityhub')).toMatchObject({ version: 1, status: 'sent' });
    expect(world.due(ID)).toBe(false);
    expect(world.channels).toEqual(
      new Map([
        ['email', { status: 'ok', detail: '', at: NOON + 1 }],
        ['securityhub', { status: 'ok', detail: '', at: NOON + 1 }],
      ]),
    );

    expect(counts(await world.tell())).toEqual({ mails: 0, findings: 0, failures: 0, hubOff: false, failed: [] });
    expect(world.mails).toHaveLength(1);
  });

  test('is told of with a command that reads the trail, where it is known to lie', async () => {
    const world = new World().put(item());
    await world.tell({ trail: 's3://example-trail/AWSLogs/' });
    expect(world.mails[0]?.mail.text).toContain('    npx trailwarden analyze s3://example-trail/AWSLogs/ --since');
  });

  test('that rings many times in one batch is told of once', async () => {
    const world = new World().put(item());
    expect(counts(await world.tell({}, [ID, ID, ID]))).toMatchObject({ mails: 1, findings: 1 });
  });

  test('that is gone is nobody’s business', async () => {
    expect(counts(await new World().tell({}, ['gone']))).toEqual({ mails: 0, findings: 0, failures: 0, hubOff: false, failed: [] });
  });

  test('grows: a mail says what is new, a quiet version gives a receipt, the finding follows each', async () => {
    const world = new World().put(item());
    await world.tell();
    world.put(item({ version: 2, versionAt: NOON + 9_000_000 }));
    expect(counts(await world.tell())).toMatchObject({ mails: 0, findings: 1, failed: [] });
    expect(world.receipt(ID, 'email')).toMatchObject({ version: 2, status: 'quiet', told: { version: 1 } });
    expect(world.due(ID)).toBe(false);

    world.put(item({ version: 3, versionAt: NOON + 9_900_000, level: 'critical', risk: 94, detections: [detection(0), detection(1)] }));
    expect(counts(await world.tell())).toMatchObject({ mails: 1, findings: 1 });
    expect(world.mails[1]?.mail.subject).toContain('CRITICAL 94 (was high)');
    expect(world.mails[1]?.mail.text).toContain('The level went from high (82) to critical (94).');
    expect(world.mails[1]?.mail.text).toContain('NEW Detector 1');
    expect(world.receipt(ID, 'email')).toMatchObject({ version: 3, status: 'sent', told: { version: 3, level: 'critical' } });

    world.put(item({ version: 4, versionAt: NOON + 99_000_000, level: 'critical', risk: 94, status: 'resolved' }));
    expect(counts(await world.tell())).toMatchObject({ mails: 0, findings: 1 });
    expect(world.hub.get(FINDING)).toMatchObject({ RecordState: 'ARCHIVED' });
    expect(world.receipt(ID, 'email')).toMatchObject({ version: 4, status: 'quiet' });
  });

  test.each([
    ['below the threshold', item({ level: 'medium', risk: 50 }), {}],
    ['without channels', item(), { recipients: [], securityHub: false }],
  ])('%s needs no receipt to be done', async (_name, told, settings) => {
    const world = new World().put(told);
    expect(counts(await world.tell(settings))).toEqual({ mails: 0, findings: 0, failures: 0, hubOff: false, failed: [] });
    expect([world.receipts.size, world.due(ID)]).toEqual([0, false]);
  });

  test('from a backfill gives a finding and no mail, the summary a mail and no finding', async () => {
    const world = new World().put(item({ backfill: true }), summary());
    expect(counts(await world.tell())).toEqual({ mails: 1, findings: 1, failures: 0, hubOff: false, failed: [] });
    expect(world.mails[0]?.mail).toMatchObject({ about: summary().id, tag: 'summary' });
    expect(world.receipt(ID, 'email')).toMatchObject({ status: 'quiet' });
    expect([world.due(ID), world.due(summary().id)]).toEqual([false, false]);
  });
});

describe('a crash', () => {
  test('between mail and receipt gives a second mail, never none', async () => {
    const world = new World().put(item());
    world.beforeReceipt = () => {
      throw new Killed();
    };
    expect(counts(await world.tell())).toMatchObject({ failed: [ID] });
    expect(world.due(ID)).toBe(true);
    world.beforeReceipt = () => {};
    expect(counts(await world.tell())).toMatchObject({ mails: 1, findings: 1, failed: [] });
    expect(world.mails.map(({ mail }) => mail.subject)).toEqual(Array(2).fill(world.mails[0]?.mail.subject));
    expect(world.hub.size).toBe(1);
    expect(world.due(ID)).toBe(false);
  });

  test('between finding and receipt leaves the mail sent once', async () => {
    const world = new World().put(item());
    world.beforeReceipt = (channel) => {
      if (channel === 'securityhub') throw new Killed();
    };
    await world.tell();
    world.beforeReceipt = () => {};
    await world.tell();
    expect([world.mails.length, world.calls.length, world.hub.size, world.due(ID)]).toEqual([1, 2, 1, false]);
  });
});

describe('two deliveries at once', () => {
  test('the slower one, with an older version, overwrites nothing and clears nothing', async () => {
    const world = new World().put(item());
    const newer = item({ version: 2, versionAt: NOON + 9_000_000, level: 'critical', risk: 95 });
    let nested: Promise<unknown> | undefined;
    const send = world.sendMail;
    world.sendMail = async (mail, to) => {
      if (nested === undefined) {
        world.put(newer);
        nested = world.tell();
        await nested;
      }
      return send(mail, to);
    };
    await world.tell();
    expect(world.receipt(ID, 'email')).toMatchObject({ version: 2, level: 'critical' });
    expect(world.receipt(ID, 'securityhub')).toMatchObject({ version: 2 });
    expect(world.hub.get(FINDING)).toMatchObject({ Severity: { Label: 'CRITICAL' } });
    expect(text(world)).toContain('Another delivery was faster');
  });

  test('a version that comes while the last is told stays due', async () => {
    const world = new World().put(item());
    world.beforeReceipt = () => {
      world.put(item({ version: 2 }));
    };
    await world.tell();
    expect(world.due(ID)).toBe(true);
  });
});

describe('SES', () => {
  test('refuses a mail for good: the receipt says so, and it is not tried again', async () => {
    const world = new World().put(item());
    world.mailAnswer = () => ({ outcome: 'refused', reason: 'SES refused the mail.' });
    expect(counts(await world.tell())).toMatchObject({ mails: 0, findings: 1, failures: 1, failed: [] });
    expect(world.receipt(ID, 'email')).toMatchObject({ version: 1, status: 'failed', detail: 'SES refused the mail.' });
    expect(world.receipt(ID, 'email')).not.toHaveProperty('told');
    expect(world.channels.get('email')).toMatchObject({ status: 'failing', detail: 'SES refused the mail.' });
    expect(world.due(ID)).toBe(false);

    world.mailAnswer = () => undefined;
    await world.tell();
    expect(world.mails).toHaveLength(0);
    world.put(item({ version: 2 }));
    expect(counts(await world.tell())).toMatchObject({ mails: 1 });
    expect(world.channels.get('email')).toMatchObject({ status: 'ok', detail: '' });
  });

  test('cannot take a mail now: no receipt, the item stays due, the finding is not sent twice', async () => {
    const world = new World().put(item());
    world.mailAnswer = () => ({ outcome: 'failed', reason: 'SES is throttled.' });
    expect(counts(await world.tell())).toMatchObject({ mails: 0, findings: 1, failures: 1, failed: [ID] });
    expect([world.receipt(ID, 'email'), world.due(ID)]).toEqual([undefined, true]);
    world.mailAnswer = () => undefined;
    expect(counts(await world.tell())).toMatchObject({ mails: 1, findings: 0, failed: [] });
    expect(world.due(ID)).toBe(false);
  });

  test('waits for an operator: no receipt, the item stays due, the stream is not asked again; the next ring sends it once', async () => {
    const world = new World().put(item());
    world.mailAnswer = () => ({ outcome: 'blocked', reason: 'The sender is not verified.', byRecipient: false });
    expect(counts(await world.tell())).toMatchObject({ mails: 0, findings: 1, failures: 1, failed: [] });
    expect([world.receipt(ID, 'email'), world.due(ID)]).toEqual([undefined, true]);
    expect(world.channels.get('email')).toMatchObject({ status: 'failing', detail: 'The sender is not verified.' });
    expect(text(world)).toContain('The alert waits until somebody acts');
    expect(counts(await world.tell())).toMatchObject({ mails: 0, findings: 0, failures: 1, failed: [] });

    world.mailAnswer = () => undefined;
    expect(counts(await world.tell())).toMatchObject({ mails: 1, findings: 0, failures: 0, failed: [] });
    expect(world.due(ID)).toBe(false);
    expect(world.channels.get('email')).toMatchObject({ status: 'ok' });
  });

  test('waits for an operator while the hub is throttled: the stream is asked again', async () => {
    const world = new World().put(item());
    world.mailAnswer = () => ({ outcome: 'blocked', reason: 'The sender is not verified.', byRecipient: false });
    world.importAnswer = () => ({ error: { code: 'ThrottlingException', message: 'Rate exceeded' } });
    expect(counts(await world.tell())).toMatchObject({ failures: 2, failed: [ID] });
    expect(world.due(ID)).toBe(true);
  });

  test('has one of three recipients to be verified yet: no ring sends it to the others twice', async () => {
    const world = new World().put(item());
    world.mailAnswer = (_mail, to) =>
      to.includes('new@example.com') ? { outcome: 'blocked', reason: 'Not verified.', byRecipient: true } : undefined;
    const recipients = ['soc@example.com', 'new@example.com', 'ops@example.com'];
    expect(counts(await world.tell({ recipients }))).toMatchObject({ mails: 1, failures: 1, failed: [] });
    expect([world.receipt(ID, 'email')?.detail, world.due(ID)]).toEqual(['Sent, but not to new@example.com: Not verified.', false]);
    await world.tell({ recipients });
    expect(sentTo(world)).toEqual(['soc@example.com', 'ops@example.com']);
  });

  test('an address that it does not accept does not keep the mail from the others', async () => {
    const world = new World().put(item());
    world.mailAnswer = (_mail, to) => (to.includes('new@example.com') ? { outcome: 'refused', reason: 'Not verified.' } : undefined);
    const recipients = ['soc@example.com', 'new@example.com', 'ops@example.com'];
    expect(counts(await world.tell({ recipients }))).toMatchObject({ mails: 1, failures: 1, failed: [] });
    expect(sentTo(world)).toEqual(['soc@example.com', 'ops@example.com']);
    expect(world.receipt(ID, 'email')).toMatchObject({ status: 'sent', detail: 'Sent, but not to new@example.com: Not verified.' });
    expect(world.channels.get('email')).toMatchObject({ status: 'failing' });
  });

  test('refuses every recipient: refused; fails for one of them: tried again', async () => {
    const recipients = ['soc@example.com', 'ops@example.com'];
    const refusing = new World().put(item());
    refusing.mailAnswer = () => ({ outcome: 'refused', reason: 'The sender is not verified.' });
    expect(counts(await refusing.tell({ recipients }))).toMatchObject({ mails: 0, failures: 1, failed: [] });
    const failing = new World().put(item());
    failing.mailAnswer = (_mail, to) => (to.length > 1 ? { outcome: 'refused', reason: 'No.' } : { outcome: 'failed', reason: 'Later.' });
    expect(counts(await failing.tell({ recipients }))).toMatchObject({ mails: 0, failed: [ID] });
  });

  test('cannot take a mail to many now: it is not sent to each instead', async () => {
    const world = new World().put(item());
    const asked: number[] = [];
    world.mailAnswer = (_mail, to) => {
      asked.push(to.length);
      return { outcome: 'failed', reason: 'Later.' };
    };
    await world.tell({ recipients: ['soc@example.com', 'ops@example.com'] });
    expect(asked).toEqual([2]);
  });

  test('fails for one incident and not for the next', async () => {
    const world = new World().put(item({ id: 'one' }), item({ id: 'two' }));
    world.mailAnswer = ({ about }) => (about === 'one' ? { outcome: 'failed', reason: 'Later.' } : undefined);
    expect(counts(await world.tell())).toMatchObject({ mails: 1, findings: 2, failed: ['one'] });
    expect([world.due('one'), world.due('two')]).toEqual([true, false]);
  });

  test('is not asked when no time is left', async () => {
    const world = new World().put(item());
    world.left = 5000;
    expect(counts(await world.tell())).toMatchObject({ mails: 0, findings: 0, failed: [ID] });
    expect([world.calls.length, world.due(ID), world.channels.has('email')]).toEqual([0, true, false]);
  });
});

describe('Security Hub', () => {
  const off = { code: 'InvalidAccessException', message: 'Account 111122223333 is not subscribed to AWS Security Hub' };

  test.each([
    ['the call', () => ({ error: off })],
    ['each finding', () => ({ failures: [{ id: FINDING, code: 'InvalidAccess', message: 'not subscribed' }] })],
  ])('is off and refuses %s: told once, and asked again with the next version only', async (_what, answer) => {
    const world = new World().put(item());
    world.importAnswer = answer;
    expect(counts(await world.tell())).toEqual({ mails: 1, findings: 0, failures: 0, hubOff: true, failed: [] });
    expect(world.receipt(ID, 'securityhub')).toMatchObject({ version: 1, status: 'off' });
    expect(world.channels.get('securityhub')).toMatchObject({ status: 'off', detail: expect.stringContaining('Enable it') });
    expect([world.due(ID), world.calls.length, world.waits]).toEqual([false, 1, []]);

    world.put(item({ version: 2, versionAt: NOON + 9_000_000 }));
    expect(counts(await world.tell())).toMatchObject({ findings: 0, hubOff: false, failures: 0, failed: [] });
    expect(world.calls).toHaveLength(2);

    world.importAnswer = () => undefined;
    world.put(item({ version: 3, versionAt: NOON + 9_900_000 }));
    expect(counts(await world.tell())).toMatchObject({ findings: 1, hubOff: false });
    expect(world.channels.get('securityhub')).toMatchObject({ status: 'ok' });
  });

  test('throttles: asked five times, ever later, then left to the stream', async () => {
    const world = new World().put(item());
    world.importAnswer = () => ({ error: { code: 'ThrottlingException', message: 'Rate exceeded' } });
    expect(counts(await world.tell())).toMatchObject({ mails: 1, findings: 0, failures: 1, failed: [ID] });
    expect(world.waits).toEqual([250, 500, 1000, 2000]);
    expect([world.receipt(ID, 'securityhub'), world.due(ID)]).toEqual([undefined, true]);
    expect(world.channels.get('securityhub')).toMatchObject({ status: 'failing' });
  });

  test('may not be asked: the item stays due, and the stream is not asked again', async () => {
    const world = new World().put(item());
    world.importAnswer = () => ({ error: { code: 'AccessDeniedException', message: 'with an explicit deny' } });
    expect(counts(await world.tell())).toMatchObject({ mails: 1, findings: 0, failures: 1, hubOff: false, failed: [] });
    expect([world.receipt(ID, 'securityhub'), world.due(ID), world.waits]).toEqual([undefined, true, []]);
  });

  test('does not take one finding of many: that one alone gets a refusal', async () => {
    const world = new World().put(...['a', 'b', 'c'].map((id) => item({ id })));
    world.importAnswer = () => ({ failures: [{ id: 'trailwarden/incident/b', code: 'InvalidInput', message: 'bad shape' }] });
    expect(counts(await world.tell({ recipients: [] }))).toMatchObject({ findings: 2, failures: 1, failed: [] });
    expect(['a', 'b', 'c'].map((id) => world.receipt(id, 'securityhub')?.status)).toEqual(['sent', 'failed', 'sent']);
    expect(world.receipt('b', 'securityhub')?.detail).toContain('InvalidInput: bad shape');
    expect(['a', 'b', 'c'].map((id) => world.due(id))).toEqual([false, false, false]);
  });

  test('whose port throws costs no mail its receipt', async () => {
    const world = new World().put(item());
    world.importFindings = async () => {
      throw new TypeError('socket hang up');
    };
    expect(counts(await world.tell())).toMatchObject({ mails: 1, findings: 0, failed: [ID] });
    expect(world.receipt(ID, 'email')).toMatchObject({ status: 'sent' });
  });
});

describe('the tables', () => {
  test.each(['readItem', 'readReceipts', 'clearDue'] as const)('%s fails for one item: that one is tried again', async (port) => {
    const world = new World().put(item({ id: 'one' }), item({ id: 'two' }));
    const real = world[port] as (id: string, version?: number) => Promise<never>;
    world[port] = async (id: string, version?: number) => {
      if (id === 'one') throw new Error('ProvisionedThroughputExceededException');
      return real(id, version);
    };
    expect(counts(await world.tell())).toMatchObject({ failures: 1, failed: ['one'] });
    expect([world.due('one'), world.due('two')]).toEqual([true, false]);
  });

  test('do not take the state of a channel: what was sent counts all the same', async () => {
    const world = new World().put(item());
    world.noteChannel = async () => {
      throw new Error('throttled');
    };
    expect(counts(await world.tell())).toMatchObject({ mails: 1, findings: 1, failed: [] });
  });
});

describe('an item that is none', () => {
  test.each<[string, object]>([
    ['of an unknown kind', { id: ID, kind: 'weather', version: 1 }],
    ['of no kind', { id: ID }],
    ['with half of its fields', { ...item(), detections: undefined }],
    ['with a time that is no time', { ...item(), opened: 1e300 }],
    ['with a level of its own', { ...item(), level: 'apocalyptic' }],
    ['with a version that is text', { ...item(), version: '1' }],
  ])('%s is counted, left aside, and rings no more', async (_name, row) => {
    const world = new World().put(row, item({ id: 'good' }));
    expect(counts(await world.tell())).toMatchObject({ mails: 1, findings: 1, failures: 1, failed: [] });
    expect(world.logs[0]).toMatchObject({
      severity: 'error',
      message: expect.stringMatching(/^The item cannot be told of: at /),
      more: { id: ID },
    });
    expect(world.due(ID)).toBe(false);
    expect(world.receipts.size).toBe(2);
  });
});

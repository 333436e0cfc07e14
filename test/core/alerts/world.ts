import { type Delivered, type DeliverySettings, deliver } from '../../../core/alerts/deliver.ts';
import type { AlertPorts, ImportAnswer, MailAnswer, OutgoingMail } from '../../../core/alerts/ports.ts';
import type { Channel, ChannelState, Receipt } from '../../../core/alerts/receipt.ts';
import type { Finding } from '../../../core/outputs/asff.ts';
import { HOME, NOON } from './made-item.ts';

export const SETTINGS: DeliverySettings = {
  version: '0.1.0',
  threshold: 'high',
  recipients: ['soc@example.com'],
  securityHub: true,
  home: HOME,
};

/** Stops the work where a function would be killed. */
export class Killed extends Error {
  override readonly name = 'Killed';
}

/** The tables, SES and Security Hub in memory, with what they are told to answer. */
export class World implements AlertPorts {
  readonly rows = new Map<string, Record<string, unknown>>();
  readonly receipts = new Map<string, Receipt>();
  readonly channels = new Map<Channel, ChannelState>();
  readonly mails: { readonly mail: OutgoingMail; readonly to: readonly string[] }[] = [];
  readonly calls: Finding[][] = [];
  /** Findings as the hub holds them. */
  readonly hub = new Map<string, Finding>();
  readonly waits: number[] = [];
  readonly logs: { readonly severity: string; readonly message: string; readonly more: Readonly<Record<string, unknown>> }[] = [];
  /** What comes before the receipt of a channel is written. */
  beforeReceipt: (channel: Channel) => void = () => {};
  mailAnswer: (mail: OutgoingMail, to: readonly string[]) => MailAnswer | undefined = () => undefined;
  importAnswer: (findings: readonly Finding[]) => ImportAnswer | undefined = () => undefined;
  left = 120_000;

  put(...items: readonly object[]): this {
    for (const one of items) this.rows.set((one as { id: string }).id, { ...one, due: 'alert', dueAt: NOON });
    return this;
  }

  tell(more: Partial<DeliverySettings> = {}, ids: Iterable<string> = this.rows.keys()): Promise<Delivered> {
    return deliver([...ids], { ...SETTINGS, ...more }, NOON + 1, this);
  }

  due(id: string): boolean {
    return this.rows.get(id)?.due === 'alert';
  }

  receipt(id: string, channel: Channel): Receipt | undefined {
    return this.receipts.get(`${id} ${channel}`);
  }

  readItem = async (id: string): Promise<unknown> => this.rows.get(id);

  readReceipts = async (id: string): Promise<Partial<Record<Channel, Receipt>>> => {
    const email = this.receipt(id, 'email');
    const securityhub = this.receipt(id, 'securityhub');
    return { ...(email && { email }), ...(securityhub && { securityhub }) };
  };

  sendMail = async (mail: OutgoingMail, to: readonly string[]): Promise<MailAnswer> => {
    const answer = this.mailAnswer(mail, to) ?? { outcome: 'sent', reference: `mail-${this.mails.length + 1}` };
    if (answer.outcome === 'sent') this.mails.push({ mail, to });
    return answer;
  };

  importFindings = async (findings: readonly Finding[]): Promise<ImportAnswer> => {
    this.calls.push([...findings]);
    const answer = this.importAnswer(findings) ?? { failures: [] };
    if ('error' in answer) return answer;
    const failed = new Set(answer.failures.map(({ id }) => id));
    for (const finding of findings) {
      const held = this.hub.get(finding.Id);
      if (!failed.has(finding.Id) && (held === undefined || held.UpdatedAt < finding.UpdatedAt)) this.hub.set(finding.Id, finding);
    }
    return answer;
  };

  writeReceipt = async (id: string, channel: Channel, receipt: Receipt): Promise<'written' | 'stale'> => {
    this.beforeReceipt(channel);
    const key = `${id} ${channel}`;
    if ((this.receipts.get(key)?.version ?? 0) >= receipt.version) return 'stale';
    this.receipts.set(key, receipt);
    return 'written';
  };

  clearDue = async (id: string, version: number | undefined): Promise<void> => {
    const row = this.rows.get(id);
    if (row === undefined || (version !== undefined && row.version !== version)) return;
    delete row.due;
    delete row.dueAt;
  };

  noteChannel = async (channel: Channel, state: ChannelState): Promise<'changed' | 'same'> => {
    const before = this.channels.get(channel);
    this.channels.set(channel, state);
    return before?.status === state.status ? 'same' : 'changed';
  };

  wait = async (milliseconds: number): Promise<void> => {
    this.waits.push(milliseconds);
  };

  remaining = (): number => this.left;

  log: AlertPorts['log'] = (severity, message, more) => {
    this.logs.push({ severity, message, more });
  };
}

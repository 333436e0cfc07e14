import type { AlertItem } from '../incidents/item.ts';
import type { Level } from '../levels.ts';
import { type Finding, type Home, incidentFinding } from '../outputs/asff.ts';
import { alertEmail } from '../outputs/email.ts';
import { importAll } from './importing.ts';
import { mailTo } from './mailing.ts';
import { ENOUGH_TIME, type Outcome } from './outcome.ts';
import { decide } from './policy.ts';
import type { AlertPorts } from './ports.ts';
import type { Channel, ChannelState, Receipt, Told } from './receipt.ts';
import { readAlertItem } from './shape.ts';

export interface DeliverySettings {
  /** Version of Trailwarden, for the foot of a mail. */
  readonly version: string;
  /** Incidents of this level or above are told of. */
  readonly threshold: Level;
  /** Who gets mails; nobody: no mail is sent. */
  readonly recipients: readonly string[];
  readonly securityHub: boolean;
  /** The account and region that Trailwarden runs in. */
  readonly home: Home;
  /** `s3://bucket/prefix` of the trail's objects, where it is known: a mail's hints name it. */
  readonly trail?: string;
}

/** What came of the work. */
export interface Delivered {
  /** Ids to try again at once. What waits until somebody acts is not among them: it stays due, and the next ring is its retry. */
  readonly failed: ReadonlySet<string>;
  readonly mails: number;
  readonly findings: number;
  /** What did not reach its people: refused, blocked, failed, or of unknown shape. */
  readonly failures: number;
  /** Security Hub was found to be off, which was not known before. */
  readonly hubOff: boolean;
}

interface Job {
  readonly item: AlertItem;
  readonly receipts: Partial<Record<Channel, Receipt>>;
}

/**
 * Tells people what they were not told yet of these items: reads each item and its receipts anew, sends what lacks a receipt, and writes the
 * receipt after the sending: a crash in between gives a duplicate, never a loss. An item is done when every channel has its receipt.
 */
export async function deliver(ids: Iterable<string>, settings: DeliverySettings, now: number, ports: AlertPorts): Promise<Delivered> {
  const delivery = new Delivery(settings, now, ports);
  const jobs: Job[] = [];
  for (const id of new Set(ids)) {
    const job = await delivery.attempt(id, () => delivery.read(id));
    if (job) jobs.push(job);
  }
  for (const job of jobs) await delivery.attempt(job.item.id, () => delivery.mail(job));
  await delivery.import(jobs);
  for (const { item } of jobs) await delivery.finish(item);
  await delivery.noteChannels();
  return delivery.report();
}

class Delivery {
  readonly #failed = new Set<string>();
  readonly #blocked = new Set<string>();
  readonly #outcomes: Record<Channel, Outcome[]> = { email: [], securityhub: [] };
  readonly #settings: DeliverySettings;
  readonly #now: number;
  readonly #ports: AlertPorts;
  #failures = 0;
  #hubOff = false;

  constructor(settings: DeliverySettings, now: number, ports: AlertPorts) {
    this.#settings = settings;
    this.#now = now;
    this.#ports = ports;
  }

  /** What throws costs its own item a retry, never the other items. */
  async attempt<T>(id: string, work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      this.#fail(id, 'The alert could not be delivered; it is tried again.', { error: String(error) });
      return undefined;
    }
  }

  async read(id: string): Promise<Job | undefined> {
    const row = await this.#ports.readItem(id);
    // Gone, or told in the meantime.
    if (row === undefined || attribute(row, 'due') === undefined) return undefined;
    const item = readAlertItem(row);
    if (typeof item === 'string') {
      this.#failures += 1;
      this.#ports.log('error', item, { id });
      // Left due, it would ring again for ever.
      const version = attribute(row, 'version');
      await this.#ports.clearDue(id, typeof version === 'number' ? version : undefined);
      return undefined;
    }
    return { item, receipts: await this.#ports.readReceipts(id) };
  }

  async mail({ item, receipts }: Job): Promise<void> {
    const { recipients, threshold, version, home, trail } = this.#settings;
    if (recipients.length === 0) return;
    const decision = decide('email', item, threshold, receipts.email);
    if (decision.verdict === 'quiet') await this.#receipt(item, 'email', receipts.email, 'quiet', decision.why);
    if (decision.verdict !== 'send') return;
    if (this.#ports.remaining() < ENOUGH_TIME) {
      this.#failed.add(item.id);
      this.#ports.log('info', 'No time was left for a mail; the next invocation sends it.', { id: item.id });
      return;
    }
    const told = receipts.email?.told;
    const context = { version, home, ...(trail === undefined ? {} : { trail }), ...(told === undefined ? {} : { told }) };
    const email = composed(() => alertEmail(item, context));
    const tag = item.kind === 'incident' ? item.level : 'summary';
    const outcome =
      'error' in email ? email.error : await mailTo({ ...email.made, about: item.id, version: item.version, tag }, recipients, this.#ports);
    await this.#settle(item, 'email', receipts.email, outcome);
  }

  async import(jobs: readonly Job[]): Promise<void> {
    const { securityHub, threshold, home } = this.#settings;
    if (!securityHub) return;
    const wanted = new Map<string, Job>();
    const findings: Finding[] = [];
    for (const job of jobs) {
      const { item, receipts } = job;
      const decision = decide('securityhub', item, threshold, receipts.securityhub);
      if (decision.verdict === 'quiet') {
        await this.attempt(item.id, () => this.#receipt(item, 'securityhub', receipts.securityhub, 'quiet', decision.why));
      }
      if (decision.verdict !== 'send' || item.kind !== 'incident') continue;
      const finding = composed(() => incidentFinding(item, home, { updatedAt: item.versionAt, archived: item.status === 'resolved' }));
      if ('error' in finding) {
        await this.attempt(item.id, () => this.#settle(item, 'securityhub', receipts.securityhub, finding.error));
        continue;
      }
      wanted.set(finding.made.Id, job);
      findings.push(finding.made);
    }
    const outcomes = await importAll(findings, this.#ports);
    for (const [id, { item, receipts }] of wanted) {
      const outcome = outcomes.get(id) ?? { status: 'failed', detail: 'The hub said nothing of this finding.' };
      await this.attempt(item.id, () => this.#settle(item, 'securityhub', receipts.securityhub, outcome));
    }
  }

  /** While one channel waits for its retry, the item stays due. */
  async finish({ id, version }: AlertItem): Promise<void> {
    if (!this.#failed.has(id) && !this.#blocked.has(id)) await this.attempt(id, () => this.#ports.clearDue(id, version));
  }

  /** How the channels do is for people to read; what cannot be noted now is noted the next time. */
  async noteChannels(): Promise<void> {
    for (const channel of ['email', 'securityhub'] as const) {
      const state = stateOf(this.#outcomes[channel], this.#now);
      if (state === undefined) continue;
      let news: 'changed' | 'same' = 'changed';
      try {
        news = await this.#ports.noteChannel(channel, state);
      } catch (error) {
        this.#ports.log('warn', `How the channel ${channel} does could not be noted.`, { error: String(error) });
      }
      if (news === 'same' || state.status === 'ok') continue;
      this.#ports.log('warn', `The channel ${channel} is ${state.status}.`, { detail: state.detail });
      if (state.status === 'off') this.#hubOff = true;
    }
  }

  report(): Delivered {
    const sent = (channel: Channel) => this.#outcomes[channel].filter(({ status }) => status === 'sent').length;
    return {
      failed: this.#failed,
      mails: sent('email'),
      findings: sent('securityhub'),
      failures: this.#failures,
      hubOff: this.#hubOff,
    };
  }

  async #settle(item: AlertItem, channel: Channel, before: Receipt | undefined, outcome: Outcome): Promise<void> {
    const { status, detail, partly } = outcome;
    this.#outcomes[channel].push(outcome);
    if (status === 'failed') {
      this.#fail(item.id, 'The alert could not be delivered; it is tried again.', { channel, detail });
      return;
    }
    if (status === 'blocked') {
      this.#failures += 1;
      this.#blocked.add(item.id);
      this.#ports.log('error', 'The alert waits until somebody acts; it is tried again after 15 minutes, and ever later.', {
        id: item.id,
        channel,
        detail,
      });
      return;
    }
    if (status === 'refused' || partly) {
      this.#failures += 1;
      this.#ports.log('error', status === 'refused' ? 'The alert was refused.' : 'The alert did not reach everybody.', {
        id: item.id,
        version: item.version,
        channel,
        detail,
      });
    } else if (status === 'sent') {
      this.#ports.log('info', 'The alert was delivered.', { id: item.id, version: item.version, channel, detail });
    }
    await this.#receipt(item, channel, before, status === 'refused' ? 'failed' : status, detail);
  }

  async #receipt(item: AlertItem, channel: Channel, before: Receipt | undefined, status: Receipt['status'], detail: string): Promise<void> {
    const told = status === 'sent' ? toldOf(item, this.#now) : before?.told;
    const { level, tactics } = item.kind === 'incident' ? item : { level: '' as const, tactics: [] };
    const receipt = { version: item.version, at: this.#now, status, level, tactics, detail, ...(told === undefined ? {} : { told }) };
    if ((await this.#ports.writeReceipt(item.id, channel, receipt)) === 'stale') {
      this.#ports.log('info', 'Another delivery was faster; its receipt stays.', { id: item.id, version: item.version, channel });
    }
  }

  #fail(id: string, message: string, more: Readonly<Record<string, unknown>>): void {
    this.#failures += 1;
    this.#failed.add(id);
    this.#ports.log('error', message, { id, ...more });
  }
}

/** A text that cannot be made now can never be made: that is a refusal, not a failure that passes. */
function composed<T>(make: () => T): { readonly made: T } | { readonly error: Outcome } {
  try {
    return { made: make() };
  } catch (error) {
    return { error: { status: 'refused', detail: `Trailwarden could not word it (${String(error)}): please report this.` } };
  }
}

function stateOf(outcomes: readonly Outcome[], at: number): ChannelState | undefined {
  const off = outcomes.find(({ status }) => status === 'off');
  if (off !== undefined) return { status: 'off', detail: off.detail, at };
  const bad = outcomes.findLast(({ status, partly }) => status !== 'sent' || partly);
  if (bad !== undefined) return { status: 'failing', detail: bad.detail, at };
  return outcomes.length > 0 ? { status: 'ok', detail: '', at } : undefined;
}

function toldOf(item: AlertItem, at: number): Told {
  if (item.kind !== 'incident') return { version: item.version, at, level: '', risk: 0, tactics: [], detectors: [] };
  const { version, level, risk, tactics, detections } = item;
  return { version, at, level, risk, tactics, detectors: detections.map(({ detector }) => detector) };
}

function attribute(row: unknown, name: string): unknown {
  return typeof row === 'object' && row !== null && Object.hasOwn(row, name) ? (row as Record<string, unknown>)[name] : undefined;
}

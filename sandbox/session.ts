import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalCloud } from './cloud.ts';
import { isObject } from './finding-format.ts';
import type { DropFolder, Dropped } from './folder.ts';

interface Timing {
  /** Resolves when the session is to end. */
  readonly ended: Promise<void>;
  /** Milliseconds between two looks into the folder, and between two runs. */
  readonly lookEvery: number;
  readonly tickEvery: number;
}

/** What a person sees of the local cloud: takes dropped files to the trail bucket, makes runs, and says in plain lines what came of them. */
export class Session {
  readonly #cloud: LocalCloud;
  readonly #say: (line: string) => void;
  readonly #versions = new Map<string, number>();
  #mails = 0;
  #lines = 0;

  constructor(cloud: LocalCloud, say: (line: string) => void) {
    this.#cloud = cloud;
    this.#say = (line) => say(`${new Date().toLocaleTimeString('en-GB')}  ${printable(line)}`);
  }

  /** Puts files into the trail bucket. Where they do not lie as CloudTrail lays them, they are laid so that they are announced. */
  async put(files: readonly Dropped[]): Promise<void> {
    if (files.length === 0) return;
    const bucket = this.#bucket();
    const { account, region } = this.#cloud.model.home;
    const announced = (key: string) => this.#cloud.model.announcements.some((one) => one.kind === 'bucket' && key.startsWith(one.prefix));
    for (const { path, bytes } of files) {
      await this.#cloud.put(bucket, announced(path) ? path : `AWSLogs/${account}/CloudTrail/${region}/dropped/${path}`, bytes);
    }
    const sum = files.reduce((total, { bytes }) => total + bytes.length, 0);
    this.#say(`put ${files.length === 1 ? files[0]?.path : `${files.length} files`} into ${bucket} (${Math.ceil(sum / 1024)} KB)`);
  }

  /** Looks, lets things move and makes runs until the session is ended. */
  async run(folder: DropFolder, { ended, lookEvery, tickEvery }: Timing): Promise<void> {
    let over = false;
    const end = ended.then(() => {
      over = true;
    });
    let next = 0;
    while (!over) {
      await this.put(folder.look());
      await this.#cloud.settle();
      this.#tellOfTrouble();
      if (Date.now() >= next) {
        await this.tick();
        next = Date.now() + tickEvery;
      }
      await Promise.race([sleep(lookEvery), end]);
    }
  }

  /** One run of the score function, and what it brings about. */
  async tick(): Promise<void> {
    const outcome = await this.#cloud.tick();
    await this.#cloud.settle();
    this.#tellOfTrouble();
    if (!outcome.ok) {
      this.#say(`the run failed: ${outcome.error.errorType} ${outcome.error.errorMessage}`);
      return;
    }
    const report = isObject(outcome.result) ? outcome.result : {};
    if (report.outcome === 'idle') return;
    const sums = isObject(report.sums) ? report.sums : {};
    const counts = ['records', 'events', 'duplicates', 'rejects', 'late', 'signals'].map((name) => `${sums[name] ?? 0} ${name}`);
    this.#say(`run ${report.run} ${report.outcome}: ${counts.join(', ')}`);
    await this.#tellOfIncidents();
    await this.#tellOfMails();
  }

  async #tellOfIncidents(): Promise<void> {
    const items = await this.#cloud.database.items(this.#cloud.output('IncidentsTableName'));
    for (const item of items.sort((a, b) => Number(b.risk) - Number(a.risk))) {
      const version = Number(item.version);
      if (item.kind !== 'incident' || this.#versions.get(String(item.id)) === version) continue;
      this.#versions.set(String(item.id), version);
      // Those nobody is told of are on the page.
      if (item.level !== 'high' && item.level !== 'critical') continue;
      const title = isObject(item.top) ? String(item.top.title) : '';
      this.#say(
        `incident ${item.status}, version ${version}: ${String(item.level).toUpperCase()} ${item.risk} ${title} by ${item.principal}`,
      );
    }
    this.#say(`${items.length} incidents, ${this.#cloud.hub.findings().length} findings in Security Hub`);
  }

  async #tellOfMails(): Promise<void> {
    const mails = await this.#cloud.mails();
    for (const { destination, subject } of mails.slice(this.#mails)) this.#say(`mail to ${destination.to.join(', ')}: ${subject}`);
    this.#mails = mails.length;
  }

  /** Warnings and errors that the functions wrote since the last time. */
  #tellOfTrouble(): void {
    for (const { function: name, stream, text } of this.#cloud.logs.slice(this.#lines)) {
      let line: Record<string, unknown> = {};
      try {
        line = JSON.parse(text) as Record<string, unknown>;
      } catch {
        if (stream === 'stderr') this.#say(`${name}: ${text}`);
      }
      if (line.level !== 'WARN' && line.level !== 'ERROR') continue;
      this.#say(`${name}: ${[line.message, line.object, line.reason].filter((part) => part !== undefined).join(' — ')}`);
    }
    this.#lines = this.#cloud.logs.length;
  }

  #bucket(): string {
    const [announcement] = this.#cloud.model.announcements;
    const own = this.#cloud.model.outputs.TrailBucketName;
    if (own !== undefined) return own;
    if (announcement?.kind === 'bucket') return announcement.bucket;
    throw new Error('The sandbox needs a configuration whose trail has a bucket: {"create": true} or {"bucket": "…"}.');
  }
}

/** Logs hold whatever their writers liked: nothing of it may steer the terminal. */
function printable(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '�');
}

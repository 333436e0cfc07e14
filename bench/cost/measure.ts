import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Settings } from '../../core/config/settings.ts';
import { functionLimits } from '../../core/parsing/limits.ts';
import { parseMessages } from '../../core/parsing/parse.ts';
import { LocalCloud } from '../../sandbox/cloud.ts';
import type { CloudModel } from '../../sandbox/model.ts';
import { bucketNotification } from '../../sandbox/notifications.ts';
import { steadyMemory } from './memory.ts';
import { type Arrivals, arrivals, batchSizes, type Traffic } from './traffic.ts';
import { type CostRecords, filesOf, type TrailFile } from './trail.ts';
import { meanUse, metricsIn, type Use, Watch, waitLikeAws } from './watch.ts';

/** What the pipeline does at one size of files. */
export interface Measured {
  readonly traffic: Traffic;
  readonly arrivals: Arrivals;
  readonly parse: Use;
  readonly score: Use;
  /** Metrics that were written, with their function. */
  readonly metrics: readonly string[];
  /** Bytes of a file of the trail, compressed. */
  readonly fileBytes: number;
  /** Bytes that a run leaves under runs/, and those of the memory but its identities. */
  readonly runBytes: number;
  readonly memoryBytes: number;
}

/** What happens apart from the events' number. */
export interface Aside {
  /** Telling of one incident: a mail and a finding, by a function that was cold. */
  readonly telling: Use;
  readonly tellingMetrics: readonly string[];
  /** Write units that one put of an incident takes. */
  readonly incidentWrites: number;
  readonly incidentBytes: number;
  /** A run that finds nothing to do. */
  readonly idle: Use;
  readonly idleMetrics: readonly string[];
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Times of a run's events lie within so much. */
const SPREAD = 6 * MINUTE;
/** One record in so many came late, of the hour before, in one of the measured runs. */
const LATE_ONE_IN = 1000;

export interface Sizes {
  /** Batches parsed before any is measured, and those measured. */
  readonly warmBatches: number;
  readonly batches: number;
  readonly warmRuns: number;
  readonly runs: number;
}

/** A local cloud with the traffic of one size of files. */
export class Workload {
  readonly #cloud: LocalCloud;
  readonly #records: CostRecords;
  readonly #traffic: Traffic;
  readonly #arrivals: Arrivals;
  /** Latest time of an event: events lie within one hour. */
  readonly #latest: number;
  #made = 0;
  readonly #fileBytes: number[] = [];

  private constructor(cloud: LocalCloud, records: CostRecords, traffic: Traffic, latest: number) {
    this.#cloud = cloud;
    this.#records = records;
    this.#traffic = traffic;
    this.#arrivals = arrivals(traffic);
    this.#latest = latest;
  }

  /** Starts a cloud whose memory is that of a pipeline that has seen the traffic for long. */
  static async start(model: CloudModel, records: CostRecords, traffic: Traffic): Promise<Workload> {
    const cloud = await LocalCloud.start(model);
    const now = Date.now();
    const hour = now - (now % HOUR);
    const latest = now - hour >= SPREAD ? now : hour - 1000;
    const { eventsADay, perFile } = traffic;
    const memory = steadyMemory({ now, eventTime: latest, eventsADay, filesADay: eventsADay / perFile });
    for (const [key, bytes] of memory.objects) await cloud.storage.put(cloud.output('BatchBucketName'), key, bytes);
    const Item = Object.fromEntries(Object.entries(memory.ledger).map(([name, value]) => [name, attribute(value)]));
    await cloud.database.call('PutItem', { TableName: cloud.output('StateTableName'), Item });
    return new Workload(cloud, records, traffic, latest);
  }

  stop(): Promise<void> {
    return this.#cloud.stop();
  }

  /** Parses batches through bucket, queue and function, then scores runs. */
  async measure(sizes: Sizes): Promise<Measured> {
    const parse = await this.#parse(sizes);
    const logs = this.#cloud.logs.length;
    for (let i = 0; i < sizes.warmRuns; i += 1) await this.#run(false);
    waitLikeAws(this.#cloud);
    const watch = new Watch(this.#cloud, 'score');
    for (let i = 0; i < sizes.runs; i += 1) await this.#run(i === 1);
    const score = watch.end();
    this.#cloud.intercept = undefined;
    const { calls } = score;
    const written = (folder: string, not = /^$/) =>
      calls
        .filter(({ operation, resource }) => operation === 'PutObject' && resource.includes(`/${folder}/`) && !not.test(resource))
        .reduce((sum, { requestBytes }) => sum + requestBytes, 0) / sizes.runs;
    return {
      traffic: this.#traffic,
      arrivals: this.#arrivals,
      parse,
      score,
      metrics: metricsIn(this.#cloud.logs.slice(logs)),
      fileBytes: this.#fileBytes.reduce((sum, bytes) => sum + bytes, 0) / this.#fileBytes.length,
      runBytes: written('runs'),
      memoryBytes: written('memory', /\/(ids|sections)\//),
    };
  }

  /** Tells of some incidents, one by one, and lets a run find nothing. */
  async measureAside(incidents: number): Promise<Aside> {
    const cloud = this.#cloud;
    const alert = cloud.functions.get('alert');
    waitLikeAws(cloud);
    const tellings: Use[] = [];
    const from = { calls: cloud.calls.length, logs: cloud.logs.length };
    for (const text of distinctAttacks(this.#records, incidents)) {
      const files = filesOf([text], { perFile: 1, at: Date.now(), label: `incident ${this.#made++}`, timeOf: () => this.#latest });
      await this.#keep(files);
      await this.#tick('committed');
      await alert?.kill();
      const told = new Watch(cloud, 'alert');
      await cloud.settle();
      tellings.push(told.end());
    }
    const telling = meanUse(tellings);
    const sent = telling.calls.filter(({ operation }) => operation === 'SendEmail' || operation === 'BatchImportFindings').length;
    if (telling.invocations !== incidents || sent !== 2 * incidents) {
      throw new Error(
        `${incidents} incidents should be told one by one, by mail and finding; ${telling.invocations} invocations sent ${sent}.`,
      );
    }
    const puts = cloud.calls
      .slice(from.calls)
      .filter(({ operation, resource }) => operation === 'PutItem' && resource === cloud.output('IncidentsTableName'));
    const items = await cloud.database.items(cloud.output('IncidentsTableName'));
    const logs = cloud.logs.length;
    const watch = new Watch(cloud, 'score');
    for (let i = 0; i < incidents; i += 1) await this.#tick('idle');
    return {
      telling,
      tellingMetrics: metricsIn(cloud.logs.slice(from.logs, logs)),
      incidentWrites: puts.reduce((sum, { capacity }) => sum + capacity, 0) / puts.length,
      incidentBytes: items.reduce((sum, item) => sum + Buffer.byteLength(JSON.stringify(item)), 0) / items.length,
      idle: watch.end(),
      idleMetrics: metricsIn(cloud.logs.slice(logs)),
    };
  }

  async #parse({ warmBatches, batches }: Sizes): Promise<Use> {
    const cloud = this.#cloud;
    const sizes = batchSizes(this.#arrivals.filesABatch, warmBatches + batches);
    const files = this.#files(
      sizes.reduce((sum, size) => sum + size, 0),
      false,
    );
    let watch = new Watch(cloud, 'parse');
    for (const [i, size] of sizes.entries()) {
      if (i === warmBatches) {
        waitLikeAws(cloud);
        watch = new Watch(cloud, 'parse');
      }
      for (const { key, text } of files.splice(0, size)) {
        const bytes = gzipSync(text);
        this.#fileBytes.push(bytes.length);
        await cloud.put(cloud.output('TrailBucketName'), key, bytes);
      }
      await cloud.settle();
    }
    const use = watch.end();
    cloud.intercept = undefined;
    if (use.invocations !== batches)
      throw new Error(`${batches} windows should be ${batches} invocations of parse, not ${use.invocations}.`);
    return use;
  }

  /** One run on the batches of five minutes. */
  async #run(withLate: boolean): Promise<void> {
    const files = this.#files(Math.max(1, Math.round(this.#arrivals.filesARun)), withLate);
    const sizes = batchSizes(this.#arrivals.filesABatch, Math.ceil(files.length / this.#arrivals.filesABatch));
    for (const size of sizes) await this.#keep(files.splice(0, size));
    await this.#tick('committed');
  }

  /** Stores a batch of files. The very code of the parse function makes it, in this process: a run's thousands of files need not all take the long way. */
  async #keep(files: readonly TrailFile[]): Promise<void> {
    if (files.length === 0) return;
    const cloud = this.#cloud;
    const at = Date.now();
    const texts = new Map(files.map(({ key, text }) => [key, Buffer.from(text)]));
    const messages = files.map(({ key }) => {
      const object = cloud.describe(cloud.output('TrailBucketName'), key, texts.get(key));
      return { id: key, sent: at, body: JSON.stringify(bucketNotification(cloud.model.home, object)) };
    });
    await parseMessages(messages, {
      objects: {
        open: async ({ key, version = '' }) => {
          const bytes = texts.get(key) as Buffer<ArrayBuffer>;
          return { id: version, modified: at, size: bytes.length, body: pieces(bytes), close: () => {} };
        },
      },
      batches: { keep: (name, batch) => cloud.storage.put(cloud.output('BatchBucketName'), name, batch) },
      limits: functionLimits(this.#settings.config.limits),
      remaining: () => 5 * MINUTE,
    });
  }

  async #tick(wanted: string): Promise<void> {
    const outcome = await this.#cloud.tick();
    const came = outcome.ok ? (outcome.result as { outcome: string }).outcome : JSON.stringify(outcome.error);
    if (came !== wanted) throw new Error(`A run should end as ${wanted}, and ended as ${came}.`);
  }

  #files(count: number, withLate: boolean): TrailFile[] {
    const { perFile } = this.#traffic;
    const { ordinary } = this.#records;
    const wanted = Array.from({ length: count * perFile }, (_, i) => ordinary[i % ordinary.length] as (typeof ordinary)[number]);
    const hour = this.#latest - (this.#latest % HOUR);
    return filesOf(wanted, {
      perFile,
      at: Date.now(),
      label: `${perFile} a file, ${this.#made++}`,
      timeOf: (i) => (withLate && i % LATE_ONE_IN === 0 ? hour - HOUR / 2 : this.#latest - (i % (SPREAD / 1000)) * 1000),
    });
  }

  get #settings(): Settings {
    const folder = this.#cloud.functions.get('parse')?.settings.codeFolder ?? '';
    return JSON.parse(readFileSync(join(folder, 'settings.json'), 'utf8')) as Settings;
  }
}

async function* pieces(bytes: Buffer<ArrayBuffer>): AsyncGenerator<Buffer<ArrayBuffer>> {
  yield bytes;
}

/** Steps that are incidents by themselves, of different principals. */
function distinctAttacks({ attacks }: CostRecords, count: number): CostRecords['attacks'] {
  const byActor = new Map<string, CostRecords['attacks'][number]>();
  for (const one of attacks) {
    const { eventName, userIdentity } = JSON.parse(one.text) as { eventName: string; userIdentity: { arn?: string } };
    if (eventName === 'StopLogging' || eventName === 'DeleteTrail') byActor.set(String(userIdentity.arn), one);
  }
  return [...byActor.values()].slice(0, count);
}

function attribute(value: string | number | boolean): Record<string, unknown> {
  if (typeof value === 'string') return { S: value };
  return typeof value === 'number' ? { N: String(value) } : { BOOL: value };
}

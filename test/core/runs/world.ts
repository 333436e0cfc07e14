import { gunzipSync } from 'node:zlib';
import type { GeoDatabase } from '../../../core/anomalies/geo.ts';
import { Observer } from '../../../core/anomalies/observe.ts';
import { defaultConfig } from '../../../core/config/load.ts';
import type { AlertItem, IncidentItem } from '../../../core/incidents/item.ts';
import type { Level } from '../../../core/levels.ts';
import { BatchWriter } from '../../../core/records/batch.ts';
import { noCounts } from '../../../core/records/counts.ts';
import { DEFAULT_LIMITS, inflate, isGzip } from '../../../core/records/inflate.ts';
import { RecordReader } from '../../../core/records/reader.ts';
import type { SectionSource } from '../../../core/records/section.ts';
import type { LoadedRules, Rule } from '../../../core/rules/model.ts';
import { compileRules } from '../../../core/rules/ruleset.ts';
import type { Engine } from '../../../core/runs/engine.ts';
import type { IncidentPut, RollupPut } from '../../../core/runs/plan.ts';
import { type LedgerState, NEW_LEDGER, type RunPorts } from '../../../core/runs/ports.ts';
import { type RunReport, runOnce } from '../../../core/runs/run.ts';

/** One delivered file. */
export interface Delivery {
  readonly key: string;
  readonly bytes: Buffer;
  readonly delivered: number;
  readonly id?: string;
  readonly backfill?: SectionSource['backfill'];
}

export const BUCKET = 'example-trail';

/** A batch of files, as the parse function writes it. */
export function batchOf(deliveries: readonly Delivery[]): Buffer {
  const writer = new BatchWriter();
  const reader = new RecordReader((record, index) => writer.take(record, index), DEFAULT_LIMITS.recordBytes);
  for (const { key, bytes, delivered, id = 'v1', backfill } of deliveries) {
    writer.begin({ bucket: BUCKET, key, id, delivered, ...(backfill === undefined ? {} : { backfill }) });
    reader.begin();
    if (isGzip(bytes)) {
      const inflated = inflate(bytes, DEFAULT_LIMITS);
      reader.push(inflated.bytes);
      reader.end(inflated.reject === 'too-big-at-once' ? null : inflated.reject);
    } else {
      reader.push(bytes);
      reader.end();
    }
    writer.end(reader.counts, Object.keys(reader.counts.fileRejects)[0]);
  }
  return writer.finish();
}

export function engineOf(
  rules: readonly Rule[],
  threshold: Level = 'high',
  correlations: LoadedRules['correlations'] = [],
  geo?: GeoDatabase,
): Engine {
  return {
    rules: compileRules(rules),
    loaded: { rules, correlations, refusals: [] },
    config: defaultConfig(),
    threshold,
    waitForBackfill: false,
    learningDays: 14,
    geo,
    observer: new Observer(geo?.locate ?? (() => null), () => false),
    rulesHash: 'r',
    configHash: 'c',
    leaseMilliseconds: 300_000,
  };
}

/** What DynamoDB refuses for good: keys and items beyond its limits. */
function refusal(key: string, item: unknown): string | null {
  if (Buffer.byteLength(key) > 1024) return `key of ${Buffer.byteLength(key)} bytes`;
  const bytes = Buffer.byteLength(JSON.stringify(item));
  return bytes > 400 * 1024 ? `item of ${bytes} bytes` : null;
}

/** S3 and DynamoDB as far as a run knows them, in memory. */
export class World {
  readonly objects = new Map<string, Uint8Array>();
  readonly incidents = new Map<string, IncidentPut>();
  readonly rollups = new Map<string, { readonly put: RollupPut; readonly run: number }>();
  ledger: LedgerState = NEW_LEDGER;
  lease: { owner: string; until: number } | null = null;
  failure: string | null = null;
  now = 0;
  left = 240_000;
  #batches = 0;
  #runs = 0;

  readonly ports: RunPorts = {
    clock: () => this.now,
    remaining: () => this.left,
    takeLease: async (owner, now, until) => {
      if (this.lease !== null && this.lease.owner !== owner && this.lease.until >= now) return null;
      this.lease = { owner, until };
      this.ledger = { ...this.ledger, tries: this.ledger.tries + 1 };
      return this.ledger;
    },
    dropLease: async (owner, _now, failure, blameless) => {
      if (this.lease?.owner !== owner) return;
      this.lease = null;
      this.failure = failure;
      const { tries } = this.ledger;
      this.ledger = { ...this.ledger, tries: failure === null ? 0 : blameless ? tries - 1 : tries };
    },
    commit: async (owner, { run, ...rest }) => {
      const { planned, applied, tries } = this.ledger;
      if (this.lease?.owner !== owner || planned !== run - 1 || applied !== run - 1)
        return planned === run && this.ledger.runKey === rest.runKey;
      this.ledger = { ...rest, planned: run, applied, tries };
      return true;
    },
    markApplied: async (run) => {
      if (this.ledger.planned === run) this.ledger = { ...this.ledger, applied: run };
    },
    listBatches: async (most) =>
      [...this.objects]
        .filter(([key]) => key.startsWith('pending/'))
        .map(([key, { length }]) => ({ key, bytes: length }))
        .sort((a, b) => (a.key < b.key ? -1 : 1))
        .slice(0, most),
    readObject: async (key) => {
      const bytes = this.objects.get(key);
      if (bytes === undefined) throw new Error(`no such key: ${key}`);
      return bytes;
    },
    writeObject: async (key, bytes) => void this.objects.set(key, bytes),
    deleteObjects: async (keys) => {
      for (const key of keys) this.objects.delete(key);
    },
    listKeys: async (prefix) => [...this.objects.keys()].filter((key) => key.startsWith(prefix)),
    putIncident: async (put) => {
      const why = refusal(put.item.id, put.item);
      if (why !== null) return why;
      const before = this.incidents.get(put.item.id);
      if (before === undefined || before.item.run < put.item.run)
        this.incidents.set(put.item.id, JSON.parse(JSON.stringify(put)) as IncidentPut);
      return null;
    },
    putRollup: async (put, run) => {
      const key = put.kind === 'day' ? put.day : `${put.day}#${put.region}`;
      const why = refusal(key, put.sums);
      if (why !== null) return why;
      const before = this.rollups.get(key);
      if (before === undefined || before.run < run) this.rollups.set(key, { put: structuredClone(put), run });
      return null;
    },
    ringAgain: async () => 0,
  };

  /** Lays a batch of files down for the next run. */
  deliver(deliveries: readonly Delivery[]): void {
    const minute = new Date(Math.min(...deliveries.map(({ delivered }) => delivered))).toISOString().replace(/[-:]|:\d\d\.\d+/g, '');
    this.#batches += 1;
    this.objects.set(`pending/${minute.slice(0, 13)}Z-${String(this.#batches).padStart(6, '0')}.batch`, batchOf(deliveries));
  }

  /** One run at a time. */
  async run(engine: Engine, now: number): Promise<RunReport> {
    this.now = now;
    this.#runs += 1;
    return runOnce(this.ports, engine, `owner-${this.#runs}`);
  }

  /** Every signal of every run, as objects, in no order. */
  signals(): Record<string, unknown>[] {
    return [...this.objects]
      .filter(([key]) => key.endsWith('.signals.ndjson.gz'))
      .flatMap(([, bytes]) => gunzipSync(bytes).toString().trimEnd().split('\n'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  items(): AlertItem[] {
    return [...this.incidents.values()].map(({ item }) => item);
  }

  incidentItems(): IncidentItem[] {
    return this.items().filter((item): item is IncidentItem => item.kind === 'incident');
  }

  /** Counts of all days together. */
  counts() {
    const sum = { ...noCounts(), late: 0, signals: 0, levels: [0, 0, 0, 0, 0] };
    for (const { put } of this.rollups.values()) {
      if (put.kind !== 'day') continue;
      const { counts, late, signals, levels } = put.sums;
      sum.files += counts.files;
      sum.records += counts.records;
      sum.events += counts.events;
      sum.duplicates += counts.duplicates;
      for (const n of Object.values(counts.rejects)) sum.excluded += n;
      sum.late += late;
      sum.signals += signals;
      for (const [i, n] of levels.entries()) sum.levels[i] = (sum.levels[i] as number) + n;
    }
    return sum;
  }
}

import { randomUUID } from 'node:crypto';
import type { Context } from 'aws-lambda';
import { observerOf } from '../../core/anomalies/observe.ts';
import type { LoadedRules } from '../../core/rules/model.ts';
import { compileRules } from '../../core/rules/ruleset.ts';
import type { Engine } from '../../core/runs/engine.ts';
import { type RunReport, runOnce } from '../../core/runs/run.ts';
import { batchBucket } from '../aws/batch-bucket.ts';
import { s3Client } from '../aws/clients.ts';
import { documentClient } from '../aws/documents.ts';
import { ledger } from '../aws/ledger.ts';
import { publishCounts, telemetry } from '../aws/logging.ts';
import { tables } from '../aws/tables.ts';
import { environment } from '../environment.ts';
import { geoBeside } from '../geo.ts';
import { readBeside, readSettings } from '../settings.ts';
import { publishRun } from './report.ts';

const { BATCH_BUCKET, STATE_TABLE, INCIDENTS_TABLE } = environment(['BATCH_BUCKET', 'STATE_TABLE', 'INCIDENTS_TABLE']);
const { config, rulesHash, configHash, alerts, waitForBackfill } = readSettings();
const geo = geoBeside(config);
const loaded = readBeside('rules.json') as LoadedRules;
/** Longer than an invocation can last: until then a lease that was not given back is believed. */
const LEASE = 6 * 60_000;
const engine: Engine = {
  rules: compileRules(loaded.rules),
  loaded,
  config,
  threshold: alerts.threshold,
  waitForBackfill,
  learningDays: config.anomalies.learningDays,
  geo,
  observer: observerOf(config, geo?.locate),
  rulesHash,
  configHash,
  leaseMilliseconds: LEASE,
};
const documents = documentClient();
const told = telemetry('score');
const world = {
  clock: Date.now,
  ...batchBucket(s3Client(), BATCH_BUCKET),
  ...ledger(documents, STATE_TABLE),
  ...tables(documents, STATE_TABLE, INCIDENTS_TABLE),
};

/** Makes one run: what waits is scored, written down, committed and shown. */
export async function handler(_event: unknown, context: Context): Promise<RunReport> {
  const started = Date.now();
  try {
    const report = await runOnce({ ...world, remaining: () => context.getRemainingTimeInMillis() }, engine, randomUUID());
    publishRun(told, report, Date.now() - started);
    return report;
  } catch (error) {
    told.logger.error('The run failed; the next one takes up its work.', error as Error);
    publishCounts(told, { RunFailures: 1 });
    throw error;
  }
}

import { setTimeout } from 'node:timers/promises';
import type { Context, DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import { type DeliverySettings, deliver } from '../../core/alerts/deliver.ts';
import type { AlertPorts } from '../../core/alerts/ports.ts';
import { documentClient } from '../aws/documents.ts';
import { findingImporter } from '../aws/hub.ts';
import { incidents } from '../aws/incidents.ts';
import { publishCounts, telemetry } from '../aws/logging.ts';
import { mailSender } from '../aws/mail.ts';
import { receipts } from '../aws/receipts.ts';
import { environment } from '../environment.ts';
import { readSettings } from '../settings.ts';
import { doorbell, failures } from './doorbell.ts';

const env = environment(['STATE_TABLE', 'INCIDENTS_TABLE', 'HOME_ACCOUNT', 'HOME_PARTITION', 'AWS_REGION']);
const { version, alerts, trail } = readSettings();
const { sender = '', recipients, threshold, securityHub } = alerts;
const home = { partition: env.HOME_PARTITION, account: env.HOME_ACCOUNT, region: env.AWS_REGION };
const settings: DeliverySettings = {
  version,
  threshold,
  recipients: sender === '' ? [] : recipients,
  securityHub,
  home,
  ...(trail === undefined ? {} : { trail }),
};
const tells = telemetry('alert');
const documents = documentClient();
const ports: Omit<AlertPorts, 'remaining'> = {
  ...incidents(documents, env.INCIDENTS_TABLE),
  ...receipts(documents, env.STATE_TABLE),
  sendMail: mailSender(sender),
  importFindings: findingImporter(),
  wait: (milliseconds) => setTimeout(milliseconds * (0.5 + Math.random())),
  log: (severity, message, more) => tells.logger[severity](message, more),
};

/** Tells people of the incidents that the stream rings for. */
export async function handler(event: DynamoDBStreamEvent, context: Context): Promise<DynamoDBBatchResponse> {
  const bell = doorbell(event);
  if (bell.unknown > 0) tells.logger.error('Stream records of an unknown shape were left aside.', { records: bell.unknown });
  const remaining = () => context.getRemainingTimeInMillis();
  const { failed, mails, findings, ...counts } = await deliver(bell.rings.keys(), settings, Date.now(), { ...ports, remaining });
  publishCounts(tells, { Mails: mails, Findings: findings, AlertFailures: counts.failures + bell.unknown, HubOff: Number(counts.hubOff) });
  return { batchItemFailures: failures(bell, failed) };
}

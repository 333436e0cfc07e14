import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { functionLimits } from '../../core/parsing/limits.ts';
import { parseMessages } from '../../core/parsing/parse.ts';
import { s3Client } from '../aws/clients.ts';
import { telemetry } from '../aws/logging.ts';
import { S3Batches, S3Objects } from '../aws/objects.ts';
import { environment } from '../environment.ts';
import { readSettings } from '../settings.ts';
import { messagesOf } from './messages.ts';
import { report } from './report.ts';

const { BATCH_BUCKET } = environment(['BATCH_BUCKET']);
const tells = telemetry('parse');
const s3 = s3Client();
const ports = {
  objects: new S3Objects(s3),
  batches: new S3Batches(s3, BATCH_BUCKET),
  limits: functionLimits(readSettings().config.limits),
};

/** Reads the announced objects into batches. */
export async function handler(event: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  const parsed = await parseMessages(messagesOf(event), { ...ports, remaining: () => context.getRemainingTimeInMillis() });
  report(parsed, tells);
  return { batchItemFailures: [...parsed.again.keys()].map((itemIdentifier) => ({ itemIdentifier })) };
}

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Check } from '../../core/doctor/check.ts';
import { inFolder, trailwarden } from './run.ts';

/** A configuration with a `deploy` section. */
export function config(trail: unknown, over: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    deploy: {
      account: '111122223333',
      region: 'eu-west-1',
      trail,
      alerts: { sender: 'warden@example.com', recipients: ['security@example.com'] },
      ...over,
    },
  });
}

export interface Diagnosis {
  readonly code: number | null;
  readonly stderr: string;
  readonly status: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly checks: readonly Check[];
  /** The check with an id. */
  readonly check: (id: string) => Check | undefined;
}

/** Runs `doctor --json` in a folder that holds the configuration. */
export function diagnose(
  env: Readonly<Record<string, string>>,
  args: readonly string[] = [],
  text: string | null = config({ create: true }),
): Promise<Diagnosis> {
  return inFolder(async (folder) => {
    if (text !== null) writeFileSync(join(folder, 'trailwarden.config.json'), text);
    const { code, stdout, stderr } = await trailwarden(['doctor', '--json', ...args], { cwd: folder, env });
    if (stdout === '') throw new Error(`doctor printed nothing but: ${stderr}`);
    const { status, counts, checks } = JSON.parse(stdout) as Omit<Diagnosis, 'code' | 'stderr' | 'check'>;
    return { code, stderr, status, counts, checks, check: (id) => checks.find((one) => one.id === id) };
  });
}

/** An environment that knows no account: neither keys nor profiles. */
export function nowhere(folder: string): Record<string, string> {
  return { HOME: folder, AWS_CONFIG_FILE: join(folder, 'none'), AWS_SHARED_CREDENTIALS_FILE: join(folder, 'none') };
}

/** Notifications of a bucket, as S3 writes them. */
export const OF_EVENTBRIDGE = '<EventBridgeConfiguration></EventBridgeConfiguration>';

export function ofFunction(prefix: string): string {
  return `<CloudFunctionConfiguration><Id>1</Id><CloudFunction>arn:aws:lambda:eu-west-1:111122223333:function:other</CloudFunction><Event>s3:ObjectCreated:Put</Event>${filter(prefix)}</CloudFunctionConfiguration>`;
}

/** That of the ingest queue in an account. */
export function ofQueue(account: string): string {
  return `<QueueConfiguration><Id>2</Id><Queue>arn:aws:sqs:eu-west-1:${account}:Trailwarden-Ingest</Queue><Event>s3:ObjectCreated:*</Event>${filter('AWSLogs/')}</QueueConfiguration>`;
}

function filter(prefix: string): string {
  return `<Filter><S3Key><FilterRule><Name>Prefix</Name><Value>${prefix}</Value></FilterRule></S3Key></Filter>`;
}

import type { AwsCall } from '../../sandbox/gateway.ts';

/** Milliseconds until AWS has answered: what is usual within a region, rather more than less. The local cloud is made to take as long. */
const LATENCIES: Readonly<Record<string, number>> = {
  'dynamodb GetItem': 6,
  'dynamodb PutItem': 10,
  'dynamodb Query': 8,
  'dynamodb UpdateItem': 10,
  's3 DeleteObjects': 80,
  's3 GetObject': 40,
  's3 ListObjectsV2': 60,
  's3 PutObject': 80,
  'securityhub BatchImportFindings': 250,
  'ses SendEmail': 150,
};

/** Bytes a millisecond between a function and S3. */
const BANDWIDTH = 50_000;

/** Memory at which a function has one whole virtual processor, MB. */
export const ONE_PROCESSOR = 1769;

/** Processor time on Lambda's arm64 as a multiple of this machine's: published comparisons find 0.8 to 1.2 of Lambda's own x86, which is older than many. */
export const SLOWNESS = 1.5;

/** How long a call would have to wait for AWS, milliseconds. */
export function latencyOf({ service, operation }: Pick<AwsCall, 'service' | 'operation'>): number {
  return LATENCIES[`${service} ${operation}`] ?? 0;
}

/** Milliseconds in which at least one of the calls waits for AWS. */
export function waitMilliseconds(calls: readonly Pick<AwsCall, 'service' | 'operation' | 'at'>[]): number {
  let until = Number.NEGATIVE_INFINITY;
  let sum = 0;
  for (const call of calls.toSorted((a, b) => a.at - b.at)) {
    const end = call.at + latencyOf(call);
    sum += Math.max(0, end - Math.max(until, call.at));
    until = Math.max(until, end);
  }
  return sum;
}

/** What invocations are made of. */
export interface Work {
  readonly waitMilliseconds: number;
  /** Of all threads, on this machine. */
  readonly cpuMilliseconds: number;
  /** To and from S3. */
  readonly bytes: number;
}

/**
 * Milliseconds that Lambda would bill a function of so many MB for. As if one thread did all the work, and none of it while a call waits: it will
 * be less. What else the machine does meanwhile hardly counts.
 */
export function billedMilliseconds({ waitMilliseconds, cpuMilliseconds, bytes }: Work, memory: number): number {
  const share = Math.min(1, memory / ONE_PROCESSOR);
  return waitMilliseconds + bytes / BANDWIDTH + (cpuMilliseconds * SLOWNESS) / share;
}

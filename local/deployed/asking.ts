import type { Fact } from '../../core/doctor/facts.ts';

/** A deployment that cannot be spoken with at all; the message is a sentence. */
export class DeployedError extends Error {
  override readonly name = 'DeployedError';
}

/** For each client: an answer is wanted now, or a sentence. */
export const CLIENT = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 5000, requestTimeout: 15_000, throwOnRequestTimeout: true },
} as const;

/** S3 on an endpoint of one's own has no host name for each bucket. */
export function s3Style(): { readonly forcePathStyle?: true } {
  return process.env.AWS_ENDPOINT_URL_S3 || process.env.AWS_ENDPOINT_URL ? { forcePathStyle: true } : {};
}

const DENIED = new Set(['AccessDenied', 'AccessDeniedException', 'AuthorizationErrorException', 'Forbidden', 'UnauthorizedOperation']);
const GONE = new Set(['NoSuchBucket', 'QueueDoesNotExist', 'AWS.SimpleQueueService.NonExistentQueue', 'ResourceNotFoundException']);
const NO_CREDENTIALS = new Set(['CredentialsProviderError', 'TokenProviderError']);
const BAD_CREDENTIALS = new Set([
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidAccessKeyId',
  'InvalidClientTokenId',
  'InvalidSignatureException',
  'SignatureDoesNotMatch',
  'UnrecognizedClientException',
]);

/**
 * The answer to a question that needs one IAM action; a denial, a failure and a thing that is gone are facts too.
 * @throws {DeployedError} where no question could be answered: no or bad credentials, no region.
 */
export async function ask<T>(permission: string, question: () => Promise<T>): Promise<Fact<T>> {
  try {
    return { kind: 'seen', value: await question() };
  } catch (error) {
    refuseWithoutAccount(error);
    if (isDenied(error)) return { kind: 'denied', permission };
    if (GONE.has((error as Error).name)) return { kind: 'gone', reason: sentence(error) };
    return { kind: 'failed', reason: `${permission} failed: ${sentence(error)}` };
  }
}

/** What an AWS error says, as a sentence. */
export function sentence(error: unknown): string {
  const { name, message, code } = error as Error & { code?: string };
  const text = message || code || name;
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** Whether AWS denied the access. */
export function isDenied(error: unknown): boolean {
  return DENIED.has((error as Error).name);
}

/** @throws {DeployedError} when an error says that no call can succeed. */
export function refuseWithoutAccount(error: unknown): void {
  const { name, message } = error as Error;
  if (error instanceof DeployedError) throw error;
  if (NO_CREDENTIALS.has(name)) throw new DeployedError('No AWS credentials were found. Sign in (aws sso login), or set AWS_PROFILE.');
  if (BAD_CREDENTIALS.has(name)) throw new DeployedError(`AWS refuses the credentials: ${sentence(error)} Sign in again (aws sso login).`);
  if (/^Region (is missing|not accepted)/.test(message)) {
    throw new DeployedError(
      'No valid region was found: give it with --region, set AWS_REGION, or start in the folder of your trailwarden.config.json.',
    );
  }
}

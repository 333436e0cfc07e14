/** What an error of S3 means to whoever runs the pipeline, and what to do: a sentence. */
export function s3Sentence(error: unknown): string {
  const { name, message, $metadata } = error as Error & { readonly $metadata?: { readonly httpStatusCode?: number } };
  if (/^KMS\b/.test(name)) return `The encryption key does not serve: ${message} Enable the key, or cancel its deletion.`;
  switch (name) {
    case 'AccessDenied':
    case 'Forbidden':
      return /\bkms:/.test(message)
        ? `AWS denied the use of the encryption key: ${message} The key's policy must let the function decrypt; name the key as kmsKeyArn in the configuration.`
        : `AWS denied the access: ${message} The bucket's policy, and a key's where there is one, must let the function's role read.`;
    case 'NoSuchBucket':
      return 'The bucket does not exist. If it was removed, purge the queue of what is announced for it.';
    case 'InvalidObjectState':
      return 'The object lies in an archive (Glacier). Restore it, then redrive the dead-letter queue.';
    case 'SlowDown':
    case 'ServiceUnavailable':
    case 'InternalError':
    case 'ThrottlingException':
    case 'RequestTimeout':
      return `S3 did not serve after all retries: ${message || name}`;
    case 'TimeoutError':
      return `S3 did not answer in time: ${message}`;
    default: {
      const status = $metadata?.httpStatusCode;
      return `S3 could not be asked${status === undefined ? '' : ` (status ${status})`}: ${message ? `${name}: ${message}` : name}`;
    }
  }
}

/** True when an object, or its version, no longer exists; 405 is S3's answer for the marker that a deletion leaves. */
export function isGone(error: unknown): boolean {
  const { name } = error as Error;
  return name === 'NoSuchKey' || name === 'NoSuchVersion' || name === 'NotFound' || name === 'MethodNotAllowed';
}

export function isDenied(error: unknown): boolean {
  const { name } = error as Error;
  return name === 'AccessDenied' || name === 'Forbidden';
}

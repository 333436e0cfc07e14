/**
 * What a key tells of its object: `trail` is read (CloudTrail's records and Insights, and whatever is laid out in no known way), `digest`
 * belongs to log validation, `other` to another service that logs into the same bucket or is a folder's marker.
 */
export type KeyKind = 'trail' | 'digest' | 'other';

/** AWSLogs/[<organization>/]<account>/<service>/…, behind any prefix. */
const LAYOUT = /(?:^|\/)AWSLogs\/(?:o-[a-z0-9]{10,32}\/)?\d{12}\/([^/]+)\//;

export function keyKind(key: string): KeyKind {
  if (key.endsWith('/')) return 'other';
  const service = LAYOUT.exec(key)?.[1];
  if (service === undefined) return 'trail';
  if (service === 'CloudTrail-Digest') return 'digest';
  return service.startsWith('CloudTrail') ? 'trail' : 'other';
}

import { CHEAP_KEYS, type RecordView } from '../records/view.ts';

/**
 * Fields that hold one value in every CloudTrail record. A list or an object there is taken as absent, so at most one value
 * is ever tested: that makes contradictions between tests provable, and reading quick. `eventSource` and `eventName`,
 * which the index reads as text, count as absent when they are anything but text.
 */
export const SCALAR_FIELDS: ReadonlySet<string> = new Set([
  'apiVersion',
  'awsRegion',
  'errorCode',
  'errorMessage',
  'eventCategory',
  'eventID',
  'eventName',
  'eventSource',
  'eventTime',
  'eventType',
  'eventVersion',
  'managementEvent',
  'readOnly',
  'recipientAccountId',
  'requestID',
  'sessionCredentialFromConsole',
  'sharedEventID',
  'sourceIPAddress',
  'userAgent',
  'userIdentity.accessKeyId',
  'userIdentity.accountId',
  'userIdentity.arn',
  'userIdentity.credentialId',
  'userIdentity.identityProvider',
  'userIdentity.inScopeOf.credentialsIssuedTo',
  'userIdentity.inScopeOf.issuerType',
  'userIdentity.inScopeOf.sourceAccount',
  'userIdentity.inScopeOf.sourceArn',
  'userIdentity.invokedBy',
  'userIdentity.onBehalfOf.identityStoreArn',
  'userIdentity.onBehalfOf.userId',
  'userIdentity.principalId',
  'userIdentity.sessionContext.assumedRoot',
  'userIdentity.sessionContext.attributes.creationDate',
  'userIdentity.sessionContext.attributes.mfaAuthenticated',
  'userIdentity.sessionContext.ec2RoleDelivery',
  'userIdentity.sessionContext.sessionIssuer.accountId',
  'userIdentity.sessionContext.sessionIssuer.arn',
  'userIdentity.sessionContext.sessionIssuer.principalId',
  'userIdentity.sessionContext.sessionIssuer.type',
  'userIdentity.sessionContext.sessionIssuer.userName',
  'userIdentity.sessionContext.sourceIdentity',
  'userIdentity.type',
  'userIdentity.userName',
  'vpcEndpointAccountId',
  'vpcEndpointId',
]);

/**
 * The top-level keys that keywords search: those of AWS's "CloudTrail record contents" for all event categories.
 * A {@link RecordView} cannot list a record's own keys.
 */
export const RECORD_KEYS: readonly string[] = [
  'eventVersion',
  'userIdentity',
  'eventTime',
  'eventSource',
  'eventName',
  'awsRegion',
  'sourceIPAddress',
  'userAgent',
  'errorCode',
  'errorMessage',
  'requestParameters',
  'responseElements',
  'additionalEventData',
  'requestID',
  'eventID',
  'eventType',
  'apiVersion',
  'managementEvent',
  'readOnly',
  'resources',
  'recipientAccountId',
  'serviceEventDetails',
  'sharedEventID',
  'vpcEndpointId',
  'vpcEndpointAccountId',
  'eventCategory',
  'addendum',
  'sessionCredentialFromConsole',
  'eventContext',
  'edgeDeviceDetails',
  'tlsDetails',
  'insightDetails',
  'accountId',
  'eventId',
  'summaries',
];

export type Scalar = string | number | boolean | null;

/** True when the field's top-level key is answered without parsing the whole record. */
export function isCheap(field: string): boolean {
  return CHEAP_KEYS.has(field.split('.', 1)[0] as string);
}

/** Fields that say the same of most events, or are slow to read: asking them first would seldom decide anything. */
const TELLING_LITTLE: ReadonlySet<string> = new Set([
  'awsRegion',
  'eventCategory',
  'eventType',
  'eventVersion',
  'managementEvent',
  'readOnly',
  'recipientAccountId',
  'sessionCredentialFromConsole',
  'userIdentity.accountId',
  'userIdentity.sessionContext.attributes.mfaAuthenticated',
]);

/** True for a field whose value most events share. */
export function tellsLittle(field: string): boolean {
  return TELLING_LITTLE.has(field);
}

/** Reads one of {@link SCALAR_FIELDS}: undefined when it is absent, or is a list or an object. */
export function scalarReader(field: string): (view: RecordView) => Scalar | undefined {
  if (field === 'eventSource') return (view) => view.eventSource || emptyText(view.top(field));
  if (field === 'eventName') return (view) => view.eventName || emptyText(view.top(field));
  const [first, ...rest] = field.split('.') as [string, ...string[]];
  if (rest.length === 0) return (view) => asScalar(view.top(first));
  if (rest.length === 1) {
    const key = rest[0] as string;
    return (view) => asScalar(member(view.top(first), key));
  }
  return (view) => asScalar(rest.reduce(member, view.top(first)));
}

/** A view's own text is empty when the key is absent and when it holds anything but a filled text: only '' and null count as present. */
function emptyText(value: unknown): '' | null | undefined {
  return value === '' || value === null ? value : undefined;
}

function member(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, key)) return undefined;
  return (value as Record<string, unknown>)[key];
}

function asScalar(value: unknown): Scalar | undefined {
  return typeof value === 'object' && value !== null ? undefined : (value as Scalar | undefined);
}

/** Shows `visit` every value at a path, null included, until it answers true; tells whether it did. */
export type Walk = (view: RecordView, visit: (value: unknown) => boolean) => boolean;

/**
 * Compiles a dotted path. Every list on the way is entered, a list at its end is one value (its elements are the test's
 * business). A key may itself hold dots: at each object every run of segments is tried as one key, and any of these
 * readings counts. Only own keys are seen, so `__proto__` is a key like any other.
 */
export function pathWalk(field: string): Walk {
  if (SCALAR_FIELDS.has(field)) {
    const read = scalarReader(field);
    return (view, visit) => {
      const value = read(view);
      return value !== undefined && visit(value);
    };
  }
  const [first, ...rest] = field.split('.') as [string, ...string[]];
  if (rest.length === 0) {
    return (view, visit) => {
      const value = view.top(first);
      return value !== undefined && visit(value);
    };
  }
  const steps = stepsOf(rest);
  return (view, visit) => walkFrom(view.top(first), steps, 0, visit);
}

/** For each segment: the keys that begin there, and the segment that follows each. */
type Steps = readonly (readonly { readonly key: string; readonly next: number }[])[];

function stepsOf(segments: readonly string[]): Steps {
  return segments.map((_, start) =>
    segments.slice(start).map((_, i) => ({ key: segments.slice(start, start + i + 1).join('.'), next: start + i + 1 })),
  );
}

function walkFrom(value: unknown, steps: Steps, at: number, visit: (value: unknown) => boolean): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) {
    for (const element of value) if (walkFrom(element, steps, at, visit)) return true;
    return false;
  }
  for (const { key, next } of steps[at] as Steps[number]) {
    if (!Object.hasOwn(value, key)) continue;
    const child = (value as Record<string, unknown>)[key];
    if (next === steps.length ? visit(child) : walkFrom(child, steps, next, visit)) return true;
  }
  return false;
}

/**
 * What a rule may read of a record. `top` gives the value of one top-level key exactly as JSON.parse would
 * (undefined when the key is absent). Keys in {@link CHEAP_KEYS} are answered without parsing the whole record,
 * so a rule that can decide on those alone costs next to nothing.
 */
export interface RecordView {
  readonly eventSource: string;
  readonly eventName: string;
  top(key: string): unknown;
}

/** Top-level keys that every {@link RecordView} answers without parsing the record's large parts. */
export const CHEAP_KEYS: ReadonlySet<string> = new Set([
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
  'eventID',
  'readOnly',
  'eventType',
  'managementEvent',
  'recipientAccountId',
  'sharedEventID',
  'vpcEndpointId',
  'eventCategory',
  'sessionCredentialFromConsole',
]);

/** A view over a record that is already an object. */
export function viewOf(record: Readonly<Record<string, unknown>>): RecordView {
  const text = (key: string): string => (typeof record[key] === 'string' ? (record[key] as string) : '');
  return {
    eventSource: text('eventSource'),
    eventName: text('eventName'),
    top: (key) => (Object.hasOwn(record, key) ? record[key] : undefined),
  };
}

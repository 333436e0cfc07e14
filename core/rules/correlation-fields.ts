import { createHash } from 'node:crypto';
import type { IncidentSignal } from '../incidents/model.ts';
import type { RecordView } from '../records/view.ts';
import { scalarText } from './casing.ts';
import { pathWalk, RECORD_KEYS, type Walk } from './fields.ts';

type SignalField = 'principal' | 'roleTag' | 'account' | 'region' | 'address' | 'eventSource' | 'eventName' | 'errorCode' | 'eventID';

/** What every signal holds, by our name and by the record's. `userIdentity.arn` would tell the sessions of one role apart. */
const SIGNAL_FIELDS: ReadonlyMap<string, SignalField> = new Map([
  ['principal', 'principal'],
  ['userIdentity.arn', 'principal'],
  ['roleTag', 'roleTag'],
  ['account', 'account'],
  ['recipientAccountId', 'account'],
  ['region', 'region'],
  ['awsRegion', 'region'],
  ['address', 'address'],
  ['sourceIPAddress', 'address'],
  ['eventSource', 'eventSource'],
  ['eventName', 'eventName'],
  ['errorCode', 'errorCode'],
  ['eventID', 'eventID'],
]);

const OF_SIGNALS: ReadonlySet<string> = new Set(SIGNAL_FIELDS.values());
const OF_RECORDS: ReadonlySet<string> = new Set(RECORD_KEYS);

/** The field of a signal that a name means, or the path in the record that signals must carry for it; undefined when no record has such a field. */
export function correlatedField(name: string): string | undefined {
  return SIGNAL_FIELDS.get(name) ?? (OF_RECORDS.has(name.split('.', 1)[0] as string) ? name : undefined);
}

/** The rest of a sentence that says which fields there are. */
export const AVAILABLE_FIELDS = `available are ${[...OF_SIGNALS].join(', ')}, and every field of a CloudTrail record by its path, as userIdentity.userName or requestParameters.bucketName`;

/** Whether signals hold the field only when their rule is told to carry it. */
export function isCarried(field: string): boolean {
  return !OF_SIGNALS.has(field);
}

/** A signal's value of a field; '' when it has none. */
export function fieldValue(signal: IncidentSignal, field: string): string {
  if (OF_SIGNALS.has(field)) return boundedText(signal[field as SignalField]);
  return signal.fields !== undefined && Object.hasOwn(signal.fields, field) ? (signal.fields[field] as string) : '';
}

/** Characters that a value has at most. */
export const LONGEST_VALUE = 200;
const KEPT = 160;

/** A text as it is grouped and counted by: a long one is its beginning and a hash of the whole, so that no two become one. */
export function boundedText(text: string): string {
  if (text.length <= LONGEST_VALUE) return text;
  return `${text.slice(0, KEPT).toWellFormed()}…${createHash('sha256').update(text).digest('base64url').slice(0, 22)}`;
}

const walks = new WeakMap<readonly string[], readonly Walk[]>();

/** The values of a record that signals of a rule carry: of each path the first that is not null. */
export function carriedFields(paths: readonly string[], view: RecordView): Record<string, string> {
  let compiled = walks.get(paths);
  if (compiled === undefined) {
    compiled = paths.map(pathWalk);
    walks.set(paths, compiled);
  }
  const fields: Record<string, string> = {};
  for (const [i, path] of paths.entries()) {
    (compiled[i] as Walk)(view, (value) => {
      if (value === null) return false;
      const text = scalarText(value) ?? JSON.stringify(value);
      if (text !== '') fields[path] = boundedText(text);
      return text !== '';
    });
  }
  return fields;
}

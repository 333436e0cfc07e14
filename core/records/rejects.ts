/** Why a record was not taken as an event. Every record read ends as an event, a duplicate, or one of these. */
export const RECORD_REJECTS = {
  'broken-json': 'the text of the record is not JSON',
  'invalid-utf8': 'the record holds bytes that are not UTF-8',
  'too-deep': 'the record nests deeper than 256 levels',
  'too-large': 'the record is larger than the limit',
  'not-an-object': 'a JSON object was expected where a record should stand',
  'not-cloudtrail': 'the object has none of the fields of a CloudTrail record',
  'no-event-time': 'the record has no eventTime',
  'bad-event-time': 'eventTime is not an ISO 8601 time such as 2026-09-01T10:00:00Z',
  'no-event-source': 'the record has no eventSource that is a text',
  'no-event-name': 'the record has no eventName that is a text',
  'bad-csv-row': 'the row does not have the columns of its header',
} as const;

/** Why a whole file, or what was left of it, could not be read. */
export const FILE_REJECTS = {
  unreadable: 'the file could not be opened or read',
  empty: 'the file is empty',
  'gzip-broken': 'the gzip data is damaged',
  'gzip-truncated': 'the gzip data ends too early',
  'gzip-bomb': 'the file inflates beyond the limit',
  'json-truncated': 'the JSON text ends too early',
  'json-broken': 'the text is not JSON',
  'not-cloudtrail': 'neither JSON nor a CSV with CloudTrail columns was found in it',
  'object-too-large': 'the object is larger than the pipeline reads',
  'object-gone': 'the object was deleted before it was read',
  'unknown-notification': 'the message on the ingest queue announces no object in a form that is known',
} as const;

export type RecordReject = keyof typeof RECORD_REJECTS;
export type FileReject = keyof typeof FILE_REJECTS;

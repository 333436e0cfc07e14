/**
 * The CSV of the flaws.cloud data set and exports like it: 18 columns, or 19 with `requestID`, in any order.
 * Placeholders that such exports write for an absent field are taken as absent.
 */
const KNOWN = new Set([
  'eventID',
  'eventTime',
  'sourceIPAddress',
  'userAgent',
  'eventName',
  'eventSource',
  'awsRegion',
  'eventVersion',
  'userIdentitytype',
  'eventType',
  'requestID',
  'userIdentityaccountId',
  'userIdentityprincipalId',
  'userIdentityarn',
  'userIdentityaccessKeyId',
  'userIdentityuserName',
  'errorCode',
  'errorMessage',
  'requestParametersinstanceType',
]);
const NEEDED = ['eventID', 'eventTime', 'eventName', 'eventSource'];
/** What a column may be called: a line with anything else in it is no header. */
const COLUMN_NAME = /^\w{1,64}$/;
const ABSENT = new Set(['', 'NoData', 'NoError', 'nan', 'NaN', 'None', 'null']);
const IDENTITY = 'userIdentity';
const PARAMETERS = 'requestParameters';

/** The column names of a header line. */
export function csvColumns(header: string): readonly string[] {
  return header.split(',').map((name) => name.trim().replace(/^"(.*)"$/, '$1'));
}

/** True when the line names the columns of a CloudTrail CSV. */
export function isCsvHeader(header: string): boolean {
  const columns = csvColumns(header);
  return columns.every((name) => COLUMN_NAME.test(name)) && NEEDED.every((name) => columns.includes(name));
}

/** A row as a record in CloudTrail's own form. */
export function csvRecord(columns: readonly string[], row: readonly string[]): Record<string, unknown> | null {
  const record: Record<string, unknown> = {};
  const identity: Record<string, unknown> = {};
  const parameters: Record<string, unknown> = {};
  for (const [i, name] of columns.entries()) {
    const value = row[i] as string;
    if (!KNOWN.has(name) || ABSENT.has(value)) continue;
    if (name.startsWith(IDENTITY)) identity[name.slice(IDENTITY.length)] = value;
    else if (name.startsWith(PARAMETERS)) parameters[name.slice(PARAMETERS.length)] = value;
    else record[name] = value;
  }
  if (Object.keys(identity).length > 0) {
    // Exports cut the role's ARN off an assumed role's session; the session's own ARN names it still.
    record[IDENTITY] = identity;
    if (typeof identity.accountId === 'string' && /^\d{12}$/.test(identity.accountId)) record.recipientAccountId = identity.accountId;
  }
  if (Object.keys(parameters).length > 0) record[PARAMETERS] = parameters;
  return Object.keys(record).length === 0 ? null : record;
}

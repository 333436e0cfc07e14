/** What is wrong with a value at a place, in the words of Security Hub's own answers; empty when nothing is. */
export type Check = (value: unknown, at: string) => string[];

const NAMESPACES = ['Software and Configuration Checks', 'TTPs', 'Effects', 'Unusual Behaviors', 'Sensitive Data Identifications'];
const TYPE_FORM = /^([^/]+)(\/[^/]+){0,2}$/;
const TIME =
  /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?(Z|[+-](0\d|1[0-7]):?[0-5]\d|[+-]18:?00)$/;

function text(most: number, form = /\S/): Check {
  return (value, at) => {
    if (typeof value !== 'string') return [`${at} should be string`];
    if (value.length < 1) return [`${at} should NOT be shorter than 1 characters`];
    if (value.length > most) return [`${at} should NOT be longer than ${most} characters`];
    return form.test(value) ? [] : [`${at} should match pattern "${form.source}"`];
  };
}

function number(least: number, most: number): Check {
  return (value, at) => {
    if (typeof value !== 'number' || !Number.isInteger(value)) return [`${at} should be integer`];
    if (value < least) return [`${at} should be >= ${least}`];
    return value > most ? [`${at} should be <= ${most}`] : [];
  };
}

function oneOf(...allowed: readonly string[]): Check {
  return (value, at) => (allowed.includes(value as string) ? [] : [`${at} should be equal to one of the allowed values`]);
}

function list(item: Check, least: number, most: number): Check {
  return (value, at) => {
    if (!Array.isArray(value)) return [`${at} should be array`];
    if (value.length < least) return [`${at} should NOT have fewer than ${least} items`];
    if (value.length > most) return [`${at} should NOT have more than ${most} items`];
    return value.flatMap((one, i) => item(one, `${at}[${i}]`));
  };
}

function map(entries: number, key: number, value: number): Check {
  const keyCheck = text(key);
  const valueCheck = text(value);
  return (given, at) => {
    if (!isObject(given)) return [`${at} should be object`];
    const pairs = Object.entries(given);
    if (pairs.length > entries) return [`${at} should NOT have more than ${entries} properties`];
    return pairs.flatMap(([name, one]) => [...keyCheck(name, `${at} property name '${name}'`), ...valueCheck(one, `${at}['${name}']`)]);
  };
}

function object(required: Readonly<Record<string, Check>>, optional: Readonly<Record<string, Check>> = {}): Check {
  return (value, at) => {
    if (!isObject(value)) return [`${at} should be object`];
    const wrong = Object.keys(required)
      .filter((name) => value[name] === undefined)
      .map((name) => `${at} should have required property '${name}'`);
    for (const [name, one] of Object.entries(value)) {
      const check = required[name] ?? optional[name];
      if (check === undefined) wrong.push(`${at} should NOT have additional properties ('${name}' is none that is known here)`);
      else if (one !== undefined) wrong.push(...check(one, `${at}.${name}`));
    }
    return wrong;
  };
}

const time = text(64, TIME);

const type: Check = (value, at) => {
  const wrong = text(512, TYPE_FORM)(value, at);
  if (wrong.length > 0) return wrong;
  const namespace = (value as string).split('/')[0] as string;
  return NAMESPACES.includes(namespace) ? [] : [`${at} should begin with one of the namespaces ${NAMESPACES.join(', ')}`];
};

const types = list(type, 0, 50);
const relatedFindings = list(object({ Id: text(512), ProductArn: text(2048) }), 1, 10);
const label = oneOf('INFORMATIONAL', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL');

const resource = object(
  { Type: text(256), Id: text(512) },
  {
    Partition: oneOf('aws', 'aws-cn', 'aws-us-gov'),
    Region: text(16),
    ResourceRole: text(128),
    Tags: map(50, 128, 256),
    // Of the details by resource type only the free ones: what else is sent has to be described here first.
    Details: object({}, { Other: map(50, 128, 1024) }),
  },
);

const finding = object(
  {
    SchemaVersion: oneOf('2018-10-08'),
    Id: text(512),
    ProductArn: text(2048),
    GeneratorId: text(512),
    AwsAccountId: text(12, /^\d{12}$/),
    CreatedAt: time,
    UpdatedAt: time,
    Title: text(256),
    Description: text(1024),
    Resources: list(resource, 1, 32),
  },
  {
    ProductName: text(128),
    CompanyName: text(128),
    Region: text(16),
    AwsAccountName: text(128),
    FirstObservedAt: time,
    LastObservedAt: time,
    Types: types,
    Severity: object({}, { Label: label, Normalized: number(0, 100), Original: text(64) }),
    Confidence: number(0, 100),
    Criticality: number(0, 100),
    RelatedFindings: relatedFindings,
    FindingProviderFields: object(
      {},
      {
        Confidence: number(0, 100),
        Criticality: number(0, 100),
        RelatedFindings: relatedFindings,
        Severity: object({}, { Label: label, Original: text(64) }),
        Types: types,
      },
    ),
    Remediation: object({}, { Recommendation: object({}, { Text: text(512), Url: text(2048, /^https?:\/\/\S+$/) }) }),
    SourceUrl: text(2048, /^https?:\/\/\S+$/),
    ProductFields: map(50, 128, 2048),
    UserDefinedFields: map(50, 128, 1024),
    RecordState: oneOf('ACTIVE', 'ARCHIVED'),
    VerificationState: oneOf('UNKNOWN', 'TRUE_POSITIVE', 'FALSE_POSITIVE', 'BENIGN_POSITIVE'),
    Workflow: object({}, { Status: oneOf('NEW', 'NOTIFIED', 'RESOLVED', 'SUPPRESSED') }),
    Note: object({ Text: text(512), UpdatedAt: time, UpdatedBy: text(512) }),
  },
);

/**
 * What Security Hub would find wrong with a finding in AWS Security Finding Format. Attributes that are not described here are
 * refused too: better a refusal in a test than one in an account.
 * @see https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_AwsSecurityFinding.html
 */
export function findingFaults(given: unknown): string[] {
  const faults = finding(given, 'data');
  if (!isObject(given)) return faults;
  const provided = isObject(given.FindingProviderFields) ? given.FindingProviderFields : {};
  for (const name of ['Severity', 'Types'] as const) {
    if (given[name] === undefined && provided[name] === undefined) {
      faults.push(`data should have required property '${name}', in FindingProviderFields or beside them`);
    }
  }
  for (const [name, severity] of [
    ['data.Severity', given.Severity],
    ['data.FindingProviderFields.Severity', provided.Severity],
  ] as const) {
    if (isObject(severity) && severity.Label === undefined && severity.Normalized === undefined) {
      faults.push(`${name} should have required property 'Label' or 'Normalized'`);
    }
  }
  return faults;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

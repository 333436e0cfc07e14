import type { Template } from 'aws-cdk-lib/assertions';

export interface Resource {
  readonly Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: a template's properties are what CloudFormation says
  readonly Properties: Record<string, any>;
  readonly DependsOn?: readonly string[];
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

export interface Statement {
  /** Logical id and type of the resource that the statement stands in. */
  readonly owner: string;
  readonly type: string;
  readonly effect: string;
  readonly actions: readonly string[];
  /** Flat: `<Logical.Arn>/pending/*`, with the partition left out. */
  readonly resources: readonly string[];
  readonly principal: unknown;
  readonly conditions: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export function resources(template: Template, type: string): Record<string, Resource> {
  return template.findResources(type) as Record<string, Resource>;
}

/** The one resource of a type whose logical id begins so. */
export function resource(template: Template, type: string, beginning = ''): Resource {
  const found = Object.entries(resources(template, type)).filter(([id]) => id.startsWith(beginning));
  expect(found.map(([id]) => id)).toHaveLength(1);
  return (found[0] as [string, Resource])[1];
}

const POLICIES = ['AWS::IAM::Policy', 'AWS::S3::BucketPolicy', 'AWS::SQS::QueuePolicy', 'AWS::SNS::TopicPolicy'];
const list = <T>(value: T | T[] | undefined): T[] => (value === undefined ? [] : Array.isArray(value) ? value : [value]);

/** Every statement of every policy of a template, trust policies of roles aside. */
export function statements(template: Template): Statement[] {
  const documents = [
    ...POLICIES.flatMap((type) =>
      Object.entries(resources(template, type)).map(([id, { Properties }]) => [id, type, Properties.PolicyDocument]),
    ),
    ...Object.entries(resources(template, 'AWS::KMS::Key')).map(([id, { Properties }]) => [id, 'AWS::KMS::Key', Properties.KeyPolicy]),
  ] as [string, string, { Statement: Record<string, never>[] }][];
  return documents.flatMap(([owner, type, { Statement }]) =>
    Statement.map((one) => ({
      owner,
      type,
      effect: one.Effect as unknown as string,
      actions: list<string>(one.Action),
      resources: list<unknown>(one.Resource).map(flat),
      principal: one.Principal,
      conditions: one.Condition ?? {},
    })),
  );
}

/** A value with its references written out as text. */
export function flat(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const [[name, operand]] = Object.entries(value) as [[string, unknown]];
  if (name === 'Fn::Join') {
    const [separator, parts] = operand as [string, unknown[]];
    return parts.map(flat).join(separator);
  }
  if (name === 'Fn::GetAtt') return `<${(operand as string[]).join('.')}>`;
  if (name === 'Fn::ImportValue') return `<${shortened(flat(operand))}>`;
  return name === 'Ref' && operand === 'AWS::Partition' ? '' : `<${String(operand)}>`;
}

/** `Trailwarden-Data:ExportsOutputFnGetAttBatchBucketD8765C94ArnD155ED64` as `BatchBucket.Arn`. */
function shortened(name: string): string {
  const parts = /:ExportsOutput(?:FnGetAtt|Ref)([A-Za-z]+?)[0-9A-F]{8}([A-Za-z]*?)[0-9A-F]{8}$/.exec(name);
  return parts === null ? name : [parts[1], parts[2]].filter((part) => part !== '').join('.');
}

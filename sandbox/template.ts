import { createHash } from 'node:crypto';
import { isObject } from './finding-format.ts';

/** A CloudFormation template as JSON, the part that is read here. */
export interface Template {
  readonly Resources?: Readonly<Record<string, TemplateResource>>;
  readonly Outputs?: Readonly<Record<string, { readonly Value: unknown; readonly Export?: { readonly Name: unknown } }>>;
  readonly Parameters?: Readonly<Record<string, { readonly Default?: unknown; readonly Type?: string }>>;
  readonly Mappings?: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;
  readonly Conditions?: Readonly<Record<string, unknown>>;
}

export interface TemplateResource {
  readonly Type: string;
  readonly Condition?: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly Metadata?: Readonly<Record<string, unknown>>;
}

export interface StackTemplate {
  readonly stackName: string;
  readonly template: Template;
}

/** Where the stacks would be deployed. */
export interface Home {
  readonly account: string;
  readonly region: string;
  readonly partition: string;
}

/** A resource with its intrinsics resolved. */
export interface Resolved {
  readonly stackName: string;
  readonly logicalId: string;
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** The name that it has, given by the template or made as CloudFormation makes them. */
  readonly name: string;
  readonly arn: string;
}

interface Kind {
  /** Property that names the resource. */
  readonly name?: string;
  readonly arn: (home: Home, name: string) => string;
  /** What Ref gives, where it is not the name. */
  readonly ref?: (home: Home, name: string, arn: string) => string;
}

const KINDS: Readonly<Record<string, Kind>> = {
  'AWS::S3::Bucket': { name: 'BucketName', arn: (h, n) => `arn:${h.partition}:s3:::${n}` },
  'AWS::SQS::Queue': {
    name: 'QueueName',
    arn: (h, n) => `arn:${h.partition}:sqs:${h.region}:${h.account}:${n}`,
    ref: (h, n) => `https://sqs.${h.region}.amazonaws.com/${h.account}/${n}`,
  },
  'AWS::DynamoDB::Table': { name: 'TableName', arn: (h, n) => `arn:${h.partition}:dynamodb:${h.region}:${h.account}:table/${n}` },
  'AWS::DynamoDB::GlobalTable': { name: 'TableName', arn: (h, n) => `arn:${h.partition}:dynamodb:${h.region}:${h.account}:table/${n}` },
  'AWS::Lambda::Function': { name: 'FunctionName', arn: (h, n) => `arn:${h.partition}:lambda:${h.region}:${h.account}:function:${n}` },
  'AWS::SNS::Topic': {
    name: 'TopicName',
    arn: (h, n) => `arn:${h.partition}:sns:${h.region}:${h.account}:${n}`,
    ref: (_h, _n, arn) => arn,
  },
  'AWS::IAM::Role': { name: 'RoleName', arn: (h, n) => `arn:${h.partition}:iam::${h.account}:role/${n}` },
  'AWS::CloudTrail::Trail': { name: 'TrailName', arn: (h, n) => `arn:${h.partition}:cloudtrail:${h.region}:${h.account}:trail/${n}` },
  'AWS::Scheduler::Schedule': {
    name: 'Name',
    arn: (h, n) => `arn:${h.partition}:scheduler:${h.region}:${h.account}:schedule/default/${n}`,
  },
  'AWS::SES::EmailIdentity': { name: 'EmailIdentity', arn: (h, n) => `arn:${h.partition}:ses:${h.region}:${h.account}:identity/${n}` },
  'AWS::CloudWatch::Dashboard': { name: 'DashboardName', arn: (h, n) => `arn:${h.partition}:cloudwatch::${h.account}:dashboard/${n}` },
};

/** Stream of a table, as its ARN stands in event source mappings. */
export function streamArn(tableArn: string): string {
  return `${tableArn}/stream/2026-01-01T00:00:00.000`;
}

/**
 * Reads the stacks of an app together, as one deployment: references within a stack, exports and outputs across stacks, parameters by
 * their defaults, conditions, mappings. A resource whose condition is false is left out.
 */
export class Stacks {
  readonly home: Home;
  readonly #templates: ReadonlyMap<string, Template>;
  readonly #resources = new Map<string, Resolved>();

  constructor(stacks: readonly StackTemplate[], home: Home) {
    this.home = home;
    this.#templates = new Map(stacks.map(({ stackName, template }) => [stackName, template]));
  }

  /** Every resource of a type, in the order of stacks and templates. */
  ofType(...types: readonly string[]): Resolved[] {
    return [...this.#templates].flatMap(([stackName, { Resources = {} }]) =>
      Object.entries(Resources)
        .filter(([, resource]) => types.includes(resource.Type) && this.#stands(stackName, resource.Condition))
        .map(([logicalId]) => this.resource(stackName, logicalId)),
    );
  }

  /** @throws Error when the stack has no such resource. */
  resource(stackName: string, logicalId: string): Resolved {
    const key = `${stackName}/${logicalId}`;
    const known = this.#resources.get(key);
    if (known !== undefined) return known;
    const raw = this.#templates.get(stackName)?.Resources?.[logicalId];
    if (raw === undefined) throw new Error(`The template of ${stackName} refers to ${logicalId}, which it does not hold.`);
    const kind = KINDS[raw.Type];
    const given = kind?.name === undefined ? undefined : this.resolve(stackName, raw.Properties?.[kind.name]);
    const name = typeof given === 'string' ? given : madeName(stackName, logicalId, raw.Type);
    const { home } = this;
    const stacks = this;
    let properties: Record<string, unknown> | undefined;
    const resolved: Resolved = {
      stackName,
      logicalId,
      type: raw.Type,
      metadata: raw.Metadata ?? {},
      name,
      arn: kind?.arn(home, name) ?? `arn:${home.partition}:${service(raw.Type)}:${home.region}:${home.account}:${name}`,
      // Resolved when asked for: policies refer to resources that refer to them.
      get properties() {
        properties ??= stacks.resolve(stackName, raw.Properties ?? {}) as Record<string, unknown>;
        return properties;
      },
    };
    this.#resources.set(key, resolved);
    return resolved;
  }

  /** Outputs of a stack by name. */
  outputs(stackName: string): Record<string, string> {
    const { Outputs = {} } = this.#templates.get(stackName) ?? {};
    return Object.fromEntries(Object.entries(Outputs).map(([name, { Value }]) => [name, text(this.resolve(stackName, Value))]));
  }

  /** A value of a template with its intrinsics replaced. @throws Error for an intrinsic that is not known here. */
  resolve(stackName: string, value: unknown): unknown {
    if (Array.isArray(value)) return value.map((one) => this.resolve(stackName, one)).filter((one) => one !== undefined);
    if (!isObject(value)) return value;
    const [name, argument] = Object.entries(value)[0] ?? [];
    if (name !== undefined && Object.keys(value).length === 1 && (name === 'Ref' || name.startsWith('Fn::'))) {
      return this.#intrinsic(stackName, name, argument);
    }
    return Object.fromEntries(
      Object.entries(value)
        .map(([key, one]) => [key, this.resolve(stackName, one)])
        .filter(([, one]) => one !== undefined),
    );
  }

  #intrinsic(stack: string, name: string, argument: unknown): unknown {
    const resolve = (value: unknown) => this.resolve(stack, value);
    const list = () => (Array.isArray(argument) ? argument : []) as readonly unknown[];
    switch (name) {
      case 'Ref':
        return this.#ref(stack, text(argument));
      case 'Fn::GetAtt': {
        const [id, ...attribute] = Array.isArray(argument) ? argument.map(text) : text(argument).split('.');
        return this.#attribute(this.resource(stack, id as string), attribute.join('.'));
      }
      case 'Fn::Join':
        return (resolve(list()[1]) as unknown[]).map(text).join(text(list()[0]));
      case 'Fn::Sub':
        return this.#sub(stack, argument);
      case 'Fn::Select':
        return (resolve(list()[1]) as unknown[])[Number(resolve(list()[0]))];
      case 'Fn::Split':
        return text(resolve(list()[1])).split(text(list()[0]));
      case 'Fn::If':
        return resolve(list()[this.#stands(stack, text(list()[0])) ? 1 : 2]);
      case 'Fn::FindInMap': {
        const [map, first, second] = list().map((one) => text(resolve(one)));
        return this.#templates.get(stack)?.Mappings?.[map as string]?.[first as string]?.[second as string];
      }
      case 'Fn::Base64':
        return Buffer.from(text(resolve(argument))).toString('base64');
      case 'Fn::GetAZs':
        return ['a', 'b', 'c'].map((zone) => `${this.home.region}${zone}`);
      case 'Fn::ImportValue':
        return this.#import(text(resolve(argument)));
      case 'Fn::GetStackOutput': {
        const given = resolve(argument);
        const [from, output] = Array.isArray(given) ? given : isObject(given) ? [given.StackName, given.OutputName] : [];
        return this.outputs(text(from))[text(output)];
      }
      default:
        throw new Error(`The template of ${stack} uses ${name}, which the sandbox does not resolve.`);
    }
  }

  #ref(stack: string, id: string): unknown {
    const { account, region, partition } = this.home;
    const pseudo: Readonly<Record<string, unknown>> = {
      'AWS::AccountId': account,
      'AWS::Region': region,
      'AWS::Partition': partition,
      'AWS::URLSuffix': partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com',
      'AWS::StackName': stack,
      'AWS::StackId': `arn:${partition}:cloudformation:${region}:${account}:stack/${stack}/00000000-0000-0000-0000-000000000000`,
      'AWS::NotificationARNs': [],
      'AWS::NoValue': undefined,
    };
    if (Object.hasOwn(pseudo, id)) return pseudo[id];
    const template = this.#templates.get(stack);
    const parameter = template?.Parameters?.[id];
    if (parameter !== undefined) return parameter.Default ?? '';
    const { type, name, arn } = this.resource(stack, id);
    return KINDS[type]?.ref?.(this.home, name, arn) ?? name;
  }

  #attribute(resource: Resolved, attribute: string): string {
    const { home } = this;
    if (attribute === 'Arn' || attribute === 'TopicArn') return resource.arn;
    if (attribute === 'StreamArn') return streamArn(resource.arn);
    if (attribute.endsWith('Name') && KINDS[resource.type]?.name === attribute) return resource.name;
    if (attribute === 'DomainName') return `${resource.name}.s3.amazonaws.com`;
    if (attribute === 'RegionalDomainName') return `${resource.name}.s3.${home.region}.amazonaws.com`;
    if (attribute === 'QueueUrl') return KINDS['AWS::SQS::Queue']?.ref?.(home, resource.name, resource.arn) as string;
    return `${resource.name}.${attribute}`;
  }

  #sub(stack: string, argument: unknown): string {
    const [pattern, extra] = Array.isArray(argument) ? argument : [argument, {}];
    return text(pattern).replace(/\$\{(!?)([^}]+)\}/g, (_whole, literal: string, name: string) => {
      if (literal === '!') return `\${${name}}`;
      if (isObject(extra) && Object.hasOwn(extra, name)) return text(this.resolve(stack, extra[name]));
      const [id, ...attribute] = name.split('.');
      return text(
        attribute.length === 0 ? this.#ref(stack, name) : this.#attribute(this.resource(stack, id as string), attribute.join('.')),
      );
    });
  }

  #import(name: string): unknown {
    for (const [stack, { Outputs = {} }] of this.#templates) {
      for (const { Value, Export } of Object.values(Outputs)) {
        if (Export !== undefined && text(this.resolve(stack, Export.Name)) === name) return this.resolve(stack, Value);
      }
    }
    throw new Error(`A template imports ${name}, which no stack exports.`);
  }

  #stands(stack: string, condition: string | undefined): boolean {
    return condition === undefined || this.#condition(stack, this.#templates.get(stack)?.Conditions?.[condition]);
  }

  #condition(stack: string, given: unknown): boolean {
    if (!isObject(given)) return false;
    const [name, argument] = Object.entries(given)[0] ?? [];
    const each = (Array.isArray(argument) ? argument : []) as readonly unknown[];
    if (name === 'Condition') return this.#stands(stack, text(argument));
    if (name === 'Fn::And') return each.every((one) => this.#condition(stack, one));
    if (name === 'Fn::Or') return each.some((one) => this.#condition(stack, one));
    if (name === 'Fn::Not') return !this.#condition(stack, each[0]);
    if (name === 'Fn::Equals') return text(this.resolve(stack, each[0])) === text(this.resolve(stack, each[1]));
    throw new Error(`The template of ${stack} has a condition with ${name}, which the sandbox does not resolve.`);
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : value === undefined ? '' : String(value);
}

function service(type: string): string {
  return (type.split('::')[1] ?? 'custom').toLowerCase();
}

/** Names as CloudFormation makes them: stack, logical id and something of their own; the same for the same template. */
function madeName(stackName: string, logicalId: string, type: string): string {
  const unique = createHash('sha256').update(`${stackName}/${logicalId}`).digest('hex').slice(0, 12);
  if (type === 'AWS::S3::Bucket') return `${`${stackName}-${logicalId}`.toLowerCase().slice(0, 50)}-${unique}`;
  return `${`${stackName}-${logicalId}`.slice(0, 50)}-${unique.toUpperCase()}`;
}

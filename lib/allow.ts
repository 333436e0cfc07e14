import { Stack, Validations } from 'aws-cdk-lib';
import { type Conditions, PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';

interface Grant {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /** @default none */
  readonly conditions?: Conditions;
  /** Why a `*` stands among the resources. @default none may stand there */
  readonly wildcards?: string;
}

/** Lets a role do what is listed, and tells cdk-nag the reason of each wildcard. */
export function allow(role: Role, { actions, resources, conditions = {}, wildcards }: Grant): void {
  role.addToPolicy(new PolicyStatement({ actions: [...actions], resources: [...resources], conditions }));
  if (wildcards === undefined) return;
  const stack = Stack.of(role);
  for (const resource of resources) {
    const shown = flat(stack.resolve(resource));
    if (shown.includes('*')) Validations.of(role).acknowledge({ id: `AwsSolutions-IAM5[Resource::${shown}]`, reason: wildcards });
  }
}

/** A resource as cdk-nag writes it in its findings. */
function flat(value: unknown): string {
  if (typeof value === 'string') return value;
  const [[name, operand]] = Object.entries(value as object) as [[string, unknown]];
  if (name === 'Fn::Join') return (operand as [string, unknown[]])[1].map(flat).join((operand as [string])[0]);
  if (name === 'Fn::GetAtt') return `<${(operand as string[]).join('.')}>`;
  return name === 'Ref' ? `<${operand}>` : flat(operand);
}

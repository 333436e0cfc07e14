import { type Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { allow } from '../allow.ts';
import { type Cargo, functionCode } from '../function-code.ts';
import { type FunctionName, TIMEOUTS } from '../functions.ts';

export interface NodeFunctionProps {
  readonly cargo: Cargo;
  /** Megabytes. */
  readonly memory: number;
  readonly environment: Readonly<Record<string, string>>;
  /** How often an event that failed is tried again, and how long it is kept. @default Lambda's own: twice, six hours */
  readonly asynchronous?: { readonly retryAttempts: number; readonly maxEventAge: Duration };
}

/** One function with a log group and a role of its own; the role may do nothing but write that log, and what is granted beside its use. */
export class NodeFunction extends Construct {
  readonly role: Role;
  readonly function: LambdaFunction;

  constructor(
    scope: Construct,
    id: string,
    name: FunctionName,
    description: string,
    { cargo, memory, environment, asynchronous }: NodeFunctionProps,
  ) {
    super(scope, id);
    const logGroup = new LogGroup(this, 'Logs', { retention: RetentionDays.THREE_MONTHS, removalPolicy: RemovalPolicy.DESTROY });
    this.role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    allow(this.role, { actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [logGroup.logGroupArn] });
    this.function = new LambdaFunction(this, 'Function', {
      description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      code: functionCode(this, name, cargo),
      role: this.role,
      logGroup,
      memorySize: memory,
      timeout: TIMEOUTS[name],
      environment: { ...environment },
      ...asynchronous,
    });
  }
}

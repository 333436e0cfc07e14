import { BOTO, GO_SDK, JAVA_SDK, NODE_SDK } from './agents.ts';
import { HOUR } from './calendar.ts';
import { assumeRole } from './calls/identity.ts';
import { type Role, roleNamed } from './cast.ts';
import { DEVELOPMENT, MANAGEMENT, PRODUCTION } from './estate.ts';
import type { Random } from './random.ts';
import { type Origin, roleSession, type Session, serviceSession } from './session.ts';
import type { Stage } from './stage.ts';

function privateAddress(random: Random): string {
  return `10.${random.int(16, 31)}.${random.int(0, 255)}.${random.int(4, 254)}`;
}

/** Services renew the credentials that they hand to a workload this often. */
export const RENEWAL = 6 * HOUR;

/** A workload's credentials, renewed every six hours by the service that runs it; the renewal is a record of its own. */
export class Workload {
  private readonly stage: Stage;
  private readonly random: Random;
  private readonly role: Role;
  private readonly region: string;
  private readonly names: readonly string[];
  private readonly origins: readonly Origin[];
  private readonly phase: number;
  private readonly sessions = new Map<string, Session>();

  constructor(stage: Stage, role: Role, region: string, names: readonly string[], agent: string) {
    this.stage = stage;
    this.random = stage.random.fork(`${role.arn}/${region}`);
    this.role = role;
    this.region = region;
    this.names = names;
    this.phase = this.random.int(0, RENEWAL - 1);
    const endpoint = stage.estate.site(role.account, region).endpoint;
    this.origins = names.map(() => ({ address: privateAddress(this.random), agent, endpoint }));
  }

  /** The session of one of the workload's copies at an instant. */
  session(at: number, copy = this.random.int(0, this.names.length - 1)): Session {
    const name = this.names[copy] as string;
    const since = Math.floor((at - this.phase) / RENEWAL) * RENEWAL + this.phase;
    const key = `${name}/${since}`;
    const held = this.sessions.get(key);
    if (held !== undefined) return held;
    this.stage.emit(
      serviceSession(this.role.trust, this.role.account),
      assumeRole(this.random, this.role, name, since),
      since,
      this.region,
    );
    const issuedTo = this.issuedTo(name);
    const session = roleSession(this.random, this.role, name, this.origins[copy] as Origin, since, issuedTo === null ? {} : { issuedTo });
    this.sessions.set(key, session);
    return session;
  }

  /** CloudTrail names the function or task behind the credentials; an instance is named by its session. */
  private issuedTo(name: string): { type: string; arn: string } | null {
    const { account, trust } = this.role;
    if (trust === 'lambda.amazonaws.com')
      return { type: 'AWS::Lambda::Function', arn: `arn:aws:lambda:${this.region}:${account}:function:${name}` };
    if (trust === 'ecs-tasks.amazonaws.com')
      return { type: 'AWS::ECS::Task', arn: `arn:aws:ecs:${this.region}:${account}:task/services/${name}` };
    return null;
  }
}

const workloads = new WeakMap<Stage, Map<string, Workload>>();

/** The workload that runs under a role; one for each stage, so that a story takes over the very same sessions. */
export function workloadOf(stage: Stage, account: string, name: string): Workload {
  const known = workloads.get(stage) ?? new Map<string, Workload>();
  workloads.set(stage, known);
  const held = known.get(`${account}/${name}`);
  if (held !== undefined) return held;
  const role = roleNamed(stage.cast, account, name);
  const [region, agent] = WORKLOADS[`${account}/${name}`] as readonly [string, string];
  const site = stage.estate.site(account, region);
  const names =
    role.trust === 'ec2.amazonaws.com'
      ? site.instances.slice(0, 4)
      : role.trust === 'ecs-tasks.amazonaws.com'
        ? [stage.random.fork(role.arn).hex(32)]
        : [name];
  const made = new Workload(stage, role, region, names, agent);
  known.set(`${account}/${name}`, made);
  return made;
}

const WORKLOADS: Readonly<Record<string, readonly [region: string, agent: string]>> = {
  [`${PRODUCTION}/web-fleet`]: ['us-east-1', GO_SDK],
  [`${PRODUCTION}/batch-workers`]: ['eu-west-1', JAVA_SDK],
  [`${PRODUCTION}/orders-api`]: ['us-east-1', NODE_SDK],
  [`${PRODUCTION}/invoice-worker`]: ['eu-west-1', BOTO],
  [`${PRODUCTION}/image-resizer`]: ['us-east-1', NODE_SDK],
  [`${PRODUCTION}/payments-task`]: ['eu-west-1', JAVA_SDK],
  [`${PRODUCTION}/analytics-etl`]: ['us-east-1', BOTO],
  [`${PRODUCTION}/month-end-close`]: ['eu-west-1', BOTO],
  [`${DEVELOPMENT}/sandbox-runner`]: ['eu-west-1', BOTO],
  [`${DEVELOPMENT}/dev-web`]: ['eu-west-1', GO_SDK],
  [`${MANAGEMENT}/security-tooling`]: ['eu-west-1', BOTO],
};

export function regionOf(account: string, name: string): string {
  return (WORKLOADS[`${account}/${name}`] as readonly [string, string])[0];
}

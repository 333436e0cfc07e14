import { iso } from './calendar.ts';
import type { Colleague, IamUser, Role } from './cast.ts';
import type { Random } from './random.ts';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/** One set of credentials in use: everything of a record that depends on who calls and from where. */
export interface Session {
  /** The principal as Trailwarden names it. */
  readonly principal: string;
  /** The caller's ARN as CloudTrail and error messages write it. */
  readonly arn: string;
  readonly account: string;
  readonly identity: JsonObject;
  readonly address: string;
  readonly agent: string;
  /** The credentials come from a console sign-in. */
  readonly console: boolean;
  /** Reaches AWS through this VPC endpoint. */
  readonly endpoint?: string;
}

/** From where and with which client. */
export interface Origin {
  readonly address: string;
  readonly agent: string;
  readonly endpoint?: string;
}

const attributes = (since: number, mfa: boolean): JsonObject => ({ creationDate: iso(since), mfaAuthenticated: String(mfa) });

/** Calls signed with a user's long-lived access key. */
export function keySession(user: IamUser, origin: Origin): Session {
  return {
    ...origin,
    principal: user.arn,
    arn: user.arn,
    account: user.account,
    console: false,
    identity: {
      type: 'IAMUser',
      principalId: user.id,
      arn: user.arn,
      accountId: user.account,
      accessKeyId: user.accessKey,
      userName: user.name,
    },
  };
}

/** A user's console session, or the temporary session that `sts get-session-token` gives. */
export function userSession(random: Random, user: IamUser, origin: Origin, since: number, mfa: boolean, console = true): Session {
  return {
    ...keySession(user, origin),
    console,
    identity: {
      type: 'IAMUser',
      principalId: user.id,
      arn: user.arn,
      accountId: user.account,
      accessKeyId: `ASIA${random.base32(16)}`,
      userName: user.name,
      sessionContext: { attributes: attributes(since, mfa) },
    },
  };
}

interface RoleSessionOptions {
  readonly mfa?: boolean;
  readonly console?: boolean;
  /** The service that calls with the role's rights (forward access or service-linked). */
  readonly invokedBy?: string;
  readonly webProvider?: string;
  /** The function or task that the credentials were issued to, with its CloudFormation type. */
  readonly issuedTo?: { readonly type: string; readonly arn: string };
  /** The session's name belongs to the principal, as for people and web identities. */
  readonly named?: boolean;
}

/** Calls made with a role's temporary credentials. */
export function roleSession(
  random: Random,
  role: Role,
  name: string,
  origin: Origin,
  since: number,
  options: RoleSessionOptions = {},
): Session {
  const arn = `arn:aws:sts::${role.account}:assumed-role/${role.name}/${name}`;
  const web = options.webProvider;
  const issued = options.issuedTo;
  return {
    ...origin,
    principal: options.named ? `${role.arn}/${name}` : role.arn,
    arn,
    account: role.account,
    console: options.console ?? false,
    identity: {
      type: 'AssumedRole',
      principalId: `${role.id}:${name}`,
      arn,
      accountId: role.account,
      accessKeyId: `ASIA${random.base32(16)}`,
      sessionContext: {
        sessionIssuer: { type: 'Role', principalId: role.id, arn: role.arn, accountId: role.account, userName: role.name },
        ...(web === undefined ? {} : { webIdFederationData: { federatedProvider: web, attributes: {} } }),
        attributes: attributes(since, options.mfa ?? false),
        ...(role.trust === 'ec2.amazonaws.com' ? { ec2RoleDelivery: '2.0' } : {}),
      },
      ...(options.invokedBy === undefined ? {} : { invokedBy: options.invokedBy }),
      ...(issued === undefined ? {} : { inScopeOf: { issuerType: issued.type, credentialsIssuedTo: issued.arn } }),
    },
  };
}

/** A person's Identity Center session in one account. */
export function colleagueSession(random: Random, person: Colleague, role: Role, origin: Origin, since: number, console: boolean): Session {
  return roleSession(random, role, person.email, origin, since, { console, named: true });
}

/** The same credentials, used on the caller's behalf by a service: KMS calls behind Secrets Manager, for example. */
export function through(session: Session, service: string): Session {
  return { ...session, identity: { ...session.identity, invokedBy: service }, address: service, agent: service, console: false };
}

/** The same credentials, used from somewhere else: what a thief does. */
export function elsewhere(session: Session, origin: Origin): Session {
  const { endpoint: _left, ...rest } = session;
  return { ...rest, ...origin };
}

/** An AWS service acting for itself. */
export function serviceSession(service: string, account: string): Session {
  return {
    principal: service,
    arn: service,
    account,
    console: false,
    address: service,
    agent: service,
    identity: { type: 'AWSService', invokedBy: service },
  };
}

/** The account's root user, signed in at the console. */
export function rootSession(random: Random, account: string, origin: Origin, since: number): Session {
  const arn = `arn:aws:iam::${account}:root`;
  return {
    ...origin,
    principal: arn,
    arn,
    account,
    console: true,
    identity: {
      type: 'Root',
      principalId: account,
      arn,
      accountId: account,
      accessKeyId: `ASIA${random.base32(16)}`,
      sessionContext: { attributes: attributes(since, true) },
    },
  };
}

/** A caller from another account, as the owner of the resource sees it. `anonymous` is a caller without credentials. */
export function outsideSession(account: string, seenBy: string, principalId: string, origin: Origin): Session {
  return {
    ...origin,
    principal: account,
    arn: account,
    account: seenBy,
    console: false,
    identity: { type: 'AWSAccount', principalId, accountId: account },
  };
}

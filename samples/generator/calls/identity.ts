import { longDate } from '../calendar.ts';
import { type Call, read, write } from '../call.ts';
import type { Role } from '../cast.ts';
import type { Random } from '../random.ts';
import type { JsonObject } from '../session.ts';

/** IAM answers from us-east-1 only. */
export function iamRead(name: string, params: JsonObject | null = null): Call {
  return read('iam', name, params, { global: true });
}

export function iamWrite(name: string, params: JsonObject, response: JsonObject | null = null): Call {
  return write('iam', name, params, response, { global: true });
}

export function createUser(account: string, userName: string, random: Random, at: number): Call {
  const user = {
    path: '/',
    userName,
    userId: `AIDA${random.base32(17)}`,
    arn: `arn:aws:iam::${account}:user/${userName}`,
    createDate: longDate(at),
  };
  return iamWrite('CreateUser', { userName }, { user });
}

export function createAccessKey(userName: string, random: Random, at: number): Call {
  return iamWrite(
    'CreateAccessKey',
    { userName },
    { accessKey: { userName, accessKeyId: `AKIA${random.base32(16)}`, status: 'Active', createDate: longDate(at) } },
  );
}

export function attachUserPolicy(userName: string, policyArn: string): Call {
  return iamWrite('AttachUserPolicy', { userName, policyArn });
}

export function createLoginProfile(userName: string, at: number): Call {
  return iamWrite(
    'CreateLoginProfile',
    { userName, passwordResetRequired: false },
    { loginProfile: { userName, createDate: longDate(at), passwordResetRequired: false } },
  );
}

/** A policy document as CloudTrail keeps it: JSON inside a string. */
export function policy(...statements: JsonObject[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements });
}

export function trustService(service: string): string {
  return policy({ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' });
}

export function createRole(account: string, roleName: string, trust: string, random: Random, at: number): Call {
  return iamWrite(
    'CreateRole',
    { roleName, assumeRolePolicyDocument: trust, description: 'Managed by Terraform', maxSessionDuration: 3600 },
    {
      role: {
        path: '/',
        roleName,
        roleId: `AROA${random.base32(17)}`,
        arn: `arn:aws:iam::${account}:role/${roleName}`,
        createDate: longDate(at),
        assumeRolePolicyDocument: encodeURIComponent(trust),
      },
    },
  );
}

function credentials(random: Random, at: number): JsonObject {
  return { accessKeyId: `ASIA${random.base32(16)}`, sessionToken: random.alphanumeric(88), expiration: longDate(at + 3_600_000) };
}

/** The answer to any AssumeRole call for a role. */
export function assumed(random: Random, role: Role, session: string, at: number): JsonObject {
  return {
    credentials: credentials(random, at),
    assumedRoleUser: { assumedRoleId: `${role.id}:${session}`, arn: `arn:aws:sts::${role.account}:assumed-role/${role.name}/${session}` },
  };
}

export function assumeRole(random: Random, role: Role, session: string, at: number, extra: JsonObject = {}): Call {
  return read(
    'sts',
    'AssumeRole',
    { roleArn: role.arn, roleSessionName: session, ...extra },
    {
      response: assumed(random, role, session, at),
      resources: [{ accountId: role.account, type: 'AWS::IAM::Role', ARN: role.arn }],
    },
  );
}

export function assumeRoleWithSaml(random: Random, role: Role, email: string, at: number): Call {
  const provider = `arn:aws:iam::${role.account}:saml-provider/AWSSSO_4c1d2b8f0a5e7733_DO_NOT_DELETE`;
  return read(
    'sts',
    'AssumeRoleWithSAML',
    { sAMLAssertionID: `_${random.uuid()}`, roleSessionName: email, roleArn: role.arn, principalArn: provider, durationSeconds: 28800 },
    {
      response: {
        ...assumed(random, role, email, at),
        subject: email,
        subjectType: 'persistent',
        issuer: 'https://portal.sso.eu-west-1.amazonaws.com/saml/assertion/example',
        audience: 'https://signin.aws.amazon.com/saml',
        nameQualifier: `${random.alphanumeric(27)}=`,
      },
      resources: [
        { accountId: role.account, type: 'AWS::IAM::Role', ARN: role.arn },
        { accountId: role.account, type: 'AWS::IAM::SAMLProvider', ARN: provider },
      ],
    },
  );
}

export const GITHUB = 'token.actions.githubusercontent.com';

export function assumeRoleWithWebIdentity(random: Random, role: Role, session: string, subject: string, at: number): Call {
  return read(
    'sts',
    'AssumeRoleWithWebIdentity',
    { roleArn: role.arn, roleSessionName: session, durationSeconds: 3600 },
    {
      response: {
        ...assumed(random, role, session, at),
        subjectFromWebIdentityToken: subject,
        provider: `arn:aws:iam::${role.account}:oidc-provider/${GITHUB}`,
        audience: 'sts.amazonaws.com',
      },
      resources: [{ accountId: role.account, type: 'AWS::IAM::Role', ARN: role.arn }],
    },
  );
}

export function getCallerIdentity(): Call {
  return read('sts', 'GetCallerIdentity');
}

interface SignIn {
  readonly mfa: boolean;
  readonly success: boolean;
  readonly saml?: string;
}

/** A sign-in at the console. `signin` records carry no request and an answer of one word. */
export function consoleLogin({ mfa, success, saml }: SignIn): Call {
  const call = write(
    'signin',
    'ConsoleLogin',
    null,
    { ConsoleLogin: success ? 'Success' : 'Failure' },
    {
      type: 'AwsConsoleSignIn',
      host: 'eu-west-1.signin.aws.amazon.com',
      additional: {
        LoginTo: 'https://console.aws.amazon.com/console/home?hashArgs=%23&isauthcode=true&state=hashArgsFromTB_eu-west-1',
        MobileVersion: 'No',
        MFAUsed: mfa ? 'Yes' : 'No',
        ...(saml === undefined ? {} : { SamlProviderArn: saml }),
      },
    },
  );
  return success ? call : { ...call, error: { code: '', message: 'Failed authentication' } };
}

/** Identity Center's own events, seen in the management account. */
export function portalEvent(name: 'Authenticate' | 'Federate', account: string, roleName: string): Call {
  return write('sso', name, null, null, {
    type: 'AwsServiceEvent',
    top: { serviceEventDetails: name === 'Federate' ? { role_name: roleName, account_id: account } : { CredentialType: 'EXTERNAL_IDP' } },
  });
}

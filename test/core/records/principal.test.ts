import { type Principal, principalOf } from '../../../core/records/principal.ts';
import { IDENTITIES, type JsonObject } from '../../factories/record.ts';

const A = '111122223333';
const B = '444455556666';
const RECIPIENT = '777788889999';

/** A session of a role, `path` ending in a slash where there is one. */
function session(role: string, name: string, context: JsonObject = {}, { path = '', partition = 'aws', account = A } = {}): JsonObject {
  return {
    type: 'AssumedRole',
    principalId: `AROAEXAMPLE:${name}`,
    arn: `arn:${partition}:sts::${account}:assumed-role/${role}/${name}`,
    accountId: account,
    accessKeyId: 'ASIAEXAMPLE',
    sessionContext: {
      sessionIssuer: { type: 'Role', arn: `arn:${partition}:iam::${account}:role/${path}${role}`, accountId: account, userName: role },
      ...context,
    },
  };
}

const webIdentity = (federatedProvider: string) => ({ webIdFederationData: { federatedProvider, attributes: {} } });
const GITHUB = `arn:aws:iam::${A}:oidc-provider/token.actions.githubusercontent.com`;
const SSO = 'AWSReservedSSO_AdministratorAccess_0123456789abcdef';
const SSO_PATH = 'aws-reserved/sso.amazonaws.com/eu-central-1/';

const CASES: [string, unknown, Partial<Principal>][] = [
  ['root', IDENTITIES.root, { kind: 'root', id: `arn:aws:iam::${A}:root`, account: A, session: '' }],
  ['root without an ARN', { type: 'Root', accountId: A }, { kind: 'root', id: `arn:aws:iam::${A}:root` }],
  ['root without an account', { type: 'Root' }, { kind: 'root', id: `arn:aws:iam::${RECIPIENT}:root`, account: '' }],
  ['an IAM user', IDENTITIES.user, { kind: 'user', id: `arn:aws:iam::${A}:user/alice`, account: A, session: '' }],
  [
    'an IAM user in a path',
    { type: 'IAMUser', arn: `arn:aws:iam::${A}:user/ops/alice`, accountId: A },
    { kind: 'user', id: `arn:aws:iam::${A}:user/ops/alice` },
  ],
  [
    'an IAM user at a failed sign-in',
    { type: 'IAMUser', accountId: A, userName: 'alice', accessKeyId: '' },
    { kind: 'user', id: `arn:aws:iam::${A}:user/alice` },
  ],
  [
    'a name typed wrong at a sign-in, hidden by AWS',
    { type: 'IAMUser', accountId: A, userName: 'HIDDEN_DUE_TO_SECURITY_REASONS' },
    { kind: 'unknown', id: `unknown/${A}` },
  ],
  ['an IAM user of whom nothing is said', { type: 'IAMUser' }, { kind: 'unknown', id: `unknown/${RECIPIENT}` }],
  ['a role', IDENTITIES.role, { kind: 'role', id: `arn:aws:iam::${A}:role/deploy`, account: A, session: 'deploy-session' }],
  [
    'a role in a path',
    session('deploy', 's1', {}, { path: 'ci/prod/' }),
    { kind: 'role', id: `arn:aws:iam::${A}:role/ci/prod/deploy`, session: 's1' },
  ],
  [
    'a role whose issuer is not told',
    { type: 'AssumedRole', arn: `arn:aws:sts::${A}:assumed-role/deploy/s1`, accountId: A },
    { kind: 'role', id: `arn:aws:iam::${A}:role/deploy`, session: 's1' },
  ],
  [
    'a role of another account',
    session('deploy', 's1', {}, { account: B }),
    { kind: 'role', id: `arn:aws:iam::${B}:role/deploy`, account: B },
  ],
  [
    'a role in GovCloud',
    session('deploy', 's1', {}, { partition: 'aws-us-gov' }),
    { kind: 'role', id: `arn:aws-us-gov:iam::${A}:role/deploy` },
  ],
  [
    'a role in China, issuer not told',
    { type: 'AssumedRole', arn: `arn:aws-cn:sts::${A}:assumed-role/deploy/s1` },
    { kind: 'role', id: `arn:aws-cn:iam::${A}:role/deploy`, session: 's1' },
  ],
  [
    'a role by its own ARN',
    { type: 'Role', arn: `arn:aws:iam::${A}:role/deploy`, accountId: A },
    { kind: 'role', id: `arn:aws:iam::${A}:role/deploy`, session: '' },
  ],
  [
    'a role with its id alone',
    { type: 'AssumedRole', principalId: 'AROAEXAMPLE:s1', accountId: A },
    { kind: 'unknown', id: 'AROAEXAMPLE:s1' },
  ],
  ['a role of which nothing is said', { type: 'AssumedRole', accountId: A }, { kind: 'unknown', id: `unknown/${A}` }],
  [
    'an Identity Center permission set',
    session(SSO, 'alice@example.com', {}, { path: SSO_PATH }),
    { kind: 'person', id: `arn:aws:iam::${A}:role/${SSO_PATH}${SSO}/alice@example.com`, session: 'alice@example.com' },
  ],
  [
    'a role with a source identity',
    session('deploy', 's1', { sourceIdentity: 'alice' }),
    { kind: 'person', id: `arn:aws:iam::${A}:role/deploy/alice`, session: 's1' },
  ],
  [
    'a source identity before the name of an Identity Center session',
    session(SSO, 's1', { sourceIdentity: 'bob' }),
    { kind: 'person', id: `arn:aws:iam::${A}:role/${SSO}/bob` },
  ],
  [
    'web identity with a name',
    session('ci', 'alice', webIdentity('accounts.google.com')),
    { kind: 'person', id: `arn:aws:iam::${A}:role/ci/alice`, session: 'alice' },
  ],
  [
    'web identity with a minted number',
    session('ci', 'run-1234567890', webIdentity(GITHUB)),
    { kind: 'role', id: `arn:aws:iam::${A}:role/ci` },
  ],
  [
    'web identity with a minted UUID',
    session('ci', '1b4e28ba-2fa1-11d2-883f-b9a761bde3fb', webIdentity(GITHUB)),
    { kind: 'role', id: `arn:aws:iam::${A}:role/ci` },
  ],
  [
    'web identity with minted hex',
    session('ci', 'x-a1b2c3d4e5f6a7b8', webIdentity(GITHUB)),
    { kind: 'role', id: `arn:aws:iam::${A}:role/ci` },
  ],
  [
    'web identity that names no provider',
    session('ci', 'alice', { webIdFederationData: {} }),
    { kind: 'role', id: `arn:aws:iam::${A}:role/ci` },
  ],
  [
    'a service-linked role',
    session('AWSServiceRoleForConfig', 'AWSConfig', {}, { path: 'aws-service-role/config.amazonaws.com/' }),
    {
      kind: 'service-linked-role',
      id: `arn:aws:iam::${A}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig`,
      session: 'AWSConfig',
    },
  ],
  [
    'a service-linked role whose path is not told',
    { type: 'AssumedRole', arn: `arn:aws:sts::${A}:assumed-role/AWSServiceRoleForConfig/x` },
    { kind: 'service-linked-role' },
  ],
  [
    'a federated user',
    { type: 'FederatedUser', principalId: `${A}:carol`, arn: `arn:aws:sts::${A}:federated-user/carol`, accountId: A },
    { kind: 'federated', id: `arn:aws:sts::${A}:federated-user/carol`, account: A },
  ],
  ['a federated user without an ARN', { type: 'FederatedUser', principalId: `${A}:carol` }, { kind: 'federated', id: `${A}:carol` }],
  [
    'a SAML user',
    { type: 'SAMLUser', principalId: 'NAMEQUALIFIER:alice', userName: 'alice', identityProvider: 'NAMEQUALIFIER' },
    { kind: 'person', id: 'NAMEQUALIFIER/alice' },
  ],
  [
    'a web identity user',
    { type: 'WebIdentityUser', principalId: 'accounts.google.com:app:alice', userName: 'alice', identityProvider: 'accounts.google.com' },
    { kind: 'person', id: 'accounts.google.com/alice' },
  ],
  ['a web identity user without a provider', { type: 'WebIdentityUser', principalId: 'p' }, { kind: 'person', id: 'WebIdentityUser/p' }],
  [
    'an Identity Center user',
    {
      type: 'IdentityCenterUser',
      accountId: A,
      onBehalfOf: { userId: 'u-1', identityStoreArn: `arn:aws:identitystore::${A}:identitystore/d-1` },
    },
    { kind: 'identity-center', id: `arn:aws:identitystore::${A}:identitystore/d-1/user/u-1`, account: A },
  ],
  [
    'an Identity Center user without a store',
    { type: 'IdentityCenterUser', principalId: 'u-1' },
    { kind: 'identity-center', id: 'identitystore/u-1' },
  ],
  ['an AWS service', IDENTITIES.service, { kind: 'service', id: 'cloudtrail.amazonaws.com', account: '' }],
  ['an AWS service without a name', { type: 'AWSService' }, { kind: 'service', id: 'aws-service' }],
  [
    'another account',
    { type: 'AWSAccount', accountId: B, principalId: 'AIDAEXAMPLE' },
    { kind: 'account', id: `account/${B}`, account: B },
  ],
  [
    'an anonymous caller',
    { type: 'AWSAccount', accountId: 'anonymous', principalId: '' },
    { kind: 'unknown', id: `anonymous/${RECIPIENT}` },
  ],
  [
    'an anonymous caller by capital letters',
    { type: 'AWSAccount', accountId: 'ANONYMOUS_PRINCIPAL' },
    { kind: 'unknown', id: `anonymous/${RECIPIENT}` },
  ],
  ['a directory', { type: 'Directory', accountId: A, userName: 'x' }, { kind: 'unknown', id: `unknown/${A}` }],
  ['a type that AWS does not know', { type: 'Unknown', accountId: B }, { kind: 'unknown', id: `unknown/${B}` }],
  [
    'a type that came later, with an ARN',
    { type: 'Novel', arn: `arn:aws:iam::${A}:x/y` },
    { kind: 'unknown', id: `arn:aws:iam::${A}:x/y` },
  ],
  ['no type, called by a service', { invokedBy: 'autoscaling.amazonaws.com' }, { kind: 'service', id: 'autoscaling.amazonaws.com' }],
  ['no type, but an account', { accountId: A }, { kind: 'unknown', id: `unknown/${A}`, account: A }],
  ['an empty identity', {}, { kind: 'unknown', id: `unknown/${RECIPIENT}` }],
  ['no identity', undefined, { kind: 'unknown', id: `unknown/${RECIPIENT}`, account: '', session: '' }],
  ['null', null, { kind: 'unknown', id: `unknown/${RECIPIENT}` }],
  ['a text', 'root', { kind: 'unknown', id: `unknown/${RECIPIENT}` }],
  ['a list', [{ type: 'Root' }], { kind: 'unknown', id: `unknown/${RECIPIENT}` }],
];

test.each(CASES)('%s', (_name, identity, expected) => {
  expect(principalOf(identity, RECIPIENT)).toMatchObject(expected);
});

test('the access key and the start of a session do not matter', () => {
  const { sessionContext, ...role } = IDENTITIES.role;
  const later = {
    ...role,
    accessKeyId: 'ASIAOTHER',
    sessionContext: { ...sessionContext, attributes: { creationDate: '2026-09-02T00:00:00Z' } },
  };
  expect(principalOf(later, RECIPIENT)).toEqual(principalOf(IDENTITIES.role, RECIPIENT));
});

test('two sessions of a role are one principal, two people in a permission set are two', () => {
  const id = (identity: JsonObject) => principalOf(identity, RECIPIENT).id;
  expect(id(session('deploy', 's1'))).toBe(id(session('deploy', 's2')));
  expect(id(session(SSO, 'alice'))).not.toBe(id(session(SSO, 'bob')));
});

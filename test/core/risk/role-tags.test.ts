import type { RoleTag } from '../../../core/config/schema.ts';
import type { Principal, PrincipalKind } from '../../../core/records/principal.ts';
import { RoleTags } from '../../../core/risk/role-tags.ts';

const principal = (kind: PrincipalKind, id: string): Principal => ({ kind, id, account: '111122223333', session: '' });
const user = (name: string) => principal('user', `arn:aws:iam::111122223333:user/${name}`);
const role = (name: string) => principal('role', `arn:aws:iam::111122223333:role/${name}`);

test.each<[Principal, RoleTag]>([
  [principal('root', 'arn:aws:iam::111122223333:root'), 'root'],
  [principal('service', 'config.amazonaws.com'), 'service'],
  [principal('service-linked-role', 'arn:aws:iam::111122223333:role/aws-service-role/x/AWSServiceRoleForX'), 'service'],
  [principal('account', 'account/444455556666'), 'external'],
  [principal('unknown', 'unknown/111122223333'), 'unknown'],
  [user('alice'), 'developer'],
  [user('alice-ADMIN'), 'admin'],
  [principal('person', 'arn:aws:iam::111122223333:role/AWSReservedSSO_AdministratorAccess_0123/alice'), 'admin'],
  [principal('person', 'arn:aws:iam::111122223333:role/AWSReservedSSO_PowerUserAccess_0123/alice'), 'admin'],
  [principal('person', 'arn:aws:iam::111122223333:role/AWSReservedSSO_ReadOnly_0123/alice'), 'developer'],
  [role('OrganizationAccountAccessRole'), 'admin'],
  [role('BreakGlass'), 'admin'],
  [role('service-role/my-function-role'), 'service'],
  [role('cdk-hnb659fds-deploy-role'), 'service'],
  [role('web-ec2-profile'), 'service'],
  [role('deploy'), 'developer'],
  [principal('federated', 'arn:aws:sts::111122223333:federated-user/carol'), 'developer'],
  [principal('identity-center', 'identitystore/u-1'), 'developer'],
])('%p: %s', (who, tag) => {
  expect(new RoleTags({ roleTags: [] }).tag(who)).toBe(tag);
});

describe('patterns of the configuration', () => {
  const tags = (...patterns: [RoleTag, ...string[]][]) =>
    new RoleTags({ roleTags: patterns.map(([tag, ...principals]) => ({ tag, principals })) });

  const KINDS: readonly Principal[] = [
    principal('root', 'arn:aws:iam::111122223333:root'),
    principal('service', 'config.amazonaws.com'),
    principal('service-linked-role', 'arn:aws:iam::111122223333:role/x/AWSServiceRoleForX'),
    principal('account', 'account/444455556666'),
    principal('unknown', 'unknown/1'),
    principal('user', 'arn:aws:iam::111122223333:user/admin'),
    principal('role', 'arn:aws:iam::111122223333:role/service-role/x'),
    principal('person', 'accounts.google.com/alice'),
    principal('federated', 'arn:aws:sts::111122223333:federated-user/carol'),
    principal('identity-center', 'identitystore/u-1'),
  ];

  test.each(KINDS)('come before everything built in: $kind', (who) => {
    expect(tags(['external', '*']).tag(who)).toBe('external');
    expect(tags(['external', 'nobody']).tag(who)).toBe(new RoleTags({ roleTags: [] }).tag(who));
  });

  test.each<[string, string, boolean]>([
    ['the whole id', 'arn:aws:iam::111122223333:user/alice', true],
    ['another case', 'ARN:AWS:iam::111122223333:USER/Alice', true],
    ['a star', '*:user/a*', true],
    ['a question mark', '*/alic?', true],
    ['a part without a star', 'user/alice', false],
    ['a longer name', '*:user/alice2', false],
    ['a dot is a dot', '*:user.alice', false],
  ])('%s', (_name, pattern, fits) => {
    expect(tags(['root', pattern]).tag(user('alice'))).toBe(fits ? 'root' : 'developer');
  });

  test('the first that fits wins, any pattern of a list will do', () => {
    expect(tags(['service', '*bob', '*alice'], ['admin', '*alice']).tag(user('alice'))).toBe('service');
    expect(tags(['admin', '*alice'], ['service', '*alice']).tag(user('alice'))).toBe('admin');
  });

  test('a pattern of many stars takes linear time', () => {
    const long = user('a'.repeat(50_000));
    const started = process.hrtime.bigint();
    expect(tags(['admin', `${'*a'.repeat(500)}b`]).tag(long)).toBe('developer');
    expect(Number(process.hrtime.bigint() - started) / 1e6).toBeLessThan(2000);
  });
});

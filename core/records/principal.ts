/** What kind of identity stands behind an event. */
export type PrincipalKind =
  | 'root'
  | 'user'
  | 'role'
  | 'person'
  | 'federated'
  | 'identity-center'
  | 'service-linked-role'
  | 'service'
  | 'account'
  | 'unknown';

/** The stable identity behind an event. Never the access key: it changes with every session. */
export interface Principal {
  /** The identity that risk accumulates on, see {@link principalOf}. */
  readonly id: string;
  readonly kind: PrincipalKind;
  /** The account the identity belongs to, '' when the record does not say. */
  readonly account: string;
  /** The role session's name beside a role, else ''. */
  readonly session: string;
}

type Fields = Readonly<Record<string, unknown>>;

const NONE: Fields = Object.freeze({});

function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : NONE;
}

function text(from: Fields, key: string): string {
  const value = Object.hasOwn(from, key) ? from[key] : undefined;
  return typeof value === 'string' ? value : '';
}

const ASSUMED = /^arn:([^:]+):sts::(\d*):assumed-role\/(.+)\/([^/]*)$/;
/** A session name minted by a machine for one session: keeping it would make every session a new principal. */
const MINTED = /\d{9,}|[0-9a-f]{16,}|[0-9a-f]{8}-[0-9a-f]{4}-/i;

/**
 * The principal of a record's `userIdentity`: IAM user ARN; the role's ARN (its session beside); role ARN `/` person for
 * Identity Center (`AWSReservedSSO_*`), web identity and sessions with a source identity, where the role alone would merge
 * people; Identity Center user; federated user; root of an account; AWS service; another account; or unknown.
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
 */
export function principalOf(userIdentity: unknown, recipientAccount: string): Principal {
  const identity = fields(userIdentity);
  const type = text(identity, 'type');
  const arn = text(identity, 'arn');
  const account = text(identity, 'accountId');
  const userName = text(identity, 'userName');
  const invokedBy = text(identity, 'invokedBy');
  const made = (id: string, kind: PrincipalKind, session = ''): Principal => ({ id, kind, account, session });
  switch (type) {
    case 'Root':
      return made(arn || `arn:aws:iam::${account || recipientAccount}:root`, 'root');
    case 'IAMUser':
      if (arn) return made(arn, 'user');
      if (account && userName && !userName.startsWith('HIDDEN_')) return made(`arn:aws:iam::${account}:user/${userName}`, 'user');
      return made(`unknown/${account || recipientAccount}`, 'unknown');
    case 'AssumedRole':
    case 'Role':
      return rolePrincipal(identity, arn, made);
    case 'FederatedUser':
      return made(arn || text(identity, 'principalId') || `unknown/${account}`, 'federated');
    case 'SAMLUser':
    case 'WebIdentityUser':
      return made(`${text(identity, 'identityProvider') || type}/${userName || text(identity, 'principalId')}`, 'person');
    case 'IdentityCenterUser': {
      const user = fields(identity.onBehalfOf);
      const id = text(user, 'userId') || text(identity, 'principalId');
      const store = text(user, 'identityStoreArn');
      return made(store ? `${store}/user/${id}` : `identitystore/${id || recipientAccount}`, 'identity-center');
    }
    case 'AWSService':
      return made(invokedBy || 'aws-service', 'service');
    case 'AWSAccount':
      if (/^\d{12}$/.test(account)) return made(`account/${account}`, 'account');
      return made(`anonymous/${recipientAccount}`, 'unknown');
    default:
      if (invokedBy) return made(invokedBy, 'service');
      if (arn) return made(arn, 'unknown');
      return made(`unknown/${account || recipientAccount}`, 'unknown');
  }
}

function rolePrincipal(identity: Fields, arn: string, made: (id: string, kind: PrincipalKind, session?: string) => Principal): Principal {
  const context = fields(identity.sessionContext);
  const issuer = fields(context.sessionIssuer);
  const assumed = ASSUMED.exec(arn);
  const session = assumed?.[4] ?? '';
  const roleArn = text(issuer, 'arn') || (assumed ? `arn:${assumed[1]}:iam::${assumed[2]}:role/${assumed[3]}` : arn);
  if (!roleArn) return made(text(identity, 'principalId') || `unknown/${text(identity, 'accountId')}`, 'unknown', session);
  const roleName = roleArn.slice(roleArn.lastIndexOf('/') + 1);
  if (roleArn.includes(':role/aws-service-role/') || roleName.startsWith('AWSServiceRoleFor')) {
    return made(roleArn, 'service-linked-role', session);
  }
  const source = text(context, 'sourceIdentity') || text(identity, 'sourceIdentity');
  if (source) return made(`${roleArn}/${source}`, 'person', session);
  if (roleName.startsWith('AWSReservedSSO_') && session) return made(`${roleArn}/${session}`, 'person', session);
  const provider = text(fields(context.webIdFederationData), 'federatedProvider');
  if (provider && session && !MINTED.test(session)) return made(`${roleArn}/${session}`, 'person', session);
  return made(roleArn, 'role', session);
}

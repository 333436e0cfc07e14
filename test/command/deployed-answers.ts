/** An answer as it goes over the wire. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/** What the small AWS of the tests holds, where no real server does; tests change it between runs. */
export interface World {
  /** Stacks by name. */
  stacks: Record<string, { readonly status?: string; readonly outputs: Readonly<Record<string, string>> }>;
  trails: { readonly Name: string; readonly TrailARN: string; readonly S3BucketName: string; readonly [key: string]: unknown }[];
  /** Answers of GetTrailStatus by ARN; times are seconds since 1970, as on the wire. */
  trailStatus: Record<string, Readonly<Record<string, unknown>>>;
  eventSelectors: Record<string, Readonly<Record<string, unknown>>>;
  /** XML inside NotificationConfiguration, by bucket. */
  notifications: Record<string, string>;
  mailAccount: Readonly<Record<string, unknown>>;
  identities: Record<string, Readonly<Record<string, unknown>>>;
  hub: boolean;
  /** The account that the credentials are of. */
  caller: string;
  /** IAM actions that AWS denies; `*` denies all. */
  denied: Set<string>;
  /** So many entries of SendMessageBatch are refused from now on. */
  refusedMessages: number;
  /** Every call made, as IAM actions. */
  calls: string[];
}

export function emptyWorld(): World {
  return {
    stacks: {},
    trails: [],
    trailStatus: {},
    eventSelectors: {},
    notifications: {},
    mailAccount: {},
    identities: {},
    hub: true,
    caller: '111122223333',
    denied: new Set(),
    refusedMessages: 0,
    calls: [],
  };
}

export interface Asked {
  readonly service: string;
  readonly method: string;
  /** With its query. */
  readonly path: string;
  /** Operation of the JSON protocols. */
  readonly target: string;
  readonly body: string;
}

/** The call as the IAM action that it needs. */
export function callOf({ service, method, path, target, body }: Asked): string {
  switch (service) {
    case 'cloudformation':
    case 'sts':
      return `${service}:${new URLSearchParams(body).get('Action')}`;
    case 'securityhub':
      return method === 'GET' && path.startsWith('/accounts') ? 'securityhub:DescribeHub' : `securityhub:${method} ${path}`;
    case 'sesv2':
      if (method !== 'GET') return `ses:${method} ${path}`;
      return path.startsWith('/v2/email/account') ? 'ses:GetAccount' : 'ses:GetEmailIdentity';
    case 's3':
      if (method !== 'GET') return `s3:${method} ${path}`;
      return path.includes('?notification')
        ? 's3:GetBucketNotification'
        : path.includes('list-type=2')
          ? 's3:ListBucket'
          : `s3:GET ${path}`;
    default:
      return `${service}:${target}`;
  }
}

/** The answer to a call of a service that no real server stands for; null for the others. */
export function answers(call: string, path: string, body: string, world: World): Answer | null {
  switch (call) {
    case 'cloudformation:DescribeStacks':
      return describeStacks(new URLSearchParams(body).get('StackName') ?? '', world);
    case 'sts:GetCallerIdentity':
      return xml(
        200,
        `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:iam::${world.caller}:user/alice</Arn><UserId>AIDAEXAMPLE</UserId><Account>${world.caller}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`,
      );
    case 'cloudtrail:DescribeTrails':
      return json(200, { trailList: world.trails });
    case 'cloudtrail:GetTrailStatus': {
      const { Name } = JSON.parse(body) as { Name: string };
      return json(200, world.trailStatus[Name] ?? { IsLogging: true, LatestDeliveryTime: Date.now() / 1000 - 120 });
    }
    case 'cloudtrail:GetEventSelectors': {
      const { TrailName } = JSON.parse(body) as { TrailName: string };
      return json(200, world.eventSelectors[TrailName] ?? { EventSelectors: [{ ReadWriteType: 'All', IncludeManagementEvents: true }] });
    }
    case 'securityhub:DescribeHub':
      if (world.hub) return json(200, { HubArn: 'arn:aws:securityhub:eu-west-1:111122223333:hub/default', AutoEnableControls: true });
      return json(403, { Message: 'Account 111122223333 is not subscribed to AWS Security Hub' }, 'InvalidAccessException');
    case 'ses:GetAccount':
      return json(200, world.mailAccount);
    case 'ses:GetEmailIdentity': {
      const identity = world.identities[decodeURIComponent(path.split('/').at(-1) ?? '')];
      return identity === undefined ? json(404, { message: 'Email identity does not exist.' }, 'NotFoundException') : json(200, identity);
    }
    case 's3:GetBucketNotification': {
      const found = world.notifications[path.slice(1).split(/[/?]/)[0] ?? ''] ?? '';
      return xml(200, `<NotificationConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${found}</NotificationConfiguration>`);
    }
    default:
      return null;
  }
}

function describeStacks(name: string, { stacks }: World): Answer {
  const stack = stacks[name];
  if (stack === undefined) return cloudFormationError(400, 'ValidationError', `Stack with id ${name} does not exist`);
  const outputs = Object.entries(stack.outputs).map(
    ([key, value]) => `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`,
  );
  return xml(
    200,
    `<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><DescribeStacksResult><Stacks><member><StackId>arn:aws:cloudformation:eu-west-1:111122223333:stack/${name}/1</StackId><StackName>${name}</StackName><CreationTime>2026-09-01T10:00:00.000Z</CreationTime><StackStatus>${stack.status ?? 'CREATE_COMPLETE'}</StackStatus><Outputs>${outputs.join('')}</Outputs></member></Stacks></DescribeStacksResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></DescribeStacksResponse>`,
  );
}

/** How each service says that a call is not allowed. */
export function deny(service: string, call: string): Answer {
  const text = `User: arn:aws:iam::111122223333:user/alice is not authorized to perform: ${call}`;
  switch (service) {
    case 's3':
      return xml(403, `<Error><Code>AccessDenied</Code><Message>${text}</Message></Error>`);
    case 'cloudformation':
    case 'sts':
      return cloudFormationError(403, 'AccessDenied', text);
    case 'sqs':
      return json(403, { __type: 'com.amazon.coral.service#AccessDeniedException', message: text });
    case 'securityhub':
    case 'sesv2':
      return json(403, { message: text }, 'AccessDeniedException');
    default:
      return json(400, { __type: 'AccessDeniedException', Message: text });
  }
}

function cloudFormationError(status: number, code: string, text: string): Answer {
  return xml(
    status,
    `<ErrorResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${text}</Message></Error><RequestId>1</RequestId></ErrorResponse>`,
  );
}

/** A JSON answer; REST services name an error's type in a header. */
export function json(status: number, value: unknown, errorType?: string): Answer {
  const headers = { 'content-type': 'application/json', ...(errorType === undefined ? {} : { 'x-amzn-errortype': errorType }) };
  return { status, headers, body: JSON.stringify(value) };
}

function xml(status: number, text: string): Answer {
  return { status, headers: { 'content-type': 'text/xml' }, body: `<?xml version="1.0" encoding="UTF-8"?>\n${text}` };
}
